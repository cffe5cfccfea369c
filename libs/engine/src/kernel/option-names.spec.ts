import { assertKnown } from './option-names.js';
import { Problems } from './problems.js';

const KNOWN = { ttl: true, tags: true } as const;

describe('the names of options', () => {
  it('may be left out, and those of every object are none of them', () => {
    expect(() => assertKnown({ ttl: 1 }, KNOWN)).not.toThrow();
    expect(() => assertKnown({ toString: 1 }, KNOWN)).toThrow(
      'there is no option toString; there are ttl, tags',
    );
  });

  it('are all named that there are not, behind what they are within', () => {
    expect(() => assertKnown({ tttl: 1, tag: 1 }, ['ttl'], 'writeBack.')).toThrow(
      '- there is no option writeBack.tttl; there are writeBack.ttl\n- there is no option writeBack.tag; there are writeBack.ttl',
    );
  });

  it('are told beside what else is wrong, one line each', () => {
    const problems = new Problems();
    problems.checkNames({ tttl: 1, tag: 1 }, KNOWN);
    problems.checkNames({ ttl: 1 }, KNOWN);
    expect(() => problems.settle({})).toThrow(
      '- there is no option tttl; there are ttl, tags\n- there is no option tag; there are ttl, tags',
    );
  });
});
