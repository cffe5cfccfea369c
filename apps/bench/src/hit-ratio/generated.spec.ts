import { seededRandom } from 'nuthatch/engine';
import { traceOf, workloads } from './generated.js';

describe.each(Object.entries(workloads))('the workload %s', (name, workload) => {
  it('is the same each time', () => {
    expect(workload(5000, seededRandom(7))).toEqual(workload(5000, seededRandom(7)));
  });

  it('becomes a trace whose keys are numbered as they come', () => {
    const trace = traceOf(name, workload(5000, seededRandom(7)));
    const keys = Array.from({ length: trace.requests }, (_, index) => trace.at(index));
    const firsts = [...new Set(keys)];
    expect(firsts).toEqual(firsts.map((_, at) => at));
    expect(firsts).toHaveLength(trace.keys);
    expect(trace.requests).toBe(5000);
  });
});

it('keeps 65,536 requests in a chunk, as a trace that is read does', () => {
  const trace = traceOf(
    'long',
    Int32Array.from({ length: 70_000 }, (_, turn) => turn % 9),
  );
  expect(trace.chunks.map(({ length }) => length)).toEqual([65_536, 4464]);
});
