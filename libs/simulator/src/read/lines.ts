import { badLine } from '../errors.js';

const LONGEST_LINE = 1 << 20;
/** The byte order mark of UTF-8, read as Latin-1. */
const MARK = '\u00ef\u00bb\u00bf';

/**
 * Calls `use` for every line that is not blank, with its number from 1. Bytes are read as Latin-1, which tells all of them apart,
 * whatever the encoding is.
 * @throws CacheError `bad_trace` for a line of more than a megabyte: that is no trace.
 */
export async function eachLine(
  bytes: AsyncIterable<Buffer>,
  file: string,
  use: (text: string, line: number) => void,
): Promise<void> {
  let rest = '';
  let line = 0;
  for await (const chunk of bytes) {
    const texts = (rest + chunk.toString('latin1')).split('\n');
    rest = texts.pop() ?? '';
    for (const text of texts) visit(text, ++line, use);
    if (rest.length > LONGEST_LINE) throw badLine({ file, line: line + 1 }, 'a line below 1 MiB', rest);
  }
  visit(rest, line + 1, use);
}

function visit(text: string, line: number, use: (text: string, line: number) => void): void {
  const start = line === 1 && text.startsWith(MARK) ? MARK.length : 0;
  const bare = text.slice(start, text.endsWith('\r') ? -1 : undefined);
  if (bare !== '') use(bare, line);
}
