/**
 * Tracks the sessions and handshakes of captures: results in their places, messages and reports on standard error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeProblem } from '../capture/problem.js';
import { HURRIED_FLUSH_MS } from '../pipeline/interrupted.js';
import { type RunInProgress, type RunPlan, type RunWatcher, runPass } from '../pipeline/run.js';
import { stopped } from '../pipeline/threads.js';
import { endReports, reportsSoFar } from './end-reports.js';
import { exitCodeOf } from './exit-codes.js';
import { HandshakeSocket } from './handshake-socket.js';
import { ProgressLine } from './progress-line.js';
import type { ResultPlace } from './result-places.js';
import { OpenOutputs } from './run-outputs.js';
import { statisticsOf } from './run-reports.js';
import { EndingSignals } from './signals.js';
import { startLine } from './start-line.js';
import { becomeUser, type UserAccount, UserFailure } from './user-account.js';
import { startProgress } from './watching.js';

/** How long the lines of a run that failed may take to be written: on a busy machine too, where somebody takes them. */
const FLUSH_MS = 1500;

/** What a run has to do with the world, beside what it reads. */
export interface RunSurroundings {
  readonly places: readonly ResultPlace[];
  /** Where a UNIX socket answers with the counts of handshakes; an absent one that nobody asked for is no error. */
  readonly socket?: { readonly path: string; readonly isAskedFor: boolean } | undefined;
  /** Who the process goes on as once its input is open. */
  readonly user?: UserAccount | undefined;
  /** Whether a line on standard error says what is read. */
  readonly hasStartLine: boolean;
}

/** Runs a plan; results go to the places, messages and reports to standard error. */
export async function executeRun(plan: RunPlan, surroundings: RunSurroundings): Promise<number> {
  const line = await ProgressLine.on(process.stderr);
  const outputs = new OpenOutputs(surroundings.places, line);
  if (plan.notice !== undefined) outputs.say(`tcploom: ${plan.notice}\n`);
  const socket = new HandshakeSocket(plan, (text) => outputs.say(text));
  const signals = new EndingSignals(plan.read);
  const failure = new AbortController();
  const stop = AbortSignal.any([signals.stop, failure.signal]);
  let running: RunInProgress | undefined;
  try {
    if (surroundings.socket !== undefined) await socket.open(surroundings.socket.path, surroundings.socket.isAskedFor);
    const watcher = watcherOf(plan, surroundings, outputs, socket, line, signals, failure);
    const onStart = (run: RunInProgress): void => {
      running = run;
      watcher.onStart(run);
    };
    const outcome = await runPass(plan, outputs.results, { ...watcher, onStart }, stop);
    running = undefined;
    line?.stop();
    outputs.say(endReports(plan, outcome));
    await Promise.race([outputs.settle(), stopped(signals.stop)]);
    return signals.exitCode(exitCodeOf(outcome.read), outcome.read.isCutShort);
  } catch (error) {
    const isHurried = signals.stop.aborted;
    if (isHurried && running !== undefined) {
      line?.stop();
      outputs.say(reportsSoFar(plan, running.figures()));
    }
    // Whole lines were merged up to here: they are results, and go out unless their reader does not take them.
    // That they cannot be written is no news then: the run's own reason counts.
    await Promise.race([outputs.settle(), sleep(isHurried ? HURRIED_FLUSH_MS : FLUSH_MS)]);
    throw error;
  } finally {
    line?.stop();
    socket.close();
    signals.close();
  }
}

function watcherOf(
  plan: RunPlan,
  { hasStartLine, user }: RunSurroundings,
  outputs: OpenOutputs,
  socket: HandshakeSocket,
  line: ProgressLine | undefined,
  signals: EndingSignals,
  failure: AbortController,
): RunWatcher {
  const isLive = plan.read.inputs.some((input) => typeof input !== 'string');
  if (hasStartLine && !isLive) outputs.say(plan.firstLine);
  return {
    onProblem: (problem) => outputs.say(`${describeProblem(problem)}\n`),
    onStart: (run) => {
      signals.finish = run.finish;
      socket.run = run;
      startProgress(line, plan.read, run.progress, run.sessions);
    },
    onInterface: (linkType) => {
      if (hasStartLine && isLive) outputs.say(startLine(plan.read.inputs, linkType));
      // Going on as who it is would be more than was allowed.
      const problem = user && becomeUser(user);
      if (problem !== undefined) failure.abort(new UserFailure(problem));
    },
    onFigures: (figures) => {
      if (plan.miruo !== undefined) outputs.say(statisticsOf(plan.miruo, figures));
    },
  };
}
