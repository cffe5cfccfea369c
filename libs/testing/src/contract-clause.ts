/** One promise of a contract, as a test: `run` resolves where it is kept, and rejects with what is wrong. */
export interface ContractClause {
  readonly name: string;
  run(): Promise<void>;
}

/** Where tests are declared: the functions that jest, vitest, mocha and `node:test` have in common. */
export interface TestRunner {
  describe(name: string, declare: () => void): void;
  it(name: string, run: () => Promise<void>): void;
}

/** Declares a test per clause. @param runner the globals of jest, vitest or mocha by default. */
export function declareClauses(
  title: string,
  clauses: readonly ContractClause[],
  runner: TestRunner | undefined,
): void {
  // The globals of a test runner, where one is running; its own types are not asked for.
  const { describe, it } = runner ?? (globalThis as unknown as TestRunner);
  describe(title, () => {
    for (const { name, run } of clauses) it(name, run);
  });
}
