/**
 * What a capture holds, found out by walking it item by item, apart from the product's reader, whose word is not to be taken
 * where it is checked. Slow and plain: the whole file is in memory, and each rule is that of the format's own
 * specification, or one that ARCHITECTURE.md or the option table states (what is taken for damage).
 */

/** Where a walk stopped: at the end of the file between two items, within one, at something that can be none. */
export type NaiveEnd = 'whole' | 'cut' | 'damaged';

/** What is at a place: its length and what of it counts; or why nothing is. */
type Item = { readonly bytes: number; readonly captured: number } | 'cut' | 'damaged';

/** A captured length above this is damage in either format. */
const MOST_CAPTURED = 262_144;
const FILE_HEADER = 24;

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
/** Longer blocks are gone past in two steps: what is in them counts even when their end is missing. */
const LONG_BLOCK = 264 * 1024;
const MIB_16 = 16 * 1024 * 1024;
const NOTHING = -1;

const LEAST_BYTES: Readonly<Record<number, number>> = {
  [SECTION]: 28,
  1: 20,
  2: 32,
  3: 16,
  5: 24,
  6: 32,
  2989: 16,
  1073744813: 16,
};
/** Blocks that may be long: names, journal entries, secrets, custom ones; and those for local use, above. */
const MAY_BE_LONG: readonly number[] = [4, 9, 10, 0xbad, 0x40000bad];

export class NaiveCapture {
  /** Place of the next item; after 'cut' and 'damaged' that of what is wrong. */
  at: number;
  packets = 0;
  capturedBytes = 0;
  /** Ends of whole items, in order, and how many packets there were by then. */
  readonly boundaries: number[] = [];
  readonly packetsAt: number[] = [];
  readonly #file: Uint8Array;
  readonly #view: DataView;
  readonly #pcap: { readonly headerBytes: number; readonly minor: number } | undefined;
  #little: boolean;
  /** What the end of a long block that was begun must say. */
  #trailer: number | undefined;
  /** Snaplen of the section's first interface. */
  #snaplen: number | undefined;

  private constructor(file: Uint8Array, little: boolean, pcap: { headerBytes: number; minor: number } | undefined) {
    this.#file = file;
    this.#view = viewOf(file);
    this.#little = little;
    this.#pcap = pcap;
    this.at = pcap === undefined ? 0 : FILE_HEADER;
  }

