/** For how long requests do not wait for each other, once an answer has turned out to be for one alone. */
const PASS_MS = 1000;
const MOST_PASSES = 1000;

/** Keys whose answers were not for all who asked: waiting for one would only make all of them late. */
export class Passes {
  private readonly until = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  has(key: string): boolean {
    if (this.until.size === 0) return false;
    const until = this.until.get(key);
    if (until === undefined) return false;
    if (until > this.now()) return true;
    this.until.delete(key);
    return false;
  }

  add(key: string): void {
    if (this.until.size >= MOST_PASSES) this.until.clear();
    this.until.set(key, this.now() + PASS_MS);
  }
}
