import type ts from 'typescript';
import { type LocalNames, memberOfCache } from './cache-names.js';
import type { Compiler } from './compiler.js';

const REGISTERS = new Set(['register', 'registerAsync']);

/** A time to live in a source. */
export interface TimeToLive {
  readonly node: ts.Expression;
  /** Where it stands, for whoever reads of it. */
  readonly place: string;
  /** The options that it is all of, where there are none any more. */
  readonly options?: ts.Expression;
}

/** Where times to live can stand in a file. */
export interface TimesContext {
  readonly compiler: Compiler;
  readonly locals: LocalNames;
  readonly caches: ReadonlySet<string>;
}

/** The times to live of a call: of `CacheModule.register`, `@CacheTTL`, or of `set` and `wrap` of a cache. */
export function timesIn(call: ts.CallExpression, context: TimesContext): TimeToLive[] {
  const { locals } = context;
  const callee = call.expression.getText();
  const [owner = '', method = ''] = callee.split('.');
  if (locals.of('CacheModule').has(owner) && REGISTERS.has(method))
    return ttlProperties(context, call.arguments, callee);
  if (locals.of('CacheTTL').has(callee)) return timeOf(call.arguments[0], `@${callee}`);
  return timesOnCache(call, context);
}

function timesOnCache(call: ts.CallExpression, context: TimesContext): TimeToLive[] {
  const { compiler, caches } = context;
  const called = memberOfCache(compiler, call.expression, caches);
  const third = call.arguments[2];
  if (third === undefined || (called !== 'set' && called !== 'wrap')) return [];
  if (!compiler.isObjectLiteralExpression(third)) return timeOf(third, called);
  const times = ttlProperties(context, [third], `the options of ${called}`);
  const isAll = called === 'set' && third.properties.length === 1;
  return isAll ? times.map((time) => ({ ...time, options: third })) : times;
}

/** A factory is told by the value, or by the request: what it answers is in its body. */
function timeOf(node: ts.Expression | undefined, place: string): TimeToLive[] {
  return node === undefined ? [] : [{ node, place }];
}

function ttlProperties({ compiler }: TimesContext, roots: readonly ts.Node[], place: string): TimeToLive[] {
  const found: TimeToLive[] = [];
  const visit = (node: ts.Node): void => {
    if (compiler.isPropertyAssignment(node) && node.name.getText() === 'ttl')
      found.push({ node: node.initializer, place: `ttl in ${place}` });
    // What another function is given has units of its own, such as those of a store.
    else if (!compiler.isCallExpression(node) || isImmediate(compiler, node))
      compiler.forEachChild(node, visit);
  };
  for (const root of roots) visit(root);
  return found;
}

/** A function that is called where it stands is part of what is around it. */
function isImmediate(compiler: Compiler, call: ts.CallExpression): boolean {
  return compiler.isParenthesizedExpression(call.expression);
}

/** The number that is written, be it as a product of numbers; `undefined` where it is not known. */
export function numberOf(compiler: Compiler, node: ts.Expression): number | undefined {
  if (compiler.isNumericLiteral(node)) return Number(node.text);
  if (compiler.isParenthesizedExpression(node)) return numberOf(compiler, node.expression);
  if (!compiler.isBinaryExpression(node) || node.operatorToken.kind !== compiler.SyntaxKind.AsteriskToken)
    return undefined;
  const [left, right] = [numberOf(compiler, node.left), numberOf(compiler, node.right)];
  return left === undefined || right === undefined ? undefined : left * right;
}
