/**
 * The writing thread: attaches to the block ring and writes what is cut out of captures.
 */
import { BlockingOutput } from '../src/pipeline/blocking-output.js';
import type { WriterStart } from '../src/pipeline/messages.js';
import { announceStart } from '../src/pipeline/start-count.js';
import { type WriteOutcome, writeCuts, writeFailure } from '../src/pipeline/write-cuts.js';

/** Runs to the end of the stream, or until a write fails, which is no failure of the thread. */
export function write(start: WriterStart): WriteOutcome {
  announceStart(start.starts, start.thread);
  const output = new BlockingOutput(start.target);
  try {
    writeCuts(start.blocks, output, new Int32Array(start.stop));
    return {};
  } catch (error) {
    return { failure: writeFailure(error, output) };
  }
}
