/**
 * The words of a connection's row beyond its key. Side 0 sent the first packet. Owns their order, and the sums and times that are kept in two
 * of them.
 */
import { KEY_WORDS } from '../flow/session-table.js';
import { TIMER_WORDS } from '../flow/timer-wheel.js';
import { CONNECTION_STATE_WORDS } from './connection-state.js';

const NSEC_A_SEC = 1_000_000_000;

/** The timer's own. */
export const N_TIMER = KEY_WORDS;
/** A number that grows from one connection to the next. */
export const N_BIRTH = N_TIMER + TIMER_WORDS;
/** The side that began the connection. */
export const N_ORIGINATOR = N_BIRTH + 1;
/** Which input the first packet is of; VLAN id of its outermost tag + 1, or 0. */
export const N_INPUT = N_ORIGINATOR + 1;
export const N_VLAN = N_INPUT + 1;
/** How it is about to end (connection-state.ts), and the time from which that counts: seconds, nanoseconds. */
export const N_ENDING = N_VLAN + 1;
export const N_ENDING_TIME = N_ENDING + 1;
/** Times of the first packet, and of the latest by its time. */
export const N_FIRST = N_ENDING_TIME + 2;
export const N_LAST = N_FIRST + 2;
/** Of each side: packets; bytes of its IP datagrams: low, high. */
const SIDES = N_LAST + 2;
const N_PACKETS = 0;
const N_IP_BYTES = 1;
const SIDE_WORDS = 3;
/** What connection-state.ts keeps. */
export const N_STATE = SIDES + 2 * SIDE_WORDS;
/** Words beyond the key. */
export const CONNECTION_ROW_WORDS = N_STATE + CONNECTION_STATE_WORDS - KEY_WORDS;

/** Counts a packet of side `side` of the row at `r` of `page`. */
export function countPacket(page: Int32Array, r: number, side: number, ipBytes: number): void {
  const at = r + SIDES + SIDE_WORDS * side;
  page[at + N_PACKETS]++;
  const low = (page[at + N_IP_BYTES] >>> 0) + ipBytes;
  page[at + N_IP_BYTES] = low | 0;
  if (low >= 2 ** 32) page[at + N_IP_BYTES + 1]++;
}

/** Packets, and bytes of IP datagrams, that side `side` sent. */
export const packetsOf = (page: Int32Array, r: number, side: number): number =>
  page[r + SIDES + SIDE_WORDS * side + N_PACKETS] >>> 0;
export function ipBytesOf(page: Int32Array, r: number, side: number): number {
  const at = r + SIDES + SIDE_WORDS * side + N_IP_BYTES;
  return (page[at] >>> 0) + 2 ** 32 * page[at + 1];
}

/** The first whole second by which `limitNsec` have passed since the time at word `at` of `page`. */
export const secAfter = (page: Int32Array, at: number, limitNsec: number): number =>
  (page[at] >>> 0) + Math.ceil((page[at + 1] + limitNsec) / NSEC_A_SEC);
