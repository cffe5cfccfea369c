import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const doors = readdirSync(join(root, 'libs')).map((lib) => join(root, 'libs', lib, 'src', 'index.ts'));

/** What a user can import, and every field of what he can configure. */
function publicNames(): { readonly name: string; readonly isDocumented: boolean }[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(doors, options);
  const checker = program.getTypeChecker();
  const describe = (symbol: ts.Symbol, name: string): { name: string; isDocumented: boolean } => ({
    name,
    isDocumented: symbol.getDocumentationComment(checker).length > 0,
  });
  return doors.flatMap((door) => {
    const source = program.getSourceFile(door);
    const module = source && checker.getSymbolAtLocation(source);
    const exported = module === undefined ? [] : checker.getExportsOfModule(module);
    return exported.flatMap((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const fields = /(Options|Settings|Definition)$/.test(symbol.name)
        ? [...(target.members?.values() ?? [])].filter(({ flags }) => flags & ts.SymbolFlags.Property)
        : [];
      return [
        describe(target, symbol.name),
        ...fields.map((field) => describe(field, `${symbol.name}.${field.name}`)),
      ];
    });
  });
}

describe('the documentation', () => {
  it('has a comment on every public name and on every option', () => {
    const names = publicNames();
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter(({ isDocumented }) => !isDocumented).map(({ name }) => name)).toEqual([]);
  });
});
