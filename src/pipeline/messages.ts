/**
 * What the main thread hands to a worker thread when it starts. Plain data and shared memory, nothing else
 * crosses; no thread looks at the environment or the command line.
 */
import type { MessagePort } from 'node:worker_threads';
import type { FeedLink } from '../capture/feed-source.js';
import type { ReadPlan } from '../capture/read-captures.js';
import type { FeederMemory } from '../feed/serve.js';
import type { BlockRingMemory } from '../ring/block-ring.js';
import type { ResultRingMemory } from '../ring/result-ring.js';
import type { OutputTarget } from './blocking-output.js';
import type { RendererWork } from './serve-records.js';
import type { ThreadStart } from './threads.js';
import type { Analyses } from './track-blocks.js';

export interface ReaderWork {
  readonly plan: ReadPlan;
  readonly blocks: BlockRingMemory;
  /** Progress counters: see src/ring/layout.ts. */
  readonly progress: SharedArrayBuffer;
  /** One int32: not 0 when reading is to stop. */
  readonly stop: SharedArrayBuffer;
  /** What the reader says goes here, each a `ReaderNews`. */
  readonly news: MessagePort;
  /** What a feeder delivers comes through the ring, what is said about it through the port. */
  readonly feed: FeedLink;
}
export type ReaderStart = ReaderWork & ThreadStart;

/** The feeder gets its ring and its end of the reader's channel. */
export type FeederStart = FeederMemory & ThreadStart;

export interface TrackerWork {
  readonly shard: number;
  readonly analyses: Analyses;
  readonly blocks: BlockRingMemory;
  readonly results: ResultRingMemory;
}
export type TrackerStart = TrackerWork & ThreadStart;

export interface CounterWork {
  readonly shard: number;
  readonly blocks: BlockRingMemory;
  /** Gets a `ConversationCount` for each capture. */
  readonly counts: MessagePort;
}
export type CounterStart = CounterWork & ThreadStart;

export interface WriterWork {
  readonly blocks: BlockRingMemory;
  /** One int32: not 0 when nothing more is to be written. */
  readonly stop: SharedArrayBuffer;
  readonly target: OutputTarget;
}
export type WriterStart = WriterWork & ThreadStart;

export type RendererStart = RendererWork & ThreadStart;
