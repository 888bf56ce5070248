/**
 * What trackers tell the merger of the analysis: the kinds of events and their payloads, beside those of events.ts. Owns the encoding, both ways, and
 * the numbers of sessions and connections.
 */
import {
  RECORD_CONNECTION,
  RECORD_NUMBER,
  RECORD_SESSION,
  type RecordEvents,
  type RecordKind,
} from '../analysis/events.js';
import { AnalysisSums } from '../analysis/sums.js';
import {
  RECORD_HEADER_BYTES,
  RECORD_KIND,
  RECORD_ROW,
  type ResultReader,
  type ResultWriter,
} from '../ring/result-ring.js';
import { SessionOrdinals } from './session-ids.js';

/** A session or connection begins in a row; payload: which kind of record it will have. */
export const RECORD_BEGUN = 18;
/** A record about a row; payload: kind, number of fields, bytes of text, a word for nothing, then fields and text. */
export const RECORD_TOLD = 19;

const HEADER_WORDS = RECORD_HEADER_BYTES / 4;
const TOLD_WORDS = 4;

/** Takes a record, which it may not keep. */
export type RecordSink = (kind: RecordKind, fields: Float64Array, text: Uint8Array) => void;

export class RecordEventWriter implements RecordEvents {
  readonly #ring: ResultWriter;
  readonly #key: () => number;

  /** `key` gives that of the current packet or tick. */
  constructor(ring: ResultWriter, key: () => number) {
    this.#ring = ring;
    this.#key = key;
  }

  created(kind: typeof RECORD_SESSION | typeof RECORD_CONNECTION, row: number): void {
    const at = this.#ring.append(RECORD_BEGUN, this.#key(), row, 4);
    this.#ring.words[(at >> 2) + HEADER_WORDS] = kind;
  }

  record(kind: RecordKind, row: number, fields: Float64Array, text: Uint8Array, textBytes: number): void {
    const fieldsAt = RECORD_HEADER_BYTES + 4 * TOLD_WORDS;
    const at = this.#ring.append(RECORD_TOLD, this.#key(), row, 4 * TOLD_WORDS + 8 * fields.length + textBytes);
    const word = (at >> 2) + HEADER_WORDS;
    this.#ring.words[word] = kind;
    this.#ring.words[word + 1] = fields.length;
    this.#ring.words[word + 2] = textBytes;
    this.#ring.doubles.set(fields, (at + fieldsAt) >> 3);
    for (let i = 0, to = at + fieldsAt + 8 * fields.length; i < textBytes; i++) this.#ring.bytes[to + i] = text[i];
  }
}

/** Whether the record at word `at` is one of those above. */
export const isOfRecords = (words: Int32Array, at: number): boolean =>
  words[at + RECORD_KIND] === RECORD_BEGUN || words[at + RECORD_KIND] === RECORD_TOLD;

/** Sessions and connections of all shards, and what is told of them. */
export class MergedRecords {
  /** What the records of sessions so far add up to. */
  readonly sums = new AnalysisSums();
  readonly #sink: RecordSink | undefined;
  readonly #sessions: SessionOrdinals;
  readonly #connections: SessionOrdinals;

  constructor(shards: number, sink: RecordSink | undefined) {
    this.#sink = sink;
    this.#sessions = new SessionOrdinals(shards);
    this.#connections = new SessionOrdinals(shards);
  }

  /** Sessions analysed so far. */
  get sessions(): number {
    return this.#sessions.created;
  }

  /** Takes the record at word `at` of the ring of `shard`; it is one of those above. Returns how many bytes the sink got. */
  apply(shard: number, ring: ResultReader, at: number): number {
    const { words, doubles, bytes } = ring;
    const row = words[at + RECORD_ROW];
    const word = at + HEADER_WORDS;
    const kind = words[word] as RecordKind;
    const ordinals = this.#ordinalsOf(kind);
    if (words[at + RECORD_KIND] === RECORD_BEGUN) {
      ordinals.assign(shard, row);
      return 0;
    }
    const fields = words[word + 1];
    const textBytes = words[word + 2];
    const from = (word + TOLD_WORDS) >> 1;
    doubles[from + RECORD_NUMBER] = ordinals.of(shard, row) - 1;
    const text = 8 * (from + fields);
    if (kind === RECORD_SESSION) this.sums.add(doubles.subarray(from, from + fields));
    this.#sink?.(kind, doubles.subarray(from, from + fields), bytes.subarray(text, text + textBytes));
    return 8 * fields + textBytes;
  }

  /**
   * Which of two records with the same key comes first: below 0 for the one at word `at` of the ring of `shard`. Sessions are created before
   * connections, and each tells in the order in which they were.
   */
  compare(shard: number, words: Int32Array, at: number, other: number, others: Int32Array, otherAt: number): number {
    const kind = words[at + HEADER_WORDS] as RecordKind;
    const otherKind = others[otherAt + HEADER_WORDS] as RecordKind;
    const isConnection = kind === RECORD_CONNECTION ? 1 : 0;
    const isOtherConnection = otherKind === RECORD_CONNECTION ? 1 : 0;
    if (isConnection !== isOtherConnection) return isConnection - isOtherConnection;
    const ordinals = this.#ordinalsOf(kind);
    return ordinals.of(shard, words[at + RECORD_ROW]) - ordinals.of(other, others[otherAt + RECORD_ROW]);
  }

  #ordinalsOf(kind: RecordKind): SessionOrdinals {
    return kind === RECORD_CONNECTION ? this.#connections : this.#sessions;
  }
}
