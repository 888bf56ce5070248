/**
 * The counting thread's loop: takes block after block, counts the conversations of its shard, and tells them at the
 * end of each capture. Owns the order; knows no protocol.
 */
import { D_TCP, isSegment } from '../capture/descriptor.js';
import { type ConversationCount, ConversationCounter } from '../info/conversations.js';
import { BlockConsumer, type BlockRingMemory } from '../ring/block-ring.js';
import {
  BLOCK_CAPTURE_END,
  BLOCK_END,
  DESCRIPTOR_NEXT,
  DESCRIPTOR_WORDS,
  SLOT_HEADS,
  SLOT_KIND,
} from '../ring/layout.js';

/** What one shard counted in one capture. */
export interface ShardCount extends ConversationCount {
  readonly laterFragments: number;
}

/** Counts shard `shard` of the block ring to its end; `tell` gets the count of each capture, in their order. */
export function countBlocks(shard: number, blocks: BlockRingMemory, tell: (count: ShardCount) => void): void {
  const consumer = new BlockConsumer(blocks, shard);
  const counter = new ConversationCounter();
  const words = new Int32Array(blocks.buffer);
  const view = new DataView(blocks.buffer);
  const { descriptorsOffset } = blocks.layout;
  let laterFragments = 0;
  for (;;) {
    const slot = consumer.take();
    const kind = words[(slot >> 2) + SLOT_KIND];
    const first = (slot + descriptorsOffset) >> 2;
    // The heads of a block that ends something are 0.
    for (let next = words[(slot >> 2) + SLOT_HEADS + shard]; next !== 0; ) {
      const d = first + (next - 1) * DESCRIPTOR_WORDS;
      if (isSegment(words[d + D_TCP])) counter.onSegment(words, d, view);
      else laterFragments++;
      next = words[d + DESCRIPTOR_NEXT];
    }
    consumer.release();
    if (kind === BLOCK_END) return;
    if (kind !== BLOCK_CAPTURE_END) continue;
    tell({ ...counter.endCapture(), laterFragments });
    laterFragments = 0;
  }
}
