import type { Operation, Row } from 'nuthatch/engine';

/** The last operation of each key: the others would not be seen. */
export function lastOfEachKey(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length === 1) return operations;
  return [...new Map(operations.map((operation) => [keyOf(operation), operation])).values()];
}

/** Those operations that are newer than the rows that there are, and than what those before them would leave. */
export function newerThan(rows: readonly Row[], operations: readonly Operation[]): readonly Operation[] {
  const versions = new Map(rows.map(({ key, version }) => [key, version]));
  return operations.filter((operation) => {
    const [key, version] = [keyOf(operation), versionOf(operation)];
    if ((versions.get(key) ?? -Infinity) >= version) return false;
    if (operation.type === 'set') versions.set(key, version);
    else versions.delete(key);
    return true;
  });
}

function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}

function versionOf(operation: Operation): number {
  return operation.type === 'set' ? operation.row.version : operation.version;
}
