import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from 'nuthatch/engine';
import type { RedisServer } from '../support/redis-servers.js';
import { clusterFaults } from './cluster-faults.js';
import type { Runner } from './cohort.js';
import type { Fault, Scene } from './fault.js';
import { BUS_KEY, type World } from './world.js';

const PASSWORD = 'nobody-knows-it';

/** What can go wrong with the servers of a mode. */
export function faultsOf({ mode }: World): readonly Fault[] {
  return mode === 'single' ? [...anywhere, ...alone] : [...anywhere, ...clusterFaults];
}

const anywhere: readonly Fault[] = [
  {
    name: 'the connections that read the bus are cut again and again',
    run: (scene) => again(scene, async () => cutReaders(await scene.world.busServer())),
  },
  {
    name: 'the connections that do not read the bus are cut again and again',
    run: (scene) => again(scene, () => onEach(scene, (server) => cut(server, (line) => !isReader(line)))),
  },
  {
    name: 'all connections are cut',
    run: (scene) => onEach(scene, (server) => server.cli('client', 'kill', 'type', 'normal')),
  },
  {
    name: 'the server of the bus is stopped for a while',
    run: async ({ world, random }) => {
      const server = await world.busServer();
      server.pause();
      // In a Cluster, one that is away for longer is replaced: that is another fault.
      const longestMs = world.mode === 'single' ? 3000 : 1500;
      await sleep(300 + random.next() * (longestMs - 300));
      server.resume();
    },
  },
  {
    name: 'the stream of the bus is emptied while a process is stopped',
    run: async ({ world, runners, random }) => {
      const runner = anyOf(runners, random);
      runner.pause();
      await sleep(100 + random.next() * 600);
      await (await world.busServer()).cli('xtrim', BUS_KEY, 'maxlen', '0');
      runner.resume();
    },
  },
  {
    name: 'a process is stopped for a while',
    run: async ({ runners, random }) => {
      const runner = anyOf(runners, random);
      runner.pause();
      await sleep(1500);
      runner.resume();
    },
  },
];

const alone: readonly Fault[] = [
  {
    name: 'nobody is let in for a while',
    run: async ({ world, random }) => {
      const [server] = world.servers;
      await server?.cli('config', 'set', 'requirepass', PASSWORD);
      const asOwner = ['--no-auth-warning', '-a', PASSWORD];
      await server?.cli(...asOwner, 'client', 'kill', 'type', 'normal');
      await sleep(1000 + random.next() * 2500);
      await server?.cli(...asOwner, 'config', 'set', 'requirepass', '');
    },
  },
  {
    name: 'the server is killed and starts with nothing',
    run: async ({ world, random }) => {
      const [server] = world.servers;
      await server?.kill();
      await sleep(random.next() * 1500);
      await server?.restart(['--dbfilename', `empty-${Math.floor(random.next() * 1e9)}.rdb`]);
    },
  },
  {
    name: 'the server is killed and starts with what it had some seconds ago',
    run: async ({ world, random }) => {
      const [server] = world.servers;
      await server?.cli('save');
      await sleep(500 + random.next() * 2000);
      await server?.kill();
      await sleep(random.next() * 1500);
      await server?.restart();
    },
  },
];

/** Over about a second and a half. */
async function again({ random }: Scene, act: () => Promise<unknown>): Promise<void> {
  const until = Date.now() + 500 + random.next() * 1500;
  while (Date.now() < until) {
    await act();
    await sleep(random.next() * 80);
  }
}

async function onEach({ world }: Scene, act: (server: RedisServer) => Promise<unknown>): Promise<void> {
  await Promise.all(world.servers.map(act));
}

function cutReaders(server: RedisServer): Promise<void> {
  return cut(server, isReader);
}

async function cut(server: RedisServer, isMeant: (line: string) => boolean): Promise<void> {
  const lines = (await server.cli('client', 'list', 'type', 'normal')).split('\n');
  const ids = lines.filter((line) => isMeant(line) && !line.includes('cmd=client')).map(idOf);
  // Some have gone by themselves meanwhile, which is no error.
  await Promise.all(ids.map((id) => server.cli('client', 'kill', 'id', id)));
}

/** One of them says `xread` or, between two reads, `evalsha` with the position. */
function isReader(line: string): boolean {
  return /cmd=xread/.test(line);
}

function idOf(line: string): string {
  return /id=(\d+)/.exec(line)?.[1] ?? '0';
}

function anyOf(runners: readonly Runner[], random: Random): Runner {
  const runner = runners[Math.floor(random.next() * runners.length)];
  if (runner === undefined) throw new Error('there is no process to stop');
  return runner;
}
