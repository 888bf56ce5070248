/**
 * The analysis of one shard's sessions: takes segments in order, says which symptoms each has, and tells a record of each session when it is over.
 * Owns the order of steps. Never knows of other shards: what it has to say goes to a `RecordEvents`.
 */
import { D_ACK, D_NSEC, D_SEC, D_SEQ, D_TCP, D_WHERE, ipOffset, tcpOffset } from '../capture/descriptor.js';
import { verifySegment } from '../flow/descriptor-checksums.js';
import { findSession, insertSession } from '../flow/descriptor-sessions.js';
import { SessionTable } from '../flow/session-table.js';
import { CHECKSUM_BAD_IP, CHECKSUM_BAD_TCP, ChecksumVerifier } from '../wire/checksum-verifier.js';
import { flagsByte, TCP_ACK, TCP_FIN, TCP_SYN } from '../wire/tcp.js';
import { isEarlierPacket, isLastPacket, isLate, keepEarlier } from './capture-duplicates.js';
import { completenessOf } from './completeness.js';
import { ConnectionStates } from './connection-state.js';
import { RECORD_PACKET, RECORD_SESSION, type RecordEvents } from './events.js';
import { followMereSyn, isMereSyn, noteFirst, takeSyn } from './first-packet.js';
import { noteOpening } from './handshake-times.js';
import { HttpExchanges } from './http-exchange.js';
import { LoneRecords } from './lone-records.js';
import { L_FLAGS, L_LAST_CLOCK, L_NAME, L_ORDINAL, LoneSyns } from './lone-syns.js';
import type { AnalysisOptions } from './options.js';
import { PacketRecords } from './packet-records.js';
import { PageNotes, type PageSummary } from './page-notes.js';
import { takeAck, timeSegment } from './round-trips.js';
import type { SegmentFacts } from './segment-facts.js';
import { noteClosing, ordinalOf, rowsByCreation, SESSION_END_WORDS, SessionEnds } from './session-ends.js';
import { SessionNames } from './session-names.js';
import { CLOSED_BY } from './session-record.js';
import { SessionRecords } from './session-records.js';
import {
  A_COMPLETENESS,
  A_FLAGS,
  A_LAST_CLOCK,
  A_LAST_INPUT,
  A_LAST_NUMBER,
  A_LAST_PACKETS,
  A_LAST_TIME,
  A_NAME,
  A_ORDINAL,
  A_SILENCE,
  A_STATE,
  ANALYSIS_ROW_WORDS,
  addWide,
  B_DUPLICATES,
  B_FRAGMENTS,
  B_LAST_ACKED,
  B_LAST_ID_SUM,
  B_LAST_LENGTH,
  B_LAST_SEQ,
  B_NOTES,
  B_PACKETS,
  B_TIMED,
  B_UNIQUE_BYTES,
  B_WRONG_CHECKSUMS,
  FLAG_CLOSED_FIN,
  FLAG_CLOSED_RST,
  FLAG_UNANSWERED,
  nsecSince,
  passedNsec,
  sideWords,
  storePassed,
} from './session-row.js';
import { originatorOf } from './session-side.js';
import { countPacket, countSymptoms } from './side-counts.js';
import { N_HAS_PAYLOAD, N_HIGH, SideNotes } from './side-notes.js';
import { isReuse, stepSymptoms } from './symptom-rules.js';
import { symptomBit } from './symptoms.js';
import { SynOptions } from './syn-options.js';
import { takePayload } from './unique-bytes.js';
import { isUsual, noteUsual } from './usual-segment.js';

const KEEP_ALIVE = symptomBit('keep_alive');
const SYN_ACK = TCP_SYN | TCP_ACK;
const BY_FIN = CLOSED_BY.indexOf('fin');
const BY_RST = CLOSED_BY.indexOf('rst');
const BY_TIMEOUT = CLOSED_BY.indexOf('timeout');
const BY_END = CLOSED_BY.indexOf('end of capture');
const BY_REUSE = CLOSED_BY.indexOf('port reuse');
const NO_TEXT = new Uint8Array(0);

