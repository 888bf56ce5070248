/**
 * The writing thread's loop: takes block after block and writes what its entries say (`src/capture/cut-entry.ts`). Owns the
 * headers of packets that are written anew, in pcap and pcapng; what is to be written is the reader's to say.
 */
import {
  E_AT,
  E_BYTES,
  E_NSEC,
  E_SEC,
  E_WIRE,
  ENTRY_WORDS,
  FORM_BIG_ENDIAN,
  FORM_PCAP_NS,
  FORM_PCAP_US,
  FORM_PCAPNG_NS,
  ZEROS,
} from '../capture/cut-entry.js';
import { RECORD_HEADER_BYTES } from '../capture/pcap.js';
import { ENHANCED_PACKET, PACKET_HEAD_BYTES, TRAILER_BYTES } from '../capture/pcapng-blocks.js';
import { describeSystemError, isSystemError } from '../capture/problem.js';
import { BlockConsumer, type BlockRingMemory } from '../ring/block-ring.js';
import { BLOCK_END, SLOT_ENTRIES, SLOT_FORM, SLOT_KIND } from '../ring/layout.js';
import { type BlockingOutput, BORROWED_BYTES } from './blocking-output.js';

/** What became of writing. */
export interface WriteOutcome {
  /** Set when a write failed. */
  readonly failure?: WriteFailure;
}

/** A failed system call: plain data. */
export interface WriteFailure {
  readonly code: string;
  readonly message: string;
}

const MOST_ZEROS = 64 * 1024;

/** Writes all that the ring brings, or ends with a block when `stop` says so. Throws the error of a write. */
export function writeCuts(blocks: BlockRingMemory, output: BlockingOutput, stop: Int32Array): void {
  const consumer = new BlockConsumer(blocks, 0);
  const writer = new CutWriter(blocks, output);
  for (;;) {
    // Nothing waits in the buffer for packets that may not come for a while.
    if (!consumer.isReady) output.flush();
    const isEnd = writer.write(consumer.take());
    consumer.release();
    if (!isEnd && Atomics.load(stop, 0) === 0) continue;
    output.flush();
    output.close();
    return;
  }
}

/** The system's error as data, with what became of the file; anything else is thrown again. */
export function writeFailure(error: unknown, { aside }: BlockingOutput): WriteFailure {
  if (!isSystemError(error)) throw error;
  const { code = '' } = error as NodeJS.ErrnoException;
  return { code, message: `${describeSystemError(error, 'written')}${aside}` };
}

/** Writes blocks, one after the other. */
export class CutWriter {
  readonly #output: BlockingOutput;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #descriptorsOffset: number;
  readonly #zeros = new Uint8Array(MOST_ZEROS);

  constructor(blocks: BlockRingMemory, output: BlockingOutput) {
    this.#output = output;
    this.#words = new Int32Array(blocks.buffer);
    this.#bytes = new Uint8Array(blocks.buffer);
    this.#descriptorsOffset = blocks.layout.descriptorsOffset;
  }

  /** Writes the block in the slot at byte `slot`; true when it is the one that ends the stream. */
  write(slot: number): boolean {
    const words = this.#words;
    const header = slot >> 2;
    if (words[header + SLOT_KIND] === BLOCK_END) return true;
    const form = words[header + SLOT_FORM];
    const first = (slot + this.#descriptorsOffset) >> 2;
    const end = first + words[header + SLOT_ENTRIES] * ENTRY_WORDS;
    for (let entry = first; entry < end; entry += ENTRY_WORDS) {
      const at = words[entry + E_AT];
      const bytes = words[entry + E_BYTES];
      if (bytes >= 0) this.#writePacket(form, entry);
      else if (at === ZEROS) this.#writeZeros(~bytes);
      else this.#copy(this.#bytes, at, ~bytes);
    }
    this.#output.endBorrowing();
    return false;
  }

  #writePacket(form: number, entry: number): void {
    const littleEndian = form < FORM_BIG_ENDIAN;
    const kind = littleEndian ? form : form - FORM_BIG_ENDIAN;
    if (kind === FORM_PCAP_US || kind === FORM_PCAP_NS) this.#writeRecord(kind === FORM_PCAP_NS, littleEndian, entry);
    else this.#writeBlock(kind === FORM_PCAPNG_NS, littleEndian, entry);
  }

  /** A record of pcap (draft-ietf-opsawg-pcap 5). */
  #writeRecord(hasNanoseconds: boolean, littleEndian: boolean, entry: number): void {
    const words = this.#words;
    const captured = words[entry + E_BYTES];
    const output = this.#output;
    output.reserve(RECORD_HEADER_BYTES + captured);
    const { view } = output;
    const at = output.filled;
    const nsec = words[entry + E_NSEC];
    view.setInt32(at, words[entry + E_SEC], littleEndian);
    view.setInt32(at + 4, hasNanoseconds ? nsec : (nsec / 1000) | 0, littleEndian);
    view.setInt32(at + 8, captured, littleEndian);
    view.setInt32(at + 12, words[entry + E_WIRE], littleEndian);
    output.filled = at + RECORD_HEADER_BYTES;
    this.#putFrame(entry, captured);
  }

  /** An Enhanced Packet Block of interface 0 (pcapng 4.3). */
  #writeBlock(hasNanoseconds: boolean, littleEndian: boolean, entry: number): void {
    const words = this.#words;
    const captured = words[entry + E_BYTES];
    const padding = -captured & 3;
    const length = PACKET_HEAD_BYTES + captured + padding + TRAILER_BYTES;
    const output = this.#output;
    output.reserve(length);
    const { view } = output;
    const at = output.filled;
    const units = hasNanoseconds ? 1e9 : 1e6;
    const fraction = hasNanoseconds ? words[entry + E_NSEC] : (words[entry + E_NSEC] / 1000) | 0;
    const sec = words[entry + E_SEC] >>> 0;
    // The product does not fit a double: in two halves, the upper one in units of 65536.
    const upper = (sec >>> 16) * units;
    const lower = (upper % 65536) * 65536 + (sec & 0xffff) * units + fraction;
    view.setUint32(at, ENHANCED_PACKET, littleEndian);
    view.setUint32(at + 4, length, littleEndian);
    view.setUint32(at + 8, 0, littleEndian);
    view.setUint32(at + 12, Math.floor(upper / 65536) + Math.floor(lower / 2 ** 32), littleEndian);
    view.setUint32(at + 16, lower % 2 ** 32, littleEndian);
    view.setUint32(at + 20, captured, littleEndian);
    view.setInt32(at + 24, words[entry + E_WIRE], littleEndian);
    output.filled = at + PACKET_HEAD_BYTES;
    this.#putFrame(entry, captured);
    output.buffer.fill(0, output.filled, output.filled + padding);
    view.setUint32(output.filled + padding, length, littleEndian);
    output.filled += padding + TRAILER_BYTES;
  }

  #putFrame(entry: number, captured: number): void {
    const frameAt = this.#words[entry + E_AT];
    this.#output.append(this.#bytes, frameAt, frameAt + captured);
  }

  #copy(bytes: Uint8Array, at: number, length: number): void {
    this.#output.reserve(Math.min(length, BORROWED_BYTES));
    this.#output.append(bytes, at, at + length);
  }

  #writeZeros(bytes: number): void {
    for (let left = bytes; left > 0; left -= MOST_ZEROS) {
      this.#copy(this.#zeros, 0, Math.min(left, MOST_ZEROS));
    }
  }
}
