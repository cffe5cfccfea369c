/** What is cached: it names its key, so that a value of another one is noticed. */
export interface Versioned {
  readonly key: string;
  readonly version: number;
}
