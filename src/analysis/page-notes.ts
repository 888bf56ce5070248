/**
 * What one shard's analysis notes for the page of a report, beside the records of sessions: counts of its segments over time, and the segments of those
 * sessions that may be among the worst or the largest of all. Owns which sessions these are as far as the shard knows: any that is among those of the
 * whole run when it ends is among those of its shard before.
 */
import { D_NSEC, D_SEC, D_TCP, D_WIRE } from '../capture/descriptor.js';
import { flagsByte, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import { RECORD_SEGMENTS, type RecordEvents } from './events.js';
import type { SegmentFacts } from './segment-facts.js';
import {
  FIRST_SEGMENTS,
  G_BEFORE_GAP,
  G_SEGMENTS,
  G_TOTAL,
  LAST_SEGMENTS,
  SEGMENT_BYTES,
  SEGMENT_WORDS,
  SEGMENTS_RECORD_FIELDS,
} from './segments-record.js';
import { ofSide, S_PACKETS } from './session-record.js';
import { A_KEPT, A_ORDINAL, B_SCALE, sideWords, wide } from './session-row.js';
import { payloadOf, scoreOf } from './session-score.js';
import { SessionSegments } from './session-segments.js';
import { originatorOf } from './session-side.js';
import { type StretchCounts, Stretches } from './stretches.js';
import { shiftOf } from './symptom-rules.js';
import { symptomBit } from './symptoms.js';

/** Sessions whose segments are shown. */
export const WORST_SESSIONS = 60;
export const LARGEST_SESSIONS = 20;

/** Columns of the counts over time. */
export const C_PACKETS = 0;
export const C_BYTES = 1;
export const C_PAYLOAD = 2;
export const C_RETRANSMISSIONS = 3;
export const C_RESETS = 4;
/** With others that are not used, one stretch is a line of the cache. */
const COLUMNS = 8;

const RETRANSMISSION = symptomBit('retransmission');

/** What a shard has noted when the input is over. */
export interface PageSummary {
  readonly series: StretchCounts;
  /** Sessions whose segments found no room. */
  readonly withoutSegments: number;
}

export class PageNotes {
  readonly #events: RecordEvents;
  readonly #series = new Stretches(COLUMNS);
  readonly #segments = new SessionSegments();
  readonly #worst = new Foremost(WORST_SESSIONS);
  readonly #largest = new Foremost(LARGEST_SESSIONS);
  readonly #fields = new Float64Array(SEGMENTS_RECORD_FIELDS);
  readonly #words = new Int32Array((FIRST_SEGMENTS + LAST_SEGMENTS) * SEGMENT_WORDS);
  readonly #bytes = new Uint8Array(this.#words.buffer);

  constructor(events: RecordEvents) {
    this.#events = events;
  }

  /**
   * The segment of the descriptor at word `d` of `words` was counted for side `side` of the session whose row is at word `r` of `page`: with these
   * symptoms.
   */
  note(
    page: Int32Array,
    r: number,
    side: number,
    symptoms: number,
    words: Int32Array,
    d: number,
    facts: SegmentFacts,
  ): void {
    this.count(symptoms, words, d, facts);
    this.keep(page, r, side, symptoms, words, d, facts);
  }

  /** The part of `note` that goes by time. */
  count(symptoms: number, words: Int32Array, d: number, facts: SegmentFacts): void {
    const at = this.#series.at(words[d + D_SEC], words[d + D_NSEC]);
    const { sums } = this.#series;
    sums[at + C_PACKETS]++;
    sums[at + C_BYTES] += words[d + D_WIRE] >>> 0;
    sums[at + C_PAYLOAD] += facts.length;
    if ((symptoms & RETRANSMISSION) !== 0) sums[at + C_RETRANSMISSIONS]++;
    if ((flagsByte(words[d + D_TCP]) & TCP_RST) !== 0) sums[at + C_RESETS]++;
  }

  /** The part of `note` that goes by session. */
  keep(
    page: Int32Array,
    r: number,
    side: number,
    symptoms: number,
    words: Int32Array,
    d: number,
    facts: SegmentFacts,
  ): void {
    const tcp = words[d + D_TCP];
    const flags = flagsByte(tcp);
    const window = (tcp & 0xffff) << ((flags & TCP_SYN) === 0 ? shiftOf(page[r + sideWords(side) + B_SCALE]) : 0);
    this.#segments.keep(page, r + A_KEPT, side, words, d, facts.length, window, flags, symptoms);
  }

  /**
   * The session whose row is at word `r` of `page`, and which the events know as `name`, is over, and `fields` with `text` are its record, which is told next.
   */
  end(page: Int32Array, r: number, name: number, fields: Float64Array, text: Uint8Array): void {
    // A single segment is all in the record.
    if (this.#segments.kept(page, r + A_KEPT) > 1 && this.#isForemost(wide(page, r + A_ORDINAL), fields, text)) {
      this.#tell(page, r, name, fields);
    }
    this.#segments.forget(page, r + A_KEPT);
  }

  /** What was noted of all. */
  summary(): PageSummary {
    return { series: this.#series.counts(), withoutSegments: this.#segments.without };
  }

  #isForemost(ordinal: number, fields: Float64Array, text: Uint8Array): boolean {
    const isWorst = this.#worst.takes(scoreOf(fields, text), ordinal);
    return this.#largest.takes(payloadOf(fields), ordinal) || isWorst;
  }

  #tell(page: Int32Array, r: number, name: number, record: Float64Array): void {
    const fields = this.#fields;
    const kept = this.#segments.kept(page, r + A_KEPT);
    fields[G_TOTAL] = record[ofSide(0, S_PACKETS)] + record[ofSide(1, S_PACKETS)];
    fields[G_SEGMENTS] = kept;
    fields[G_BEFORE_GAP] = this.#segments.beforeGap(page, r + A_KEPT);
    this.#segments.copy(page, r + A_KEPT, originatorOf(page, r), this.#words);
    this.#events.record(RECORD_SEGMENTS, name, fields, this.#bytes, kept * SEGMENT_BYTES);
  }
}

/** The largest values so far, the earlier session first where they are the same; values of 0 do not count. */
class Foremost {
  readonly #most: number;
  readonly #values: number[] = [];
  readonly #ordinals: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether this value is one of them. */
  takes(value: number, ordinal: number): boolean {
    if (value === 0) return false;
    const values = this.#values;
    const ordinals = this.#ordinals;
    let place = values.length;
    while (place > 0 && (values[place - 1] < value || (values[place - 1] === value && ordinals[place - 1] > ordinal))) {
      place--;
    }
    if (place === this.#most) return false;
    values.splice(place, 0, value);
    ordinals.splice(place, 0, ordinal);
    if (values.length > this.#most) {
      values.pop();
      ordinals.pop();
    }
    return true;
  }
}
