/**
 * The classic pcap format (pcap-savefile(5)): file header and record headers, either byte order, microseconds
 * or nanoseconds. Owns nothing but the format: bytes come from elsewhere.
 */
import {
  BAD_RECORD,
  type CaptureFormat,
  type CaptureInterface,
  NEED_BYTES,
  NOT_PLAUSIBLE,
  type Problem,
  RECORD,
} from './format.js';

export const PCAP_FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** libpcap's MAXIMUM_SNAPLEN: a captured length above it is damage, whatever the file header's snaplen says. */
export const MAX_CAPTURED_BYTES = 262144;

/**
 * Order of the two length fields of a record. Up to version 2.2 the length on the wire came first; writers of
 * 2.3 did either, and there the captured length is the smaller one.
 */
type LengthOrder = 'captured first' | 'wire first' | 'smaller first';

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

export class PcapFormat implements CaptureFormat {
  readonly name = 'pcap';
  nextAt = 0;
  frameAt = 0;
  capturedBytes = 0;
  wireBytes = 0;
  sec = 0;
  nsec = 0;
  readonly hasTime = true;
  linkType: number;
  readonly interfaces: readonly CaptureInterface[];
  problem: Problem | undefined = undefined;
  readonly snaplen: number;
  readonly #littleEndian: boolean;
  readonly #nanoseconds: boolean;
  readonly #lengthOrder: LengthOrder;
  readonly #mayBeSwapped: boolean;

  constructor(
    littleEndian: boolean,
    nanoseconds: boolean,
    lengthOrder: LengthOrder,
    linkType: number,
    snaplen: number,
  ) {
    this.#littleEndian = littleEndian;
    this.#nanoseconds = nanoseconds;
    this.#lengthOrder = lengthOrder;
    this.#mayBeSwapped = lengthOrder !== 'captured first';
    this.linkType = linkType;
    this.interfaces = [];
    this.snaplen = snaplen;
  }

  next(view: DataView, at: number, end: number): number {
    if (end - at < RECORD_HEADER_BYTES) return NEED_BYTES;
    const littleEndian = this.#littleEndian;
    let captured = view.getUint32(at + 8, littleEndian);
    let wire = view.getUint32(at + 12, littleEndian);
    if (this.#mayBeSwapped && (this.#lengthOrder === 'wire first' || captured > wire)) {
      const first = captured;
      captured = wire;
      wire = first;
    }
    if (captured > MAX_CAPTURED_BYTES) {
      this.problem = {
        found: `a captured length of ${captured} bytes`,
        expected: `at most ${MAX_CAPTURED_BYTES}`,
      };
      return BAD_RECORD;
    }
    const frameAt = at + RECORD_HEADER_BYTES;
    if (end - frameAt < captured) return NEED_BYTES;
    this.frameAt = frameAt;
    this.nextAt = frameAt + captured;
    this.capturedBytes = captured;
    this.wireBytes = wire | 0;
    const fraction = view.getUint32(at + 4, littleEndian);
    if (this.#nanoseconds ? fraction < 1e9 : fraction < 1e6) {
      this.sec = view.getInt32(at, littleEndian);
      this.nsec = this.#nanoseconds ? fraction : fraction * 1000;
    } else {
      this.#carry(view.getInt32(at, littleEndian), fraction);
    }
    return RECORD;
  }

  describeCut(view: DataView, at: number, end: number): Problem {
    const bytes = end - at;
    if (bytes < RECORD_HEADER_BYTES) {
      return { found: `${bytes} bytes of a record header`, expected: `${RECORD_HEADER_BYTES}` };
    }
    const lengths = [view.getUint32(at + 8, this.#littleEndian), view.getUint32(at + 12, this.#littleEndian)];
    const captured = this.#lengthOrder === 'captured first' ? lengths[0] : Math.min(...lengths);
    return { found: `${bytes - RECORD_HEADER_BYTES} bytes of a packet`, expected: `${captured}` };
  }

  describe(): string {
    return 'pcap';
  }

  plausibleBytes(): number {
    return NOT_PLAUSIBLE;
  }

  /** A sub-second field of a second or more carries into the seconds: some writers do not normalise. */
  #carry(sec: number, fraction: number): void {
    const unitsPerSecond = this.#nanoseconds ? 1e9 : 1e6;
    const carried = Math.floor(fraction / unitsPerSecond);
    const rest = fraction - carried * unitsPerSecond;
    this.sec = (sec + carried) | 0;
    this.nsec = this.#nanoseconds ? rest : rest * 1000;
  }
}

/**
 * Reads the file header in the first 24 bytes at `at`: the format, or what is wrong with it.
 * The link type is the low 16 bits of its word; bits 26 and 28 to 31 tell of a frame check sequence, the rest
 * must be 0 (pcap-savefile(5)).
 */
export function openPcap(view: DataView, at: number): PcapFormat | Problem {
  const magic = view.getUint32(at);
  const swapped = view.getUint32(at, true);
  const littleEndian = swapped === MAGIC_MICROSECONDS || swapped === MAGIC_NANOSECONDS;
  const nanoseconds = magic === MAGIC_NANOSECONDS || swapped === MAGIC_NANOSECONDS;
  if (!littleEndian && magic !== MAGIC_MICROSECONDS && magic !== MAGIC_NANOSECONDS) {
    return {
      found: `0x${magic.toString(16).padStart(8, '0')}`,
      expected: 'the magic number of a pcap file, a1b2c3d4 or a1b23c4d in either byte order',
    };
  }
  const major = view.getUint16(at + 4, littleEndian);
  const minor = view.getUint16(at + 6, littleEndian);
  if (major !== 2 || minor > 4) {
    return { found: `pcap version ${major}.${minor}`, expected: 'version 2.0 to 2.4' };
  }
  const lengthOrder = minor === 4 ? 'captured first' : minor === 3 ? 'smaller first' : 'wire first';
  const linkWord = view.getUint32(at + 20, littleEndian);
  if ((linkWord & 0x03ff0000) !== 0) {
    return { found: `link-layer type ${linkWord}`, expected: 'one below 65536' };
  }
  const snaplen = view.getUint32(at + 16, littleEndian);
  return new PcapFormat(littleEndian, nanoseconds, lengthOrder, linkWord & 0xffff, snaplen);
}
