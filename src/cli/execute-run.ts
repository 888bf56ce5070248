/**
 * Tracks the sessions of captures: results on standard output, messages and statistics on standard error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BAD_IP_HEADER, BAD_LINK_HEADER, BAD_TCP_HEADER } from '../capture/frame-reasons.js';
import type { Moment } from '../capture/tally.js';
import { seemOneWay } from '../miruo/directions.js';
import { renderStatistics } from '../miruo/statistics.js';
import { type LineOutput, SplitOutput } from '../pipeline/line-output.js';
import { OutputFile } from '../pipeline/output-file.js';
import { processFigures } from '../pipeline/process-figures.js';
import { type RunFigures, type RunOutcome, type RunPlan, type RunWatcher, runPass } from '../pipeline/run.js';
import { exitCodeOf } from './exit-codes.js';
import { oneWayHint } from './filter-hint.js';
import { ProgressLine } from './progress-line.js';
import type { ResultPlace } from './result-places.js';
import { EndingSignals } from './signals.js';
import { printProblem, startProgress } from './watching.js';

/** How long the lines of a run that was cut short may take to be written: on a busy machine too, where somebody takes them. */
const FLUSH_MS = 1500;

/** Runs a plan; results go to the places, messages and statistics to standard error. */
export async function executeRun(plan: RunPlan, places: readonly ResultPlace[]): Promise<number> {
  if (plan.notice !== undefined) process.stderr.write(`tcploom: ${plan.notice}\n`);
  const line = await ProgressLine.on(process.stderr);
  const outputs = places.map((place) => openPlace(place, line));
  const output = outputs.length === 1 ? outputs[0] : new SplitOutput(outputs);
  const signals = new EndingSignals(plan.read);
  let outcome: RunOutcome;
  try {
    outcome = await runPass(plan, output, watcherOf(plan, line, signals), signals.stop);
  } catch (error) {
    // Whole lines were merged up to here: they are results, and go out unless their reader does not take them.
    // That they cannot be written is no news then: the run's own reason counts.
    await Promise.race([output.flush().catch(() => {}), sleep(FLUSH_MS)]);
    throw error;
  } finally {
    line?.stop();
    signals.close();
  }
  const { filter } = plan.read;
  if (filter !== undefined && seemOneWay(outcome.directions, outcome.sessions)) {
    process.stderr.write(`${oneWayHint(filter.text)}\n`);
  }
  if (outcome.read.filesRead > 0) process.stderr.write(statisticsOf(plan, outcome));
  return signals.exitCode(exitCodeOf(outcome.read), outcome.read.isCutShort);
}

function openPlace({ target }: ResultPlace, line: ProgressLine | undefined): LineOutput {
  const isTerminal = 'descriptor' in target && process.stdout.isTTY;
  return new OutputFile(target, isTerminal ? line : undefined);
}

function watcherOf(plan: RunPlan, line: ProgressLine | undefined, signals: EndingSignals): RunWatcher {
  return {
    onProblem: (problem) => printProblem(line, problem),
    onStart: (progress, sessions, finish) => {
      signals.finish = finish;
      startProgress(line, plan.read, progress, sessions);
    },
    onFigures: (figures) => {
      line?.before();
      process.stderr.write(statisticsOf(plan, figures));
      line?.after();
    },
  };
}

function statisticsOf(plan: RunPlan, outcome: RunFigures): string {
  const { read } = outcome;
  return renderStatistics(plan.miruo, {
    counters: outcome.miruo,
    captureSec: wholeSecondsBetween(read.first, read.last),
    sessions: outcome.sessions,
    activeSessions: outcome.activeSessions,
    activeSessionsMost: outcome.activeSessionsMost,
    activeSegments: outcome.activeSegments,
    activeSegmentsMost: outcome.activeSegmentsMost,
    packets: read.packets,
    droppedBySystem: read.drops.bySystem,
    droppedByInterface: read.drops.byInterface,
    badLinkHeaders: read.reasons[BAD_LINK_HEADER],
    badIpHeaders: read.reasons[BAD_IP_HEADER],
    badTcpHeaders: read.reasons[BAD_TCP_HEADER],
    ...processFigures(),
  });
}

function wholeSecondsBetween(first: Moment | undefined, last: Moment | undefined): number {
  if (first === undefined || last === undefined) return 0;
  return Math.max(0, last.sec - first.sec - (last.nsec < first.nsec ? 1 : 0));
}
