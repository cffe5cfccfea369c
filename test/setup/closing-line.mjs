/** Ends a jest run with one plain line that a person, or a script, can read: `N passed, N failed, N skipped`. */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    process.on('exit', () => process.stdout.write(`\n${closingLine(results)}\n`));
  }
}

/** A file that could not run at all counts as one failure: no test of it was counted. */
function closingLine(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}
