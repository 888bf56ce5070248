/**
 * The byte ring: the feeder thread writes the bytes of one input after the other, the reader thread reads them. Owns
 * offsets, counters and waiting; never looks at a byte. The writer has an event loop and never blocks it; the reader
 * blocks, with a limit. The main thread may ask for an end and look up which processes are at work.
 *
 *   byte 0     line 0   written by the feeder
 *                word 0    bytes written
 *                word 1    announcements: goes up with what the reader may wait for, as many bytes as it wants or the end
 *                word 2    requests ended
 *                word 3    1: what is written was compressed, as known before the first byte of it
 *                word 4-7  process ids of children at work, 0 for none
 *                word 8-9  float64: bytes of the input as stored that were used so far
 *   byte 64    line 1   written by the reader
 *                word 16   bytes read
 *                word 17   requests opened
 *                word 18   the request closed last, by its number
 *                word 19   bytes that must be there before the reader is to be woken for them
 *   byte 128   line 2   written by the main thread
 *                word 32   1: whatever is at work is to come to its end
 *   byte 192   payload: a power of two of bytes
 *
 * Counters run freely through all of int32; position = counter & mask. Requests are numbered from 1; request n is open
 * from "opened = n" to "ended = n", and the reader opens the next one only after that. Each side waits on a cell that the
 * other advances, and a cell is read before what it announces.
 */

const LINE_BYTES = 64;
const WRITTEN = 0;
const ANNOUNCED = 1;
const ENDED = 2;
const UNPACKED = 3;
const CHILDREN = 4;
const INPUT_BYTES_AT = 32;
const READ = 16;
const OPENED = 17;
const CLOSED = 18;
const WANTED = 19;
const FINISH = 32;
const PAYLOAD_AT = 3 * LINE_BYTES;

/** Children that can be at work at once: one a layer of compression. */
export const CHILD_CELLS = 4;

/** Memory of a byte ring; allocated by the main thread, attached by feeder and reader. */
export interface ByteRingMemory {
  readonly buffer: SharedArrayBuffer;
  /** A power of two. */
  readonly capacityBytes: number;
}

/** Allocates a ring of `capacityBytes`, a power of two; `firstCounter` as for the block ring. */
export function allocateByteRing(capacityBytes: number, firstCounter = 0): ByteRingMemory {
  const memory = { buffer: new SharedArrayBuffer(PAYLOAD_AT + capacityBytes), capacityBytes };
  const control = controlOf(memory);
  control[WRITTEN] = firstCounter;
  control[READ] = firstCounter;
  control[ANNOUNCED] = firstCounter;
  return memory;
}

const controlOf = (memory: ByteRingMemory): Int32Array => new Int32Array(memory.buffer, 0, PAYLOAD_AT / 4);
const payloadOf = (memory: ByteRingMemory): Uint8Array =>
  new Uint8Array(memory.buffer, PAYLOAD_AT, memory.capacityBytes);
const inputBytesOf = (memory: ByteRingMemory): Float64Array => new Float64Array(memory.buffer, INPUT_BYTES_AT, 1);

/** For the main thread: resolves once the reader has opened its first request. Does not keep the process alive. */
export async function firstRequest(memory: ByteRingMemory): Promise<void> {
  const outcome = Atomics.waitAsync(controlOf(memory), OPENED, 0);
  if (outcome.async) await outcome.value;
}

/** For the main thread: asks for the end of what is at work and of all that may follow; what was read so far counts. */
export function askToFinish(memory: ByteRingMemory): void {
  const control = controlOf(memory);
  Atomics.store(control, FINISH, 1);
  Atomics.notify(control, FINISH);
}

/** For the main thread: ids of the processes that work for the feeder. */
export function childrenAtWork(memory: ByteRingMemory): number[] {
  const control = controlOf(memory);
  const cells = Array.from({ length: CHILD_CELLS }, (_, cell) => Atomics.load(control, CHILDREN + cell));
  return cells.filter((pid) => pid !== 0);
}

/** The feeder's end. Exactly one per ring. */
export class ByteWriter {
  readonly #control: Int32Array;
  readonly #payload: Uint8Array;
  readonly #inputBytes: Float64Array;
  readonly #mask: number;
  #written: number;

  constructor(memory: ByteRingMemory) {
    this.#control = controlOf(memory);
    this.#payload = payloadOf(memory);
    this.#inputBytes = inputBytesOf(memory);
    this.#mask = memory.capacityBytes - 1;
    this.#written = Atomics.load(this.#control, WRITTEN);
  }

