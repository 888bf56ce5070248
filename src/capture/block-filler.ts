/**
 * Fills blocks: bytes of a source, walked record by record, a descriptor for each segment, chained per shard.
 * The reader thread's inner part. Owns the slot being filled and what straddles two of them; knows no format
 * (`CaptureFormat`) and no session.
 */
import type { BlockProducer, BlockRingMemory } from '../ring/block-ring.js';
import {
  BLOCK_DATA,
  BLOCK_END,
  type BlockRingLayout,
  DESCRIPTOR_NEXT,
  DESCRIPTOR_WORDS,
  SLOT_HEADS,
  SLOT_KIND,
  SLOT_NOW,
  SLOT_TICKS,
} from '../ring/layout.js';
import { hashIpv4, mixVlan, shardOf } from '../wire/conversation-hash.js';
import type { ByteSource } from './byte-source.js';
import { DECODE_REASONS, FrameDecoder, SEGMENT } from './decode.js';
import { D_DST, D_FRAME, D_INDEX, D_NSEC, D_PORTS, D_SEC, D_SRC, D_VLAN, D_WHERE, D_WIRE } from './descriptor.js';
import { type CaptureFormat, NEED_BYTES, RECORD } from './format.js';

/** The clock begins anew at a segment more than this behind it, when this many right before were so too. */
const BEHIND_SEC = 900;
const SEGMENTS_BEHIND = 1000;

/** How a capture ended: at a record boundary, in a record, or at something that is no record. */
export type CaptureEnd = 'whole' | 'cut' | 'bad record';

export class BlockFiller {
  /** The ring's memory: the reader looks at file headers through it. */
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Packets so far, over all files. */
  packets = 0;
  /** Frames by what became of them: see decode.ts. */
  readonly reasons = new Float64Array(DECODE_REASONS);
  /** Times of the first and the latest packet: seconds (unsigned), nanoseconds. */
  firstSec = 0;
  firstNsec = 0;
  lastSec = 0;
  lastNsec = 0;
  /** Bytes of the unfinished record that ended the last capture, and where they start in `view`. */
  leftBytes = 0;
  leftAt = 0;
  readonly #layout: BlockRingLayout;
  readonly #producer: BlockProducer;
  readonly #words: Int32Array;
  readonly #decoder: FrameDecoder;
  readonly #tails: Int32Array;
  readonly #onBlock: () => void;
  #slot = 0;
  #descriptors = 0;
  #ticks = 0;
  #index = 0;
  #clockSec = -1;
  #segmentsBehind = 0;
  #walkedTo = 0;
  #nowSec = 0;
  #nowNsec = 0;

