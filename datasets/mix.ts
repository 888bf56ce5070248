/**
 * One large capture out of many small ones: copies of them begin one after another, each with addresses of its own and at its own pace, and their packets
 * are written in the order of time. The same captures, length and seed give the same bytes. Owns the order and the records; `renumber.ts` owns the
 * addresses.
 */
import { Random } from './random.js';
import { findAddresses, type Renumbering, renumber } from './renumber.js';
import { WRAPPINGS, type Wrapping } from './wrap.js';

/** A packet of a capture of Ethernet frames. */
export interface SourcePacket {
  readonly usec: number;
  readonly frame: Buffer;
  /** Bytes on the wire. */
  readonly wireBytes: number;
}

/** A capture to be copied; its frames' addresses are known. */
export interface Source {
  readonly bytes: number;
  readonly packets: readonly (SourcePacket & { readonly addresses: Renumbering })[];
}

export interface MixOptions {
  /** Stop at the first record that makes the capture at least so long. */
  readonly bytes: number;
  readonly seed: number;
}

export interface MixSummary {
  readonly packets: number;
  /** File header included. */
  readonly bytes: number;
  readonly copies: number;
}

const BLOCK_BYTES = 4 * 1024 * 1024;
const MAX_FRAME_BYTES = 262_144;
const HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const FIRST_SEC = 1_700_000_000;
/** A capture that took longer goes faster, or the mix would be over before it. */
const MAX_SPAN_USEC = 120e6;
/** How much begins in a second of packet time. */
const BYTES_PER_SEC = 4e6;
/** Copies are numbered with 16 bits; after all of them addresses come again. Odd, so that every number comes up. */
const NUMBER_STEP = 0x9e37;

/** Makes a capture ready to be copied. Times that go back stand still instead. */
export function sourceOf(packets: readonly SourcePacket[]): Source {
  let latest = packets[0].usec;
  const usecs = packets.map(({ usec }) => {
    latest = Math.max(latest, usec);
    return latest - packets[0].usec;
  });
  const pace = Math.min(1, MAX_SPAN_USEC / (latest - packets[0].usec));
  return {
    bytes: packets.reduce((sum, { frame }) => sum + RECORD_HEADER_BYTES + frame.length, 0),
    packets: packets.map(({ frame, wireBytes }, index) => {
      const own = Buffer.from(frame);
      return { usec: usecs[index] * pace, frame: own, wireBytes, addresses: findAddresses(own) };
    }),
  };
}

/** The capture in each kind of VLAN and tunnel, as captures of their own. */
export function wrapped(packets: readonly SourcePacket[]): Source[] {
  return WRAPPINGS.map((wrap) => sourceOf(packets.flatMap((packet) => wrapPacket(packet, wrap))));
}

function wrapPacket({ usec, frame, wireBytes }: SourcePacket, wrap: Wrapping): SourcePacket[] {
  const around = wrap(frame, wireBytes);
  if (around === undefined) return [];
  return [{ usec, frame: around, wireBytes: wireBytes + around.length - frame.length }];
}

/**
 * Mixes the captures into one, pcap with microseconds. Each chunk is a view of a block that is used again: `write` must be done with it when it
 * returns.
 */
export function mix(sources: readonly Source[], options: MixOptions, write: (chunk: Uint8Array) => void): MixSummary {
  const copies = new Copies(sources, options.seed);
  const records = new Records(write);
  while (records.bytes < options.bytes) {
    const { source, at, number, startUsec } = copies.first();
    const { usec, frame, wireBytes, addresses } = source.packets[at];
    const start = records.append(startUsec + usec, frame, wireBytes);
    renumber(records.block, start, addresses, number);
    copies.advance();
  }
  records.flush();
  return { packets: records.packets, bytes: records.bytes, copies: copies.begun };
}

/** A copy that is being written: `at` is its next packet, which comes at `nextUsec`. */
interface Copy {
  readonly source: Source;
  readonly number: number;
  readonly startUsec: number;
  at: number;
  nextUsec: number;
}

