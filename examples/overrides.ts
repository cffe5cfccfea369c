// Other defaults for a stretch of code: here an import whose entries are to live for a minute only.
import { createCache } from 'nuthatch/engine';

const cache = await createCache<string>({ ttl: '1h' });

const lifeOf = async (key: string): Promise<string> => {
  const { memory } = await cache.explain(key);
  return memory === undefined ? 'gone' : `${Math.round(memory.freshMs / 60_000)} min`;
};

async function importBirds(): Promise<void> {
  await cache.set('owl', 'Strix aluco');
  await cache.set('jay', 'Garrulus glandarius', { ttl: '2m' }); // what a call says itself counts more
}

await cache.withOverrides({ ttl: '1m', tags: ['imported'] }, importBirds);
await cache.set('wren', 'Troglodytes troglodytes');
console.log({ owl: await lifeOf('owl'), jay: await lifeOf('jay'), wren: await lifeOf('wren') });

await cache.invalidateTags('imported');
console.log({ owl: await lifeOf('owl'), jay: await lifeOf('jay'), wren: await lifeOf('wren') });

await cache.close();
