/**
 * The handshakes of one shard: takes segments and ICMP messages in order, keeps the sessions that are not yet established, says how each
 * ended. Owns the order of steps of section 3 of the behaviour. Never knows of other shards: what it has to say goes to a
 * `HandshakeEvents`.
 */
import {
  capturedBytes,
  D_ACK,
  D_DST,
  D_FRAME,
  D_ICMP,
  D_ICMP_IP,
  D_INDEX,
  D_NSEC,
  D_PORTS,
  D_SEC,
  D_SEQ,
  D_SRC,
  D_TCP,
  D_WHERE,
  D_WIRE,
  ipv6AddressesAt,
  packetIndex,
  WHERE_UNKNOWN_LINK,
} from '../capture/descriptor.js';
import { verifySegment } from '../flow/descriptor-checksums.js';
import { findSession, insertSession } from '../flow/descriptor-sessions.js';
import { SessionTable } from '../flow/session-table.js';
import { TimerWheel } from '../flow/timer-wheel.js';
import type { AddressMapper } from '../text/crypto-pan.js';
import type { LineSink, LineWriter } from '../text/line-writer.js';
import { CHECKSUM_BAD_ICMP, CHECKSUM_BAD_IP, CHECKSUM_BAD_TCP, ChecksumVerifier } from '../wire/checksum-verifier.js';
import { flagsByte, TCP_ACK, TCP_CLASSIC_FLAGS, TCP_SYN } from '../wire/tcp.js';
import type { ChecksumFigures } from './checksum-figures.js';
import {
  COUNT_DUP_SYN,
  COUNT_DUP_SYNACK,
  COUNT_FAILURE,
  COUNT_REJECT,
  COUNT_SUCCESS,
  COUNT_TIMEOUT,
  COUNT_UNREACH,
  COUNTS,
  type OpeningCounts,
} from './counts.js';
import type { HandshakeEvents, HandshakeText, TextPlace } from './events.js';
import { FilterMatcher, type SessionEnds } from './filter-matcher.js';
import {
  H_BLOCK,
  H_DUP_SYN,
  H_DUP_SYNACK,
  H_END_NSEC,
  H_END_SEC,
  H_FILTERS,
  H_FIRST_NSEC,
  H_FIRST_SEC,
  H_INDEX,
  H_TIMER,
  handshakeRowWords,
} from './handshake-row.js';
import {
  beginHandshake,
  STEP_DUPLICATE,
  STEP_ESTABLISHED,
  STEP_NONE,
  STEP_RESET,
  stepHandshake,
} from './handshake-states.js';
import { namedFilters, type TcpeekOptions } from './options.js';
import { writeChecksumNote, writeSegmentNote } from './packet-notes.js';
import {
  RESULT_REJECT,
  RESULT_SUCCESS,
  RESULT_TIMEOUT,
  RESULT_UNKNOWN,
  RESULT_UNREACH,
  SessionLines,
} from './session-line.js';

const SYN_ACK = TCP_SYN | TCP_ACK;
/** What a second in 32 bits comes to, in 2106. */
const LAST_SEC = 2 ** 32 - 1;

export class HandshakeTracker {
  readonly #checksums: ChecksumVerifier;
  readonly #options: TcpeekOptions;
  readonly #events: HandshakeEvents;
  readonly #matcher: FilterMatcher;
  readonly #table: SessionTable;
  readonly #wheel: TimerWheel;
  readonly #lines: SessionLines;
  readonly #addresses: AddressMapper | undefined;
  readonly #synMask: number;
  readonly #ends: SessionEnds = { isV6: false, src: new Int32Array(4), dst: new Int32Array(4), dstPort: 0 };
  /** Bits of the filters that the SYN being looked at counts in. */
  readonly #matched: Int32Array;
  readonly #named: number;
  /** What was counted since `endBlock`. */
  readonly #counts: Int32Array;
  #ended = 0;
  #syns = 0;
  #counted = 0;
  #answers = 0;
  #strayAnswers = 0;
  readonly #due: number[] = [];
  readonly #place: TextPlace = { dueSec: 0, block: 0, index: 0 };
  #textKind: HandshakeText = 'line';
  /** Second (unsigned) that the clock has come to. */
  #clockSec = 0;
  /** Number of the block being tracked, unsigned. */
  #block = 0;
  readonly #dueSec = (row: number): number => this.#dueSecOf(row);

