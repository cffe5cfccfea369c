// Answers of a slow API: fetched once per life, served stale while the API is down.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createCache } from 'nuthatch/engine';

let isDown = false;
let requests = 0;
const api = createServer((request, response) => {
  requests++;
  response.writeHead(isDown ? 503 : 200).end(JSON.stringify({ path: request.url, temperature: 21 }));
}).listen(0);
await once(api, 'listening');
const { port } = api.address() as AddressInfo;

async function fetchJson(path: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(`http://localhost:${port}${path}`, { signal });
  if (!response.ok) throw new Error(`the API answered ${response.status}`);
  return response.json();
}

const weather = await createCache({
  name: 'weather',
  maxItems: 500,
  ttl: '5m',
  grace: '1h',
  softTimeout: '2s',
});
const weatherIn = (city: string) =>
  weather.getOrLoad(`/weather/${city}`, ({ key, signal }) => fetchJson(key, signal));

// A hundred callers at once, one request.
await Promise.all(Array.from({ length: 100 }, () => weatherIn('Oslo')));
console.log('requests for a hundred callers:', requests);

// The API goes down, and what it said last is too old: better than nothing.
isDown = true;
await weather.expire('/weather/Oslo');
console.log('while the API is down:', await weatherIn('Oslo'));
console.log('served stale:', weather.metrics().stale_served);

await weather.close();
api.close();
