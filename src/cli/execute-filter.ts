/**
 * Cuts packets out of captures: to a file or standard output, or only their number; messages on standard error.
 */
import { type FilterPlan, runFilter } from '../pipeline/filter-pass.js';
import { OutputFile } from '../pipeline/output-file.js';
import { stopped } from '../pipeline/threads.js';
import { exitCodeOf } from './exit-codes.js';
import { ProgressLine } from './progress-line.js';
import { EndingSignals } from './signals.js';
import { printProblem, startProgress } from './watching.js';

/** Runs a plan. */
export async function executeFilter(plan: FilterPlan): Promise<number> {
  const line = await ProgressLine.on(process.stderr);
  const signals = new EndingSignals(plan.read);
  try {
    const watcher = {
      onProblem: printProblem.bind(undefined, line),
      onStart: (progress: Float64Array, finish: () => void) => {
        signals.finish = finish;
        startProgress(line, plan.read, progress, () => undefined);
      },
    };
    const read = await runFilter(plan, watcher, signals.stop);
    // A number of packets of nothing would look like an answer.
    if (plan.output === undefined && read.filesRead > 0) await printCount(read.packets, line, signals.stop);
    return signals.exitCode(exitCodeOf(read), read.isCutShort);
  } finally {
    line?.stop();
    signals.close();
  }
}

async function printCount(packets: number, line: ProgressLine | undefined, stop: AbortSignal): Promise<void> {
  line?.stop();
  const output = new OutputFile({ descriptor: 1 });
  output.append(new TextEncoder().encode(`${packets}\n`));
  await Promise.race([output.flush(), stopped(stop)]);
}
