/**
 * Every offset in the memory that threads share. Owns sizes and positions; knows nothing of packets, of
 * what a descriptor's words mean (`src/capture/descriptor.ts`), or of who is waiting for whom.
 *
 * One SharedArrayBuffer holds the block ring:
 *
 *   byte 0          control words, each counter on a cache line of its own (64 bytes)
 *                     line 0        published blocks        written by the reader
 *                     line 1 + t    consumed blocks         written by tracker t
 *   controlBytes    slot 0 | slot 1 | ... | slot n-1
 *
 *   slot:  header words | figures | frame bytes: head room, block | descriptors | captured lengths | details | ticks
 *            the head room takes the beginning of a record whose end lies in this block, right-aligned
 *            against it, so that every record is contiguous
 *
 * A second one per tracker holds its result ring: control lines, then a power of two of payload bytes.
 *
 * Counters run freely through all of int32; slot = counter mod slots, position = counter & mask.
 */

/** Words of a cache line: counters of different writers never share one. */
export const LINE_WORDS = 16;
const WORD_BYTES = 4;
const LINE_BYTES = LINE_WORDS * WORD_BYTES;

/** Words of one descriptor: a cache line, so a tracker touches one line a packet. */
export const DESCRIPTOR_WORDS = 16;

/** The descriptor word that holds the index + 1 of the next descriptor for the same shard in this block; 0 ends the list. */
export const DESCRIPTOR_NEXT = 15;

/** Slot header words. The list heads of the shards follow at SLOT_HEADS. */
export const SLOT_KIND = 0;
export const SLOT_TICKS = 1;
/** Time of the latest counted packet so far: seconds, nanoseconds. */
export const SLOT_NOW = 2;
/** Which input the block is of, from 1; and the number in it of the block's first packet, from 1, as two words: low, high. */
export const SLOT_INPUT = 4;
export const SLOT_NUMBER = 5;
/** Packets of the whole run before the block's first, as two words: low, high. */
export const SLOT_PACKETS = 7;
export const SLOT_HEADS = 9;

/**
 * In a ring whose consumer copies packets, in place of ticks and lists: the form of the packets that it writes anew, and how
 * many entries (src/capture/cut-entry.ts) there are where the descriptors would be.
 */
export const SLOT_FORM = SLOT_TICKS;
export const SLOT_ENTRIES = SLOT_HEADS;

/** Words of what is noted of a segment beside its descriptor (src/capture/segment-details.ts). */
export const DETAIL_WORDS = 7;

/** Values of SLOT_KIND: the end of the stream is a block of its own kind, not a value of a counter. */
export const BLOCK_DATA = 0;
export const BLOCK_END = 1;
/** A capture is over; it holds nothing. Only where results are wanted for each capture by itself. */
export const BLOCK_CAPTURE_END = 2;
/** As BLOCK_DATA; after it comes a moment whose figures are wanted. */
export const BLOCK_MOMENT = 3;

/**
 * A word of the ticks: the number of a descriptor, which clock comes to another second before its packet (that of segments, that
 * of packets), and whether a moment whose figures are wanted comes after its packet; or, with TICK_NOTICE alone, that something
 * which was told has its place before that packet, or at the end of the block if there is none.
 */
export const TICK_MOMENT = 1 << 30;
export const TICK_SEGMENTS = 1 << 29;
export const TICK_PACKETS = 1 << 28;
export const TICK_NOTICE = 1 << 27;
/** The clock of all packets comes to another second before the packet; and a report is wanted after it. */
export const TICK_TRAFFIC = 1 << 26;
export const TICK_REPORT = 1 << 25;
export const TICK_DESCRIPTOR = TICK_REPORT - 1;

/** Longest record that can straddle two blocks (pcap header and 256 KiB of frame, rounded up). */
export const HEAD_ROOM_BYTES = 264 * 1024;

