/**
 * Cuts packets out of captures: to a file or standard output, or only their number; messages on standard error or in the log.
 */
import { describeProblem, type InputProblem } from '../capture/problem.js';
import { type FilterPlan, runFilter } from '../pipeline/filter-pass.js';
import { FLUSH_MS, HURRIED_FLUSH_MS } from '../pipeline/interrupted.js';
import { stopped } from '../pipeline/threads.js';
import { exitCodeOf } from './exit-codes.js';
import type { Log } from './log.js';
import { PassReports } from './pass-reports.js';
import { OpenOutputs } from './run-outputs.js';
import { EndingSignals } from './signals.js';
import { type ProgramFacts, type Showing, Watching } from './watching.js';

/** Runs a plan. */
export async function executeFilter(
  plan: FilterPlan,
  showing: Showing,
  program: ProgramFacts,
  log?: Log,
): Promise<number> {
  const watching = await Watching.begin(plan.read, showing, program, log);
  const outputs = new OpenOutputs([], watching.line, log);
  const reports = new PassReports(plan.read, program.version, showing, watching, outputs);
  const signals = new EndingSignals(plan.read);
  try {
    const watcher = {
      onProblem: (problem: InputProblem) => outputs.say(`${describeProblem(problem)}\n`),
      onInput: (name: string, number: number) => reports.noteInput(name, number),
      onStart: (progress: Float64Array, finish: () => void) => {
        signals.finish = finish;
        watching.start(
          progress,
          () => undefined,
          (text) => outputs.say(text),
        );
      },
    };
    const read = await runFilter(plan, watcher, signals.stop);
    watching.end(!read.isCutShort);
    // A number of packets of nothing would look like an answer.
    if (plan.output === undefined && read.filesRead > 0) await printCount(read.packets, outputs, signals.stop);
    await Promise.race([outputs.settle(), stopped(signals.stop)]);
    return signals.exitCode(exitCodeOf(read), read.isCutShort);
  } catch (error) {
    watching.end(false);
    await outputs.settleSoon(signals.stop.aborted ? HURRIED_FLUSH_MS : FLUSH_MS);
    throw error;
  } finally {
    reports.close();
    signals.close();
  }
}

async function printCount(packets: number, { standardOutput }: OpenOutputs, stop: AbortSignal): Promise<void> {
  standardOutput.append(new TextEncoder().encode(`${packets}\n`));
  await Promise.race([standardOutput.flush(), stopped(stop)]);
}
