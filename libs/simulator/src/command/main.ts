#!/usr/bin/env node
import { Command } from 'commander';
import { CacheError } from 'nuthatch/engine';
import { recordCommand } from './record-command.js';
import { simulateCommand } from './simulate-command.js';

const program = new Command('nuthatch')
  .description('Finds out how large a cache must be, and which eviction strategy serves it best.')
  .addCommand(simulateCommand())
  .addCommand(recordCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CacheError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
