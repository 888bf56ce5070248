/**
 * What became of a session's handshake, by its record: whether a SYN began it, whether that was refused, never answered, or came to its end, and how long it took.
 * All that counts, shows or ranks sessions by this does it by these rules.
 */
import { STATES } from './connection-state.js';
import { ofSide, R_HISTORY_BYTES, R_INITIAL_RTT, R_STATE, S_PACKETS, S_SYN, S_SYNACK } from './session-record.js';

const SRC = ofSide(0, 0);
const DST = ofSide(1, 0);
const REFUSED = STATES.indexOf('REJ');
/** Letters of a history (Zeek's): SYN-ACK of the responder; ACK, data and FIN of the originator, which all acknowledge it. */
const SYNACK_LETTER = 'h'.charCodeAt(0);
const ACK_LETTERS = [...'ADF'].map((letter) => letter.charCodeAt(0));

/** Whether its originator sent a SYN. */
export const isOpened = (fields: Float64Array): boolean => fields[SRC + S_SYN] > 0;

/** Whether the SYN was answered by a reset. */
export const isRefused = (fields: Float64Array): boolean => isOpened(fields) && fields[R_STATE] === REFUSED;

/** Whether nothing came back. */
export const isUnanswered = (fields: Float64Array): boolean => isOpened(fields) && fields[DST + S_PACKETS] === 0;

/** Whether there was an attempt that came to nothing: one or the other. */
export const hasFailed = (fields: Float64Array): boolean => isRefused(fields) || isUnanswered(fields);

/** Whether the handshake came to its end: the originator sent anything behind the SYN-ACK that acknowledges, a RST not. `text`: the record's. */
export function isEstablished(fields: Float64Array, text: Uint8Array): boolean {
  if (!isOpened(fields) || !(fields[DST + S_SYNACK] > 0)) return false;
  const bytes = fields[R_HISTORY_BYTES];
  let isAnswered = false;
  for (let i = 0; i < bytes; i++) {
    if (text[i] === SYNACK_LETTER) isAnswered = true;
    else if (isAnswered && ACK_LETTERS.includes(text[i])) return true;
  }
  return false;
}

/** From SYN to ACK in whole nanoseconds, from 0 on; NaN where the handshake did not come to its end, or not all of it was seen. */
export const handshakeNsec = (fields: Float64Array, text: Uint8Array): number =>
  isEstablished(fields, text) ? Math.max(0, Math.round(fields[R_INITIAL_RTT])) : Number.NaN;
