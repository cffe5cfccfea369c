import { unknownName } from '../kernel/errors.js';
import type { Codec } from './codec.js';
import { jsonCodec } from './json-codec.js';
import { richCodec } from './rich-codec.js';

/** The codecs that come with the engine. */
export type CodecName = 'json' | 'rich';

/** @throws CacheError `unknown_name`, naming the option. */
export function resolveCodec(codec: CodecName | Codec): Codec {
  if (codec === 'rich') return richCodec();
  if (codec === 'json') return jsonCodec;
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function') return codec;
  throw unknownName('codec', codec, ['json', 'rich']);
}
