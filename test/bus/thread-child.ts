import { parentPort } from 'node:worker_threads';
import { broadcastBus } from 'nuthatch/engine';
import { listenTo } from './bus-log.js';

// A thread with a cache: publishes what it is told, and tells what it has heard.
const { bus, log } = listenTo(broadcastBus({ name: 'threads' }));
await bus.open();
parentPort?.on('message', (key: string) => {
  if (key === 'close') parentPort?.close();
  else void bus.publish([{ kind: 'released', keys: [key] }]).then(() => parentPort?.postMessage(log));
});
parentPort?.postMessage(log);
