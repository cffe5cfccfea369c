/** Cookies that analytics set in a browser, and no session is known to be kept in. A `*` stands for any ending. */
export const ANALYTICS_COOKIES: readonly string[] = Object.freeze([
  '_ga',
  '_ga_*',
  '_gid',
  '_gat',
  '_gcl_au',
  '_fbp',
  '_fbc',
  '_clck',
  '_clsk',
  '__utma',
  '__utmb',
  '__utmc',
  '__utmt',
  '__utmz',
  '_pk_id.*',
  '_pk_ses.*',
]);

/** Parsers of cookies do not agree on what such characters mean; a value that has one may hide another cookie. */
const AMBIGUOUS = /[",\\]/;

/**
 * What is left of a `Cookie` header without the cookies of these names, in the order in which it came: where a name comes twice, parsers differ in
 * which one counts.
 */
export function privateCookies(header: string, publicNames: readonly string[]): string {
  if (header === '' || AMBIGUOUS.test(header)) return header;
  const kept = header.split(';').filter((pair) => pair.trim() !== '' && !isPublic(nameOf(pair), publicNames));
  return kept.map((pair) => pair.trim()).join(';');
}

function nameOf(pair: string): string {
  const end = pair.indexOf('=');
  return (end === -1 ? pair : pair.slice(0, end)).trim();
}

function isPublic(name: string, publicNames: readonly string[]): boolean {
  return publicNames.some((each) =>
    each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each,
  );
}
