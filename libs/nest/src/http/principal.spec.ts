import { principalOf, type PrincipalRules } from './principal.js';

function id(request: object, rules?: PrincipalRules): string {
  const principal = principalOf({ headers: {}, ...request }, rules);
  return principal.kind === 'someone' ? principal.id : principal.kind;
}

describe('principalOf', () => {
  it.each([
    {},
    {
      headers: {
        accept: '*/*',
        'user-agent': 'x',
        'sec-fetch-user': '?1',
        'x-request-id': '7',
        ':authority': 'x',
      },
    },
    { headers: { cookie: '' } },
    { headers: { cookie: '_ga=1; _ga_X=2; __utmz=3' } },
    { user: undefined, session: undefined, auth: null },
    { session: { cookie: { maxAge: 5 } } },
  ])('takes %j for anyone', (request) => {
    expect(id(request)).toBe('anyone');
  });

  const different: readonly object[] = [
    { headers: { authorization: 'a' } },
    { headers: { 'proxy-authorization': 'a' } },
    { headers: { 'x-api-key': 'a' } },
    { headers: { 'X-Api-Key': 'a' } },
    { headers: { 'x-auth-token': 'a' } },
    { headers: { 'x-forwarded-user': 'a' } },
    { headers: { cookie: 'a' } },
    { headers: { cookie: 'sid=a' } },
    { headers: { cookie: 'sid=a; sid=b' } },
    { headers: { cookie: 'sid=b; sid=a' } },
    { headers: { cookie: '_ga="; sid=a"' } },
    { headers: { cookie: '_ga=1, sid=a' } },
    { headers: { cookie: '_ga=1, sid=b' } },
    { headers: { authorization: 'a', cookie: 'sid=a' } },
    { headers: { authorization: ['a', 'b'] } },
    { headers: { authorization: 'a,b' } },
    { headers: { authorization: '\ud800' } },
    { headers: { authorization: '\ud801' } },
    { user: { id: 1 } },
    { user: { id: '1' } },
    { user: { sub: '1' } },
    { user: { email: '1' } },
    { user: { id: 1, tenant: 'x' } },
    { user: { id: 1, tenant: { id: 'x' } } },
    { user: { id: 1, tenant: { id: 'y' } } },
    { user: { id: 1, roles: ['admin'] } },
    { user: { id: 1, roles: [{ id: 'admin' }] } },
    { user: '1' },
    { auth: { sub: '1' } },
    { session: { userId: 1 } },
    { session: { userId: 2, cookie: {} } },
    { session: { data: () => ({ userId: 3 }) } },
    { raw: { user: { id: 9 } } },
    { socket: { encrypted: true, getPeerCertificate: () => ({ fingerprint256: 'AA' }) } },
    { raw: { socket: { encrypted: true, getPeerCertificate: () => ({ fingerprint256: 'BB' }) } } },
  ];

  it('tells everybody apart', () => {
    const ids = different.map((request) => id(request));
    expect(ids.filter((each) => !/^[\w-]{43}$/.test(each))).toEqual([]);
    expect(new Set(ids).size).toBe(different.length);
  });

  it.each([
    ['a token that is made anew', { user: { id: 1, iat: 1, exp: 2 } }, { user: { id: 1, iat: 3, exp: 4 } }],
    [
      'a cookie of analytics',
      { headers: { cookie: 'sid=a; _ga=1' } },
      { headers: { cookie: '_ga=2; sid=a' } },
    ],
    ['the life of a session', { session: { id: 1, cookie: 1 } }, { session: { id: 1, cookie: 2 } }],
  ])('is not confused by %s', (_what, one, other) => {
    expect(id(one)).toBe(id(other));
  });

  it.each([
    ['a user without id', { user: { name: 'ann' } }],
    ['a user who is true', { user: true }],
    ['a cookie larger than life', { headers: { cookie: `a=${'x'.repeat(9000)}` } }],
    [
      'a session that cannot be written',
      {
        session: {
          self: {
            toJSON: () => {
              throw new Error('no');
            },
          },
        },
      },
    ],
    [
      'a user who cannot be read',
      {
        get user(): never {
          throw new Error('secret');
        },
      },
    ],
    ['no headers', { headers: undefined }],
  ])('does not identify %s, and tells no secret', (_what, request) => {
    const principal = principalOf(
      Object.defineProperties({ headers: {} }, Object.getOwnPropertyDescriptors(request)),
    );
    expect(principal.kind).toBe('unidentified');
    expect(JSON.stringify(principal)).not.toContain('secret');
  });

  it.each([undefined, null, 1, 'x', () => undefined, []])('takes %p for no request', (request) => {
    expect(principalOf(request).kind).toBe('unidentified');
  });

  it('asks identify first', () => {
    const request = { headers: { cookie: 'sid=a', authorization: 'b' } };
    expect(id(request, { identify: () => 'ann' })).toBe(id({}, { identify: () => 'ann' }));
    expect(id(request, { identify: () => 'ann' })).not.toBe(id(request, { identify: () => 'ben' }));
    expect(id(request, { identify: () => null })).toBe('anyone');
    expect(id(request, { identify: () => undefined })).toBe(id(request));
    expect(id(request, { identify: () => '' })).toBe('unidentified');
    // A promise, as from an async function that no compiler has checked.
    expect(id(request, { identify: (() => Promise.resolve('ann')) as never })).toBe('unidentified');
  });

  it('takes more headers, and other cookies, as it is told', () => {
    expect(id({ headers: { 'x-device': '1' } })).toBe('anyone');
    expect(id({ headers: { 'x-device': '1' } }, { principalHeaders: ['X-Device'] })).toMatch(/^[\w-]{43}$/);
    expect(id({ headers: { cookie: 'theme=dark' } }, { publicCookies: ['the*'] })).toBe('anyone');
    expect(id({ headers: { cookie: '_ga=1' } }, { publicCookies: [] })).toMatch(/^[\w-]{43}$/);
  });
});
