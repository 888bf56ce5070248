/**
 * The tracker thread's loop: takes block after block, walks its shard's list of descriptors, and lets the
 * analyses see each segment and each tick in order. Owns the order; knows no protocol.
 */
import { D_INDEX, D_NSEC, D_SEC, D_TCP, NO_TCP_HEADER, packetIndex } from '../capture/descriptor.js';
import { EventWriter } from '../merge/events.js';
import type { MiruoOptions } from '../miruo/options.js';
import type { MiruoCounters } from '../miruo/statistics.js';
import { MiruoTracker } from '../miruo/tracker.js';
import { BlockConsumer, type BlockRingMemory } from '../ring/block-ring.js';
import {
  BLOCK_END,
  DESCRIPTOR_NEXT,
  DESCRIPTOR_WORDS,
  SLOT_HEADS,
  SLOT_KIND,
  SLOT_NOW,
  SLOT_TICKS,
} from '../ring/layout.js';
import { type ResultRingMemory, ResultWriter } from '../ring/result-ring.js';

/** What a tracker returns when the stream is done. */
export interface TrackSummary {
  readonly miruo: MiruoCounters;
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
    return { miruo: this.#miruo.counters };
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
    let tick = (slot + this.#ticksOffset) >> 2;
    const ticksEnd = tick + words[header + SLOT_TICKS];
    // Ticks and own descriptors are both in packet order; a tick comes before the segment of the same packet.
    let nextTick = tick < ticksEnd ? words[tick] : -1;
    for (let next = words[header + SLOT_HEADS + this.#shard]; next !== 0; ) {
      const descriptor = next - 1;
      while (nextTick >= 0 && nextTick <= descriptor) {
        this.#onTick(first + nextTick * DESCRIPTOR_WORDS);
        nextTick = ++tick < ticksEnd ? words[tick] : -1;
      }
      const d = first + descriptor * DESCRIPTOR_WORDS;
      // A later fragment is here because its conversation is; sessions are made of segments.
      if (words[d + D_TCP] !== NO_TCP_HEADER) {
        events.key = 2 * packetIndex(words[d + D_INDEX]);
        miruo.onSegment(words, d, view);
      }
      next = words[d + DESCRIPTOR_NEXT];
    }
    for (; tick < ticksEnd; tick++) this.#onTick(first + words[tick] * DESCRIPTOR_WORDS);
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
