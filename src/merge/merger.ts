/**
 * Brings the trackers' events into one order: by packet, then by the session's place in the order of creation.
 * Owns the order, the session ids and what is counted over all shards; never waits (`step` says what for) and
 * never writes to a file (lines go to a sink).
 *
 * Invariant: what comes out depends only on the events, never on when they arrive or how many shards there are.
 */
import { addCounters, type MiruoCounters } from '../miruo/statistics.js';
import { RECORD_HEADER_BYTES, RECORD_KEY, RECORD_KIND, RECORD_ROW, type ResultReader } from '../ring/result-ring.js';
import {
  BLOCK_DONE,
  COUNTER_WORDS,
  LINES,
  MOMENT,
  NOTICE,
  REPORT,
  readCounters,
  SEGMENTS_DROPPED,
  SESSION_CREATED,
  SESSION_ENDED,
  SESSION_OPEN,
  STREAM_DONE,
  TEXT,
  TEXT_END,
} from './events.js';
import { FIGURES, FigureTotals } from './figure-events.js';
import {
  compareHandshakes,
  HANDSHAKE_COUNTS,
  HANDSHAKE_LINE,
  HANDSHAKE_NOTE,
  HandshakeTotals,
  isOfHandshakes,
  textOf,
} from './handshake-events.js';
import { isOfRecords, MergedRecords, RECORD_BEGUN, RECORD_TOLD, type RecordSink } from './record-events.js';
import { SegmentPeak } from './segment-peak.js';
import { displayedId, fitsPlaceholder, patchIds, SessionOrdinals, widenIds } from './session-ids.js';

/** Where lines go. The bytes are the sink's to change, but only until it returns. */
export type TextSink = (bytes: Uint8Array) => void;

/** The sinks of a run; those that are not there are for what no tracker says. */
export interface MergeSinks {
  /** Lines of sessions. */
  readonly sessions: TextSink;
  /** Lines of handshakes, and messages about packets of theirs. */
  readonly handshakes: TextSink;
  readonly notes: TextSink;
  /** What the analysis tells. */
  readonly records?: RecordSink | undefined;
}

/** What is told of the lines beforehand. */
export interface MergeForm {
  /** Lines of sessions carry an id placeholder. */
  readonly hasIds: boolean;
  /** Filters of handshakes that have figures. */
  readonly namedFilters: number;
}

/** `step` is through with the stream. */
export const MERGE_DONE = -1;
/** `step` did its share; there is more to do at once. */
export const MERGE_MORE = -2;
/** `step` came to a moment whose figures are wanted: they are those of the merger now, and `counters`. */
export const MERGE_MOMENT = -3;

/** `step` came to the place of something that was told. */
export const MERGE_NOTICE = -4;

/** `step` came to the moment of a report by packet time: `standing` is how things stand then. */
export const MERGE_REPORT = -5;

const PAYLOAD_WORD = RECORD_HEADER_BYTES / 4;

export class Merger {
  activeSessions = 0;
  activeSessionsMost = 0;
  readonly segments = new SegmentPeak();
  readonly ordinals: SessionOrdinals;
  readonly handshakes: HandshakeTotals;
  readonly records: MergedRecords;
  /** How all shards stood at the last block's end, or at the last moment of a report. */
  readonly standing: FigureTotals;
  /** What all shards had counted at the moment that `step` came to last. */
  counters: MiruoCounters = addCounters([]);
  readonly #rings: readonly ResultReader[];
  readonly #sinks: MergeSinks;
  readonly #hasIds: boolean;
  /** Shard whose session's lines are being copied, or -1; and that session's id. */
  #textShard = -1;
  #textId = 0;
  /** Bytes given to the sink in this turn. */
  #emittedBytes = 0;

