import { readVariant, vary } from './variant.js';

const source = 'const LEAD = 0.75;\nconst CANDIDATES = [\n  lirs,\n  lru,\n];\n';

describe('a variant', () => {
  it('is read from settings joined by semicolons', () => {
    expect(readVariant('chooser.LEAD=0.5;w-tinylfu.MAIN=[a, b]')).toEqual([
      { file: 'chooser', constant: 'LEAD', value: '0.5' },
      { file: 'w-tinylfu', constant: 'MAIN', value: '[a, b]' },
    ]);
    expect(readVariant('')).toEqual([]);
    expect(() => readVariant('LEAD=1')).toThrow('expected FILE.CONSTANT=VALUE, got LEAD=1');
  });

  it('puts its values in the place of those of the source', () => {
    const settings = readVariant('a.LEAD=1;a.CANDIDATES=[lru]');
    expect(vary(source, settings)).toBe('const LEAD = 1;\nconst CANDIDATES = [lru];\n');
  });

  it('is refused where the source has no such constant', () => {
    expect(() => vary(source, readVariant('a.LAG=1'))).toThrow('a has no constant LAG');
  });
});
