import type { Codec } from '../store/codec.js';
import type { OldRows } from './old-rows.js';
import type { ValueGuard } from './value-guard.js';

/** How a value is stored: with the version of its shape. The names are such as no value of the user's has. */
interface Versioned {
  readonly $version: number;
  readonly $value: unknown;
}

/** What a codec of a typed cache works with. */
export interface SchemaCodecParts {
  readonly guard: ValueGuard;
  /** Told which rows are old, and which no longer. */
  readonly oldRows: OldRows;
}

/**
 * Writes with each value the version of its shape, and checks what it reads: what is of another version, or does not fit, is migrated, or else
 * cannot be read, which is a miss. Memory has the value alone. What was stored without a version is read, too.
 * @param inner what the values are written by.
 */
export function schemaCodec(inner: Codec, { guard, oldRows }: SchemaCodecParts): Codec {
  return {
    name: `typed ${inner.name}`,
    encode: (value, key) => {
      // What untyped code brings to this cache is refused here.
      const versioned: Versioned = { $version: guard.version, $value: guard.check(value) };
      if (key !== undefined) oldRows.settled(key);
      return inner.encode(versioned, key);
    },
    decode: (encoded, key) => {
      const found = inner.decode(encoded, key);
      const { value, isMigrated } = isVersioned(found)
        ? guard.readStored(found.$value, found.$version)
        : guard.readStored(found, undefined);
      if (key === undefined) return value;
      if (!isMigrated) oldRows.settled(key);
      else if (oldRows.found(key)) guard.migrated();
      return value;
    },
  };
}

function isVersioned(found: unknown): found is Versioned {
  if (typeof found !== 'object' || found === null) return false;
  return '$value' in found && '$version' in found && typeof found.$version === 'number';
}
