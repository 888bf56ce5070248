/**
 * Fills blocks: bytes of a source, walked record by record, a descriptor for each segment, chained per shard.
 * The reader thread's inner part. Owns the slot being filled and what straddles two of them; knows no format
 * (`CaptureFormat`) and no session.
 */
import type { BlockProducer, BlockRingMemory } from '../ring/block-ring.js';
import {
  BLOCK_CAPTURE_END,
  BLOCK_DATA,
  BLOCK_END,
  BLOCK_MOMENT,
  type BlockRingLayout,
  DESCRIPTOR_WORDS,
  SLOT_FIGURES,
  SLOT_INPUT,
  SLOT_KIND,
  SLOT_NOW,
  SLOT_NUMBER,
  SLOT_PACKETS,
} from '../ring/layout.js';
import { type ByteSource, NOTHING_YET } from './byte-source.js';
import { CONDITION_CLOCK_BACKWARDS, CONDITION_DAMAGED, CONDITION_TRUNCATED } from './conditions.js';
import { FrameDecoder } from './decode.js';
import { D_NSEC, D_SEC } from './descriptor.js';
import type { CaptureEnd, FillOptions } from './fill-options.js';
import {
  BAD_RECORD,
  type CaptureFormat,
  type CaptureInterface,
  NEED_BYTES,
  type Problem,
  RECORD,
  SKIP,
} from './format.js';
import { LATER_FRAGMENT, SEGMENT } from './frame-reasons.js';
import type { LinkFilters } from './link-filters.js';
import type { PacketClock } from './packet-clock.js';
import { PacketCutter } from './packet-cutter.js';
import { PacketEntries } from './packet-entries.js';
import type { PacketJudge } from './packet-judge.js';
import { RECOGNISE_BYTES } from './recognise.js';
import { type DamageTeller, RecordSearch } from './resync.js';
import type { PacketSelector } from './selection.js';
import { CaptureTally, laterOf, type Moment, momentOf } from './tally.js';
import { T_FIRST_NSEC, T_FIRST_SEC, T_LATEST_NSEC, T_LATEST_SEC, T_PACKETS } from './traffic-figures.js';

/** More packets than any block holds. */
const MOST_INDEX = 0x3fffffff;

/** Outcome of a walk beside those of `CaptureFormat.next`: as many packets as were asked for. */
const ENOUGH = 4;

export class BlockFiller {
  /** The ring's memory: the reader looks at file headers through it. */
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Packets so far, over all captures. */
  packets = 0;
  /** Which input it is that is read, from 1. */
  input = 0;
  /** What the capture being read adds up to so far. */
  tally = new CaptureTally();
  readonly filters: LinkFilters | undefined;
  readonly marks: LinkFilters | undefined;
  /** Who says which packets are read, or cut out. */
  readonly judge: PacketJudge | undefined;
  readonly cutter: PacketCutter | undefined;
  /** Called once, when the first interface of a capture is known. */
  onFirstInterface: ((first: CaptureInterface) => void) | undefined;
  /** Called once, before the block with the first packet is published, with its time if it has one. */
  onFirstPacket: ((moment: Moment | undefined) => void) | undefined;
  /**
   * At which byte of the content the rest that was not read starts, and what is wrong there: after 'cut' and 'bad record',
   * and when it was stopped in damage.
   */
  endOffset = 0;
  endProblem: Problem | undefined;
  readonly #layout: BlockRingLayout;
  readonly #producer: BlockProducer;
  readonly #words: Int32Array;
  readonly #decoder: FrameDecoder;
  readonly #selector: PacketSelector;
  readonly #resync: boolean;
  readonly #moments: FillOptions['moments'];
  readonly #hasNotices: boolean;
  readonly #entries: PacketEntries;
  readonly #figures: Float64Array;
  /** CONDITION_ bits of what was met with inputs. */
  #conditions = 0;
  /** What the next problem is. */
  #endCondition = CONDITION_DAMAGED;
  #first: Moment | undefined;
  /** The greatest time of any packet; where reports go by the time of packets, that of the last one, which their clock may have gone back to. */
  #latest: Moment | undefined;
  readonly #isByPackets: boolean;
  readonly #onBlock: () => void;
  readonly #goesOn: () => boolean;
  #format: CaptureFormat | undefined;
  #slot = 0;
  #index = 0;
  /** Number in its input of the packet that comes first in the block. */
  #firstNumber = 1;
  #walkedTo = 0;
  /** No bytes follow those that are being walked. */
  #isLast = false;
  #nowSec = 0;
  #nowNsec = 0;
  #formerSec = 0;
  #formerNsec = 0;

