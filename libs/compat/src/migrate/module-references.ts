import type ts from 'typescript';
import type { Compiler } from './compiler.js';

/** Where a module is named. */
export interface ModuleReference {
  readonly specifier: ts.StringLiteralLike;
  /** What is taken from it by name, as it is called there; `undefined` where that cannot be told, or is everything. */
  readonly names: readonly ImportedName[] | undefined;
}

/** A name as the module calls it, and as the file does. */
export interface ImportedName {
  readonly name: string;
  readonly local: string;
}

/** Functions of jest and vitest whose first argument is a module. */
const MOCKS = new Set(
  (
    'mock doMock unmock dontMock deepUnmock setMock requireActual requireMock createMockFromModule ' +
    'unstable_mockModule unstable_unmockModule importActual importMock doUnmock'
  ).split(' '),
);

/** Every place of a file where a module is named: imports, exports, types, `require`, `import()`, mocks. Comments and other texts are none. */
export function moduleReferences(compiler: Compiler, file: ts.SourceFile): ModuleReference[] {
  const found: ModuleReference[] = [];
  const visit = (node: ts.Node): void => {
    const reference = referenceOf(compiler, node);
    if (reference !== undefined) found.push(reference);
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function referenceOf(compiler: Compiler, node: ts.Node): ModuleReference | undefined {
  const specifier = specifierOf(compiler, node);
  if (specifier === undefined || !compiler.isStringLiteralLike(specifier)) return undefined;
  return { specifier, names: namesOf(compiler, node) };
}

function specifierOf(compiler: Compiler, node: ts.Node): ts.Node | undefined {
  if (compiler.isImportDeclaration(node) || compiler.isExportDeclaration(node)) return node.moduleSpecifier;
  if (compiler.isExternalModuleReference(node)) return node.expression;
  if (compiler.isImportTypeNode(node))
    return compiler.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (compiler.isModuleDeclaration(node)) return node.name;
  return compiler.isCallExpression(node) && takesModule(compiler, node.expression)
    ? node.arguments[0]
    : undefined;
}

function takesModule(compiler: Compiler, callee: ts.Expression): boolean {
  if (callee.kind === compiler.SyntaxKind.ImportKeyword) return true;
  if (compiler.isIdentifier(callee)) return callee.text === 'require';
  if (!compiler.isPropertyAccessExpression(callee)) return false;
  const [owner, method] = [callee.expression.getText(), callee.name.text];
  if (method === 'resolve') return owner === 'require' || owner === 'import.meta';
  return (owner === 'jest' || owner === 'vi') && MOCKS.has(method);
}

function namesOf(compiler: Compiler, node: ts.Node): readonly ImportedName[] | undefined {
  if (compiler.isImportDeclaration(node)) return imported(compiler, node.importClause);
  if (compiler.isCallExpression(node)) return destructured(compiler, node);
  if (compiler.isImportTypeNode(node)) return qualified(node.qualifier?.getText());
  if (!compiler.isExportDeclaration(node) || node.exportClause === undefined) return undefined;
  return compiler.isNamedExports(node.exportClause) ? listed(node.exportClause.elements) : undefined;
}

/** Without a clause it is imported for what it does. */
function imported(
  compiler: Compiler,
  clause: ts.ImportClause | undefined,
): readonly ImportedName[] | undefined {
  if (clause === undefined) return [];
  if (clause.name !== undefined || clause.namedBindings === undefined) return undefined;
  return compiler.isNamedImports(clause.namedBindings) ? listed(clause.namedBindings.elements) : undefined;
}

/** Of `import('…').Cache`. */
function qualified(qualifier: string | undefined): readonly ImportedName[] | undefined {
  return qualifier === undefined ? undefined : [{ name: qualifier.split('.', 1)[0] ?? '', local: '' }];
}

function listed(elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): ImportedName[] {
  return elements.map(({ name, propertyName }) => ({ name: (propertyName ?? name).text, local: name.text }));
}

/** Of `const { CacheModule } = require('…')`, also awaited. */
function destructured(compiler: Compiler, call: ts.CallExpression): readonly ImportedName[] | undefined {
  const value = compiler.isAwaitExpression(call.parent) ? call.parent : call;
  const { parent } = value;
  if (!compiler.isVariableDeclaration(parent) || !compiler.isObjectBindingPattern(parent.name))
    return undefined;
  return parent.name.elements.map(({ name, propertyName }) => ({
    name: (propertyName ?? name).getText(),
    local: name.getText(),
  }));
}
