#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { CacheError } from 'nuthatch/engine';
import { loadCompiler } from './compiler.js';
import { planMigration } from './migration.js';
import { reportOf } from './report.js';

interface MigrateFlags {
  readonly write?: boolean;
  readonly ttlInSeconds?: boolean;
}

/** `nuthatch migrate`, a program of its own: the command starts it by its file, since libs do not import each other. */
function migrateCommand(): Command {
  return new Command('nuthatch migrate')
    .description('Moves imports of @nestjs/cache-manager to nuthatch/compat; shows what it would change.')
    .argument('[paths...]', 'files and folders', ['.'])
    .option('--write', 'change the files')
    .option(
      '--ttl-in-seconds',
      'times to live are in seconds, as until cache-manager 4: multiply them by 1000',
    )
    .action(run);
}

function run(paths: readonly string[], { write = false, ttlInSeconds = false }: MigrateFlags): void {
  const folder = process.cwd();
  const isDirty = hasUncommittedChanges(folder);
  const migration = planMigration(loadCompiler(folder), { folder, paths, ttlInSeconds });
  if (write) for (const file of migration.files) file.write();
  process.stdout.write(reportOf(migration, { isWritten: write, isDirty }));
}

/** Not known where there is no git, or no repository. */
function hasUncommittedChanges(folder: string): boolean | undefined {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? stdout !== '' : undefined;
}

try {
  migrateCommand().parse();
} catch (error) {
  if (!(error instanceof CacheError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
