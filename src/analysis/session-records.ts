/**
 * The record of a session, made of its row when it is over. Owns how side 0 of the row, which sent the first packet, comes to be `src` or `dst`.
 */
import { ROW_ADDRESS_0, ROW_KIND, ROW_KIND_V6, ROW_PORTS, type SessionTable } from '../flow/session-table.js';
import { MOST_HISTORY_BYTES } from './connection-history.js';
import type { ConnectionStates } from './connection-state.js';
import { type HttpExchanges, MOST_EXCHANGE_BYTES } from './http-exchange.js';
import { RTT_MAX, RTT_MEAN, RTT_MIN, RTT_SQUARES } from './round-trips.js';
import {
  ofSide,
  R_AMBIGUOUS,
  R_CLOSED_BY,
  R_COMPLETENESS,
  R_DST,
  R_DST_PORT,
  R_FIRST_INPUT,
  R_FIRST_NSEC,
  R_FIRST_NUMBER,
  R_FIRST_SEC,
  R_GUESSED,
  R_HISTORY_BYTES,
  R_HOST_BYTES,
  R_INITIAL_RTT,
  R_LAST_INPUT,
  R_LAST_NSEC,
  R_LAST_NUMBER,
  R_LAST_SEC,
  R_METHOD_BYTES,
  R_SILENCE,
  R_SRC,
  R_SRC_PORT,
  R_STATE,
  R_STATUS,
  R_SYN_TO_SYNACK,
  R_SYNACK_TO_ACK,
  R_V6,
  R_VLAN,
  S_DUPLICATES,
  S_FIN,
  S_FRAGMENTS,
  S_IP_BYTES,
  S_LARGEST,
  S_MSS,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_RST,
  S_RTT_DEVIATION,
  S_RTT_MAX,
  S_RTT_MEAN,
  S_RTT_MIN,
  S_RTT_SAMPLES,
  S_SACK_PERMITTED,
  S_SEGMENTS,
  S_SNAPPED,
  S_SYMPTOMS,
  S_SYN,
  S_SYNACK,
  S_TIMESTAMPS,
  S_UNIQUE_BYTES,
  S_WINDOW_MAX,
  S_WINDOW_MIN,
  S_WINDOW_SCALE,
  S_WIRE_BYTES,
  S_WRONG_CHECKSUMS,
  SESSION_RECORD_FIELDS,
} from './session-record.js';
import {
  A_COMPLETENESS,
  A_FIRST_INPUT,
  A_FIRST_NUMBER,
  A_FIRST_TIME,
  A_FLAGS,
  A_INITIAL_RTT,
  A_LAST_INPUT,
  A_LAST_NUMBER,
  A_LAST_TIME,
  A_SILENCE,
  A_STATE,
  A_SYN_TO_SYNACK,
  A_SYNACK_TO_ACK,
  A_VLAN,
  B_DUPLICATES,
  B_FIN,
  B_FRAGMENTS,
  B_IP_BYTES,
  B_LARGEST,
  B_MSS,
  B_NOTES,
  B_PACKETS,
  B_PAYLOAD_BYTES,
  B_RST,
  B_SEGMENTS,
  B_SNAPPED,
  B_SYMPTOMS,
  B_SYN,
  B_SYN_BITS,
  B_SYN_SCALE,
  B_SYNACK,
  B_UNIQUE_BYTES,
  B_WINDOW_MAX,
  B_WINDOW_MIN,
  B_WINDOWS,
  B_WIRE_BYTES,
  B_WRONG_CHECKSUMS,
  FLAG_HAS_INITIAL_RTT,
  FLAG_HAS_SYN_TO_SYNACK,
  FLAG_HAS_SYNACK_TO_ACK,
  passedNsec,
  sideWords,
  wide,
} from './session-row.js';
import { isGuessed, originatorOf } from './session-side.js';
import { N_RTT_DOUBLES, N_RTT_SAMPLES, type SideNotes } from './side-notes.js';
import { SYMPTOMS } from './symptoms.js';
import { OTHER_TIMESTAMPS, SYN_SACK_PERMITTED, SYN_SEEN, SYN_TIMESTAMPS } from './syn-options.js';

export class SessionRecords {
  /** Of the session that was filled in last. */
  readonly fields = new Float64Array(SESSION_RECORD_FIELDS);
  /** Its texts, and how many bytes they have together. */
  readonly text = new Uint8Array(MOST_HISTORY_BYTES + MOST_EXCHANGE_BYTES);
  textBytes = 0;
  readonly #table: SessionTable;
  readonly #notes: SideNotes;
  readonly #states: ConnectionStates;
  readonly #exchanges: HttpExchanges | undefined;
  readonly #isVerified: boolean;

