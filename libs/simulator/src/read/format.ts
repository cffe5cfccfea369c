import type { TraceBuilder } from '../trace/trace-builder.js';

/** Where a column of a CSV file is: its name in the header line, or its number from 1 in a file without header line. */
export type Column = string | number;

/** The columns of a CSV file; the other formats have none. */
export interface Columns {
  readonly key: Column | undefined;
  readonly weight: Column | undefined;
}

/** What a format reads into. */
export interface Reading {
  readonly file: string;
  readonly columns: Columns;
  readonly builder: TraceBuilder;
}

/** Reads the bytes of a trace. @throws CacheError `bad_trace` naming file, line, what was expected and found. */
export type Format = (bytes: AsyncIterable<Buffer>, reading: Reading) => Promise<void>;
