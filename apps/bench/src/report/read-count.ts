/** The number of an option, or what stands in for it. @throws Error where it is no positive integer. */
export function readCount(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`a count must be a positive integer, got ${text}`);
}