/** The copies under way, as a heap by the time of their next packets. */
class Copies {
  begun = 0;
  readonly #sources: Source[];
  readonly #random: Random;
  readonly #heap: Copy[] = [];
  #nextStartUsec = 0;

  constructor(sources: readonly Source[], seed: number) {
    this.#sources = [...sources];
    this.#random = new Random(seed);
  }

  /** The copy whose packet comes next. */
  first(): Copy {
    while (this.#heap.length === 0 || this.#nextStartUsec <= this.#heap[0].nextUsec) this.#begin();
    return this.#heap[0];
  }

  /** Steps over the packet of `first`. */
  advance(): void {
    const heap = this.#heap;
    const copy = heap[0];
    copy.at++;
    if (copy.at < copy.source.packets.length) {
      copy.nextUsec = copy.startUsec + copy.source.packets[copy.at].usec;
      this.#sink(copy);
      return;
    }
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
  }

  /** All captures have their turn before one comes again, in another order each time. */
  #begin(): void {
    const turn = this.begun % this.#sources.length;
    if (turn === 0) this.#shuffle();
    const source = this.#sources[turn];
    const startUsec = this.#nextStartUsec;
    const number = Math.imul(this.begun, NUMBER_STEP) & 0xffff;
    this.begun++;
    this.#nextStartUsec += ((source.bytes / BYTES_PER_SEC) * 2e6 * (1 + this.#random.unit())) / 3;
    this.#rise({ source, number, startUsec, at: 0, nextUsec: startUsec });
  }

  #shuffle(): void {
    const sources = this.#sources;
    for (let left = sources.length; left > 1; left--) {
      const chosen = this.#random.below(left);
      [sources[left - 1], sources[chosen]] = [sources[chosen], sources[left - 1]];
    }
  }

  #rise(copy: Copy): void {
    const heap = this.#heap;
    let at = heap.push(copy) - 1;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = heap[(at - 1) >> 1];
      if (parent.nextUsec <= copy.nextUsec) break;
      heap[at] = parent;
    }
    heap[at] = copy;
  }

  /** Puts the copy in the place of the first, and down from there. */
  #sink(copy: Copy): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && heap[child + 1].nextUsec < heap[child].nextUsec) child++;
      if (child >= heap.length || heap[child].nextUsec >= copy.nextUsec) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = copy;
  }
}

class Records {
  packets = 0;
  bytes = HEADER_BYTES;
  readonly block = Buffer.alloc(BLOCK_BYTES);
  readonly #write: (chunk: Uint8Array) => void;
  #used = HEADER_BYTES;

  constructor(write: (chunk: Uint8Array) => void) {
    this.#write = write;
    this.block.writeUInt32LE(0xa1b2c3d4, 0);
    this.block.writeUInt16LE(2, 4);
    this.block.writeUInt16LE(4, 6);
    this.block.writeUInt32LE(MAX_FRAME_BYTES, 16);
    this.block.writeUInt32LE(1, 20);
  }

  /** Appends a record; returns where in the block its frame is, until the next one. */
  append(usec: number, frame: Buffer, wireBytes: number): number {
    const bytes = RECORD_HEADER_BYTES + frame.length;
    if (this.#used + bytes > BLOCK_BYTES) this.flush();
    const { block } = this;
    const at = this.#used;
    const sec = Math.floor(usec / 1e6);
    block.writeUInt32LE(FIRST_SEC + sec, at);
    block.writeUInt32LE(Math.floor(usec - sec * 1e6), at + 4);
    block.writeUInt32LE(frame.length, at + 8);
    block.writeUInt32LE(wireBytes, at + 12);
    frame.copy(block, at + RECORD_HEADER_BYTES);
    this.#used = at + bytes;
    this.bytes += bytes;
    this.packets++;
    return at + RECORD_HEADER_BYTES;
  }

  flush(): void {
    if (this.#used > 0) this.#write(this.block.subarray(0, this.#used));
    this.#used = 0;
  }
}