  /** Whether the reader wants nothing more of the open request. */
  get isClosed(): boolean {
    return Atomics.load(this.#control, CLOSED) === this.#request;
  }

  get isToFinish(): boolean {
    return Atomics.load(this.#control, FINISH) !== 0;
  }

  /** Bytes of the input as stored that were used for what was written. */
  set inputBytes(bytes: number) {
    this.#inputBytes[0] = bytes;
  }

  /** Whether what will be written was compressed; to be set before. */
  set isUnpacked(is: boolean) {
    Atomics.store(this.#control, UNPACKED, is ? 1 : 0);
  }

  /** Copies all of `bytes` into the ring, waiting for room; false, with a part perhaps not copied, once the request is closed. */
  async write(bytes: Uint8Array): Promise<boolean> {
    for (let from = 0; from < bytes.length; ) {
      if (this.isClosed) return false;
      const read = Atomics.load(this.#control, READ);
      const at = this.#written & this.#mask;
      const room = this.#payload.length - ((this.#written - read) | 0);
      const length = Math.min(bytes.length - from, room, this.#payload.length - at);
      if (length > 0) {
        this.#payload.set(bytes.subarray(from, from + length), at);
        from += length;
        this.#written = (this.#written + length) | 0;
        Atomics.store(this.#control, WRITTEN, this.#written);
        const there = (this.#written - Atomics.load(this.#control, READ)) | 0;
        if (there >= Atomics.load(this.#control, WANTED)) this.#announce();
      } else {
        // Closing reads everything away too, so it wakes who waits for room.
        const outcome = Atomics.waitAsync(this.#control, READ, read);
        if (outcome.async) await outcome.value;
      }
    }
    return !this.isClosed;
  }

  /** Ends the open request. */
  end(): void {
    Atomics.store(this.#control, ENDED, this.#request);
    this.#announce();
  }

  /** Resolves once the reader closes the open request, which it does with every one, ended or not. */
  async whenClosed(): Promise<void> {
    const request = this.#request;
    for (;;) {
      const closed = Atomics.load(this.#control, CLOSED);
      if (((closed - request) | 0) >= 0) return;
      const outcome = Atomics.waitAsync(this.#control, CLOSED, closed);
      if (outcome.async) await outcome.value;
    }
  }

  /** Resolves once the main thread asks for the end. */
  async whenToFinish(): Promise<void> {
    const outcome = Atomics.waitAsync(this.#control, FINISH, 0);
    if (outcome.async) await outcome.value;
  }

  /** Notes a child at work; returns its cell, to be given back when it has ended. */
  addChild(pid: number): number {
    for (let cell = 0; cell < CHILD_CELLS; cell++) {
      if (Atomics.compareExchange(this.#control, CHILDREN + cell, 0, pid) === 0) return cell;
    }
    throw new Error('more children than cells for them');
  }

  removeChild(cell: number): void {
    Atomics.store(this.#control, CHILDREN + cell, 0);
  }

  get #request(): number {
    return (Atomics.load(this.#control, ENDED) + 1) | 0;
  }

  #announce(): void {
    Atomics.add(this.#control, ANNOUNCED, 1);
    Atomics.notify(this.#control, ANNOUNCED);
  }
}

/** The reader's end. Exactly one per ring and thread; requests follow each other. */
export class ByteReader {
  readonly #control: Int32Array;
  readonly #payload: Uint8Array;
  readonly #inputBytes: Float64Array;
  readonly #mask: number;
  #read: number;

  constructor(memory: ByteRingMemory) {
    this.#control = controlOf(memory);
    this.#payload = payloadOf(memory);
    this.#inputBytes = inputBytesOf(memory);
    this.#mask = memory.capacityBytes - 1;
    this.#read = Atomics.load(this.#control, READ);
  }

  /** Opens the next request; the one before must be closed. */
  open(): void {
    if (!this.isEnded) throw new Error('the request before is still open');
    this.#inputBytes[0] = 0;
    Atomics.store(this.#control, UNPACKED, 0);
    Atomics.add(this.#control, OPENED, 1);
    Atomics.notify(this.#control, OPENED);
  }

  /** Whether the open request has ended: no more bytes come than are there. */
  get isEnded(): boolean {
    return Atomics.load(this.#control, ENDED) === Atomics.load(this.#control, OPENED);
  }

  /** Bytes that can be taken now. Only final if `isEnded` was true before. */
  get available(): number {
    return (Atomics.load(this.#control, WRITTEN) - this.#read) | 0;
  }

  get inputBytes(): number {
    return this.#inputBytes[0];
  }

  /** Whether the bytes of the open request were compressed. Final once some are there. */
  get isUnpacked(): boolean {
    return Atomics.load(this.#control, UNPACKED) !== 0;
  }

  /**
   * Waits until `bytes` are there, at most all that fit, the request has ended or `limitMs` have passed, whichever is
   * first; may return earlier. Returns how many bytes are there.
   */
  wait(bytes: number, limitMs: number): number {
    const announced = Atomics.load(this.#control, ANNOUNCED);
    // Stored before looking what is there: the feeder, which does the two the other way round, cannot miss it.
    Atomics.store(this.#control, WANTED, Math.min(bytes, this.#payload.length));
    if (!this.isEnded && this.available < bytes) Atomics.wait(this.#control, ANNOUNCED, announced, limitMs);
    return this.available;
  }

  /** Copies at most `length` bytes to `at` of `into`; returns how many. */
  take(into: Uint8Array, at: number, length: number): number {
    const taken = Math.min(length, this.available);
    const from = this.#read & this.#mask;
    const first = Math.min(taken, this.#payload.length - from);
    into.set(this.#payload.subarray(from, from + first), at);
    if (first < taken) into.set(this.#payload.subarray(0, taken - first), at + first);
    this.#advance(taken);
    return taken;
  }

  /** Closes the open request, ended or not: what is left of it is thrown away. Waits until the feeder has ended it. */
  close(): void {
    Atomics.store(this.#control, CLOSED, Atomics.load(this.#control, OPENED));
    Atomics.notify(this.#control, CLOSED);
    for (;;) {
      const announced = Atomics.load(this.#control, ANNOUNCED);
      const isEnded = this.isEnded;
      this.#advance(this.available);
      if (isEnded) return;
      Atomics.wait(this.#control, ANNOUNCED, announced);
    }
  }

  #advance(bytes: number): void {
    if (bytes === 0) return;
    this.#read = (this.#read + bytes) | 0;
    Atomics.store(this.#control, READ, this.#read);
    Atomics.notify(this.#control, READ);
  }
}
