import { jest } from '@jest/globals';
import type { RedisClient } from './client.js';
import type { Commands } from './commands.js';
import { Gatherer } from './gatherer.js';

/** A server that answers every key by its name, when it is told to. */
function open({ isCluster = false } = {}) {
  const asked: (readonly string[])[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const answer = (keys: readonly string[]): Promise<Buffer[]> => {
    asked.push(keys);
    return new Promise((resolve, reject) => {
      answers.push((error) => {
        if (error === undefined) resolve(keys.map((key) => Buffer.from(key)));
        else reject(error);
      });
    });
  };
  const client = {
    isCluster,
    mgetBuffer: answer,
    getBuffer: async (key: string) => (await answer([key]))[0],
  } as unknown as RedisClient;
  const commands = { run: (_: string, send: (client: RedisClient) => unknown) => send(client) } as Commands;
  return { gatherer: new Gatherer(commands), asked, answers };
}

const nextTick = () => new Promise((resolve) => process.nextTick(resolve));
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const sizes = (asked: readonly (readonly string[])[]) => asked.map((keys) => keys.length);

it('asks once for all that is read together, and for each key once', async () => {
  const { gatherer, asked, answers } = open();
  const reads = Promise.all(['a', 'b', 'a', 'c'].map((key) => gatherer.read(key)));
  await nextTick();
  expect(asked).toEqual([['a', 'b', 'c']]);
  answers[0]?.();
  expect((await reads).map(String)).toEqual(['a', 'b', 'a', 'c']);
});

it('asks for a lone key without waiting for the turn to end', async () => {
  const { gatherer, asked } = open();
  void gatherer.read('a');
  await nextTick();
  expect(asked).toEqual([['a']]);
});

it('gathers for a whole turn while an answer is outstanding', async () => {
  const { gatherer, asked, answers } = open();
  void gatherer.read('a');
  await nextTick();
  void gatherer.read('b');
  await nextTick();
  void gatherer.read('c');
  expect(asked).toEqual([['a']]);
  await nextTurn();
  expect(asked).toEqual([['a'], ['b', 'c']]);
  for (const answer of answers) answer();
  await nextTurn();
  void gatherer.read('d');
  await nextTick();
  expect(asked.at(-1)).toEqual(['d']);
});

it('asks for at most 1,000 keys by one command', async () => {
  const { gatherer, asked } = open();
  for (let n = 0; n < 2500; n += 1) void gatherer.read(`${n}`);
  await nextTick();
  expect(sizes(asked)).toEqual([1000, 1000, 500]);
});

it('fails those who have asked, and not those who ask next', async () => {
  const { gatherer, answers } = open();
  const failed = Promise.allSettled(['a', 'b', 'a'].map((key) => gatherer.read(key)));
  await nextTick();
  answers[0]?.(new Error('down'));
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  const next = gatherer.read('a');
  await nextTick();
  answers[1]?.();
  expect(String(await next)).toBe('a');
});

it('asks a Cluster for each key, together for those of one hash tag; one that fails leaves the others', async () => {
  const { gatherer, asked, answers } = open({ isCluster: true });
  const keys = ['p:{1}a', 'x', 'p:{1}b', '{}y', '{}z'];
  const reads = Promise.allSettled(keys.map((key) => gatherer.read(key)));
  await nextTick();
  expect(asked).toEqual([['p:{1}a', 'p:{1}b'], ['x'], ['{}y'], ['{}z']]);
  answers.forEach((answer, at) => answer(at === 1 ? new Error('down') : undefined));
  expect((await reads).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});

it('answers in a Cluster who can be answered before the last has answered', async () => {
  const { gatherer, answers } = open({ isCluster: true });
  const early = gatherer.read('a');
  const late = jest.fn();
  void gatherer.read('b').then(late);
  await nextTick();
  answers[0]?.();
  expect(String(await early)).toBe('a');
  expect(late).not.toHaveBeenCalled();
});
