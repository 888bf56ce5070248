/**
 * The words of a row of the table of sessions that are analysed, after the table's own: first those of the session, then those of each side, of which
 * side 0 is the one that sent the first packet. What a word means is said here; who changes it is the file of its matter.
 *
 * Numbers that may pass 2^32 are two words, low and high. Times are the second (unsigned) and the nanosecond.
 */
import { KEY_WORDS } from '../flow/session-table.js';
import { CONNECTION_STATE_WORDS } from './connection-state.js';
import { KEPT_WORDS } from './session-segments.js';
import { SYMPTOMS } from './symptoms.js';

let places = KEY_WORDS;
const place = (words = 1): number => {
  const at = places;
  places += words;
  return at;
};

/*
 * What every packet touches lies together, so that it takes few cache lines: of the session the words up to the sides', and of a side its first 32.
 * A large array begins 16 bytes after the beginning of a line, so that a line begins 12 words after a row does.
 */

/** FLAG_ bits below. */
export const A_FLAGS = place();
export const A_COMPLETENESS = place();
/** Second that the clock had come to at the last packet. */
export const A_LAST_CLOCK = place();
export const A_LAST_TIME = place(2);
/** Longest time from one packet to the next: seconds, nanoseconds. */
export const A_SILENCE = place(2);

const SIDES = places;
places = 0;
/** What the rules of symptoms keep of a direction (symptom-rules.ts). */
export const B_NEXT_SEQ = place();
export const B_NEXT_SEQ_TIME = place(2);
export const B_CONTIGUOUS = place();
/** Of its last segment: the acknowledgment, the time, bytes 12 to 15 of TCP's header, the KIND_. */
export const B_LAST_ACK = place();
export const B_LAST_TIME = place(2);
export const B_LAST_TCP = place();
export const B_KIND = place();
export const B_DUPLICATE_ACKS = place();
/** 0: unknown; 1: no scaling; otherwise the shift + 2. */
export const B_SCALE = place();
/** MARK_ bits below. */
export const B_MARKS = place();
/** Whether its last segment has ACK. */
export const B_LAST_ACKED = place();
export const B_PACKETS = place();
/** Segments with payload whose round trip is being taken (round-trips.ts). */
export const B_TIMED = place();
/** Row + 1 of what is kept of a side with more than one packet (side-notes.ts), or 0. */
export const B_NOTES = place();
/** What else tells the last packet from its capture duplicate (capture-duplicates.ts). */
export const B_LAST_ID_SUM = place();
export const B_LAST_SEQ = place();
export const B_LAST_LENGTH = place();
export const B_WIRE_BYTES = place(2);
export const B_IP_BYTES = place(2);
export const B_PAYLOAD_BYTES = place(2);
export const B_UNIQUE_BYTES = place(2);
export const B_LARGEST = place();
/** Least and largest window in bytes, of so many segments as have one that counts (0: none yet). */
export const B_WINDOWS = place();
export const B_WINDOW_MIN = place();
export const B_WINDOW_MAX = place();
/** Of the latest SYN: SYN_ bits (syn-options.ts), MSS + 1 and shift of the window + 1, or 0. */
export const B_SYN_BITS = place();
export const B_MSS = place();
export const B_SYN_SCALE = place();
/** Sequence number that its side began with, where MARK_HAS_BASE says that it is known. */
export const B_BASE = place();
/** Sequence number after its FIN. */
export const B_FIN_END = place();
export const B_SYN = place();
export const B_SYNACK = place();
export const B_FIN = place();
export const B_RST = place();
export const B_SYMPTOMS = place(SYMPTOMS.length);
export const B_FRAGMENTS = place();
/** Segments that take up sequence numbers. Here, as what comes before it is touched by each packet as well. */
export const B_SEGMENTS = place();
export const B_SNAPPED = place();
export const B_DUPLICATES = place();
export const B_WRONG_CHECKSUMS = place();
/** Whole lines. */
const LINE_WORDS = 16;
const SIDE_WORDS = Math.ceil(places / LINE_WORDS) * LINE_WORDS;

