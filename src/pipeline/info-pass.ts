/**
 * One pass over the input that says what is in each capture: starts reader and counting threads, puts together what
 * they tell of the same capture.
 */
import { MessageChannel } from 'node:worker_threads';
import type { CaptureFacts, ReadSummary } from '../capture/news.js';
import type { InputProblem } from '../capture/problem.js';
import type { ReadPlan } from '../capture/read-captures.js';
import { builtFile } from '../text/built-file.js';
import type { ShardCount } from './count-blocks.js';
import type { CounterWork } from './messages.js';
import { type BlockForm, Reading } from './reading.js';
import { stopped, Threads } from './threads.js';

/** What is to be described; every value decided. */
export interface InfoPlan extends BlockForm {
  readonly read: ReadPlan;
}

/** A capture, and what was counted of it over all shards. */
export interface CountedCapture {
  readonly facts: CaptureFacts;
  readonly segments: number;
  readonly conversations: number;
  readonly laterFragments: number;
}

/** What a pass tells while it goes on: captures in their order, each as soon as it was read. */
export interface InfoWatcher {
  onProblem(problem: InputProblem): void;
  onInput(name: string, number: number): void;
  onCapture(capture: CountedCapture): void;
  /** Shared progress counters (src/ring/layout.ts), and a way to end the pass early. */
  onStart(progress: Float64Array, finish: () => void): void;
}

const COUNTER_FILE = builtFile('workers/counter.js');

/** Reads all captures. Rejects as `runPass` does, or when `outputFailed` does. */
export async function runInfo(
  plan: InfoPlan,
  watcher: InfoWatcher,
  stop: AbortSignal,
  outputFailed: Promise<never>,
): Promise<ReadSummary> {
  const threads = new Threads(plan.trackers + 1, plan.trackers + 2);
  const captures = new CountedCaptures(plan.trackers, (capture) => watcher.onCapture(capture));
  const reading = new Reading(threads, plan, {
    onProblem: (problem) => watcher.onProblem(problem),
    onInput: (name, number) => watcher.onInput(name, number),
    onCapture: (facts) => captures.addFacts(facts),
  });
  try {
    watcher.onStart(reading.progress, () => reading.stop());
    const counting = Array.from({ length: plan.trackers }, (_, shard) => count(threads, reading, shard, captures));
    const all = async (): Promise<ReadSummary> => {
      const [read] = await Promise.all([reading.run(plan.read), ...counting]);
      await captures.complete();
      return read;
    };
    const summary = await Promise.race([all(), stopped(stop), outputFailed]);
    await threads.end();
    return summary;
  } catch (error) {
    throw await threads.abort(error);
  } finally {
    captures.close();
    reading.endChildren();
  }
}

async function count(threads: Threads, reading: Reading, shard: number, captures: CountedCaptures): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (shardCount: ShardCount) => captures.addCount(shard, shardCount));
  captures.closeLater(() => port1.close());
  const work: CounterWork = { shard, blocks: reading.blocks, counts: port2 };
  await threads.run(`counter ${shard}`, COUNTER_FILE, 'count', work, [port2]);
}

/** Puts together what reader and counting threads tell of the same capture: each tells of all captures in order. */
class CountedCaptures {
  readonly #facts: CaptureFacts[] = [];
  readonly #counts: ShardCount[][];
  readonly #onCapture: (capture: CountedCapture) => void;
  readonly #closers: (() => void)[] = [];
  #onProgress = (): void => {};

  constructor(shards: number, onCapture: (capture: CountedCapture) => void) {
    this.#counts = Array.from({ length: shards }, () => []);
    this.#onCapture = onCapture;
  }

  addFacts(facts: CaptureFacts): void {
    this.#facts.push(facts);
    this.#take();
  }

  addCount(shard: number, shardCount: ShardCount): void {
    this.#counts[shard].push(shardCount);
    this.#take();
  }

  /** Resolves once nothing is left that waits for what another thread tells of the same capture. */
  async complete(): Promise<void> {
    while (this.#facts.length > 0) {
      await new Promise<void>((resolve) => {
        this.#onProgress = resolve;
      });
    }
  }

  closeLater(closer: () => void): void {
    this.#closers.push(closer);
  }

  close(): void {
    for (const closer of this.#closers) closer();
  }

  #take(): void {
    while (this.#facts.length > 0 && this.#counts.every((counts) => counts.length > 0)) {
      const facts = this.#facts.shift()!;
      const counts = this.#counts.map((shard) => shard.shift()!);
      const sum = (of: (one: ShardCount) => number): number => counts.reduce((total, one) => total + of(one), 0);
      this.#onCapture({
        facts,
        segments: sum((one) => one.segments),
        conversations: sum((one) => one.conversations),
        laterFragments: sum((one) => one.laterFragments),
      });
    }
    this.#onProgress();
  }
}
