import { type Random, seededRandom } from 'nuthatch/engine';
import type { Residence } from './residence.js';

const CAPACITY = 40;
const LONGEST_LIFE_MS = 50;

/** Something that a cache does to its strategy: in words, for the report of a failure. */
interface Step {
  readonly does: string;
  run(residence: Residence): void;
}

/** The more often it is listed, the more often it happens. */
const KINDS = [
  insert,
  insert,
  insert,
  insert,
  access,
  access,
  access,
  access,
  remove,
  evict,
  replace,
  expire,
  resize,
];

/**
 * Makes so many steps, as drawn from a seed, and looks at the books after each.
 * @throws Error with the seed, and the last steps before the books did not balance.
 */
export function live(residence: Residence, seed: number, steps: number): void {
  const random = seededRandom(seed);
  const done: string[] = [];
  for (let at = 0; at < steps; at++) {
    const { does, run } = kindOf(random)(random);
    done.push(does);
    try {
      run(residence);
      residence.audit();
    } catch (error) {
      const story = `seed ${seed}, step ${at + 1}: ... ${done.slice(-5).join(', ')}`;
      throw new Error(`${error instanceof Error ? error.message : String(error)} (${story})`, {
        cause: error,
      });
    }
  }
}

function kindOf(random: Random): (random: Random) => Step {
  return KINDS[upTo(random, KINDS.length)] ?? insert;
}

function upTo(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}

function insert(random: Random): Step {
  const slot = upTo(random, CAPACITY);
  const lifeMs = random.next() < 0.5 ? Infinity : 1 + upTo(random, LONGEST_LIFE_MS);
  return { does: `insert ${slot} for ${lifeMs} ms`, run: (residence) => residence.insert(slot, lifeMs) };
}

function access(random: Random): Step {
  const slot = upTo(random, CAPACITY);
  return { does: `access ${slot}`, run: (residence) => residence.access(slot) };
}

function remove(random: Random): Step {
  const slot = upTo(random, CAPACITY);
  return { does: `remove ${slot}`, run: (residence) => residence.remove(slot) };
}

function evict(): Step {
  return { does: 'evict', run: (residence) => void residence.evict() };
}

function replace(): Step {
  return { does: 'replace the victim', run: (residence) => residence.replace() };
}

function expire(random: Random): Step {
  const ms = 1 + upTo(random, 20);
  return { does: `let ${ms} ms pass`, run: (residence) => residence.expire(ms) };
}

function resize(random: Random): Step {
  const to = 1 + upTo(random, CAPACITY);
  return { does: `resize to ${to}`, run: (residence) => residence.resize(to) };
}
