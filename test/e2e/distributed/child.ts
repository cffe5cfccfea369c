import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cache } from 'nuthatch';
import { AppModule, type AppOrders, Birds } from './app.js';
import { Source } from './source.js';
import { type Verbs, verbsOf } from './verbs.js';

/** What the parent sends. */
export interface Ask {
  readonly number: number;
  readonly verb: 'open' | keyof Verbs;
  readonly args: readonly unknown[];
}

/** What it is sent: that the process runs, that a loader was asked, or an answer. */
export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'answer'; readonly number: number; readonly value?: unknown; readonly error?: string };

const say = (said: Said): void => void process.send?.(said);
let app: INestApplicationContext | undefined;
let verbs: Partial<Verbs> = {};

process.on('disconnect', () => process.exit(0));
process.on('message', (ask: Ask) => void answer(ask));
say({ kind: 'ready' });

async function answer({ number, verb, args }: Ask): Promise<void> {
  try {
    // Arguments and verb were checked together where they were sent.
    const run = (verb === 'open' ? open : verbs[verb]) as (...given: readonly unknown[]) => Promise<unknown>;
    say({ kind: 'answer', number, value: await run(...args) });
  } catch (error) {
    say({ kind: 'answer', number, error: String(error) });
  }
}

/** Starts the application, in the place of the one before. */
async function open(orders: AppOrders): Promise<void> {
  await app?.close();
  const source = new Source(() => say({ kind: 'loading' }));
  app = await NestFactory.createApplicationContext(AppModule.at(orders, source), { logger: ['error'] });
  verbs = verbsOf({ birds: app.get(Birds), cache: app.get(Cache), source });
}
