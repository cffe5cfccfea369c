import type { Progress } from '../simulate-options.js';

const WIDTH = 30;
const CLEAR_LINE = '\r\u001b[K';

/** Shows how far a simulation is, on a terminal only. */
export function progressBar(terminal: NodeJS.WriteStream): {
  show(progress: Progress): void;
  clear(): void;
} {
  if (!terminal.isTTY) return { show: () => undefined, clear: () => undefined };
  return {
    show: ({ done, strategy, size }) => {
      const bar = '█'.repeat(Math.round(done * WIDTH)).padEnd(WIDTH, '░');
      const percents = String(Math.floor(done * 100)).padStart(3);
      terminal.write(`${CLEAR_LINE}${bar} ${percents} % ${strategy} at ${size.toLocaleString('en')}`);
    },
    clear: () => terminal.write(CLEAR_LINE),
  };
}
