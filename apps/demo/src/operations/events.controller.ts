import { Controller, type MessageEvent, Sse } from '@nestjs/common';
import { CacheManager } from 'nuthatch';
import type { CacheEvent } from 'nuthatch/engine';
import { filter, map, merge, type Observable } from 'rxjs';

/** Streams what happens in the caches, as it happens; what they have counted is at `/metrics`. */
@Controller('events')
export class EventsController {
  constructor(private readonly caches: CacheManager) {}

  @Sse()
  events(): Observable<MessageEvent> {
    const streams = Array.from(this.caches, ([, cache]) => cache.events$);
    return merge(...streams).pipe(
      filter(({ type }) => type !== 'metrics_updated'),
      map(toMessage),
    );
  }
}

function toMessage(event: CacheEvent): MessageEvent {
  // The data is written as JSON, where an Error would be an empty object.
  const data = Object.fromEntries(Object.entries(event).map(([name, fact]) => [name, shown(fact)]));
  return { type: event.type, data };
}

function shown(fact: unknown): unknown {
  return fact instanceof Error ? fact.message : fact;
}
