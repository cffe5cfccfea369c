import type { FileHandle } from 'node:fs/promises';
import { unwritableSnapshot } from '../kernel/errors.js';
import type { Row } from '../store/backing-store.js';
import { writeAtomically } from './atomic-file.js';
import type { Capture } from './capture.js';
import { newEncryption } from './file-cipher.js';
import { chunkKinds, type FileHeader, type FileTotals } from './file-format.js';
import type { FileOptions } from './file-options.js';
import { written } from './freshness.js';
import { FrameWriter } from './frame-writer.js';
import { ChunkBuffer } from './records.js';
import type { SnapshotEntry } from './snapshot.js';

/** What was written to a snapshot file, or restored from one. */
export interface SnapshotReport {
  /** How many entries of memory. */
  readonly entries: number;
  /** How many rows of the store; 0 where there is none. */
  readonly rows: number;
  /** The size of the file. */
  readonly bytes: number;
}

/** What a file is to hold, beside what a capture says. */
export interface FileContents extends FileOptions, Pick<FileHeader, 'content' | 'cache' | 'hasValues'> {
  /** Asked before each chunk; ends the writing where true. */
  readonly isCancelled?: () => boolean;
}

/** Writes a capture to a file, a chunk at a time. @throws CacheError `bad_snapshot` where the file cannot be written, `bad_value` where a value cannot. */
export async function saveFile(
  capture: Capture,
  file: string,
  contents: FileContents,
): Promise<SnapshotReport> {
  try {
    return await writeAtomically(file, (handle) => writeFile(capture, handle, contents));
  } catch (error) {
    throw unwritableSnapshot(file, error);
  } finally {
    await capture.end();
  }
}

async function writeFile(
  capture: Capture,
  handle: FileHandle,
  contents: FileContents,
): Promise<SnapshotReport> {
  const out = new FrameWriter(handle, headerOf(capture, contents), contents.encryptionKey);
  await out.begin();
  const entries = new ChunkBuffer(chunkKinds.entries, contents.maxEntryBytes);
  const rows = new ChunkBuffer(chunkKinds.rows, contents.maxEntryBytes);
  const send = async (buffer: ChunkBuffer): Promise<void> => {
    if (contents.isCancelled?.() === true) throw new Error('it took longer than there was time for');
    const chunk = buffer.take();
    if (chunk !== undefined) await out.write(chunk);
  };
  for (const entry of capture.entries()) {
    addEntry(entries, entry);
    if (entries.isFull) await send(entries);
  }
  await send(entries);
  for await (const page of capture.rows ?? []) {
    for (const row of page) {
      addRow(rows, row);
      if (rows.isFull) await send(rows);
    }
  }
  await send(rows);
  const totals = { entries: entries.count, rows: rows.count };
  await out.write(endOf(totals));
  return { ...totals, bytes: out.bytes };
}

function headerOf(capture: Capture, contents: FileContents): FileHeader {
  const { takenAt, codec, eviction, writePolicy, size, rows } = capture;
  const { content, cache, hasValues, gzip, schema, encryptionKey } = contents;
  return {
    content,
    cache,
    takenAt,
    codec: String(codec),
    schema: schema ?? null,
    eviction,
    writePolicy: writePolicy ?? null,
    entries: size,
    hasRows: rows !== undefined,
    hasValues,
    gzip,
    encryption: encryptionKey === undefined ? null : newEncryption(encryptionKey),
  };
}

function addEntry(chunk: ChunkBuffer, { value, ...entry }: SnapshotEntry): void {
  const { key, remainingMs, hits, version, tags, freshness } = entry;
  const head = [key, remainingMs ?? null, hits, version, tags] as const;
  chunk.add(freshness === undefined ? head : [...head, written(freshness)], value);
}

function addRow(chunk: ChunkBuffer, { key, value, expiresAt, version, tags, freshUntil }: Row): void {
  const head = [key, expiresAt ?? null, version, tags] as const;
  chunk.add(freshUntil === undefined ? head : [...head, freshUntil], value);
}

function endOf({ entries, rows }: FileTotals): Buffer {
  return Buffer.concat([Buffer.of(chunkKinds.end), Buffer.from(JSON.stringify([entries, rows]))]);
}
