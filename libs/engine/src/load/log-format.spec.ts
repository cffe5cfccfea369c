import { logFormats } from './log-format.js';

const { combined, json } = logFormats;
const request = (path: string) => ({ kind: 'request', path });

/** A line as Apache and nginx write it. */
function lineOf(said: string, status: number | string = 200): string {
  return `203.0.113.7 - owl [10/Oct/2025:13:55:36 -0700] "${said}" ${status} 2326 "https://a.example/" "Bird/1.0 (\\"x\\")"`;
}

describe('the combined log format', () => {
  it.each([
    ['a GET', lineOf('GET /owls?id=1 HTTP/1.1'), '/owls?id=1'],
    ['a redirect', lineOf('GET /owls HTTP/2.0', 304), '/owls'],
    ['a request without a protocol', lineOf('GET /owls'), '/owls'],
    ['the common format', '::1 - - [10/Oct/2025:13:55:36 -0700] "GET / HTTP/1.1" 200 12', '/'],
    ['an escaped quote in the path', lineOf('GET /say\\"hi\\" HTTP/1.1'), '/say\\"hi\\"'],
    ['a user with spaces', lineOf('GET /owls HTTP/1.1').replace('owl', 'barn owl'), '/owls'],
  ])('counts %s', (_name, line, path) => {
    expect(combined(line)).toEqual(request(path));
  });

  it.each([
    ['another method', lineOf('POST /owls HTTP/1.1')],
    ['a question about a resource', lineOf('HEAD /owls HTTP/1.1')],
    ['an error of the client', lineOf('GET /owls HTTP/1.1', 404)],
    ['an error of the server', lineOf('GET /owls HTTP/1.1', 503)],
    ['an interim answer', lineOf('GET /owls HTTP/1.1', 101)],
    ['a connection that said nothing', lineOf('-', 408)],
    ['what is no HTTP', lineOf('\\x16\\x03\\x01', 400)],
  ])('skips %s', (_name, line) => {
    expect(combined(line)).toEqual({ kind: 'skipped' });
  });

  it.each([
    ['no status', lineOf('GET /owls HTTP/1.1', '-')],
    ['a status of four digits', lineOf('GET /owls HTTP/1.1', 2000)],
    ['no time', '203.0.113.7 - - "GET /owls HTTP/1.1" 200 2326'],
    ['half a line', lineOf('GET /owls HTTP/1.1').slice(0, 60)],
    ['JSON', '{"path":"/owls"}'],
    ['noise', '\u0000\ufffd['],
  ])('takes a line for broken that has %s', (_name, line) => {
    expect(combined(line)).toEqual({ kind: 'broken' });
  });

  it.each([
    ['opening brackets', '['.repeat(65_000)],
    ['a request without end', `- - - [t] "GET /${'a'.repeat(65_000)}`],
    ['escapes', `- - - [t] "${'\\"'.repeat(32_000)}`],
    ['backslashes', `- - - [t] "${'\\'.repeat(65_000)}`],
    ['times', `- - - ${'[t] "'.repeat(13_000)}`],
    ['spaces', `- - - [t] "GET ${' '.repeat(65_000)}" 200`],
  ])('is done at once with 64 KB of %s', (_name, line) => {
    // A reader that tries again from every place would take minutes for these 200.
    for (let time = 0; time < 200; time++) expect(combined(line).kind).not.toBe('request');
  });
});

describe('the JSON log format', () => {
  it.each([
    ['flat fields', { method: 'GET', path: '/owls', status: 200 }],
    ['nginx', { request_method: 'GET', request_uri: '/owls', status: '304' }],
    ['nginx with the whole request', { request: 'GET /owls HTTP/1.1', status: '200' }],
    ['pino-http', { level: 30, req: { method: 'GET', url: '/owls' }, res: { statusCode: 200 } }],
    ['Caddy', { request: { method: 'GET', uri: '/owls' }, status: 200 }],
    ['a path alone', { url: '/owls' }],
  ])('counts a request of %s', (_name, entry) => {
    expect(json(JSON.stringify(entry))).toEqual(request('/owls'));
  });

  it.each([
    ['another method', { method: 'PUT', path: '/owls', status: 200 }],
    ['an error', { method: 'GET', path: '/owls', status: 500 }],
    ['no status that is a number', { path: '/owls', status: 'ok' }],
    ['no request', { level: 30, msg: 'listening' }],
    ['a path that is no text', { path: 7 }],
    ['a prototype in the place of fields', JSON.parse('{"__proto__":{"path":"/owls"}}') as object],
  ])('skips what has %s', (_name, entry) => {
    expect(json(JSON.stringify(entry))).toEqual({ kind: 'skipped' });
  });

  it.each(['{"path":"/ow', '[1]', '7', 'null', '"text"', 'GET /owls', '{}}', '['.repeat(60_000)])(
    'takes %.20s for broken',
    (line) => {
      expect(json(line)).toEqual({ kind: 'broken' });
    },
  );
});
