import { crc32 } from 'node:zlib';
import type { Row } from 'nuthatch/engine';
import { openRecord, sealRecord } from './record.js';

const row: Row = { key: 'owl', value: 'hoot', expiresAt: 2000, version: 7, tags: ['night'] };

describe('a record', () => {
  it('keeps from when on a value is stale, to the fraction', () => {
    const stale: Row = { ...row, freshUntil: 1500.5 };
    expect(openRecord(sealRecord(1, { type: 'set', row: stale }))).toEqual({
      sequence: 1,
      operation: { type: 'set', row: stale },
    });
  });

  it('of the time before there was such a moment is read, and written as it was', () => {
    const head = Buffer.from('[1,"set","owl",7,2000,["night"],"text"]');
    const sealed = Buffer.concat([Buffer.alloc(8), head, Buffer.from('hoot')]);
    sealed.writeUInt32LE(head.length, 4);
    sealed.writeUInt32LE(crc32(sealed.subarray(4)), 0);
    expect(openRecord(sealed)).toEqual({ sequence: 1, operation: { type: 'set', row } });
    expect(sealRecord(1, { type: 'set', row })).toEqual(sealed);
  });
});