/** Fewest bytes of a record: pcap's header, or a Simple Packet Block (pcapng 4.4), and nothing of the packet. */
const LEAST_RECORD_BYTES = 16;

/** Float64 figures of a slot: what the reader counted of the traffic up to the block's end (src/capture/traffic-meter.ts). */
export const SLOT_FIGURES = 256;

/** Positions in the block ring, in bytes unless the name says words. */
export interface BlockRingLayout {
  readonly slots: number;
  readonly trackers: number;
  readonly blockBytes: number;
  /** Descriptors that fit one slot; a block with more is impossible. */
  readonly descriptorsPerSlot: number;
  readonly controlBytes: number;
  readonly slotBytes: number;
  /** From the slot's start to its figures, its head room, its block, its descriptors, the captured lengths of their frames, what else is noted of them, its ticks. */
  readonly figuresOffset: number;
  readonly headRoomOffset: number;
  readonly blockOffset: number;
  readonly descriptorsOffset: number;
  readonly lengthsOffset: number;
  readonly detailsOffset: number;
  readonly ticksOffset: number;
  readonly totalBytes: number;
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Lays out a block ring of `slots` (a power of two, so that a wrapped counter still points right) blocks. */
export function layoutBlockRing(slots: number, blockBytes: number, trackers: number): BlockRingLayout {
  const controlBytes = LINE_BYTES * (1 + trackers);
  const figuresOffset = roundUp((SLOT_HEADS + trackers) * WORD_BYTES, LINE_BYTES);
  const headRoomOffset = figuresOffset + 8 * SLOT_FIGURES;
  const blockOffset = headRoomOffset + HEAD_ROOM_BYTES;
  const descriptorsOffset = roundUp(blockOffset + blockBytes, LINE_BYTES);
  const descriptorsPerSlot = Math.ceil((blockBytes + HEAD_ROOM_BYTES) / LEAST_RECORD_BYTES);
  const lengthsOffset = descriptorsOffset + descriptorsPerSlot * DESCRIPTOR_WORDS * WORD_BYTES;
  const detailsOffset = lengthsOffset + descriptorsPerSlot * WORD_BYTES;
  const ticksOffset = detailsOffset + descriptorsPerSlot * DETAIL_WORDS * WORD_BYTES;
  const slotBytes = roundUp(ticksOffset + descriptorsPerSlot * WORD_BYTES, LINE_BYTES);
  return {
    slots,
    trackers,
    blockBytes,
    descriptorsPerSlot,
    controlBytes,
    slotBytes,
    figuresOffset,
    headRoomOffset,
    blockOffset,
    descriptorsOffset,
    lengthsOffset,
    detailsOffset,
    ticksOffset,
    totalBytes: controlBytes + slots * slotBytes,
  };
}

/** Word of the reader's counter of published blocks. */
export const PUBLISHED_WORD = 0;

/** Word of tracker `t`'s counter of consumed blocks. */
export const consumedWord = (tracker: number): number => LINE_WORDS * (1 + tracker);

/** Result ring: words of the counters of written and read bytes, and where the payload starts. */
export const WRITTEN_WORD = 0;
export const READ_WORD = LINE_WORDS;
export const RESULT_PAYLOAD_BYTES_OFFSET = 2 * LINE_BYTES;

/** Progress counters, written by the reader once a block, read by the main thread at leisure: float64 positions. */
export const PROGRESS_BYTES = 0;
export const PROGRESS_PACKETS = 1;
/** Packets that moved the packet clock. */
export const PROGRESS_CLOCK_PACKETS = 2;
/** Packets lost while capturing, by the system and by the interface, as far as the captures read to their end say. */
export const PROGRESS_DROPPED = 3;
export const PROGRESS_IF_DROPPED = 4;
/** Bytes of files that were given up, which will never be read. */
export const PROGRESS_LEFT_BYTES = 5;
/** Here the reader's other figures begin (src/capture/figures-so-far.ts). */
export const PROGRESS_FIGURES = 8;
