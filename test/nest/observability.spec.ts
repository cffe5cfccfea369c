import { Controller, Get, Header, Injectable, type OnModuleInit, Param } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { CacheHealthIndicator, CacheManager, CacheModule, Cacheable } from 'nuthatch';
import { MapStore } from 'nuthatch/engine';
import { collectCaches } from 'nuthatch/prometheus';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { Registry } from 'prom-client';
import request from 'supertest';
import { parseExposition, type ScrapedFamily } from '../prometheus/exposition.js';
import { closeAfterTest, closeApps } from './open-app.js';

afterEach(closeApps);

@Injectable()
class Birds {
  @Cacheable({ key: (name: string) => name })
  async find(name: string): Promise<{ name: string }> {
    return { name };
  }
}

@Controller('birds')
class BirdsController {
  constructor(private readonly birds: Birds) {}

  @Get(':name')
  find(@Param('name') name: string): Promise<{ name: string }> {
    return this.birds.find(name);
  }
}

@Controller('metrics')
class MetricsController implements OnModuleInit {
  private readonly registry = new Registry();

  constructor(private readonly caches: CacheManager) {}

  onModuleInit(): void {
    collectCaches(this.caches, { registry: this.registry });
  }

  @Get()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly caches: CacheHealthIndicator,
  ) {}

  @Get('live')
  live() {
    return this.health.check([() => this.caches.check()]);
  }

  @Get('strict')
  strict() {
    return this.health.check([() => this.caches.check('cache', { degradedAs: 'down' })]);
  }
}

/** A service that shows its metrics and its health over HTTP. */
async function open() {
  const store = new FaultyStore(new MapStore());
  const clock = new FakeClock();
  const module = await Test.createTestingModule({
    imports: [
      TerminusModule.forRoot({ logger: false }),
      CacheModule.forRoot({ clock, store }),
      CacheModule.forFeature({ name: 'board', clock, store: false }),
    ],
    controllers: [BirdsController, MetricsController, HealthController],
    providers: [Birds],
  }).compile();
  const app = closeAfterTest(module.createNestApplication({ logger: false }));
  await app.init();
  const http = request(app.getHttpServer());
  const scrape = async (): Promise<Map<string, ScrapedFamily>> =>
    parseExposition((await http.get('/metrics').expect(200)).text);
  return { http, scrape, store };
}

function valueOf(
  scraped: ReadonlyMap<string, ScrapedFamily>,
  name: string,
  cache: string,
): number | undefined {
  return scraped.get(name)?.samples.find(({ labels }) => labels.cache === cache)?.value;
}

describe('a service that is watched over HTTP', () => {
  it('shows what its caches count, each under its name', async () => {
    const { http, scrape } = await open();
    for (const name of ['owl', 'owl', 'owl', 'wren']) await http.get(`/birds/${name}`).expect(200);
    const scraped = await scrape();
    expect([
      valueOf(scraped, 'nuthatch_hits_total', 'default'),
      valueOf(scraped, 'nuthatch_loads_total', 'default'),
      valueOf(scraped, 'nuthatch_up', 'board'),
    ]).toEqual([2, 2, 1]);
  });

  it('tells of its health, and goes on serving with a store that is down', async () => {
    const { http, scrape, store } = await open();
    const { body: well } = await http.get('/health/live').expect(200);
    expect(well).toMatchObject({ status: 'ok', details: { cache: { status: 'up', state: 'up' } } });
    for (const method of ['get', 'getMany', 'apply'] as const) store.failAlways(method);
    for (let bird = 0; bird < 8; bird++) await http.get(`/birds/${bird}`).expect(200);
    const { body: ill } = await http.get('/health/live').expect(200);
    expect(ill.details.cache).toMatchObject({
      state: 'degraded',
      caches: { default: { state: 'degraded' }, board: { state: 'up' } },
    });
    await http.get('/health/strict').expect(503);
    expect(valueOf(await scrape(), 'nuthatch_tier_up', 'default')).toBe(0);
  });
});
