/**
 * The times of a session's opening: from SYN to SYN-ACK, from that to the ACK, and the initial round trip, which is from the latest SYN to the first
 * later packet, of either side, that has ACK and no SYN. One of no time at all is not known, and the next such packet is looked at.
 */
import { TCP_ACK, TCP_SYN } from '../wire/tcp.js';
import {
  A_FLAGS,
  A_INITIAL_RTT,
  A_SYN_TIME,
  A_SYN_TO_SYNACK,
  A_SYNACK_TIME,
  A_SYNACK_TO_ACK,
  FLAG_HAS_INITIAL_RTT,
  FLAG_HAS_SYN_TIME,
  FLAG_HAS_SYN_TO_SYNACK,
  FLAG_HAS_SYNACK_TIME,
  FLAG_HAS_SYNACK_TO_ACK,
  storePassed,
} from './session-row.js';

const TIMES_KNOWN = FLAG_HAS_INITIAL_RTT | FLAG_HAS_SYNACK_TO_ACK;

/** A segment with these flags comes to the session whose row is at word `r` of `page`, at `sec`, `nsec`. */
export function noteOpening(page: Int32Array, r: number, flags: number, sec: number, nsec: number): void {
  const known = page[r + A_FLAGS];
  if ((flags & TCP_SYN) === 0) {
    if ((flags & TCP_ACK) === 0 || (known & TIMES_KNOWN) === TIMES_KNOWN) return;
    let found = 0;
    if ((known & FLAG_HAS_SYN_TIME) !== 0 && (known & FLAG_HAS_INITIAL_RTT) === 0) {
      storePassed(page, r + A_INITIAL_RTT, r + A_SYN_TIME, sec, nsec);
      if (page[r + A_INITIAL_RTT] !== 0 || page[r + A_INITIAL_RTT + 1] !== 0) found |= FLAG_HAS_INITIAL_RTT;
    }
    if ((known & FLAG_HAS_SYNACK_TIME) !== 0 && (known & FLAG_HAS_SYNACK_TO_ACK) === 0) {
      storePassed(page, r + A_SYNACK_TO_ACK, r + A_SYNACK_TIME, sec, nsec);
      found |= FLAG_HAS_SYNACK_TO_ACK;
    }
    page[r + A_FLAGS] |= found;
    return;
  }
  if ((flags & TCP_ACK) === 0) {
    page[r + A_SYN_TIME] = sec;
    page[r + A_SYN_TIME + 1] = nsec;
    page[r + A_FLAGS] |= FLAG_HAS_SYN_TIME;
    return;
  }
  page[r + A_SYNACK_TIME] = sec;
  page[r + A_SYNACK_TIME + 1] = nsec;
  if ((known & FLAG_HAS_SYN_TIME) !== 0 && (known & FLAG_HAS_SYN_TO_SYNACK) === 0) {
    storePassed(page, r + A_SYN_TO_SYNACK, r + A_SYN_TIME, sec, nsec);
    page[r + A_FLAGS] |= FLAG_HAS_SYN_TO_SYNACK;
  }
  page[r + A_FLAGS] |= FLAG_HAS_SYNACK_TIME;
}
