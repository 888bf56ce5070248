/**
 * Owns the course of generated sessions: which one sends next, what it sends, when it ends and what takes its place.
 * Knows nothing of files, headers or bytes.
 *
 * Only a few sessions are busy at any time; the others think. A busy session sends one exchange (a request, its response,
 * an acknowledgement for every data segment), gives its place to a random thinking one, and so sees round trips of some
 * milliseconds however many sessions there are. A session that waits for its retransmission timer has no place either.
 */

import { Endpoints } from './endpoints.js';
import { ACK, CLIENT, FIN, MAX_PAYLOAD_BYTES, type RecordWriter, RST, SERVER, SYN } from './frames.js';
import { Random } from './random.js';
import { Timers } from './timers.js';

export type Profile = 'full' | 'small' | 'mixed';

/** What the sessions look like; fractions are between 0 and 1. */
export interface TrafficOptions {
  profile: Profile;
  /** Concurrent sessions. */
  sessions: number;
  /** Mean data segments of a session; 0: sessions never close. */
  segments: number;
  /** Fraction of data segments that are seen a second time, 0.2 to 2 s later. */
  loss: number;
  /** Fraction of sessions whose SYN is answered by a RST. */
  refused: number;
  /** Fraction of closes that are a RST. */
  reset: number;
  /** Packets per second of packet time. */
  rate: number;
  seed: number;
}

// What a session does when it is its turn. THINKING and WAITING are the two states in which it has no turn.
const OPEN = 0;
const ACCEPT = 1;
const REFUSE = 2;
const ESTABLISH = 3;
const THINKING = 4;
const SEND = 5;
const ACKNOWLEDGE = 6;
const SEND_PAST_HOLE = 7;
const DUPLICATE_ACK = 8;
const WAITING = 9;
const RESEND = 10;
const CLOSE = 11;
const ANSWER_FIN = 12;
const LAST_ACK = 13;

const NONE = -1;
const NEVER_CLOSES = 0x7fffffff;
/** With one busy session per 200 packets a second, a step of one session comes about every 5 ms. */
const BUSY_PER_RATE = 1 / 200;
const MAX_DUPLICATES = 4;
// 0.2 to 2 s, in ticks of 10 ms.
const MIN_DELAY_TICKS = 20;
const MAX_DELAY_TICKS = 200;

/** Sessions in parallel arrays, indexed by slot. */
export class Traffic {
  opened = 0;
  closed = 0;
  scans = 0;
  retransmissions = 0;

  private readonly options: TrafficOptions;
  private readonly records: RecordWriter;
  private readonly random: Random;
  private readonly endpoints: Endpoints;
  private readonly timers: Timers;
  private readonly state: Uint8Array;
  private readonly sender: Uint8Array;
  private readonly segmentsLeft: Int32Array;
  private readonly exchangeLeft: Uint8Array;
  private readonly duplicatesLeft: Uint8Array;
  private readonly lostSeq: Int32Array;
  private readonly lostBytes: Int32Array;
  private readonly busy: Int32Array;
  private readonly meanGapUsec: number;
  private neverOpened = 0;

  constructor(options: TrafficOptions, records: RecordWriter) {
    const count = options.sessions;
    this.options = options;
    this.records = records;
    this.random = new Random(options.seed);
    this.endpoints = new Endpoints(count, records, this.random);
    this.timers = new Timers(count);
    this.state = new Uint8Array(count);
    this.sender = new Uint8Array(count);
    this.segmentsLeft = new Int32Array(count);
    this.exchangeLeft = new Uint8Array(count);
    this.duplicatesLeft = new Uint8Array(count);
    this.lostSeq = new Int32Array(count);
    this.lostBytes = new Int32Array(count);
    const busyCount = Math.max(1, Math.min(Math.round(options.rate * BUSY_PER_RATE), Math.ceil(count / 4)));
    this.busy = new Int32Array(busyCount).fill(NONE);
    this.meanGapUsec = 1_000_000 / options.rate;
  }

  /** Sends the next packet of some session. Sends none, and only lets time pass, where all wait for their timers. */
  step(): void {
    this.passTime();
    const place = this.random.below(this.busy.length);
    let slot = this.busy[place];
    if (slot === NONE) slot = this.takePlace(place, NONE);
    if (slot === NONE) return;
    this.state[slot] = this.act(slot, this.state[slot]);
    const state = this.state[slot];
    if (state === THINKING || state === WAITING) this.takePlace(place, slot);
  }

  /** Sends one SYN that nothing answers, to an address and port not scanned before. */
  scan(): void {
    this.passTime();
    this.endpoints.sendScan(this.scans++);
  }

  /** Sends one segment; returns the next state. */
  private act(slot: number, state: number): number {
    switch (state) {
      case OPEN:
        return this.open(slot);
      case ACCEPT:
        this.endpoints.accept(slot);
        return ESTABLISH;
      case REFUSE:
        return this.finish(slot, SERVER, RST | ACK);
      case ESTABLISH:
        this.endpoints.sendControl(slot, CLIENT, ACK);
        return THINKING;
      case SEND:
        return this.send(slot);
      case ACKNOWLEDGE:
        return this.acknowledge(slot);
      case SEND_PAST_HOLE:
        return this.sendPastHole(slot);
      case DUPLICATE_ACK:
        this.endpoints.sendDuplicateAck(slot, 1 - this.sender[slot], this.lostSeq[slot]);
        return this.continueLoss(slot);
      case RESEND:
        return this.resend(slot);
      case CLOSE:
        return this.close(slot);
      case ANSWER_FIN:
        this.endpoints.sendControl(slot, 1 - this.sender[slot], FIN | ACK);
        return LAST_ACK;
      case LAST_ACK:
        return this.finish(slot, this.sender[slot], ACK);
      default:
        throw new Error(`session ${slot} has no turn in state ${state}`);
    }
  }

