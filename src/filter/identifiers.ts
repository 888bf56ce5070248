/**
 * Addresses and names as they stand in an expression, with mask or prefix length. Knows neither qualifiers nor what an
 * address means.
 */
import type { Identifier } from './expression.js';
import type { TokenSource } from './token-source.js';
import type { TokenKind } from './words.js';

const KINDS: readonly TokenKind[] = ['name', 'dotted', 'ip6', 'mac', 'arcnet'];

/** Whether the current token is an identifier; numbers are not among them, since they can be values too. */
export const isIdentifierNext = (tokens: TokenSource): boolean => KINDS.includes(tokens.current.kind);

export function readIdentifier(tokens: TokenSource): Identifier {
  const { kind, text } = tokens.take();
  switch (kind) {
    case 'dotted':
      if (tokens.isAtKind('mask')) return { form: 'dotted', text, mask: readMask(tokens) };
      return { form: 'dotted', text, ...readPrefix(tokens) };
    case 'ip6':
      return { form: 'ip6', text, ...readPrefix(tokens) };
    default:
      return { form: kind as 'name' | 'mac' | 'arcnet', text };
  }
}

function readMask(tokens: TokenSource): string {
  tokens.take();
  if (!tokens.isAtKind('dotted')) throw tokens.unexpected('a mask such as 255.255.0.0');
  return tokens.take().text;
}

function readPrefix(tokens: TokenSource): { prefixBits?: number } {
  if (!tokens.isAt('/')) return {};
  tokens.take();
  if (!tokens.isAtKind('number')) throw tokens.unexpected('a number of bits');
  return { prefixBits: tokens.take().value };
}
