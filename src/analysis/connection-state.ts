/**
 * State and history of a connection as Zeek's conn.log has them, from the packets of it one by one. Owns what each side has come to; keeps it in
 * words of a row that is another's, who says which side is the originator when state or history is asked for.
 *
 * Side 0 is the one that sent the first packet. How many bytes a side sent is told by its sequence numbers, as Zeek does.
 */
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import {
  HISTORY_WORDS,
  isNoted,
  LETTER_ACK,
  LETTER_CHECKSUM,
  LETTER_DATA,
  LETTER_FIN,
  LETTER_GAP,
  LETTER_INCONSISTENT,
  LETTER_MULTI_FLAG,
  LETTER_RETRANSMITTED,
  LETTER_RST,
  LETTER_SYN,
  LETTER_SYN_ACK,
  LETTER_ZERO_WINDOW,
  noteCounted,
  noteOnce,
  noteSequenced,
  writeHistory,
} from './connection-history.js';
import { ConnectionStretches, isInOrder, SIDE_STRETCH_WORDS, sentInOrder } from './connection-stretches.js';

/** `conn_state`. */
export const STATES = [
  'S0',
  'S1',
  'SF',
  'REJ',
  'S2',
  'S3',
  'RSTO',
  'RSTR',
  'RSTOS0',
  'RSTRH',
  'SH',
  'SHR',
  'OTH',
] as const;

const indexOf = (state: (typeof STATES)[number]): number => STATES.indexOf(state);
export const S0 = indexOf('S0');
const S1 = indexOf('S1');
const SF = indexOf('SF');
const REJ = indexOf('REJ');
const S2 = indexOf('S2');
const S3 = indexOf('S3');
const RSTO = indexOf('RSTO');
const RSTR = indexOf('RSTR');
const RSTOS0 = indexOf('RSTOS0');
const RSTRH = indexOf('RSTRH');
const SH = indexOf('SH');
const SHR = indexOf('SHR');
const OTH = indexOf('OTH');

/** What a side has come to: nothing came of it; something did, but no handshake; its SYN; its handshake is done; its FIN; its RST. */
const SIDE_SILENT = 0;
const SIDE_PARTIAL = 1;
const SIDE_SYN = 2;
const SIDE_ESTABLISHED = 3;
const SIDE_CLOSED = 4;
const SIDE_RESET = 5;

/** Of `sides`: three bits for each side, and whether each sent a SYN without ACK. */
const SIDE_BITS = 3;
const SIDE_MASK = 7;
const SENT_SYN = 1 << (2 * SIDE_BITS);

/** Nothing says that it will end; only the first side was heard, from its SYN on. */
export const ENDING_NONE = 0;
export const ENDING_UNANSWERED = 1;
/** One side sent a FIN, and the other took no part in a handshake; both sent theirs; a RST came before that. */
export const ENDING_HALF_CLOSED = 2;
export const ENDING_CLOSED = 3;
export const ENDING_RESET = 4;

/** Words: what came of each side's payload; both sides; the history. Those that each packet needs lie side by side, in one or two cache lines. */
const STRETCHES = 0;
const SIDES = STRETCHES + 2 * SIDE_STRETCH_WORDS;
const HISTORY = SIDES + 1;
/** Words of a row, zero in a new one. */
export const CONNECTION_STATE_WORDS = HISTORY + HISTORY_WORDS;

/** Flags that are signs by themselves: a packet without them that acknowledges and carries nothing is a mere ACK. */
const SIGNS = TCP_SYN | TCP_FIN | TCP_RST;

export class ConnectionStates {
  readonly #stretches = new ConnectionStretches();

