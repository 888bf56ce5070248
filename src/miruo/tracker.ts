/**
 * miruo's session tracking for one shard: takes segments in order, keeps the sessions, renders those that are
 * to be shown. Owns the order of steps of section 4 of the behaviour. Never knows of other shards: what it has
 * to say goes to a `MiruoEvents`, each with the packet that caused it.
 */
import { D_ACK, D_NSEC, D_SEC, D_SEQ, D_TCP, D_WIRE } from '../capture/descriptor.js';
import { findSession, insertSession } from '../flow/descriptor-sessions.js';
import { ROW_ADDRESS_0, ROW_ADDRESS_1, ROW_HASH, ROW_PORTS, SessionTable } from '../flow/session-table.js';
import type { AddressMapper } from '../text/crypto-pan.js';
import { ascii, type LineSink } from '../text/line-writer.js';
import type { FlowTable } from '../traffic/flow-table.js';
import { flagsByte, TCP_ACK, TCP_CLASSIC_FLAGS, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import { countDirections, type DirectionCounts, zeroDirections } from './directions.js';
import type { MiruoEvents } from './events.js';
import { HttpNotes } from './http-notes.js';
import type { MiruoOptions } from './options.js';
import { SessionRenderer } from './render.js';
import { hasSameOptions, segmentMeta, storeOptions } from './segment-form.js';
import {
  COLOUR_CYAN,
  COLOUR_GREEN,
  COLOUR_MAGENTA,
  COLOUR_NONE,
  COLOUR_RED,
  COLOUR_YELLOW,
  META_COLOUR_SHIFT,
  META_FRAGMENT,
  META_SHOWN,
  META_STATES_SHIFT,
  S_ACK,
  S_META,
  S_SEQ,
} from './segment-layout.js';
import { KEEP_BELOW, MOST_HELD, SegmentStore } from './segment-store.js';
import {
  HAS_KEYS,
  M_BYTES,
  M_CREDIT,
  M_FLOWS,
  M_HELD,
  M_LAST_CLOCK,
  M_LAST_SEC,
  M_LAST_USEC,
  M_ORDINAL,
  M_SEGMENTS,
  M_STATE,
  MARKED,
  MIRUO_ROW_WORDS,
  STATES,
} from './session-row.js';
import { SessionTimeouts, sortByCreation } from './session-timeouts.js';
import { mayHold, noteKey } from './side-keys.js';
import {
  ESTABLISHED,
  isOver,
  SYN_RECV,
  SYN_SENT,
  T_COLOUR,
  T_COLOUR_SHIFT,
  T_PEER_SHIFT,
  T_RST_AFTER_CLOSE,
  T_RST_BREAK,
  T_SHOWN,
  transition,
} from './states.js';
import { type MiruoCounters, zeroCounters } from './statistics.js';

/** The states in which payloads are looked into, and from which nothing follows where of these flags there is ACK alone. */
const BOTH_ESTABLISHED = ESTABLISHED | (ESTABLISHED << 4);
const STATE_FLAGS = TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK;

const ERROR_BREAK = ascii('error break');
const DESTROY_SESSION = ascii('destroy session');
const END_OF_CAPTURE = ascii('end of capture');
const DUPLICATE = ascii('Duplicate connection(packet loss?)');
const TIMED_OUT = ascii('time out');
const STILL_OPEN = ascii('still open');

/** More than any count here comes to. */
const NO_LIMIT = 2 ** 31 - 1;
/**
 * With --live a session holds what was printed for repeats only: as many as the original holds in all. Beyond, the older
 * half goes.
 */
const MOST_PRINTED = 65536;
const SYN_ACK = TCP_SYN | TCP_ACK;

export class MiruoTracker {
  /** The sessions. */
  readonly table = new SessionTable(MIRUO_ROW_WORDS);
  /** The row of the session of the segment taken last, which of its sides sent it; -1 where there is none, or none any more. */
  row = -1;
  side = 0;
  readonly counters: MiruoCounters = zeroCounters();
  readonly directions: DirectionCounts = zeroDirections();
  readonly #options: MiruoOptions;
  readonly #events: MiruoEvents;
  readonly #timeouts: SessionTimeouts;
  readonly #store = new SegmentStore();
  readonly #http: HttpNotes | undefined;
  readonly #renderer: SessionRenderer;
  readonly #synMask: number;
  readonly #retransmitMs: number;
  readonly #longDelayMs: number;
  readonly #context: number;
  readonly #fragments: boolean;
  readonly #isLive: boolean;
  readonly #flows: FlowTable | undefined;
  readonly #sessionLimit: number;
  readonly #segmentLimit: number;
  readonly #mostHeld: number;
  /** Segments stored in all sessions, without first SYNs. */
  #stored = 0;
  /** The session whose lines are being written, with --live. */
  #liveRow = 0;
  #created = 0;
  #hash = 0;

  /** `addresses`: what stands for them in lines, if they are not to be shown; `flows`: what lodges in rows goes back to it. */
  constructor(options: MiruoOptions, events: MiruoEvents, addresses?: AddressMapper, flows?: FlowTable) {
    this.#flows = flows;
    this.#options = options;
    this.#events = events;
    this.#http = options.http === undefined ? undefined : new HttpNotes(options.http);
    const sink: LineSink = (bytes, from, to) =>
      options.live ? events.lines(this.#liveRow, bytes, from, to) : events.text(bytes, from, to);
    this.#renderer = new SessionRenderer(options, this.table, this.#store, this.#http?.lines, sink, addresses);
    // The original takes only a flags byte of exactly 0x02 for a SYN; ECE and CWR (RFC 3168) do not make it another.
    this.#synMask = options.classic ? 0xff : TCP_CLASSIC_FLAGS;
    this.#retransmitMs = options.retransmitMs;
    this.#longDelayMs = options.longDelayMs;
    this.#context = options.contextSegments;
    this.#fragments = options.fragments;
    this.#timeouts = new SessionTimeouts(this.table, options.timeouts);
    this.#isLive = options.live;
    this.#sessionLimit = options.sessionLimit ?? NO_LIMIT;
    this.#segmentLimit = options.segmentLimit ?? NO_LIMIT;
    // All segments are shown then, so that rule would drop none; whoever sets a limit of his own wants no other.
    this.#mostHeld = options.live ? (options.segmentLimit === undefined ? MOST_PRINTED : NO_LIMIT) : MOST_HELD;
  }

  /** The clock starts: the second (unsigned) of the first counted packet. */
  startClock(sec: number): void {
    this.#timeouts.clockSec = sec;
  }

  /** The clock comes to second `sec` (unsigned), by a packet at `sec`, `usec`: sessions time out, oldest first. */
  onTick(sec: number, usec: number): void {
    for (const row of this.#timeouts.tick(sec)) {
      this.counters.timeout++;
      this.#destroy(row, true, DESTROY_SESSION, TIMED_OUT, sec, usec);
    }
    this.#timeouts.endTick();
  }

  /** The capture is over; `sec` (unsigned) and `usec` are the time of its latest counted packet. */
  onEnd(sec: number, usec: number): void {
    this.table.forEach((row) => {
      this.#countDirections(this.table.page(row)[this.table.at(row) + M_STATE]);
    });
    if (!this.#options.unfinished) return;
    const rows: number[] = [];
    this.table.forEach((row) => {
      rows.push(row);
    });
    sortByCreation(this.table, rows);
    for (const row of rows) {
      this.counters.lookup++;
      if (this.#isLive) {
        this.#printDestroyed(row, END_OF_CAPTURE, STILL_OPEN, sec, usec);
        continue;
      }
      this.#events.open(row);
      this.#render(row, END_OF_CAPTURE, STILL_OPEN, sec, usec);
    }
  }

  /**
   * One segment: the descriptor at word `d` of `words`, whose frame lies in `view`; `hash` is its conversation's. Runs once per packet:
   * nothing here allocates, and a segment that is neither repeated nor of interest ends up in `append`.
   */
  onSegment(words: Int32Array, d: number, view: DataView, hash: number): void {
    this.#hash = hash;
    const row = this.find(words, d, view, hash);
    const flags = flagsByte(words[d + D_TCP]);
    if ((flags & this.#synMask) === TCP_SYN) {
      if (row < 0) {
        if (this.table.live < this.#sessionLimit) this.#create(words, d, view, false);
        else this.counters.dropSession++;
        return;
      }
      if (!this.#repeatsFirstSyn(row, words[d + D_SEQ], words[d + D_ACK])) {
        this.#replace(row, words, d, view);
        return;
      }
    }
    if (row >= 0) this.#follow(row, words, d, view, flags);
    else if ((flags & SYN_ACK) === SYN_ACK) this.directions.strayAnswers++;
  }

  /** The row of the session that the packet of the descriptor at word `d` is of, or -1; `row` and `side` are set. */
  find(words: Int32Array, d: number, view: DataView, hash: number): number {
    this.row = findSession(this.table, words, d, view, hash);
    this.side = this.table.direction;
    return this.row;
  }

  #repeatsFirstSyn(row: number, seq: number, ack: number): boolean {
    const store = this.#store;
    store.goToFirst(this.table.page(row), this.table.at(row));
    return store.page[store.at + S_SEQ] === seq && store.page[store.at + S_ACK] === ack;
  }

  /** Step "a session exists otherwise": the old one breaks, a new one begins. */
  #replace(row: number, words: Int32Array, d: number, view: DataView): void {
    this.counters.error++;
    const sec = words[d + D_SEC] >>> 0;
    const usec = (words[d + D_NSEC] / 1000) | 0;
    this.#destroy(row, this.#options.quiet < 2, ERROR_BREAK, DUPLICATE, sec, usec);
    this.#create(words, d, view, this.#options.quiet === 0);
  }

  /** A new session from its first SYN; `isMarked` after a broken one. */
  #create(words: Int32Array, d: number, view: DataView, isMarked: boolean): void {
    const row = insertSession(this.table, words, d, view, this.#hash);
    this.row = row;
    this.side = 0;
    const page = this.table.page(row);
    const r = this.table.at(row);
    const sec = words[d + D_SEC];
    const usec = (words[d + D_NSEC] / 1000) | 0;
    const seq = words[d + D_SEQ];
    const ack = words[d + D_ACK];
    const ordinal = this.#created++;
    page[r + M_ORDINAL] = ordinal | 0;
    page[r + M_ORDINAL + 1] = Math.floor(ordinal / 2 ** 32);
    const states = SYN_SENT | (SYN_RECV << 4);
    page[r + M_STATE] = states | (isMarked ? MARKED : 0);
    this.#store.begin(page, r, sec, usec, seq, ack, words[d + D_WIRE]);
    const colour = isMarked ? COLOUR_RED : COLOUR_YELLOW;
    const meta = segmentMeta(words, d, 0) | (states << META_STATES_SHIFT) | (colour << META_COLOUR_SHIFT) | META_SHOWN;
    this.#store.append(page, r, seq, ack, words[d + D_WIRE], meta, sec, usec);
    storeOptions(this.#store, words, d, view, meta);
    page[r + M_SEGMENTS] = 1;
    page[r + M_LAST_SEC] = sec;
    page[r + M_LAST_USEC] = usec;
    page[r + M_LAST_CLOCK] = this.#timeouts.clockSec | 0;
    this.#timeouts.add(row);
    this.#events.created(row);
    if (this.#isLive) this.#printLast(row, page, r);
  }

  /** Steps 1 to 5 for an ordinary segment, then the end of the session if it came. */
  #follow(row: number, words: Int32Array, d: number, view: DataView, flags: number): void {
    const store = this.#store;
    const page = this.table.page(row);
    const r = this.table.at(row);
    const side = this.table.direction;
    const seq = words[d + D_SEQ];
    const ack = words[d + D_ACK];
    const size = words[d + D_WIRE];
    const sec = words[d + D_SEC];
    const usec = (words[d + D_NSEC] / 1000) | 0;
    let colour = COLOUR_NONE;
    if (mayHold(page, r, seq, ack, size) && store.findRepeat(page, r, seq, ack, flags, size)) {
      if (!this.#isShownRepeat(sec, usec)) return;
      colour = hasSameOptions(store, words, d, view) ? COLOUR_RED : COLOUR_MAGENTA;
      if (!this.#isLive) {
        store.paint(COLOUR_GREEN);
        store.paintPlainAfter(page, r, COLOUR_CYAN);
      }
      page[r + M_STATE] |= MARKED;
      this.counters.retransmit++;
    }
    if (this.#stored >= this.#segmentLimit) {
      this.counters.dropSegment++;
      return;
    }
    if (this.#longDelayMs > 0 && this.#isLate(page, r, sec, usec)) {
      store.goToLast(page, r);
      store.show();
      page[r + M_STATE] |= MARKED;
      colour = COLOUR_RED;
      this.counters.longDelay++;
    }
    let meta = segmentMeta(words, d, side);
    if ((meta & META_FRAGMENT) !== 0 && this.#fragments) {
      page[r + M_STATE] |= MARKED;
      colour = COLOUR_RED;
      this.counters.fragment++;
    }
    const hasLines = this.#http !== undefined && this.#findLines(page[r + M_STATE], words, d, view);
    // What step 4 does does not depend on the segment being stored, so it is stored as it will be shown.
    const change = this.#changeState(row, page, r, side, flags);
    meta |= (page[r + M_STATE] & STATES) << META_STATES_SHIFT;
    if ((change & T_COLOUR) !== 0) colour = (change & T_COLOUR) >>> T_COLOUR_SHIFT;
    if (colour !== COLOUR_NONE || (change & T_SHOWN) !== 0 || hasLines || this.#isLive)
      meta |= (colour << META_COLOUR_SHIFT) | META_SHOWN;
    store.append(page, r, seq, ack, size, meta, sec, usec);
    noteKey(page, r, side, seq, ack, size);
    storeOptions(store, words, d, view, meta);
    if (hasLines) this.#http!.keep(row, page[r + M_SEGMENTS]);
    this.#count(page, r, size, sec, usec);
    if (page[r + M_HELD] > this.#mostHeld) this.#dropOld(page, r);
    if (this.#context > 0) this.#showContext(page, r);
    if (this.#isLive) this.#printLast(row, page, r);
    const states = page[r + M_STATE];
    if (isOver(states & 15, (states >>> 4) & 15)) this.#close(row, page, r);
  }

  /** Drops old segments of a session that holds too many; the last one stays the store's current one. */
  #dropOld(page: Int32Array, r: number): void {
    const store = this.#store;
    if (this.#isLive) store.hideAll(page, r);
    const dropped = store.dropHidden(page, r, this.#isLive ? MOST_PRINTED / 2 : KEEP_BELOW);
    this.#stored -= dropped;
    if (dropped > 0) this.#events.dropped(dropped);
    store.goToLast(page, r);
  }

  /** Step 1: whether the segment has HTTP lines, its session being in these states. */
  #findLines(state: number, words: Int32Array, d: number, view: DataView): boolean {
    return (state & STATES) === BOTH_ESTABLISHED && this.#http!.inspect(words, d, view);
  }

  /** Whether the repeat of the store's current segment is to be shown; otherwise it is ignored wholly. */
  #isShownRepeat(sec: number, usec: number): boolean {
    const store = this.#store;
    if ((store.page[store.at + S_META] & TCP_SYN) !== 0) return this.#options.synRetransmits;
    if (this.#retransmitMs === 0) return false;
    const late = ((sec >>> 0) - store.sec()) * 1e6 + (usec - store.usec());
    return Math.trunc(late / 1000) >= this.#retransmitMs;
  }

  #isLate(page: Int32Array, r: number, sec: number, usec: number): boolean {
    const delay = ((sec >>> 0) - (page[r + M_LAST_SEC] >>> 0)) * 1e6 + (usec - page[r + M_LAST_USEC]);
    return Math.trunc(delay / 1000) > this.#longDelayMs;
  }

  /** Totals and times after a segment was stored. */
  #count(page: Int32Array, r: number, size: number, sec: number, usec: number): void {
    page[r + M_SEGMENTS]++;
    const low = (page[r + M_BYTES] + size) | 0;
    if (low >>> 0 < size >>> 0) page[r + M_BYTES + 1]++;
    page[r + M_BYTES] = low;
    page[r + M_LAST_SEC] = sec;
    page[r + M_LAST_USEC] = usec;
    page[r + M_LAST_CLOCK] = this.#timeouts.clockSec | 0;
    this.#stored++;
    this.#events.stored();
  }

  /** Step 4: the states after the segment; returns how it is shown, as `transition` does. */
  #changeState(row: number, page: Int32Array, r: number, side: number, flags: number): number {
    const before = page[r + M_STATE];
    // So is nearly every segment.
    if ((before & STATES) === BOTH_ESTABLISHED && (flags & STATE_FLAGS) === TCP_ACK) return 0;
    const self = (before >>> (4 * side)) & 15;
    const peer = (before >>> (4 - 4 * side)) & 15;
    const t = transition(flags, self, peer);
    const after = ((t & 15) << (4 * side)) | (((t >>> T_PEER_SHIFT) & 15) << (4 - 4 * side));
    let others = before & ~STATES;
    if ((t & (T_RST_BREAK | T_RST_AFTER_CLOSE)) !== 0) {
      this.counters.rst++;
      const least = (t & T_RST_AFTER_CLOSE) !== 0 ? 1 : 0;
      // A reset sets the mark either way, whatever it was before.
      others = this.#options.resets > least ? others | MARKED : others & ~MARKED;
    }
    page[r + M_STATE] = after | others;
    this.#timeouts.noteStates(row, after);
    return t;
  }

  /** Step 5: the segments around a shown one. */
  #showContext(page: Int32Array, r: number): void {
    const store = this.#store;
    if ((store.page[store.at + S_META] & META_SHOWN) !== 0) {
      // While credit is left everything since the shown one before was shown, and so were the segments before that one.
      if (page[r + M_CREDIT] === 0) store.showBeforeLast(page, r, this.#context);
      page[r + M_CREDIT] = this.#context;
    } else if (page[r + M_CREDIT] > 0) {
      page[r + M_CREDIT]--;
      store.show();
    }
  }

  #close(row: number, page: Int32Array, r: number): void {
    const duration = this.#store.durationUsec(page, r);
    const limit = this.#options.longConnectMs;
    let isShown = this.#options.all || this.#isLive || (page[r + M_STATE] & MARKED) !== 0;
    if (limit > 0 && Math.trunc(duration / 1000) > limit) {
      this.counters.longConnect++;
      isShown = true;
    }
    if (isShown) this.counters.lookup++;
    // With --live all was printed as it came.
    const hasLines = isShown && !this.#isLive;
    this.#events.ended(row, page[r + M_HELD] - 1, hasLines);
    if (hasLines) {
      this.#renderer.session(row);
      this.#renderer.flush();
      this.#events.textEnd();
    }
    this.#forget(row, page, r);
  }

  /** Ends a session before its time, with a line that says why; `sec` (unsigned) and `usec` are now. */
  #destroy(row: number, isShown: boolean, message: Uint8Array, reason: Uint8Array, sec: number, usec: number): void {
    const page = this.table.page(row);
    const r = this.table.at(row);
    if (isShown) this.counters.lookup++;
    if (isShown && this.#isLive) this.#printDestroyed(row, message, reason, sec, usec);
    const hasLines = isShown && !this.#isLive;
    this.#events.ended(row, page[r + M_HELD] - 1, hasLines);
    if (hasLines) this.#render(row, message, reason, sec, usec);
    this.#forget(row, page, r);
  }

  /** The lines of a session that did not close, with the one that says why. */
  #render(row: number, message: Uint8Array, reason: Uint8Array, sec: number, usec: number): void {
    this.#renderer.session(row);
    this.#renderer.destroyed(row, message, reason, sec, usec);
    this.#renderer.flush();
    this.#events.textEnd();
  }

  /** With --live: prints the segment that is the store's current one, the session's last. */
  #printLast(row: number, page: Int32Array, r: number): void {
    this.#liveRow = row;
    this.#store.number = page[r + M_SEGMENTS] - 1;
    this.#renderer.liveSegment(row, page, r);
    this.#renderer.flush();
  }

  /** With --live: prints the line that says why a session ends. */
  #printDestroyed(row: number, message: Uint8Array, reason: Uint8Array, sec: number, usec: number): void {
    this.#liveRow = row;
    this.#renderer.liveDestroyed(row, message, reason, sec, usec);
    this.#renderer.flush();
  }

  #countDirections(state: number): void {
    countDirections(this.directions, state & STATES, (state & (HAS_KEYS << 1)) !== 0);
  }

  #forget(row: number, page: Int32Array, r: number): void {
    this.#stored -= page[r + M_HELD] - 1;
    this.#countDirections(page[r + M_STATE]);
    this.#store.end(page, r);
    this.#timeouts.remove(row);
    this.#http?.lines.end(row);
    this.#flows?.takeBack(
      page,
      r + M_FLOWS,
      page[r + ROW_ADDRESS_0],
      page[r + ROW_ADDRESS_1],
      page[r + ROW_PORTS],
      page[r + ROW_HASH],
    );
    if (this.row === row) this.row = -1;
    this.table.remove(row);
  }
}
