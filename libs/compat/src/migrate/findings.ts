import type ts from 'typescript';
import type { TextEdit } from './text-edits.js';

/** Something to be looked at by a person. */
export interface Note {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** What is found in one file: what to change, and what to look at. */
export class Findings {
  readonly edits: TextEdit[] = [];
  readonly #notes: Note[] = [];
  readonly #file: ts.SourceFile;

  constructor(file: ts.SourceFile) {
    this.#file = file;
  }

  /** In the order of their lines. */
  get notes(): readonly Note[] {
    return this.#notes.toSorted((one, other) => one.line - other.line);
  }

  replace(node: ts.Node, text: string): void {
    this.edits.push({ start: node.getStart(), end: node.getEnd(), text });
  }

  /** What is between its quotes. */
  replaceText(literal: ts.StringLiteralLike, text: string): void {
    this.edits.push({ start: literal.getStart() + 1, end: literal.getEnd() - 1, text });
  }

  look(node: ts.Node, text: string): void {
    const { line } = this.#file.getLineAndCharacterOfPosition(node.getStart());
    this.#notes.push({ line: line + 1, text });
  }
}
