import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cache, Cacheable, CacheModule } from 'nuthatch';
import { median } from '../statistics/median.js';

const KEY = 'the key';
const CALLS = 100_000;

@Injectable()
class Birds {
  @Cacheable({ key: () => KEY })
  async find(): Promise<string> {
    return 'owl';
  }
}

@Module({ imports: [CacheModule.forRoot()], providers: [Birds] })
class App {}

/** What a call of a decorated method that hits costs beyond the same hit of `cache.getOrLoad`, in nanoseconds: the median of rounds in turn. */
export async function decoratorOverhead(rounds: number): Promise<number> {
  const app = await NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
  try {
    const [birds, cache] = [app.get(Birds), app.get<Cache<string>>(Cache)];
    const load = async (): Promise<string> => 'owl';
    const lanes = { decorated: () => birds.find(), plain: () => cache.getOrLoad(KEY, load) };
    await timed(lanes.decorated);
    await timed(lanes.plain);
    const overheads: number[] = [];
    for (let round = 0; round < rounds; round++)
      overheads.push((await timed(lanes.decorated)) - (await timed(lanes.plain)));
    return median(overheads);
  } finally {
    await app.close();
  }
}

/** Nanoseconds a call. */
async function timed(call: () => Promise<string>): Promise<number> {
  const start = performance.now();
  for (let turn = 0; turn < CALLS; turn++) await call();
  return ((performance.now() - start) * 1e6) / CALLS;
}
