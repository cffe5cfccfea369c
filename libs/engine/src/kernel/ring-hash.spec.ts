import { describe, expect, it } from '@jest/globals';
import { ringHash } from './ring-hash.js';

/** The text whose bytes in UTF-16LE are these. */
function textOf(bytes: Buffer): string {
  return bytes.toString('utf16le');
}

describe('ringHash', () => {
  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['ffffffff', 0, 0x76293b50],
    ['21436587', 0, 0xf55b516b],
    ['21436587', 0x5082edee, 0x2362f9de],
    ['2143', 0, 0xa0f7b07a],
    ['00000000', 0, 0x2362f9de],
    ['0000', 0, 0x30f4c306],
  ])('is MurmurHash3 of the bytes "%s" with the seed %i', (bytes, seed, hash) => {
    expect(ringHash(textOf(Buffer.from(bytes, 'hex')), seed)).toBe(hash);
  });

  it.each([
    ['aa', 0x5d211726],
    ['aaaa', 0x5a97808a],
    ['abcd', 0xf0478627],
  ])('is MurmurHash3 of the bytes of "%s"', (ascii, hash) => {
    expect(ringHash(textOf(Buffer.from(ascii)), 0x9747b28c)).toBe(hash);
  });

  it('tells apart texts that differ in any one place, in length, or in halves of a surrogate pair', () => {
    const text = 'user:'.repeat(50);
    const changed = Array.from(text, (_, at) => `${text.slice(0, at)}#${text.slice(at + 1)}`);
    const others = [`${text}\0`, '\0', '', '\u{1f989}', '\ud83e', '\ud83f'];
    const all = [text, ...changed, ...others];
    expect(new Set(all.map((each) => ringHash(each, 7))).size).toBe(all.length);
  });

  it('changes half of its bits with each bit of the seed and of the text', () => {
    for (let bit = 0; bit < 32; bit++) {
      let [bySeed, byText] = [0, 0];
      for (let round = 0; round < 1000; round++) {
        const text = `node-${round}`;
        const flipped = String.fromCharCode(text.charCodeAt(0) ^ (1 << (bit % 16))) + text.slice(1);
        bySeed += bitsOf(ringHash(text, round) ^ ringHash(text, round ^ (1 << bit)));
        byText += bitsOf(ringHash(text, round) ^ ringHash(flipped, round));
      }
      expect(Math.abs(bySeed / 32_000 - 0.5)).toBeLessThan(0.02);
      expect(Math.abs(byText / 32_000 - 0.5)).toBeLessThan(0.02);
    }
  });
});

function bitsOf(number: number): number {
  let bits = 0;
  for (let left = number >>> 0; left !== 0; left &= left - 1) bits++;
  return bits;
}
