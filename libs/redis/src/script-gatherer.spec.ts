import type { RedisClient } from './client.js';
import type { Commands } from './commands.js';
import { ScriptGatherer } from './script-gatherer.js';
import { script } from './scripts.js';

const ECHO = script('return ARGV');

/** A server that answers each run of a script when it is told to: by the arguments. */
function open({ isCluster = false, isInOrder = true } = {}) {
  const runs: { readonly how: string; readonly keys: readonly string[] }[] = [];
  const replies: ((error?: Error) => void)[] = [];
  const callBuffer = (how: string, ...given: readonly (string | number)[]): Promise<unknown> => {
    const [, count, ...rest] = given as [script: string, count: number, ...rest: string[]];
    runs.push({ how, keys: rest.slice(0, count) });
    return new Promise((resolve, reject) => {
      replies.push((error) => (error === undefined ? resolve(rest.slice(count)) : reject(error)));
    });
  };
  const client = { isCluster, callBuffer } as unknown as RedisClient;
  const commands = {
    run: (_: string, send: (client: RedisClient) => unknown) => send(client),
    failure: (operation: string, error: Error) => new Error(`${operation}: ${error.message}`),
    isInOrder: () => isInOrder,
  } as unknown as Commands;
  const gatherer = new ScriptGatherer(commands, 'echo', ECHO);
  const answer = async (error?: Error): Promise<void> => {
    for (const reply of replies.splice(0)) reply(error);
    await turn();
  };
  return { gatherer, runs, answer };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const call = (key: string, arg: string | Buffer = key.toUpperCase()) => ({ key, args: [arg] });

it('runs the script once for all keys of a turn, and gives each call its answer', async () => {
  const { gatherer, runs, answer } = open();
  const all = Promise.all([gatherer.call(call('a')), gatherer.all([call('b'), call('c')])]);
  await turn();
  await answer();
  expect([await all, runs]).toEqual([['A', ['B', 'C']], [{ how: 'evalsha', keys: ['a', 'b', 'c'] }]]);
});

it('gives a run at most a hundred keys, and not much more than a mebibyte', async () => {
  const { gatherer, runs } = open();
  for (let n = 0; n < 250; n += 1) void gatherer.call(call(`${n}`));
  await turn();
  expect(runs.map(({ keys }) => keys.length)).toEqual([100, 100, 50]);
  const large = open();
  for (let n = 0; n < 4; n += 1) void large.gatherer.call(call(`${n}`, Buffer.alloc(2 ** 19 + 1)));
  await turn();
  expect(large.runs.map(({ keys }) => keys.length)).toEqual([2, 2]);
});

it('runs it for each slot of a Cluster, of which one may fail alone', async () => {
  const { gatherer, runs } = open({ isCluster: true });
  const calls = ['{1}a', '{2}b', '{1}c'].map((key) => gatherer.call(call(key)));
  for (const each of calls) each.catch(() => undefined);
  await turn();
  expect(runs.map(({ keys }) => keys)).toEqual([['{1}a', '{1}c'], ['{2}b']]);
});

it('fails all calls of a run, and waits for all of a list', async () => {
  const { gatherer, answer } = open();
  const failed = Promise.allSettled([gatherer.call(call('a')), gatherer.all([call('b'), call('c')])]);
  await turn();
  await answer(new Error('down'));
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await gatherer.all([])).toEqual([]);
});

describe('that calls were sent', () => {
  async function known(how = {}) {
    const opened = open(how);
    const first = opened.gatherer.call(call('first'));
    await turn();
    await opened.answer();
    await first;
    let told = 0;
    const sent = (): void => void (told += 1);
    return { ...opened, sent, told: () => told };
  }

  it('is told once for a list, as soon as it was sent', async () => {
    const { gatherer, answer, sent, told } = await known();
    const all = gatherer.all([call('a'), call('b')], sent);
    expect(told()).toBe(0);
    await turn();
    expect(told()).toBe(1);
    await answer();
    await all;
    expect(told()).toBe(1);
  });

  it('is not told before the server is known to have the script, nor where things may come in another order', async () => {
    const fresh = open();
    let told = 0;
    void fresh.gatherer.all([call('a')], () => void (told += 1));
    await turn();
    const spread = await known({ isInOrder: false });
    void spread.gatherer.all([call('a')], spread.sent);
    await turn();
    expect([told, spread.told()]).toEqual([0, 0]);
  });

  it('is told again where the server had forgotten the script, and has it again after that', async () => {
    const { gatherer, answer, sent, told, runs } = await known();
    const all = gatherer.all([call('a')], sent);
    await turn();
    await answer(new Error('NOSCRIPT No matching script'));
    expect([told(), runs.at(-1)?.how]).toEqual([1, 'eval']);
    await answer();
    expect([await all, told()]).toEqual([['A'], 2]);
    void gatherer.all([call('b')], sent);
    await turn();
    expect(told()).toBe(3);
  });
});
