/**
 * Which symptoms a segment has: the rules of the page of behaviour on TCP analysis, which say what tshark 4.0 says. Owns the words B_NEXT_SEQ to
 * B_MARKS of a row's sides, and B_BASE. All comparisons of sequence numbers are modulo 2^32; 0 stands for one that is not known.
 */
import { flagsByte, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import {
  A_FLAGS,
  A_INITIAL_RTT,
  B_BASE,
  B_CONTIGUOUS,
  B_DUPLICATE_ACKS,
  B_KIND,
  B_LAST_ACK,
  B_LAST_TCP,
  B_LAST_TIME,
  B_MARKS,
  B_NEXT_SEQ,
  B_NEXT_SEQ_TIME,
  B_PACKETS,
  B_SCALE,
  FLAG_HAS_INITIAL_RTT,
  KIND_KEEP_ALIVE,
  KIND_OTHER,
  KIND_PROBE,
  MARK_HAS_BASE,
  MARK_IS_SCALED,
  nsecSince,
  passedNsec,
  sideWords,
} from './session-row.js';
import { symptomBit } from './symptoms.js';

const RETRANSMISSION = symptomBit('retransmission');
const FAST_RETRANSMISSION = symptomBit('fast_retransmission');
const SPURIOUS_RETRANSMISSION = symptomBit('spurious_retransmission');
const OUT_OF_ORDER = symptomBit('out_of_order');
const LOST_SEGMENT = symptomBit('lost_segment');
const ACK_LOST_SEGMENT = symptomBit('ack_lost_segment');
const DUPLICATE_ACK = symptomBit('duplicate_ack');
const KEEP_ALIVE = symptomBit('keep_alive');
const KEEP_ALIVE_ACK = symptomBit('keep_alive_ack');
const ZERO_WINDOW = symptomBit('zero_window');
const ZERO_WINDOW_PROBE = symptomBit('zero_window_probe');
const ZERO_WINDOW_PROBE_ACK = symptomBit('zero_window_probe_ack');
const WINDOW_FULL = symptomBit('window_full');
const WINDOW_UPDATE = symptomBit('window_update');
const REUSED_PORTS = symptomBit('reused_ports');

const SYN_FIN_RST = TCP_SYN | TCP_FIN | TCP_RST;
/** Scaling is off; known shifts are this and more (B_SCALE). */
const SCALE_OFF = 1;
const SCALE_KNOWN = 2;
/** RFC 7323 2.3. */
const MOST_SHIFT = 14;
/** Stands for a number of duplicate ACKs that is large enough: the first one after it is the first. */
const MANY = -1;
const FAST_RETRANSMISSION_NSEC = 20_000_000;
/** A segment that is later than this was sent again, where no round trip is known. */
const OUT_OF_ORDER_NSEC = 3_000_000;

/**
 * Whether a SYN without ACK by side `side` begins a new session in place of the one whose row is at word `r` of `page`: its sequence number is
 * another than what that side began with.
 */
export function isReuse(page: Int32Array, r: number, side: number, seq: number): boolean {
  const own = r + sideWords(side);
  return (page[own + B_MARKS] & MARK_HAS_BASE) !== 0 && page[own + B_BASE] !== seq;
}

/**
 * The window scale that the SYN (or SYN-ACK, if `isAnswer`) of side `side` gives: `shift`, or none (below 0).
 */
export function takeScale(page: Int32Array, r: number, side: number, isAnswer: boolean, shift: number): void {
  const own = r + sideWords(side) + B_SCALE;
  const other = r + sideWords(side ^ 1) + B_SCALE;
  if (isAnswer && page[other] === SCALE_OFF) {
    page[own] = SCALE_OFF;
  } else if (shift >= 0) {
    page[own] = Math.min(shift, MOST_SHIFT) + SCALE_KNOWN;
  } else if (page[own] === 0) {
    page[own] = SCALE_OFF;
    page[other] = SCALE_OFF;
  }
}

/**
 * The symptoms of the segment of side `side` that comes next to the session whose row is at word `r` of `page`, and the state after it. `tcp`: bytes
 * 12 to 15 of its header; `length`: bytes of payload on the wire; its time is `sec`, `nsec`. Its scale was taken, and the counters and the initial
 * round trip are those of before it. `beginsAnew`: it is the SYN of a session in place of another one.
 */
export function stepSymptoms(
  page: Int32Array,
  r: number,
  side: number,
  seq: number,
  ack: number,
  tcp: number,
  length: number,
  sec: number,
  nsec: number,
  beginsAnew: boolean,
): number {
  const own = r + sideWords(side);
  const other = r + sideWords(side ^ 1);
  const flags = flagsByte(tcp);
  const window = tcp & 0xffff;
  const isPlain = (flags & SYN_FIN_RST) === 0;
  let symptoms = beginsAnew ? REUSED_PORTS : 0;
  if ((flags & TCP_SYN) !== 0) symptoms |= stepSyn(page, own, seq, flags);
  takeBases(page, own, other, seq, ack, flags);

  const nextSeq = page[own + B_NEXT_SEQ];
  const lastAck = page[own + B_LAST_ACK];
  const isOtherSeen = page[other + B_PACKETS] !== 0;
  let kind = KIND_OTHER;
  if (length === 1 && seq === nextSeq && isOtherSeen && (page[other + B_LAST_TCP] & 0xffff) === 0) {
    symptoms |= ZERO_WINDOW_PROBE;
    kind = KIND_PROBE;
  } else {
    if (window === 0 && isPlain) symptoms |= ZERO_WINDOW;
    if (nextSeq !== 0 && isAfter(seq, nextSeq) && (flags & TCP_RST) === 0) symptoms |= LOST_SEGMENT;
    if (isPlain) {
      if (length <= 1 && seq === ((nextSeq - 1) | 0)) {
        symptoms |= KEEP_ALIVE;
        kind = KIND_KEEP_ALIVE;
      }
      if (length > 0) {
        const isFull = ((seq + length - page[other + B_LAST_ACK] - offeredBy(page, other)) | 0) === 0;
        if (isFull && isOtherSeen && page[other + B_SCALE] !== 0) symptoms |= WINDOW_FULL;
      } else if (seq === nextSeq && ack === lastAck) {
        symptoms |= ofRepeatedAck(page, own, other, window);
      }
    }
  }

  if (ack !== lastAck) page[own + B_DUPLICATE_ACKS] = 0;
  if ((flags & TCP_ACK) !== 0) symptoms |= ofUnseen(page, other, ack);
  if ((length > 0 || (flags & (TCP_SYN | TCP_FIN)) !== 0) && kind !== KIND_KEEP_ALIVE) {
    symptoms |= ofRepetition(page, r, own, other, seq, flags, length, sec, nsec);
  }

  const end = (seq + length + ((flags & (TCP_SYN | TCP_FIN)) !== 0 ? 1 : 0)) | 0;
  if (kind !== KIND_PROBE && (nextSeq === 0 || isAfter(end, page[own + B_NEXT_SEQ]))) {
    page[own + B_NEXT_SEQ] = end;
    page[own + B_NEXT_SEQ_TIME] = sec;
    page[own + B_NEXT_SEQ_TIME + 1] = nsec;
  }
  const contiguous = page[own + B_CONTIGUOUS];
  if (contiguous === 0 || (kind !== KIND_PROBE && seq === contiguous))
    page[own + B_CONTIGUOUS] = page[own + B_NEXT_SEQ];
  page[own + B_LAST_ACK] = ack;
  page[own + B_LAST_TIME] = sec;
  page[own + B_LAST_TIME + 1] = nsec;
  page[own + B_LAST_TCP] = tcp;
  // A SYN's own window is never scaled; nor, until an ACK came after it, are others.
  if ((flags & TCP_SYN) !== 0) page[own + B_MARKS] &= ~MARK_IS_SCALED;
  else if ((flags & TCP_ACK) !== 0) page[own + B_MARKS] |= MARK_IS_SCALED;
  page[own + B_KIND] = kind;
  return symptoms;
}

/** Whether a sequence number comes after another, modulo 2^32; of two that are half of that apart each comes after the other, as tshark has it. */
export const isAfter = (seq: number, other: number): boolean => ((other - seq) | 0) < 0;

/** Shift of a B_SCALE; none where it is unknown or off. */
export const shiftOf = (scale: number): number => (scale < SCALE_KNOWN ? 0 : scale - SCALE_KNOWN);

/** Bytes from the last acknowledgment of a direction on that its last segment said it can take. */
export const offeredBy = (page: Int32Array, at: number): number =>
  (page[at + B_LAST_TCP] & 0xffff) << ((page[at + B_MARKS] & MARK_IS_SCALED) === 0 ? 0 : shiftOf(page[at + B_SCALE]));

/** Rule 1, of a SYN that stays in its session. */
function stepSyn(page: Int32Array, own: number, seq: number, flags: number): number {
  if ((flags & TCP_ACK) === 0) {
    page[own + B_NEXT_SEQ] = page[own + B_CONTIGUOUS];
    return 0;
  }
  if ((page[own + B_MARKS] & MARK_HAS_BASE) === 0 || page[own + B_BASE] === seq) return 0;
  page[own + B_BASE] = seq;
  return REUSED_PORTS;
}

function takeBases(page: Int32Array, own: number, other: number, seq: number, ack: number, flags: number): void {
  if ((page[own + B_MARKS] & MARK_HAS_BASE) === 0) {
    page[own + B_MARKS] |= MARK_HAS_BASE;
    page[own + B_BASE] = (flags & TCP_SYN) !== 0 ? seq : (seq - 1) | 0;
  }
  if ((flags & TCP_ACK) !== 0 && (page[other + B_MARKS] & MARK_HAS_BASE) === 0) {
    page[other + B_MARKS] |= MARK_HAS_BASE;
    page[other + B_BASE] = (ack - 1) | 0;
  }
}

/** The last rows of the table of rule 3: of a segment without payload, at the next sequence number, with the last acknowledgment once more. */
function ofRepeatedAck(page: Int32Array, own: number, other: number, window: number): number {
  const isUnchanged = window === (page[own + B_LAST_TCP] & 0xffff);
  if (window !== 0) {
    if (!isUnchanged) return WINDOW_UPDATE;
    if (page[other + B_KIND] === KIND_KEEP_ALIVE) return KEEP_ALIVE_ACK;
    page[own + B_DUPLICATE_ACKS] = page[own + B_DUPLICATE_ACKS] === MANY ? 1 : page[own + B_DUPLICATE_ACKS] + 1;
    return DUPLICATE_ACK;
  }
  return isUnchanged && page[other + B_KIND] === KIND_PROBE ? ZERO_WINDOW_PROBE_ACK : 0;
}

/** Rule 4: an ACK of what was not seen. */
function ofUnseen(page: Int32Array, other: number, ack: number): number {
  const contiguous = page[other + B_CONTIGUOUS];
  if (contiguous === 0 || !isAfter(ack, contiguous)) return 0;
  if (isAfter(page[other + B_NEXT_SEQ], contiguous)) {
    page[other + B_CONTIGUOUS] = page[other + B_NEXT_SEQ];
    return ACK_LOST_SEGMENT;
  }
  const isFirst = page[other + B_DUPLICATE_ACKS] === 0;
  page[other + B_DUPLICATE_ACKS] = MANY;
  return isFirst ? ACK_LOST_SEGMENT : 0;
}

/** Rule 5: of a segment with payload, SYN or FIN. */
function ofRepetition(
  page: Int32Array,
  r: number,
  own: number,
  other: number,
  seq: number,
  flags: number,
  length: number,
  sec: number,
  nsec: number,
): number {
  const lastAck = page[other + B_LAST_ACK];
  if (length > 0 && lastAck !== 0 && ((seq + length - lastAck) | 0) <= 0) {
    return SPURIOUS_RETRANSMISSION | RETRANSMISSION;
  }
  const nextSeq = page[own + B_NEXT_SEQ];
  const isOld = nextSeq !== 0 && ((seq - nextSeq) | 0) < 0 && !(length > 1 && seq === ((nextSeq - 1) | 0));
  if (!isOld) return 0;
  const repeated = page[other + B_DUPLICATE_ACKS];
  if (
    (repeated >= 2 || repeated === MANY) &&
    seq === lastAck &&
    isSooner(nsecSince(page, other + B_LAST_TIME, sec, nsec), FAST_RETRANSMISSION_NSEC)
  ) {
    return FAST_RETRANSMISSION | RETRANSMISSION;
  }
  const isKnown = (page[r + A_FLAGS] & FLAG_HAS_INITIAL_RTT) !== 0;
  const limit = isKnown ? passedNsec(page, r + A_INITIAL_RTT) : OUT_OF_ORDER_NSEC;
  const end = (seq + length + ((flags & (TCP_SYN | TCP_FIN)) !== 0 ? 1 : 0)) | 0;
  if (isSooner(nsecSince(page, own + B_NEXT_SEQ_TIME, sec, nsec), limit) && end !== nextSeq) return OUT_OF_ORDER;
  return RETRANSMISSION;
}

/** Whether less than `limit` passed. Where clocks were set back, a time below 0 is longer than any other. */
const isSooner = (passedNsec: number, limitNsec: number): boolean =>
  passedNsec < 0 === limitNsec < 0 ? passedNsec < limitNsec : limitNsec < 0;
