import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithRedis, startCluster, startRedis } from './redis-servers.js';

describeWithRedis()('a Redis server of a test', () => {
  it('answers, and is empty', async () => {
    const server = await startRedis();
    expect(await server.cli('ping')).toBe('PONG');
    expect(await server.cli('dbsize')).toBe('0');
    expect(await server.cli('config', 'get', 'save')).toBe('save\n');
    expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
    await server.stop();
    await expect(server.cli('ping')).rejects.toThrow('refused');
  });

  it('answers nothing while it is paused, and goes on where it was', async () => {
    const [server, other] = await Promise.all([startRedis(), startRedis()]);
    server.pause();
    let isAnswered = false;
    const answer = server.cli('set', 'owl', '1').then((text) => {
      isAnswered = true;
      return text;
    });
    // What was asked later, and elsewhere, is answered before.
    for (let asked = 0; asked < 5; asked += 1) expect(await other.cli('ping')).toBe('PONG');
    expect([isAnswered, server.isAnswering]).toEqual([false, false]);
    server.resume();
    expect(await answer).toBe('OK');
  });

  it('is killed also where it is paused, and comes back on the same port without its keys', async () => {
    const server = await startRedis();
    const { pid, port } = server;
    await server.cli('set', 'owl', '1');
    server.pause();
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect([server.port, await server.cli('dbsize')]).toEqual([port, '0']);
  });

  it('keeps its keys where it is told to', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    await server.cli('set', 'owl', '1');
    await server.kill();
    await server.restart();
    expect(await server.cli('get', 'owl')).toBe('1');
  });

  it('takes a port and a password, and says what it does not understand', async () => {
    const first = await startRedis({ args: ['--requirepass', 'secret'] });
    expect(await first.cli('ping')).toBe('PONG');
    expect(first.url).toBe(`redis://:secret@127.0.0.1:${first.port}`);
    await expect(startRedis({ port: first.port })).rejects.toThrow(`${first.port} is taken`);
    await expect(startRedis({ args: ['--no-such-option', '1'] })).rejects.toThrow('does not start');
  });

  it('is gone when the process that has started it is killed', async () => {
    const module = join(import.meta.dirname, 'redis-servers.ts');
    const code = `const { startRedis } = await import(${JSON.stringify(module)});
      const server = await startRedis(); server.pause(); console.log(server.pid); setInterval(() => 0, 1e6);`;
    const child = spawn(
      process.execPath,
      ['--import', '@swc-node/register/esm-register', '--input-type=module', '-e', code],
      {
        env: process.env,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isRunning(pid)).toBe(true);
    child.kill('SIGKILL');
    for (let round = 0; round < 200 && isRunning(pid); round += 1) await sleep(50);
    expect(isRunning(pid)).toBe(false);
  });
});

describeWithRedis()('a Redis cluster of a test', () => {
  it('forms, knows who is master of a key, and lets a replica take over', async () => {
    const cluster = await startCluster({ nodeTimeout: 1000 });
    expect(cluster.urls).toHaveLength(6);
    const master = await cluster.masterOf('owl');
    expect(await master.cli('set', 'owl', '1')).toBe('OK');
    expect(await master.cli('wait', '1', '5000')).toBe('1');
    await master.kill();
    let successor = master;
    for (let round = 0; round < 300 && successor === master; round += 1) {
      successor = await cluster.masterOf('owl').catch(() => master);
      await sleep(50);
    }
    await cluster.settled();
    expect(successor.port).not.toBe(master.port);
    expect(await successor.cli('get', 'owl')).toBe('1');
    await cluster.stop();
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // nobody has this number
  }
}
