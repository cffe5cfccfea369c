import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Collects twice, watching only the first time; prints what it heard. */
const PROGRAM = `
  const { v8Heap } = await import('./heap.ts');
  const heard = [];
  const stop = v8Heap.start((share) => heard.push(share > 0 && share < 1));
  const turn = () => new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc();
  await turn();
  stop();
  globalThis.gc();
  await turn();
  console.log(JSON.stringify(heard));
`;

describe('the heap of V8', () => {
  it('tells its used share after full collections, until it is told to stop', () => {
    const args = ['--expose-gc', '--import', '@swc-node/register/esm-register', '--input-type=module', '-e'];
    const out = execFileSync(process.execPath, [...args, PROGRAM.replace('./heap.ts', heap())], {
      encoding: 'utf8',
      env: process.env,
    });
    expect(JSON.parse(out)).toEqual([true]);
  });
});

function heap(): string {
  return join(import.meta.dirname, 'heap.ts');
}
