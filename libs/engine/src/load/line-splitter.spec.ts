import fc from 'fast-check';
import { LineSplitter } from './line-splitter.js';

/** Cuts bytes at those places, and the pieces into lines. */
function split(bytes: Buffer, cuts: readonly number[], longest = 100): { lines: string[]; tooLong: number } {
  const splitter = new LineSplitter(longest);
  const places = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other),
    bytes.length,
  ];
  const lines: string[] = [];
  places.forEach((place, index) => {
    const piece = Buffer.from(bytes.subarray(places[index - 1] ?? 0, place));
    lines.push(...splitter.push(piece));
    piece.fill('x');
  });
  lines.push(...splitter.end());
  return { lines, tooLong: splitter.tooLong };
}

describe('the line splitter', () => {
  it('gives the same lines wherever the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), fc.boolean(), (texts, cuts, hasEnd) => {
        const bytes = Buffer.from(texts.join('\n') + (hasEnd ? '\n' : ''));
        const short = texts.filter((text) => text !== '' && Buffer.byteLength(text) <= 20);
        const long = texts.filter((text) => Buffer.byteLength(text) > 20);
        expect(split(bytes, cuts, 20)).toEqual({ lines: short, tooLong: long.length });
      }),
      { numRuns: 1000 },
    );
  });

  it('ends lines at CRLF as well, and leaves out empty ones', () => {
    expect(split(Buffer.from('a\r\n\nb\rc\n'), [2]).lines).toEqual(['a', 'b\rc']);
  });

  it('keeps nothing of a line that is too long, and goes on after it', () => {
    const splitter = new LineSplitter(10);
    const pieces = Array.from({ length: 1000 }, () => Buffer.alloc(1000, 'x'));
    expect(pieces.flatMap((piece) => [...splitter.push(piece)])).toEqual([]);
    expect([...splitter.push(Buffer.from('x\nshort\n'))]).toEqual(['short']);
    expect(splitter.tooLong).toBe(1);
  });
});
