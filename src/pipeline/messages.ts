/**
 * What the main thread hands to a worker thread when it starts. Plain data and shared memory, nothing else
 * crosses; no thread looks at the environment or the command line.
 */
import type { MessagePort } from 'node:worker_threads';
import type { ReadPlan } from '../capture/read-captures.js';
import type { MiruoOptions } from '../miruo/options.js';
import type { BlockRingMemory } from '../ring/block-ring.js';
import type { ResultRingMemory } from '../ring/result-ring.js';

export interface ReaderStart {
  /** To be told that the thread is up: see start-count.ts. */
  readonly starts: SharedArrayBuffer;
  readonly thread: number;
  readonly plan: ReadPlan;
  readonly blocks: BlockRingMemory;
  /** Progress counters: see src/ring/layout.ts. */
  readonly progress: SharedArrayBuffer;
  /** Problems go here as they come up, each an `InputProblem`. */
  readonly problems: MessagePort;
}

export interface TrackerStart {
  readonly starts: SharedArrayBuffer;
  readonly thread: number;
  readonly shard: number;
  readonly miruo: MiruoOptions;
  readonly blocks: BlockRingMemory;
  readonly results: ResultRingMemory;
}
