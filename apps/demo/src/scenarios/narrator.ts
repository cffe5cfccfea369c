const WIDTH = 98;
const MARGIN = '   ';

/** Says what happens, a line at a time. */
export class Narrator {
  private isAfterGap = true;

  constructor(private readonly print: (line: string) => void) {}

  title(text: string, idea: string): void {
    this.gap();
    this.write(`── ${text} ${'─'.repeat(Math.max(0, WIDTH - text.length - 4))}`);
    this.paragraph(idea);
  }

  /** Text, wrapped. */
  paragraph(text: string): void {
    for (const line of wrapped(text, WIDTH - MARGIN.length)) this.write(MARGIN + line);
    this.gap();
  }

  /** What was done, and what came of it. */
  step(done: string, outcome: string): void {
    const [first = '', ...rest] = wrapped(outcome, WIDTH - MARGIN.length - 34);
    this.write(`${MARGIN}${done.padEnd(32)}  ${first}`.trimEnd());
    for (const line of rest) this.write(`${MARGIN}${' '.repeat(34)}${line}`);
  }

  /** Rows with their columns aligned: numbers to the right, all else to the left. */
  table(rows: readonly (readonly string[])[]): void {
    const columns = Math.max(...rows.map((row) => row.length));
    const widths = Array.from({ length: columns }, (_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    for (const row of rows) {
      const cells = row.map((cell, column) =>
        isNumeric(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      );
      this.write(`${MARGIN}${cells.join('  ')}`.trimEnd());
    }
  }

  /** An empty line, unless there is one. */
  gap(): void {
    if (!this.isAfterGap) this.print('');
    this.isAfterGap = true;
  }

  private write(line: string): void {
    this.print(line);
    this.isAfterGap = false;
  }
}

function isNumeric(cell: string): boolean {
  return /^[\d,.]+( ?%| ms| µs)?$/.test(cell);
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
