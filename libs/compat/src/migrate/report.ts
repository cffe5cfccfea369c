import type { Migration } from './migration.js';

/** What has been done, or would be. */
export interface Outcome {
  readonly isWritten: boolean;
  /** Whether there are changes that are not committed; `undefined` where that is not known. */
  readonly isDirty: boolean | undefined;
}

/** A migration as text: the changes as a diff, then what to look at, then what to do. */
export function reportOf({ files, advice }: Migration, { isWritten, isDirty }: Outcome): string {
  const changed = files.filter(({ diff }) => diff !== '');
  const looks = files.flatMap(({ file, notes }) =>
    notes.map(({ line, text }) => `  ${file}:${line}  ${text}`),
  );
  const steps = advice.map(({ file, text }) => `  ${file}: ${text}`);
  const sections = [
    isWritten ? '' : changed.map(({ diff }) => diff).join(''),
    titled('To look at', looks),
    titled('Dependencies', steps),
    isWritten && isDirty === true
      ? 'The working tree had changes that are not committed: `git diff` shows both.'
      : '',
    summaryOf(changed.length, isWritten),
  ];
  return `${sections.filter((section) => section !== '').join('\n')}\n`;
}

function titled(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}\n`;
}

function summaryOf(changed: number, isWritten: boolean): string {
  if (changed === 0) return 'Nothing to change.';
  const files = `${changed} ${changed === 1 ? 'file' : 'files'}`;
  return isWritten ? `Changed ${files}.` : `Would change ${files}; --write does it.`;
}
