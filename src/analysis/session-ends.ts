/**
 * When a session is over: closed by both sides or by a reset it lingers, for late packets are still its own; one that is silent for long is over as
 * well, and one that is nothing but an unanswered SYN sooner. Owns how long each is, the clock, and the wheels of deadlines.
 *
 * What is over by time is still remembered until enough packets of the whole run have come since its last one: what belongs together in a small
 * capture is never taken apart, however long it was silent, and memory holds no more than that many packets can begin. Such a session waits in a
 * wheel of its own, whose seconds are steps of packets; it is looked at once in as many packets, not at each tick.
 */
import type { SessionTable } from '../flow/session-table.js';
import { TimerWheel } from '../flow/timer-wheel.js';
import { TCP_ACK, TCP_FIN, TCP_RST } from '../wire/tcp.js';
import {
  A_FLAGS,
  A_LAST_CLOCK,
  A_LAST_PACKETS,
  A_ORDINAL,
  A_TIMER,
  B_FIN_END,
  B_LAST_ACK,
  B_LAST_ACKED,
  FLAG_CLOSED_FIN,
  FLAG_CLOSED_RST,
  FLAG_FIN,
  FLAG_FIN_ACKED,
  FLAG_UNANSWERED,
  FLAG_WAITS,
  sideWords,
  wide,
} from './session-row.js';

/** A session that was closed is over when it was silent for more than so many seconds; an unanswered SYN after so many. */
const LINGER_SEC = 60;
const UNANSWERED_SEC = 75;
/** Packets that the wheel of those that wait goes on by at once: 50,000 are less than a round. */
const STEP_PACKETS = 256;
/** What a second in 32 bits comes to, in 2106. */
const LAST_SEC = 2 ** 32 - 1;

const CLOSED = FLAG_CLOSED_FIN | FLAG_CLOSED_RST;
const BOTH_ACKED = FLAG_FIN_ACKED | (FLAG_FIN_ACKED << 1);
const NONE: readonly number[] = [];

/**
 * Notes what a segment of side `side` with these flags closes in the session whose row is at word `r` of `page`; `end`: the sequence number after it.
 * Returns whether the session is closed from now on.
 */
export function noteClosing(
  page: Int32Array,
  r: number,
  side: number,
  flags: number,
  end: number,
  ack: number,
): boolean {
  const known = page[r + A_FLAGS];
  const other = r + sideWords(side ^ 1);
  let noted = known;
  if ((flags & TCP_FIN) !== 0) {
    page[r + sideWords(side) + B_FIN_END] = end;
    noted |= FLAG_FIN << side;
    // The packets may have been captured the wrong way round.
    if (page[other + B_LAST_ACKED] !== 0 && ((page[other + B_LAST_ACK] - end) | 0) >= 0)
      noted |= FLAG_FIN_ACKED << side;
  }
  if ((flags & TCP_ACK) !== 0 && (known & (FLAG_FIN << (side ^ 1))) !== 0) {
    if (((ack - page[other + B_FIN_END]) | 0) >= 0) noted |= FLAG_FIN_ACKED << (side ^ 1);
  }
  if ((noted & CLOSED) === 0) {
    if ((noted & BOTH_ACKED) === BOTH_ACKED) noted |= FLAG_CLOSED_FIN;
    else if ((flags & TCP_RST) !== 0) noted |= FLAG_CLOSED_RST;
  }
  page[r + A_FLAGS] = noted;
  return ((noted ^ known) & CLOSED) !== 0;
}

/** Where a row has the words that its end follows from: those of session-row.ts, or of a shorter row. */
export interface EndWords {
  readonly flags: number;
  readonly lastClock: number;
  readonly lastPackets: number;
  readonly ordinal: number;
  readonly timer: number;
}

export const SESSION_END_WORDS: EndWords = {
  flags: A_FLAGS,
  lastClock: A_LAST_CLOCK,
  lastPackets: A_LAST_PACKETS,
  ordinal: A_ORDINAL,
  timer: A_TIMER,
};

export class SessionEnds {
  /** Unsigned. */
  clockSec = 0;
  readonly #table: SessionTable;
  readonly #words: EndWords;
  readonly #idleSec: number;
  readonly #isOn: boolean;
  readonly #rememberedPackets: number;
  readonly #wheel: TimerWheel;
  /** Those that wait. It has its words in the row where the other has them: a row is in one of them. */
  readonly #waiting: TimerWheel;
  /** Packets of the whole run so far, at the latest tick. */
  #packets = 0;
  readonly #due: number[] = [];
  readonly #met: number[] = [];
  #isExpiring = false;
  readonly #deadline = (row: number): number => this.#deadlineOf(row);
  readonly #lastStep = (row: number): number => this.#lastStepOf(row);

  /**
   * `idleSec`: how long a session may be silent; with infinity none leaves before the end, closed or not. `rememberedPackets`: how many packets
   * are to come since the last one of a session before it leaves.
   */
  constructor(table: SessionTable, words: EndWords, idleSec: number, rememberedPackets: number) {
    this.#table = table;
    this.#words = words;
    this.#idleSec = idleSec;
    this.#isOn = Number.isFinite(idleSec);
    this.#rememberedPackets = rememberedPackets;
    this.#wheel = new TimerWheel(table, words.timer);
    this.#waiting = new TimerWheel(table, words.timer);
  }

