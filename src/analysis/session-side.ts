/**
 * Which side of a session is the originator: the one that sent a SYN, or got a SYN-ACK; where neither was seen, the one whose port is not the lower of the
 * two, or else the sender of the first packet. The last two are guesses.
 */
import { ROW_PORTS } from '../flow/session-table.js';
import { A_FLAGS, FLAG_SYN_BY, FLAG_SYNACK_BY } from './session-row.js';

const SYN_BY_ANY = FLAG_SYN_BY | (FLAG_SYN_BY << 1);
const SYNACK_BY_ANY = FLAG_SYNACK_BY | (FLAG_SYNACK_BY << 1);

/** Side of the originator of the session whose row is at word `r` of `page`. */
export function originatorOf(page: Int32Array, r: number): number {
  const flags = page[r + A_FLAGS];
  if ((flags & SYN_BY_ANY) !== 0) return (flags & FLAG_SYN_BY) !== 0 ? 0 : 1;
  if ((flags & SYNACK_BY_ANY) !== 0) return (flags & FLAG_SYNACK_BY) !== 0 ? 1 : 0;
  const ports = page[r + ROW_PORTS];
  return ports >>> 16 < (ports & 0xffff) ? 1 : 0;
}

/** Whether no SYN says so. */
export const isGuessed = (page: Int32Array, r: number): boolean =>
  (page[r + A_FLAGS] & (SYN_BY_ANY | SYNACK_BY_ANY)) === 0;

/** A SYN (with ACK, if `isAnswer`) of side `side` came. The first one of its kind counts. */
export function noteSynBy(page: Int32Array, r: number, side: number, isAnswer: boolean): void {
  const flags = page[r + A_FLAGS];
  const any = isAnswer ? SYNACK_BY_ANY : SYN_BY_ANY;
  if ((flags & any) === 0) page[r + A_FLAGS] = flags | ((isAnswer ? FLAG_SYNACK_BY : FLAG_SYN_BY) << side);
}
