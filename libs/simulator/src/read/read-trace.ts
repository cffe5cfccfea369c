import { parse } from 'node:path';
import { CacheError } from 'nuthatch/engine';
import { badOption, badTrace, messageOf, unknownName } from '../errors.js';
import type { Trace } from '../trace/trace.js';
import { TraceBuilder } from '../trace/trace-builder.js';
import { bytesOf, peek } from './bytes.js';
import type { Column } from './format.js';
import * as formats from './formats.js';
import { guessFormat } from './guess-format.js';

/** The formats that can be read, by name. */
export type FormatName = keyof typeof formats;

/** How a trace is read. */
export interface ReadTraceOptions {
  /** `'auto'` by default: `csv` by the name of the file, `arc` and `lirs` by its first lines, else `lines`. */
  readonly format?: FormatName | 'auto' | undefined;
  /** The column of keys of a CSV file: a name of its header line, `key` by default, or a number from 1 where it has none. */
  readonly key?: Column | undefined;
  /** The column of weights in bytes of a CSV file, as `key`; by default `weight` or `size`, where there is such a column. */
  readonly weight?: Column | undefined;
}

/** The names of the formats. */
export const formatNames: readonly (FormatName | 'auto')[] = ['auto', 'lines', 'arc', 'lirs', 'csv'];

/** How much of a trace is looked at to guess its format. */
const SAMPLE = 1 << 16;

/**
 * Reads a trace, once and for any number of replays; gzip is recognised by its first bytes. Of the file no more than a piece is in
 * memory at a time; what stays is 4 bytes per request, 12 with weights.
 * @throws CacheError `bad_trace`, naming file, line, what was expected and what was found.
 */
export async function readTrace(file: string, options: ReadTraceOptions = {}): Promise<Trace> {
  const { format = 'auto', key, weight } = options;
  if (!formatNames.includes(format)) throw unknownName('format', format, formatNames);
  const columns = { key: parseColumn('key', key), weight: parseColumn('weight', weight) };
  const builder = new TraceBuilder(file);
  try {
    const { head, all } = await peek(bytesOf(file), SAMPLE);
    const chosen = format === 'auto' ? guessFormat(file, head) : format;
    await formats[chosen](all, { file, columns, builder });
    return builder.build(nameOf(file), chosen);
  } catch (error) {
    throw error instanceof CacheError ? error : badTrace(file, `cannot be read: ${messageOf(error)}`, error);
  }
}

function parseColumn(option: string, column: Column | undefined): Column | undefined {
  const isColumn = typeof column === 'number' ? Number.isSafeInteger(column) && column > 0 : column !== '';
  if (!isColumn) throw badOption(option, 'the name of a column, or its number from 1', column);
  return column;
}

function nameOf(file: string): string {
  const { base } = parse(file.replace(/\.gz$/i, ''));
  return parse(base).name;
}
