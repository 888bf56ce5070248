/**
 * The connections of one shard as Zeek counts them: takes segments in order, and tells a record of each connection when it is over. Owns when that
 * is. Never knows of other shards: what it has to say goes to a `RecordEvents`.
 */
import {
  D_ACK,
  D_FRAME,
  D_NSEC,
  D_PORTS,
  D_SEC,
  D_SEQ,
  D_TCP,
  D_WHERE,
  ipOffset,
  tcpOffset,
} from '../capture/descriptor.js';
import { verifySegment } from '../flow/descriptor-checksums.js';
import { findSession, insertSession } from '../flow/descriptor-sessions.js';
import { SessionTable } from '../flow/session-table.js';
import { TimerWheel } from '../flow/timer-wheel.js';
import { CHECKSUM_BAD_IP, CHECKSUM_BAD_TCP, CHECKSUM_UNKNOWN, ChecksumVerifier } from '../wire/checksum-verifier.js';
import { IPV6_HEADER_BYTES } from '../wire/ipv6.js';
import { flagsByte, TCP_ACK, TCP_SYN } from '../wire/tcp.js';
import { originatorOf } from './connection-direction.js';
import { ConnectionRecordWriter } from './connection-record-writer.js';
import {
  CONNECTION_ROW_WORDS,
  countPacket,
  N_BIRTH,
  N_ENDING,
  N_ENDING_TIME,
  N_FIRST,
  N_INPUT,
  N_LAST,
  N_ORIGINATOR,
  N_STATE,
  N_TIMER,
  N_VLAN,
  secAfter,
} from './connection-row.js';
import {
  ConnectionStates,
  ENDING_CLOSED,
  ENDING_HALF_CLOSED,
  ENDING_NONE,
  ENDING_RESET,
  ENDING_UNANSWERED,
} from './connection-state.js';
import { RECORD_CONNECTION, type RecordEvents } from './events.js';
import type { AnalysisOptions } from './options.js';
import type { SegmentFacts } from './segment-facts.js';
import { nsecSince } from './session-row.js';

const NSEC_A_SEC = 1_000_000_000;
/** What a second in 32 bits comes to, in 2106. */
const LAST_SEC = 2 ** 32 - 1;

/** How long a connection that is about to end so may still have packets; what comes later is of a new one. */
const LIMIT_NSEC = new Float64Array(5);
LIMIT_NSEC[ENDING_NONE] = Number.POSITIVE_INFINITY;
LIMIT_NSEC[ENDING_UNANSWERED] = 5 * NSEC_A_SEC;
LIMIT_NSEC[ENDING_HALF_CLOSED] = 5 * NSEC_A_SEC;
LIMIT_NSEC[ENDING_CLOSED] = 5 * NSEC_A_SEC;
LIMIT_NSEC[ENDING_RESET] = NSEC_A_SEC / 10;

export class ConnectionTracker {
  readonly #events: RecordEvents;
  readonly #idleNsec: number;
  readonly #checksums: ChecksumVerifier | undefined;
  readonly #table = new SessionTable(CONNECTION_ROW_WORDS);
  readonly #wheel = new TimerWheel(this.#table, N_TIMER);
  readonly #states = new ConnectionStates();
  readonly #record = new ConnectionRecordWriter(this.#table, this.#states);
  readonly #due: number[] = [];
  #births = 0;
  /** Second (unsigned) that the clock has come to. */
  #clockSec = 0;
  readonly #dueSec = (row: number): number => this.#dueSecOf(row);

  constructor(options: AnalysisOptions, events: RecordEvents) {
    this.#events = events;
    this.#idleNsec = options.idleTimeoutSec * NSEC_A_SEC;
    if (options.checksums) this.#checksums = new ChecksumVerifier(2);
  }

  /** One segment: the descriptor at word `d` of `words`, whose frame lies in `view`; `hash` is its conversation's; `facts` is what else is known. */
  onSegment(words: Int32Array, d: number, view: DataView, hash: number, facts: SegmentFacts): void {
    const verdict = this.#checksums === undefined ? CHECKSUM_UNKNOWN : verifySegment(this.#checksums, words, d, view);
    if (verdict === CHECKSUM_BAD_IP) return;
    const flags = flagsByte(words[d + D_TCP]);
    let row = findSession(this.#table, words, d, view, hash);
    let side = this.#table.direction;
    if (row >= 0 && this.#isOver(row, words, d, flags)) {
      this.#wheel.remove(row);
      this.#tell(row);
      row = -1;
    }
    if (verdict === CHECKSUM_BAD_TCP) {
      // All that may be believed of it is that it came.
      if (row >= 0) this.#states.noteWrongChecksum(this.#table.page(row), this.#table.at(row) + N_STATE, side);
      return;
    }
    if (row < 0) {
      row = this.#begin(words, d, view, hash, flags, facts);
      side = 0;
    }
    this.#count(row, side, words, d, view, flags, facts);
  }

  /** What verifies checksums, and counts what came of it; undefined where nothing is to be verified. */
  get verifier(): ChecksumVerifier | undefined {
    return this.#checksums;
  }

  /** The clock of segments comes to second `sec` (unsigned): src/capture/segment-clock.ts. It may go back. */
  onTick(sec: number): void {
    const from = this.#clockSec;
    this.#clockSec = sec;
    if (sec <= from || this.#table.live === 0) return;
    this.#due.length = 0;
    this.#wheel.expire(from, sec, this.#dueSec, this.#due);
    this.#tellInOrder(this.#due);
  }

  /** The input is over. */
  onEnd(): void {
    const rows: number[] = [];
    this.#table.forEach((row) => {
      rows.push(row);
    });
    this.#tellInOrder(rows);
  }

