/**
 * Tracks the sessions and handshakes of captures: results in their places, messages and reports on standard error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeProblem } from '../capture/problem.js';
import type { ProgressView } from '../monitor/progress.js';
import type { PageOptions } from '../page/page-options.js';
import { FLUSH_MS, HURRIED_FLUSH_MS } from '../pipeline/interrupted.js';
import type { MetricsAddress } from '../pipeline/metrics-address.js';
import { type RunInProgress, type RunPlan, type RunWatcher, runPass } from '../pipeline/run.js';
import { stopped } from '../pipeline/threads.js';
import { endReports, reportsSoFar, type ToldAnalyses } from './end-reports.js';
import { exitCodeOf } from './exit-codes.js';
import { HandshakeSocket } from './handshake-socket.js';
import type { Log } from './log.js';
import type { ReportPlan } from './report-plan.js';
import type { ResultPlace } from './result-places.js';
import type { RunMetrics } from './run-metrics.js';
import { OpenOutputs } from './run-outputs.js';
import { RunReports } from './run-reports.js';
import { statisticsOf } from './run-summaries.js';
import { EndingSignals } from './signals.js';
import { startLine } from './start-line.js';
import { becomeUser, type UserAccount, UserFailure } from './user-account.js';
import { type ProgramFacts, type Showing, timerMs, Watching } from './watching.js';

/** What a run has to do with the world, beside what it reads. */
export interface RunSurroundings {
  readonly places: readonly ResultPlace[];
  /** What is told of at the end and on the way, of the analyses of the plan. */
  readonly told: ToldAnalyses;
  /** Where a UNIX socket answers with the counts of handshakes; an absent one that nobody asked for is no error. */
  readonly socket?: { readonly path: string; readonly isAskedFor: boolean } | undefined;
  /** Where metrics are answered while it goes on. */
  readonly metricsAddress?: MetricsAddress | undefined;
  /** Who the process goes on as once its input is open. */
  readonly user?: UserAccount | undefined;
  /** Whether a line on standard error says what is read. */
  readonly hasStartLine: boolean;
  readonly showing: Showing;
  readonly reports: ReportPlan;
  readonly program: ProgramFacts;
  /** What is decided about the page of a report, where one is asked for. */
  readonly page?: PageOptions | undefined;
}

/** Runs a plan; results go to the places, messages and reports to standard error, or to the log. */
export async function executeRun(plan: RunPlan, surroundings: RunSurroundings, log?: Log): Promise<number> {
  const watching = await Watching.begin(plan.read, surroundings.showing, surroundings.program, log);
  const outputs = new OpenOutputs(
    surroundings.places,
    watching.line,
    log,
    surroundings.reports.format,
    plan.addressKey,
    surroundings.page,
  );
  const reports = new RunReports(plan, surroundings, watching, outputs);
  if (plan.notice !== undefined) outputs.say(`tcploom: ${plan.notice}\n`);
  const metrics = await metricsOf(plan, surroundings, outputs, watching);
  const socket = new HandshakeSocket(plan, (text) => outputs.say(text));
  const signals = new EndingSignals(plan.read);
  const failure = new AbortController();
  const stop = AbortSignal.any([signals.stop, failure.signal]);
  let running: RunInProgress | undefined;
  try {
    if (surroundings.socket !== undefined) await socket.open(surroundings.socket.path, surroundings.socket.isAskedFor);
    await metrics?.open();
    const watcher = watcherOf(plan, surroundings, {
      ...{ outputs, socket, metrics, watching, reports, signals, failure },
    });
    const onStart = (run: RunInProgress): void => {
      running = run;
      watcher.onStart(run);
    };
    const outcome = await runPass(plan, outputs.results, { ...watcher, onStart }, stop);
    await Promise.race([outputs.writeFigures(plan, outcome), stopped(signals.stop)]);
    running = undefined;
    watching.end(!outcome.read.isCutShort);
    outputs.say(endReports(plan, surroundings.told, outcome));
    const isComplete = !outcome.read.isCutShort;
    if (outcome.read.filesRead > 0) {
      reports.end(outcome.standing, isComplete);
      await Promise.race([metrics?.end(outcome, isComplete), stopped(signals.stop)]);
    }
    await Promise.race([outputs.settle(), stopped(signals.stop)]);
    return signals.exitCode(exitCodeOf(outcome.read), outcome.read.isCutShort);
  } catch (error) {
    const isHurried = signals.stop.aborted;
    watching.end(false);
    if (isHurried && running !== undefined) {
      outputs.say(reportsSoFar(plan, surroundings.told, running.figures()));
      reports.end(running.standing(), false);
      // As below: the signal is what is told.
      const told = metrics?.end(running.figures(), false).catch(() => {});
      if (told !== undefined) await Promise.race([told, sleep(HURRIED_FLUSH_MS, undefined, { ref: false })]);
    }
    outputs.sayUnwritten();
    // Whole lines were merged up to here: they are results, and go out unless their reader does not take them.
    // That they cannot be written is no news then: the run's own reason counts.
    await outputs.settleSoon(isHurried ? HURRIED_FLUSH_MS : FLUSH_MS);
    throw error;
  } finally {
    reports.close();
    metrics?.close();
    socket.close();
    signals.close();
  }
}

/** Few runs are asked for any. */
async function metricsOf(
  plan: RunPlan,
  { places, metricsAddress: address, program, reports }: RunSurroundings,
  outputs: OpenOutputs,
  watching: Watching,
): Promise<RunMetrics | undefined> {
  if (address === undefined && places.every(({ format }) => format !== 'prometheus')) return undefined;
  const { RunMetrics } = await import('./run-metrics.js');
  const view = (): ProgressView => watching.progress.view();
  return new RunMetrics(plan, { version: program.version, outputs, view, address, everyMs: timerMs(reports.everySec) });
}

/** What takes part in a run. */
interface RunParts {
  readonly outputs: OpenOutputs;
  readonly socket: HandshakeSocket;
  readonly metrics: RunMetrics | undefined;
  readonly watching: Watching;
  readonly reports: RunReports;
  readonly signals: EndingSignals;
  readonly failure: AbortController;
}

function watcherOf(
  plan: RunPlan,
  { hasStartLine, user, told }: RunSurroundings,
  { outputs, socket, metrics, watching, reports, signals, failure }: RunParts,
): RunWatcher {
  const isLive = plan.read.inputs.some((input) => typeof input !== 'string');
  if (hasStartLine && !isLive) outputs.say(plan.firstLine);
  return {
    onProblem: (problem) => {
      metrics?.noteProblem();
      outputs.say(`${describeProblem(problem)}\n`);
    },
    onStart: (run) => {
      signals.finish = run.finish;
      socket.run = run;
      reports.run = run;
      if (metrics !== undefined) metrics.run = run;
      watching.start(run.progress, run.sessions, (text) => outputs.say(text));
    },
    onInterface: (linkType) => {
      metrics?.noteOpen();
      reports.noteLink(linkType);
      if (hasStartLine && isLive) outputs.say(startLine(plan.read.inputs, linkType));
      // Going on as who it is would be more than was allowed.
      const problem = user && becomeUser(user);
      if (problem !== undefined) failure.abort(new UserFailure(problem));
    },
    onInput: (name, number) => {
      metrics?.noteInput(number);
      reports.noteInput(name, number);
    },
    onFirst: (moment) => reports.noteFirst(moment),
    onStanding: (standing) => reports.tellByPackets(standing),
    onFigures: (figures) => {
      if (told.miruo !== undefined) outputs.say(statisticsOf(told.miruo, figures));
    },
  };
}
