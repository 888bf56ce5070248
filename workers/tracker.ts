/**
 * A tracker thread: attaches to the block ring and its result ring and tracks one shard.
 */
import type { TrackerStart } from '../src/pipeline/messages.js';
import { announceStart } from '../src/pipeline/start-count.js';
import { type TrackSummary, trackBlocks } from '../src/pipeline/track-blocks.js';

/** Runs to the end of the stream. */
export function track(start: TrackerStart): TrackSummary {
  announceStart(start.starts, start.thread);
  return trackBlocks(start.shard, start.analyses, start.blocks, start.results);
}
