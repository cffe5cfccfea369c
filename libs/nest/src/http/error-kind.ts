/** The kind of an error, and no words of it: those may be of a request, or name keys. */
export function kindOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return `${error.name} ${String(error.code)}`;
  return error instanceof Error ? error.name : typeof error;
}
