// Queries of a database: cached by their arguments, gone when the data changes.
import Database from 'better-sqlite3';
import { cacheKey, createCache } from 'nuthatch/engine';

const database = new Database(':memory:');
database.exec(`CREATE TABLE birds (name TEXT PRIMARY KEY, family TEXT NOT NULL);
  INSERT INTO birds VALUES ('Eurasian nuthatch', 'Sittidae'), ('Rock nuthatch', 'Sittidae'), ('Coal tit', 'Paridae')`);
const select = database.prepare<[string], { name: string }>(
  'SELECT name FROM birds WHERE family = ? ORDER BY name',
);
const rename = database.prepare('UPDATE birds SET name = ? WHERE name = ?');

let queries = 0;
const results = await createCache<readonly string[]>({ name: 'queries', maxItems: 1_000, ttl: '10m' });

function birdsOf(family: string): Promise<readonly string[]> {
  const query = async (): Promise<string[]> => {
    queries++;
    return select.all(family).map(({ name }) => name);
  };
  return results.getOrLoad(cacheKey('birds', family), query, { tags: ['birds'] });
}

await birdsOf('Sittidae');
console.log('first:', await birdsOf('Sittidae'), 'after', queries, 'query');

rename.run('Western rock nuthatch', 'Rock nuthatch');
await results.invalidateTags('birds');
console.log('after the change:', await birdsOf('Sittidae'), 'after', queries, 'queries');

await results.close();
database.close();