  /** `onBlock` is called after each published block; `goesOn` says, whenever it may be, whether to read on. */
  constructor(
    memory: BlockRingMemory,
    producer: BlockProducer,
    options: FillOptions,
    onBlock: () => void,
    goesOn: () => boolean,
  ) {
    this.#layout = memory.layout;
    this.#producer = producer;
    this.view = new DataView(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.#figures = new Float64Array(memory.buffer);
    this.#decoder = new FrameDecoder(options.decode);
    this.#selector = options.selector;
    this.#resync = options.resync;
    this.#moments = options.moments;
    this.#isByPackets = options.reports !== undefined;
    this.filters = options.filters;
    this.marks = options.marks;
    this.judge = options.sessions ?? options.filters;
    if (options.cut !== undefined) {
      this.cutter = new PacketCutter(options.cut, memory.layout, memory.buffer, options.selector, this.judge);
    }
    this.#hasNotices = options.notices ?? false;
    this.#entries = new PacketEntries(memory, this.#decoder, options);
    this.#onBlock = onBlock;
    this.#goesOn = goesOn;
    this.#begin();
  }

  get clock(): PacketClock | undefined {
    return this.#entries.clock;
  }

  /** Byte position of the block of the slot being filled; its head room ends here. */
  get blockAt(): number {
    return this.#slot + this.#layout.blockOffset;
  }

  /** Frames whose integrity-only MACsec header was stepped over, over all captures. */
  get macsecFrames(): number {
    return this.#decoder.macsecFrames;
  }

  /** Whether frames of this link type can be decoded. */
  decodes(linkType: number): boolean {
    return this.#decoder.decodes(linkType);
  }

  /**
   * Reads a whole capture, from the source's position on; the `ahead` bytes right before `blockAt` are its
   * first. Every complete record before the end is published. Errors of the source pass through.
   */
  fill(
    source: Pick<ByteSource, 'read' | 'bytesRead' | 'isAtEnd'>,
    format: CaptureFormat,
    ahead: number,
    tell: DamageTeller,
  ): CaptureEnd {
    this.tally = new CaptureTally();
    this.#firstNumber = 1;
    this.endProblem = undefined;
    this.#endCondition = CONDITION_DAMAGED;
    this.#format = format;
    this.#beginCut(format);
    const search = new RecordSearch(format, this.view, tell);
    let left = ahead;
    let skipBytes = 0;
    for (;;) {
      if (this.onFirstInterface !== undefined && format.interfaces.length > 0) {
        this.onFirstInterface(format.interfaces[0]);
        this.onFirstInterface = undefined;
      }
      const bytes = source.read(this.bytes, this.blockAt, this.#layout.blockBytes);
      if (bytes === NOTHING_YET) {
        if (!this.#goesOn()) return this.#stop(search, 'stopped');
        const from = this.blockAt - left;
        this.#finishRead();
        this.bytes.copyWithin(this.blockAt - left, from, from + left);
        continue;
      }
      const end = this.blockAt + bytes;
      const offset = source.bytesRead - end;
      const skipped = Math.min(skipBytes, bytes);
      skipBytes -= skipped;
      if (skipped > 0) this.cutter?.passOver(this.blockAt, this.blockAt + skipped);
      let outcome = NEED_BYTES;
      this.#walkedTo = this.blockAt - left + skipped;
      this.#isLast = bytes === 0;
      if (skipBytes === 0) outcome = this.#advance(format, search, end, offset);
      // What is skipped may reach behind the bytes that are there.
      skipBytes += Math.max(0, this.#walkedTo - end);
      const from = Math.min(this.#walkedTo, end);
      left = end - from;
      this.#finishRead();
      if (outcome === ENOUGH) return 'enough';
      if (outcome === BAD_RECORD) return this.#endAt(offset + from, format.problem!, 'bad record');
      if (bytes === 0) {
        if (search.isSearching) return this.#endAt(search.damageOffset, search.problem!, 'bad record');
        if (skipBytes > 0) return this.#endAt(offset + end, missing(skipBytes), 'cut');
        return left === 0 && !format.isUnfinished
          ? 'whole'
          : this.#endAt(offset + from, format.describeCut(this.view, from, end), 'cut');
      }
      if (!this.#goesOn() && source.isAtEnd?.() !== true) return this.#stop(search, 'interrupted');
      // What is left of a record moves in front of the bytes that will follow it.
      this.bytes.copyWithin(this.blockAt - left, from, end);
    }
  }

  /** Something was met with an input: CONDITION_ bits. */
  noteConditions(conditions: number): void {
    this.#conditions |= conditions;
  }

  /**
   * A problem was told; `isDamage`: some of the input could not be read. If wanted, whoever prints results is to tell it between those of
   * the packets before and behind it.
   */
  noteProblem(isDamage: boolean): void {
    if (isDamage) {
      this.#conditions |= this.#endCondition;
      this.#endCondition = CONDITION_DAMAGED;
    }
    if (this.#hasNotices) this.#entries.lists.notice();
  }

  /** Publishes what is there, though it is no whole block: nothing more comes of a capture. */
  flush(): void {
    this.#finishBlock();
  }

  /** Publishes a block that tells the trackers that a capture is over, its segments all sent. */
  endCapture(): void {
    this.#publish(BLOCK_CAPTURE_END);
  }

  /** Publishes the block that tells the trackers that nothing follows. */
  end(): void {
    this.cutter?.end();
    this.#finishBlock();
    this.#publish(BLOCK_END);
  }

  /** Walks from `#walkedTo` on, past damage if that is wanted, and leaves there how far it came. */
  #advance(format: CaptureFormat, search: RecordSearch, end: number, offset: number): number {
    for (;;) {
      if (search.isSearching) {
        const found = search.look(this.#walkedTo, end, offset, this.#isLast);
        this.#walkedTo = found < 0 ? ~found : found;
        if (found < 0) return NEED_BYTES;
      }
      const outcome =
        this.cutter === undefined ? this.#walk(format, this.#walkedTo, end) : this.#cut(this.cutter, format, end);
      if (!this.#resync) return outcome;
      if (outcome === NEED_BYTES && this.#isLast && this.#walkedTo < end && this.tally.packets > 0) {
        // Cut, or its length is damaged: then there are others in it. Without any before, nothing tells what they look like.
        const cut = format.describeCut(this.view, this.#walkedTo, end);
        if (!search.finds(this.#walkedTo + 1, end)) return outcome;
        this.cutter?.passDamage(this.#walkedTo, end);
        search.begin(offset + this.#walkedTo, { ...cut, found: `a length that cannot be right: ${cut.found}` });
      } else if (outcome === BAD_RECORD) {
        search.begin(offset + this.#walkedTo, format.problem!);
      } else {
        return outcome;
      }
      this.#walkedTo++;
    }
  }

  /**
   * Walks the records from byte `at` on; leaves the position after the last whole one in `#walkedTo`.
   * The hot loop of the reader: per record one call to the format, one to the decoder, both inlined, no allocation.
   */
  #walk(format: CaptureFormat, from: number, end: number): number {
    const view = this.view;
    const words = this.#words;
    const decoder = this.#decoder;
    const selector = this.#selector;
    const leavesOut = selector.hasBounds || this.filters !== undefined;
    const tally = this.tally;
    const entries = this.#entries;
    const lists = entries.lists;
    const before = this.packets;
    // Where somebody has use for more than segments and their fragments.
    const seesOthers = entries.clock !== undefined || entries.traffic !== undefined;
    const firstIndex = this.#index;
    entries.beginWalk(firstIndex, tally);
    const lastIndex = Math.min(selector.maxPackets - this.packets, MOST_INDEX);
    let d = lists.next;
    let segment = -1;
    let others = 0;
    let index = firstIndex;
    let at = from;
    let outcome = RECORD;
    let capturedBytes = 0;
    let wireBytes = 0;
    let isFirst = tally.first === undefined;
    let formerSec = this.#formerSec;
    let formerNsec = this.#formerNsec;
    let hasTime = false;
    let era = 0;
    while (index < lastIndex) {
      outcome = format.next(view, at, end);
      if (outcome !== RECORD) {
        if (outcome !== SKIP) break;
        at = format.nextAt;
        if (at <= end) continue;
        outcome = NEED_BYTES;
        break;
      }
      at = format.nextAt;
      // Seconds stay int32 here: unsigned ones would be doubles for the compiler.
      const sec = format.sec;
      const nsec = format.nsec;
      if (leavesOut) {
        if (!this.#isSelected(format)) {
          tally.leaveOut(format.interfaceIndex);
          if (selector.isOver) break;
          continue;
        }
        hasTime = format.hasTime;
        era = format.era;
      }
      const captured = format.capturedBytes;
      capturedBytes += captured;
      wireBytes += format.wireBytes >>> 0;
      if (isFirst) {
        tally.first = format.hasTime ? momentOf(format) : undefined;
        isFirst = !format.hasTime;
      } else if (sec !== formerSec) {
        if (sec >>> 0 < formerSec >>> 0) tally.noteBackwards(formerSec >>> 0, formerNsec, sec >>> 0, nsec);
      } else if (nsec < formerNsec) {
        tally.noteBackwards(sec >>> 0, formerNsec, sec >>> 0, nsec);
      }
      formerSec = sec;
      formerNsec = nsec;
      const reason = decoder.decode(view, format.frameAt, captured, format.linkType, words, d);
      if (reason === SEGMENT) {
        segment = d;
        entries.enterSegment(format, words, d, index, before, tally);
        d += DESCRIPTOR_WORDS;
      } else {
        others++;
        tally.reasons[reason]++;
        if (seesOthers || reason === LATER_FRAGMENT) {
          entries.enterOther(format, reason, words, d, index, tally);
          d = lists.next;
        }
      }
      index++;
    }
    if (index >= lastIndex || selector.isOver) outcome = ENOUGH;
    const packets = index - firstIndex;
    if (packets > 0) {
      tally.packets += packets;
      tally.reasons[SEGMENT] += packets - others;
      tally.capturedBytes += capturedBytes;
      tally.wireBytes += wireBytes;
      // Where some are left out, the record that was looked at last need not be one that was taken.
      if (!leavesOut) {
        hasTime = format.hasTime;
        era = format.era;
      }
      const last = { sec: (formerSec >>> 0) + era * 2 ** 32, nsec: formerNsec };
      tally.last = hasTime ? last : undefined;
      // A packet without a time leaves that of the one before, if there was one.
      if (!isFirst) this.#latest = this.#isByPackets ? last : laterOf(this.#latest, laterOf(tally.latest, last));
    }
    if (segment >= 0) {
      this.#nowSec = words[segment + D_SEC];
      this.#nowNsec = words[segment + D_NSEC];
    }
    this.#formerSec = formerSec;
    this.#formerNsec = formerNsec;
    this.#index = index;
    this.#walkedTo = at;
    return outcome;
  }

  /** Whether the record's packet is to be read: of the bounds' times, which hold for one without a time, and of the filter's. */
  #isSelected(format: CaptureFormat): boolean {
    const selector = this.#selector;
    if (selector.hasBounds && format.hasTime && !selector.takes(format.sec >>> 0, format.nsec)) return false;
    return this.filters === undefined || this.filters.selects(format, this.bytes);
  }

  /** The same for packets that are to be cut out. */
  #cut(cutter: PacketCutter, format: CaptureFormat, end: number): number {
    const most = Math.min(this.#selector.maxPackets - this.packets, MOST_INDEX) - this.#index;
    const outcome = cutter.walk(format, this.#walkedTo, end, most, this.tally);
    this.#index += cutter.taken;
    this.#walkedTo = cutter.walkedTo;
    const isEnough = ((cutter.taken >= most || cutter.isOver) && !cutter.isInBlock) || this.#selector.isOver;
    return isEnough ? ENOUGH : outcome;
  }

  /** What was cut out of the capture before goes out in a block of its own, and what comes before the packets too. */
  #beginCut(format: CaptureFormat): void {
    if (this.cutter === undefined) return;
    const head = this.bytes.slice(this.blockAt - RECOGNISE_BYTES, this.blockAt);
    this.cutter.closeBlock();
    this.#finishBlock();
    this.bytes.set(head, this.blockAt - RECOGNISE_BYTES);
    this.cutter.begin(format, this.blockAt);
    this.#finishBlock();
  }

  /** Damage behind which nothing was found yet is told all the same. */
  #stop(search: RecordSearch, end: CaptureEnd): CaptureEnd {
    return search.isSearching ? this.#endAt(search.damageOffset, search.problem!, end) : end;
  }

  #endAt(offset: number, problem: Problem, end: CaptureEnd): CaptureEnd {
    this.#endCondition = end === 'cut' ? CONDITION_TRUNCATED : CONDITION_DAMAGED;
    this.endOffset = offset;
    this.endProblem = problem;
    return end;
  }

  /** Ends what one read brought: with a moment, if it is time for one by the clock. */
  #finishRead(): void {
    if (this.#moments?.isNow(this.packets + this.#index, this.tally, this.#format!)) this.#publish(BLOCK_MOMENT);
    else this.#finishBlock();
  }

  #finishBlock(): void {
    const isEmpty = this.#index === 0 && !this.#entries.lists.hasTicks && this.cutter?.hasEntries !== true;
    if (!isEmpty) this.#publish(BLOCK_DATA);
  }

  #publish(kind: number): void {
    if (this.#index > 0 && this.onFirstPacket !== undefined) {
      this.onFirstPacket(this.tally.first);
      this.onFirstPacket = undefined;
    }
    const words = this.#words;
    const header = this.#slot >> 2;
    words[header + SLOT_KIND] = kind;
    this.#entries.lists.end();
    words[header + SLOT_NOW] = this.#nowSec;
    words[header + SLOT_NOW + 1] = this.#nowNsec;
    words[header + SLOT_INPUT] = this.input;
    words[header + SLOT_NUMBER] = this.#firstNumber | 0;
    words[header + SLOT_NUMBER + 1] = Math.floor(this.#firstNumber / 2 ** 32);
    words[header + SLOT_PACKETS] = this.packets | 0;
    words[header + SLOT_PACKETS + 1] = Math.floor(this.packets / 2 ** 32);
    this.cutter?.endSlot();
    const figures = (this.#slot + this.#layout.figuresOffset) >> 3;
    this.writeFigures(this.#figures.subarray(figures, figures + SLOT_FIGURES));
    this.packets += this.#index;
    this.#producer.publish();
    this.#onBlock();
    if (kind !== BLOCK_END) this.#begin();
  }

  /** Leaves how things stand in `out` (traffic-figures.ts): packets and times, and what else is counted. `latest`: the latest packet's time, in mid-block. */
  writeFigures(out: Float64Array, latest = this.#latest): void {
    this.#first ??= this.tally.first;
    if (this.tally.backwards > 0) this.#conditions |= CONDITION_CLOCK_BACKWARDS;
    const { traffic } = this.#entries;
    // In the middle of a block only what counts packet by packet knows how many there were.
    if (traffic === undefined) out[T_PACKETS] = this.packets + this.#index;
    else traffic.writeTo(out, this.#conditions);
    out[T_FIRST_SEC] = this.#first?.sec ?? Number.NaN;
    out[T_FIRST_NSEC] = this.#first?.nsec ?? 0;
    out[T_LATEST_SEC] = latest?.sec ?? Number.NaN;
    out[T_LATEST_NSEC] = latest?.nsec ?? 0;
  }

  /** Takes the next slot; its lists are empty. */
  #begin(): void {
    this.#slot = this.#producer.acquire();
    this.#index = 0;
    this.#firstNumber = this.tally.packets + this.tally.leftOut + 1;
    this.#entries.lists.begin(this.#slot);
    this.cutter?.beginSlot(this.#slot);
  }
}

const missing = (bytes: number): Problem => ({
  found: 'the end of the file',
  expected: `${bytes} more bytes of a block`,
});
