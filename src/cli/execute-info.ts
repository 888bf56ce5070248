/**
 * Says what is in captures: a report or a line of columns for each on standard output, messages on standard error.
 */
import { describeProblem } from '../capture/problem.js';
import { type CaptureReport, renderInfo, renderTsvHeader, renderTsvRow } from '../info/report.js';
import { type CountedCapture, type InfoPlan, type InfoWatcher, runInfo } from '../pipeline/info-pass.js';
import { OutputFile } from '../pipeline/output-file.js';
import { PROGRESS_BYTES, PROGRESS_PACKETS } from '../ring/layout.js';
import { exitCodeOf } from './exit-codes.js';
import { totalBytes } from './input-size.js';
import { ProgressLine } from './progress-line.js';
import { EndingSignals } from './signals.js';

/** Describes the captures of a plan; with `asTsv` in columns. */
export async function executeInfo(plan: InfoPlan, asTsv: boolean): Promise<number> {
  const line = await ProgressLine.on(process.stderr);
  const output = new OutputFile(1, process.stdout.isTTY ? line : undefined);
  const signals = new EndingSignals(plan.read);
  const encoder = new TextEncoder();
  const print = (text: string): void => output.append(encoder.encode(text));
  let captures = 0;
  try {
    const watcher: InfoWatcher = {
      onProblem: (problem) => {
        line?.before();
        process.stderr.write(`${describeProblem(problem)}\n`);
        line?.after();
      },
      onCapture: (capture) => {
        const report = reportOf(capture);
        const separator = asTsv ? renderTsvHeader() : '\n';
        if (captures++ === 0 ? asTsv : !asTsv) print(separator);
        print(asTsv ? renderTsvRow(report) : renderInfo(report));
        output.push();
      },
      onStart: (progress, finish) => {
        signals.finish = finish;
        line?.start(totalBytes(plan.read), () => ({
          atMs: Date.now(),
          bytes: progress[PROGRESS_BYTES],
          packets: progress[PROGRESS_PACKETS],
          sessions: undefined,
        }));
      },
    };
    const read = await runInfo(plan, watcher, signals.stop, output.failed);
    await output.flush();
    return signals.exitCode(exitCodeOf(read));
  } finally {
    line?.stop();
    signals.close();
  }
}