  /** Whether the segment is one of a new connection between the ends of `row`. */
  #isOver(row: number, words: Int32Array, d: number, flags: number): boolean {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const ending = page[r + N_ENDING];
    if ((flags & (TCP_SYN | TCP_ACK)) === TCP_SYN && ending >= ENDING_HALF_CLOSED) return true;
    const sec = words[d + D_SEC] >>> 0;
    const nsec = words[d + D_NSEC];
    if (nsecSince(page, r + N_LAST, sec, nsec) >= this.#idleNsec) return true;
    return ending !== ENDING_NONE && nsecSince(page, r + N_ENDING_TIME, sec, nsec) >= LIMIT_NSEC[ending];
  }

  #begin(words: Int32Array, d: number, view: DataView, hash: number, flags: number, facts: SegmentFacts): number {
    const row = insertSession(this.#table, words, d, view, hash);
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    page[r + N_BIRTH] = this.#births;
    this.#births = (this.#births + 1) | 0;
    page[r + N_ORIGINATOR] = originatorOf(flags, words[d + D_PORTS]);
    page[r + N_INPUT] = facts.input;
    page[r + N_VLAN] = facts.vlan;
    page[r + N_FIRST] = words[d + D_SEC];
    page[r + N_FIRST + 1] = words[d + D_NSEC];
    page[r + N_LAST] = words[d + D_SEC];
    page[r + N_LAST + 1] = words[d + D_NSEC];
    this.#wheel.add(row, this.#entryOf(row));
    this.#events.created(RECORD_CONNECTION, row);
    return row;
  }

  #count(
    row: number,
    side: number,
    words: Int32Array,
    d: number,
    view: DataView,
    flags: number,
    facts: SegmentFacts,
  ): void {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const sec = words[d + D_SEC];
    const nsec = words[d + D_NSEC];
    if (page[r + N_ENDING] !== ENDING_CLOSED && nsecSince(page, r + N_LAST, sec >>> 0, nsec) > 0) {
      page[r + N_LAST] = sec;
      page[r + N_LAST + 1] = nsec;
    }
    const tcp = words[d + D_TCP];
    const where = words[d + D_WHERE];
    countPacket(page, r, side, headerBytes(view, words[d + D_FRAME] + ipOffset(where), where < 0));
    // By IP's length, whatever a layer around it declares.
    const length = Math.max(0, facts.ipBytes - (tcpOffset(where) - ipOffset(where)) - 4 * (tcp >>> 28));
    this.#states.note(page, r + N_STATE, side, flags, words[d + D_SEQ], words[d + D_ACK], length, tcp & 0xffff);
    const ending = this.#states.endingOf(page, r + N_STATE);
    if (ending === page[r + N_ENDING]) return;
    page[r + N_ENDING] = ending;
    page[r + N_ENDING_TIME] = sec;
    page[r + N_ENDING_TIME + 1] = nsec;
    this.#wheel.advance(row, this.#entryOf(row));
  }

  /** Tells the records of rows that have left the wheel, or need not, in the order in which the connections began. */
  #tellInOrder(rows: number[]): void {
    if (rows.length > 1) rows.sort((a, b) => (this.#birthOf(a) - this.#birthOf(b)) | 0);
    for (const row of rows) this.#tell(row);
  }

  #tell(row: number): void {
    const { fields, text } = this.#record;
    const textBytes = this.#record.write(row);
    this.#events.record(RECORD_CONNECTION, row, fields, text, textBytes);
    this.#states.forget(this.#table.page(row), this.#table.at(row) + N_STATE);
    this.#table.remove(row);
  }

  #birthOf(row: number): number {
    return this.#table.page(row)[this.#table.at(row) + N_BIRTH];
  }

  /** The first whole second by which the connection is over, whatever comes. */
  #dueSecOf(row: number): number {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const idle = secAfter(page, r + N_LAST, this.#idleNsec);
    const ending = page[r + N_ENDING];
    if (ending === ENDING_NONE) return Math.min(idle, LAST_SEC);
    return Math.min(idle, secAfter(page, r + N_ENDING_TIME, LIMIT_NSEC[ending]), LAST_SEC);
  }

  /** The second for the wheel: one that the clock has yet to come to, whatever time the packet says. */
  #entryOf(row: number): number {
    return Math.min(Math.max(this.#dueSecOf(row), this.#clockSec + 1), LAST_SEC);
  }
}

/** Length of the IP datagram whose header is at byte `at` of `view`, as the header says it: none where a network card was to cut it up. */
function headerBytes(view: DataView, at: number, isV6: boolean): number {
  return isV6 ? IPV6_HEADER_BYTES + view.getUint16(at + 4) : view.getUint16(at + 2);
}
