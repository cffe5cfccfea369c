import type { WritePolicyFactory } from './policy.js';
import { Unbuffered } from './unbuffered.js';

/** The store only: memory forgets the key and reads it again when it is asked for. For what is written often and seldom read. */
export const writeAround: WritePolicyFactory = {
  name: 'writeAround',
  create: ({ store }) => new Unbuffered(store, 'drop'),
};
