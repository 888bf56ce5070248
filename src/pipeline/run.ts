/**
 * One pass over captures: allocates the rings, starts the threads, merges what comes back, and sees to it that a
 * failure anywhere ends the run. Owns the threads' lives; knows nothing of packets or of the terminal.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { InputProblem } from '../capture/problem.js';
import type { ReadSummary } from '../capture/read-captures.js';
import { MERGE_DONE, MERGE_MORE, Merger } from '../merge/merger.js';
import type { MiruoOptions } from '../miruo/options.js';
import { addCounters, type MiruoCounters } from '../miruo/statistics.js';
import { allocateBlockRing } from '../ring/block-ring.js';
import { layoutBlockRing, PROGRESS_DOUBLES } from '../ring/layout.js';
import { allocateResultRing, ResultReader } from '../ring/result-ring.js';
import type { ReaderStart, TrackerStart } from './messages.js';
import type { OutputFile } from './output-file.js';
import { allocateStarts, allStarted, announceStart } from './start-count.js';
import type { TrackSummary } from './track-blocks.js';

/** What is to be run; every value decided. */
export interface RunPlan {
  readonly files: readonly string[];
  readonly miruo: MiruoOptions;
  /** Line that comes before the results, with its newline; nothing is printed when nothing could be read. */
  readonly firstLine: string;
  readonly trackers: number;
  readonly blockBytes: number;
  /** Files of the thread roles; a test puts its own in their place. */
  readonly workerFiles?: { readonly reader?: URL; readonly tracker?: URL };
}

/** What a run tells while it goes on. */
export interface RunWatcher {
  onProblem(problem: InputProblem): void;
  /** Shared progress counters (src/ring/layout.ts) and a way to see how many sessions there were. */
  onStart(progress: Float64Array, sessions: () => number): void;
}

/** What a run came to. */
export interface RunOutcome {
  readonly read: ReadSummary;
  readonly miruo: MiruoCounters;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly activeSessionsMost: number;
  readonly activeSegments: number;
  readonly activeSegmentsMost: number;
}

/** A thread came to an end before its work did. */
export class ThreadFailure extends Error {}

/** The run ended for the reason in `cause`, but a thread is stuck in a system call and will not end. */
export class ThreadStuck extends Error {}

const BLOCK_SLOTS = 8;
const RESULT_RING_BYTES = 4 << 20;
/** Events merged, and bytes of lines, before other callbacks of the main thread get a turn. */
const EVENTS_PER_TURN = 2000;
const BYTES_PER_TURN = 256 * 1024;
/** A thread that does not end within this is stuck in a system call, such as reading a pipe that stays silent. */
const END_MS = 300;
/** Threads are up long before this, even on a busy machine; one that is not has failed. */
const START_MS = 2000;

const READER_FILE = new URL('../../workers/reader.js', import.meta.url);
const TRACKER_FILE = new URL('../../workers/tracker.js', import.meta.url);

/**
 * Runs the plan; lines go to `output`. Rejects with a ThreadFailure, with an error of writing, or with the
 * reason of `stop` when that fires, or with a ThreadStuck around one of them; otherwise no thread is left running.
 */
export async function runPass(
  plan: RunPlan,
  output: OutputFile,
  watcher: RunWatcher,
  stop: AbortSignal,
): Promise<RunOutcome> {
  const pool = new Piscina({
    minThreads: plan.trackers + 1,
    maxThreads: plan.trackers + 1,
    // A worker must not inherit what only the command line knows.
    argv: [],
    execArgv: [],
    workerData: null,
  });
  const starts = allocateStarts(plan.trackers + 1);
  try {
    const outcome = await new Pass(plan, pool, output, watcher, stop, starts).run();
    await pool.destroy();
    return outcome;
  } catch (error) {
    await allStarted(starts, START_MS);
    const isEnded = await Promise.race([pool.destroy().then(() => true), sleep(END_MS, false)]);
    throw isEnded ? error : new ThreadStuck('a thread does not end', { cause: error });
  }
}

class Pass {
  readonly #plan: RunPlan;
  readonly #pool: Piscina;
  readonly #output: OutputFile;
  readonly #watcher: RunWatcher;
  readonly #stop: AbortSignal;
  readonly #starts: SharedArrayBuffer;
  #isBegun = false;

  constructor(
    plan: RunPlan,
    pool: Piscina,
    output: OutputFile,
    watcher: RunWatcher,
    stop: AbortSignal,
    starts: SharedArrayBuffer,
  ) {
    this.#plan = plan;
    this.#pool = pool;
    this.#output = output;
    this.#watcher = watcher;
    this.#stop = stop;
    this.#starts = starts;
  }

