import { describe, expect, it } from '@jest/globals';
import type { Operation } from '../store/backing-store.js';
import { Overtaken } from './overtaken.js';

const put = (key: string, version: number): Operation => ({
  type: 'set',
  row: { key, value: 'x', expiresAt: undefined, version, tags: [] },
});
const removal = (key: string, version: number): Operation => ({ type: 'delete', key, version });

/** What waits to be stored, and what was overtaken of it. */
function open(...waiting: readonly Operation[]) {
  const pending = new Map<string, Operation>();
  const wait = (operation: Operation): void => {
    pending.set(operation.type === 'set' ? operation.row.key : operation.key, operation);
  };
  waiting.forEach(wait);
  let vouchedSince = 0;
  const overtaken = new Overtaken({
    pending: (key) => pending.get(key),
    vouches: (version) => version >= vouchedSince,
  });
  const vouch = (since: number): void => void (vouchedSince = since);
  return { overtaken, pending, wait, vouch };
}

describe('a change that waits to be stored', () => {
  it('is not overtaken where no other process has said anything', () => {
    const { overtaken } = open(put('owl', 5));
    expect(overtaken.includes(put('owl', 5))).toBe(false);
  });

  it.each([
    ['an entry', put],
    ['a deletion', removal],
  ])('is overtaken by a later one of another process: %s', (_what, change) => {
    const { overtaken } = open(change('owl', 5), change('wren', 5));
    overtaken.note([['owl', 7]]);
    const seen = [change('owl', 5), change('owl', 6), change('owl', 7), change('owl', 8), change('wren', 5)];
    expect(seen.map((operation) => overtaken.includes(operation))).toEqual([true, true, false, false, false]);
  });

  it('is overtaken by the last of several', () => {
    const { overtaken } = open(put('owl', 5));
    overtaken.note([['owl', 4]]);
    expect(overtaken.includes(put('owl', 5))).toBe(false);
    overtaken.note([['owl', 7]]);
    expect(overtaken.includes(put('owl', 6))).toBe(true);
  });

  it('is not overtaken by what was said before it came', () => {
    const { overtaken, wait } = open();
    overtaken.note([['owl', 7]]);
    wait(put('owl', 5));
    expect(overtaken.includes(put('owl', 5))).toBe(false);
  });

  it('stays overtaken after it was stored, for those who still hold it', () => {
    const { overtaken, pending } = open(put('owl', 5));
    overtaken.note([['owl', 7]]);
    pending.delete('owl');
    expect(overtaken.includes(put('owl', 5))).toBe(true);
  });

  it('is forgotten once nothing waits of it, and known as long as something does, beyond 1,000 keys', () => {
    const keys = Array.from({ length: 1000 }, (_, at) => `settled ${at}`);
    const { overtaken, pending, wait } = open(put('owl', 5), ...keys.map((key) => put(key, 5)));
    overtaken.note([['owl', 7], ...keys.slice(0, 999).map((key) => [key, 7] as const)]);
    for (const key of keys) pending.delete(key);
    wait(put('late', 5));
    expect(overtaken.includes(put('settled 0', 5))).toBe(true);
    overtaken.note([['late', 7]]);
    const seen = [put('settled 0', 5), put('owl', 5), put('late', 5)];
    expect(seen.map((operation) => overtaken.includes(operation))).toEqual([false, true, true]);
  });

  it('is overtaken where all that is older may have been, and what others say then counts as before', () => {
    const { overtaken } = open(put('owl', 5), put('wren', 7));
    overtaken.note([['owl', 6]]);
    overtaken.noteAll(7);
    overtaken.note([['wren', 9]]);
    const seen = [put('owl', 6), put('owl', 7), put('wren', 8), put('wren', 9), removal('kite', 6)];
    expect(seen.map((operation) => overtaken.includes(operation))).toEqual([true, false, true, false, true]);
  });

  it('is shown while it is known that it is not overtaken; a deletion always, and nothing that is', () => {
    const { overtaken, vouch } = open(put('owl', 5), put('wren', 5), removal('kite', 5));
    overtaken.note([['owl', 7]]);
    const shown = () =>
      [put('owl', 5), put('wren', 5), removal('kite', 5)].map((operation) => overtaken.shows(operation));
    expect(shown()).toEqual([false, true, true]);
    vouch(6);
    expect(shown()).toEqual([false, false, true]);
    expect(overtaken.includes(put('wren', 5))).toBe(false);
  });
});
