/**
 * In place of the records of sessions tells where each session is, and whether one of its segments was marked. Stands between the analysis of sessions
 * and whoever puts records in order. Owns what is remembered of live sessions for that: by the row that the analysis knows a session as, and, since
 * only a session's first segment says which row it is of, by addresses and ports.
 */
import { D_VLAN } from '../capture/descriptor.js';
import { findSession, insertSession } from '../flow/descriptor-sessions.js';
import { KEY_WORDS, SessionTable } from '../flow/session-table.js';
import { type RECORD_CONNECTION, RECORD_SESSION, type RecordEvents, type RecordKind } from './events.js';
import {
  PLACE_DST,
  PLACE_DST_PORT,
  PLACE_FROM_INPUT,
  PLACE_FROM_NUMBER,
  PLACE_MARKED,
  PLACE_RECORD_FIELDS,
  PLACE_SRC,
  PLACE_SRC_PORT,
  PLACE_TO_INPUT,
  PLACE_TO_NUMBER,
  PLACE_V6,
  PLACE_VLAN,
} from './session-place.js';
import {
  R_DST,
  R_DST_PORT,
  R_FIRST_INPUT,
  R_FIRST_NUMBER,
  R_LAST_INPUT,
  R_LAST_NUMBER,
  R_SRC,
  R_SRC_PORT,
  R_V6,
} from './session-record.js';

/** Of which sessions: all, or those with a marked segment. */
export type WantedPlaces = 'all' | 'marked';

/** The word of a row of the table that holds the row of the analysis. */
const OWN_ROW = KEY_WORDS;
const FIRST_ROWS = 4096;

/** Which field of a session's record is which of its place. */
const COPIED: readonly (readonly [number, number])[] = [
  [PLACE_V6, R_V6],
  ...[0, 1, 2, 3].flatMap((word) => [
    [PLACE_SRC + word, R_SRC + word] as const,
    [PLACE_DST + word, R_DST + word] as const,
  ]),
  [PLACE_SRC_PORT, R_SRC_PORT],
  [PLACE_DST_PORT, R_DST_PORT],
  [PLACE_FROM_INPUT, R_FIRST_INPUT],
  [PLACE_FROM_NUMBER, R_FIRST_NUMBER],
  [PLACE_TO_INPUT, R_LAST_INPUT],
  [PLACE_TO_NUMBER, R_LAST_NUMBER],
];

export class SessionPlaces implements RecordEvents {
  readonly #events: RecordEvents;
  readonly #isMarkedOnly: boolean;
  readonly #table = new SessionTable(1);
  /** By row of the analysis: that of the table, the VLAN key, and whether a segment was marked. */
  #rows = new Int32Array(FIRST_ROWS);
  #vlans = new Int32Array(FIRST_ROWS);
  #marked = new Uint8Array(FIRST_ROWS);
  readonly #fields = new Float64Array(PLACE_RECORD_FIELDS);
  readonly #noText = new Uint8Array(0);
  /** The segment that is looked at. */
  #words: Int32Array = new Int32Array(0);
  #d = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #hash = 0;

  constructor(events: RecordEvents, wanted: WantedPlaces) {
    this.#events = events;
    this.#isMarkedOnly = wanted === 'marked';
  }

  /** The analysis is about to see this segment: as its `onSegment`. */
  begin(words: Int32Array, d: number, view: DataView, hash: number): void {
    this.#words = words;
    this.#d = d;
    this.#view = view;
    this.#hash = hash;
  }

  /** It has seen it, and it is marked. */
  mark(): void {
    const row = findSession(this.#table, this.#words, this.#d, this.#view, this.#hash);
    // Only what is told has a session.
    if (row >= 0) this.#marked[this.#table.page(row)[this.#table.at(row) + OWN_ROW]] = 1;
  }

  created(kind: typeof RECORD_SESSION | typeof RECORD_CONNECTION, row: number): void {
    this.#events.created(kind, row);
    if (kind !== RECORD_SESSION) return;
    if (row >= this.#rows.length) this.#grow(row);
    const table = this.#table;
    const found = findSession(table, this.#words, this.#d, this.#view, this.#hash);
    const own = found >= 0 ? found : insertSession(table, this.#words, this.#d, this.#view, this.#hash);
    table.page(own)[table.at(own) + OWN_ROW] = row;
    this.#rows[row] = own;
    this.#vlans[row] = this.#words[this.#d + D_VLAN];
    this.#marked[row] = 0;
  }

  record(kind: RecordKind, row: number, fields: Float64Array, text: Uint8Array, textBytes: number): void {
    if (kind !== RECORD_SESSION) {
      this.#events.record(kind, row, fields, text, textBytes);
      return;
    }
    const table = this.#table;
    const own = this.#rows[row];
    // A session that follows on the same addresses and ports may have taken its place already.
    if (table.page(own)[table.at(own) + OWN_ROW] === row) table.remove(own);
    if (this.#isMarkedOnly && this.#marked[row] === 0) return;
    const out = this.#fields;
    for (const [to, from] of COPIED) out[to] = fields[from];
    out[PLACE_VLAN] = this.#vlans[row];
    out[PLACE_MARKED] = this.#marked[row];
    this.#events.record(kind, row, out, this.#noText, 0);
  }

  #grow(row: number): void {
    const rows = 2 * Math.max(row, this.#rows.length);
    const larger = new Int32Array(rows);
    larger.set(this.#rows);
    this.#rows = larger;
    const vlans = new Int32Array(rows);
    vlans.set(this.#vlans);
    this.#vlans = vlans;
    const marked = new Uint8Array(rows);
    marked.set(this.#marked);
    this.#marked = marked;
  }
}
