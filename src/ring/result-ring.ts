/**
 * A result ring: one tracker writes records, the merger reads them. Owns framing, wrap-around and waiting;
 * never knows what a record means.
 *
 *   record:  length in bytes, header included, a multiple of 8 | kind | two words for the owner | payload
 *
 * A record is contiguous: where the end of the ring is too near, a PAD record fills it. The writer publishes
 * in batches (once a block, or when the ring is full); it waits on the reader's counter when there is no room.
 * The reader never blocks: it is the main thread, which must serve signals.
 */
import { READ_WORD, RESULT_PAYLOAD_BYTES_OFFSET, WRITTEN_WORD } from './layout.js';

/** Kind of the filler record; the owner's kinds start at 1. */
export const RECORD_PAD = 0;
export const RECORD_HEADER_BYTES = 16;

/** Words of a record's header, relative to its start. */
export const RECORD_KIND = 1;
export const RECORD_KEY = 2;
export const RECORD_ROW = 3;

/** Memory of one result ring; allocated by the main thread, attached by a tracker. */
export interface ResultRingMemory {
  readonly buffer: SharedArrayBuffer;
  /** A power of two. */
  readonly capacityBytes: number;
}

/** Allocates a ring of `capacityBytes`, a power of two; `firstCounter` as for the block ring, a multiple of 8. */
export function allocateResultRing(capacityBytes: number, firstCounter = 0): ResultRingMemory {
  const buffer = new SharedArrayBuffer(RESULT_PAYLOAD_BYTES_OFFSET + capacityBytes);
  const control = new Int32Array(buffer, 0, RESULT_PAYLOAD_BYTES_OFFSET / 4);
  control[WRITTEN_WORD] = firstCounter;
  control[READ_WORD] = firstCounter;
  return { buffer, capacityBytes };
}

/** The tracker's end. A record is reserved, filled through `words` or `bytes`, and visible after `publish`. */
export class ResultWriter {
  /** The ring's payload, to fill a reserved record through; records, and what follows their headers, start at multiples of 8 bytes. */
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly doubles: Float64Array;
  readonly #control: Int32Array;
  readonly #capacity: number;
  #written: number;
  #read: number;
  #unpublishedBytes = 0;

  constructor(memory: ResultRingMemory) {
    this.#control = new Int32Array(memory.buffer, 0, RESULT_PAYLOAD_BYTES_OFFSET / 4);
    this.words = new Int32Array(memory.buffer, RESULT_PAYLOAD_BYTES_OFFSET, memory.capacityBytes / 4);
    this.bytes = new Uint8Array(memory.buffer, RESULT_PAYLOAD_BYTES_OFFSET, memory.capacityBytes);
    this.doubles = new Float64Array(memory.buffer, RESULT_PAYLOAD_BYTES_OFFSET, memory.capacityBytes / 8);
    this.#capacity = memory.capacityBytes;
    this.#written = Atomics.load(this.#control, WRITTEN_WORD);
    this.#read = Atomics.load(this.#control, READ_WORD);
  }

  /**
   * Appends a record with room for `payloadBytes` (at most a quarter of the ring) and returns the byte
   * position of its header in the payload area. Waits while the ring is full.
   */
  append(kind: number, key: number, row: number, payloadBytes: number): number {
    const length = (RECORD_HEADER_BYTES + payloadBytes + 7) & ~7;
    let at = this.#written & (this.#capacity - 1);
    const toEnd = this.#capacity - at;
    if (toEnd < length) {
      this.#waitForRoom(toEnd + length);
      // A gap of 8 bytes has no room for a whole header: length and kind are enough for a PAD.
      this.words[at >> 2] = toEnd;
      this.words[(at >> 2) + RECORD_KIND] = RECORD_PAD;
      this.#advance(toEnd);
      at = 0;
    } else {
      this.#waitForRoom(length);
    }
    const word = at >> 2;
    this.words[word] = length;
    this.words[word + RECORD_KIND] = kind;
    this.words[word + RECORD_KEY] = key;
    this.words[word + RECORD_ROW] = row;
    this.#advance(length);
    return at;
  }

  /** Makes everything appended visible to the merger. */
  publish(): void {
    if (this.#unpublishedBytes === 0) return;
    this.#unpublishedBytes = 0;
    Atomics.store(this.#control, WRITTEN_WORD, this.#written);
    Atomics.notify(this.#control, WRITTEN_WORD);
  }

  #advance(bytes: number): void {
    this.#written = (this.#written + bytes) | 0;
    this.#unpublishedBytes += bytes;
  }

  #waitForRoom(bytes: number): void {
    while (((this.#written - this.#read) | 0) + bytes > this.#capacity) {
      this.#read = Atomics.load(this.#control, READ_WORD);
      if (((this.#written - this.#read) | 0) + bytes <= this.#capacity) return;
      this.publish();
      Atomics.wait(this.#control, READ_WORD, this.#read);
      this.#read = Atomics.load(this.#control, READ_WORD);
    }
  }
}

/** The merger's end: looks at the oldest record, then steps over it. */
export class ResultReader {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly doubles: Float64Array;
  readonly #control: Int32Array;
  readonly #capacity: number;
  #written: number;
  #read: number;
  #unreleasedBytes = 0;

  constructor(memory: ResultRingMemory) {
    this.#control = new Int32Array(memory.buffer, 0, RESULT_PAYLOAD_BYTES_OFFSET / 4);
    this.words = new Int32Array(memory.buffer, RESULT_PAYLOAD_BYTES_OFFSET, memory.capacityBytes / 4);
    this.bytes = new Uint8Array(memory.buffer, RESULT_PAYLOAD_BYTES_OFFSET, memory.capacityBytes);
    this.doubles = new Float64Array(memory.buffer, RESULT_PAYLOAD_BYTES_OFFSET, memory.capacityBytes / 8);
    this.#capacity = memory.capacityBytes;
    this.#read = Atomics.load(this.#control, READ_WORD);
    this.#written = this.#read;
  }

  /** Word position of the oldest record's header, or -1 when nothing is there yet. */
  peek(): number {
    for (;;) {
      if (this.#read === this.#written) {
        this.#written = Atomics.load(this.#control, WRITTEN_WORD);
        if (this.#read === this.#written) return -1;
      }
      const at = (this.#read & (this.#capacity - 1)) >> 2;
      if (this.words[at + RECORD_KIND] !== RECORD_PAD) return at;
      this.#step(this.words[at]);
    }
  }

  /** Steps over the record that `peek` showed; its bytes must not be read afterwards. */
  next(): void {
    this.#step(this.words[(this.#read & (this.#capacity - 1)) >> 2]);
  }

  /** Gives the room of the records stepped over back to the tracker. */
  release(): void {
    if (this.#unreleasedBytes === 0) return;
    this.#unreleasedBytes = 0;
    Atomics.store(this.#control, READ_WORD, this.#read);
    Atomics.notify(this.#control, READ_WORD);
  }

  /** Resolves once there is more than `peek` last saw. Does not block the thread. */
  async wait(): Promise<void> {
    const outcome = Atomics.waitAsync(this.#control, WRITTEN_WORD, this.#written);
    if (outcome.async) await outcome.value;
  }

  #step(bytes: number): void {
    this.#read = (this.#read + bytes) | 0;
    this.#unreleasedBytes += bytes;
    if (this.#unreleasedBytes >= this.#capacity >> 3) this.release();
  }
}
