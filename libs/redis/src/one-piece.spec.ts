import { Writable } from 'node:stream';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { RedisClient } from './client.js';
import { inOnePiece } from './one-piece.js';

/** A socket that remembers what was written to it in one go. */
function open() {
  const pieces: number[] = [];
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(void pieces.push(1)),
    writev: (chunks, done) => done(void pieces.push(chunks.length)),
  });
  // All of a client that is looked at.
  const client = { isCluster: false, stream } as unknown as RedisClient;
  return { client, stream, pieces };
}

describe('what is sent in one go', () => {
  it('leaves in one piece, also where promises are in between', async () => {
    const { client, stream, pieces } = open();
    const send = async (command: string): Promise<void> => {
      await Promise.resolve();
      inOnePiece(client);
      stream.write(command);
    };
    await Promise.all(['one', 'two', 'three'].map(send));
    await turnOfTheLoop();
    expect(pieces).toEqual([3]);
  });

  it('is not held back beyond that', async () => {
    const { client, stream, pieces } = open();
    inOnePiece(client);
    stream.write('one');
    await turnOfTheLoop();
    stream.write('two');
    expect([pieces, stream.writableCorked]).toEqual([[1, 1], 0]);
  });

  it('is left alone in a Cluster, and where there is no connection', () => {
    const { stream } = open();
    inOnePiece({ isCluster: true, stream } as unknown as RedisClient);
    inOnePiece({ isCluster: false } as unknown as RedisClient);
    expect(stream.writableCorked).toBe(0);
  });
});
