/**
 * The pcapng format (draft-ietf-opsawg-pcapng): blocks of a section, in the section's byte order. Owns the walk over
 * blocks; what an interface says of itself is `pcapng-interface.ts`, what is known of kinds of blocks is
 * `pcapng-blocks.ts`.
 *
 *   type | length | fixed fields | frame, padded | options | length again
 *
 * A block of up to HEAD_ROOM_BYTES is taken in one piece, with the length at its end looked at first. Of a longer one
 * only the beginning is needed; the length at its end is looked at when its place comes. Which of the two is done
 * depends on the block's length alone, so that results do not depend on how the bytes arrive.
 */
import { HEAD_ROOM_BYTES } from '../ring/layout.js';
import {
  BAD_RECORD,
  type CaptureFormat,
  NEED_BYTES,
  NO_PACKET,
  NOT_PLAUSIBLE,
  type Problem,
  RECORD,
  SKIP,
  UNDECIDED,
  UNDESCRIBED_INTERFACE,
} from './format.js';
import { MAX_CAPTURED_BYTES } from './pcap.js';
import {
  BYTE_ORDER_MAGIC,
  byteOrderProblem,
  CUSTOM,
  CUSTOM_HEAD_BYTES,
  CUSTOM_UNCOPIED,
  capturedProblem,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  isPlausibleType,
  LEAST_BLOCK_BYTES,
  leastBytes,
  lengthProblem,
  MAJOR_VERSION,
  PACKET,
  PACKET_HEAD_BYTES,
  paddedBytes,
  SECTION_HEAD_BYTES,
  SECTION_HEADER,
  SIMPLE_HEAD_BYTES,
  SIMPLE_PACKET,
  TRAILER_BYTES,
  trailerProblem,
  versionProblem,
} from './pcapng-blocks.js';
import { PcapngInterface } from './pcapng-interface.js';

/** Bytes between what is at the position and the trailer of the block that it is in; none: it is a block's start. */
const AT_BLOCK = -1;

export class PcapngFormat implements CaptureFormat {
  nextAt = 0;
  frameAt = 0;
  capturedBytes = 0;
  wireBytes = 0;
  sec = 0;
  nsec = 0;
  hasTime = false;
  linkType = UNDESCRIBED_INTERFACE;
  /** Index of the record's interface in `interfaces`, or -1. */
  interfaceIndex = -1;
  readonly interfaces: PcapngInterface[] = [];
  problem: Problem | undefined = undefined;
  #littleEndian: boolean;
  /** Index of the section's first interface: identifiers count from there (4.2). */
  #sectionAt = 0;
  #toTrailer = AT_BLOCK;
  /** What the trailer that is to come must say. */
  #trailer: number;
  /** Byte orders of the sections so far. */
  #hasLittleEndian = false;
  #hasBigEndian = false;

  /** Begins after the fixed fields of the first section header, whose block has `length` bytes. */
  constructor(littleEndian: boolean, length: number) {
    this.#littleEndian = littleEndian;
    this.#trailer = length;
    this.#toTrailer = paddedBytes(length) - SECTION_HEAD_BYTES - TRAILER_BYTES;
    this.#noteOrder();
  }

  /** The commonest block first, an Enhanced Packet Block (4.3): once a packet. */
  next(view: DataView, at: number, end: number): number {
    const littleEndian = this.#littleEndian;
    if (
      this.#toTrailer !== AT_BLOCK ||
      end - at < PACKET_HEAD_BYTES + TRAILER_BYTES ||
      view.getUint32(at, littleEndian) !== ENHANCED_PACKET
    ) {
      return this.#nextOther(view, at, end);
    }
    const captured = view.getUint32(at + 20, littleEndian);
    const outcome = this.#takeFrame(view, at, end, PACKET_HEAD_BYTES, captured);
    if (outcome !== RECORD) return outcome;
    this.wireBytes = view.getInt32(at + 24, littleEndian);
    this.#takeTime(view, at, view.getUint32(at + 8, littleEndian));
    return RECORD;
  }

  /** The time of the record before: a block without a time has no other. */
  get era(): number {
    return this.interfaces[this.interfaceIndex]?.clock.era ?? 0;
  }

  get isBigEndian(): boolean {
    return !this.#littleEndian;
  }

  get isUnfinished(): boolean {
    return this.#toTrailer !== AT_BLOCK;
  }

