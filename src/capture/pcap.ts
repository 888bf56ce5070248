/**
 * The classic pcap format (pcap-savefile(5)): file header and record headers, either byte order, microseconds
 * or nanoseconds, and the variant of Alexey Kuznetzov's patch with a longer record header. Owns nothing but the format:
 * bytes come from elsewhere.
 */
import {
  BAD_RECORD,
  type CaptureFormat,
  type CaptureInterface,
  NEED_BYTES,
  NOT_PLAUSIBLE,
  type Problem,
  RECORD,
  UNDECIDED,
} from './format.js';

export const PCAP_FILE_HEADER_BYTES = 24;
export const RECORD_HEADER_BYTES = 16;
/** With interface index, protocol and packet type behind the usual fields, which say nothing that is needed here. */
const MODIFIED_RECORD_HEADER_BYTES = 24;

/** libpcap's MAXIMUM_SNAPLEN: a captured length above it is damage, whatever the file header's snaplen says. */
export const MAX_CAPTURED_BYTES = 262144;

/**
 * Order of the two length fields of a record. Up to version 2.2 the length on the wire came first; writers of
 * 2.3 did either, and there the captured length is the smaller one.
 */
type LengthOrder = 'captured first' | 'wire first' | 'smaller first';

export const MAGIC_MICROSECONDS = 0xa1b2c3d4;
export const MAGIC_NANOSECONDS = 0xa1b23c4d;
const MAGIC_MODIFIED = 0xa1b2cd34;

/**
 * What a record found again after damage must look like, stricter than what is accepted where one is known to be: a length
 * on the wire that some network could carry, and a time not too far from one that is known.
 */
const PLAUSIBLE_WIRE_BYTES = 16 * 1024 * 1024;
const PLAUSIBLE_GAP_SEC = 10 * 86_400;

export class PcapFormat implements CaptureFormat {
  nextAt = 0;
  frameAt = 0;
  capturedBytes = 0;
  wireBytes = 0;
  sec = 0;
  nsec = 0;
  readonly era = 0;
  readonly interfaceIndex = 0;
  readonly isUnfinished = false;
  readonly hasTime = true;
  linkType: number;
  readonly interfaces: readonly CaptureInterface[];
  problem: Problem | undefined = undefined;
  readonly snaplen: number;
  readonly header: PcapHeader;
  readonly isBigEndian: boolean;
  readonly #littleEndian: boolean;
  readonly #nanoseconds: boolean;
  readonly #headerBytes: number;
  readonly #lengthOrder: LengthOrder;
  readonly #mayBeSwapped: boolean;
  #firstSec = 0;
  #records = 0;

  constructor(header: PcapHeader) {
    this.header = header;
    this.isBigEndian = !header.littleEndian;
    this.#littleEndian = header.littleEndian;
    this.#nanoseconds = header.nanoseconds;
    this.#headerBytes = header.modified ? MODIFIED_RECORD_HEADER_BYTES : RECORD_HEADER_BYTES;
    this.#lengthOrder = header.lengthOrder;
    this.#mayBeSwapped = header.lengthOrder !== 'captured first';
    this.linkType = header.linkType;
    this.snaplen = header.snaplen;
    const records = (): number => this.#records;
    const face = {
      linkType: header.linkType,
      snaplen: header.snaplen,
      fcsBytes: header.fcsBytes,
      timeUnit: header.nanoseconds ? 'ns' : 'us',
      addresses: [],
      /** Counted by the format, which saves the hot loop an object. */
      get packets(): number {
        return records();
      },
      received: undefined,
      droppedByInterface: undefined,
      droppedBySystem: undefined,
    };
    this.interfaces = [face];
  }

