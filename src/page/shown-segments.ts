/**
 * Which sessions' segments the page has: of those that trackers tell of, the worst and the largest of all, whatever the order in which they come.
 */
import { LARGEST_SESSIONS, WORST_SESSIONS } from '../analysis/page-notes.js';
import {
  FIRST_SEGMENTS,
  G_BEFORE_GAP,
  G_SEGMENTS,
  G_TOTAL,
  LAST_SEGMENTS,
  SEGMENT_ACK,
  SEGMENT_BY_DST,
  SEGMENT_FLAGS,
  SEGMENT_LENGTH,
  SEGMENT_NSEC,
  SEGMENT_SEC,
  SEGMENT_SEQ,
  SEGMENT_SYMPTOMS,
  SEGMENT_WINDOW,
  SEGMENT_WORDS,
} from '../analysis/segments-record.js';
import { SCORE_RULE } from '../analysis/session-score.js';
import { packDoubles, packWhole } from './packed.js';
import type { PageSegments } from './page-data.js';

/** Segments of a session, and what it is shown for. */
export interface ToldSegments {
  /** Of the session. */
  readonly slot: number;
  readonly session: number;
  readonly score: number;
  readonly payload: number;
  /** Of RECORD_SEGMENTS. */
  readonly fields: Float64Array;
  readonly words: Int32Array;
}

export class ShownSegments {
  /** The worst first, the largest first. */
  readonly #worst: ToldSegments[] = [];
  readonly #largest: ToldSegments[] = [];

  /** Takes those of a session. Returns the sessions that are not shown, of it and those before it. */
  add(told: ToldSegments): ToldSegments[] {
    const out = new Set<ToldSegments>([told]);
    for (const gone of enter(this.#worst, told, WORST_SESSIONS, ({ score }) => score)) out.add(gone);
    for (const gone of enter(this.#largest, told, LARGEST_SESSIONS, ({ payload }) => payload)) out.add(gone);
    return [...out].filter((candidate) => !this.#worst.includes(candidate) && !this.#largest.includes(candidate));
  }

  /** All that are shown, each once: those that are needed most come first. */
  get shown(): readonly ToldSegments[] {
    return [...new Set([...this.#worst, ...this.#largest])];
  }
}

/** Puts it in its place, if it is one of the first; gives those that are none any more. */
function enter(
  list: ToldSegments[],
  told: ToldSegments,
  most: number,
  measure: (told: ToldSegments) => number,
): ToldSegments[] {
  const value = measure(told);
  if (value === 0) return [];
  let place = list.length;
  while (place > 0 && comesBefore(value, told.session, measure(list[place - 1]), list[place - 1].session)) place--;
  list.splice(place, 0, told);
  return list.splice(most);
}

const comesBefore = (value: number, session: number, other: number, otherSession: number): boolean =>
  value > other || (value === other && session < otherSession);

/** As the page has them. */
export function pageSegments({ session, fields, words }: ToldSegments): PageSegments {
  const length = fields[G_SEGMENTS];
  const column = (word: number): Uint32Array =>
    Uint32Array.from({ length }, (_, segment) => words[segment * SEGMENT_WORDS + word]);
  const sec = column(SEGMENT_SEC);
  const nsec = column(SEGMENT_NSEC);
  const flags = column(SEGMENT_FLAGS);
  return {
    session,
    total: fields[G_TOTAL],
    length,
    gap_at: fields[G_BEFORE_GAP],
    time: packDoubles(Float64Array.from(sec, (value, i) => value - sec[0] + (nsec[i] - nsec[0]) / 1e9)),
    side: packWhole(flags.map((value) => (value & SEGMENT_BY_DST) / SEGMENT_BY_DST)),
    flags: packWhole(flags.map((value) => value & (SEGMENT_BY_DST - 1))),
    seq: packWhole(column(SEGMENT_SEQ)),
    ack: packWhole(column(SEGMENT_ACK)),
    payload: packWhole(column(SEGMENT_LENGTH)),
    window: packWhole(column(SEGMENT_WINDOW)),
    symptoms: packWhole(column(SEGMENT_SYMPTOMS)),
  };
}

/** What is said of the choice. */
export const SEGMENTS_RULE =
  `Segments are shown of the ${WORST_SESSIONS} worst sessions (by a score: ${SCORE_RULE}) and of the ${LARGEST_SESSIONS} with the most payload, where ` +
  `there is more than one; of a long session the first ${FIRST_SEGMENTS} and the last ${LAST_SEGMENTS}.`;
