/**
 * The tracker thread's loop: takes block after block, walks its shard's list of descriptors, and lets the
 * analyses see each segment and each tick in order. Owns the order; knows no protocol.
 */
import { D_INDEX, D_NSEC, D_SEC, D_TCP, isSegment, packetIndex, UNREACHABLE_HERE } from '../capture/descriptor.js';
import { conversationHash } from '../capture/descriptor-hash.js';
import { EventWriter } from '../merge/events.js';
import { type DirectionCounts, zeroDirections } from '../miruo/directions.js';
import type { MiruoOptions } from '../miruo/options.js';
import { type MiruoCounters, zeroCounters } from '../miruo/statistics.js';
import { MiruoTracker } from '../miruo/tracker.js';
import { BlockConsumer, type BlockRingMemory } from '../ring/block-ring.js';
import {
  BLOCK_END,
  BLOCK_MOMENT,
  DESCRIPTOR_NEXT,
  DESCRIPTOR_WORDS,
  SLOT_HEADS,
  SLOT_KIND,
  SLOT_NOW,
  SLOT_TICKS,
  TICK_DESCRIPTOR,
  TICK_MOMENT,
  TICK_NOTICE,
  TICK_PACKETS,
  TICK_SEGMENTS,
} from '../ring/layout.js';
import { type ResultRingMemory, ResultWriter } from '../ring/result-ring.js';
import type { ChecksumFigures } from '../tcpeek/checksum-figures.js';
import { NO_OPENINGS, type OpeningCounts } from '../tcpeek/counts.js';
import type { TcpeekOptions } from '../tcpeek/options.js';
import { HandshakeTracker } from '../tcpeek/tracker.js';

/** The analyses of a run, each by its options; at least one. */
export interface Analyses {
  readonly miruo?: MiruoOptions | undefined;
  readonly tcpeek?: TcpeekOptions | undefined;
}

/** What a tracker returns when the stream is done. */
export interface TrackSummary {
  readonly miruo: MiruoCounters;
  readonly directions: DirectionCounts;
  readonly checksums: ChecksumFigures | undefined;
  readonly openings: OpeningCounts;
}

/** Tracks shard `shard` of the block ring to its end; results go to the result ring. */
export function trackBlocks(
  shard: number,
  analyses: Analyses,
  blocks: BlockRingMemory,
  results: ResultRingMemory,
): TrackSummary {
  const tracker = new ShardTracker(shard, analyses, blocks, results);
  while (tracker.step());
  return tracker.summary();
}

/** One shard's tracking, block by block. */
export class ShardTracker {
  readonly #consumer: BlockConsumer;
  readonly #events: EventWriter;
  readonly #miruo: MiruoTracker | undefined;
  readonly #tcpeek: HandshakeTracker | undefined;
  readonly #walker: ShardWalker;

  constructor(shard: number, { miruo, tcpeek }: Analyses, blocks: BlockRingMemory, results: ResultRingMemory) {
    this.#consumer = new BlockConsumer(blocks, shard);
    this.#events = new EventWriter(new ResultWriter(results));
    this.#miruo = miruo && new MiruoTracker(miruo, this.#events);
    this.#tcpeek = tcpeek && new HandshakeTracker(tcpeek, this.#events.handshakes);
    this.#walker = new ShardWalker(shard, blocks, this.#events, this.#miruo, this.#tcpeek);
  }

  /** Takes the next block, waiting for it, and tracks it; false when it was the one that ends the stream. */
  step(): boolean {
    const isEnd = this.#walker.walk(this.#consumer.take());
    this.#consumer.release();
    this.#tcpeek?.endBlock();
    if (isEnd) this.#events.streamDone();
    else this.#events.blockDone(this.#miruo?.counters ?? NO_COUNTERS);
    return !isEnd;
  }

  summary(): TrackSummary {
    return {
      miruo: this.#miruo?.counters ?? zeroCounters(),
      directions: this.#miruo?.directions ?? zeroDirections(),
      checksums: this.#tcpeek?.checksumFigures,
      openings: this.#tcpeek?.openings ?? NO_OPENINGS,
    };
  }
}

/** Where sessions are not tracked. */
const NO_COUNTERS = zeroCounters();

class ShardWalker {
  readonly #shard: number;
  readonly #descriptorsOffset: number;
  readonly #ticksOffset: number;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #events: EventWriter;
  readonly #miruo: MiruoTracker | undefined;
  readonly #tcpeek: HandshakeTracker | undefined;
  /** Words of the ticks in the block that are still to come. */
  #tick = 0;
  #ticksEnd = 0;
  #isClockRunning = false;

