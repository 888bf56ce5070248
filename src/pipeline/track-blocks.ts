/**
 * The tracker thread's loop: takes block after block, walks its shard's list of descriptors, and lets the
 * analyses see each segment and each tick in order. Owns the order; knows no protocol.
 */
import { D_INDEX, D_NSEC, D_SEC, D_TCP, NO_TCP_HEADER, packetIndex } from '../capture/descriptor.js';
import { EventWriter } from '../merge/events.js';
import type { DirectionCounts } from '../miruo/directions.js';
import type { MiruoOptions } from '../miruo/options.js';
import type { MiruoCounters } from '../miruo/statistics.js';
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
} from '../ring/layout.js';
import { type ResultRingMemory, ResultWriter } from '../ring/result-ring.js';

/** What a tracker returns when the stream is done. */
export interface TrackSummary {
  readonly miruo: MiruoCounters;
  readonly directions: DirectionCounts;
}

/** Tracks shard `shard` of the block ring to its end; results go to the result ring. */
export function trackBlocks(
  shard: number,
  options: MiruoOptions,
  blocks: BlockRingMemory,
  results: ResultRingMemory,
): TrackSummary {
  const tracker = new ShardTracker(shard, options, blocks, results);
  while (tracker.step());
  return tracker.summary();
}

/** One shard's tracking, block by block. */
export class ShardTracker {
  readonly #consumer: BlockConsumer;
  readonly #events: EventWriter;
  readonly #miruo: MiruoTracker;
  readonly #walker: ShardWalker;

  constructor(shard: number, options: MiruoOptions, blocks: BlockRingMemory, results: ResultRingMemory) {
    this.#consumer = new BlockConsumer(blocks, shard);
    this.#events = new EventWriter(new ResultWriter(results));
    this.#miruo = new MiruoTracker(options, this.#events);
    this.#walker = new ShardWalker(shard, blocks, this.#events, this.#miruo);
  }

  /** Takes the next block, waiting for it, and tracks it; false when it was the one that ends the stream. */
  step(): boolean {
    const isEnd = this.#walker.walk(this.#consumer.take());
    this.#consumer.release();
    if (isEnd) this.#events.streamDone();
    else this.#events.blockDone();
    return !isEnd;
  }

  summary(): TrackSummary {
    return { miruo: this.#miruo.counters, directions: this.#miruo.directions };
  }
}

class ShardWalker {
  readonly #shard: number;
  readonly #descriptorsOffset: number;
  readonly #ticksOffset: number;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #events: EventWriter;
  readonly #miruo: MiruoTracker;
  /** Words of the ticks in the block that are still to come. */
  #tick = 0;
  #ticksEnd = 0;
  #isClockRunning = false;

  constructor(shard: number, blocks: BlockRingMemory, events: EventWriter, miruo: MiruoTracker) {
    this.#shard = shard;
    this.#descriptorsOffset = blocks.layout.descriptorsOffset;
    this.#ticksOffset = blocks.layout.ticksOffset;
    this.#words = new Int32Array(blocks.buffer);
    this.#view = new DataView(blocks.buffer);
    this.#events = events;
    this.#miruo = miruo;
  }

  /** Walks the block in the slot at byte `slot`; true when it is the one that ends the stream. */
  walk(slot: number): boolean {
    const words = this.#words;
    const header = slot >> 2;
    if (words[header + SLOT_KIND] === BLOCK_END) {
      this.#events.key = 0;
      this.#miruo.onEnd(words[header + SLOT_NOW] >>> 0, (words[header + SLOT_NOW + 1] / 1000) | 0);
      return true;
    }
    const view = this.#view;
    const miruo = this.#miruo;
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
      // A later fragment is here because its conversation is; sessions are made of segments.
      if (words[d + D_TCP] !== NO_TCP_HEADER) {
        events.key = 2 * packetIndex(words[d + D_INDEX]);
        miruo.onSegment(words, d, view);
      }
      if (isMoment) events.moment(miruo.counters);
      next = words[d + DESCRIPTOR_NEXT];
    }
    this.#passTicks(first, TICK_DESCRIPTOR);
    if (words[header + SLOT_KIND] === BLOCK_MOMENT) events.moment(miruo.counters);
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
      this.#onTick(first + descriptor * DESCRIPTOR_WORDS);
      if ((word & TICK_MOMENT) === 0) continue;
      if (descriptor === last) return true;
      this.#events.moment(this.#miruo.counters);
    }
    return false;
  }

  #onTick(d: number): void {
    const words = this.#words;
    const sec = words[d + D_SEC] >>> 0;
    if (this.#isClockRunning) {
      this.#events.key = 2 * packetIndex(words[d + D_INDEX]) - 1;
      this.#miruo.onTick(sec, (words[d + D_NSEC] / 1000) | 0);
    } else {
      this.#isClockRunning = true;
      this.#miruo.startClock(sec);
    }
  }
}
