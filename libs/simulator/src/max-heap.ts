/** The largest of a set of integers first. Push and pop are O(log n). */
export class MaxHeap {
  #items = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: number): void {
    if (this.#size === this.#items.length) this.#grow();
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#at(parent) >= item) break;
      this.#items[at] = this.#at(parent);
      at = parent;
    }
    this.#items[at] = item;
  }

  /** Takes the largest; of an empty heap that is -1. */
  pop(): number {
    if (this.#size === 0) return -1;
    const largest = this.#at(0);
    const last = this.#at(--this.#size);
    let at = 0;
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && this.#at(child + 1) > this.#at(child)) child++;
      if (this.#at(child) <= last) break;
      this.#items[at] = this.#at(child);
      at = child;
    }
    this.#items[at] = last;
    return largest;
  }

  /** Forgets what is not above `floor`. O(n log n). */
  keepAbove(floor: number): void {
    const kept = this.#items.subarray(0, this.#size).filter((item) => item > floor);
    // Sorted downwards, an array is a heap.
    this.#items.set(kept.sort().reverse());
    this.#size = kept.length;
  }

  #at(index: number): number {
    return this.#items[index] ?? 0;
  }

  #grow(): void {
    const items = new Int32Array(this.#items.length * 2);
    items.set(this.#items);
    this.#items = items;
  }
}
