/**
 * How bad a session looks, as a number, by its record: which sessions are shown first follows from it. The rule is a sentence (SCORE_RULE) that a reader
 * of the numbers is told.
 */
import { handshakeNsec, hasFailed } from './session-outcome.js';
import { ofSide, S_PAYLOAD_BYTES, S_RST, S_SYMPTOMS } from './session-record.js';
import { SYMPTOMS, type Symptom } from './symptoms.js';

/** What a segment with it counts one for. A fast or spurious retransmission is a retransmission. */
const COUNTED: readonly Symptom[] = ['retransmission', 'out_of_order', 'lost_segment', 'zero_window', 'window_full'];
const COUNTED_FIELDS = COUNTED.flatMap((symptom) =>
  [0, 1].map((side) => ofSide(side, S_SYMPTOMS + SYMPTOMS.indexOf(symptom))),
);
const OF_RESET = 4;
const OF_FAILURE = 4;
const SLOW_STEP_NSEC = 1e8;
const MOST_OF_SLOWNESS = 20;

export const SCORE_RULE =
  'one for each segment that is a retransmission, out of order, behind a lost one, or about a full or closed window; ' +
  `${OF_RESET} for a reset; ${OF_FAILURE} for a SYN that was refused or not answered; ` +
  `one for each 100 ms that the handshake took, ${MOST_OF_SLOWNESS} at most`;

const SRC = ofSide(0, 0);
const DST = ofSide(1, 0);

/** The score of the session with this record, and its text: 0 for one that nothing is wrong with. */
export function scoreOf(fields: Float64Array, text: Uint8Array): number {
  let score = 0;
  for (const field of COUNTED_FIELDS) score += fields[field];
  if (fields[SRC + S_RST] > 0 || fields[DST + S_RST] > 0) score += OF_RESET;
  if (hasFailed(fields)) score += OF_FAILURE;
  const handshake = handshakeNsec(fields, text);
  // Unknown ones are NaN.
  if (handshake >= SLOW_STEP_NSEC) score += Math.min(MOST_OF_SLOWNESS, Math.floor(handshake / SLOW_STEP_NSEC));
  return score;
}

/** Bytes of payload of both sides. */
export const payloadOf = (fields: Float64Array): number =>
  fields[SRC + S_PAYLOAD_BYTES] + fields[DST + S_PAYLOAD_BYTES];
