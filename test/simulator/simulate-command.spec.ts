import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { evictionStrategies } from 'nuthatch/engine';
import { nuthatch } from './command.js';
import { fileWith, temporaryFolder } from './files.js';

const lines = gzipSync(Array.from({ length: 3000 }, (_, index) => `${(index * index) % 97}\n`).join(''));

describe('nuthatch simulate', () => {
  it('prints an array of rows and nothing else where it is asked for JSON', async () => {
    const trace = await fileWith(lines, 'squares.txt.gz');
    const { code, stdout, stderr } = await nuthatch('simulate', trace, '--sizes', '10,20', '--json');
    const rows: unknown = JSON.parse(stdout);
    const names = Object.keys(evictionStrategies);
    expect(rows).toEqual(
      [10, 20].flatMap((size) =>
        names.map((strategy) => ({
          trace: 'squares',
          size,
          strategy,
          requests: 3000,
          hits: expect.any(Number),
          hitRatio: expect.any(Number),
        })),
      ),
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('prints a table, the best of each size first, and what to take', async () => {
    const trace = await fileWith('a\nb\nc\na\nd\na\nb\nc\n', 'birds.txt');
    const args = ['--sizes', '2, 3', '--strategies', 'fifo, lru'];
    const { stdout } = await nuthatch('simulate', trace, ...args);
    expect(stdout.replaceAll(/\d+$/gm, 'N').split('\n')).toEqual([
      'birds (lines): 8 requests for 4 keys',
      '',
      expect.stringMatching(/^size {2}strategy {2}hit ratio {2}optimum {2}evictions {2}ns\/request$/),
      expect.stringMatching(/^ +2 {2}(lru|fifo) +12\.50 % {2}37\.50 % +5 +N$/),
      expect.stringMatching(/^ +2 {2}(lru|fifo) +12\.50 % {2}37\.50 % +5 +N$/),
      expect.stringMatching(/^ +3 {2}lru +25\.00 % {2}50\.00 % +3 +N$/),
      expect.stringMatching(/^ +3 {2}fifo +12\.50 % {2}50\.00 % +4 +N$/),
      '',
      'Take lru at 3: 25.00 % of the requests hit (the optimum there is 50.00 %), the most of what was tried.',
      '',
    ]);
  });

  it('draws curves, with the optimum, that do not get into the JSON', async () => {
    const trace = await fileWith(lines);
    const svg = join(await temporaryFolder(), 'curves.svg');
    const args = ['--sizes', '10,50', '--strategies', 'lru', '--json', '--svg', svg];
    const { stdout } = await nuthatch('simulate', trace, ...args);
    expect(JSON.parse(stdout)).toMatchObject([{ strategy: 'lru' }, { strategy: 'lru' }]);
    expect(await readFile(svg, 'utf8')).toMatch(/^<svg .*>optimum<\/text>/s);
  });

  it('takes sizes in bytes for a CSV with weights', async () => {
    const trace = await fileWith('id,bytes\na,2048\nb,2048\na,2048\n', 'birds.csv');
    const columns = ['--key', 'id', '--weight', 'bytes'];
    const args = ['--bytes', '--sizes', '4kb,2048', '--strategies', 'lru', '--json'];
    const { stdout } = await nuthatch('simulate', trace, ...columns, ...args);
    expect(JSON.parse(stdout)).toMatchObject([
      { size: 4096, hits: 1 },
      { size: 2048, hits: 0 },
    ]);
  });

  it.each([
    ['strategies must be one of all, opt, ', ['--sizes', '10', '--strategies', 'lru,magic']],
    ['sizes must be positive whole numbers, got "ten"', ['--sizes', 'ten']],
    ["option '--sizes <list>' not specified", []],
    ["argument 'xml' is invalid", ['--sizes', '10', '--format', 'xml']],
    ["line 1: expected an integer or '*'", ['--sizes', '10', '--format', 'lirs']],
    ["unit must be 'items' for a trace without weights", ['--sizes', '10', '--bytes']],
  ])('refuses in one line, and prints nothing else: %s', async (complaint, args) => {
    const { code, stdout, stderr } = await nuthatch('simulate', await fileWith('a\nb\n'), ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toContain(complaint);
  });
});