  describeCut(view: DataView, at: number, end: number): Problem {
    const bytes = end - at;
    if (this.#toTrailer !== AT_BLOCK) {
      const found = bytes <= 0 ? 'a block without its end' : `${bytes} bytes of a block's end`;
      return { found, expected: `${this.#toTrailer + TRAILER_BYTES}` };
    }
    if (bytes < LEAST_BLOCK_BYTES) return { found: `${bytes} bytes of a block`, expected: `${LEAST_BLOCK_BYTES}` };
    const isSection = view.getUint32(at) === SECTION_HEADER;
    const littleEndian = isSection ? view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC : this.#littleEndian;
    return {
      found: `${bytes} bytes of a block`,
      expected: `${paddedBytes(view.getUint32(at + 4, littleEndian))}`,
    };
  }

  describe(): string {
    const orders = [this.#hasBigEndian ? 'BE' : '', this.#hasLittleEndian ? 'LE' : ''];
    return `pcapng ${orders.filter((order) => order !== '').join('+')}`;
  }

  plausibleBytes(view: DataView, at: number, end: number): number {
    if (end - at < LEAST_BLOCK_BYTES) return UNDECIDED;
    let littleEndian = this.#littleEndian;
    const type = view.getUint32(at, littleEndian);
    if (type === SECTION_HEADER) {
      littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
      if (!littleEndian && view.getUint32(at + 8) !== BYTE_ORDER_MAGIC) return NOT_PLAUSIBLE;
    }
    const length = view.getUint32(at + 4, littleEndian);
    // A longer block is taken in pieces, which shows nothing here.
    if (!isPlausibleType(type) || length < leastBytes(type) || length > HEAD_ROOM_BYTES) return NOT_PLAUSIBLE;
    const bytes = paddedBytes(length);
    if (end - at < bytes) return UNDECIDED;
    if (view.getUint32(at + bytes - TRAILER_BYTES, littleEndian) !== length) return NOT_PLAUSIBLE;
    const isPacket = type === ENHANCED_PACKET || type === PACKET;
    const room = bytes - PACKET_HEAD_BYTES - TRAILER_BYTES;
    return isPacket && view.getUint32(at + 20, littleEndian) > room ? NOT_PLAUSIBLE : bytes;
  }

  /**
   * Takes the frame of `captured` bytes that lies `headBytes` into the block at byte `at`: position and length, and where
   * to go on. Of the block at least `headBytes` are there.
   */
  #takeFrame(view: DataView, at: number, end: number, headBytes: number, captured: number): number {
    const length = view.getUint32(at + 4, this.#littleEndian);
    const most = paddedBytes(length) - headBytes - TRAILER_BYTES;
    if (length > HEAD_ROOM_BYTES) return this.#takeLong(view, at, end, headBytes, captured);
    if (captured > most || captured > MAX_CAPTURED_BYTES) {
      return this.#bad(this.#lengthProblem(view, at) ?? capturedProblem(captured, Math.min(most, MAX_CAPTURED_BYTES)));
    }
    const nextAt = at + headBytes + most + TRAILER_BYTES;
    if (nextAt > end) return NEED_BYTES;
    const trailer = view.getUint32(nextAt - TRAILER_BYTES, this.#littleEndian);
    if (trailer !== length) return this.#bad(trailerProblem(trailer, length));
    this.frameAt = at + headBytes;
    this.capturedBytes = captured;
    this.nextAt = nextAt;
    return RECORD;
  }

  /** The same for a block that need not fit in one piece: its frame does. */
  #takeLong(view: DataView, at: number, end: number, headBytes: number, captured: number): number {
    const problem = this.#lengthProblem(view, at);
    if (problem !== undefined) return this.#bad(problem);
    const most = Math.min(this.#blockBytes(view, at) - headBytes - TRAILER_BYTES, MAX_CAPTURED_BYTES);
    if (captured > most) return this.#bad(capturedProblem(captured, most));
    if (end - at < headBytes + captured) return NEED_BYTES;
    this.frameAt = at + headBytes;
    this.capturedBytes = captured;
    this.#leaveToTrailer(view, at);
    return RECORD;
  }

  /** Interface `id` of the section and the two words of the time that are 12 bytes into the block at byte `at`. */
  #takeTime(view: DataView, at: number, id: number): void {
    const index = this.#sectionAt + id;
    if (index >= this.interfaces.length) {
      // What unit its time has is unknown too.
      this.#takeNothingOf(UNDESCRIBED_INTERFACE);
      return;
    }
    const source = this.interfaces[index];
    const clock = source.clock;
    clock.set(view.getUint32(at + 12, this.#littleEndian), view.getUint32(at + 16, this.#littleEndian));
    source.packets++;
    this.sec = clock.sec;
    this.nsec = clock.nsec;
    this.hasTime = true;
    this.linkType = source.linkType;
    this.interfaceIndex = index;
  }

  /** The record has neither interface nor time. */
  #takeNothingOf(linkType: number): void {
    this.hasTime = false;
    this.linkType = linkType;
    this.interfaceIndex = -1;
  }

  #nextOther(view: DataView, at: number, end: number): number {
    if (this.#toTrailer !== AT_BLOCK) return this.#passTrailer(view, at, end);
    if (end - at < LEAST_BLOCK_BYTES) return NEED_BYTES;
    const type = view.getUint32(at, this.#littleEndian);
    // Reads the same in either order, as which one it is only stands in the block.
    if (type === SECTION_HEADER) return this.#beginSection(view, at, end);
    const problem = this.#lengthProblem(view, at);
    if (problem !== undefined) return this.#bad(problem);
    switch (type) {
      case SIMPLE_PACKET:
        return this.#simplePacket(view, at, end);
      case ENHANCED_PACKET:
        return NEED_BYTES;
      case PACKET:
        return this.#oldPacket(view, at, end);
      case CUSTOM:
      case CUSTOM_UNCOPIED:
        return this.#custom(view, at, end);
      default:
        return this.#takeOrSkip(view, at, end, type);
    }
  }

  /** Takes what the block at byte `at` says of interfaces, and goes past it; of a long one the beginning has to do. */
  #takeOrSkip(view: DataView, at: number, end: number, type: number): number {
    const bytes = this.#blockBytes(view, at);
    const isWhole = bytes <= HEAD_ROOM_BYTES;
    const isRead = type === INTERFACE_DESCRIPTION || type === INTERFACE_STATISTICS;
    const piece = isWhole ? bytes : isRead ? HEAD_ROOM_BYTES : LEAST_BLOCK_BYTES;
    if (end - at < piece) return NEED_BYTES;
    const problem = isWhole ? this.#trailerProblem(view, at) : undefined;
    if (problem !== undefined) return this.#bad(problem);
    const optionsEnd = at + (isWhole ? bytes - TRAILER_BYTES : piece);
    if (type === INTERFACE_DESCRIPTION) {
      this.interfaces.push(new PcapngInterface(view, at, optionsEnd, this.#littleEndian));
    } else if (type === INTERFACE_STATISTICS) {
      const index = this.#sectionAt + view.getUint32(at + 8, this.#littleEndian);
      this.interfaces[index]?.takeStatistics(view, at, optionsEnd, this.#littleEndian);
    }
    if (isWhole) this.nextAt = at + bytes;
    else this.#leaveToTrailer(view, at);
    return SKIP;
  }

  /**
   * A Section Header Block (4.1): from here on its byte order holds, and interfaces count anew. They do so too behind a
   * damaged one: packets of its section are none of the former section's interfaces.
   */
  #beginSection(view: DataView, at: number, end: number): number {
    if (end - at < SECTION_HEAD_BYTES) return NEED_BYTES;
    this.#sectionAt = this.interfaces.length;
    const header = readSectionHeader(view, at);
    if ('found' in header) return this.#bad(header);
    this.#littleEndian = header.littleEndian;
    this.#noteOrder();
    return this.#takeOrSkip(view, at, end, SECTION_HEADER);
  }

  /** A Simple Packet Block (4.4): of the section's first interface, without a time, as long as its snaplen lets it be. */
  #simplePacket(view: DataView, at: number, end: number): number {
    const wire = view.getUint32(at + 8, this.#littleEndian);
    const source = this.interfaces.length > this.#sectionAt ? this.interfaces[this.#sectionAt] : undefined;
    const snaplen = source === undefined || source.snaplen === 0 ? wire : source.snaplen;
    const room = view.getUint32(at + 4, this.#littleEndian) - SIMPLE_HEAD_BYTES - TRAILER_BYTES;
    const outcome = this.#takeFrame(view, at, end, SIMPLE_HEAD_BYTES, Math.min(wire, snaplen, room));
    if (outcome !== RECORD) return outcome;
    this.wireBytes = wire | 0;
    this.#takeNothingOf(UNDESCRIBED_INTERFACE);
    if (source === undefined) return RECORD;
    source.packets++;
    this.linkType = source.linkType;
    this.interfaceIndex = this.#sectionAt;
    return RECORD;
  }

  /** A Packet Block (appendix A): as the Enhanced one but for a shorter identifier, and a count of packets lost before. */
  #oldPacket(view: DataView, at: number, end: number): number {
    if (end - at < PACKET_HEAD_BYTES) return NEED_BYTES;
    const littleEndian = this.#littleEndian;
    const outcome = this.#takeFrame(view, at, end, PACKET_HEAD_BYTES, view.getUint32(at + 20, littleEndian));
    if (outcome !== RECORD) return outcome;
    this.wireBytes = view.getInt32(at + 24, littleEndian);
    this.#takeTime(view, at, view.getUint16(at + 8, littleEndian));
    if (this.interfaceIndex >= 0) this.interfaces[this.interfaceIndex].addLost(view.getUint16(at + 10, littleEndian));
    return RECORD;
  }

  /**
   * A Custom Block (4.8) is no packet, but Wireshark numbers it among them and counts what is behind its enterprise
   * number; so do we, that numbers mean the same. One that is too long for a packet is gone past.
   */
  #custom(view: DataView, at: number, end: number): number {
    const bytes = view.getUint32(at + 4, this.#littleEndian) - CUSTOM_HEAD_BYTES - TRAILER_BYTES;
    if (bytes > MAX_CAPTURED_BYTES) return this.#takeOrSkip(view, at, end, CUSTOM);
    const outcome = this.#takeFrame(view, at, end, CUSTOM_HEAD_BYTES, bytes);
    if (outcome !== RECORD) return outcome;
    this.wireBytes = bytes;
    this.#takeNothingOf(NO_PACKET);
    return RECORD;
  }

  /** Goes past the end of a block that was not taken in one piece. */
  #passTrailer(view: DataView, at: number, end: number): number {
    if (this.#toTrailer > 0) {
      this.nextAt = at + this.#toTrailer;
      this.#toTrailer = 0;
      return SKIP;
    }
    if (end - at < TRAILER_BYTES) return NEED_BYTES;
    const trailer = view.getUint32(at, this.#littleEndian);
    if (trailer !== this.#trailer) return this.#bad(trailerProblem(trailer, this.#trailer));
    this.#toTrailer = AT_BLOCK;
    this.nextAt = at + TRAILER_BYTES;
    return SKIP;
  }

  #leaveToTrailer(view: DataView, at: number): void {
    this.#trailer = view.getUint32(at + 4, this.#littleEndian);
    this.#toTrailer = 0;
    this.nextAt = at + this.#blockBytes(view, at) - TRAILER_BYTES;
  }

  #blockBytes(view: DataView, at: number): number {
    return paddedBytes(view.getUint32(at + 4, this.#littleEndian));
  }

  #lengthProblem(view: DataView, at: number): Problem | undefined {
    return lengthProblem(view.getUint32(at, this.#littleEndian), view.getUint32(at + 4, this.#littleEndian));
  }

  #trailerProblem(view: DataView, at: number): Problem | undefined {
    const length = view.getUint32(at + 4, this.#littleEndian);
    const trailer = view.getUint32(at + paddedBytes(length) - TRAILER_BYTES, this.#littleEndian);
    return trailer === length ? undefined : trailerProblem(trailer, length);
  }

  /** After damage the next thing to be looked at is the start of a block. */
  #bad(problem: Problem): number {
    this.problem = problem;
    this.#toTrailer = AT_BLOCK;
    return BAD_RECORD;
  }

  #noteOrder(): void {
    if (this.#littleEndian) this.#hasLittleEndian = true;
    else this.#hasBigEndian = true;
  }
}

interface SectionHeader {
  readonly littleEndian: boolean;
  readonly length: number;
}

/** The fixed fields of the Section Header Block at byte `at`, or what is wrong with them. */
function readSectionHeader(view: DataView, at: number): SectionHeader | Problem {
  const magic = view.getUint32(at + 8);
  const littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
  if (!littleEndian && magic !== BYTE_ORDER_MAGIC) return byteOrderProblem(magic);
  // A minor version changes nothing that would keep a section from being read (4.1); a major one may.
  const major = view.getUint16(at + 12, littleEndian);
  if (major !== MAJOR_VERSION) return versionProblem(major, view.getUint16(at + 14, littleEndian));
  const length = view.getUint32(at + 4, littleEndian);
  return lengthProblem(SECTION_HEADER, length) ?? { littleEndian, length };
}

/**
 * Opens the pcapng capture whose first SECTION_HEAD_BYTES lie at byte `at`; the first call of `next` is to be for what
 * is behind them. Gives the format, or what is wrong. How long the section says to be does not matter: blocks are gone
 * through until a new section begins.
 */
export function openPcapng(view: DataView, at: number): PcapngFormat | Problem {
  const header = readSectionHeader(view, at);
  return 'found' in header ? header : new PcapngFormat(header.littleEndian, header.length);
}
