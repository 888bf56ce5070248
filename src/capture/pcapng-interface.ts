/**
 * Interfaces of a pcapng capture: what an Interface Description Block says (draft-ietf-opsawg-pcapng 4.2) and what
 * Interface Statistics Blocks add (4.6). Owns the options (3.5); knows nothing of packets.
 */
import type { CaptureInterface } from './format.js';
import { DESCRIPTION_HEAD_BYTES, STATISTICS_HEAD_BYTES } from './pcapng-blocks.js';
import { StampClock } from './time-stamp.js';

const END_OF_OPTIONS = 0;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_IPV4_ADDRESS = 4;
const IF_IPV6_ADDRESS = 5;
const IF_SPEED = 8;
const IF_TSRESOL = 9;
const IF_FILTER = 11;
const IF_OS = 12;
const IF_FCSLEN = 13;
const IF_TSOFFSET = 14;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** Microseconds, without an if_tsresol. */
const USUAL_RESOLUTION = 6;
/** The first byte of if_filter says what the rest is: 0 for an expression; others are byte code. */
const FILTER_IS_TEXT = 0;
/** A drop count of the obsolete Packet Block that says nothing (appendix A). */
const DROPS_UNKNOWN = 0xffff;

const TEXT = new TextDecoder();

type Address = CaptureInterface['addresses'][number];

export class PcapngInterface implements CaptureInterface {
  packets = 0;
  received: number | undefined = undefined;
  droppedByInterface: number | undefined = undefined;
  droppedBySystem: number | undefined = undefined;
  lostBetweenPackets: number | undefined = undefined;
  readonly linkType: number;
  readonly snaplen: number;
  name: string | undefined = undefined;
  description: string | undefined = undefined;
  filter: string | undefined = undefined;
  os: string | undefined = undefined;
  speed: number | undefined = undefined;
  fcsBytes: number | undefined = undefined;
  readonly addresses: Address[] = [];
  readonly clock: StampClock;

  /** Reads the block at byte `at`, whose options end at `end`. */
  constructor(view: DataView, at: number, end: number, littleEndian: boolean) {
    this.linkType = view.getUint16(at + 8, littleEndian);
    this.snaplen = view.getUint32(at + 12, littleEndian);
    let resolution = USUAL_RESOLUTION;
    let offsetSec = 0;
    forEachOption(view, at + DESCRIPTION_HEAD_BYTES, end, littleEndian, (code, value, bytes) => {
      if (code === IF_TSRESOL && bytes >= 1) resolution = view.getUint8(value);
      else if (code === IF_TSOFFSET && bytes >= 8)
        offsetSec = view.getInt32(value + (littleEndian ? 0 : 4), littleEndian);
      else this.#describe(code, view, value, bytes, littleEndian);
    });
    this.clock = new StampClock(resolution, offsetSec);
  }

  get timeUnit(): string {
    return this.clock.unit;
  }

  /** Takes over the numbers of the Interface Statistics Block at byte `at`; the last block is right (4.6). */
  takeStatistics(view: DataView, at: number, end: number, littleEndian: boolean): void {
    forEachOption(view, at + STATISTICS_HEAD_BYTES, end, littleEndian, (code, value, bytes) => {
      if (bytes < 8) return;
      const count = Number(view.getBigUint64(value, littleEndian));
      if (code === ISB_IFRECV) this.received = count;
      else if (code === ISB_IFDROP) this.droppedByInterface = count;
      else if (code === ISB_OSDROP) this.droppedBySystem = count;
    });
  }

  /** Counts what a Packet Block says to have been lost since the one before. */
  addLost(packets: number): void {
    if (packets !== DROPS_UNKNOWN) this.lostBetweenPackets = (this.lostBetweenPackets ?? 0) + packets;
  }

  #describe(code: number, view: DataView, at: number, bytes: number, littleEndian: boolean): void {
    switch (code) {
      case IF_NAME:
        this.name = text(view, at, bytes);
        return;
      case IF_DESCRIPTION:
        this.description = text(view, at, bytes);
        return;
      case IF_IPV4_ADDRESS:
        if (bytes >= 8) this.addresses.push({ bytes: copy(view, at, 4), prefixBits: maskBits(view.getUint32(at + 4)) });
        return;
      case IF_IPV6_ADDRESS:
        if (bytes >= 17) this.addresses.push({ bytes: copy(view, at, 16), prefixBits: view.getUint8(at + 16) });
        return;
      case IF_SPEED:
        if (bytes >= 8) this.speed = Number(view.getBigUint64(at, littleEndian));
        return;
      case IF_FILTER:
        if (bytes >= 1 && view.getUint8(at) === FILTER_IS_TEXT) this.filter = text(view, at + 1, bytes - 1);
        return;
      case IF_OS:
        this.os = text(view, at, bytes);
        return;
      case IF_FCSLEN:
        if (bytes >= 1) this.fcsBytes = view.getUint8(at);
        return;
      default:
    }
  }
}

/**
 * Calls `visit` with code, position and length of each option from byte `at` on. One that would run over `end` ends
 * them: what is before it is good, and the block's own length tells where the next block is.
 */
function forEachOption(
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
  visit: (code: number, at: number, bytes: number) => void,
): void {
  for (let next = at; end - next >= 4; ) {
    const code = view.getUint16(next, littleEndian);
    const bytes = view.getUint16(next + 2, littleEndian);
    const value = next + 4;
    if (code === END_OF_OPTIONS || end - value < bytes) return;
    visit(code, value, bytes);
    next = value + ((bytes + 3) & ~3);
  }
}

/** The memory may be shared, which TextDecoder does not take. */
function copy(view: DataView, at: number, bytes: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, bytes).slice();
}

/** UTF-8 without a terminator (3.5); some writers put one nevertheless. */
function text(view: DataView, at: number, bytes: number): string {
  return TEXT.decode(copy(view, at, bytes)).replace(/\0+$/, '');
}

function maskBits(mask: number): number {
  return Math.clz32(~mask);
}
