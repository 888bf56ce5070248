/**
 * The place of a parser in the tokens of an expression, and the wording of what it did not expect there. Knows no grammar.
 */
import { FilterError } from './filter-error.js';
import { quoted } from './quoted.js';
import { readToken, type Token } from './tokens.js';
import type { TokenKind } from './words.js';

export class TokenSource {
  readonly text: string;
  /** The token that nobody has taken yet. */
  current: Token;

  constructor(text: string) {
    this.text = text;
    this.current = readToken(text, 0);
  }

  isAt(symbol: string): boolean {
    return this.current.symbol === symbol;
  }

  isAtKind(kind: TokenKind): boolean {
    return this.current.kind === kind;
  }

  /** Gives the current token and goes on to the next. */
  take(): Token {
    const taken = this.current;
    this.current = readToken(this.text, taken.end);
    return taken;
  }

  expect(symbol: string): Token {
    if (!this.isAt(symbol)) throw this.unexpected(`'${symbol}'`);
    return this.take();
  }

  /** The error that a token is not what was expected; to be thrown. */
  unexpected(expected: string, found: Token = this.current): FilterError {
    if (found.kind === 'end') return new FilterError(found.column, `the expression ends here, expected ${expected}`);
    const written = this.text.slice(found.column - 1, found.end);
    return new FilterError(found.column, `found ${quoted(written)}, expected ${expected}`);
  }
}