  constructor(rings: readonly ResultReader[], { hasIds, namedFilters }: MergeForm, sinks: MergeSinks) {
    this.#rings = rings;
    this.#sinks = sinks;
    this.#hasIds = hasIds;
    this.ordinals = new SessionOrdinals(rings.length);
    this.standing = new FigureTotals(rings.length);
    this.handshakes = new HandshakeTotals(namedFilters);
    this.records = new MergedRecords(rings.length, sinks.records);
  }

  /**
   * Merges at most `events` events, and stops earlier once it gave the sink more than `bytes`. Returns MERGE_DONE,
   * MERGE_MORE, MERGE_MOMENT, MERGE_NOTICE, MERGE_REPORT, or the shard whose ring has to have more before anything can go on.
   */
  step(events: number, bytes: number): number {
    this.#emittedBytes = 0;
    for (let left = events; left > 0 && this.#emittedBytes <= bytes; left--) {
      const outcome = this.#textShard >= 0 ? this.#copyText() : this.#mergeOne();
      if (outcome !== MERGE_MORE) return outcome;
    }
    return MERGE_MORE;
  }

  /** Merges the event that comes first; a shard that is through with the block, or up to a moment, has no say. */
  #mergeOne(): number {
    let first = -1;
    let firstAt = 0;
    let firstKey = 0;
    let barrier = BLOCK_DONE;
    for (let shard = 0; shard < this.#rings.length; shard++) {
      const ring = this.#rings[shard];
      let at = ring.peek();
      if (at < 0) return shard;
      let kind = ring.words[at + RECORD_KIND];
      // What is told of how things stand has no place in the order.
      while (kind >= FIGURES && this.standing.take(shard, ring, kind, at)) {
        ring.next();
        at = ring.peek();
        if (at < 0) return shard;
        kind = ring.words[at + RECORD_KIND];
      }
      if (kind === BLOCK_DONE || kind === STREAM_DONE || kind === MOMENT || kind === NOTICE || kind === REPORT) {
        barrier = kind;
        continue;
      }
      const key = ring.words[at + RECORD_KEY];
      const isFirst = first < 0 || key < firstKey || (key === firstKey && this.#isOlder(shard, at, first, firstAt));
      if (!isFirst) continue;
      first = shard;
      firstAt = at;
      firstKey = key;
    }
    // All shards see the same moments and blocks, so when none has an event before it, all are at the same one.
    if (first < 0) return this.#passBarrier(barrier);
    this.#apply(first, this.#rings[first], firstAt);
    return MERGE_MORE;
  }