export class AnalysisTracker {
  readonly #options: AnalysisOptions;
  readonly #events: RecordEvents;
  readonly #table = new SessionTable(ANALYSIS_ROW_WORDS);
  readonly #notes = new SideNotes();
  readonly #ends: SessionEnds;
  readonly #sessions: SessionRecords;
  readonly #packets = new PacketRecords();
  readonly #synOptions = new SynOptions();
  readonly #states = new ConnectionStates();
  readonly #exchanges: HttpExchanges | undefined;
  readonly #checksums: ChecksumVerifier | undefined;
  readonly #names = new SessionNames();
  /** Sessions that are one SYN so far, and their records. */
  readonly #lone: LoneSyns;
  readonly #loneRecords: LoneRecords;
  readonly #pageNotes: PageNotes | undefined;
  #created = 0;

  constructor(options: AnalysisOptions, events: RecordEvents) {
    this.#options = options;
    this.#events = events;
    const { idleTimeoutSec, rememberedPackets } = options;
    this.#ends = new SessionEnds(this.#table, SESSION_END_WORDS, idleTimeoutSec, rememberedPackets);
    this.#lone = new LoneSyns(idleTimeoutSec, rememberedPackets);
    this.#loneRecords = new LoneRecords(this.#lone, options.checksums);
    if (options.http) this.#exchanges = new HttpExchanges();
    if (options.checksums) this.#checksums = new ChecksumVerifier(2);
    if (options.page === true) this.#pageNotes = new PageNotes(events);
    this.#sessions = new SessionRecords(this.#table, this.#notes, this.#states, this.#exchanges, options.checksums);
  }