  /** The capture that begins so; undefined where the first bytes are those of none. */
  static open(file: Uint8Array): NaiveCapture | undefined {
    if (file.length < FILE_HEADER) return undefined;
    const view = viewOf(file);
    if (view.getUint32(0) === SECTION) {
      const little = view.getUint32(8, true) === BYTE_ORDER;
      return sectionIsGood(view, 0) ? new NaiveCapture(file, little, undefined) : undefined;
    }
    for (const little of [true, false]) {
      const magic = view.getUint32(0, little);
      if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d && magic !== 0xa1b2cd34) continue;
      const [major, minor] = [view.getUint16(4, little), view.getUint16(6, little)];
      if (major !== 2 || minor > 4) return undefined;
      return new NaiveCapture(file, little, { headerBytes: magic === 0xa1b2cd34 ? 24 : 16, minor });
    }
    return undefined;
  }

  /** Walks from `at` on. */
  walk(): NaiveEnd {
    if (this.boundaries.length === 0 && this.#pcap !== undefined) this.#note();
    while (this.at !== this.#file.length || this.#trailer !== undefined) {
      const item = this.#pcap === undefined ? this.#block() : this.#record(this.#pcap);
      if (typeof item === 'string') return item;
      if (item.captured !== NOTHING) {
        this.packets++;
        this.capturedBytes += item.captured;
      }
      if (this.at + item.bytes > this.#file.length) {
        this.at = this.#file.length;
        return 'cut';
      }
      this.at += item.bytes;
      if (this.#trailer === undefined) this.#note();
    }
    return 'whole';
  }

  /** After 'damaged': what is looked at next begins at byte `at`. */
  resumeAt(at: number): void {
    this.at = at;
    this.#trailer = undefined;
  }

  #note(): void {
    this.boundaries.push(this.at);
    this.packetsAt.push(this.packets);
  }

  get #left(): number {
    return this.#file.length - this.at;
  }

  #u32(offset: number): number {
    return this.#view.getUint32(this.at + offset, this.#little);
  }

  #record({ headerBytes, minor }: { readonly headerBytes: number; readonly minor: number }): Item {
    if (this.#left < headerBytes) return 'cut';
    const [first, second] = [this.#u32(8), this.#u32(12)];
    const captured = minor === 4 ? first : minor === 3 ? Math.min(first, second) : second;
    if (captured > MOST_CAPTURED) return 'damaged';
    return this.#left < headerBytes + captured ? 'cut' : { bytes: headerBytes + captured, captured };
  }

  #block(): Item {
    if (this.#trailer !== undefined) {
      if (this.#left < 4) return 'cut';
      const isRight = this.#u32(0) === this.#trailer;
      this.#trailer = undefined;
      return isRight ? { bytes: 4, captured: NOTHING } : 'damaged';
    }
    if (this.#left < 12) return 'cut';
    const type = this.#u32(0);
    if (type === SECTION) {
      if (this.#left < FILE_HEADER) return 'cut';
      this.#snaplen = undefined;
      if (!sectionIsGood(this.#view, this.at)) return 'damaged';
      this.#little = this.#view.getUint32(this.at + 8, true) === BYTE_ORDER;
    }
    const length = this.#u32(4);
    if (!lengthIsGood(type, length)) return 'damaged';
    return this.#content(type, length, Math.ceil(length / 4) * 4);
  }

  /** The block's content, whose length may be right. `padded`: bytes it takes. */
  #content(type: number, length: number, padded: number): Item {
    let captured = NOTHING;
    let head = 12;
    if (type === 6 || type === 2) {
      head = 28;
      if (this.#left < (type === 6 ? 32 : 28)) return 'cut';
      captured = this.#u32(20);
      if (captured > Math.min(padded - 32, MOST_CAPTURED)) return 'damaged';
    } else if (type === 3) {
      captured = Math.min(this.#u32(8), this.#snaplen || Number.POSITIVE_INFINITY, length - 16);
      if (captured > MOST_CAPTURED) return 'damaged';
    } else if ((type & ~0x40000000) === 0xbad && length - 16 <= MOST_CAPTURED) {
      captured = length - 16;
    }
    // The first section header's beginning is read to recognise the file: the rest is gone past as that of long blocks.
    if (length > LONG_BLOCK || this.at === 0) {
      if (this.#left < (captured === NOTHING ? 12 : head + captured)) return 'cut';
      const isDescribing = type === 1 || type === 5;
      if (isDescribing && this.#left < LONG_BLOCK) return 'cut';
      this.#trailer = length;
    } else {
      if (this.#left < padded) return 'cut';
      if (this.#view.getUint32(this.at + padded - 4, this.#little) !== length) return 'damaged';
    }
    if (type === 1) this.#snaplen ??= this.#u32(12);
    return { bytes: this.#trailer === undefined ? padded : padded - 4, captured };
  }
}

function sectionIsGood(view: DataView, at: number): boolean {
  const little = view.getUint32(at + 8, true) === BYTE_ORDER;
  if (!little && view.getUint32(at + 8) !== BYTE_ORDER) return false;
  return view.getUint16(at + 12, little) === 1 && lengthIsGood(SECTION, view.getUint32(at + 4, little));
}

function lengthIsGood(type: number, length: number): boolean {
  const mayBeLong = type >= 0x80000000 || MAY_BE_LONG.includes(type);
  return length >= (LEAST_BYTES[type] ?? 12) && length <= (mayBeLong ? 2 ** 31 - 4 : MIB_16);
}

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}
