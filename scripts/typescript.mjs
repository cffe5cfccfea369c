// Lets Node run the sources as they are: `node --import ./scripts/typescript.mjs examples/undo.ts`. Does what `@swc-node/register` does, but does
// not load the compiler of TypeScript for it, and so starts in half the time: for tests that start processes.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
