// Commands can be taken back, with the life that an entry had left.
import { BatchCommand, createCache, DeleteCommand, SetCommand } from 'nuthatch/engine';

const prices = await createCache<number>();
await prices.set('tea', 3);
await prices.set('cake', 4);

await prices.run(new SetCommand('tea', 30)); // a slip
console.log('after the slip:', await prices.get('tea'));
await prices.undo();
console.log('taken back:', await prices.get('tea'));

await prices.run(new BatchCommand([new SetCommand('tea', 5), new DeleteCommand('cake')]));
console.log('one batch:', await prices.getMany(['tea', 'cake']));
await prices.undo();
console.log('undone as one:', await prices.getMany(['tea', 'cake']));
await prices.redo();
console.log('and redone:', await prices.getMany(['tea', 'cake']));

// Somebody else changes the key: the undo would overwrite that, and refuses.
await prices.set('tea', 6);
const refusal = await prices.undo().catch((error: unknown) => error);
console.log('refused:', refusal instanceof Error && refusal.message);

await prices.close();
