/**
 * What stands before an identifier: protocol, direction, type. Owns their order; knows no identifier.
 */
import type { Direction, IdentifierType, Protocol } from './expression.js';
import type { TokenSource } from './token-source.js';
import type { TokenKind } from './words.js';

export interface Qualifiers {
  readonly protocol: Protocol | undefined;
  readonly direction: Direction | undefined;
  readonly type: IdentifierType | undefined;
}

const FIRST: readonly TokenKind[] = ['direction', 'type', 'proto', 'gateway'];

/** Whether the current token begins qualifiers, or goes on with them behind a protocol. */
export const areQualifiersNext = (tokens: TokenSource): boolean => FIRST.includes(tokens.current.kind);

/** Reads what follows the protocol, if there was one: a direction and a type, either of them, or a type that takes no direction. */
export function readQualifiers(tokens: TokenSource, protocol: Protocol | undefined): Qualifiers {
  const first = tokens.take();
  if (first.kind !== 'direction') return { protocol, direction: undefined, type: first.symbol as IdentifierType };
  const direction = readRest(tokens, first.symbol);
  const type = tokens.isAtKind('type') ? (tokens.take().symbol as IdentifierType) : undefined;
  return { protocol, direction, type };
}

/** `src or dst` is one direction, in either order; behind `src` no `or` means anything else. */
function readRest(tokens: TokenSource, first: string): Direction {
  if (!tokens.isAtKind('logical')) return first as Direction;
  const other = first === 'src' ? 'dst' : first === 'dst' ? 'src' : undefined;
  if (other === undefined) throw tokens.unexpected('an address, a name, or what it is, such as host');
  const { symbol } = tokens.take();
  tokens.expect(other);
  return symbol === 'or' ? 'src or dst' : 'src and dst';
}
