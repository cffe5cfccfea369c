import { CacheError } from 'nuthatch/engine';

/** Where in a trace something is wrong. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Says what a line of a trace must be, and what it is. */
export function badLine({ file, line }: Place, expected: string, found: string): CacheError {
  return new CacheError('bad_trace', `${file}, line ${line}: expected ${expected}, found ${show(found)}`);
}

/** Says why a trace cannot be used as a whole. */
export function badTrace(file: string, why: string, cause?: unknown): CacheError {
  return new CacheError('bad_trace', `${file} ${why}`, cause);
}

/** Says that `option` must be `expected`. */
export function badOption(option: string, expected: string, found: unknown): CacheError {
  return new CacheError('bad_option', `${option} must be ${expected}, got ${show(found)}`);
}

/** Says that `name` is none of the names that there are. */
export function unknownName(option: string, name: unknown, known: readonly string[]): CacheError {
  return new CacheError('unknown_name', `${option} must be one of ${known.join(', ')}, got ${show(name)}`);
}

/** Says that the plotting library is not installed. */
export function missingPlotter(cause: unknown): CacheError {
  const remedy = 'npm install echarts';
  return new CacheError('missing_peer', `curves are drawn by the package echarts; ${remedy}`, cause);
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown;
  return String(isError ? thrown.message : thrown);
}

function show(found: unknown): string {
  if (typeof found !== 'string') return Array.isArray(found) ? JSON.stringify(found) : String(found);
  return JSON.stringify(found.length > 80 ? `${found.slice(0, 80)}…` : found);
}
