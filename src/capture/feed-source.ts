/**
 * Bytes of one input that the feeder thread delivers. Owns the reader's end: when a read waits for more, and
 * the closing of a request. Works in a thread that never runs its event loop.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ByteReader, type ByteRingMemory } from '../ring/byte-ring.js';
import { type ByteSource, NOTHING_YET, SOURCE_ENDED } from './byte-source.js';
import type { FeedMessage, FeedOutcome, FeedRequest } from './feed-messages.js';

/** What the reader needs to reach the feeder: the ring between them and its end of a channel. */
export interface FeedLink {
  readonly ring: ByteRingMemory;
  readonly port: MessagePort;
}

/** Longest wait for a first byte. */
const WAIT_MS = 100;
/** Fewer bytes than these wait a little for more: fast input is then read in large pieces. */
const GATHER_BYTES = 256 * 1024;
const GATHER_MS = 20;
/** Input that brings nothing for this long has paused: what is there goes on at once. */
const PAUSE_MS = 2;

export class FeedSource implements ByteSource {
  bytesRead = 0;
  readonly #reader: ByteReader;
  readonly #port: MessagePort;
  #outcome: FeedOutcome | undefined;
  #isClosed = false;

  /** Asks the feeder for an input. Only one source at a time may be open on a link. */
  constructor(link: FeedLink, request: FeedRequest) {
    this.#reader = new ByteReader(link.ring);
    this.#port = link.port;
    this.#reader.open();
    this.#port.postMessage(request satisfies FeedMessage);
  }

  get inputBytes(): number {
    return this.#outcome?.inputBytes ?? this.#reader.inputBytes;
  }

  /** Whether the bytes read were compressed. */
  get isUnpacked(): boolean {
    return this.#reader.isUnpacked;
  }

  /** What the input came to; undefined before SOURCE_ENDED or `close`. */
  get outcome(): FeedOutcome | undefined {
    return this.#outcome;
  }

  read(into: Uint8Array, at: number, length: number): number {
    const reader = this.#reader;
    // Asked before looking what is there: after the end nothing can come in between.
    const isEnded = reader.isEnded;
    if (reader.available === 0) {
      if (isEnded) {
        this.#receiveOutcome();
        return SOURCE_ENDED;
      }
      if (reader.wait(1, WAIT_MS) === 0) return NOTHING_YET;
    }
    this.#gather(Math.min(length, GATHER_BYTES));
    const bytes = reader.take(into, at, length);
    this.bytesRead += bytes;
    return bytes;
  }

  /** Ends the input, read to its end or not; the next request may follow. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader.close();
    this.#receiveOutcome();
  }

  #gather(bytes: number): void {
    const reader = this.#reader;
    const endMs = performance.now() + GATHER_MS;
    for (let there = reader.available; there < bytes && !reader.isEnded; ) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return;
      const now = reader.wait(bytes, Math.min(PAUSE_MS, leftMs));
      if (now === there) return;
      there = now;
    }
  }

  /** The feeder posts it before it ends the request, so it is there. */
  #receiveOutcome(): void {
    this.#outcome ??= receiveMessageOnPort(this.#port)?.message as FeedOutcome;
  }
}

/** Tells the feeder that no request will follow, which ends it. */
export function endFeeder(link: FeedLink): void {
  link.port.postMessage({ kind: 'quit' } satisfies FeedMessage);
}
