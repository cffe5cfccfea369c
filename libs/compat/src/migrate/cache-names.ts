import type ts from 'typescript';
import type { Compiler } from './compiler.js';

/** By which names a file calls what it imports. */
export interface LocalNames {
  /** The local names of an import. */
  of(name: string): ReadonlySet<string>;
}

/**
 * What a file calls its caches: properties, parameters and variables that have the type `Cache`, or into which `CACHE_MANAGER` is injected.
 */
export function cacheNames(compiler: Compiler, file: ts.SourceFile, locals: LocalNames): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isDeclared =
      compiler.isParameter(node) ||
      compiler.isPropertyDeclaration(node) ||
      compiler.isVariableDeclaration(node);
    if (isDeclared && compiler.isIdentifier(node.name) && isCache(compiler, node, locals))
      names.add(node.name.text);
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

type Declared = ts.ParameterDeclaration | ts.PropertyDeclaration | ts.VariableDeclaration;

function isCache(compiler: Compiler, node: Declared, locals: LocalNames): boolean {
  const { type } = node;
  if (
    type !== undefined &&
    compiler.isTypeReferenceNode(type) &&
    locals.of('Cache').has(type.typeName.getText())
  )
    return true;
  const decorators = compiler.canHaveDecorators(node) ? (compiler.getDecorators(node) ?? []) : [];
  return decorators.some(
    ({ expression }) =>
      compiler.isCallExpression(expression) &&
      expression.expression.getText() === 'Inject' &&
      locals.of('CACHE_MANAGER').has(expression.arguments[0]?.getText() ?? ''),
  );
}

/** The member of one of the caches that an expression is; `undefined` where it is something else. */
export function memberOfCache(
  compiler: Compiler,
  node: ts.Node,
  caches: ReadonlySet<string>,
): string | undefined {
  if (!compiler.isPropertyAccessExpression(node)) return undefined;
  const owner = node.expression;
  const name = compiler.isPropertyAccessExpression(owner) ? owner.name : owner;
  return compiler.isIdentifier(name) && caches.has(name.text) ? node.name.text : undefined;
}
