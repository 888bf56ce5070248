/**
 * The feeder thread: attaches to the byte ring and serves the reader's requests.
 */
import { type FeederMemory, serveFeeds } from '../src/feed/serve.js';
import { announceStart } from '../src/pipeline/start-count.js';

/** What the main thread hands to it: as with the other threads, and the feeder's own. */
export interface FeederStart extends FeederMemory {
  readonly starts: SharedArrayBuffer;
  readonly thread: number;
}

/** Runs until the reader says that nothing more will be asked for. */
export async function feed(start: FeederStart): Promise<void> {
  announceStart(start.starts, start.thread);
  await serveFeeds(start);
}
