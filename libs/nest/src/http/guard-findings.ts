/** What tells one user from another; any of them is enough. */
const IDS = ['id', 'sub', '_id', 'userId', 'email'] as const;

/** Claims of a token that differ each time it is made, whoever it is for. */
const CHANGING: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf', 'jti']);

type Finding = string | undefined | { readonly why: string };

/**
 * What a user that a guard has set is told by: its id, and all else in it that is plain text or a number, or has an id of its own, such as a tenant, or
 * roles, since the answer may depend on them. `undefined` where none was set.
 */
export function userOf(user: unknown, name: string): Finding {
  if (user === undefined || user === null || user === false) return undefined;
  if (typeof user === 'boolean' || typeof user === 'function')
    return { why: `request.${name} is a ${typeof user}` };
  if (isScalar(user)) return textOf(user);
  const found = user as Readonly<Record<string, unknown>>;
  const ids = idsOf(found);
  if (ids.length === 0)
    return { why: `request.${name} has none of ${IDS.join(', ')}; tell who it is by the option identify` };
  return JSON.stringify([ids, traitsOf(found)]);
}

function idsOf(found: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return IDS.flatMap((id) => {
    const text = idText(found[id]);
    return text === undefined ? [] : [[id, text] as const];
  });
}

/** What a session holds, beside its cookie; `undefined` where it is empty. */
export function sessionOf(session: unknown): Finding {
  if (typeof session !== 'object' || session === null) return undefined;
  const held = dataOf(session);
  const text = JSON.stringify(held, (name, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  return text === '{}' || text === undefined ? undefined : text;
}

/** Some sessions hand their data out by a method; others are their data, and say beside it how long their cookie lives. */
function dataOf(session: object): unknown {
  if ('data' in session && typeof session.data === 'function') return session.data() as unknown;
  const { cookie: _cookie, ...held } = session as Readonly<Record<string, unknown>>;
  return held;
}

/** An id may be an object, such as that of MongoDB, which tells itself as text. */
function idText(id: unknown): string | undefined {
  if (id === undefined || id === null || id === '') return undefined;
  // What a guard could not read tells nobody from another.
  if (typeof id === 'boolean' || Number.isNaN(id)) return undefined;
  if (isScalar(id)) return textOf(id);
  if (typeof id !== 'object' || Array.isArray(id)) return undefined;
  const text = String(id);
  return text === '[object Object]' ? undefined : `object ${text}`;
}

function traitsOf(user: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.keys(user)
    .filter((name) => !CHANGING.has(name))
    .sort()
    .map((name) => {
      const trait = user[name];
      return [name, Array.isArray(trait) ? trait.flatMap(partOf) : partOf(trait)] as const;
    });
}

/** What tells a member of a user from another: itself, or its ids, or else what in it is plain. */
function partOf(part: unknown): readonly unknown[] {
  if (isScalar(part)) return [textOf(part)];
  if (typeof part !== 'object' || part === null) return [];
  // Only its named members are looked at.
  const found = part as Readonly<Record<string, unknown>>;
  const ids = idsOf(found);
  if (ids.length > 0) return [ids];
  const plain = Object.keys(found).sort();
  return [plain.flatMap((name) => (isScalar(found[name]) ? [[name, textOf(found[name])]] : []))];
}

type Scalar = string | number | bigint | boolean;

function isScalar(value: unknown): value is Scalar {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** The number 1 and the text '1' are different users. */
function textOf(value: Scalar): string {
  return `${typeof value} ${String(value)}`;
}
