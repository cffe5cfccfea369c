import type { WarmProgress } from './warm-report.js';

/** What a progress bar is drawn on, such as `process.stderr`. */
export interface Terminal {
  /** Nothing is written where this is not `true`. */
  readonly isTTY?: boolean | undefined;
  /** How wide it is; 80 where it does not say, or says 0. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const DEFAULT_COLUMNS = 80;
const WIDEST_BAR = 40;
/** What the numbers beside the bar leave of a line. */
const NARROWEST_BAR = 5;
const START_OF_LINE = '\r';
const REST_OF_LINE = '\u001b[K';

/** Draws how far a warming is, over and over on one line; `undefined` where there is no terminal to draw on. */
export function progressBar(
  terminal: Terminal | undefined,
): ((progress: WarmProgress, isOver: boolean) => void) | undefined {
  if (terminal?.isTTY !== true) return undefined;
  return (progress, isOver) => {
    // The last column is left free, since many terminals break the line when it is written.
    const line = lineOf(progress, widthOf(terminal) - 1);
    terminal.write(`${START_OF_LINE}${line}${REST_OF_LINE}${isOver ? '\n' : ''}`);
  };
}

/** A terminal that is being made, such as that of a container, says 0. */
function widthOf({ columns = 0 }: Terminal): number {
  return columns > 0 ? columns : DEFAULT_COLUMNS;
}

function lineOf({ done, failed, total }: WarmProgress, width: number): string {
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  if (total === undefined || total === 0) return clip(`warming ${done}${failures}`, width);
  const share = Math.min(1, done / total);
  const numbers = ` ${done}/${total} ${Math.floor(share * 100)}%${failures}`;
  const room = Math.min(WIDEST_BAR, width - 'warming []'.length - numbers.length);
  if (room < NARROWEST_BAR) return clip(`warming${numbers}`, width);
  const full = Math.floor(share * room);
  return `warming [${'#'.repeat(full)}${'.'.repeat(room - full)}]${numbers}`;
}

function clip(text: string, width: number): string {
  return text.slice(0, Math.max(0, width));
}
