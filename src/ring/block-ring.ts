/**
 * The block ring: one producer (the reader), several consumers (the trackers), each of which sees every
 * block. Owns the counters and the waiting; never looks into a block.
 *
 * The producer fills a slot, then stores the counter once, then notifies once. A consumer waits on that
 * counter; the producer waits on the counter of the consumer that holds it up: each on the very cell that
 * the other side advances, in a loop, so that a wake-up that comes early or late is harmless.
 */
import { type BlockRingLayout, consumedWord, PUBLISHED_WORD } from './layout.js';

/** A block ring's memory and layout: what the threads are handed. Allocated once, attached by each. */
export interface BlockRingMemory {
  readonly layout: BlockRingLayout;
  readonly buffer: SharedArrayBuffer;
}

/**
 * Allocates the memory of a ring. `firstCounter` is where the free-running counters start: 0, or near the
 * end of int32 in the test that sees them wrap.
 */
export function allocateBlockRing(layout: BlockRingLayout, firstCounter = 0): BlockRingMemory {
  const buffer = new SharedArrayBuffer(layout.totalBytes);
  const control = new Int32Array(buffer, 0, layout.controlBytes / 4);
  control[PUBLISHED_WORD] = firstCounter;
  for (let t = 0; t < layout.trackers; t++) control[consumedWord(t)] = firstCounter;
  return { layout, buffer };
}

/** Byte position of the slot of the block with this counter value. */
function slotStart(layout: BlockRingLayout, counter: number): number {
  return layout.controlBytes + (counter & (layout.slots - 1)) * layout.slotBytes;
}

/** The reader's end. Exactly one per ring. */
export class BlockProducer {
  readonly #layout: BlockRingLayout;
  readonly #control: Int32Array;
  #counter: number;

  constructor(memory: BlockRingMemory) {
    this.#layout = memory.layout;
    this.#control = new Int32Array(memory.buffer, 0, memory.layout.controlBytes / 4);
    this.#counter = Atomics.load(this.#control, PUBLISHED_WORD);
  }

  /** Waits until the next slot is free in every tracker's eyes, if there are any; returns its byte position. */
  acquire(): number {
    for (let t = 0; t < this.#layout.trackers; t++) {
      const cell = consumedWord(t);
      for (;;) {
        const consumed = Atomics.load(this.#control, cell);
        if (((this.#counter - consumed) | 0) < this.#layout.slots) break;
        Atomics.wait(this.#control, cell, consumed);
      }
    }
    return slotStart(this.#layout, this.#counter);
  }

  /** Hands the acquired slot to the trackers; it must not be touched afterwards. */
  publish(): void {
    this.#counter = (this.#counter + 1) | 0;
    Atomics.store(this.#control, PUBLISHED_WORD, this.#counter);
    Atomics.notify(this.#control, PUBLISHED_WORD);
  }
}

/** A tracker's end. Exactly one per ring and tracker. */
export class BlockConsumer {
  readonly #layout: BlockRingLayout;
  readonly #control: Int32Array;
  readonly #cell: number;
  #counter: number;

  constructor(memory: BlockRingMemory, tracker: number) {
    this.#layout = memory.layout;
    this.#control = new Int32Array(memory.buffer, 0, memory.layout.controlBytes / 4);
    this.#cell = consumedWord(tracker);
    this.#counter = Atomics.load(this.#control, this.#cell);
  }

  /** Whether `take` would return at once. */
  get isReady(): boolean {
    return Atomics.load(this.#control, PUBLISHED_WORD) !== this.#counter;
  }

  /** Waits for the next block; returns its slot's byte position. */
  take(): number {
    while (Atomics.load(this.#control, PUBLISHED_WORD) === this.#counter) {
      Atomics.wait(this.#control, PUBLISHED_WORD, this.#counter);
    }
    return slotStart(this.#layout, this.#counter);
  }

  /** Gives the slot taken last back to the reader; its bytes must not be read afterwards. */
  release(): void {
    this.#counter = (this.#counter + 1) | 0;
    Atomics.store(this.#control, this.#cell, this.#counter);
    Atomics.notify(this.#control, this.#cell);
  }
}