  async run(): Promise<RunOutcome> {
    const { trackers, blockBytes, miruo } = this.#plan;
    const starts = this.#starts;
    const blocks = allocateBlockRing(layoutBlockRing(BLOCK_SLOTS, blockBytes, trackers));
    const results = Array.from({ length: trackers }, () => allocateResultRing(RESULT_RING_BYTES));
    const progress = new SharedArrayBuffer(8 * PROGRESS_DOUBLES);
    const rings = results.map((ring) => new ResultReader(ring));
    const merger = new Merger(rings, miruo.quiet === 0, (bytes) => this.#append(bytes));
    this.#watcher.onStart(new Float64Array(progress), () => merger.ordinals.created);
    const tracking = results.map((ring, shard) =>
      this.#startTracker({ starts, thread: shard, shard, miruo, blocks, results: ring }),
    );
    const reading = this.#startReader({
      starts,
      thread: trackers,
      plan: { files: this.#plan.files, directOnly: miruo.classic },
      blocks,
      progress,
    });
    const finish = async (): Promise<RunOutcome> => {
      const [read, tracked] = await Promise.all([reading, Promise.all(tracking), this.#merge(merger, rings)]);
      if (read.filesRead > 0) this.#begin();
      await this.#output.flush();
      return outcomeOf(read, tracked, merger);
    };
    // The last lines are a part of the run too: a signal ends the wait for whoever reads them.
    return await Promise.race([finish(), this.#stopped(), this.#output.failed]);
  }

  #append(bytes: Uint8Array): void {
    this.#begin();
    this.#output.append(bytes);
  }

  #begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#output.append(new TextEncoder().encode(this.#plan.firstLine));
  }

  #startTracker(start: TrackerStart): Promise<TrackSummary> {
    return this.#startThread(`tracker ${start.shard}`, start, this.#plan.workerFiles?.tracker ?? TRACKER_FILE, 'track');
  }

  /** Resolves once the reader is done and all its problems were told. */
  async #startReader(start: Omit<ReaderStart, 'problems'>): Promise<ReadSummary> {
    const { port1, port2 } = new MessageChannel();
    let told = 0;
    let onTold = (): void => {};
    port1.on('message', (problem: InputProblem) => {
      told++;
      this.#watcher.onProblem(problem);
      onTold();
    });
    const file = this.#plan.workerFiles?.reader ?? READER_FILE;
    const message: ReaderStart = { ...start, problems: port2 };
    try {
      const summary = await this.#startThread<ReadSummary>('the reader', message, file, 'read', [port2]);
      while (told < summary.problems) {
        await new Promise<void>((resolve) => {
          onTold = resolve;
        });
      }
      return summary;
    } finally {
      port1.close();
    }
  }

  async #startThread<T>(
    role: string,
    message: ReaderStart | TrackerStart,
    file: URL,
    name: string,
    transfer: MessagePort[] = [],
  ): Promise<T> {
    const options = { filename: fileURLToPath(file), name, transferList: transfer };
    try {
      return (await this.#pool.run(message, options)) as T;
    } catch (error) {
      announceStart(this.#starts, message.thread);
      throw new ThreadFailure(`${role} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #merge(merger: Merger, rings: readonly ResultReader[]): Promise<void> {
    for (;;) {
      const outcome = merger.step(EVENTS_PER_TURN, BYTES_PER_TURN);
      if (outcome === MERGE_DONE) return;
      if (this.#output.isFull) await this.#output.ready();
      if (outcome === MERGE_MORE) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else {
        for (const ring of rings) ring.release();
        this.#output.push();
        await rings[outcome].wait();
      }
    }
  }

  #stopped(): Promise<never> {
    return new Promise((_, reject) => {
      if (this.#stop.aborted) reject(this.#stop.reason);
      this.#stop.addEventListener('abort', () => reject(this.#stop.reason), { once: true });
    });
  }
}

/** What came back from reader and trackers, with what the merger counted over all of them. */
function outcomeOf(read: ReadSummary, tracked: readonly TrackSummary[], merger: Merger): RunOutcome {
  return {
    read,
    miruo: addCounters(tracked.map((summary) => summary.miruo)),
    sessions: merger.ordinals.created,
    activeSessions: merger.activeSessions,
    activeSessionsMost: merger.activeSessionsMost,
    activeSegments: merger.segments.active,
    activeSegmentsMost: merger.segments.most,
  };
}
