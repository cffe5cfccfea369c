import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Service, startService } from './service.js';
import { temporaryFolder } from './temporary-folder.js';

describe('the stream of events', () => {
  const place = temporaryFolder();
  let service: Service;

  beforeAll(async () => {
    service = await startService(place.folder);
  });

  afterAll(async () => {
    await service.close();
    place.remove();
  });

  it('tells of a miss, a hit and a write, by name and key, of both caches', async () => {
    const abort = new AbortController();
    const response = await fetch(`${service.url}/events`, { signal: abort.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await service.http.get('/airports/OAK').expect(200);
    await service.http.get('/airports/OAK').expect(200);
    await service.http.put('/flights/OAK-LAX-1/gate').send({ gate: 'B1' }).expect(200);

    const seen = await readUntil(response, (messages) =>
      messages.some(({ type, data }) => type === 'entry_set' && data.cache === 'board'),
    );
    abort.abort();
    expect(seen).toContainEqual({
      type: 'entry_get_miss',
      data: expect.objectContaining({ key: 'airport:OAK' }),
    });
    expect(seen).toContainEqual({
      type: 'entry_get_hit',
      data: { type: 'entry_get_hit', cache: 'default', key: 'airport:OAK', tier: 'memory' },
    });
    expect(seen).toContainEqual({
      type: 'entry_set',
      data: { type: 'entry_set', cache: 'board', key: 'gate:OAK-LAX-1', source: 'caller' },
    });
  });

  it('tells whoever follows a flight how it stands, and of each change to that flight alone', async () => {
    const abort = new AbortController();
    const response = await fetch(`${service.url}/flights/OAK-LAX-2/live`, { signal: abort.signal });
    let opened: Promise<Message[]> = Promise.resolve([]);
    await new Promise<void>((begun) => {
      opened = readUntil(response, (messages) => {
        if (messages.length > 0) begun();
        return messages.length === 3;
      });
    });
    await service.http.put('/flights/OAK-LAX-3/gate').send({ gate: 'B9' }).expect(200);
    await service.http.put('/flights/OAK-LAX-2/gate').send({ gate: 'B2' }).expect(200);
    await service.http.delete('/flights/OAK-LAX-2').expect(200);
    const seen = await opened;
    abort.abort();
    expect(seen.map(({ data }) => [data.id, data.gate, data.status])).toEqual([
      ['OAK-LAX-2', null, 'scheduled'],
      ['OAK-LAX-2', 'B2', 'scheduled'],
      ['OAK-LAX-2', 'B2', 'cancelled'],
    ]);
  });
});

interface Message {
  readonly type: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The messages of a stream, until there are enough of them. */
async function readUntil(
  response: Response,
  isEnough: (messages: readonly Message[]) => boolean,
): Promise<Message[]> {
  const messages: Message[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    messages.push(...blocks.flatMap(toMessage));
    if (isEnough(messages)) return messages;
  }
  throw new Error('the stream ended');
}

function toMessage(block: string): Message[] {
  const type = /^event: (.*)$/m.exec(block)?.[1];
  const data = /^data: (.*)$/m.exec(block)?.[1];
  return data === undefined ? [] : [{ type, data: JSON.parse(data) }];
}
