import { Inject } from '@nestjs/common';
import { getCacheToken } from './tokens.js';

/** Injects a named cache into a constructor parameter or a property; the default cache where no name is given. */
export function InjectCache(name?: string): ReturnType<typeof Inject> {
  return Inject(getCacheToken(name));
}
