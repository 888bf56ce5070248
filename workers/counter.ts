/**
 * A counting thread: attaches to the block ring and counts the conversations of one shard.
 */
import { countBlocks } from '../src/pipeline/count-blocks.js';
import type { CounterStart } from '../src/pipeline/messages.js';
import { announceStart } from '../src/pipeline/start-count.js';

/** Runs to the end of the stream. */
export function count(start: CounterStart): void {
  announceStart(start.starts, start.thread);
  countBlocks(start.shard, start.blocks, (counts) => start.counts.postMessage(counts));
}
