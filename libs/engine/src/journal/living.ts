import type { Segment } from './chain.js';

interface Place {
  readonly segment: Segment;
  readonly bytes: number;
}

/** Where the changes stand that are not released, and why some are dead letters. */
export class Living {
  readonly #changes = new Map<number, Place>();
  readonly #deaths = new Map<number, Place>();
  #bytes = 0;

  get count(): number {
    return this.#changes.size;
  }

  /** How many bytes they take in the segments. */
  get bytes(): number {
    return this.#bytes;
  }

  has(sequence: number): boolean {
    return this.#changes.has(sequence);
  }

  isChangeIn(sequence: number, segment: Segment): boolean {
    return this.#changes.get(sequence)?.segment === segment;
  }

  isDeathIn(sequence: number, segment: Segment): boolean {
    return this.#deaths.get(sequence)?.segment === segment;
  }

  /** A change has been written, for the first time or once more. */
  put(sequence: number, place: Place): void {
    this.#move(this.#changes, sequence, place);
  }

  /** It has been written why a change is a dead letter. */
  bury(sequence: number, place: Place): void {
    if (this.has(sequence)) this.#move(this.#deaths, sequence, place);
  }

  /** Answers whether the change was there. */
  release(sequence: number): boolean {
    this.#drop(this.#deaths, sequence);
    return this.#drop(this.#changes, sequence);
  }

  #move(places: Map<number, Place>, sequence: number, place: Place): void {
    this.#drop(places, sequence);
    places.set(sequence, place);
    place.segment.living++;
    this.#bytes += place.bytes;
  }

  #drop(places: Map<number, Place>, sequence: number): boolean {
    const place = places.get(sequence);
    if (place === undefined) return false;
    places.delete(sequence);
    place.segment.living--;
    this.#bytes -= place.bytes;
    return true;
  }
}
