import { parseArgs } from 'node:util';
import { HashRing } from 'nuthatch/engine';
import { type Stopwatch, stopwatchOf } from '../child/stopwatch.js';
import { describeMachine } from '../report/machine.js';
import { markdownTable } from '../report/markdown-table.js';
import { readCount } from '../report/read-count.js';
import { median } from '../statistics/median.js';

export const RING_USAGE = `ring [--json] [--rings 1000] [--keys 100000] [--rounds 15]
       times look-ups in hash rings of 4, 10 and 100 nodes, and measures how even the shares of rings of many seeds are`;

/** Of one size of ring. Deviations are of the node that is furthest from the even share, as parts of that share. */
export interface RingRow {
  readonly nodes: number;
  readonly virtualNodes: number;
  readonly nsPerLookUp: number;
  readonly msToAddNode: number;
  readonly medianDeviation: number;
  /** Of the ring that has 99 of 100 before it. */
  readonly deviationOf99: number;
  readonly largestDeviation: number;
}

interface Course {
  readonly rings: number;
  readonly keys: number;
  readonly rounds: number;
}

/** Times look-ups in hash rings, and measures their shares. */
export async function ring(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      rings: { type: 'string' },
      keys: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const course = {
    rings: readCount(values.rings, 1000),
    keys: readCount(values.keys, 100_000),
    rounds: readCount(values.rounds, 15),
  };
  const rows = [4, 10, 100].flatMap((nodes) =>
    [150, 1000].map((virtualNodes) => measure(nodes, virtualNodes, course)),
  );
  console.log(values.json ? JSON.stringify(rows, undefined, 2) : report(rows, course));
}

function measure(nodes: number, virtualNodes: number, { rings, keys, rounds }: Course): RingRow {
  const names = Array.from({ length: nodes }, (_, at) => `node-${at}`);
  const texts = Array.from({ length: keys }, (_, at) => `user:${at}`);
  const timed = new HashRing({ nodes: names, virtualNodes });
  const watch = stopwatchOf('cpu');
  const lookUps = Array.from({ length: rounds }, () => timeLookUps(timed, texts, watch));
  const additions = Array.from({ length: rounds }, () => timeAddition(timed, watch));
  const deviations = Array.from({ length: rings }, (_, seed) =>
    deviationOf(new HashRing({ nodes: names, virtualNodes, seed })),
  ).sort((one, other) => one - other);
  return {
    nodes,
    virtualNodes,
    nsPerLookUp: (median(lookUps) * 1e6) / keys,
    msToAddNode: median(additions),
    medianDeviation: median(deviations),
    deviationOf99: deviations[Math.ceil(rings * 0.99) - 1] ?? NaN,
    largestDeviation: deviations.at(-1) ?? NaN,
  };
}

function timeLookUps(timed: HashRing, keys: readonly string[], watch: Stopwatch): number {
  const from = watch.now();
  let found = 0;
  for (const key of keys) if (timed.getNode(key) !== undefined) found++;
  const ms = watch.now() - from;
  if (found !== keys.length) throw new Error(`${keys.length - found} keys belong to no node`);
  return ms;
}

function timeAddition(timed: HashRing, watch: Stopwatch): number {
  const from = watch.now();
  timed.addNode('late');
  const ms = watch.now() - from;
  timed.removeNode('late');
  return ms;
}

function deviationOf(measured: HashRing): number {
  return Math.max(...Array.from(measured.shares().values(), (share) => Math.abs(share * measured.size - 1)));
}

function report(rows: readonly RingRow[], { rings, keys }: Course): string {
  const lines = rows.map((row) => [
    String(row.nodes),
    String(row.virtualNodes),
    row.nsPerLookUp.toFixed(0),
    row.msToAddNode.toFixed(2),
    ...[row.medianDeviation, row.deviationOf99, row.largestDeviation].map(
      (part) => `${(part * 100).toFixed(1)} %`,
    ),
  ]);
  const head = [
    'nodes',
    'virtual nodes',
    'ns a look-up',
    'ms to add one',
    'off in the middle',
    'in 99 of 100',
    'at most',
  ];
  const what = `Look-ups of ${keys.toLocaleString('en')} keys; how far the node that is furthest from its even share is from it, in ${rings.toLocaleString('en')} rings`;
  return `${describeMachine()}\n\n${what}\n\n${markdownTable(head, lines)}`;
}
