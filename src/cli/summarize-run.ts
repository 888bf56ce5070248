/**
 * A pass over captures that prints no results: what it finds is summed up. Everything that could be asked of a capture is looked at in the one pass: sessions with
 * their symptoms, handshakes as tcpeek counts them, miruo's statistics.
 */

import type { ReadSummary } from '../capture/news.js';
import { describeProblem } from '../capture/problem.js';
import { type RunInProgress, type RunPlan, runPass } from '../pipeline/run.js';
import { SummaryOutput } from '../pipeline/summary-output.js';
import type { CaptureFigures } from '../summary/figures.js';
import type { SummaryPlan } from '../summary/selector.js';
import { analysisOptions } from './analysis-plan.js';
import { refuseShownAddresses } from './anonymous.js';
import { captureFigures } from './capture-figures.js';
import { endHints } from './end-reports.js';
import type { ChosenFilter } from './filter-choice.js';
import { localAddresses } from './local-addresses.js';
import { makePlan, type ParsedOptions } from './plan.js';
import { reportPlan } from './report-plan.js';
import { tcpeekOptions } from './tcpeek-plan.js';

/** What such a pass tells while it goes on. */
export interface SummaryWatcher {
  /** Whole lines for standard error: what is wrong with the input, and hints. */
  say(text: string): void;
  /** For whoever shows progress, or ends it early. */
  onStart?(run: RunInProgress): void;
  /** An input is read from now on: its place among all of them, from 1. */
  onInput?(name: string, number: number): void;
}

/** What captures come to. */
export interface SummarizedRun {
  /** Undefined where nothing could be read. */
  readonly figures: CaptureFigures | undefined;
  /** What was read, and how much of it was damaged: exitCodeOf (exit-codes.ts) has the code for it. */
  readonly read: ReadSummary;
}

/** The plan of such a pass over `files`. Throws a UsageError. */
export function summaryRunPlan(
  files: readonly string[],
  given: ParsedOptions,
  summary: SummaryPlan,
  filter?: ChosenFilter,
): RunPlan {
  const http = given.http ?? asksForHttp(summary);
  const analysis = analysisOptions({ ...given, http }, ['figures']);
  const tcpeek = { ...tcpeekOptions(given, localAddresses(files, given)), quiet: true };
  if (given.anonymize !== undefined) refuseShownAddresses(given, tcpeek);
  const reports = reportPlan(given, false, false);
  return makePlan(files, given, { miruo: true, tcpeek, analysis, reports }, false, filter);
}

/** HTTP is looked for where a condition is about it. */
const asksForHttp = ({ groups }: SummaryPlan): boolean =>
  groups.some((selector) => selector.some(({ column }) => column.startsWith('http_')));

/**
 * Reads all of `files` as one run, with the options of the reading in `given`, and sums up what is found. Throws a UsageError; rejects as runPass does, and with
 * the reason of `stop`.
 */
export async function summarizeRun(
  files: readonly string[],
  given: ParsedOptions,
  summary: SummaryPlan,
  watcher: SummaryWatcher,
  stop: AbortSignal,
  filter?: ChosenFilter,
): Promise<SummarizedRun> {
  return await executeSummary(summaryRunPlan(files, given, summary, filter), summary, watcher, stop);
}

/** The same of a plan that summaryRunPlan made. */
export async function executeSummary(
  plan: RunPlan,
  summary: SummaryPlan,
  watcher: SummaryWatcher,
  stop: AbortSignal,
): Promise<SummarizedRun> {
  const records = new SummaryOutput(summary, plan.addressKey);
  const outcome = await runPass(
    plan,
    { records },
    {
      onProblem: (problem) => watcher.say(`${describeProblem(problem)}\n`),
      onStart: (run) => watcher.onStart?.(run),
      onInput: (name, number) => watcher.onInput?.(name, number),
      onFigures: () => {},
      onStanding: () => {},
    },
    stop,
  );
  const hints = endHints(plan, outcome);
  if (hints !== '') watcher.say(hints);
  const { figures } = records;
  return {
    figures: figures === undefined ? undefined : captureFigures(plan, outcome, figures),
    read: outcome.read,
  };
}