  /**
   * A packet of the connection whose words are at `at` of `page`: side `side` sent it. `flags`: FIN to CWR; `seq`, `ack`: int32; `length`: bytes of
   * payload on the wire; `window`: as in the header.
   */
  note(
    page: Int32Array,
    at: number,
    side: number,
    flags: number,
    seq: number,
    ack: number,
    length: number,
    window: number,
  ): void {
    if ((flags & (SIGNS | TCP_ACK)) === TCP_ACK && window !== 0 && isUsual(page, at, side, seq, length)) return;
    const history = at + HISTORY;
    noteFlags(page, history, side, flags, seq);
    if (window === 0 && (flags & TCP_RST) === 0) noteCounted(page, history, side, LETTER_ZERO_WINDOW);
    step(page, at + SIDES, side, flags);
    // The sequence number of a RST may be anything.
    if ((flags & TCP_RST) === 0) {
      const own = at + STRETCHES + SIDE_STRETCH_WORDS * side;
      const first = (flags & TCP_SYN) === 0 ? seq : (seq + 1) | 0;
      const isOld = this.#stretches.sent(page, own, first, length, (flags & TCP_FIN) !== 0);
      if (isOld) noteCounted(page, history, side, LETTER_RETRANSMITTED);
    }
    if (length > 0) noteOnce(page, history, side, LETTER_DATA);
    else if ((flags & (SIGNS | TCP_ACK)) === TCP_ACK) noteOnce(page, history, side, LETTER_ACK);
    if ((flags & TCP_ACK) === 0) return;
    const others = at + STRETCHES + SIDE_STRETCH_WORDS * (1 - side);
    for (let holes = this.#stretches.acknowledged(page, others, ack); holes > 0; holes--) {
      noteCounted(page, history, 1 - side, LETTER_GAP);
    }
  }

  /** A packet that side `side` sent has a wrong checksum, and is not looked at. */
  noteWrongChecksum(page: Int32Array, at: number, side: number): void {
    noteCounted(page, at + HISTORY, side, LETTER_CHECKSUM);
  }

  /** Index in STATES of what the connection has come to, where side `originator` began it. */
  stateOf(page: Int32Array, at: number, originator: number): number {
    const sides = page[at + SIDES];
    const orig = stateOfSide(sides, originator);
    const resp = stateOfSide(sides, 1 - originator);
    const isRespSilent = resp <= SIDE_PARTIAL;
    if (resp === SIDE_RESET) return orig === SIDE_SYN ? REJ : orig <= SIDE_PARTIAL ? RSTRH : RSTR;
    if (orig === SIDE_RESET) {
      if (!isRespSilent) return RSTO;
      return (sides & (SENT_SYN << originator)) !== 0 ? RSTOS0 : OTH;
    }
    if (resp === SIDE_CLOSED) return orig === SIDE_CLOSED ? SF : orig <= SIDE_PARTIAL ? SHR : S3;
    if (orig === SIDE_CLOSED) return isRespSilent ? SH : S2;
    if (orig === SIDE_SYN) return isRespSilent ? S0 : OTH;
    return orig === SIDE_ESTABLISHED && resp === SIDE_ESTABLISHED ? S1 : OTH;
  }

  /** Writes the history into `out`; returns how many bytes it has: at most MOST_HISTORY_BYTES (connection-history.ts). */
  writeHistory(page: Int32Array, at: number, originator: number, out: Uint8Array): number {
    return writeHistory(page, at + HISTORY, originator, out);
  }

  /** Bytes of payload of side `side` by its sequence numbers, with what is missing. */
  bytesOf(page: Int32Array, at: number, side: number): number {
    return this.#stretches.bytes(page, at + STRETCHES + SIDE_STRETCH_WORDS * side);
  }

  /** Bytes of payload of side `side` that the other one acknowledged, though they never came. */
  missedOf(page: Int32Array, at: number, side: number): number {
    return this.#stretches.missed(page, at + STRETCHES + SIDE_STRETCH_WORDS * side);
  }

  /** How the connection is about to end: an ENDING_ number. */
  endingOf(page: Int32Array, at: number): number {
    const sides = page[at + SIDES];
    const first = stateOfSide(sides, 0);
    const second = stateOfSide(sides, 1);
    if (first === SIDE_RESET || second === SIDE_RESET) return ENDING_RESET;
    if (first === SIDE_CLOSED || second === SIDE_CLOSED) {
      if (first === second) return ENDING_CLOSED;
      return Math.min(first, second) <= SIDE_PARTIAL ? ENDING_HALF_CLOSED : ENDING_NONE;
    }
    return (sides & SENT_SYN) !== 0 && second === SIDE_SILENT ? ENDING_UNANSWERED : ENDING_NONE;
  }

