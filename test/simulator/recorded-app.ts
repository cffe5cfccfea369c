// A program with three caches, started under `nuthatch record` by its spec.
import { createCache } from 'nuthatch/engine';

const [ending = ''] = process.argv.slice(2);
const users = await createCache<number>({ name: 'users' });
const twin = await createCache<number>({ name: 'users' });
const other = await createCache<number>();

for (const key of ['ann', 'bob', 'ann', 'cy']) await users.getOrLoad(key, () => 1);
await twin.get('ann');
await users.close();
await other.get('ann');

if (ending === 'exit') process.exit(3);
if (ending === 'signal') {
  setInterval(() => undefined, 1000);
  process.kill(process.pid, 'SIGTERM');
}
