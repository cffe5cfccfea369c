// Your own table behind a cache: two methods, and write-back brings it what has changed, one batch at a time.
import Database from 'better-sqlite3';
import { type Change, createCache, type RecordStore } from 'nuthatch/engine';

interface Score {
  readonly player: string;
  readonly points: number;
}

class Scores implements RecordStore<Score> {
  batches = 0;
  readonly #database = new Database(':memory:');

  constructor() {
    this.#database.exec('CREATE TABLE score (player TEXT PRIMARY KEY, points INTEGER NOT NULL)');
  }

  async load(player: string): Promise<Score | undefined> {
    return this.#database
      .prepare<[string], Score>('SELECT player, points FROM score WHERE player = ?')
      .get(player);
  }

  async write(changes: readonly Change<Score>[]): Promise<void> {
    const put = this.#database.prepare('INSERT OR REPLACE INTO score VALUES (:player, :points)');
    const remove = this.#database.prepare('DELETE FROM score WHERE player = ?');
    this.#database.transaction(() => {
      for (const change of changes) {
        if (change.type === 'set') put.run(change.value);
        else remove.run(change.key);
      }
    })();
    this.batches++;
  }
}

const scores = new Scores();
const cache = await createCache<Score>({ store: scores, writePolicy: 'writeBack' });
for (let points = 1; points <= 1_000; points++)
  for (const player of ['ann', 'bob']) await cache.set(player, { player, points });
await cache.close(); // stores what is pending

console.log('in the table:', await scores.load('ann'), await scores.load('bob'));
console.log('2,000 writes reached it in', scores.batches, 'batch');