  /** `isVerified`: checksums are. */
  constructor(
    table: SessionTable,
    notes: SideNotes,
    states: ConnectionStates,
    exchanges: HttpExchanges | undefined,
    isVerified: boolean,
  ) {
    this.#table = table;
    this.#notes = notes;
    this.#states = states;
    this.#exchanges = exchanges;
    this.#isVerified = isVerified;
  }

  /** Fills in the record of the session `row`; `closedBy`: index in CLOSED_BY. */
  fill(row: number, closedBy: number): void {
    const { fields } = this;
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const flags = page[r + A_FLAGS];
    const originator = originatorOf(page, r);
    fillEnds(fields, this.#table, row, originator);
    fields[R_VLAN] = page[r + A_VLAN] === 0 ? Number.NaN : page[r + A_VLAN] - 1;
    fields[R_FIRST_INPUT] = page[r + A_FIRST_INPUT];
    fields[R_LAST_INPUT] = page[r + A_LAST_INPUT];
    fields[R_FIRST_NUMBER] = wide(page, r + A_FIRST_NUMBER);
    fields[R_LAST_NUMBER] = wide(page, r + A_LAST_NUMBER);
    fields[R_FIRST_SEC] = page[r + A_FIRST_TIME] >>> 0;
    fields[R_FIRST_NSEC] = page[r + A_FIRST_TIME + 1];
    fields[R_LAST_SEC] = page[r + A_LAST_TIME] >>> 0;
    fields[R_LAST_NSEC] = page[r + A_LAST_TIME + 1];
    fields[R_STATE] = this.#states.stateOf(page, r + A_STATE, originator);
    const historyBytes = this.#states.writeHistory(page, r + A_STATE, originator, this.text);
    fields[R_HISTORY_BYTES] = historyBytes;
    this.#fillExchange(row, historyBytes);
    fields[R_COMPLETENESS] = page[r + A_COMPLETENESS];
    fields[R_GUESSED] = isGuessed(page, r) ? 1 : 0;
    fields[R_SYN_TO_SYNACK] = passedIf(flags & FLAG_HAS_SYN_TO_SYNACK, page, r + A_SYN_TO_SYNACK);
    fields[R_SYNACK_TO_ACK] = passedIf(flags & FLAG_HAS_SYNACK_TO_ACK, page, r + A_SYNACK_TO_ACK);
    fields[R_INITIAL_RTT] = passedIf(flags & FLAG_HAS_INITIAL_RTT, page, r + A_INITIAL_RTT);
    const side0 = r + sideWords(0);
    const side1 = r + sideWords(1);
    const isRepeated = page[side0 + B_SYN] > 1 || page[side1 + B_SYN] > 1;
    fields[R_AMBIGUOUS] = isRepeated || page[side0 + B_SYNACK] > 1 || page[side1 + B_SYNACK] > 1 ? 1 : 0;
    const packets = page[side0 + B_PACKETS] + page[side1 + B_PACKETS];
    fields[R_SILENCE] = packets > 1 ? passedNsec(page, r + A_SILENCE) : Number.NaN;
    fields[R_CLOSED_BY] = closedBy;
    this.#fillSide(0, page, r + sideWords(originator));
    this.#fillSide(1, page, r + sideWords(originator ^ 1));
  }

  /** What is known of the session's HTTP; its texts come after the `historyBytes` of the history. */
  #fillExchange(row: number, historyBytes: number): void {
    const { fields, text } = this;
    const exchange = this.#exchanges?.of(row);
    const { method = '', host = '', status = 0 } = exchange ?? {};
    let at = historyBytes;
    for (const part of [method, host]) for (let i = 0; i < part.length; i++) text[at++] = part.charCodeAt(i);
    fields[R_METHOD_BYTES] = method.length;
    fields[R_HOST_BYTES] = host.length;
    fields[R_STATUS] = status === 0 ? Number.NaN : status;
    this.textBytes = at;
  }

