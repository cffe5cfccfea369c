import { Logger } from '@nestjs/common';
import { type Clock, systemClock } from 'nuthatch/engine';

interface Line {
  readonly writtenAt: number;
  /** How often the same was to be said since. */
  kept: number;
}

const PAUSE_MS = 60_000;

/** Warnings in the log, of which each method writes one a minute at most: what fails once, fails at each of its calls. */
export class RareWarnings {
  private readonly logger = new Logger('CacheModule');
  private readonly lines = new Map<string, Line>();

  constructor(private readonly clock: Clock = systemClock) {}

  /** Warns of an error; what was not said in the meantime is counted in the next line about it. */
  warn(where: string, what: string, error: unknown): void {
    const now = this.clock.now();
    const subject = `${where}: ${what}`;
    const line = this.lines.get(subject);
    if (line !== undefined && now - line.writtenAt < PAUSE_MS) {
      line.kept++;
      return;
    }
    this.lines.set(subject, { writtenAt: now, kept: 0 });
    const before = line === undefined || line.kept === 0 ? '' : ` (${line.kept} more since the last line)`;
    this.logger.warn(`${subject}: ${reasonOf(error, `${where}: `)}${before}`);
  }
}

/** What an error says, and what caused it, without what the line has said already. */
function reasonOf(error: unknown, said: string): string {
  if (!(error instanceof Error)) return String(error);
  const reason = error.message.startsWith(said) ? error.message.slice(said.length) : error.message;
  return error.cause instanceof Error && !reason.includes(error.cause.message)
    ? `${reason}: ${error.cause.message}`
    : reason;
}