  /** One segment: the descriptor at word `d` of `words`, whose frame lies in `view`; `hash` is its conversation's; `facts` is what else is known. */
  onSegment(words: Int32Array, d: number, view: DataView, hash: number, facts: SegmentFacts): void {
    const flags = flagsByte(words[d + D_TCP]);
    let row = this.#table.live === 0 ? -1 : findSession(this.#table, words, d, view, hash);
    if (row < 0) row = this.#joinLone(words, d, view, hash);
    if (this.#checksums !== undefined && !this.#isSound(this.#checksums, row, words, d, view)) return;
    let beginsAnew = false;
    if (row >= 0) {
      const side = this.#table.direction;
      const page = this.#table.page(row);
      const r = this.#table.at(row);
      if (this.#isDuplicate(page, r + sideWords(side), words, d, facts) && this.#options.dedup) return;
      if ((flags & SYN_ACK) !== TCP_SYN || !isReuse(page, r, side, words[d + D_SEQ])) {
        this.#follow(row, page, r, side, words, d, view, facts, flags, false);
        return;
      }
      this.#end(row, BY_REUSE);
      beginsAnew = true;
    }
    this.#begin(words, d, view, hash, facts, flags, beginsAnew);
  }

  /** So many fragments of a segment that never was complete: counted with its session, if there is one. The words as those of `onSegment`. */
  countFragments(words: Int32Array, d: number, view: DataView, hash: number, fragments: number): void {
    let row = findSession(this.#table, words, d, view, hash);
    if (row < 0) row = this.#joinLone(words, d, view, hash);
    if (row < 0) return;
    this.#table.page(row)[this.#table.at(row) + sideWords(this.#table.direction) + B_FRAGMENTS] += fragments;
  }

  /** What verifies checksums, and counts what came of it; undefined where nothing is to be verified. */
  get verifier(): ChecksumVerifier | undefined {
    return this.#checksums;
  }

  /** What was noted for the page of a report; undefined where there will be none. */
  get pageSummary(): PageSummary | undefined {
    return this.#pageNotes?.summary();
  }

  /** The clock of segments comes to second `sec` (unsigned), after so many packets of the run: src/capture/segment-clock.ts. It may go back. */
  onTick(sec: number, packets: number): void {
    const rows = this.#ends.tick(sec, packets);
    this.#endAll(rows, this.#lone.ends.tick(sec, packets), BY_TIMEOUT);
    this.#ends.endTick();
    this.#lone.ends.endTick();
  }

  /** The input is over. */
  onEnd(): void {
    this.#endAll(rowsByCreation(this.#table, A_ORDINAL), rowsByCreation(this.#lone.table, L_ORDINAL), BY_END);
  }

  #begin(
    words: Int32Array,
    d: number,
    view: DataView,
    hash: number,
    facts: SegmentFacts,
    flags: number,
    beginsAnew: boolean,
  ): void {
    const name = this.#names.take();
    const ordinal = this.#created++;
    // The SYN of a session in place of another one has a symptom.
    if (!beginsAnew && this.#options.onlyWholeRows !== true && isMereSyn(words, d, facts)) {
      this.#lone.keep(ordinal, name, words, d, view, hash, facts);
      this.#events.created(RECORD_SESSION, name);
      this.#pageNotes?.count(0, words, d, facts);
      return;
    }
    const row = insertSession(this.#table, words, d, view, hash);
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    noteFirst(page, r, ordinal, name, words, d, facts);
    page[r + A_LAST_CLOCK] = this.#ends.clockSec | 0;
    this.#ends.add(row);
    this.#events.created(RECORD_SESSION, name);
    this.#follow(row, page, r, 0, words, d, view, facts, flags, beginsAnew);
  }

  /** The row of the session that was a lone SYN until this packet, or -1 where there is none. Arguments and direction as with `findSession`. */
  #joinLone(words: Int32Array, d: number, view: DataView, hash: number): number {
    const lone = this.#lone.find(words, d, view, hash);
    if (lone < 0) return -1;
    const { table, words: kept, facts, options } = this.#lone;
    const from = table.page(lone);
    const l = table.at(lone);
    const row = this.#table.insertOf(table, lone);
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    this.#lone.recall(lone);
    noteFirst(page, r, ordinalOf(table, L_ORDINAL, lone), from[l + L_NAME], kept, 0, facts);
    page[r + A_FLAGS] = from[l + L_FLAGS];
    page[r + A_LAST_CLOCK] = from[l + L_LAST_CLOCK];
    this.#ends.add(row);
    followMereSyn(page, r, kept, facts, options);
    this.#pageNotes?.keep(page, r, 0, 0, kept, 0, facts);
    if (this.#options.sessions) this.#noteState(page, r, 0, flagsByte(kept[D_TCP]), kept, 0, facts);
    this.#table.direction = table.direction;
    this.#lone.remove(lone);
    return row;
  }

  #follow(
    row: number,
    page: Int32Array,
    r: number,
    side: number,
    words: Int32Array,
    d: number,
    view: DataView,
    facts: SegmentFacts,
    flags: number,
    beginsAnew: boolean,
  ): void {
    const own = r + sideWords(side);
    const sec = words[d + D_SEC];
    const nsec = words[d + D_NSEC];
    const seq = words[d + D_SEQ];
    const ack = words[d + D_ACK];
    const { length } = facts;
    const other = r + sideWords(side ^ 1);
    if (isUsual(page, r, own, other, words, d, length)) {
      this.#followUsual(page, r, own, other, words, d, facts);
      this.#pageNotes?.note(page, r, side, 0, words, d, facts);
      if (this.#options.sessions) {
        this.#noteState(page, r, side, flags, words, d, facts);
        if (length > 0) this.#exchanges?.note(row, side, words, d, view);
      }
      return;
    }
    const isFirst = page[own + B_PACKETS] === 0 && page[other + B_PACKETS] === 0;
    if ((flags & TCP_SYN) !== 0) {
      this.#synOptions.read(words, d, view);
      takeSyn(page, r, side, this.#synOptions, (flags & TCP_ACK) !== 0);
    }
    if ((flags & SYN_ACK) !== TCP_SYN || side !== 0) page[r + A_FLAGS] &= ~FLAG_UNANSWERED;
    this.#keepEarlier(page, own, length);
    const symptoms = stepSymptoms(page, r, side, seq, ack, words[d + D_TCP], length, sec, nsec, beginsAnew);
    page[own + B_LAST_ID_SUM] = facts.idSum;
    page[own + B_LAST_SEQ] = seq;
    page[own + B_LAST_LENGTH] = length;
    countPacket(page, own, words, d, facts);
    if (symptoms !== 0) countSymptoms(page, own, symptoms);
    page[r + A_COMPLETENESS] |= completenessOf(flags, length, isFirst);
    noteOpening(page, r, flags, sec, nsec);
    this.#notePassing(page, r, sec, nsec, facts);
    if ((flags & TCP_ACK) !== 0 && page[other + B_TIMED] > 0) this.#acknowledge(page, other, ack, sec, nsec);
    const first = (flags & TCP_SYN) === 0 ? seq : (seq + 1) | 0;
    const end = (first + length) | 0;
    if (length > 0 && (symptoms & KEEP_ALIVE) === 0) this.#takePayload(page, own, first, end, sec, nsec);
    const after = (flags & TCP_FIN) === 0 ? end : (end + 1) | 0;
    page[own + B_LAST_ACKED] = flags & TCP_ACK;
    if (noteClosing(page, r, side, flags, after, ack)) this.#ends.noteClosed(row);
    if (this.#options.sessions) {
      this.#noteState(page, r, side, flags, words, d, facts);
      if (length > 0) this.#exchanges?.note(row, side, words, d, view);
    }
    this.#pageNotes?.note(page, r, side, symptoms, words, d, facts);
    if (symptoms === 0 || !this.#options.packets) return;
    const originator = originatorOf(page, r);
    this.#packets.fill(words, d, view, facts, side ^ originator, symptoms);
    this.#events.record(RECORD_PACKET, page[r + A_NAME], this.#packets.fields, NO_TEXT, 0);
  }

  /** A usual segment (usual-segment.ts). */
  #followUsual(
    page: Int32Array,
    r: number,
    own: number,
    other: number,
    words: Int32Array,
    d: number,
    facts: SegmentFacts,
  ): void {
    const sec = words[d + D_SEC];
    const nsec = words[d + D_NSEC];
    const { length } = facts;
    if (page[own + B_NOTES] === 0) page[own + B_NOTES] = this.#notes.take() + 1;
    const notes = page[own + B_NOTES] - 1;
    const kept = this.#notes.page(notes);
    const n = this.#notes.at(notes);
    keepEarlier(kept, n, page, own);
    noteUsual(page, r, own, words, d, facts);
    noteOpening(page, r, TCP_ACK, sec, nsec);
    this.#notePassing(page, r, sec, nsec, facts);
    if (page[other + B_TIMED] > 0) this.#acknowledge(page, other, words[d + D_ACK], sec, nsec);
    const seq = words[d + D_SEQ];
    if (length > 0) this.#takePayload(page, own, seq, (seq + length) | 0, sec, nsec);
  }

  /** What the segment makes of the connection's state. Its payload is that of IP's length there, whatever a layer around it declares. */
  #noteState(
    page: Int32Array,
    r: number,
    side: number,
    flags: number,
    words: Int32Array,
    d: number,
    { ipBytes }: SegmentFacts,
  ): void {
    const where = words[d + D_WHERE];
    const tcp = words[d + D_TCP];
    const length = Math.max(0, ipBytes - (tcpOffset(where) - ipOffset(where)) - 4 * (tcp >>> 28));
    this.#states.note(page, r + A_STATE, side, flags, words[d + D_SEQ], words[d + D_ACK], length, tcp & 0xffff);
  }

  /** Whether no checksum is wrong; else it is counted with its session, if there is one (`row`, or below 0). */
  #isSound(verifier: ChecksumVerifier, row: number, words: Int32Array, d: number, view: DataView): boolean {
    const verdict = verifySegment(verifier, words, d, view);
    if (verdict !== CHECKSUM_BAD_IP && verdict !== CHECKSUM_BAD_TCP) return true;
    if (row < 0) return false;
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const side = this.#table.direction;
    page[r + sideWords(side) + B_WRONG_CHECKSUMS]++;
    this.#states.noteWrongChecksum(page, r + A_STATE, side);
    return false;
  }

  /** Whether the segment was captured once already; counts it if so. */
  #isDuplicate(page: Int32Array, own: number, words: Int32Array, d: number, facts: SegmentFacts): boolean {
    if (page[own + B_PACKETS] === 0 || isLate(page, own, words, d)) return false;
    const notes = page[own + B_NOTES] - 1;
    const isDuplicate =
      isLastPacket(page, own, words, d, facts) ||
      (notes >= 0 && isEarlierPacket(this.#notes.page(notes), this.#notes.at(notes), words, d, facts));
    if (isDuplicate) page[own + B_DUPLICATES]++;
    return isDuplicate;
  }

  /** The last packet of the side becomes an earlier one. From the second on, and with payload, a side has notes. */
  #keepEarlier(page: Int32Array, own: number, length: number): void {
    const isSecond = page[own + B_PACKETS] > 0;
    if (!isSecond && length === 0) return;
    if (page[own + B_NOTES] === 0) page[own + B_NOTES] = this.#notes.take() + 1;
    if (!isSecond) return;
    const notes = page[own + B_NOTES] - 1;
    keepEarlier(this.#notes.page(notes), this.#notes.at(notes), page, own);
  }

  #notePassing(page: Int32Array, r: number, sec: number, nsec: number, facts: SegmentFacts): void {
    // Within a second, as most packets come, nanoseconds decide.
    const isLonger =
      sec === page[r + A_LAST_TIME]
        ? page[r + A_SILENCE] === 0 && nsec - page[r + A_LAST_TIME + 1] > page[r + A_SILENCE + 1]
        : nsecSince(page, r + A_LAST_TIME, sec, nsec) > passedNsec(page, r + A_SILENCE);
    if (isLonger) storePassed(page, r + A_SILENCE, r + A_LAST_TIME, sec, nsec);
    page[r + A_LAST_TIME] = sec;
    page[r + A_LAST_TIME + 1] = nsec;
    page[r + A_LAST_INPUT] = facts.input;
    page[r + A_LAST_NUMBER] = facts.numberLow;
    page[r + A_LAST_NUMBER + 1] = facts.numberHigh;
    page[r + A_LAST_CLOCK] = this.#ends.clockSec | 0;
    page[r + A_LAST_PACKETS] = facts.packetsBefore;
  }

  /** What the side whose words begin at `other` of `page` sent before `ack` was acknowledged. */
  #acknowledge(page: Int32Array, other: number, ack: number, sec: number, nsec: number): void {
    const notes = page[other + B_NOTES] - 1;
    takeAck(page, other, this.#notes.page(notes), this.#notes.doubles(notes), this.#notes.at(notes), ack, sec, nsec);
  }

  #takePayload(page: Int32Array, own: number, seq: number, end: number, sec: number, nsec: number): void {
    const notes = page[own + B_NOTES] - 1;
    const kept = this.#notes.page(notes);
    const n = this.#notes.at(notes);
    const isRepeated = kept[n + N_HAS_PAYLOAD] !== 0 && ((seq - kept[n + N_HIGH]) | 0) < 0;
    timeSegment(page, own, kept, n, seq, end, sec, nsec, isRepeated);
    const unique = takePayload(kept, n, seq, end);
    if (unique > 0) addWide(page, own + B_UNIQUE_BYTES, unique);
  }

