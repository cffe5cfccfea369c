/** Whether a key was changed since somebody began to read or load it. */
export interface Fence {
  readonly isBroken: boolean;
  /** To be called once nothing is written any more that was read under this fence. */
  release(): void;
}

interface OpenFence extends Fence {
  isBroken: boolean;
}

/** Tells readers and loads on their way that what they bring is old, so that it does not overwrite a change. */
export class Fences {
  private readonly open = new Map<string, Set<OpenFence>>();

  raise(key: string): Fence {
    const around = this.open.get(key) ?? new Set();
    this.open.set(key, around);
    const fence: OpenFence = {
      isBroken: false,
      release: () => {
        if (around.delete(fence) && around.size === 0 && this.open.get(key) === around) this.open.delete(key);
      },
    };
    around.add(fence);
    return fence;
  }

  /** A key has been changed. */
  break(key: string): void {
    for (const fence of this.open.get(key) ?? []) fence.isBroken = true;
  }

  /** Every key has been changed. */
  breakAll(): void {
    for (const key of this.open.keys()) this.break(key);
  }
}
