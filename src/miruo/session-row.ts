/**
 * The words of a session's row that miruo keeps, after the key. Owns their order.
 */
import { KEY_WORDS } from '../flow/session-table.js';
import { TIMER_WORDS } from '../flow/timer-wheel.js';
import { PAIR_WORDS } from '../traffic/flow-table.js';

/*
 * What nearly every packet touches comes first.
 */

/** State of side 0 | state of side 1 << 4 | MARKED | HAS_KEYS bits | HAS_NOTES. */
export const M_STATE = KEY_WORDS;
/** Segments so far; the next one's number. */
export const M_SEGMENTS = M_STATE + 1;
/** Bytes on the wire without the first SYN's, low and high 32 bits. */
export const M_BYTES = M_SEGMENTS + 1;
/** Segments held, first SYN included. */
export const M_HELD = M_BYTES + 2;
/** Last chunk of the stored segments, and position of the last segment in it. */
export const M_TAIL = M_HELD + 1;
export const M_LAST_AT = M_TAIL + 1;
/** Time of the segment stored last: seconds (unsigned), microseconds. */
export const M_LAST_SEC = M_LAST_AT + 1;
export const M_LAST_USEC = M_LAST_SEC + 1;
/** Second of the clock when that was stored (not its own time: clocks of captures go backwards). */
export const M_LAST_CLOCK = M_LAST_USEC + 1;
/** Key of the first SYN, which counts for itself: it acknowledges nothing, so its key is far from all others. */
export const M_SYN_KEY = M_LAST_CLOCK + 1;
/** For each side a cyclic range that holds the keys of all its segments held but the first SYN: low, high. */
export const M_KEYS = M_SYN_KEY + 1;
/** Segments that are still to be shown because one before them was. */
export const M_CREDIT = M_KEYS + 4;
/** Where the session's pair of flows lodges (src/traffic/flow-table.ts), in runs that count flows. */
export const M_FLOWS = M_CREDIT + 1;

/** The timer wheel's words. */
export const M_TIMER = M_FLOWS + PAIR_WORDS;
/** How many sessions this shard had created before, low and high 32 bits: the order of creation. */
export const M_ORDINAL = M_TIMER + TIMER_WORDS;
/** First chunk of the stored segments; its base is the time of the first SYN. */
export const M_HEAD = M_ORDINAL + 2;

/** A row is two cache lines. */
export const MIRUO_ROW_WORDS = M_HEAD + 1 - KEY_WORDS;

/** Bits of M_STATE: the two states. */
export const STATES = 0xff;
/** The session is marked to be shown. */
export const MARKED = 1 << 8;

/** The range of keys of side 0 holds something; side 1 has the next bit. */
export const HAS_KEYS = 1 << 9;

/** The segment store notes more of the session (segment-store.ts). */
export const HAS_NOTES = 1 << 11;