  constructor(
    shard: number,
    blocks: BlockRingMemory,
    events: EventWriter,
    miruo: MiruoTracker | undefined,
    tcpeek: HandshakeTracker | undefined,
  ) {
    this.#shard = shard;
    this.#descriptorsOffset = blocks.layout.descriptorsOffset;
    this.#ticksOffset = blocks.layout.ticksOffset;
    this.#words = new Int32Array(blocks.buffer);
    this.#view = new DataView(blocks.buffer);
    this.#events = events;
    this.#miruo = miruo;
    this.#tcpeek = tcpeek;
  }

  /** Walks the block in the slot at byte `slot`; true when it is the one that ends the stream. */
  walk(slot: number): boolean {
    const words = this.#words;
    const header = slot >> 2;
    if (words[header + SLOT_KIND] === BLOCK_END) {
      this.#events.key = 0;
      this.#miruo?.onEnd(words[header + SLOT_NOW] >>> 0, (words[header + SLOT_NOW + 1] / 1000) | 0);
      this.#tcpeek?.onEnd();
      return true;
    }
    const view = this.#view;
    const miruo = this.#miruo;
    const tcpeek = this.#tcpeek;
    const events = this.#events;
    const first = (slot + this.#descriptorsOffset) >> 2;
    this.#tick = (slot + this.#ticksOffset) >> 2;
    this.#ticksEnd = this.#tick + words[header + SLOT_TICKS];
    // Ticks and own descriptors are both in packet order; a tick comes before the segment of the same packet.
    let nextTick = this.#nextTick();
    for (let next = words[header + SLOT_HEADS + this.#shard]; next !== 0; ) {
      const descriptor = next - 1;
      let isMoment = false;
      if (nextTick <= descriptor) {
        isMoment = this.#passTicks(first, descriptor);
        nextTick = this.#nextTick();
      }
      const d = first + descriptor * DESCRIPTOR_WORDS;
      events.key = 2 * packetIndex(words[d + D_INDEX]);
      if (isSegment(words[d + D_TCP])) {
        const hash = conversationHash(words, d);
        miruo?.onSegment(words, d, view, hash);
        tcpeek?.onSegment(words, d, view, hash);
      } else if (words[d + D_TCP] === UNREACHABLE_HERE) {
        tcpeek?.onUnreachable(words, d, view, conversationHash(words, d));
      }
      // A later fragment is here because its conversation is; sessions are made of segments.
      if (isMoment) this.#tellMoment();
      next = words[d + DESCRIPTOR_NEXT];
    }
    this.#passTicks(first, TICK_DESCRIPTOR);
    if (words[header + SLOT_KIND] === BLOCK_MOMENT) this.#tellMoment();
    return false;
  }

  /** The descriptor of the next tick, more than any when there is none. */
  #nextTick(): number {
    return this.#tick < this.#ticksEnd ? this.#words[this.#tick] & TICK_DESCRIPTOR : TICK_DESCRIPTOR;
  }

  /**
   * Passes the ticks up to that of descriptor `last`, the first of which is at word `first`. Returns whether a moment comes
   * after the packet of `last` itself; the moments of other shards' packets are noted.
   */
  #passTicks(first: number, last: number): boolean {
    while (this.#tick < this.#ticksEnd) {
      const word = this.#words[this.#tick];
      const descriptor = word & TICK_DESCRIPTOR;
      if (descriptor > last) return false;
      this.#tick++;
      this.#onTick(word, first + descriptor * DESCRIPTOR_WORDS);
      if ((word & TICK_MOMENT) === 0) continue;
      if (descriptor === last) return true;
      this.#tellMoment();
    }
    return false;
  }

  /** The tick `word`, at the packet of the descriptor at word `d`. What miruo says of it comes first, in every shard. */
  #onTick(word: number, d: number): void {
    if ((word & TICK_NOTICE) !== 0) {
      this.#events.notice();
      return;
    }
    const words = this.#words;
    const sec = words[d + D_SEC] >>> 0;
    this.#events.key = 2 * packetIndex(words[d + D_INDEX]) - 1;
    if ((word & TICK_SEGMENTS) !== 0) {
      if (this.#isClockRunning) this.#miruo?.onTick(sec, (words[d + D_NSEC] / 1000) | 0);
      else this.#miruo?.startClock(sec);
      this.#isClockRunning = true;
    }
    if ((word & TICK_PACKETS) !== 0) this.#tcpeek?.onTick(sec);
  }

  #tellMoment(): void {
    this.#events.moment(this.#miruo?.counters ?? NO_COUNTERS);
  }
}
