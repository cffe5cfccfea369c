import { join } from 'node:path';
import { type Cache, createCache, type WritePolicyName } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';
import { temporaryFolder } from '../support/temporary-folder.js';

const ACCOUNTS = 100;
const EACH = 1000;
const key = (account: number): string => `account:${account}`;

/** A bank in which money is moved all the time, and none comes or goes. */
class Bank {
  transfers = 0;
  readonly #cache: Cache<number>;
  private isOpen = true;

  constructor(cache: Cache<number>) {
    this.#cache = cache;
  }

  async open(): Promise<void> {
    await this.#cache.setMany(Array.from({ length: ACCOUNTS }, (_, account) => [key(account), EACH]));
  }

  /** Moves money between its own accounts, which no other teller touches, until the bank closes. */
  async teller(number: number, tellers: number): Promise<void> {
    const own = Array.from({ length: ACCOUNTS }, (_, account) => account).filter(
      (a) => a % tellers === number,
    );
    for (let turn = 0; this.isOpen; turn++) {
      const [from, to] = [own[turn % own.length], own[(turn * 7 + 1) % own.length]];
      if (from === undefined || to === undefined || from === to) continue;
      const [have, has] = [await this.#cache.get(key(from)), await this.#cache.get(key(to))];
      if (have === undefined || has === undefined) throw new Error('an account is gone');
      await this.#cache.setMany([[key(from), have - 1], [key(to), has + 1]]); // prettier-ignore
      this.transfers++;
      if (turn % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.isOpen = false;
  }
}

function sumOf(records: readonly { readonly value: unknown }[] | undefined): number | undefined {
  return records?.reduce((sum, { value }) => sum + (JSON.parse(String(value)) as number), 0);
}

describe.each<[WritePolicyName | 'no store']>([['no store'], ['writeThrough'], ['writeBack']])(
  'snapshots of a bank at work, %s',
  (policy) => {
    it('miss no money, whenever they are taken', async () => {
      const folder = await temporaryFolder();
      const more =
        policy === 'no store'
          ? {}
          : {
              store: sqlite({ file: join(folder, 'bank.db') }),
              writePolicy: policy,
              writeBack: { flushInterval: 5, flushCount: 20 },
            };
      const cache = await createCache<number>({ codec: 'json', maxItems: 1000, ...more });
      const bank = new Bank(cache);
      await bank.open();
      const tellers = [0, 1, 2, 3].map((number) => bank.teller(number, 4));
      const sums = new Set<number | undefined>();
      for (let taken = 0; taken < 70; taken++) {
        const { entries, rows } = await cache.snapshot();
        sums.add(sumOf(entries));
        if (policy !== 'no store') sums.add(sumOf(rows));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const file = join(folder, 'bank.snapshot');
      await cache.saveSnapshot(file);
      bank.close();
      await Promise.all(tellers);
      expect(bank.transfers).toBeGreaterThan(70);
      expect([...sums]).toEqual([ACCOUNTS * EACH]);
      await cache.restoreSnapshot(file);
      const { entries, rows } = await cache.snapshot();
      expect(sumOf(entries)).toBe(ACCOUNTS * EACH);
      expect(sumOf(rows)).toBe(policy === 'no store' ? undefined : ACCOUNTS * EACH);
      await cache.close();
    });
  },
);
