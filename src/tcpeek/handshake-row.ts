/**
 * The words of a handshake's row, after the key. Owns their order. Side 0 sent the first SYN.
 */
import { KEY_WORDS } from '../flow/session-table.js';
import { TIMER_WORDS } from '../flow/timer-wheel.js';

/** The timer wheel's words. */
export const H_TIMER = KEY_WORDS;
/** State of side 0 | state of side 1 << 4. */
export const H_STATES = H_TIMER + TIMER_WORDS;
/** Sequence and acknowledgement numbers that were remembered, side 0 first. */
export const H_SEQ = H_STATES + 1;
export const H_ACK = H_SEQ + 2;
/** Repeats of SYN and of SYN/ACK. */
export const H_DUP_SYN = H_ACK + 2;
export const H_DUP_SYNACK = H_DUP_SYN + 1;
/** Time of the first SYN and of the latest packet: seconds (unsigned), nanoseconds. */
export const H_FIRST_SEC = H_DUP_SYNACK + 1;
export const H_FIRST_NSEC = H_FIRST_SEC + 1;
export const H_END_SEC = H_FIRST_NSEC + 1;
export const H_END_NSEC = H_END_SEC + 1;
/** Which packet the first SYN was: number of its block (unsigned), and of the packet in it. */
export const H_BLOCK = H_END_NSEC + 1;
export const H_INDEX = H_BLOCK + 1;
/** A bit for each named filter that the session counts in; as many words as those need. */
export const H_FILTERS = H_INDEX + 1;

/** Words of a row beyond the key when filters take `filterWords`. */
export const handshakeRowWords = (filterWords: number): number => H_FILTERS + filterWords - KEY_WORDS;
