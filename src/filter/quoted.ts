/**
 * Pieces of an expression as messages show them: printable, and short whatever was written. Knows no expression.
 */

const MOST_CHARACTERS = 40;

/** In single quotes; what a terminal would act on as an escape, what is longer than `mostCharacters` cut. */
export function quoted(text: string, mostCharacters = MOST_CHARACTERS): string {
  const shown = text.length > mostCharacters ? `${text.slice(0, mostCharacters - 3)}...` : text;
  // A surrogate that the cut left alone counts as unprintable too.
  const printable = shown.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
  return `'${printable}'`;
}