  /** Must be called before the row goes. */
  forget(page: Int32Array, at: number): void {
    this.#stretches.forget(page, at + STRETCHES);
    this.#stretches.forget(page, at + STRETCHES + SIDE_STRETCH_WORDS);
  }
}

const stateOfSide = (sides: number, side: number): number => (sides >>> (SIDE_BITS * side)) & SIDE_MASK;

/**
 * Takes in a packet with ACK, no flag that is a sign and a window that is open, as most are, where it changes no more than how far its side has come:
 * its letter is told, both sides stay what they are, and there is no hole. Returns false, with nothing done, where there is more to it.
 */
function isUsual(page: Int32Array, at: number, side: number, seq: number, length: number): boolean {
  const sides = page[at + SIDES];
  const own = stateOfSide(sides, side);
  if (own < SIDE_PARTIAL || (own === SIDE_PARTIAL && stateOfSide(sides, 1 - side) === SIDE_ESTABLISHED)) return false;
  if (!isNoted(page, at + HISTORY, side, length > 0 ? LETTER_DATA : LETTER_ACK)) return false;
  if (!isInOrder(page, at + STRETCHES + SIDE_STRETCH_WORDS * (1 - side))) return false;
  return sentInOrder(page, at + STRETCHES + SIDE_STRETCH_WORDS * side, seq, length);
}

/** The letters of a packet's flags. */
function noteFlags(page: Int32Array, at: number, side: number, flags: number, seq: number): void {
  if ((flags & TCP_SYN) !== 0) {
    if ((flags & (TCP_FIN | TCP_RST)) !== 0) noteOnce(page, at, side, LETTER_MULTI_FLAG);
    else noteSequenced(page, at, side, (flags & TCP_ACK) === 0 ? LETTER_SYN : LETTER_SYN_ACK, seq);
  } else if ((flags & (TCP_FIN | TCP_RST)) === (TCP_FIN | TCP_RST)) {
    noteOnce(page, at, side, LETTER_INCONSISTENT);
  } else if ((flags & TCP_FIN) !== 0) {
    noteSequenced(page, at, side, LETTER_FIN, seq);
  } else if ((flags & TCP_RST) !== 0) {
    noteSequenced(page, at, side, LETTER_RST, seq);
  }
}

/** What a packet of side `side` makes of both sides, in the word at `at`. */
function step(page: Int32Array, at: number, side: number, flags: number): void {
  const sides = page[at];
  let own = stateOfSide(sides, side);
  let other = stateOfSide(sides, 1 - side);
  let sent = sides & (3 * SENT_SYN);
  if ((flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) sent |= SENT_SYN << side;
  if (own === SIDE_RESET || other === SIDE_RESET) return;
  if ((flags & TCP_RST) !== 0) {
    if (own === SIDE_CLOSED && other === SIDE_CLOSED) return;
    own = SIDE_RESET;
  } else if ((flags & TCP_SYN) !== 0) {
    if ((flags & TCP_ACK) === 0) {
      // The answer may have been captured before it.
      if (own <= SIDE_PARTIAL) own = other === SIDE_ESTABLISHED ? SIDE_ESTABLISHED : SIDE_SYN;
    } else {
      if (own < SIDE_ESTABLISHED) own = SIDE_ESTABLISHED;
      if (other === SIDE_SYN) other = SIDE_ESTABLISHED;
    }
  } else if ((flags & TCP_FIN) !== 0) {
    own = SIDE_CLOSED;
  } else if (own <= SIDE_PARTIAL) {
    own = other === SIDE_ESTABLISHED ? SIDE_ESTABLISHED : SIDE_PARTIAL;
  }
  page[at] = sent | (own << (SIDE_BITS * side)) | (other << (SIDE_BITS * (1 - side)));
}
