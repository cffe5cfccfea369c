/** Between a key and what makes it one person's; a control character, which no URL and hardly a key contains. */
const APART = '\u001f';

/** Where the round of a key is kept. */
export function markerOf(key: string): string {
  return `${key}${APART}round`;
}

/** Where the answer of one person lies that was kept in a round. */
export function personalKey(key: string, round: string, person: string): string {
  return [key, round, person].join(APART);
}
