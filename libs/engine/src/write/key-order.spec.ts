import { settle } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { KeyOrder } from './key-order.js';

/** An order, and tasks that note when they start and wait until they are let go. */
function open() {
  const order = new KeyOrder();
  const started: string[] = [];
  const gates = new Map<string, ReturnType<typeof held<void>>>();
  const task = (name: string) => (): Promise<void> => {
    started.push(name);
    const gate = held<void>();
    gates.set(name, gate);
    return gate.promise;
  };
  const end = async (name: string): Promise<void> => {
    gates.get(name)?.resolve();
    await settle();
  };
  return { order, started, task, end, gates };
}

describe('the order of keys', () => {
  it('starts a task at once where its key is idle', async () => {
    const { order, started, task, end } = open();
    const done = order.run(['owl'], task('a'));
    expect(started).toEqual(['a']);
    await end('a');
    await done;
  });

  it('runs tasks of one key one after the other, and of others beside them', async () => {
    const { order, started, task, end } = open();
    const all = [
      order.run(['owl'], task('a')),
      order.run(['owl'], task('b')),
      order.run(['wren'], task('c')),
    ];
    expect(started).toEqual(['a', 'c']);
    await end('a');
    expect(started).toEqual(['a', 'c', 'b']);
    await end('b');
    await end('c');
    await Promise.all(all);
  });

  it('makes a task wait for the one before it also where the first of three has ended', async () => {
    const { order, started, task, end } = open();
    const all = [order.run(['owl'], task('a')), order.run(['owl'], task('b'))];
    await end('a');
    all.push(order.run(['owl'], task('c')));
    expect(started).toEqual(['a', 'b']);
    await end('b');
    await end('c');
    await Promise.all(all);
  });

  it('makes a task of two keys wait for both and hold up both', async () => {
    const { order, started, task, end } = open();
    const all = [
      order.run(['owl'], task('a')),
      order.run(['wren'], task('b')),
      order.run(['owl', 'wren'], task('c')),
      order.run(['wren'], task('d')),
    ];
    await end('b');
    expect(started).toEqual(['a', 'b']);
    await end('a');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('c');
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    await end('d');
    await Promise.all(all);
  });

  it('goes on after a task that failed, and gives its error to its caller', async () => {
    const { order, started, task, gates, end } = open();
    const first = order.run(['owl'], task('a'));
    const second = order.run(['owl'], task('b'));
    gates.get('a')?.reject(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await settle();
    expect(started).toEqual(['a', 'b']);
    await end('b');
    await second;
  });

  it('lets a task alone start when all earlier ones have ended, and later ones wait for it', async () => {
    const { order, started, task, end } = open();
    const all = [
      order.run(['owl'], task('a')),
      order.run(['wren'], task('b')),
      order.alone(task('alone')),
      order.run(['jay'], task('c')),
      order.alone(task('alone again')),
    ];
    await end('a');
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'alone']);
    await end('alone');
    expect(started).toEqual(['a', 'b', 'alone', 'c']);
    await end('c');
    expect(started.at(-1)).toBe('alone again');
    await end('alone again');
    await Promise.all(all);
  });

  it('says when all tasks so far have ended', async () => {
    const { order, task, end } = open();
    let hasEnded = false;
    const running = order.run(['owl'], task('a'));
    const ended = order.ended().then(() => (hasEnded = true));
    await settle();
    expect(hasEnded).toBe(false);
    await end('a');
    expect(hasEnded).toBe(true);
    await Promise.all([running, ended]);
  });

  it('starts at once again when everything has ended', async () => {
    const { order, started, task, end } = open();
    const alone = order.alone(task('alone'));
    await end('alone');
    await alone;
    const next = order.run(['owl'], task('a'));
    expect(started).toEqual(['alone', 'a']);
    await end('a');
    await next;
  });
});
