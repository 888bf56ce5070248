/**
 * What the page has over time: counts of segments, as trackers made them, and of sessions' begins and ends, by their records. Owns from when to when it
 * goes, and which sessions count as failed, ended and active.
 */
import { C_BYTES, C_PACKETS, C_PAYLOAD, C_RESETS, C_RETRANSMISSIONS } from '../analysis/page-notes.js';
import { hasFailed } from '../analysis/session-outcome.js';
import {
  CLOSED_BY,
  R_CLOSED_BY,
  R_FIRST_NSEC,
  R_FIRST_SEC,
  R_LAST_NSEC,
  R_LAST_SEC,
} from '../analysis/session-record.js';
import { type StretchCounts, Stretches } from '../analysis/stretches.js';
import { packWhole } from './packed.js';
import type { PageSeries } from './page-data.js';

/** Stretches of the page at most. */
const MOST_LENGTH = 2048;
/** Of the packets so many may lie far from all others, before and after them: they are left out then. */
const FAR_SHARE = 0.001;

const BEGUN = 0;
const ENDED = 1;
const FAILED = 2;
const SESSION_COLUMNS = 3;
const OPEN_AT_END = CLOSED_BY.indexOf('end of capture');

/** Begins and ends of sessions over time. */
export class SessionTimes {
  readonly #stretches = new Stretches(SESSION_COLUMNS);

  /** Adds a session by its record. One that is open at the end of the capture does not end. */
  add(fields: Float64Array): void {
    const { sums } = this.#stretches;
    const at = this.#stretches.at(fields[R_FIRST_SEC], fields[R_FIRST_NSEC]);
    sums[at + BEGUN]++;
    if (hasFailed(fields)) sums[at + FAILED]++;
    if (fields[R_CLOSED_BY] === OPEN_AT_END) return;
    // Where time went back, none ends before it begins.
    const isLater =
      fields[R_LAST_SEC] > fields[R_FIRST_SEC] ||
      (fields[R_LAST_SEC] === fields[R_FIRST_SEC] && fields[R_LAST_NSEC] > fields[R_FIRST_NSEC]);
    const end = isLater ? this.#stretches.at(fields[R_LAST_SEC], fields[R_LAST_NSEC]) : at;
    sums[end + ENDED]++;
  }

  counts(): StretchCounts {
    return this.#stretches.counts();
  }
}

export interface SeriesOfPage {
  readonly series: PageSeries;
  /** Packets that lie too far from the others to be a part of it. */
  readonly left: number;
}

/** The page's, of what trackers counted, if they came to say it, and of sessions. */
export function pageSeries(segments: StretchCounts | undefined, sessions: StretchCounts): SeriesOfPage {
  const packets = segments ?? sessions;
  const span = spanOf(packets, segments === undefined ? [BEGUN, ENDED] : [C_PACKETS]);
  let exponent = Math.max(packets.exponent, sessions.exponent);
  while (lengthOf(span, exponent) > MOST_LENGTH) exponent++;
  const first = Math.floor(span.from / 2 ** exponent);
  const length = lengthOf(span, exponent);
  /** Sums of a column; those before all go to `before`. */
  const column = (counts: StretchCounts | undefined, index: number): { sums: Float64Array; before: number } => {
    const sums = new Float64Array(length);
    let before = 0;
    for (const [i, number] of counts?.numbers.entries() ?? []) {
      const to = Math.floor((number * 2 ** counts!.exponent) / 2 ** exponent) - first;
      const value = counts!.sums[i * counts!.columns + index];
      if (to < 0) before += value;
      else if (to < length) sums[to] += value;
    }
    return { sums, before };
  };
  const begun = column(sessions, BEGUN);
  const ended = column(sessions, ENDED);
  let active = begun.before - ended.before;
  const packetSums = column(segments, C_PACKETS).sums;
  return {
    series: {
      from: first * 2 ** exponent,
      width: 2 ** exponent,
      length,
      packets: packWhole(packetSums),
      bytes: packWhole(column(segments, C_BYTES).sums),
      payload: packWhole(column(segments, C_PAYLOAD).sums),
      begun: packWhole(begun.sums),
      ended: packWhole(ended.sums),
      active: packWhole(begun.sums.map((sum, i) => (active += sum - ended.sums[i]))),
      retransmissions: packWhole(column(segments, C_RETRANSMISSIONS).sums),
      resets: packWhole(column(segments, C_RESETS).sums),
      failed: packWhole(column(sessions, FAILED).sums),
    },
    left: segments === undefined ? 0 : totalOf(segments, C_PACKETS) - packetSums.reduce((sum, value) => sum + value, 0),
  };
}

/** In seconds since 1970, the end not included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const lengthOf = ({ from, to }: Span, exponent: number): number =>
  to <= from ? 0 : Math.ceil(to / 2 ** exponent) - Math.floor(from / 2 ** exponent);

/** From the first of all to the last; without the few that are further from the others than these are from each other. */
function spanOf(counts: StretchCounts, counted: readonly number[]): Span {
  const { numbers, sums, columns, exponent } = counts;
  const width = 2 ** exponent;
  if (numbers.length === 0) return { from: 0, to: 0 };
  const countOf = (i: number): number => counted.reduce((sum, column) => sum + sums[i * columns + column], 0);
  const mostFar = counted.reduce((sum, column) => sum + totalOf(counts, column), 0) * FAR_SHARE;
  let low = 0;
  for (let far = countOf(0); far <= mostFar && low < numbers.length - 1; far += countOf(++low));
  let high = numbers.length - 1;
  for (let far = countOf(high); far <= mostFar && high > low; far += countOf(--high));
  const inner = numbers[high] - numbers[low] + 1;
  const first = numbers.findIndex((number) => number >= numbers[low] - inner);
  const last = numbers.findLastIndex((number) => number <= numbers[high] + inner);
  return { from: numbers[first] * width, to: (numbers[last] + 1) * width };
}

function totalOf({ numbers, sums, columns }: StretchCounts, column: number): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += sums[i * columns + column];
  return total;
}
