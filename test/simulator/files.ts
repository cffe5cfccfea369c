import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trace } from 'nuthatch/simulator';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder that goes after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nuthatch-'));
  folders.push(folder);
  return folder;
}

/** A file that goes after the test. */
export async function fileWith(content: string | Buffer, name = 'trace.txt'): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

/** The keys of a trace, as small numbers. */
export function keysOf(trace: Trace): number[] {
  return Array.from({ length: trace.requests }, (_, index) => trace.at(index));
}
