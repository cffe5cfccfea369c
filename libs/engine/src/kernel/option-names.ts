import { badOptions, type CacheError, unknownOption } from './errors.js';

/** The names of all options that there are: a list, or a record that the compiler has seen to be complete. */
export type OptionNames = readonly string[] | Readonly<Record<string, true>>;

/** @param prefix of options within options, such as `writeBack.`. @throws CacheError `bad_option` naming each that there is not. */
export function assertKnown(options: object, known: OptionNames, prefix = ''): void {
  const problems = unknownNames(options, known, prefix);
  if (problems.length > 0) throw badOptions(problems);
}

/** What is to be said of the names in `options` that no option has. */
export function unknownNames(options: object, known: OptionNames, prefix = ''): CacheError[] {
  const names = isList(known) ? known : Object.keys(known);
  return Object.keys(options)
    .filter((name) => !names.includes(name))
    .map((name) =>
      unknownOption(
        prefix + name,
        names.map((each) => prefix + each),
      ),
    );
}

function isList(known: OptionNames): known is readonly string[] {
  return Array.isArray(known);
}
