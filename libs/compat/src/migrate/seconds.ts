import type ts from 'typescript';
import type { Compiler } from './compiler.js';
import type { Findings } from './findings.js';
import { numberOf, type TimeToLive } from './times-to-live.js';

/** A shorter time to live looks as if it were in seconds. */
const SUSPICIOUS_BELOW_MS = 1000;

/** What a file's times to live are judged by. */
export interface TimeRules {
  readonly compiler: Compiler;
  readonly isInSeconds: boolean;
}

/** Turns a time to live into milliseconds where it is sure to be in seconds and written as a number; has it looked at where it may be. */
export function toMilliseconds(time: TimeToLive, { compiler, isInSeconds }: TimeRules, into: Findings): void {
  const { node, place, options } = time;
  const [value, text] = [numberOf(compiler, node), node.getText()];
  if (value === 0 || text === 'undefined') return;
  if (isInSeconds && value !== undefined) into.replace(options ?? node, times1000(compiler, node, value));
  else if (options !== undefined) into.look(options, 'set takes the time to live itself, in milliseconds');
  else if (isInSeconds) into.look(node, `${place}: ${meantBy(compiler, node)} is now in milliseconds`);
  else if (value !== undefined && value < SUSPICIOUS_BELOW_MS)
    into.look(node, `${place}: ${text} is ${value} ms; run with --ttl-in-seconds if it means seconds`);
}

function times1000(compiler: Compiler, node: ts.Expression, value: number): string {
  // Without what binary fractions leave behind.
  return compiler.isNumericLiteral(node)
    ? `${Number((value * 1000).toPrecision(15))}`
    : `${node.getText()} * 1000`;
}

function meantBy(compiler: Compiler, node: ts.Expression): string {
  const isFunction = compiler.isArrowFunction(node) || compiler.isFunctionExpression(node);
  return isFunction ? 'what the function answers' : node.getText();
}
