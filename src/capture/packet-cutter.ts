/**
 * Cuts the selected packets out of captures: fills blocks with entries (`cut-entry.ts`) that say what is to be written.
 * The reader's inner part when packets are wanted and not what is in them. Owns which bytes are copied as they are, and
 * what comes before and between packets; `CaptureHeads` knows what holds which packets.
 */
import type { BlockRingLayout } from '../ring/layout.js';
import { SLOT_ENTRIES, SLOT_FORM } from '../ring/layout.js';
import { E_AT, E_BYTES, E_NSEC, E_SEC, E_WIRE, ENTRY_WORDS, ZEROS } from './cut-entry.js';
import { type CutPlan, OutputShape } from './cut-shape.js';
import { BAD_RECORD, type CaptureFormat, NEED_BYTES, NO_PACKET, RECORD, SKIP } from './format.js';
import { forgetLength, sectionHeader } from './output-heads.js';
import type { PacketJudge } from './packet-judge.js';
import {
  BYTE_ORDER_MAGIC,
  CUSTOM_UNCOPIED,
  paddedBytes,
  SECTION_HEAD_BYTES,
  SECTION_HEADER,
  TRAILER_BYTES,
} from './pcapng-blocks.js';
import type { PacketSelector } from './selection.js';
import type { CaptureTally } from './tally.js';

/** Longer blocks are not copied: Wireshark refuses captures that have them, and one that breaks off would be filled up for nobody. */
export const LONGEST_COPIED_BYTES = 128 * 1024 * 1024;

export class PacketCutter {
  /** How far the last walk came, and how many packets it took. */
  walkedTo = 0;
  taken = 0;
  /** Packets of the capture that what is written cannot hold. */
  misfits = 0;
  /** Packets of the capture whose interface it does not describe: nobody could read them in what is written. */
  undescribed = 0;
  /** Blocks of the capture that are too long to be copied. */
  longBlocks = 0;
  readonly shape: OutputShape;
  readonly #isCountOnly: boolean;
  readonly #layout: BlockRingLayout;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #selector: PacketSelector;
  readonly #judge: PacketJudge | undefined;
  /** Records of the capture that are numbered as packets and are none. */
  #others = 0;
  #slot = 0;
  /** Word of the next entry, and where the bytes end that the last one copies. */
  #entry = 0;
  #runEnd = 0;
  /** Where bytes may be put that come from no input. */
  #scratchAt = 0;
  /** Where the slot has a section header, by byte order; 0 for nowhere. Damage may ask for more of them than there is room. */
  #bigSectionAt = 0;
  #littleSectionAt = 0;
  /** What is not over is a block that is left out. */
  #isDropping = false;
  /** A section begins whose header is damaged: it needs another, or its packets would be taken for those of the one before. */
  #isSectionDue = false;
  /** Bytes still to come of a block that is copied and does not lie in one piece, and what its end must say. */
  #openBytes = 0;
  readonly #openTrailer = new Uint8Array(TRAILER_BYTES);

  constructor(
    plan: CutPlan,
    layout: BlockRingLayout,
    buffer: SharedArrayBuffer,
    selector: PacketSelector,
    judge: PacketJudge | undefined,
  ) {
    this.shape = new OutputShape(plan);
    this.#isCountOnly = plan.isCountOnly;
    this.#layout = layout;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#selector = selector;
    this.#judge = judge;
  }

  /** Entries go to the slot at byte `slot` from now on. */
  beginSlot(slot: number): void {
    this.#slot = slot;
    this.#entry = (slot + this.#layout.descriptorsOffset) >> 2;
    this.#scratchAt = slot + this.#layout.ticksOffset;
    this.#bigSectionAt = 0;
    this.#littleSectionAt = 0;
    this.#runEnd = 0;
  }

  /** Whether the slot holds something to be written. */
  get hasEntries(): boolean {
    return this.#entry > (this.#slot + this.#layout.descriptorsOffset) >> 2;
  }

  /** No packet that follows is wanted. */
  get isOver(): boolean {
    return this.#judge?.isOver === true;
  }

  /** Whether more is to come of a block that is copied. */
  get isInBlock(): boolean {
    return this.#openBytes > 0;
  }

