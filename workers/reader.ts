/**
 * The reader thread: attaches to the block ring and fills it.
 */
import { type ReadSummary, readCaptures } from '../src/capture/read-captures.js';
import type { ReaderStart } from '../src/pipeline/messages.js';
import { announceStart } from '../src/pipeline/start-count.js';

/** Runs to the end of the input. */
export function read(start: ReaderStart): ReadSummary {
  announceStart(start.starts, start.thread);
  return readCaptures(start.plan, start.blocks, new Float64Array(start.progress), (problem) =>
    start.problems.postMessage(problem),
  );
}
