import type {
  Claim,
  Deletion,
  Filled,
  Invalidation,
  LeaseRequest,
  Row,
  SharedTier,
  TierRead,
} from 'nuthatch/engine';
import type { LocalNamespace } from './local-namespace.js';

const ROWS_PER_PAGE = 100;

/** What a connection asks its server. */
export interface LocalServer {
  /** Runs a task as soon and as well as the server is in the mood to. */
  run<T>(task: () => T): Promise<T>;
  /** What there is of a name at present. */
  namespace(name: string): LocalNamespace;
  time(): number;
}

/** One cache's connection to a local tier. It can be used between `open` and `close` alone. */
export class LocalConnection implements SharedTier {
  readonly #server: LocalServer;
  readonly #name: string;
  readonly #changed: (isOpen: boolean) => void;
  #isOpen = false;

  /** @param changed is told when it is opened, and when it is closed. */
  constructor(server: LocalServer, name: string, changed: (isOpen: boolean) => void) {
    this.#server = server;
    this.#name = name;
    this.#changed = changed;
  }

  async open(): Promise<void> {
    await this.#server.run(() => undefined);
    this.#isOpen = true;
    this.#changed(true);
  }

  get(key: string): Promise<TierRead> {
    return this.#ask((there) => there.read(key));
  }

  getMany(keys: readonly string[]): Promise<readonly TierRead[]> {
    return this.#ask((there) => keys.map((key) => there.read(key)));
  }

  put(rows: readonly Row[]): Promise<readonly number[]> {
    return this.#ask((there) => rows.map((row) => there.put(row)));
  }

  delete(deletions: readonly Deletion[]): Promise<readonly number[]> {
    return this.#ask((there) => deletions.map(({ key, version }) => there.delete(key, version)));
  }

  claim(key: string, request: LeaseRequest): Promise<Claim> {
    return this.#ask((there) => there.claim(key, request));
  }

  fill(row: Row, claim: Pick<Claim, 'stamp' | 'token'>): Promise<Filled> {
    return this.#ask((there) => there.fill(row, claim));
  }

  release(key: string, token: string): Promise<boolean> {
    return this.#ask((there) => there.release(key, token));
  }

  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.#ask((there) => invalidations.forEach((each) => there.invalidate(each)));
  }

  invalidations(): Promise<readonly Invalidation[]> {
    return this.#ask((there) => there.invalidations());
  }

  clear(): Promise<void> {
    return this.#ask((there) => there.clear());
  }

  async *scan(): AsyncGenerator<readonly Row[]> {
    const rows = await this.#ask((there) => there.rows());
    while (rows.length > 0) yield this.#ask(() => rows.splice(0, ROWS_PER_PAGE));
  }

  time(): Promise<number> {
    return this.#ask(() => this.#server.time());
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#changed(false);
  }

  #ask<T>(task: (there: LocalNamespace) => T): Promise<T> {
    if (!this.#isOpen) return Promise.reject(new Error(`the tier of ${this.#name} is not open`));
    return this.#server.run(() => task(this.#server.namespace(this.#name)));
  }
}
