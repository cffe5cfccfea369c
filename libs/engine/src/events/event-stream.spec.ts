import { filter, map, take } from 'rxjs';
import { openCache, recordEvents } from '../../../../test/support/caches.js';
import type { CacheEvent } from '../index.js';
import { EventHub } from './event-hub.js';

function open() {
  return openCache<number>();
}

function fail(): never {
  throw new Error('a subscriber threw');
}

describe('a subscriber that throws', () => {
  it('breaks neither the cache nor other subscribers, and is reported', async () => {
    const { cache } = await open();
    cache.events$.subscribe(fail);
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    expect(cache.peek('owl')).toBe(1);
    expect(events.map(({ type }) => type)).toContain('entry_set');
    expect(events).toContainEqual({
      type: 'hook_failed',
      hook: 'events$',
      error: new Error('a subscriber threw'),
      cache: 'default',
    });
  });

  it('gets the next event, too', async () => {
    const { cache } = await open();
    let calls = 0;
    cache.events$.pipe(filter(({ type }) => type === 'entry_set')).subscribe(() => {
      calls++;
      fail();
    });
    await cache.set('owl', 1);
    await cache.set('owl', 2);
    expect(calls).toBe(2);
  });

  it.each([
    ['map', map((event: CacheEvent) => event.type)],
    ['filter', filter((event: CacheEvent) => event.type !== 'hook_failed')],
  ])('is isolated behind %s', async (_name, operator) => {
    const { cache } = await open();
    // Both operators take an event; what they give is not looked at.
    cache.events$
      .pipe(operator as typeof operator & ReturnType<typeof map<CacheEvent, unknown>>)
      .subscribe(fail);
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    await cache.set('wren', 2);
    expect(events.filter(({ type }) => type === 'entry_set')).toHaveLength(2);
    expect(cache.metrics().hook_failures).toBeGreaterThanOrEqual(2);
  });

  it('is isolated where it is the operator that throws', async () => {
    const { cache } = await open();
    cache.events$.pipe(map(fail)).subscribe();
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    expect(cache.peek('owl')).toBe(1);
    expect(events.map(({ type }) => type)).toContain('entry_set');
    expect(cache.metrics().hook_failures).toBeGreaterThan(0);
  });

  it('is isolated when it throws at completion', async () => {
    const { cache } = await open();
    cache.events$.subscribe({ complete: fail });
    let isComplete = false;
    cache.events$.subscribe({ complete: () => (isComplete = true) });
    await cache.close();
    expect(isComplete).toBe(true);
  });

  it('does not set off an endless chain of reports', async () => {
    const { cache } = await open();
    for (let count = 0; count < 3; count++) cache.events$.subscribe(fail);
    await cache.set('owl', 1);
    expect(cache.metrics().hook_failures).toBeLessThanOrEqual(12);
  });
});

describe('subscribers', () => {
  it('get events in the order in which they happened, also when one of them changes the cache', async () => {
    const { cache } = await open();
    cache.events$.subscribe((event) => {
      if (event.type === 'entry_set' && event.key === 'owl') void cache.delete('owl');
    });
    const events = recordEvents(cache);
    await cache.set('owl', 1);
    expect(events.map(({ type }) => type)).toEqual(['entry_set', 'entry_deleted']);
  });

  it('may unsubscribe while they are called, and the others get the event', async () => {
    const { cache } = await open();
    const seen: string[] = [];
    const first = cache.events$.subscribe((event) => {
      seen.push(`first ${event.type}`);
      first.unsubscribe();
      second.unsubscribe();
    });
    const second = cache.events$.subscribe((event) => seen.push(`second ${event.type}`));
    const third = recordEvents(cache);
    await cache.set('owl', 1);
    await cache.set('owl', 2);
    expect(seen).toEqual(['first entry_set']);
    expect(third).toHaveLength(2);
  });

  it('may be done after some events', async () => {
    const { cache } = await open();
    const seen: string[] = [];
    cache.events$.pipe(take(1)).subscribe(({ type }) => seen.push(type));
    await cache.set('owl', 1);
    await cache.delete('owl');
    expect(seen).toEqual(['entry_set']);
  });

  it('are told that it is over when the cache closes, those of later days at once', async () => {
    const { cache } = await open();
    const over: string[] = [];
    cache.events$.subscribe({ complete: () => over.push('early') });
    await cache.close();
    cache.events$.subscribe({ complete: () => over.push('late') });
    expect(over).toEqual(['early', 'late']);
  });
});

describe('the hub', () => {
  it('listens only as long as somebody does', () => {
    const changes: boolean[] = [];
    const hub = new EventHub(
      () => undefined,
      () => changes.push(hub.isListening),
    );
    const first = hub.events$.subscribe();
    const second = hub.events$.subscribe();
    first.unsubscribe();
    second.unsubscribe();
    expect(changes).toEqual([true, true, true, false]);
  });
});
