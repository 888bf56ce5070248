/**
 * Round trips of a direction: from each segment with payload to the first ACK that covers it. None is taken of what was sent again, nor of what was under
 * way behind it, whose ACK had to wait (Karn's rule, RFC 6298 section 3). As many segments are timed at once as MOST_TIMED says; those that
 * come while so many are under way are not.
 */
import { B_TIMED, nsecSince } from './session-row.js';
import { MOST_TIMED, N_RTT_DOUBLES, N_RTT_SAMPLES, N_TIMED_ENTRIES, N_TIMED_FIRST, TIMED_WORDS } from './side-notes.js';

/** Places from N_RTT_DOUBLES on. */
export const RTT_MIN = 0;
export const RTT_MEAN = 1;
export const RTT_MAX = 2;
/** Sum of squared differences from the mean. */
export const RTT_SQUARES = 3;

const placeOf = (n: number, which: number): number => n + N_TIMED_ENTRIES + (which & (MOST_TIMED - 1)) * TIMED_WORDS;

/**
 * A segment with payload from `seq` up to `end` was sent by the side whose words begin at `own` of `row`; `n`: word of its notes in `page`.
 * `isRepeated`: something from `seq` on was sent before.
 */
export function timeSegment(
  row: Int32Array,
  own: number,
  page: Int32Array,
  n: number,
  seq: number,
  end: number,
  sec: number,
  nsec: number,
  isRepeated: boolean,
): void {
  const first = page[n + N_TIMED_FIRST];
  let timed = row[own + B_TIMED];
  if (isRepeated) {
    while (timed > 0 && ((page[placeOf(n, first + timed - 1)] - seq) | 0) > 0) timed--;
    row[own + B_TIMED] = timed;
    return;
  }
  if (timed === MOST_TIMED) return;
  const at = placeOf(n, first + timed);
  page[at] = end;
  page[at + 1] = sec;
  page[at + 2] = nsec;
  row[own + B_TIMED] = timed + 1;
}

/** What the side whose words begin at `own` of `row` sent before `ack` was acknowledged; `n`: word of its notes in `page`. */
export function takeAck(
  row: Int32Array,
  own: number,
  page: Int32Array,
  doubles: Float64Array,
  n: number,
  ack: number,
  sec: number,
  nsec: number,
): void {
  let timed = row[own + B_TIMED];
  let first = page[n + N_TIMED_FIRST];
  while (timed > 0) {
    const at = placeOf(n, first);
    if (((ack - page[at]) | 0) < 0) break;
    takeSample(page, doubles, n, nsecSince(page, at + 1, sec, nsec));
    first = (first + 1) & (MOST_TIMED - 1);
    timed--;
  }
  row[own + B_TIMED] = timed;
  // As long as few are under way they lie in the same few places.
  page[n + N_TIMED_FIRST] = timed === 0 ? 0 : first;
}

/** Mean and squares are kept as Welford (1962) does. A time that is below 0, where clocks were set back, says nothing. */
function takeSample(page: Int32Array, doubles: Float64Array, n: number, sample: number): void {
  if (sample < 0) return;
  const samples = ++page[n + N_RTT_SAMPLES];
  const at = (n >>> 1) + N_RTT_DOUBLES;
  const mean = doubles[at + RTT_MEAN];
  const difference = sample - mean;
  const newMean = mean + difference / samples;
  doubles[at + RTT_MEAN] = newMean;
  doubles[at + RTT_SQUARES] += difference * (sample - newMean);
  if (samples === 1 || sample < doubles[at + RTT_MIN]) doubles[at + RTT_MIN] = sample;
  if (samples === 1 || sample > doubles[at + RTT_MAX]) doubles[at + RTT_MAX] = sample;
}