  /** Side `side` of the record, whose words in the row begin at word `own` of `page`. */
  #fillSide(side: number, page: Int32Array, own: number): void {
    const { fields } = this;
    const at = ofSide(side, 0);
    fields[at + S_PACKETS] = page[own + B_PACKETS] >>> 0;
    fields[at + S_SEGMENTS] = page[own + B_SEGMENTS] >>> 0;
    fields[at + S_WIRE_BYTES] = wide(page, own + B_WIRE_BYTES);
    fields[at + S_IP_BYTES] = wide(page, own + B_IP_BYTES);
    fields[at + S_PAYLOAD_BYTES] = wide(page, own + B_PAYLOAD_BYTES);
    fields[at + S_UNIQUE_BYTES] = wide(page, own + B_UNIQUE_BYTES);
    fields[at + S_SYN] = page[own + B_SYN];
    fields[at + S_SYNACK] = page[own + B_SYNACK];
    fields[at + S_FIN] = page[own + B_FIN];
    fields[at + S_RST] = page[own + B_RST];
    this.#fillRoundTrips(at, page[own + B_NOTES] - 1);
    for (let symptom = 0; symptom < SYMPTOMS.length; symptom++) {
      fields[at + S_SYMPTOMS + symptom] = page[own + B_SYMPTOMS + symptom];
    }
    fillSyn(fields, at, page[own + B_SYN_BITS], page[own + B_MSS], page[own + B_SYN_SCALE]);
    fields[at + S_LARGEST] = page[own + B_LARGEST];
    const hasWindow = page[own + B_WINDOWS] !== 0;
    fields[at + S_WINDOW_MIN] = hasWindow ? page[own + B_WINDOW_MIN] : Number.NaN;
    fields[at + S_WINDOW_MAX] = hasWindow ? page[own + B_WINDOW_MAX] : Number.NaN;
    fields[at + S_FRAGMENTS] = page[own + B_FRAGMENTS];
    fields[at + S_SNAPPED] = page[own + B_SNAPPED];
    fields[at + S_WRONG_CHECKSUMS] = this.#isVerified ? page[own + B_WRONG_CHECKSUMS] : Number.NaN;
    fields[at + S_DUPLICATES] = page[own + B_DUPLICATES];
  }

  /** Those of the notes `notes` (below 0: none); `at`: of the side's fields. */
  #fillRoundTrips(at: number, notes: number): void {
    const { fields } = this;
    const n = notes < 0 ? 0 : this.#notes.at(notes);
    const samples = notes < 0 ? 0 : this.#notes.page(notes)[n + N_RTT_SAMPLES];
    fields[at + S_RTT_SAMPLES] = samples;
    if (samples === 0) {
      fields[at + S_RTT_MIN] = Number.NaN;
      fields[at + S_RTT_MEAN] = Number.NaN;
      fields[at + S_RTT_MAX] = Number.NaN;
      fields[at + S_RTT_DEVIATION] = Number.NaN;
      return;
    }
    const doubles = this.#notes.doubles(notes);
    const from = (n >>> 1) + N_RTT_DOUBLES;
    fields[at + S_RTT_MIN] = doubles[from + RTT_MIN];
    fields[at + S_RTT_MEAN] = doubles[from + RTT_MEAN];
    fields[at + S_RTT_MAX] = doubles[from + RTT_MAX];
    fields[at + S_RTT_DEVIATION] = Math.sqrt(doubles[from + RTT_SQUARES] / samples);
  }
}

/** Addresses and ports in a record's `fields` of the session in row `row` of `table` whose originator is side `originator`. */
export function fillEnds(fields: Float64Array, table: SessionTable, row: number, originator: number): void {
  const page = table.page(row);
  const r = table.at(row);
  const isV6 = (page[r + ROW_KIND] & ROW_KIND_V6) !== 0;
  fields[R_V6] = isV6 ? 1 : 0;
  for (let word = 0; word < 4; word++) {
    fields[R_SRC + word] = isV6 ? table.addressWord(row, originator, word) >>> 0 : 0;
    fields[R_DST + word] = isV6 ? table.addressWord(row, originator ^ 1, word) >>> 0 : 0;
  }
  if (!isV6) {
    fields[R_SRC] = page[r + ROW_ADDRESS_0 + originator] >>> 0;
    fields[R_DST] = page[r + ROW_ADDRESS_0 + (originator ^ 1)] >>> 0;
  }
  const ports = page[r + ROW_PORTS];
  fields[R_SRC_PORT] = originator === 0 ? ports >>> 16 : ports & 0xffff;
  fields[R_DST_PORT] = originator === 0 ? ports & 0xffff : ports >>> 16;
}

/** What a side's SYN says, in the fields that begin at `at`: the values of B_SYN_BITS, B_MSS and B_SYN_SCALE. */
export function fillSyn(fields: Float64Array, at: number, bits: number, mss: number, scale: number): void {
  const hasSyn = (bits & SYN_SEEN) !== 0;
  fields[at + S_MSS] = mss === 0 ? Number.NaN : mss - 1;
  fields[at + S_WINDOW_SCALE] = scale === 0 ? Number.NaN : scale - 1;
  fields[at + S_SACK_PERMITTED] = hasSyn ? Math.sign(bits & SYN_SACK_PERMITTED) : Number.NaN;
  const hasOther = (bits & OTHER_TIMESTAMPS) !== 0;
  fields[at + S_TIMESTAMPS] = hasSyn ? Math.sign(bits & SYN_TIMESTAMPS) : hasOther ? 1 : Number.NaN;
}

const passedIf = (isKnown: number, page: Int32Array, at: number): number =>
  isKnown === 0 ? Number.NaN : passedNsec(page, at);
