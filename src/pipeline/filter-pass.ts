/**
 * One pass over the input that cuts packets out: starts the reader, and the writing thread where something is to be written.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadSummary } from '../capture/news.js';
import type { ReadPlan } from '../capture/read-captures.js';
import { builtFile } from '../text/built-file.js';
import type { OutputTarget } from './blocking-output.js';
import { HURRIED_FLUSH_MS, Interrupted } from './interrupted.js';
import type { WriterWork } from './messages.js';
import { OutputFailure } from './output-failure.js';
import { type BlockForm, Reading, type ReadingWatcher } from './reading.js';
import { stopped, Threads } from './threads.js';
import type { WriteOutcome } from './write-cuts.js';

/** What is to be cut out, and where it goes; every value decided. */
export interface FilterPlan extends BlockForm {
  readonly read: ReadPlan;
  /** Undefined: packets are counted only, and there are no trackers. */
  readonly output: PacketOutput | undefined;
}

export interface PacketOutput {
  /** For messages. */
  readonly name: string;
  readonly target: OutputTarget;
}

/** What a pass tells while it goes on. */
export interface FilterWatcher extends ReadingWatcher {
  /** Shared progress counters (src/ring/layout.ts), and a way to end the pass early. */
  onStart(progress: Float64Array, finish: () => void): void;
}

const WRITER_FILE = builtFile('workers/writer.js');

/** Reads all captures. Rejects as `runPass` does, or with an OutputFailure. */
export async function runFilter(plan: FilterPlan, watcher: FilterWatcher, stop: AbortSignal): Promise<ReadSummary> {
  const least = plan.output === undefined ? 1 : 2;
  const threads = new Threads(least, least + 1);
  const reading = new Reading(threads, plan, watcher);
  try {
    watcher.onStart(reading.progress, () => reading.stop());
    const writing = writeTo(plan.output, threads, reading, stop);
    const all = Promise.all([reading.run(plan.read), writing]);
    const [summary] = await Promise.race([all, stopped(stop)]).catch(async (error: unknown) => {
      // The writer ends with what it has, and its file is whole, unless it is held up.
      if (error instanceof Interrupted) await Promise.race([writing.catch(() => {}), sleep(HURRIED_FLUSH_MS)]);
      throw error;
    });
    await threads.end();
    return summary;
  } catch (error) {
    throw await threads.abort(error);
  } finally {
    reading.endChildren();
  }
}

async function writeTo(
  output: PacketOutput | undefined,
  threads: Threads,
  reading: Reading,
  stop: AbortSignal,
): Promise<void> {
  if (output === undefined) return;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const onStop = (): void => {
    Atomics.store(cell, 0, 1);
    // A writer that waits for a block gets the last one.
    reading.stop();
  };
  stop.addEventListener('abort', onStop, { once: true });
  const work: WriterWork = { blocks: reading.blocks, stop: cell.buffer as SharedArrayBuffer, target: output.target };
  const { failure } = await threads.run<WriteOutcome>('the writer', WRITER_FILE, 'write', work);
  if (failure !== undefined) throw new OutputFailure(`writing ${output.name}: ${failure.message}`, failure.code);
}