  /** `directOnly`: only IPv4 directly over the link layer counts. `onBlock` is called after each published block. */
  constructor(memory: BlockRingMemory, producer: BlockProducer, directOnly: boolean, onBlock: () => void) {
    this.#layout = memory.layout;
    this.#producer = producer;
    this.view = new DataView(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.#decoder = new FrameDecoder({ directOnly, outer: false, vlanKey: false, userDlts: new Map() });
    this.#tails = new Int32Array(memory.layout.trackers);
    this.#onBlock = onBlock;
    this.#begin();
  }

  /** Byte position of the block of the slot being filled; its head room ends here. */
  get blockAt(): number {
    return this.#slot + this.#layout.blockOffset;
  }

  /**
   * Reads a whole capture, from the source's position on; the `ahead` bytes right before `blockAt` are its
   * first. Every complete record before the end is published. Errors of the source pass through.
   */
  fill(source: Pick<ByteSource, 'read'>, format: CaptureFormat, ahead: number): CaptureEnd {
    let left = ahead;
    for (;;) {
      const bytes = source.read(this.bytes, this.blockAt, this.#layout.blockBytes);
      const end = this.blockAt + bytes;
      const outcome = this.#walk(format, this.blockAt - left, end);
      const from = this.#walkedTo;
      left = end - from;
      this.#finishBlock();
      if (outcome !== NEED_BYTES || bytes === 0) {
        this.leftBytes = left;
        this.leftAt = from;
        if (outcome !== NEED_BYTES) return 'bad record';
        return left === 0 ? 'whole' : 'cut';
      }
      // What is left of a record moves in front of the bytes that will follow it.
      this.bytes.copyWithin(this.blockAt - left, from, end);
    }
  }

  /** Publishes the block that tells the trackers that nothing follows. */
  end(): void {
    this.#publish(BLOCK_END);
  }

  /**
   * Walks the records from byte `at` on; leaves the position after the last whole one in `#walkedTo`.
   * The hot loop of the reader: per record one call to the format, one to the decoder, both inlined, no allocation.
   */
  #walk(format: CaptureFormat, from: number, end: number): number {
    const view = this.view;
    const words = this.#words;
    const decoder = this.#decoder;
    const first = (this.#slot + this.#layout.descriptorsOffset) >> 2;
    let d = first + this.#descriptors * DESCRIPTOR_WORDS;
    let index = this.#index;
    let at = from;
    let outcome = RECORD;
    if (this.packets === 0 && index === 0 && format.next(view, at, end) === RECORD) {
      this.firstSec = format.sec >>> 0;
      this.firstNsec = format.nsec;
    }
    for (;;) {
      outcome = format.next(view, at, end);
      if (outcome !== RECORD) break;
      at = format.nextAt;
      const captured = format.capturedBytes;
      const reason = decoder.decode(view, format.frameAt, captured, format.linkType, words, d);
      if (reason === SEGMENT) {
        words[d + D_FRAME] = format.frameAt;
        words[d + D_INDEX] = index;
        words[d + D_WIRE] = format.wireBytes;
        words[d + D_SEC] = format.sec;
        words[d + D_NSEC] = format.nsec;
        words[d + DESCRIPTOR_NEXT] = 0;
        this.#enter(words, d, format.sec >>> 0);
        d += DESCRIPTOR_WORDS;
      } else {
        this.reasons[reason]++;
      }
      index++;
    }
    if (index !== this.#index) {
      this.lastSec = format.sec >>> 0;
      this.lastNsec = format.nsec;
    }
    this.#index = index;
    this.#walkedTo = at;
    if (d !== first) {
      this.#nowSec = words[d - DESCRIPTOR_WORDS + D_SEC];
      this.#nowNsec = words[d - DESCRIPTOR_WORDS + D_NSEC];
    }
    return outcome;
  }

  /** Chains the descriptor at word `d` to its shard's list, and notes the tick when its second is a new one. */
  #enter(words: Int32Array, d: number, sec: number): void {
    const descriptor = this.#descriptors++;
    const trackers = this.#layout.trackers;
    const slotWord = this.#slot >> 2;
    let shard = 0;
    if (trackers > 1) {
      let hash = words[d + D_SRC];
      if (words[d + D_WHERE] >= 0) {
        hash = mixVlan(hashIpv4(hash, words[d + D_DST], words[d + D_PORTS]), words[d + D_VLAN]);
      }
      shard = shardOf(hash, trackers);
    }
    const tail = this.#tails[shard];
    this.#tails[shard] = descriptor + 1;
    if (tail === 0) {
      words[slotWord + SLOT_HEADS + shard] = descriptor + 1;
    } else {
      words[((this.#slot + this.#layout.descriptorsOffset) >> 2) + (tail - 1) * DESCRIPTOR_WORDS + DESCRIPTOR_NEXT] =
        descriptor + 1;
    }
    if (this.#isNewSecond(sec)) {
      this.#clockSec = sec;
      this.#segmentsBehind = 0;
      words[((this.#slot + this.#layout.ticksOffset) >> 2) + this.#ticks++] = descriptor;
    }
  }

  /**
   * Whether the clock of time-outs moves to second `sec`: forward at once; back, to begin anew there, only when
   * many segments in a row were far behind it, so that neither one absurd time nor files in the wrong order stop
   * time-outs for good, and two clocks in one capture do not pull it to and fro.
   */
  #isNewSecond(sec: number): boolean {
    if (sec >= this.#clockSec - BEHIND_SEC) {
      this.#segmentsBehind = 0;
      return sec > this.#clockSec;
    }
    return ++this.#segmentsBehind > SEGMENTS_BEHIND;
  }

  #finishBlock(): void {
    if (this.#index > 0) this.#publish(BLOCK_DATA);
  }

  #publish(kind: number): void {
    const words = this.#words;
    const header = this.#slot >> 2;
    words[header + SLOT_KIND] = kind;
    words[header + SLOT_TICKS] = this.#ticks;
    words[header + SLOT_NOW] = this.#nowSec;
    words[header + SLOT_NOW + 1] = this.#nowNsec;
    this.packets += this.#index;
    this.#producer.publish();
    this.#onBlock();
    if (kind === BLOCK_DATA) this.#begin();
  }

  /** Takes the next slot; its lists are empty. */
  #begin(): void {
    this.#slot = this.#producer.acquire();
    this.#descriptors = 0;
    this.#ticks = 0;
    this.#index = 0;
    this.#tails.fill(0);
    const heads = (this.#slot >> 2) + SLOT_HEADS;
    this.#words.fill(0, heads, heads + this.#layout.trackers);
  }
}