  /** Ends sessions, those of lone SYNs among them: both lists are in the order of creation. */
  #endAll(rows: readonly number[], loneRows: readonly number[], endedBy: number): void {
    let lone = 0;
    for (const row of rows) {
      const ordinal = ordinalOf(this.#table, A_ORDINAL, row);
      while (lone < loneRows.length && ordinalOf(this.#lone.table, L_ORDINAL, loneRows[lone]) < ordinal) {
        this.#endLone(loneRows[lone++], endedBy);
      }
      this.#end(row, endedBy);
    }
    while (lone < loneRows.length) this.#endLone(loneRows[lone++], endedBy);
  }

  /** As `#end`, of a lone SYN. */
  #endLone(lone: number, endedBy: number): void {
    const { table } = this.#lone;
    const name = table.page(lone)[table.at(lone) + L_NAME];
    if (this.#options.sessions) {
      const record = this.#loneRecords;
      record.fill(lone, endedBy);
      this.#events.record(RECORD_SESSION, name, record.fields, record.text, record.textBytes);
    }
    this.#lone.remove(lone);
    this.#names.give(name);
  }

  /** Tells the record of a session, and forgets it. How it was closed counts more than what ended it. */
  #end(row: number, endedBy: number): void {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const flags = page[r + A_FLAGS];
    if (this.#options.sessions) {
      const isClosed = (flags & FLAG_CLOSED_FIN) !== 0 ? BY_FIN : (flags & FLAG_CLOSED_RST) !== 0 ? BY_RST : endedBy;
      this.#sessions.fill(row, isClosed);
      const { fields, text, textBytes } = this.#sessions;
      this.#pageNotes?.end(page, r, page[r + A_NAME], fields, text);
      this.#events.record(RECORD_SESSION, page[r + A_NAME], fields, text, textBytes);
      this.#states.forget(page, r + A_STATE);
      this.#exchanges?.forget(row);
    }
    for (let side = 0; side < 2; side++) {
      const notes = page[r + sideWords(side) + B_NOTES] - 1;
      if (notes >= 0) this.#notes.give(notes);
    }
    this.#names.give(page[r + A_NAME]);
    this.#ends.remove(row);
    this.#table.remove(row);
  }
}
