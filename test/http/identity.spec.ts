import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Options,
  Post,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { CacheForEveryone, CacheInterceptor, CacheResponse, CacheTTL } from 'nuthatch';
import { seededRandom } from 'nuthatch/engine';
import { settle } from 'nuthatch/testing';
import { closeApps } from '../nest/open-app.js';
import { openSite, PLATFORMS, type Site } from './open-http.js';

afterEach(closeApps);

const RUNS = Number(process.env.NUTHATCH_RUNS ?? 2000);
const USERS = ['ann', 'ben', 'cat'] as const;
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'] as const;

/** How a user says who he is; the guard reads a header that is no credential by its name. */
const SOURCES: Readonly<Record<string, (user: string) => Record<string, string>>> = {
  authorization: (user) => ({ authorization: `Bearer ${user}` }),
  cookie: (user) => ({ cookie: `_ga=1; sid=${user}` }),
  'a custom header': (user) => ({ 'x-api-key': user }),
  'a guard': (user) => ({ 'x-who': user }),
};

interface Asked {
  readonly headers: Readonly<Record<string, string | undefined>>;
  user?: { readonly id: string };
}

/** Whom the application takes a request to be from. */
function whoAsks({ headers, user }: Asked): string {
  const cookie = /sid=(\w+)/.exec(headers['cookie'] ?? '')?.[1];
  return user?.id ?? cookie ?? headers['x-api-key'] ?? headers['authorization']?.split(' ')[1] ?? 'nobody';
}

@Injectable()
class WhoGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Asked>();
    const who = request.headers['x-who'];
    if (who !== undefined) request.user = { id: who };
    return true;
  }
}

@Controller('me')
@UseGuards(WhoGuard)
@UseInterceptors(CacheInterceptor)
@CacheTTL('1m')
class Me {
  runs = 0;

  @Get()
  async get(@Req() request: Asked) {
    this.runs += 1;
    await settle();
    return { user: whoAsks(request) };
  }

  @Post()
  async post(@Req() request: Asked) {
    return { user: whoAsks(request) };
  }

  @Options()
  async options(@Req() request: Asked) {
    return { user: whoAsks(request) };
  }

  @Get('shared')
  @CacheForEveryone()
  shared(@Req() request: Asked) {
    this.runs += 1;
    return { user: whoAsks(request) };
  }

  @Get('narrow')
  @CacheResponse({ query: { only: ['page'] } })
  narrow(@Req() request: { readonly query: Readonly<Record<string, string>> }) {
    return { user: request.query['api_key'] };
  }
}

function open(platform: (typeof PLATFORMS)[number], http = {}): Promise<Site> {
  return openSite({ platform, controllers: [Me], http });
}

describe.each(PLATFORMS)('on %s, between users', (platform) => {
  it(`gives nobody what is another's, in ${RUNS} mixed requests`, async () => {
    const { ask } = await open(platform);
    const seed = Number(process.env.NUTHATCH_SEED ?? 20261121);
    const random = seededRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
    const wrong: string[] = [];
    let hits = 0;
    const one = async (): Promise<void> => {
      const [user, source, method] = [pick([...USERS, 'nobody']), pick(Object.keys(SOURCES)), pick(METHODS)];
      const headers = user === 'nobody' ? {} : SOURCES[source]?.(user);
      const reply = await ask('/me', { method, headers: { ...headers } });
      if (reply.headers['x-cache'] === 'HIT') hits += 1;
      const found = method === 'HEAD' ? user : (reply.body as { user?: string } | undefined)?.user;
      if (found !== user) wrong.push(`seed ${seed}: ${method} by ${source} of ${user} got ${reply.text}`);
    };
    for (let sent = 0; sent < RUNS; sent += 50) await Promise.all(Array.from({ length: 50 }, one));
    expect(wrong).toEqual([]);
    expect(hits).toBeGreaterThan(RUNS / 8);
  });

  it.each(Object.keys(SOURCES))('keeps one entry for each user who is told by %s', async (source) => {
    const { ask, app } = await open(platform);
    for (let round = 0; round < 3; round++)
      for (const user of USERS) {
        const reply = await ask('/me', { headers: SOURCES[source]?.(user) ?? {} });
        expect(reply.body).toEqual({ user });
        expect(reply.headers['x-cache']).toBe(round === 0 ? 'MISS' : 'HIT');
      }
    expect(app.get(Me).runs).toBe(USERS.length);
  });

  it('does not keep what belongs to somebody whom nothing tells', async () => {
    const { ask, app } = await open(platform);
    const headers = { cookie: `sid=${'x'.repeat(9000)}` };
    const replies = [await ask('/me', { headers }), await ask('/me', { headers })];
    expect(replies.map((reply) => reply.headers['cache-status'])).toEqual(
      Array(2).fill('nuthatch; fwd=bypass; detail=unidentified'),
    );
    expect(app.get(Me).runs).toBe(2);
  });

  it('shares between users what is said to be the same for everyone', async () => {
    const { ask, app } = await open(platform);
    await ask('/me/shared', { headers: { authorization: 'Bearer ann' } });
    const { body } = await ask('/me/shared', { headers: { authorization: 'Bearer ben' } });
    expect(body).toEqual({ user: 'ann' });
    expect(app.get(Me).runs).toBe(1);
  });

  it('counts a credential in the query, also where the query is narrowed', async () => {
    const { get } = await open(platform);
    await get('/me/narrow?page=1&api_key=ann');
    expect((await get('/me/narrow?page=1&api_key=ben')).body).toEqual({ user: 'ben' });
    expect((await get('/me/narrow?page=1&api_key=ann&utm_source=x')).headers['x-cache']).toBe('HIT');
  });

  it('lets identify say who asks', async () => {
    const identify = ({ headers }: { headers: Record<string, unknown> }): string | null =>
      (headers['x-device'] as string | undefined) ?? null;
    const { get, app } = await open(platform, { identify });
    await get('/me', { 'x-device': '1', cookie: 'sid=ann' });
    await get('/me', { 'x-device': '1', cookie: 'sid=ann; theme=dark' });
    expect(app.get(Me).runs).toBe(1);
    await get('/me', { 'x-device': '2', cookie: 'sid=ann' });
    expect(app.get(Me).runs).toBe(2);
  });

  it('lets no request pass for another user by what it asks for', async () => {
    const { get, caches } = await open(platform);
    await get('/me', { authorization: 'Bearer ann' });
    const [key = ''] = [...caches.get().keys()];
    const suffix = key.slice(key.indexOf(' ~user:'));
    expect(suffix).toMatch(/^ ~user:[\w-]{43}$/);
    const reply = await get(`/me${encodeURI(suffix)}`);
    expect(reply.status).toBe(404);
    expect((await get('/me', { cookie: '' })).body).toEqual({ user: 'nobody' });
  });
});
