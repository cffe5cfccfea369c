import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** How values are compressed. */
export type CompressionName = 'gzip' | 'zstd';

/** Which values are compressed, and how. */
export interface Compression {
  readonly aboveBytes: number;
  readonly name: CompressionName;
}

interface Algorithm {
  readonly compress: (bytes: Uint8Array) => Promise<Buffer>;
  /** Answers no more than `mostBytes`: what is read may be hostile. */
  readonly expand: (bytes: Uint8Array, mostBytes: number) => Promise<Buffer>;
}

/** The largest value that Redis keeps. */
const LARGEST_VALUE_BYTES = 512 * 1024 ** 2;

/** Run on threads of Node's pool. What this version of Node has not is `undefined`. */
export const compressions: Readonly<Record<CompressionName, Algorithm | undefined>> = {
  gzip: algorithmOf(zlib.gzip, zlib.gunzip),
  zstd: zstd(),
};

/** The value compressed, or `undefined` where that is not smaller. */
export async function compressed(bytes: Uint8Array, name: CompressionName): Promise<Buffer | undefined> {
  const result = await compressions[name]?.compress(bytes);
  return result !== undefined && result.length < bytes.length ? result : undefined;
}

/** @throws Error where the bytes are damaged, or come to another size than they say. */
export async function expanded(bytes: Uint8Array, name: CompressionName, size: number): Promise<Buffer> {
  const algorithm = compressions[name];
  if (algorithm === undefined)
    throw new Error(`it is compressed by ${name}, which ${process.version} has not`);
  if (size > LARGEST_VALUE_BYTES) throw new Error(`it says that it comes to ${size} bytes`);
  const result = await algorithm.expand(bytes, size);
  if (result.length !== size) throw new Error(`it comes to ${result.length} bytes in the place of ${size}`);
  return result;
}

/** The shape of a function of `node:zlib`. */
type ZlibFunction = (
  bytes: Uint8Array,
  options: zlib.ZlibOptions,
  callback: (error: Error | null, result: Buffer) => void,
) => void;

function algorithmOf(compress: ZlibFunction, expand: ZlibFunction): Algorithm {
  const compressing = promisify(compress);
  const expanding = promisify(expand);
  return {
    compress: (bytes) => compressing(bytes, {}),
    expand: (bytes, mostBytes) => expanding(bytes, { maxOutputLength: Math.max(1, mostBytes) }),
  };
}

/** Later versions of Node have it; the types are those of the oldest. */
function zstd(): Algorithm | undefined {
  const { zstdCompress, zstdDecompress } = zlib as unknown as Partial<Record<string, ZlibFunction>>;
  if (zstdCompress === undefined || zstdDecompress === undefined) return undefined;
  return algorithmOf(zstdCompress, zstdDecompress);
}
