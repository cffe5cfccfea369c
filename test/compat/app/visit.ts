import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { closeAfterTest } from '../../nest/open-app.js';
import { aboutOf } from './about.module.js';
import type { Face } from './face.js';
import type { Price, Prices } from './price.service.js';
import { shopOf } from './shop.module.js';

/** What happened, step by step. */
export type Transcript = Readonly<Record<string, unknown>>;

/** Opens the shop on a package, does what its visitors do, and answers what they saw. */
export async function visitShop(face: Face): Promise<Transcript> {
  const { module, prices } = shopOf(face);
  const app = await open(module);
  const ask = askerOf(app);
  const about = askerOf(await open(aboutOf(face)));
  return {
    ...(await visitCatalog(ask)),
    ...(await visitAccount(ask)),
    ...(await visitAbout(about)),
    ...(await useCache(app.get(prices))),
  };
}

async function open(module: Type<unknown>): Promise<NestExpressApplication> {
  const testing = await Test.createTestingModule({ imports: [module] }).compile();
  return closeAfterTest(await testing.createNestApplication<NestExpressApplication>().init());
}

/** Answers the status, the body, and the headers that tell of the cache. */
function askerOf(app: NestExpressApplication): Ask {
  return async (method, path, account) => {
    const asked = request(app.getHttpServer())[method](path);
    const answer = await (account === undefined ? asked : asked.set('x-account', account));
    return [
      answer.status,
      Buffer.isBuffer(answer.body) ? answer.body.toString() : answer.text,
      answer.headers['x-cache'],
      answer.headers['x-account-cache'],
    ];
  };
}

async function visitAbout(ask: Ask): Promise<Transcript> {
  const seen: Record<string, unknown> = {};
  for (const path of ['page/us', 'page/us', 'page/them', 'forget/us', 'page/us', 'page/them', 'unknown'])
    seen[`about ${path} ${Object.keys(seen).length}`] = await ask('get', `/about/${path}`);
  return seen;
}

type Ask = (method: 'get' | 'post', path: string, account?: string) => Promise<unknown>;

async function visitCatalog(ask: Ask): Promise<Transcript> {
  const catalog = { get: 'list named nothing broken file by-hand'.split(' '), post: ['search', 'report'] };
  const seen: Record<string, unknown> = {};
  for (const method of ['get', 'post'] as const)
    for (const name of catalog[method])
      for (const time of ['first', 'second'])
        seen[`${method} ${name}, the ${time} time`] = await ask(method, `/catalog/${name}`);
  for (const query of ['lang=de&page=1', 'lang=de&page=2', 'lang=fr'])
    seen[`greeting ${query}`] = await ask('get', `/catalog/greeting?${query}`);
  seen['list with a query'] = await ask('get', '/catalog/list?page=2');
  seen['the runs of the handlers'] = await ask('get', '/catalog/runs');
  return seen;
}

async function visitAccount(ask: Ask): Promise<Transcript> {
  const seen: Record<string, unknown> = {};
  for (const account of ['anna', 'ben', 'anna']) {
    const time = `${account} ${Object.keys(seen).length}`;
    seen[`account of ${time}`] = await ask('get', '/account', account);
    seen[`sum of ${time}`] = await ask('post', '/account/sum', account);
    seen[`private of ${time}`] = await ask('get', '/account/private', account);
  }
  seen['account of nobody'] = await ask('get', '/account');
  return seen;
}

/** What a failing call answers instead. */
function failure(error: unknown): string {
  return `failed: ${String(error)}`;
}

async function useCache(prices: Prices): Promise<Transcript> {
  await prices.reset();
  prices.log.length = 0;
  const seen: Record<string, unknown> = {
    'a price': await prices.price('nut'),
    'the price again': await prices.price('nut'),
    'when it expires': await prices.expiresIn('nut'),
    'ten at once': await Promise.all(Array.from({ length: 10 }, () => prices.price('acorn'))),
    'a price that cannot be loaded': await prices.price('unknown').catch(failure),
    'a life told from the value': [await prices.shortLived('seed'), await prices.expiresIn('seed')],
    'counted up': [await prices.counted('nut'), await prices.counted('nut')],
    'many kept': await prices.remember([
      { item: 'beech', cents: 1 },
      { item: 'oak', cents: 2 },
    ]),
    'many found': await prices.recall('oak', 'elm', 'beech'),
    'the names of all': await prices.names(),
    'one forgotten': [await prices.forget('oak'), await prices.recall('oak')],
    'many forgotten': [await prices.forget('beech', 'nut'), await prices.recall('beech', 'nut')],
    'what is not there expires': await prices.expiresIn('elm'),
  };
  const raw = [await prices.withExpiry('walnut'), await prices.withExpiry('walnut')];
  seen['with expiry'] = raw.map((found) => [found?.value, secondsLeft(found)]);
  seen['all forgotten'] = [await prices.reset(), await prices.names()];
  seen['the events'] = [...prices.log];
  return seen;
}

function secondsLeft(found: { value?: Price | undefined; expires?: number | undefined } | undefined): number {
  return Math.round(((found?.expires ?? NaN) - Date.now()) / 1000);
}
