import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Collects twice, watching only the first time; prints what it heard. */
const PROGRAM = `
  const { constants, PerformanceObserver } = await import('node:perf_hooks');
  const { v8Heap } = await import('./heap.ts');
  const heard = [];
  const stop = v8Heap.start((share) => heard.push(share > 0 && share < 1));
  // Is told of a collection after whoever began to watch before it. No observer keeps a process alive.
  let told = () => undefined;
  const isFull = ({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
  new PerformanceObserver((list) => list.getEntries().some(isFull) && told()).observe({ entryTypes: ['gc'] });
  const alive = setInterval(() => undefined, 1000);
  const collect = () => {
    const collected = new Promise((resolve) => (told = resolve));
    globalThis.gc();
    return collected;
  };
  await collect();
  stop();
  await collect();
  clearInterval(alive);
  console.log(JSON.stringify(heard));
`;

describe('the heap of V8', () => {
  it('tells its used share after full collections, until it is told to stop', () => {
    const args = ['--expose-gc', '--import', '@swc-node/register/esm-register', '--input-type=module', '-e'];
    const out = execFileSync(process.execPath, [...args, PROGRAM.replace('./heap.ts', heap())], {
      encoding: 'utf8',
      env: process.env,
      timeout: 25_000,
    });
    expect(JSON.parse(out)).toEqual([true]);
  });
});

function heap(): string {
  return join(import.meta.dirname, 'heap.ts');
}
