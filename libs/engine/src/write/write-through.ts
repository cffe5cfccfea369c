import type { WritePolicyFactory } from './policy.js';
import { Unbuffered } from './unbuffered.js';

/** The store first, then memory: an acknowledged write is stored. Where the store refuses, the caller gets the error and memory forgets the key. */
export const writeThrough: WritePolicyFactory = {
  name: 'writeThrough',
  create: ({ store }) => new Unbuffered(store, 'keep'),
};
