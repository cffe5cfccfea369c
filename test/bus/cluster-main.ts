import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, clusterBus, relayClusterBus } from 'nuthatch/engine';
import { type BusLog, listenTo } from './bus-log.js';

// A primary process with two workers, of which each has two caches of one name. Prints what everybody has heard.
const [mode] = process.argv.slice(2);

async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(5);
}

async function work(): Promise<void> {
  const [one, two] = [listenTo(clusterBus()), listenTo(clusterBus())];
  try {
    await Promise.all([one.bus.open(), two.bus.open()]);
  } catch (error) {
    process.send?.({ error: String(error) });
    return process.disconnect();
  }
  process.send?.('open');
  process.on('message', (message) => void act(message, [one.bus, two.bus], [one.log, two.log]));
  process.on('disconnect', () => process.exit(0));
}

async function act(message: unknown, [bus]: readonly Bus[], logs: readonly BusLog[]): Promise<void> {
  if (message === 'publish') {
    for (let at = 0; at < 100; at += 1)
      await bus?.publish([{ kind: 'released', keys: [`worker ${cluster.worker?.id} ${at}`] }]);
    process.send?.('published');
  }
  if (message === 'report') {
    const proofs = logs.map((log) => log.proofs.length);
    await until(() => logs.every((log, at) => log.proofs.length > (proofs[at] ?? 0) + 2));
    process.send?.({ logs });
  }
}

async function lead(): Promise<void> {
  if (mode !== 'alone') relayClusterBus();
  if (mode !== 'alone') relayClusterBus();
  const own = listenTo(clusterBus());
  if (mode !== 'alone') await own.bus.open();
  const workers = [cluster.fork(), cluster.fork()];
  const said = workers.map((): unknown[] => []);
  workers.forEach((worker, at) =>
    worker.on('message', (message: { nuthatchBus?: 1 }) => message.nuthatchBus ?? said[at]?.push(message)),
  );
  const all = (count: number): Promise<void> => until(() => said.every((list) => list.length >= count));
  await all(1);
  if (mode === 'alone') return void process.stdout.write(JSON.stringify(said));
  for (const worker of workers) worker.send('publish');
  await own.bus.publish([{ kind: 'released', keys: ['primary'] }]);
  await all(2);
  for (const worker of workers) worker.send('report');
  await all(3);
  process.stdout.write(JSON.stringify({ own: own.log, workers: said.map((list) => list[2]) }));
  await own.bus.close();
  for (const worker of workers) worker.disconnect();
}

await (cluster.isPrimary ? lead() : work());
