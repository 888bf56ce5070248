/**
 * The feeder thread: attaches to the byte ring and serves the reader's requests.
 */
import { serveFeeds } from '../src/feed/serve.js';
import type { FeederStart } from '../src/pipeline/messages.js';
import { announceStart } from '../src/pipeline/start-count.js';

/** Runs until the reader says that nothing more will be asked for. */
export async function feed(start: FeederStart): Promise<void> {
  announceStart(start.starts, start.thread);
  await serveFeeds(start);
}
