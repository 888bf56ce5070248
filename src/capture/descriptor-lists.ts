/**
 * The lists of a block: a chain of descriptors for each shard, and the ticks, which every shard sees. Owns which shard a descriptor
 * goes to, and what is noted when a second begins.
 */
import {
  type BlockRingLayout,
  DESCRIPTOR_NEXT,
  DESCRIPTOR_WORDS,
  DETAIL_WORDS,
  SLOT_HEADS,
  SLOT_TICKS,
  TICK_NOTICE,
} from '../ring/layout.js';
import { shardOf } from '../wire/conversation-hash.js';
import { conversationHash } from './descriptor-hash.js';
import { FragmentShards } from './fragment-shards.js';
import { SegmentClock } from './segment-clock.js';

export class DescriptorLists {
  /** Descriptors of the block so far. */
  count = 0;
  readonly #layout: BlockRingLayout;
  readonly #words: Int32Array;
  readonly #tails: Int32Array;
  readonly #fragments = new FragmentShards();
  readonly #clock = new SegmentClock();
  /** Words at which the slot's header, its first descriptor and its first tick are. */
  #header = 0;
  #first = 0;
  #firstTick = 0;
  #lengths = 0;
  #details = 0;
  #ticks = 0;

  /** `words`: the ring's memory. */
  constructor(layout: BlockRingLayout, words: Int32Array) {
    this.#layout = layout;
    this.#words = words;
    this.#tails = new Int32Array(layout.trackers);
  }

  /** The block in the slot at byte `slot` begins: its lists are empty. */
  begin(slot: number): void {
    this.count = 0;
    this.#header = slot >> 2;
    this.#first = (slot + this.#layout.descriptorsOffset) >> 2;
    this.#firstTick = (slot + this.#layout.ticksOffset) >> 2;
    this.#lengths = (slot + this.#layout.lengthsOffset) >> 2;
    this.#details = (slot + this.#layout.detailsOffset) >> 2;
    this.#ticks = 0;
    this.#tails.fill(0);
    const heads = this.#header + SLOT_HEADS;
    this.#words.fill(0, heads, heads + this.#layout.trackers);
  }

  /** Word of the descriptor that comes next. */
  get next(): number {
    return this.#first + this.count * DESCRIPTOR_WORDS;
  }

  /** Word of the next descriptor's details. */
  get details(): number {
    return this.#details + this.count * DETAIL_WORDS;
  }

  /** Whether something is noted that is no packet's alone. */
  get hasTicks(): boolean {
    return this.#ticks > 0;
  }

  /** Leaves the number of ticks in the slot's header. */
  end(): void {
    this.#words[this.#header + SLOT_TICKS] = this.#ticks;
  }

  /** Chains the descriptor at word `d`, the next one, to its conversation's shard, which it returns. */
  enter(d: number): number {
    const { trackers } = this.#layout;
    const shard = trackers > 1 ? shardOf(conversationHash(this.#words, d), trackers) : 0;
    this.chain(shard);
    return shard;
  }

  /** Fragments with `fragmentKey` (fragment-key.ts) go to `shard`. */
  noteFirstFragment(fragmentKey: number, shard: number): void {
    this.#fragments.note(fragmentKey, shard);
  }

  /** Whether the first fragment with `fragmentKey` was seen. */
  knowsFragment(fragmentKey: number): boolean {
    return this.#fragments.find(fragmentKey) >= 0;
  }

  /** Notes how many bytes of the next descriptor's frame were captured. */
  noteLength(capturedBytes: number): void {
    this.#words[this.#lengths + this.count] = capturedBytes;
  }

  /** Chains the next descriptor, of a later fragment, to where its first one went; false when that was not seen. */
  enterFragment(fragmentKey: number): boolean {
    const shard = this.#fragments.find(fragmentKey);
    if (shard < 0) return false;
    this.chain(shard);
    return true;
  }

  /** Appends the next descriptor to the list of `shard`. */
  chain(shard: number): void {
    const words = this.#words;
    const number = ++this.count;
    const tail = this.#tails[shard];
    this.#tails[shard] = number;
    if (tail === 0) words[this.#header + SLOT_HEADS + shard] = number;
    else words[this.#first + (tail - 1) * DESCRIPTOR_WORDS + DESCRIPTOR_NEXT] = number;
  }

  /** Whether the clock of segments comes to second `sec` with the segment entered last. */
  isNewSecond(sec: number): boolean {
    return this.#clock.isNewSecond(sec);
  }

  /** Something that was told has its place here, behind the packets so far. */
  notice(): void {
    this.#words[this.#firstTick + this.#ticks++] = this.count | TICK_NOTICE;
  }

  /** Notes `ticks` (TICK_ bits) at descriptor number `descriptor`, one of the packet entered last. */
  tick(descriptor: number, ticks: number): void {
    this.#words[this.#firstTick + this.#ticks++] = descriptor | ticks;
  }
}
