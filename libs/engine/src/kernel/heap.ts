import {
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

/** How full the heap is, asked when that is known: after what is no longer used has been collected. */
export interface HeapWatch {
  /** Calls `collected` after every full collection with the used share of what the heap may grow to, from 0 to 1; answers how to stop. */
  start(collected: (usedShare: number) => void): () => void;
}

/** The heap of this process. Between two collections nobody can tell what is used from what only has not been collected yet. */
export const v8Heap: HeapWatch = {
  start: (collected) => {
    const observer = new PerformanceObserver((list) => {
      if (list.getEntries().some(isFull)) collected(usedShare());
    });
    observer.observe({ entryTypes: ['gc'] });
    return () => observer.disconnect();
  },
};

function isFull(entry: PerformanceEntry): boolean {
  // Entries of the type 'gc' have this detail.
  const { detail } = entry as PerformanceEntry & { readonly detail: NodeGCPerformanceDetail };
  return detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

/** V8 counts three half spaces for young objects to the limit, in which nothing that stays can be: by default 16 MB each. */
const YOUNG_BYTES = 3 * 16 * 1024 ** 2;

function usedShare(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => !name.startsWith('new_'));
  const used = old.reduce((total, space) => total + space.space_used_size, 0);
  return Math.min(1, used / Math.max(1, getHeapStatistics().heap_size_limit - YOUNG_BYTES));
}
