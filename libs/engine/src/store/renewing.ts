import type { Row } from './backing-store.js';
import type { Renewable } from './call.js';

/** Pages on their way to a store: the deadline of the call stands still while one is waited for, and begins anew with each. */
export async function* renewing(
  pages: AsyncIterable<readonly Row[]>,
  call: Renewable,
): AsyncGenerator<readonly Row[]> {
  call.pause();
  for await (const page of pages) {
    call.renew();
    yield page;
    call.pause();
  }
  call.renew();
}