  next(view: DataView, at: number, end: number): number {
    if (end - at < this.#headerBytes) return NEED_BYTES;
    const littleEndian = this.#littleEndian;
    let captured = view.getUint32(at + 8, littleEndian);
    let wire = view.getUint32(at + 12, littleEndian);
    if (this.#mayBeSwapped && this.#areSwapped(captured, wire)) {
      const first = captured;
      captured = wire;
      wire = first;
    }
    if (captured > MAX_CAPTURED_BYTES) return this.#tooLong(captured);
    const frameAt = at + this.#headerBytes;
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
    if (this.#records++ === 0) this.#firstSec = this.sec;
    return RECORD;
  }

  describeCut(view: DataView, at: number, end: number): Problem {
    const bytes = end - at;
    if (bytes < this.#headerBytes) {
      return { found: `${bytes} bytes of a record header`, expected: `${this.#headerBytes}` };
    }
    const lengths = [view.getUint32(at + 8, this.#littleEndian), view.getUint32(at + 12, this.#littleEndian)];
    const captured = this.#lengthOrder === 'captured first' ? lengths[0] : Math.min(...lengths);
    return { found: `${bytes - this.#headerBytes} bytes of a packet`, expected: `${captured}` };
  }

  describe(): string {
    const order = this.#littleEndian ? 'LE' : 'BE';
    const variant = this.#headerBytes === RECORD_HEADER_BYTES ? '' : ' modified';
    return `pcap ${this.#nanoseconds ? 'ns' : 'us'} ${order}${variant}`;
  }

  /**
   * A header has no mark to be known by, so every field must be sane at once. Of zeros and of small numbers, of which
   * packets are full, the time is what tells it. It is compared with the last record's and the first one's, as the
   * last may already be damaged. A record without a frame would be too little to go by.
   */
  plausibleBytes(view: DataView, at: number, end: number): number {
    if (end - at < this.#headerBytes) return UNDECIDED;
    const littleEndian = this.#littleEndian;
    const captured = this.#capturedAt(view, at);
    const wire = this.#wireAt(view, at);
    // The header's limit holds for most; where it did not, the last record shows by how much.
    const limit = this.snaplen === 0 ? MAX_CAPTURED_BYTES : Math.max(this.snaplen, this.capturedBytes);
    if (captured === 0 || captured > Math.min(limit, MAX_CAPTURED_BYTES)) return NOT_PLAUSIBLE;
    if (wire < captured || wire >= PLAUSIBLE_WIRE_BYTES) return NOT_PLAUSIBLE;
    if (view.getUint32(at + 4, littleEndian) >= (this.#nanoseconds ? 1e9 : 1e6)) return NOT_PLAUSIBLE;
    return this.#isNearInTime(view.getInt32(at, littleEndian)) ? this.#headerBytes + captured : NOT_PLAUSIBLE;
  }

  #capturedAt(view: DataView, at: number): number {
    const first = view.getUint32(at + 8, this.#littleEndian);
    const second = view.getUint32(at + 12, this.#littleEndian);
    return this.#mayBeSwapped && this.#areSwapped(first, second) ? second : first;
  }

  #wireAt(view: DataView, at: number): number {
    const first = view.getUint32(at + 8, this.#littleEndian);
    const second = view.getUint32(at + 12, this.#littleEndian);
    return this.#mayBeSwapped && this.#areSwapped(first, second) ? first : second;
  }

  #isNearInTime(sec: number): boolean {
    // Without any record to compare with, all that can be asked is that there is a time.
    if (this.#records === 0) return sec !== 0;
    return isNear(sec, this.sec) || isNear(sec, this.#firstSec);
  }

  #tooLong(captured: number): number {
    this.problem = { found: `a captured length of ${captured} bytes`, expected: `at most ${MAX_CAPTURED_BYTES}` };
    return BAD_RECORD;
  }

  #areSwapped(first: number, second: number): boolean {
    return this.#lengthOrder === 'wire first' || first > second;
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

/** Seconds go round at 2^32. */
function isNear(sec: number, other: number): boolean {
  return Math.abs((sec - other) | 0) <= PLAUSIBLE_GAP_SEC;
}

/** What a pcap file header says. */
export interface PcapHeader {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  readonly modified: boolean;
  readonly lengthOrder: LengthOrder;
  readonly linkType: number;
  readonly snaplen: number;
  readonly fcsBytes: number | undefined;
}

/** Whether four bytes, read in one order, are the magic number of a pcap file. */
export function isPcapMagic(magic: number): boolean {
  return magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS || magic === MAGIC_MODIFIED;
}

/**
 * Reads the file header in the first 24 bytes at `at`: the format, or what is wrong with it.
 * The link type is the low 16 bits of its word. Bits 28 to 31 are the length of a frame check sequence in 16-bit words,
 * which bit 26 says to be known; the others are reserved, and readers must ignore them (draft-ietf-opsawg-pcap 4).
 */
export function openPcap(view: DataView, at: number): PcapFormat | Problem {
  const littleEndian = isPcapMagic(view.getUint32(at, true));
  const magic = view.getUint32(at, littleEndian);
  if (!isPcapMagic(magic)) {
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
  const linkWord = view.getUint32(at + 20, littleEndian);
  return new PcapFormat({
    littleEndian,
    nanoseconds: magic === MAGIC_NANOSECONDS,
    modified: magic === MAGIC_MODIFIED,
    lengthOrder: minor === 4 ? 'captured first' : minor === 3 ? 'smaller first' : 'wire first',
    linkType: linkWord & 0xffff,
    snaplen: view.getUint32(at + 16, littleEndian),
    fcsBytes: (linkWord & 0x04000000) === 0 ? undefined : (linkWord >>> 28) * 2,
  });
}
