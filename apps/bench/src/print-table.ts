/** Prints a Markdown table, so that what is printed can be pasted into a page. */
export function printTable(head: readonly string[], lines: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => (line[column] ?? '').length)),
  );
  const print = (cells: readonly string[]): void => {
    console.log(`| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`);
  };
  print(head);
  print(widths.map((width) => '-'.repeat(width)));
  lines.forEach(print);
}
