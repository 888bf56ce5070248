/**
 * The reader thread: attaches to the block ring and fills it.
 */
import { endFeeder, FeedSource } from '../src/capture/feed-source.js';
import type { ReadSummary } from '../src/capture/news.js';
import { InputOpener } from '../src/capture/open-input.js';
import { readCaptures } from '../src/capture/read-captures.js';
import type { ReaderStart } from '../src/pipeline/messages.js';
import { announceStart } from '../src/pipeline/start-count.js';

/** Runs to the end of the input. */
export function read(start: ReaderStart): ReadSummary {
  announceStart(start.starts, start.thread);
  const links = {
    progress: new Float64Array(start.progress),
    stop: new Int32Array(start.stop),
    tell: start.news.postMessage.bind(start.news),
  };
  const opener = new InputOpener((request) => new FeedSource(start.feed, request));
  const summary = readCaptures(start.plan, start.blocks, links, opener);
  endFeeder(start.feed);
  return summary;
}
