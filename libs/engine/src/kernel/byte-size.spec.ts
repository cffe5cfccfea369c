import { parseByteSize } from './byte-size.js';

describe('parseByteSize', () => {
  it.each<[number | string, number]>([
    [1, 1],
    [1.9, 1],
    [Infinity, Infinity],
    ['10b', 10],
    ['1kb', 1024],
    ['1.5 KB', 1536],
    ['64mb', 67_108_864],
    [' 2GB ', 2_147_483_648],
  ])('reads %p as %d bytes', (size, bytes) => {
    expect(parseByteSize('maxBytes', size)).toBe(bytes);
  });

  it.each([0, -1, NaN, '64', '', 'mb', '64 apples', '-1kb', '0mb'])(
    'refuses %p and names the option',
    (size) => {
      expect(() => parseByteSize('maxBytes', size)).toThrow(/^maxBytes must be a positive number of bytes/);
    },
  );
});
