/**
 * What all commands that read captures show while they do: problems as they come up, and the progress.
 */
import { describeProblem, type InputProblem } from '../capture/problem.js';
import type { ReadPlan } from '../capture/read-captures.js';
import { PROGRESS_BYTES, PROGRESS_PACKETS } from '../ring/layout.js';
import { totalBytes } from './input-size.js';
import type { ProgressLine } from './progress-line.js';

/** A problem is a line of standard error; the progress line on the terminal, if there is one, steps aside. */
export function printProblem(line: ProgressLine | undefined, problem: InputProblem): void {
  line?.before();
  process.stderr.write(`${describeProblem(problem)}\n`);
  line?.after();
}

/** Starts the progress line. `progress`: src/ring/layout.ts; `sessions`: how many there were, where some are tracked. */
export function startProgress(
  line: ProgressLine | undefined,
  plan: ReadPlan,
  progress: Float64Array,
  sessions: () => number | undefined,
): void {
  line?.start(totalBytes(plan), () => ({
    atMs: Date.now(),
    bytes: progress[PROGRESS_BYTES],
    packets: progress[PROGRESS_PACKETS],
    sessions: sessions(),
  }));
}
