/**
 * What trackers tell the merger: the kinds of records in a result ring and their payloads. Owns the encoding,
 * both ways. Every record carries the key of the packet that caused it: twice the packet's index in its block,
 * less 1 for what a tick does before its packet is looked at.
 */
import type { MiruoEvents } from '../miruo/events.js';
import { COUNTER_NAMES, type MiruoCounters, zeroCounters } from '../miruo/statistics.js';
import { RECORD_HEADER_BYTES, type ResultWriter } from '../ring/result-ring.js';
import { TextCopier } from '../ring/text-copier.js';
import { FigureEventWriter } from './figure-events.js';
import { HandshakeEventWriter } from './handshake-events.js';
import { RecordEventWriter } from './record-events.js';

/** A session began; no payload. */
export const SESSION_CREATED = 1;
/** A session ended; payload: stored segments forgotten, whether TEXT records follow. */
export const SESSION_ENDED = 2;
/** A session is still open at the end of the stream; no payload, TEXT records follow. */
export const SESSION_OPEN = 8;
/** Stored segments were forgotten; payload: how many. */
export const SEGMENTS_DROPPED = 3;
/** Lines of a session that ended; payload: byte count, then bytes that end with a whole line. */
export const TEXT = 4;
/** The lines of a session are complete; no payload. */
export const TEXT_END = 5;
/** A block is done; payload: number of words, then a bit for each packet that was stored. */
export const BLOCK_DONE = 6;
/** The stream is done; no payload. */
export const STREAM_DONE = 7;

/** Lines of a session that goes on; payload: byte count, then the bytes of whole lines. */
export const LINES = 9;
/**
 * A moment whose figures are wanted, which every shard comes to; payload: the shard's counters as pairs of low and high
 * words, then as for BLOCK_DONE what was stored since the block began or since the moment before.
 */
export const MOMENT = 10;

/** Something that was told has its place here, which every shard comes to; no payload. */
export const NOTICE = 14;

/** A report by packet time is due, which every shard comes to; no payload. */
export const REPORT = 15;

/** Words of the counters in a MOMENT. */
export const COUNTER_WORDS = 2 * COUNTER_NAMES.length;

/** Longest piece of text in one record. */
const TEXT_BYTES = 32 * 1024;

/** Encodes one tracker's events. `key` is set by the loop over packets before each of them. */
export class EventWriter implements MiruoEvents {
  key = 0;
  /** What is said of handshakes, about the same packets. */
  readonly handshakes: HandshakeEventWriter;
  /** How the shard stands. */
  readonly standing: FigureEventWriter;
  /** What the analysis has to say, likewise. */
  readonly records: RecordEventWriter;
  readonly #ring: ResultWriter;
  readonly #text: TextCopier;
  #storedBits = new Int32Array(1024);
  #usedWords = 0;

  constructor(ring: ResultWriter) {
    this.#ring = ring;
    this.#text = new TextCopier(ring);
    this.handshakes = new HandshakeEventWriter(ring, () => this.key);
    this.standing = new FigureEventWriter(ring);
    this.records = new RecordEventWriter(ring, () => this.key);
  }

  created(row: number): void {
    this.#ring.append(SESSION_CREATED, this.key, row, 0);
  }

  stored(): void {
    // The key of a packet is even, and half of it is its index.
    const index = this.key >> 1;
    const word = index >> 5;
    if (word >= this.#usedWords) {
      if (word >= this.#storedBits.length) this.#growBits(word);
      this.#usedWords = word + 1;
    }
    this.#storedBits[word] |= 1 << (index & 31);
  }

  dropped(segments: number): void {
    const at = this.#ring.append(SEGMENTS_DROPPED, this.key, 0, 4);
    this.#ring.words[(at + RECORD_HEADER_BYTES) >> 2] = segments;
  }

  ended(row: number, segments: number, isShown: boolean): void {
    const at = this.#ring.append(SESSION_ENDED, this.key, row, 8);
    const word = (at + RECORD_HEADER_BYTES) >> 2;
    this.#ring.words[word] = segments;
    this.#ring.words[word + 1] = isShown ? 1 : 0;
  }

  lines(row: number, bytes: Uint8Array, from: number, to: number): void {
    this.#appendBytes(LINES, row, bytes, from, to);
  }

  open(row: number): void {
    this.#ring.append(SESSION_OPEN, this.key, row, 0);
  }

  text(bytes: Uint8Array, from: number, to: number): void {
    for (let start = from; start < to; ) {
      let end = Math.min(to, start + TEXT_BYTES);
      if (end < to) end = bytes.lastIndexOf(0x0a, end - 1) + 1;
      this.#appendBytes(TEXT, 0, bytes, start, end);
      start = end;
    }
  }

  textEnd(): void {
    this.#ring.append(TEXT_END, this.key, 0, 0);
  }

  /** Ends a block: tells which of its packets were stored, and makes everything visible. */
  blockDone(): void {
    this.#appendStored(BLOCK_DONE, 0);
    this.#ring.publish();
  }

  /** Tells how things stand after the packets so far. */
  moment(counters: MiruoCounters): void {
    let at = this.#appendStored(MOMENT, COUNTER_WORDS);
    for (const name of COUNTER_NAMES) {
      this.#ring.words[at++] = counters[name] | 0;
      this.#ring.words[at++] = Math.floor(counters[name] / 2 ** 32);
    }
  }

  notice(): void {
    this.#ring.append(NOTICE, 0, 0, 0);
  }

  report(): void {
    this.#ring.append(REPORT, 0, 0, 0);
  }

  streamDone(): void {
    this.#ring.append(STREAM_DONE, 0, 0, 0);
    this.#ring.publish();
  }

  #appendBytes(kind: number, row: number, bytes: Uint8Array, from: number, to: number): void {
    const at = this.#ring.append(kind, this.key, row, 4 + to - from);
    this.#ring.words[(at + RECORD_HEADER_BYTES) >> 2] = to - from;
    this.#text.copy(at + RECORD_HEADER_BYTES + 4, bytes, from, to);
  }

  /** Appends a record with room for `ahead` words and then what was stored; returns the word position of that room. */
  #appendStored(kind: number, ahead: number): number {
    const words = this.#usedWords;
    const at = this.#ring.append(kind, 0, 0, 4 * (ahead + 1 + words));
    const start = (at + RECORD_HEADER_BYTES) >> 2;
    this.#ring.words[start + ahead] = words;
    this.#ring.words.set(this.#storedBits.subarray(0, words), start + ahead + 1);
    this.#storedBits.fill(0, 0, words);
    this.#usedWords = 0;
    return start;
  }

  #growBits(word: number): void {
    const larger = new Int32Array(Math.max(2 * this.#storedBits.length, word + 1));
    larger.set(this.#storedBits);
    this.#storedBits = larger;
  }
}

/** The counters in a MOMENT, from word `at` on. */
export function readCounters(words: Int32Array, at: number): MiruoCounters {
  const counters = zeroCounters();
  COUNTER_NAMES.forEach((name, i) => {
    counters[name] = words[at + 2 * i + 1] * 2 ** 32 + (words[at + 2 * i] >>> 0);
  });
  return counters;
}
