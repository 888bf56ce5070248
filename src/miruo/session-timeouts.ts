/**
 * When sessions time out: the clock of packet time and the wheel of deadlines. Owns how long a session may be silent; what becomes of one
 * that was is the tracker's business.
 */
import type { SessionTable } from '../flow/session-table.js';
import { TimerWheel } from '../flow/timer-wheel.js';
import { M_LAST_CLOCK, M_ORDINAL, M_STATE, M_TIMER } from './session-row.js';
import { isShortLived } from './states.js';

/** A session without a segment for more than this many seconds is over; with an open handshake or close, the second. */
const LONG_TIMEOUT_SEC = 900;
const SHORT_TIMEOUT_SEC = 30;

const NONE: readonly number[] = [];

export class SessionTimeouts {
  /** Unsigned. */
  clockSec = 0;
  readonly #table: SessionTable;
  readonly #isOn: boolean;
  readonly #wheel: TimerWheel;
  readonly #due: number[] = [];
  #isExpiring = false;
  readonly #deadline = (row: number): number => this.#deadlineOf(row);

  /** `isOn`: false when sessions never time out; the clock goes on all the same. */
  constructor(table: SessionTable, isOn: boolean) {
    this.#table = table;
    this.#isOn = isOn;
    this.#wheel = new TimerWheel(table, M_TIMER);
  }

  /** A session was created; its last segment has come. */
  add(row: number): void {
    if (this.#isOn) this.#wheel.add(row, this.#deadlineOf(row));
  }

  /** A session is forgotten. */
  remove(row: number): void {
    // One that timed out has left the wheel already.
    if (this.#isOn && !this.#isExpiring) this.#wheel.remove(row);
  }

  /** The session's states are now these; with an open handshake or close its deadline may have come nearer. */
  noteStates(row: number, states: number): void {
    if (this.#isOn && (isShortLived(states & 15) || isShortLived((states >>> 4) & 15))) {
      this.#wheel.advance(row, this.clockSec + SHORT_TIMEOUT_SEC + 1);
    }
  }

  /**
   * The clock comes to second `sec` (unsigned); gives the sessions that time out, oldest first. They are to be forgotten, all of
   * them, and then `endTick` called.
   */
  tick(sec: number): readonly number[] {
    const from = this.clockSec;
    this.clockSec = sec;
    if (!this.#isOn) return NONE;
    if (sec < from) {
      this.#restart(sec);
      return NONE;
    }
    const due = this.#due;
    due.length = 0;
    this.#wheel.expire(from, sec, this.#deadline, due);
    if (due.length > 0) sortByCreation(this.#table, due);
    this.#isExpiring = true;
    return due;
  }

  endTick(): void {
    this.#isExpiring = false;
  }

  /** The clock begins anew at an earlier second: all sessions are as old as if their last segment came now. */
  #restart(sec: number): void {
    this.#table.forEach((row) => {
      this.#wheel.remove(row);
      this.#table.page(row)[this.#table.at(row) + M_LAST_CLOCK] = sec | 0;
      this.#wheel.add(row, this.#deadlineOf(row));
    });
  }

  #deadlineOf(row: number): number {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const states = page[r + M_STATE];
    const isShort = isShortLived(states & 15) || isShortLived((states >>> 4) & 15);
    return (page[r + M_LAST_CLOCK] >>> 0) + (isShort ? SHORT_TIMEOUT_SEC : LONG_TIMEOUT_SEC) + 1;
  }
}

/** Puts sessions in the order in which they were created. */
export function sortByCreation(table: SessionTable, rows: number[]): void {
  const ordinal = (row: number): number => {
    const page = table.page(row);
    const r = table.at(row);
    return page[r + M_ORDINAL + 1] * 2 ** 32 + (page[r + M_ORDINAL] >>> 0);
  };
  rows.sort((a, b) => ordinal(a) - ordinal(b));
}
