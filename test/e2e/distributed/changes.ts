import { expect, it } from '@jest/globals';
import type { AppProcess } from './app-process.js';
import type { Cast } from './cast.js';
import { eventually } from './eventually.js';

type Change = (by: AppProcess, id: string) => Promise<unknown>;

/** Everything by which a process makes an entry of the others old. */
const CHANGES: readonly (readonly [name: string, change: Change])[] = [
  ['evicted by key', (by, id) => by.ask('remove', id)],
  ['evicted by tag', (by, id) => by.ask('removeFlock', id.split('/')[0] ?? '')],
  ['invalidated by pattern', (by, id) => by.ask('removeMatching', `bird:${id.split('/')[0]}/*`)],
  ['invalidated by version', (by) => by.ask('bump', 'bird')],
  ['cleared', (by) => by.ask('clear')],
  ['expired', (by, id) => by.ask('expire', id)],
  ['made old by a published event', (by, id) => by.ask('publish', 'bird.renamed', id)],
];

/** Registers tests of what each process learns of the others. */
export function itTellsOfChanges(cast: () => Cast): void {
  it('shows in every process what one has put', async () => {
    const { all } = cast();
    await all[0]?.ask('rename', 'put/1', 'owl');
    expect(await answers(all, 'put/1')).toEqual(all.map(() => 'owl'));
    await all[3]?.ask('rename', 'put/1', 'wren');
    const seen = await eventually(
      () => answers(all, 'put/1'),
      (names) => names.every((name) => name === 'wren'),
    );
    expect(seen).toEqual(all.map(() => 'wren'));
  });

  it.each(CHANGES)('forgets in every process what one has %s', async (name, change) => {
    const { all } = cast();
    for (const [at, by] of all.entries()) {
      const id = `${name.replaceAll(' ', '-')}-${at}/1`;
      // What a clearing frees in the background may take along what was put just after it.
      const put = async (): Promise<(string | undefined)[]> => {
        await by.ask('rename', id, 'owl');
        return answers(all, id);
      };
      expect(await eventually(put, (names) => names.every((found) => found === 'owl'))).toEqual(
        all.map(() => 'owl'),
      );
      await change(by, id);
      // Whoever is told, is told before the change is acknowledged, or a moment later.
      const seen = await eventually(
        () => answers(all, id),
        (names) => names.every((found) => found === undefined),
      );
      expect([name, at, ...seen]).toEqual([name, at, ...all.map(() => undefined)]);
    }
  });
}

/** Registers a test of keys that are spread over servers. */
export function itReachesManyKeys(cast: () => Cast): void {
  it('reads and writes many keys at once, wherever they are', async () => {
    const { all } = cast();
    const ids = Array.from({ length: 300 }, (_, at) => `many/${at}`);
    await all[1]?.ask('setMany', ids, 'owl');
    const found = await Promise.all(all.map((each) => each.ask('getMany', [...ids, 'many/none'])));
    expect(found).toEqual(all.map(() => [...ids.map(() => 'owl'), undefined]));
    await all[2]?.ask('removeMany', ids.slice(100));
    const left = await eventually(
      () => Promise.all(all.map((each) => each.ask('getMany', ids))),
      (lists) => lists.every((names) => names.filter((name) => name !== undefined).length === 100),
    );
    expect(left).toEqual(all.map(() => ids.map((_, at) => (at < 100 ? 'owl' : undefined))));
  });
}

function answers(all: readonly AppProcess[], id: string): Promise<(string | undefined)[]> {
  return Promise.all(all.map((each) => each.ask('get', id)));
}
