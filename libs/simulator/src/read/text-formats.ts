import { badLine } from '../errors.js';
import type { Format } from './format.js';
import { eachLine } from './lines.js';

/** More blocks than this in one request are a mistake, not a request. */
const MOST_BLOCKS = 1_000_000;

/** One key per line, any text. */
export const lines: Format = (bytes, { file, builder }) => eachLine(bytes, file, (text) => builder.add(text));

/** One integer per line; lines of `*` are marks, as in the traces of LIRS. */
export const lirs: Format = (bytes, { file, builder }) =>
  eachLine(bytes, file, (text, line) => {
    const key = text.trim();
    if (key === '*') return;
    if (!/^-?\d+$/.test(key)) throw badLine({ file, line }, "an integer or '*'", text);
    builder.add(key);
  });

/** The traces of ARC: start, count, something ignored, number of the request; asks for `count` blocks from `start` on. */
export const arc: Format = (bytes, { file, builder }) =>
  eachLine(bytes, file, (text, line) => {
    const [start = NaN, count = NaN] = fieldsOfArc(text) ?? [];
    if (!Number.isSafeInteger(start + count) || count > MOST_BLOCKS)
      throw badLine({ file, line }, 'four integers: start count ignored request', text);
    for (let block = start; block < start + count; block++) builder.add(block);
  });

/** The numbers of a line of an ARC trace, or nothing where it is none. */
export function fieldsOfArc(text: string): number[] | undefined {
  const fields = text.trim().split(/\s+/);
  return fields.length === 4 && fields.every((field) => /^\d+$/.test(field)) ? fields.map(Number) : undefined;
}
