import { randomUUID } from 'node:crypto';
import { markerOf, personalKey } from './personal-key.js';
import type { Reads } from './reads.js';
import type { Shared } from './settings.js';
import type { Writes } from './writes.js';

/**
 * Where the answers that belong to one person each lie: `key`, a round and a digest of the person. The round is kept beside the key,
 * under its marker. Who deletes the key deletes the marker, so that a new round begins and all these answers are out of reach at once,
 * in every process that shares the store, and without anybody knowing who has asked.
 */
export class Personal {
  constructor(
    private readonly shared: Shared,
    private readonly reads: Reads,
    private readonly writes: Writes,
  ) {}

  /** The key of a person's answer; `undefined` where no round has begun, so that there is none. */
  async find(key: string, person: string): Promise<string | undefined> {
    const round = (await this.reads.search(markerOf(key)))?.stored.value;
    return typeof round === 'string' ? personalKey(key, round, person) : undefined;
  }

  /** Begins a round, if none has begun, that lasts longer than the answer that is to be kept. */
  async open(key: string, person: string, ttl: number | undefined): Promise<string> {
    const found = await this.find(key, person);
    if (found !== undefined) return found;
    const round = randomUUID();
    const answerMs = ttl ?? this.shared.settings.ttl;
    const lastsMs = answerMs === undefined ? {} : { ttl: answerMs * 2 };
    await this.writes.keep({ key: markerOf(key), value: round, ...lastsMs });
    return personalKey(key, round, person);
  }
}
