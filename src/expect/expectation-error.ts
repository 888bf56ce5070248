/**
 * What is said of a text that is no expectation, with a mark below the place.
 */

/** A text that is no expectation: what is wrong, and where. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
  readonly text: string;
  /** Offset in UTF-16 units, and how many of them are meant. */
  readonly at: number;
  readonly length: number;

  constructor(text: string, at: number, length: number, message: string) {
    super(message);
    this.text = text;
    this.at = at;
    this.length = length;
  }
}

/** The text with a mark below the place: two lines, each behind `indent`. */
export function marked({ text, at, length }: ExpectationError, indent = '  '): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
  const before = [...text.slice(0, at)].length;
  const width = Math.max(1, [...text.slice(at, at + length)].length);
  return `${indent}${shown}\n${indent}${' '.repeat(before)}${'^'.repeat(width)}`;
}
