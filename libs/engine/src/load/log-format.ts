/** What a line of an access log says: a request that counts, something else, or nothing that can be read. */
export type LogLine =
  | { readonly kind: 'request'; readonly path: string }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'broken' };

const SKIPPED: LogLine = { kind: 'skipped' };
const BROKEN: LogLine = { kind: 'broken' };

/** Host, identity, user and time, then the request in quotes and the status; what follows is of no interest. No part of it can match in two ways. */
const COMBINED = /^[^[]*\[[^\]]*\] "((?:[^"\\]|\\.)*)" (\d{3})(?: |$)/;
const REQUEST = /^([A-Z]+) (\S+)(?: \S+)?$/;

/** How lines of the formats are read, by name. */
export const logFormats = { combined: readCombined, json: readJson } as const;

/** How the lines of an access log are written: the combined log format, or one JSON object in each. */
export type LogFormat = keyof typeof logFormats;

/** The combined log format of Apache and nginx, and the common one. Only answered `GET` requests count: those with a status of 2xx or 3xx. */
function readCombined(line: string): LogLine {
  const [, request = '', status] = COMBINED.exec(line) ?? [];
  return status === undefined ? BROKEN : judge({ ...partsOf(request), status: Number(status) });
}

/**
 * One object a line. The path is looked for under `path`, `url`, `uri` and `request_uri`, the others under `method`, `request_method`, and `status`,
 * `statusCode`, `status_code`: in the object itself, then in its `request`, `req`, `response`, `res`. `request` may be the first line of the request.
 */
function readJson(line: string): LogLine {
  const entry = parsed(line);
  if (entry === undefined) return BROKEN;
  const places = [entry, entry['request'], entry['req'], entry['response'], entry['res']].filter(isObject);
  const method = firstOf(places, ['method', 'request_method']);
  const path = firstOf(places, ['path', 'url', 'uri', 'request_uri']);
  const status = firstOf(places, ['status', 'statusCode', 'status_code']);
  const { request } = entry;
  const said = typeof request === 'string' ? partsOf(request) : {};
  return judge({
    method: method ?? said.method ?? 'GET',
    path: path ?? said.path,
    status: Number(status ?? 200),
  });
}

interface LoggedRequest {
  readonly method?: unknown;
  readonly path?: unknown;
  readonly status: number;
}

function judge({ method, path, status }: LoggedRequest): LogLine {
  if (typeof path !== 'string' || method !== 'GET' || !(status >= 200 && status < 400)) return SKIPPED;
  return { kind: 'request', path };
}

/** Nothing where it is not the first line of a request, such as the `-` of a connection that said nothing. */
function partsOf(request: string): { readonly method?: string; readonly path?: string } {
  const [, method, path] = REQUEST.exec(request) ?? [];
  return method === undefined || path === undefined ? {} : { method, path };
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function firstOf(places: readonly Record<string, unknown>[], names: readonly string[]): unknown {
  for (const place of places) for (const name of names) if (Object.hasOwn(place, name)) return place[name];
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
