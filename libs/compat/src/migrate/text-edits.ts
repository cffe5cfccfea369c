/** Replaces a part of a text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Hunk {
  /** Lines from 0: the first that is shown, and the one after the last. */
  from: number;
  to: number;
}

const CONTEXT_LINES = 3;

/** The text after edits that do not overlap; everything else stays as it is, byte for byte. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let [result, at] = ['', 0];
  for (const { start, end, text: replacement } of inOrder(edits)) {
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

/** The edits as a unified diff, which `git apply` and `patch -p1` take. None adds or removes a line. */
export function unifiedDiff(file: string, text: string, edits: readonly TextEdit[]): string {
  const [before, after] = [linesOf(text), linesOf(withEdits(text, edits))];
  const changed = before.flatMap((line, at) => (line === after[at] ? [] : [at]));
  const hunks = hunksOf(changed, before.length).map(({ from, to }) => {
    const range = `${from + 1},${to - from}`;
    return `@@ -${range} +${range} @@\n${bodyOf(before.slice(from, to), after.slice(from, to))}`;
  });
  return `--- a/${file}\n+++ b/${file}\n${hunks.join('')}`;
}

function inOrder(edits: readonly TextEdit[]): readonly TextEdit[] {
  return edits.toSorted((one, other) => one.start - other.start);
}

/** With their ends, which may be `\r\n`. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

function hunksOf(changed: readonly number[], lines: number): Hunk[] {
  const hunks: Hunk[] = [];
  for (const line of changed) {
    const [from, to] = [Math.max(0, line - CONTEXT_LINES), Math.min(lines, line + CONTEXT_LINES + 1)];
    const last = hunks.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  }
  return hunks;
}

/** Runs of changed lines: what goes, then what comes. */
function bodyOf(before: readonly string[], after: readonly string[]): string {
  let body = '';
  for (let at = 0; at < before.length;) {
    let end = at;
    while (end < before.length && before[end] !== after[end]) end++;
    body += [...before.slice(at, end).map(shown('-')), ...after.slice(at, end).map(shown('+'))].join('');
    if (end < before.length) body += shown(' ')(before[end] ?? '');
    at = end + 1;
  }
  return body;
}

function shown(sign: string): (line: string) => string {
  return (line) =>
    line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`;
}
