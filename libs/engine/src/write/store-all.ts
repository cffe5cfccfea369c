import type { WritePolicy } from './policy.js';

/** Flushes until nothing is pending: what the store refuses becomes a dead letter meanwhile. @throws where the store is down. */
export async function storeAll(policy: WritePolicy, attempts: number): Promise<void> {
  for (let attempt = 1; attempt < attempts; attempt++) {
    const before = policy.pendingCount;
    const failure = await policy.flush().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure === undefined) return;
    // Where only what is refused alone is left, it is tried until it is given up.
    if (policy.pendingCount === before && before > 1) throw failure.error;
  }
  await policy.flush();
}
