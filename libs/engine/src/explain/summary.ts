import { reason } from '../kernel/errors.js';
import type { EvictionPlace, Explanation, ResidentExplanation } from './explanation.js';

type Known = Omit<Explanation, 'summary'>;

/** What is known of a key, in a few sentences. @param keepsFacts whether what became of keys is remembered. */
export function summaryOf(known: Known, keepsFacts: boolean): string {
  const parts = [whereItIs(known), howTheStoreIs(known), howItWasLoaded(known), whyItWasMissed(known)];
  if (!keepsFacts)
    parts.push(
      'What became of it before is not known: facts are kept where createCache is told explain: true.',
    );
  return parts.filter((part) => part !== '').join(' ');
}

function whereItIs({ key, memory, store, foundIn, storeError }: Known): string {
  const name = JSON.stringify(key);
  if (memory !== undefined && foundIn === 'memory') return residentOf(name, memory);
  const left = lifeOf(store?.freshMs ?? Infinity);
  if (foundIn === 'pending') return `${name} waits to be stored, ${left}.`;
  if (foundIn === 'store') return `${name} is in the store, ${left}, and not in memory.`;
  const isKept = memory !== undefined || store !== undefined;
  if (isKept) return `${name} is stale: served while it is loaded anew, or where its load fails.`;
  return storeError === undefined ? `${name} is not there.` : `${name} is not in memory.`;
}

function residentOf(name: string, { freshMs, hits, eviction }: ResidentExplanation): string {
  const { place, of } = eviction;
  return `${name} is in memory, ${lifeOf(freshMs)}, read ${timesOf(hits)}, number ${place} of ${of} to leave by ${nameOf(eviction)}.`;
}

function nameOf({ strategy, chosenBy }: EvictionPlace): string {
  return chosenBy === undefined ? strategy : `${chosenBy} (${strategy} now)`;
}

function howTheStoreIs({ storeError }: Known): string {
  return storeError === undefined ? '' : `The store could not be read: ${reason(storeError)}.`;
}

function howItWasLoaded({ lastLoad }: Known): string {
  if (lastLoad === undefined) return '';
  const { agoMs, durationMs, result, error } = lastLoad;
  const when = ago(agoMs);
  if (result === 'running') return `It has been loading for ${spanOf(agoMs)}.`;
  if (result === 'failed') return `Its last load failed ${when}: ${reason(error)}.`;
  if (result === 'answered') return `Its last load, ${when}, was given to its callers and not kept.`;
  if (result === 'fenced')
    return `Its last load, ${when}, was given to its callers and not kept, since the key was changed meanwhile.`;
  return `It was loaded ${when}${durationMs === undefined ? '' : `, in ${spanOf(durationMs)}`}.`;
}

function whyItWasMissed({ lastMiss }: Known): string {
  return lastMiss === undefined ? '' : `It was missed ${ago(lastMiss.agoMs)}: ${lastMiss.detail}.`;
}

function lifeOf(freshMs: number): string {
  return freshMs === Infinity ? 'for ever' : `for another ${spanOf(freshMs)}`;
}

function timesOf(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function ago(agoMs: number): string {
  return agoMs < 1000 ? 'just now' : `${spanOf(agoMs)} ago`;
}

const UNITS = [
  [24 * 60 * 60_000, 'day', 'days'],
  [60 * 60_000, 'hour', 'hours'],
  [60_000, 'minute', 'minutes'],
  [1000, 's', 's'],
  [0, 'ms', 'ms'],
] as const;

/** With a decimal where that is not 0, in the largest unit of which there is one. */
function spanOf(durationMs: number): string {
  for (const [unitMs, one, many] of UNITS) {
    if (durationMs < unitMs) continue;
    const count = unitMs === 0 ? Math.round(durationMs) : Math.round(durationMs / (unitMs / 10)) / 10;
    return `${count} ${count === 1 ? one : many}`;
  }
  return '0 ms';
}
