/**
 * Threads that go wrong, for the test of what a run makes of it: what the environment variable FAILURE names goes
 * wrong, the rest is as always.
 */
import { spawnSync } from 'node:child_process';
import { threadId } from 'node:worker_threads';
import { BlockFiller } from '../../src/capture/block-filler.js';
import { FeedSource } from '../../src/capture/feed-source.js';
import type { ReadSummary } from '../../src/capture/news.js';
import { InputOpener } from '../../src/capture/open-input.js';
import { openPcap, type PcapFormat } from '../../src/capture/pcap.js';
import { readCaptures } from '../../src/capture/read-captures.js';
import { PacketSelector } from '../../src/capture/selection.js';
import type { ReaderStart, TrackerStart } from '../../src/pipeline/messages.js';
import { announceStart } from '../../src/pipeline/start-count.js';
import type { TrackSummary } from '../../src/pipeline/track-blocks.js';
import { BlockConsumer, BlockProducer } from '../../src/ring/block-ring.js';
import * as reader from '../../workers/reader.js';
import * as tracker from '../../workers/tracker.js';

const SLOW_START = 'tracker throws while another thread still starts';
const SLOW_END = 'tracker throws while another is slow to end';

// One of the threads loads slowly, as on a busy machine: ending it meanwhile would take the process down.
if (process.env.FAILURE === SLOW_START && threadId % 2 === 0) block(3);

/** Text of every error thrown here. */
const WORDS = 'made to fail';
const BLOCKS_BEFORE_FAILURE = 3;

export function track(start: TrackerStart): TrackSummary {
  // One shard only: the others must be stopped while they are well.
  if (start.shard !== 0) {
    if (process.env.FAILURE === SLOW_END) {
      announceStart(start.starts, start.thread);
      block(1);
    }
    return tracker.track(start);
  }
  switch (process.env.FAILURE) {
    case 'tracker throws':
      new BlockConsumer(start.blocks, start.shard).take();
      throw new Error(WORDS);
    case 'tracker exits':
      new BlockConsumer(start.blocks, start.shard).take();
      return process.exit(0);
    case 'tracker throws no error':
    case SLOW_START:
    case SLOW_END:
      throw WORDS;
    case 'tracker runs out of memory':
      for (const hoard: number[][] = []; ; ) hoard.push(new Array<number>(10_000).fill(hoard.length + 0.5));
    default:
      return tracker.track(start);
  }
}

export function read(start: ReaderStart): ReadSummary {
  switch (process.env.FAILURE) {
    case 'reader throws':
      return readEndlessly(start, () => {
        throw new Error(WORDS);
      });
    case 'reader exits':
      return readEndlessly(start, () => process.exit(0));
    case 'reader throws within a file':
      return readCaptures(
        start.plan,
        start.blocks,
        {
          progress: trap(new Float64Array(start.progress)),
          stop: new Int32Array(start.stop),
          tell: (news) => start.news.postMessage(news),
        },
        new InputOpener((request) => new FeedSource(start.feed, request)),
      );
    default:
      return reader.read(start);
  }
}

/** Keeps the thread in a call that nothing ends early. */
function block(seconds: number): void {
  spawnSync('sleep', [String(seconds)]);
}

/** Blocks full of empty records until `fail`. */
function readEndlessly(start: ReaderStart, fail: () => never): never {
  let blocks = 0;
  const { decode } = start.plan;
  const options = { decode, selector: new PacketSelector({}), resync: false };
  const onBlock = (): void => {
    if (++blocks === BLOCKS_BEFORE_FAILURE) fail();
  };
  const filler = new BlockFiller(start.blocks, new BlockProducer(start.blocks), options, onBlock, () => true);
  const source = {
    bytesRead: 0,
    read(into: Uint8Array, at: number, length: number): number {
      into.fill(0, at, at + length);
      return length;
    },
  };
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4);
  header.setUint16(4, 2);
  header.setUint16(6, 4);
  header.setUint32(20, 1);
  filler.fill(source, openPcap(header, 0) as PcapFormat, 0, () => {});
  throw new Error('a source without end came to its end');
}

/** Counters that take part in the reader's work and fail like a mistake in it would. */
function trap(counters: Float64Array): Float64Array {
  let changes = 0;
  return new Proxy(counters, {
    set(target, name, value): boolean {
      // The first comes before any file is open.
      if (++changes === 2) throw new TypeError(WORDS);
      return Reflect.set(target, name, value, target);
    },
  });
}
