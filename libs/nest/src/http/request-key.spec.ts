import fc from 'fast-check';
import type { Principal } from './principal.js';
import { keyOf } from './request-key.js';

const someone = (id: string): Principal => ({ kind: 'someone', id });
const anyone: Principal = { kind: 'anyone' };

describe('keyOf', () => {
  it('lets nothing that is asked pass for somebody, or for a variant', () => {
    const [ann, bare] = [someone('a'.repeat(43)), { prefix: '', headers: {} }];
    const real = keyOf({ ...bare, asked: 'x', principal: ann }, []);
    expect(keyOf({ ...bare, asked: real, principal: anyone }, [])).not.toBe(real);
  });

  it('differs where anything differs', () => {
    const piece = fc.constantFrom(' ~', '~', ' ', ' ~user:a', ' ~vary:b', 'x', '~~');
    const asked = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
    const principal = fc.constantFrom(anyone, someone('a'), someone('a ~'), someone('b'));
    const parts = fc.record({ asked, principal });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const [oneKey, otherKey] = [one, other].map((each) =>
          keyOf({ prefix: '', headers: {}, ...each }, []),
        );
        expect(oneKey === otherKey).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 2000 },
    );
  });

  it('tells headers apart that are there, empty, or in two lines', () => {
    const keys = [
      {},
      { a: '' },
      { a: 'x' },
      { a: ['x'] },
      { a: 'x', b: 'y' },
      { b: 'x' },
      { a: 'xb:1:y' },
    ].map((headers) => keyOf({ prefix: '', asked: 'x', principal: anyone, headers }, ['a', 'b']));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps keys short, and secrets out of them', () => {
    const headers = { authorization: 'secret' };
    const key = keyOf({ prefix: '', asked: 'x'.repeat(9000), principal: anyone, headers }, ['authorization']);
    expect(key.length).toBeLessThan(120);
    expect(key).not.toContain('secret');
  });
});