  private open(slot: number): number {
    this.endpoints.assign(slot, this.opened++);
    this.segmentsLeft[slot] = this.sessionSegments();
    this.endpoints.sendControl(slot, CLIENT, SYN);
    return this.random.chance(this.options.refused) ? REFUSE : ACCEPT;
  }

  private send(slot: number): number {
    const sender = this.sender[slot];
    const bytes = this.payloadBytes(sender);
    const lost = this.random.chance(this.options.loss);
    this.countSegment(slot);
    const seq = this.endpoints.sendData(slot, sender, this.pushes(slot), bytes, !lost);
    if (!lost) return ACKNOWLEDGE;
    this.lostSeq[slot] = seq;
    this.lostBytes[slot] = bytes;
    // What follows a request is the other side's, so a lost request is repeated by its timer alone.
    const following = sender === CLIENT ? 0 : this.exchangeLeft[slot];
    this.duplicatesLeft[slot] = Math.min(following, this.random.below(MAX_DUPLICATES + 1));
    return this.continueLoss(slot);
  }

  private sendPastHole(slot: number): number {
    this.duplicatesLeft[slot]--;
    this.countSegment(slot);
    const sender = this.sender[slot];
    this.endpoints.sendData(slot, sender, this.pushes(slot), this.payloadBytes(sender), false);
    return DUPLICATE_ACK;
  }

  private continueLoss(slot: number): number {
    if (this.duplicatesLeft[slot] > 0) return SEND_PAST_HOLE;
    this.timers.start(slot, MIN_DELAY_TICKS + this.random.below(MAX_DELAY_TICKS - MIN_DELAY_TICKS));
    return WAITING;
  }

  private resend(slot: number): number {
    this.retransmissions++;
    const { sender, lostSeq, lostBytes } = this;
    this.endpoints.sendAgain(slot, sender[slot], this.pushes(slot), lostSeq[slot], lostBytes[slot], true);
    return ACKNOWLEDGE;
  }

  private acknowledge(slot: number): number {
    this.endpoints.sendControl(slot, 1 - this.sender[slot], ACK);
    if (this.exchangeLeft[slot] === 0) return this.segmentsLeft[slot] > 0 ? THINKING : CLOSE;
    this.sender[slot] = SERVER;
    return SEND;
  }

  private close(slot: number): number {
    const sender = this.random.chance(0.5) ? CLIENT : SERVER;
    if (this.random.chance(this.options.reset)) return this.finish(slot, sender, RST | ACK);
    this.sender[slot] = sender;
    this.endpoints.sendControl(slot, sender, FIN | ACK);
    return ANSWER_FIN;
  }

  /** Sends the last segment of a session; a new one takes its slot. */
  private finish(slot: number, sender: number, flags: number): number {
    this.endpoints.sendControl(slot, sender, flags);
    this.closed++;
    return OPEN;
  }

  private countSegment(slot: number): void {
    this.exchangeLeft[slot]--;
    if (this.segmentsLeft[slot] !== NEVER_CLOSES) this.segmentsLeft[slot]--;
  }

  private pushes(slot: number): boolean {
    return this.exchangeLeft[slot] === 0 || this.sender[slot] === CLIENT;
  }

  /** Gives a place among the busy to a session whose timer ran out, one not opened yet, or a random thinking one. */
  private takePlace(place: number, leaving: number): number {
    let slot = this.timers.take();
    if (slot !== NONE) this.state[slot] = RESEND;
    else if (this.neverOpened < this.options.sessions) slot = this.neverOpened++;
    else slot = this.wakeThinking(leaving);
    this.busy[place] = slot;
    return slot;
  }

  private wakeThinking(leaving: number): number {
    const count = this.options.sessions;
    let slot = this.random.below(count);
    for (let tries = 0; tries < 8 && this.state[slot] !== THINKING; tries++) slot = this.random.below(count);
    if (this.state[slot] !== THINKING) slot = leaving;
    if (slot === NONE || this.state[slot] !== THINKING) return NONE;
    this.sender[slot] = CLIENT;
    this.exchangeLeft[slot] = Math.min(this.segmentsLeft[slot], 3 + this.random.below(8));
    this.state[slot] = SEND;
    return slot;
  }

  private passTime(): void {
    this.records.elapsedUsec += this.meanGapUsec * (0.5 + this.random.unit());
    this.timers.advance(this.records.elapsedUsec);
  }

  private sessionSegments(): number {
    const mean = this.options.segments;
    if (mean === 0) return NEVER_CLOSES;
    return 1 + Math.floor(-Math.log(1 - this.random.unit()) * (mean - 0.5));
  }

  /** At least 2: one byte below the expected sequence number would read as a keep-alive. */
  private payloadBytes(sender: number): number {
    const { profile } = this.options;
    if (profile === 'small') return 2 + this.random.below(129);
    if (sender === CLIENT) return 100 + this.random.below(400);
    if (profile === 'full') return MAX_PAYLOAD_BYTES;
    const kind = this.random.below(3);
    return kind === 0 ? MAX_PAYLOAD_BYTES : kind === 1 ? 256 + this.random.below(512) : 2 + this.random.below(129);
  }
}
