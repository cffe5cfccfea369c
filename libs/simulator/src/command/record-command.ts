import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { badOption, badTrace, messageOf } from '../errors.js';

interface RecordFlags {
  readonly out: string;
  readonly sample: number;
  readonly max: number;
}

/** `nuthatch record`. */
export function recordCommand(): Command {
  return new Command('record')
    .description('Starts a program and records what its caches are asked for, as traces of hashed keys.')
    .usage('[options] -- <command> [arguments...]')
    .argument('<command...>', 'the program to start, as in: node dist/main.js')
    .option(
      '--out <file>',
      'the trace; a cache with another name than default puts that into it',
      'trace.txt.gz',
    )
    .option('--sample <share>', 'the share of the keys to record, above 0 and at most 1', Number, 1)
    .option('--max <requests>', 'how many requests to record of each cache', Number, 10_000_000)
    .action(run);
}

/** The program is told by its environment; `createCache` of the engine does what it says. */
async function run([command = '', ...args]: readonly string[], flags: RecordFlags): Promise<void> {
  const { sample, max } = flags;
  const out = resolve(flags.out);
  if (!(sample > 0 && sample <= 1)) throw badOption('sample', 'above 0 and at most 1', sample);
  if (!Number.isSafeInteger(max) || max < 1) throw badOption('max', 'a positive whole number', max);
  const asked = { NUTHATCH_RECORD: out, NUTHATCH_RECORD_SAMPLE: `${sample}`, NUTHATCH_RECORD_MAX: `${max}` };
  mkdirSync(dirname(out), { recursive: true });
  const before = filesBeside(out);
  process.exitCode = await end(spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...asked } }));
  if (filesBeside(out).every((file) => before.includes(file)))
    process.stderr.write(
      'nuthatch: nothing was recorded, since the program made no cache with createCache\n',
    );
}

function filesBeside(file: string): readonly string[] {
  return readdirSync(dirname(file));
}

/** Lives as long as the program, hands on what is to end it, and answers its exit code. */
function end(program: ReturnType<typeof spawn>): Promise<number> {
  const handOn = (signal: NodeJS.Signals): void => void program.kill(signal);
  // A terminal sends its interrupt to the program as well.
  process
    .on('SIGINT', () => undefined)
    .on('SIGTERM', handOn)
    .on('SIGHUP', handOn);
  return new Promise((answer, reject) => {
    program.on('error', (error) =>
      reject(badTrace(program.spawnfile, `cannot be started: ${messageOf(error)}`, error)),
    );
    program.on('exit', (code, signal) => answer(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}
