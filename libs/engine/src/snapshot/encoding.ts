import { unreadableValue, unstorableValue } from '../kernel/errors.js';
import type { Encoded } from '../store/backing-store.js';
import type { Codec } from '../store/codec.js';

/** The value of a key as the codec writes it. @throws CacheError `bad_value` naming the key. */
export function encode(codec: Codec, key: string, value: unknown): Encoded {
  try {
    return codec.encode(value, key);
  } catch (error) {
    throw unstorableValue(key, codec.name, error);
  }
}

/** The value of a key as the codec writes it; `undefined` where it cannot. */
export function encodeIfPossible(codec: Codec, key: string, value: unknown): Encoded | undefined {
  try {
    return codec.encode(value, key);
  } catch (error) {
    // The codec's complaint about this value; nothing else is called here.
    void error;
    return undefined;
  }
}

/** The value of a key from what the codec has written. @throws CacheError `bad_value` naming the key. */
export function decode<V>(codec: Codec, key: string, encoded: Encoded): V {
  try {
    // What a cache of V writes was encoded from a V.
    return codec.decode(encoded, key) as V;
  } catch (error) {
    throw unreadableValue(key, codec.name, error);
  }
}