  /** Events of several shards share a key only where one tick, or the end of the stream, meets many sessions. */
  #isOlder(shard: number, at: number, other: number, otherAt: number): boolean {
    const { words } = this.#rings[shard];
    const others = this.#rings[other].words;
    // What the analysis tells of a tick, or of the end, comes last, as in each shard by itself.
    const isRecord = isOfRecords(words, at);
    if (isRecord !== isOfRecords(others, otherAt)) return !isRecord;
    if (isRecord) return this.records.compare(shard, words, at, other, others, otherAt) < 0;
    if (isOfHandshakes(words, at) || isOfHandshakes(others, otherAt)) {
      return compareHandshakes(words, at, others, otherAt) < 0;
    }
    const own = this.ordinals.of(shard, words[at + RECORD_ROW]);
    return own < this.ordinals.of(other, others[otherAt + RECORD_ROW]);
  }

  #apply(shard: number, ring: ResultReader, at: number): void {
    const key = ring.words[at + RECORD_KEY];
    const row = ring.words[at + RECORD_ROW];
    switch (ring.words[at + RECORD_KIND]) {
      case SESSION_CREATED:
        this.ordinals.assign(shard, row);
        this.activeSessions++;
        if (this.activeSessions > this.activeSessionsMost) this.activeSessionsMost = this.activeSessions;
        break;
      case SESSION_ENDED:
        this.activeSessions--;
        this.segments.forget(key, ring.words[at + PAYLOAD_WORD]);
        if (ring.words[at + PAYLOAD_WORD + 1] !== 0) this.#beginText(shard, row);
        break;
      case LINES:
        this.#textId = displayedId(this.ordinals.of(shard, row));
        this.#emitFrom(ring, at);
        break;
      case SESSION_OPEN:
        this.#beginText(shard, row);
        break;
      case SEGMENTS_DROPPED:
        this.segments.forget(key, ring.words[at + PAYLOAD_WORD]);
        break;
      case HANDSHAKE_LINE:
        this.#emitText(this.#sinks.handshakes, ring, at);
        break;
      case HANDSHAKE_NOTE:
        this.#emitText(this.#sinks.notes, ring, at);
        break;
      case RECORD_BEGUN:
      case RECORD_TOLD:
        this.#emittedBytes += this.records.apply(shard, ring, at);
        break;
      case HANDSHAKE_COUNTS:
        this.handshakes.add(ring.words, at);
        break;
      default:
        throw new Error(`unknown event ${ring.words[at + RECORD_KIND]}`);
    }
    ring.next();
  }

  /** The lines of this session come next in its shard's ring. */
  #beginText(shard: number, row: number): void {
    this.#textShard = shard;
    this.#textId = displayedId(this.ordinals.of(shard, row));
  }

  /** Copies the next piece of the lines of the session whose turn it is; its tracker may still be writing them. */
  #copyText(): number {
    const ring = this.#rings[this.#textShard];
    const at = ring.peek();
    if (at < 0) return this.#textShard;
    const kind = ring.words[at + RECORD_KIND];
    if (kind === TEXT) {
      this.#emitFrom(ring, at);
    } else if (kind === TEXT_END) {
      this.#textShard = -1;
    } else {
      throw new Error(`event ${kind} within the lines of a session`);
    }
    ring.next();
    return MERGE_MORE;
  }

  /** Emits the lines of the TEXT or LINES record at word `at`. */
  #emitFrom(ring: ResultReader, at: number): void {
    const from = 4 * at + RECORD_HEADER_BYTES + 4;
    this.#emit(ring.bytes.subarray(from, from + ring.words[at + PAYLOAD_WORD]));
  }

  #emitText(sink: TextSink, ring: ResultReader, at: number): void {
    const bytes = textOf(ring.words, ring.bytes, at);
    this.#emittedBytes += bytes.length;
    sink(bytes);
  }

  #emit(bytes: Uint8Array): void {
    this.#emittedBytes += bytes.length;
    if (!this.#hasIds) {
      this.#sinks.sessions(bytes);
    } else if (fitsPlaceholder(this.#textId)) {
      patchIds(bytes, 0, bytes.length, this.#textId);
      this.#sinks.sessions(bytes);
    } else {
      this.#sinks.sessions(widenIds(bytes, this.#textId));
    }
  }

  /** All shards are at the record of kind `barrier`. */
  #passBarrier(barrier: number): number {
    if (barrier === NOTICE || barrier === REPORT) {
      for (const ring of this.#rings) ring.next();
      if (barrier === NOTICE) return MERGE_NOTICE;
      this.standing.settle();
      return MERGE_REPORT;
    }
    const counters: MiruoCounters[] = [];
    for (const ring of this.#rings) {
      let at = ring.peek() + PAYLOAD_WORD;
      if (barrier === MOMENT) {
        counters.push(readCounters(ring.words, at));
        at += COUNTER_WORDS;
      }
      if (barrier !== STREAM_DONE) this.segments.addStored(ring.words, at + 1, ring.words[at]);
      ring.next();
    }
    this.segments.settle();
    if (barrier !== MOMENT) this.standing.settle();
    if (barrier === STREAM_DONE) return MERGE_DONE;
    if (barrier === BLOCK_DONE) return MERGE_MORE;
    this.counters = addCounters(counters);
    return MERGE_MOMENT;
  }
}
