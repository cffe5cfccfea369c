import { loadChannel } from '../diagnostics/channels.js';
import type { LoadOperation } from '../diagnostics/operation.js';
import { traced } from '../diagnostics/traced.js';
import type { Clock } from '../kernel/clock.js';
import type { LoadRequest, Outcome } from './load-request.js';

/** Runs a load, and tells subscribers of it where there are any. */
export function tracedLoad<V>(
  { recorder, clock }: { readonly recorder: { readonly name: string }; readonly clock: Clock },
  { key, isBackground }: LoadRequest<V>,
  run: (operation: LoadOperation | undefined) => Promise<Outcome<V>>,
): Promise<Outcome<V>> {
  if (!loadChannel.hasSubscribers) return run(undefined);
  const facts = { cache: recorder.name, key, isBackground };
  const outcome = ({ origin }: Outcome<V>): Partial<LoadOperation> => ({ origin });
  return traced(loadChannel, { clock, facts, outcome }, run);
}
