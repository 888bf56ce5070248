/**
 * A place in the text of an expectation that moves on: names, texts in quotes, and what is said where something else was expected.
 */
import { ExpectationError } from './expectation-error.js';

/** A name that was read, and where. */
export interface Part {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

export class TextCursor {
  readonly text: string;
  /** Offset in UTF-16 units. */
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Goes on behind blanks. */
  skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  /** Throws an ExpectationError: something else is here. */
  expected(what: string): never {
    const found = /^(\w+|\W)/u.exec(this.text.slice(this.at))?.[0];
    return this.fail(this.at, found?.length ?? 1, `expected ${what}${found === undefined ? ', and here it ends' : ''}`);
  }

  /** Throws an ExpectationError about `length` units from `at` on. */
  fail(at: number, length: number, message: string): never {
    throw new ExpectationError(this.text, at, length, message);
  }

  /** A word, or a text in quotes; `what`: what it should be. */
  part(what: string): Part {
    const at = this.at;
    if (this.text[at] === '"') return { text: this.quoted(), at, end: this.at };
    const word = /^[A-Za-z0-9_-]+/.exec(this.text.slice(at))?.[0];
    if (word === undefined) this.expected(what);
    this.at += word.length;
    return { text: word, at, end: this.at };
  }

  /** As in JSON. */
  quoted(): string {
    const literal = /^"(?:[^"\\]|\\.)*"/s.exec(this.text.slice(this.at))?.[0];
    if (literal === undefined) this.fail(this.at, 1, 'these quotes have no end');
    try {
      const value = JSON.parse(literal) as string;
      this.at += literal.length;
      return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.fail(this.at, literal.length, 'within quotes expected what a text in JSON may hold');
    }
  }
}
