#!/usr/bin/env node
import { Command } from 'commander';
import { CacheError } from 'nuthatch/engine';
import { recordCommand } from './record-command.js';
import { simulateCommand } from './simulate-command.js';

/** A program of its own: libs do not import each other, and nobody else needs what it is made of. */
const MIGRATE = '../../../compat/src/migrate/main';

const program = new Command('nuthatch')
  .description(
    'Finds out how large a cache must be, which eviction strategy serves it best, and moves to it.',
  )
  .addCommand(simulateCommand())
  .addCommand(recordCommand())
  .command('migrate', 'Moves imports of @nestjs/cache-manager to nuthatch/compat.', {
    executableFile: MIGRATE,
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CacheError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
