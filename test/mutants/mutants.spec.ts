import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evictionStrategies } from 'nuthatch/engine';

const ROOT = join(import.meta.dirname, '..', '..');
const patches = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.patch'));

function headerOf(patch: string, name: string): string | undefined {
  const text = readFileSync(join(import.meta.dirname, patch), 'utf8');
  return new RegExp(`^# ${name}: (.+)$`, 'm').exec(text)?.[1];
}

/** As a file is named after a strategy: `s3-fifo` for `s3Fifo`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

describe('the mutants', () => {
  it.each(Object.keys(evictionStrategies))('have a bug for %s', (name) => {
    expect(patches).toContain(`${kebab(name)}.patch`);
  });

  it.each(patches)('say in %s what is wrong, and which tests have to see it', (patch) => {
    expect(headerOf(patch, 'what')).toBeDefined();
    const tests = headerOf(patch, 'tests')?.split(' ') ?? [];
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((test) => !existsSync(join(ROOT, test)))).toEqual([]);
  });

  it.each(patches)('can still be planted: %s', (patch) => {
    const { stderr } = spawnSync('git', ['apply', '--check', join(import.meta.dirname, patch)], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
  });
});