  /** The slot is about to be published. */
  endSlot(): void {
    const header = this.#slot >> 2;
    this.#words[header + SLOT_FORM] = this.shape.form;
    this.#words[header + SLOT_ENTRIES] =
      (this.#entry - ((this.#slot + this.#layout.descriptorsOffset) >> 2)) / ENTRY_WORDS;
  }

  /** Begins a capture whose first bytes, which were looked at to recognise it, end at byte `headEnd`. */
  begin(format: CaptureFormat, headEnd: number): void {
    this.misfits = 0;
    this.undescribed = 0;
    this.longBlocks = 0;
    this.#others = 0;
    this.#isSectionDue = false;
    this.#isDropping = false;
    if (this.#isCountOnly) return;
    // A capture of which nothing can be taken decides nothing about what is written, and begins nothing.
    if (this.#isUseless(format)) {
      this.shape.passOver();
      return;
    }
    const head = this.shape.begin(format);
    if (head !== undefined) this.#insert(head);
    if (this.shape.copiesBlocks) this.#beginSection(headEnd - SECTION_HEAD_BYTES);
  }

  /** No packet of the capture can be judged: known from the beginning where its header says the link type of all. */
  #isUseless({ interfaces, isBigEndian }: CaptureFormat): boolean {
    if (this.#judge === undefined || interfaces.length === 0) return false;
    return !this.#judge.canJudge(interfaces[0].linkType, isBigEndian);
  }

  /** Nothing follows of the capture: what is not whole is made so. */
  closeBlock(): void {
    if (this.#openBytes === 0) return;
    const zeros = this.#openBytes - TRAILER_BYTES;
    if (zeros > 0) this.#enter(ZEROS, ~zeros);
    this.#insert(this.#openTrailer);
    this.#openBytes = 0;
  }

  /** Nothing follows at all. */
  end(): void {
    this.closeBlock();
    const head = this.#isCountOnly ? undefined : this.shape.end();
    if (head !== undefined) this.#insert(head);
  }

  /** Bytes `from` to `to` are a further piece of what the format went past. */
  passOver(from: number, to: number): void {
    if (this.shape.copiesBlocks && !this.#isDropping) this.#copyOpen(from, to);
  }

  /** As `BlockFiller`'s own walk, for records from byte `from` on: takes at most `most` packets. */
  walk(format: CaptureFormat, from: number, end: number, most: number, tally: CaptureTally): number {
    const view = this.#view;
    const bytes = this.#bytes;
    const selector = this.#selector;
    const judge = this.#judge;
    const numbered = tally.packets + tally.leftOut + 1;
    const hasBounds = selector.hasBounds;
    const copiesBlocks = this.shape.copiesBlocks;
    let taken = 0;
    let leftOut = 0;
    let capturedBytes = 0;
    let wireBytes = 0;
    let at = from;
    let outcome = RECORD;
    // The last packet's block may go on behind its frame.
    while ((taken < most && judge?.isOver !== true) || this.isInBlock) {
      const isOpen = copiesBlocks && format.isUnfinished;
      outcome = format.next(view, at, end);
      const recordAt = at;
      if (outcome !== RECORD) {
        if (outcome !== SKIP) break;
        at = format.nextAt;
        if (copiesBlocks) this.#skip(format, isOpen, recordAt, end);
        if (at <= end) continue;
        outcome = NEED_BYTES;
        break;
      }
      at = format.nextAt;
      if (format.linkType === NO_PACKET) {
        judge?.selects(format, bytes, numbered + this.#others + taken + leftOut);
        this.#others++;
        if (copiesBlocks) this.#copyOrDrop(format, recordAt, end, !isUncopied(view, recordAt));
        continue;
      }
      let isSelected = !hasBounds || !format.hasTime || selector.takes(format.sec >>> 0, format.nsec);
      if (isSelected && judge !== undefined) {
        isSelected = judge.selects(format, bytes, numbered + this.#others + taken + leftOut);
      }
      if (isSelected && this.#take(format, recordAt, end)) {
        taken++;
        capturedBytes += format.capturedBytes;
        wireBytes += format.wireBytes >>> 0;
      } else {
        leftOut++;
        if (copiesBlocks) this.#isDropping = format.isUnfinished;
        if (selector.isOver) break;
      }
    }
    if (outcome === BAD_RECORD) this.passDamage(at, end);
    tally.packets += taken;
    tally.leftOut += leftOut;
    tally.capturedBytes += capturedBytes;
    tally.wireBytes += wireBytes;
    this.taken = taken;
    this.walkedTo = at;
    return outcome;
  }

  /** Enters the packet of the record at byte `recordAt`; false when what is written cannot hold it. */
  #take(format: CaptureFormat, recordAt: number, end: number): boolean {
    if (format.linkType < 0) {
      this.undescribed++;
      return false;
    }
    if (this.#isCountOnly) return true;
    const shape = this.shape;
    if (shape.copiesBlocks) {
      this.#copyOrDrop(format, recordAt, end, true);
      return true;
    }
    if (shape.isHeadDue) this.#insert(shape.headFor(format.linkType));
    if (!shape.holds(format)) {
      this.misfits++;
      return false;
    }
    if (shape.copiesRecords) {
      this.#copy(recordAt, format.nextAt);
      return true;
    }
    const words = this.#words;
    const entry = this.#entry;
    words[entry + E_AT] = format.frameAt;
    words[entry + E_BYTES] = format.capturedBytes;
    words[entry + E_WIRE] = format.wireBytes;
    words[entry + E_SEC] = format.hasTime ? format.sec : 0;
    words[entry + E_NSEC] = format.hasTime ? format.nsec : 0;
    this.#entry = entry + ENTRY_WORDS;
    this.#runEnd = 0;
    return true;
  }

  /** What the format went past, of which there is something up to byte `end`: the rest of a block, or another one. */
  #skip(format: CaptureFormat, isRest: boolean, from: number, end: number): void {
    if (isRest) {
      this.passOver(from, Math.min(format.nextAt, end));
      if (format.isUnfinished) return;
      this.#isDropping = false;
      this.#openBytes = 0;
    } else {
      if (this.#view.getUint32(from) === SECTION_HEADER) forgetLength(this.#view, from);
      this.#copyOrDrop(format, from, end, !isUncopied(this.#view, from));
    }
  }

  /** Copies the block at byte `from`, as far as the format went past it, or leaves it out. */
  #copyOrDrop(format: CaptureFormat, from: number, end: number, isWanted: boolean): void {
    const bytes = format.nextAt - from + (format.isUnfinished ? TRAILER_BYTES : 0);
    const isCopied = isWanted && bytes <= LONGEST_COPIED_BYTES;
    if (isWanted && !isCopied) this.longBlocks++;
    this.#isDropping = !isCopied && format.isUnfinished;
    if (!isCopied) return;
    if (this.#isSectionDue) this.#startSection(format, from);
    if (format.isUnfinished) this.#open(from, bytes);
    this.#copyOpen(from, Math.min(format.nextAt, end));
    if (!format.isUnfinished) this.#openBytes = 0;
  }

  /** Begins the section whose own header was damaged, unless the block at byte `at` begins one. */
  #startSection(format: CaptureFormat, at: number): void {
    this.#isSectionDue = false;
    if (this.#view.getUint32(at) === SECTION_HEADER) return;
    if (format.isBigEndian) this.#bigSectionAt = this.#insertSection(this.#bigSectionAt, false);
    else this.#littleSectionAt = this.#insertSection(this.#littleSectionAt, true);
  }

  /** Enters a section header, which the slot may have at byte `known`; gives its place. */
  #insertSection(known: number, littleEndian: boolean): number {
    const at = known === 0 ? this.#scratchAt : known;
    const header = sectionHeader(littleEndian);
    if (known === 0) this.#insert(header);
    else this.#enter(at, ~header.length);
    return at;
  }

  /** What is at byte `at` cannot be read, whatever it is; at the end of a capture that may show only there. */
  passDamage(at: number, end: number): void {
    this.closeBlock();
    if (this.shape.copiesBlocks && end - at >= 4 && this.#view.getUint32(at) === SECTION_HEADER)
      this.#isSectionDue = true;
  }

  /** The fixed fields of a capture's first section header, whose options and end come as something gone past. */
  #beginSection(at: number): void {
    const littleEndian = this.#view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    forgetLength(this.#view, at);
    this.#open(at, paddedBytes(this.#view.getUint32(at + 4, littleEndian)));
    this.#copyOpen(at, at + SECTION_HEAD_BYTES);
  }

  /** A block of `bytes` bytes begins at byte `at` that comes in pieces. */
  #open(at: number, bytes: number): void {
    this.#openBytes = bytes;
    this.#openTrailer.set(this.#bytes.subarray(at + 4, at + 4 + TRAILER_BYTES));
  }

  #copyOpen(from: number, to: number): void {
    this.#copy(from, to);
    if (this.#openBytes > 0) this.#openBytes -= to - from;
  }

  /** Enters a run of bytes, as a part of the one before where they touch. */
  #copy(from: number, to: number): void {
    if (from === this.#runEnd) this.#words[this.#entry - ENTRY_WORDS + E_BYTES] -= to - from;
    else if (to > from) this.#enter(from, ~(to - from));
    this.#runEnd = to;
  }

  /** Enters bytes that come from no input; few. */
  #insert(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#scratchAt);
    this.#enter(this.#scratchAt, ~bytes.length);
    this.#scratchAt += bytes.length;
    this.#runEnd = 0;
  }

  #enter(at: number, bytes: number): void {
    this.#words[this.#entry + E_AT] = at;
    this.#words[this.#entry + E_BYTES] = bytes;
    this.#entry += ENTRY_WORDS;
    this.#runEnd = 0;
  }
}

/** A Custom Block that must not be copied to another file (pcapng 4.8), in either byte order. */
function isUncopied(view: DataView, at: number): boolean {
  return view.getUint32(at) === CUSTOM_UNCOPIED || view.getUint32(at, true) === CUSTOM_UNCOPIED;
}