  /** A session was created; its first segment, and what that says, is noted. One that comes from another table may wait. */
  add(row: number): void {
    if (!this.#isOn) return;
    if (this.#waits(row)) this.#waiting.add(row, this.#lastStepOf(row));
    else this.#wheel.add(row, this.#deadlineOf(row));
  }

  /** A session is forgotten. */
  remove(row: number): void {
    // One that timed out has left the wheel already.
    if (this.#isOn && !this.#isExpiring) (this.#waits(row) ? this.#waiting : this.#wheel).remove(row);
  }

  /** A session was closed: its deadline may have come nearer. */
  noteClosed(row: number): void {
    if (this.#isOn && !this.#waits(row)) this.#wheel.advance(row, this.#deadlineOf(row));
  }

  /**
   * The clock comes to second `sec` (unsigned), after `packets` packets of the whole run; gives the sessions that are over, oldest first. They are to be forgotten, all of them, and then
   * `endTick` called.
   */
  tick(sec: number, packets: number): readonly number[] {
    const from = this.clockSec;
    const fromStep = stepOf(this.#packets);
    this.clockSec = sec;
    this.#packets = packets;
    if (!this.#isOn) return NONE;
    if (sec < from) {
      this.#restart(sec);
      return NONE;
    }
    const due = this.#due;
    due.length = 0;
    this.#expireByTime(from, sec, due);
    if (stepOf(packets) > fromStep) this.#expireByPackets(fromStep, stepOf(packets), due);
    if (due.length > 1) sortByCreation(this.#table, this.#words.ordinal, due);
    this.#isExpiring = true;
    return due;
  }

  endTick(): void {
    this.#isExpiring = false;
  }

  /** Of those whose time has come, puts the ones that are to be remembered where they wait, and the others in `due`. */
  #expireByTime(from: number, to: number, due: number[]): void {
    const met = this.#met;
    met.length = 0;
    this.#wheel.expire(from, to, this.#deadline, met);
    for (const row of met) {
      if (this.#packetsSince(row) >= this.#rememberedPackets) due.push(row);
      else this.#wait(row);
    }
  }

  /** Of those that have waited long enough, puts the ones that are over in `due`; the others had packets in the meantime. */
  #expireByPackets(from: number, to: number, due: number[]): void {
    const met = this.#met;
    met.length = 0;
    this.#waiting.expire(from, to, this.#lastStep, met);
    for (const row of met) {
      this.#noteWaits(row, false);
      const deadline = this.#deadlineOf(row);
      if (deadline <= this.clockSec) due.push(row);
      else this.#wheel.add(row, deadline);
    }
  }

  #wait(row: number): void {
    this.#waiting.add(row, this.#lastStepOf(row));
    this.#noteWaits(row, true);
  }

  #noteWaits(row: number, waits: boolean): void {
    const page = this.#table.page(row);
    const at = this.#table.at(row) + this.#words.flags;
    page[at] = waits ? page[at] | FLAG_WAITS : page[at] & ~FLAG_WAITS;
  }

  #waits(row: number): boolean {
    return (this.#table.page(row)[this.#table.at(row) + this.#words.flags] & FLAG_WAITS) !== 0;
  }

  /** Packets from the session's last one to that of the latest tick. */
  #packetsSince(row: number): number {
    return (this.#packets - this.#table.page(row)[this.#table.at(row) + this.#words.lastPackets]) >>> 0;
  }

  /** The first step by whose beginning enough packets have come since the session's last one. */
  #lastStepOf(row: number): number {
    return Math.ceil((this.#packets - this.#packetsSince(row) + this.#rememberedPackets) / STEP_PACKETS);
  }

  /** The clock begins anew at an earlier second: all sessions are as old as if their last segment came now. */
  #restart(sec: number): void {
    this.#table.forEach((row) => {
      (this.#waits(row) ? this.#waiting : this.#wheel).remove(row);
      this.#noteWaits(row, false);
      this.#table.page(row)[this.#table.at(row) + this.#words.lastClock] = sec | 0;
      this.#wheel.add(row, this.#deadlineOf(row));
    });
  }

  #deadlineOf(row: number): number {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const flags = page[r + this.#words.flags];
    let limit = this.#idleSec;
    if ((flags & CLOSED) !== 0) limit = Math.min(limit, LINGER_SEC);
    else if ((flags & FLAG_UNANSWERED) !== 0) limit = Math.min(limit, UNANSWERED_SEC);
    return Math.min((page[r + this.#words.lastClock] >>> 0) + limit + 1, LAST_SEC);
  }
}

const stepOf = (packets: number): number => Math.floor(packets / STEP_PACKETS);

/** Place of the session `row` in the order of creation, of which word `word` of a row tells. */
export const ordinalOf = (table: SessionTable, word: number, row: number): number =>
  wide(table.page(row), table.at(row) + word);

/** Puts sessions in the order in which they were created, of which word `word` of a row tells. */
function sortByCreation(table: SessionTable, word: number, rows: number[]): void {
  rows.sort((a, b) => ordinalOf(table, word, a) - ordinalOf(table, word, b));
}

/** All rows of the table, in that order. */
export function rowsByCreation(table: SessionTable, word: number): number[] {
  const rows: number[] = [];
  table.forEach((row) => {
    rows.push(row);
  });
  sortByCreation(table, word, rows);
  return rows;
}
