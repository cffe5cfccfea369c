import type { Explanation, ResidentExplanation } from './explanation.js';

/** What is known of a key, in a sentence or two. @param keepsFacts whether what became of keys is remembered. */
export function summaryOf(known: Omit<Explanation, 'summary'>, keepsFacts: boolean): string {
  return [whereItIs(known), whyItWasMissed(known, keepsFacts)].filter((part) => part !== '').join(' ');
}

function whereItIs({ key, memory, store, foundIn }: Omit<Explanation, 'summary'>): string {
  const name = JSON.stringify(key);
  if (memory !== undefined && foundIn === 'memory') return residentOf(name, memory);
  const left = lifeOf(store?.freshMs ?? Infinity);
  if (foundIn === 'pending') return `${name} waits to be stored, ${left}.`;
  if (foundIn === 'store') return `${name} is in the store, ${left}, and not in memory.`;
  const isKept = memory !== undefined || store !== undefined;
  return isKept ? `${name} is stale: kept for when its load fails.` : `${name} is not there.`;
}

function residentOf(name: string, { freshMs, hits, eviction }: ResidentExplanation): string {
  const { place, of, strategy } = eviction;
  return `${name} is in memory, ${lifeOf(freshMs)}, read ${hits} times, number ${place} of ${of} to leave by ${strategy}.`;
}

function whyItWasMissed({ lastMiss }: Omit<Explanation, 'summary'>, keepsFacts: boolean): string {
  if (!keepsFacts)
    return 'What became of it before is not known: facts are kept where createCache is told explain: true.';
  if (lastMiss === undefined) return '';
  return `It was missed ${seconds(lastMiss.agoMs)} ago: ${lastMiss.detail}.`;
}

function lifeOf(freshMs: number): string {
  return freshMs === Infinity ? 'for ever' : `for another ${seconds(freshMs)}`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
