/**
 * The states of a handshake: what a segment does to them. Owns the rules of section 3 of the behaviour; knows of a session only
 * the words of its row.
 */
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import { H_ACK, H_DUP_SYN, H_DUP_SYNACK, H_SEQ, H_STATES } from './handshake-row.js';

export const STATE_LISTEN = 1;
export const STATE_SYN_SENT = 2;
export const STATE_SYN_RECV = 3;
export const STATE_NAMES: readonly string[] = ['CLOSED', 'LISTEN', 'SYN_SENT', 'SYN_RECV'];

/** What came of a segment: nothing to tell, */
export const STEP_NONE = 0;
/** a SYN that does not belong to this handshake, */
export const STEP_DUPLICATE = 1;
/** numbers that do not, */
export const STEP_SEQUENCE_ERROR = 2;
/** both sides established, */
export const STEP_ESTABLISHED = 3;
/** or a reset. */
export const STEP_RESET = 4;

const KNOWN_FLAGS = TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK;

/** State of side `side` (0 or 1) in the row at word `r` of `page`. */
export const stateOf = (page: Int32Array, r: number, side: number): number => (page[r + H_STATES] >>> (4 * side)) & 15;

/** The first SYN, of side 0. */
export function beginHandshake(page: Int32Array, r: number, seq: number, ack: number): void {
  page[r + H_STATES] = STATE_SYN_SENT | (STATE_LISTEN << 4);
  page[r + H_SEQ] = seq;
  page[r + H_ACK] = ack;
}

/** A segment with these flags and numbers (int32) that side `side` sent. Returns a STEP_ number. */
export function stepHandshake(
  page: Int32Array,
  r: number,
  side: number,
  flags: number,
  seq: number,
  ack: number,
): number {
  switch (flags & KNOWN_FLAGS) {
    case TCP_SYN:
      return onSyn(page, r, side, seq, ack);
    case TCP_SYN | TCP_ACK:
      return onSynAck(page, r, side, seq, ack);
    case TCP_ACK:
      return onAck(page, r, side, seq, ack);
    case TCP_RST:
    case TCP_RST | TCP_ACK:
      return STEP_RESET;
    default:
      return STEP_NONE;
  }
}

function onSyn(page: Int32Array, r: number, side: number, seq: number, ack: number): number {
  const state = stateOf(page, r, side);
  if (state === STATE_LISTEN && followsPeer(page, r, side, ack)) return enter(page, r, side, STATE_SYN_SENT, seq, ack);
  if (state !== STATE_SYN_SENT || !isRemembered(page, r, side, seq, ack)) return STEP_DUPLICATE;
  page[r + H_DUP_SYN]++;
  return STEP_NONE;
}

function onSynAck(page: Int32Array, r: number, side: number, seq: number, ack: number): number {
  switch (stateOf(page, r, side)) {
    case STATE_LISTEN:
      if (!followsPeer(page, r, side, ack)) return STEP_SEQUENCE_ERROR;
      return enter(page, r, side, STATE_SYN_RECV, seq, ack);
    case STATE_SYN_SENT:
      // Simultaneous open (RFC 9293 3.5).
      if (seq !== page[r + H_SEQ + side] || !followsPeer(page, r, side, ack)) return STEP_SEQUENCE_ERROR;
      return enter(page, r, side, STATE_SYN_RECV, seq, ack);
    case STATE_SYN_RECV:
      if (!isRemembered(page, r, side, seq, ack)) return STEP_SEQUENCE_ERROR;
      page[r + H_DUP_SYNACK]++;
      return STEP_NONE;
    default:
      return STEP_SEQUENCE_ERROR;
  }
}

/** Any acknowledgement of a side that opened establishes both, but for two that repeat its own numbers. */
function onAck(page: Int32Array, r: number, side: number, seq: number, ack: number): number {
  const state = stateOf(page, r, side);
  const own = page[r + H_SEQ + side];
  const isWrong =
    state === STATE_SYN_SENT
      ? seq === own && followsPeer(page, r, side, ack)
      : state !== STATE_SYN_RECV || (seq === ((own + 1) | 0) && followsPeer(page, r, side, ack));
  return isWrong ? STEP_SEQUENCE_ERROR : STEP_ESTABLISHED;
}

/** Whether `ack` is the number after the one remembered of the other side. */
const followsPeer = (page: Int32Array, r: number, side: number, ack: number): boolean =>
  ack === ((page[r + H_SEQ + (side ^ 1)] + 1) | 0);

const isRemembered = (page: Int32Array, r: number, side: number, seq: number, ack: number): boolean =>
  seq === page[r + H_SEQ + side] && ack === page[r + H_ACK + side];

function enter(page: Int32Array, r: number, side: number, state: number, seq: number, ack: number): number {
  const shift = 4 * side;
  page[r + H_STATES] = (page[r + H_STATES] & ~(15 << shift)) | (state << shift);
  page[r + H_SEQ + side] = seq;
  page[r + H_ACK + side] = ack;
  return STEP_NONE;
}
