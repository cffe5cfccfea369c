import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { temporaryFolder } from './temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = ['--import', '@swc-node/register/esm-register', 'apps/demo/src/main.ts'];

describe('npm run demo:serve', () => {
  let place: ReturnType<typeof temporaryFolder>;
  let service: ChildProcessWithoutNullStreams | undefined;

  beforeEach(() => {
    place = temporaryFolder();
  });

  afterEach(() => {
    service?.kill('SIGKILL');
    place.remove();
  });

  function start(port: string): ChildProcessWithoutNullStreams {
    const env = { ...process.env, PORT: port, DEPARTURES_DATA: join(place.folder, 'new') };
    return (service = spawn(process.execPath, MAIN, { cwd: ROOT, env }));
  }

  /** What it says on its way out, and with which code it ends. */
  async function failure(port: string): Promise<{ readonly said: string; readonly code: unknown }> {
    const started = start(port);
    const [said, [code]] = await Promise.all([text(started.stderr), once(started, 'close')]);
    return { said, code };
  }

  it('says where it is, answers there, and writes what is pending when it is told to stop', async () => {
    const started = start('0');
    const [line] = await once(started.stdout.setEncoding('utf8'), 'data');
    const url = /http:\/\/localhost:\d+/.exec(String(line))?.[0];
    const response = await fetch(`${url}/flights/ATL-BOS-1/gate`, {
      method: 'PUT',
      body: new URLSearchParams({ gate: 'B12' }),
    });
    expect(await response.json()).toMatchObject({ id: 'ATL-BOS-1', gate: 'B12' });
    started.kill('SIGTERM');
    await once(started, 'close');
    const database = new Sqlite(join(place.folder, 'new', 'departures.db'), { readonly: true });
    const row = database.prepare(`SELECT gate FROM flights WHERE id = 'ATL-BOS-1'`).get();
    database.close();
    expect(row).toEqual({ gate: 'B12' });
  }, 60_000);

  it('says in one line that a port is taken, and what to do instead', async () => {
    const neighbour = createServer().listen(0);
    await once(neighbour, 'listening');
    // It listens on a port, so its address is not that of a pipe.
    const { port } = neighbour.address() as { port: number };
    try {
      expect(await failure(String(port))).toEqual({
        said: expect.stringMatching(
          new RegExp(`^Departures did not start: port ${port} is taken: .*PORT=\\d+ npm run demo:serve\\n$`),
        ),
        code: 1,
      });
    } finally {
      neighbour.close();
    }
  }, 60_000);

  it('says in one line what is no port', async () => {
    expect(await failure('80x')).toEqual({
      said: 'Departures did not start: PORT must be a number from 0 to 65535, got "80x"; try PORT=3001 npm run demo:serve\n',
      code: 1,
    });
  }, 60_000);
});
