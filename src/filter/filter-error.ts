/**
 * A filter expression that cannot be used. Owns where in the text, and why.
 */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  /** Counts from 1. */
  readonly column: number;
  readonly reason: string;
  /** With packets of another link type the same expression may do. */
  readonly isOfLinkType: boolean;

  /** `reason` says what was found at the column and what was expected. */
  constructor(column: number, reason: string, isOfLinkType = false) {
    super(`column ${column}: ${reason}`);
    this.column = column;
    this.reason = reason;
    this.isOfLinkType = isOfLinkType;
  }
}

/** Throws when a number is given and larger than it can be. */
export function expectAtMost(what: string, value: number | undefined, most: number, column: number): void {
  if (value !== undefined && value > most) {
    throw new FilterError(column, `found ${what} ${value}, expected at most ${most}`);
  }
}
