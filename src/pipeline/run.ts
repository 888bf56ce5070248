/**
 * One pass over the input that tracks sessions: starts reader and trackers, merges what they find, writes it. Owns what
 * a run is made of and what it came to.
 */
import type { ReadFigures, ReadSummary } from '../capture/news.js';
import type { ReadPlan } from '../capture/read-captures.js';
import { MERGE_DONE, MERGE_MOMENT, MERGE_MORE, Merger } from '../merge/merger.js';
import { addDirections, type DirectionCounts } from '../miruo/directions.js';
import { hasIds, type MiruoOptions } from '../miruo/options.js';
import { addCounters, type MiruoCounters } from '../miruo/statistics.js';
import { allocateResultRing, ResultReader } from '../ring/result-ring.js';
import type { LineOutput } from './line-output.js';
import type { TrackerWork } from './messages.js';
import { MomentQueue } from './moment-queue.js';
import { type BlockForm, Reading, type ReadingWatcher } from './reading.js';
import { stopped, Threads } from './threads.js';
import type { TrackSummary } from './track-blocks.js';

/** What is to be run; every value decided. */
export interface RunPlan extends BlockForm {
  readonly read: ReadPlan;
  readonly miruo: MiruoOptions;
  /** Line that comes before the results, with its newline; nothing is printed when nothing could be read. */
  readonly firstLine: string;
  /** What is to be said beforehand. */
  readonly notice?: string | undefined;
  /** Files of the thread roles; a test puts its own in their place. */
  readonly workerFiles?: { readonly reader?: URL; readonly tracker?: URL };
}

/** What a run tells while it goes on. */
export interface RunWatcher extends ReadingWatcher {
  /** Shared progress counters (src/ring/layout.ts), a way to see how many sessions there were, and to end the run early. */
  onStart(progress: Float64Array, sessions: () => number, finish: () => void): void;
  /** How things stand at a moment that the plan asked for; what was found until then is written. */
  onFigures(figures: RunFigures): void;
}

/** What was found up to some packet. */
export interface RunFigures {
  readonly read: ReadFigures;
  readonly miruo: MiruoCounters;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly activeSessionsMost: number;
  readonly activeSegments: number;
  readonly activeSegmentsMost: number;
}

/** What a run came to. */
export interface RunOutcome extends RunFigures {
  readonly read: ReadSummary;
  readonly directions: DirectionCounts;
}

const RESULT_RING_BYTES = 4 << 20;
/** Events merged, and bytes of lines, before other callbacks of the main thread get a turn. */
const EVENTS_PER_TURN = 2000;
const BYTES_PER_TURN = 256 * 1024;

const TRACKER_FILE = new URL('../../workers/tracker.js', import.meta.url);

/**
 * Runs the plan; lines go to `output`. Rejects with a ThreadFailure, with an error of writing, or with the
 * reason of `stop` when that fires, or with a ThreadStuck around one of them; otherwise no thread is left running.
 */
export async function runPass(
  plan: RunPlan,
  output: LineOutput,
  watcher: RunWatcher,
  stop: AbortSignal,
): Promise<RunOutcome> {
  const threads = new Threads(plan.trackers + 1, plan.trackers + 2);
  const moments = new MomentQueue();
  const reading = new Reading(threads, plan, {
    onProblem: (problem) => watcher.onProblem(problem),
    onMoment: (figures) => moments.put(figures),
  });
  try {
    const outcome = await new Pass(plan, threads, reading, moments, output, watcher, stop).run();
    await threads.end();
    return outcome;
  } catch (error) {
    throw await threads.abort(error);
  } finally {
    reading.endChildren();
  }
}

class Pass {
  readonly #plan: RunPlan;
  readonly #threads: Threads;
  readonly #reading: Reading;
  readonly #moments: MomentQueue;
  readonly #output: LineOutput;
  readonly #watcher: RunWatcher;
  readonly #stop: AbortSignal;
  #isBegun = false;

  constructor(
    plan: RunPlan,
    threads: Threads,
    reading: Reading,
    moments: MomentQueue,
    output: LineOutput,
    watcher: RunWatcher,
    stop: AbortSignal,
  ) {
    this.#plan = plan;
    this.#threads = threads;
    this.#reading = reading;
    this.#moments = moments;
    this.#output = output;
    this.#watcher = watcher;
    this.#stop = stop;
  }

  async run(): Promise<RunOutcome> {
    const { trackers, miruo, read: readPlan, workerFiles } = this.#plan;
    const reading = this.#reading;
    const results = Array.from({ length: trackers }, () => allocateResultRing(RESULT_RING_BYTES));
    const rings = results.map((ring) => new ResultReader(ring));
    const merger = new Merger(rings, hasIds(miruo), (bytes) => this.#append(bytes));
    this.#watcher.onStart(
      reading.progress,
      () => merger.ordinals.created,
      () => reading.stop(),
    );
    const tracking = results.map((ring, shard) => {
      const work: TrackerWork = { shard, miruo, blocks: reading.blocks, results: ring };
      return this.#threads.run<TrackSummary>(`tracker ${shard}`, workerFiles?.tracker ?? TRACKER_FILE, 'track', work);
    });
    const readingDone = reading.run(readPlan, workerFiles?.reader);
    const finish = async (): Promise<RunOutcome> => {
      const [read, tracked] = await Promise.all([readingDone, Promise.all(tracking), this.#merge(merger, rings)]);
      if (read.filesRead > 0) this.#begin();
      await this.#output.flush();
      const directions = addDirections(tracked.map((summary) => summary.directions));
      return { ...figuresOf(addCounters(tracked.map((summary) => summary.miruo)), merger), read, directions };
    };
    // The last lines are a part of the run too: a signal ends the wait for whoever reads them.
    return await Promise.race([finish(), stopped(this.#stop), this.#output.failed]);
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

  async #merge(merger: Merger, rings: readonly ResultReader[]): Promise<void> {
    for (;;) {
      const outcome = merger.step(EVENTS_PER_TURN, BYTES_PER_TURN);
      if (outcome === MERGE_DONE) return;
      if (this.#output.isFull) await this.#output.ready();
      if (outcome === MERGE_MOMENT) {
        await this.#tellFigures(merger);
      } else if (outcome === MERGE_MORE) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else {
        for (const ring of rings) ring.release();
        this.#output.push();
        await rings[outcome].wait();
      }
    }
  }

  /** The merger came to a moment: the reader told of it before, though that may arrive only now. */
  async #tellFigures(merger: Merger): Promise<void> {
    const figures = figuresOf(merger.counters, merger);
    const read = await this.#moments.take();
    // Where both are seen in one place, what was found before comes before.
    await this.#output.flush();
    this.#watcher.onFigures({ ...figures, read });
  }
}

/** What the trackers counted, with what the merger counted over all of them. */
function figuresOf(miruo: MiruoCounters, merger: Merger): Omit<RunFigures, 'read'> {
  return {
    miruo,
    sessions: merger.ordinals.created,
    activeSessions: merger.activeSessions,
    activeSessionsMost: merger.activeSessionsMost,
    activeSegments: merger.segments.active,
    activeSegmentsMost: merger.segments.most,
  };
}
