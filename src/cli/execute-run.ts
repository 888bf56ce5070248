/**
 * Tracks the sessions and handshakes of captures: results in their places, messages and reports on standard error.
 */
import { describeProblem } from '../capture/problem.js';
import type { PageOptions } from '../page/page-options.js';
import { FLUSH_MS, HURRIED_FLUSH_MS } from '../pipeline/interrupted.js';
import { type RunInProgress, type RunPlan, type RunWatcher, runPass } from '../pipeline/run.js';
import { stopped } from '../pipeline/threads.js';
import { endReports, reportsSoFar } from './end-reports.js';
import { exitCodeOf } from './exit-codes.js';
import { HandshakeSocket } from './handshake-socket.js';
import type { Log } from './log.js';
import type { ReportPlan } from './report-plan.js';
import type { ResultPlace } from './result-places.js';
import { OpenOutputs } from './run-outputs.js';
import { RunReports } from './run-reports.js';
import { statisticsOf } from './run-summaries.js';
import { EndingSignals } from './signals.js';
import { startLine } from './start-line.js';
import { becomeUser, type UserAccount, UserFailure } from './user-account.js';
import { type ProgramFacts, type Showing, Watching } from './watching.js';

/** What a run has to do with the world, beside what it reads. */
export interface RunSurroundings {
  readonly places: readonly ResultPlace[];
  /** Where a UNIX socket answers with the counts of handshakes; an absent one that nobody asked for is no error. */
  readonly socket?: { readonly path: string; readonly isAskedFor: boolean } | undefined;
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
  const socket = new HandshakeSocket(plan, (text) => outputs.say(text));
  const signals = new EndingSignals(plan.read);
  const failure = new AbortController();
  const stop = AbortSignal.any([signals.stop, failure.signal]);
  let running: RunInProgress | undefined;
  try {
    if (surroundings.socket !== undefined) await socket.open(surroundings.socket.path, surroundings.socket.isAskedFor);
    const watcher = watcherOf(plan, surroundings, { outputs, socket, watching, reports, signals, failure });
    const onStart = (run: RunInProgress): void => {
      running = run;
      watcher.onStart(run);
    };
    const outcome = await runPass(plan, outputs.results, { ...watcher, onStart }, stop);
    running = undefined;
    watching.end(!outcome.read.isCutShort);
    outputs.say(endReports(plan, outcome));
    if (outcome.read.filesRead > 0) reports.end(outcome.standing, !outcome.read.isCutShort);
    await Promise.race([outputs.settle(), stopped(signals.stop)]);
    return signals.exitCode(exitCodeOf(outcome.read), outcome.read.isCutShort);
  } catch (error) {
    const isHurried = signals.stop.aborted;
    watching.end(false);
    if (isHurried && running !== undefined) {
      outputs.say(reportsSoFar(plan, running.figures()));
      reports.end(running.standing(), false);
    }
    // Whole lines were merged up to here: they are results, and go out unless their reader does not take them.
    // That they cannot be written is no news then: the run's own reason counts.
    await outputs.settleSoon(isHurried ? HURRIED_FLUSH_MS : FLUSH_MS);
    throw error;
  } finally {
    reports.close();
    socket.close();
    signals.close();
  }
}

/** What takes part in a run. */
interface RunParts {
  readonly outputs: OpenOutputs;
  readonly socket: HandshakeSocket;
  readonly watching: Watching;
  readonly reports: RunReports;
  readonly signals: EndingSignals;
  readonly failure: AbortController;
}

function watcherOf(
  plan: RunPlan,
  { hasStartLine, user }: RunSurroundings,
  { outputs, socket, watching, reports, signals, failure }: RunParts,
): RunWatcher {
  const isLive = plan.read.inputs.some((input) => typeof input !== 'string');
  if (hasStartLine && !isLive) outputs.say(plan.firstLine);
  return {
    onProblem: (problem) => outputs.say(`${describeProblem(problem)}\n`),
    onStart: (run) => {
      signals.finish = run.finish;
      socket.run = run;
      reports.run = run;
      watching.start(run.progress, run.sessions, (text) => outputs.say(text));
    },
    onInterface: (linkType) => {
      reports.noteLink(linkType);
      if (hasStartLine && isLive) outputs.say(startLine(plan.read.inputs, linkType));
      // Going on as who it is would be more than was allowed.
      const problem = user && becomeUser(user);
      if (problem !== undefined) failure.abort(new UserFailure(problem));
    },
    onInput: (name, number) => reports.noteInput(name, number),
    onFirst: (moment) => reports.noteFirst(moment),
    onStanding: (standing) => reports.tellByPackets(standing),
    onFigures: (figures) => {
      if (plan.miruo !== undefined) outputs.say(statisticsOf(plan.miruo, figures));
    },
  };
}