  /** `addresses`: what stands for them in lines, if they are not to be shown. Filters are about those of packets. */
  constructor(options: TcpeekOptions, events: HandshakeEvents, addresses?: AddressMapper) {
    this.#addresses = addresses;
    this.#options = options;
    this.#events = events;
    this.#checksums = new ChecksumVerifier(options.checksums);
    this.#matcher = new FilterMatcher(options.filters, options.localAddresses);
    this.#table = new SessionTable(handshakeRowWords(this.#matcher.words));
    this.#wheel = new TimerWheel(this.#table, H_TIMER);
    const sink: LineSink = (bytes, from, to) => events.text(this.#textKind, this.#place, bytes, from, to);
    this.#lines = new SessionLines(this.#table, sink, addresses);
    // The original takes only a flags byte of exactly 0x02 for a SYN; ECE and CWR (RFC 3168) do not make it another.
    this.#synMask = options.classic ? 0xff : TCP_CLASSIC_FLAGS;
    this.#matched = new Int32Array(this.#matcher.words);
    this.#named = namedFilters(options).length;
    this.#counts = new Int32Array(COUNTS * this.#named);
  }

  /** Openings and answers so far. */
  get openings(): OpeningCounts {
    return { syns: this.#syns, counted: this.#counted, answers: this.#answers, strayAnswers: this.#strayAnswers };
  }

  /** What became of checksums so far. */
  get checksumFigures(): ChecksumFigures {
    const { verified, failed, failedAsOffloaded } = this.#checksums;
    return { verified, failed, failedAsOffloaded };
  }

  /** The clock comes to second `sec` (unsigned), which may be an earlier one: handshakes time out, in the order in which they are due. */
  onTick(sec: number): void {
    const from = this.#clockSec;
    this.#clockSec = sec;
    if (sec <= from || this.#table.live === 0) return;
    const due = this.#due;
    due.length = 0;
    this.#wheel.expire(from, sec, this.#dueSec, due);
    if (due.length > 1) due.sort((a, b) => this.#dueSecOf(a) - this.#dueSecOf(b) || this.#compareBirth(a, b));
    for (const row of due) this.#timeOut(row);
  }

  /** A block is done: tells what was counted in it. */
  endBlock(): void {
    this.#block = (this.#block + 1) >>> 0;
    if (this.#ended === 0) return;
    this.#events.counts(this.#ended, this.#counts);
    this.#counts.fill(0);
    this.#ended = 0;
  }

  /** The input is over. */
  onEnd(): void {
    if (!this.#options.unfinished || this.#options.quiet) return;
    const rows: number[] = [];
    this.#table.forEach((row) => {
      rows.push(row);
    });
    rows.sort((a, b) => this.#compareBirth(a, b));
    for (const row of rows) this.#print(row, RESULT_UNKNOWN, 0);
  }

  /** One segment: the descriptor at word `d` of `words`, whose frame lies in `view`; `hash` is its conversation's. */
  onSegment(words: Int32Array, d: number, view: DataView, hash: number): void {
    if ((words[d + D_WHERE] & WHERE_UNKNOWN_LINK) !== 0) return;
    if (this.#options.checksums > 0 && !this.#isSound(words, d, view)) return;
    const flags = flagsByte(words[d + D_TCP]);
    const isFirst = (flags & this.#synMask) === TCP_SYN;
    // Most segments belong to sessions that were established long ago.
    const row = this.#table.live === 0 ? -1 : findSession(this.#table, words, d, view, hash);
    if (row >= 0) this.#follow(row, words, d, view, flags);
    else if (isFirst) this.#begin(words, d, view, hash);
    else if ((flags & SYN_ACK) === SYN_ACK) this.#strayAnswers++;
  }

  /** A message that the host or port of a segment cannot be reached; the descriptor is of that segment's conversation. */
  onUnreachable(words: Int32Array, d: number, view: DataView, hash: number): void {
    if ((words[d + D_WHERE] & WHERE_UNKNOWN_LINK) !== 0) return;
    if (this.#options.checksums > 0 && !this.#isSoundIcmp(words, d, view)) return;
    const row = findSession(this.#table, words, d, view, hash);
    if (row >= 0) this.#fail(row, RESULT_UNREACH, COUNT_UNREACH, 0);
  }

  /** A session from its first SYN, unless no filter counts it. */
  #begin(words: Int32Array, d: number, view: DataView, hash: number): void {
    const { src, dst } = this.#ends;
    this.#ends.isV6 = words[d + D_WHERE] < 0;
    this.#ends.dstPort = words[d + D_PORTS] & 0xffff;
    if (this.#ends.isV6) {
      const addresses = ipv6AddressesAt(words, d);
      for (let word = 0; word < 4; word++) {
        src[word] = view.getInt32(addresses + 4 * word);
        dst[word] = view.getInt32(addresses + 16 + 4 * word);
      }
    } else {
      src[0] = words[d + D_SRC];
      dst[0] = words[d + D_DST];
    }
    const matched = this.#matched;
    this.#syns++;
    if (!this.#matcher.match(this.#ends, matched, 0)) return;
    this.#counted++;
    const row = insertSession(this.#table, words, d, view, hash);
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    beginHandshake(page, r, words[d + D_SEQ], words[d + D_ACK]);
    page[r + H_FIRST_SEC] = words[d + D_SEC];
    page[r + H_FIRST_NSEC] = words[d + D_NSEC];
    page[r + H_END_SEC] = words[d + D_SEC];
    page[r + H_END_NSEC] = words[d + D_NSEC];
    page[r + H_BLOCK] = this.#block | 0;
    page[r + H_INDEX] = packetIndex(words[d + D_INDEX]);
    for (let word = 0; word < matched.length; word++) page[r + H_FILTERS + word] = matched[word];
    this.#wheel.add(row, this.#entryOf(row));
  }

  #follow(row: number, words: Int32Array, d: number, view: DataView, flags: number): void {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const side = this.#sideOf(words, d);
    if (side === 1) this.#answers++;
    page[r + H_END_SEC] = words[d + D_SEC];
    page[r + H_END_NSEC] = words[d + D_NSEC];
    const step = stepHandshake(page, r, side, flags, words[d + D_SEQ], words[d + D_ACK]);
    if (step === STEP_ESTABLISHED) {
      this.#succeed(row);
    } else if (step === STEP_RESET) {
      this.#fail(row, RESULT_REJECT, COUNT_REJECT, 0);
    } else {
      this.#wheel.advance(row, this.#entryOf(row));
      if (step === STEP_NONE) return;
      this.#note((out) =>
        writeSegmentNote(out, words, d, view, page, r, side, step === STEP_DUPLICATE, this.#addresses),
      );
    }
  }

  /** The side that sent the segment. The original goes by its address alone, so there both ends of one host are side 0. */
  #sideOf(words: Int32Array, d: number): number {
    const isOneHost = words[d + D_WHERE] >= 0 && words[d + D_SRC] === words[d + D_DST];
    return this.#options.classic && isOneHost ? 0 : this.#table.direction;
  }

  #succeed(row: number): void {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    this.#count(row, COUNT_SUCCESS);
    if (page[r + H_DUP_SYN] > 0) this.#count(row, COUNT_DUP_SYN);
    if (page[r + H_DUP_SYNACK] > 0) this.#count(row, COUNT_DUP_SYNACK);
    this.#print(row, RESULT_SUCCESS, 0);
    this.#wheel.remove(row);
    this.#forget(row);
  }

  #fail(row: number, result: Uint8Array, count: number, dueSec: number): void {
    this.#count(row, COUNT_FAILURE);
    this.#count(row, count);
    this.#print(row, result, dueSec);
    // One that timed out has left the wheel already.
    if (count !== COUNT_TIMEOUT) this.#wheel.remove(row);
    this.#forget(row);
  }

  /** The session's end is the second at which it was due. */
  #timeOut(row: number): void {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const dueSec = this.#dueSecOf(row);
    page[r + H_END_SEC] = dueSec | 0;
    page[r + H_END_NSEC] = 0;
    this.#fail(row, RESULT_TIMEOUT, COUNT_TIMEOUT, dueSec);
  }

  #forget(row: number): void {
    this.#ended++;
    this.#table.remove(row);
  }

  /** Adds one to figure `figure` of all filters that the session counts in. */
  #count(row: number, figure: number): void {
    const page = this.#table.page(row);
    const filters = this.#table.at(row) + H_FILTERS;
    for (let named = 0; named < this.#named; named++) {
      if ((page[filters + (named >>> 5)] & (1 << (named & 31))) !== 0) this.#counts[COUNTS * named + figure]++;
    }
  }

  #print(row: number, result: Uint8Array, dueSec: number): void {
    if (this.#options.quiet) return;
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    this.#place.dueSec = dueSec;
    this.#place.block = page[r + H_BLOCK] >>> 0;
    this.#place.index = page[r + H_INDEX];
    this.#textKind = 'line';
    this.#lines.session(row, result);
  }

  /** A message about the current packet, which no other shard has. */
  #note(write: (out: LineWriter) => void): void {
    this.#place.dueSec = 0;
    this.#place.block = 0;
    this.#place.index = 0;
    this.#textKind = 'note';
    this.#lines.note(write);
  }

  #isSound(words: Int32Array, d: number, view: DataView): boolean {
    const verdict = verifySegment(this.#checksums, words, d, view);
    if (verdict !== CHECKSUM_BAD_IP && verdict !== CHECKSUM_BAD_TCP) return true;
    this.#note((out) => writeChecksumNote(out, verdict === CHECKSUM_BAD_IP ? 'IP' : 'TCP', this.#checksums));
    return false;
  }

  #isSoundIcmp(words: Int32Array, d: number, view: DataView): boolean {
    const at = words[d + D_FRAME];
    const wireBytes = words[d + D_WIRE] >>> 0;
    const captured = capturedBytes(words, d);
    const isV6 = words[d + D_WHERE] < 0;
    const verdict = this.#checksums.verifyIcmp(
      view,
      at,
      captured,
      wireBytes,
      words[d + D_ICMP_IP],
      words[d + D_ICMP],
      isV6,
    );
    if (verdict !== CHECKSUM_BAD_IP && verdict !== CHECKSUM_BAD_ICMP) return true;
    this.#note((out) => writeChecksumNote(out, verdict === CHECKSUM_BAD_IP ? 'IP' : 'ICMP', this.#checksums));
    return false;
  }

  /** The first whole second by which the session has been silent for as long as it may be. */
  #dueSecOf(row: number): number {
    const page = this.#table.page(row);
    const r = this.#table.at(row);
    const due = (page[r + H_END_SEC] >>> 0) + this.#options.timeoutSec + (page[r + H_END_NSEC] > 0 ? 1 : 0);
    return Math.min(due, LAST_SEC);
  }

  /** The second for the wheel: one that the clock has yet to come to, whatever time the packet says. */
  #entryOf(row: number): number {
    return Math.min(Math.max(this.#dueSecOf(row), this.#clockSec + 1), LAST_SEC);
  }

  #compareBirth(a: number, b: number): number {
    const pageA = this.#table.page(a);
    const rA = this.#table.at(a);
    const pageB = this.#table.page(b);
    const rB = this.#table.at(b);
    return (pageA[rA + H_BLOCK] >>> 0) - (pageB[rB + H_BLOCK] >>> 0) || pageA[rA + H_INDEX] - pageB[rB + H_INDEX];
  }
}