places = SIDES + 2 * SIDE_WORDS;
export const A_LAST_INPUT = place();
export const A_LAST_NUMBER = place(2);
/** Packets of the whole run before the last packet: the lower 32 bits. */
export const A_LAST_PACKETS = place();
/** VLAN id of the first packet's outermost tag + 1, or 0. */
export const A_VLAN = place();
/** Where its segments are kept (session-segments.ts). */
export const A_KEPT = place(KEPT_WORDS);
/** What the state and the history of the connection are made from (connection-state.ts). */
export const A_STATE = place(CONNECTION_STATE_WORDS);
/** Number of the session in the order of creation in its shard, two words. */
export const A_ORDINAL = place(2);
/** What events know it as (session-names.ts). */
export const A_NAME = place();
/** The wheel's words (src/flow/timer-wheel.ts). */
export const A_TIMER = place(3);
export const A_FIRST_INPUT = place();
export const A_FIRST_NUMBER = place(2);
export const A_FIRST_TIME = place(2);
/** Times of the latest SYN and the latest SYN-ACK that count for the handshake (handshake-times.ts). */
export const A_SYN_TIME = place(2);
export const A_SYNACK_TIME = place(2);
/** Seconds (may be below 0) and nanoseconds that passed, if the flag says that it is known. */
export const A_SYN_TO_SYNACK = place(2);
export const A_SYNACK_TO_ACK = place(2);
export const A_INITIAL_RTT = place(2);
const ROW_WORDS = Math.ceil(places / LINE_WORDS) * LINE_WORDS;

/** From a row's first word to the first of side `side`. */
export const sideWords = (side: number): number => SIDES + side * SIDE_WORDS;
/** Words of a row beyond the key's. */
export const ANALYSIS_ROW_WORDS = ROW_WORDS - KEY_WORDS;

/** Kinds of a segment that the other side's next one asks for. */
export const KIND_OTHER = 0;
export const KIND_KEEP_ALIVE = 1;
export const KIND_PROBE = 2;

/** Of B_MARKS: B_BASE is known; the rules scale the last segment's window; a packet had an earlier time than the one before it. */
export const MARK_HAS_BASE = 1;
export const MARK_IS_SCALED = 2;
export const MARK_WENT_BACK = 4;

/** Of A_FLAGS. What each side has closed: its FIN came, the other side acknowledged it. Shifted by the side. */
export const FLAG_FIN = 1 << 0;
export const FLAG_FIN_ACKED = 1 << 2;
/** How it was closed, the first way. */
export const FLAG_CLOSED_FIN = 1 << 4;
export const FLAG_CLOSED_RST = 1 << 5;
/** It is a SYN that nobody answered, or several. */
export const FLAG_UNANSWERED = 1 << 6;
/** A SYN without ACK by this side came first; a SYN-ACK by this side came first. Shifted by the side. */
export const FLAG_SYN_BY = 1 << 7;
export const FLAG_SYNACK_BY = 1 << 9;
export const FLAG_HAS_SYN_TIME = 1 << 11;
export const FLAG_HAS_SYNACK_TIME = 1 << 12;
export const FLAG_HAS_SYN_TO_SYNACK = 1 << 13;
export const FLAG_HAS_SYNACK_TO_ACK = 1 << 14;
export const FLAG_HAS_INITIAL_RTT = 1 << 15;
/** It is over by time, and waits for packets (session-ends.ts). */
export const FLAG_WAITS = 1 << 16;

/** Adds `value`, below 2^32, to the two words at `at`. */
export function addWide(page: Int32Array, at: number, value: number): void {
  const sum = (page[at] + (value | 0)) | 0;
  page[at] = sum;
  if (sum >>> 0 < value >>> 0) page[at + 1]++;
}

/** The value of the two words at `at`. */
export const wide = (page: Int32Array, at: number): number => page[at + 1] * 2 ** 32 + (page[at] >>> 0);

/** Nanoseconds from the time at word `at` of `page` to second `sec`, nanosecond `nsec`; exact up to 104 days. */
export const nsecSince = (page: Int32Array, at: number, sec: number, nsec: number): number =>
  ((sec >>> 0) - (page[at] >>> 0)) * 1e9 + (nsec - page[at + 1]);

/** Stores the time that passed from the one at word `from` to the one at word `to`, as seconds and nanoseconds, at word `at`. */
export function storePassed(page: Int32Array, at: number, from: number, sec: number, nsec: number): void {
  let seconds = (sec >>> 0) - (page[from] >>> 0);
  let nanoseconds = nsec - page[from + 1];
  if (nanoseconds < 0) {
    seconds--;
    nanoseconds += 1e9;
  }
  page[at] = seconds;
  page[at + 1] = nanoseconds;
}

/** Nanoseconds of a passed time at word `at`. */
export const passedNsec = (page: Int32Array, at: number): number => page[at] * 1e9 + page[at + 1];
