/**
 * Tracks the sessions and handshakes of captures: results in their places, messages and reports on standard error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../capture/problem.js';
import { seemOneWay } from '../miruo/directions.js';
import { type RunOutcome, type RunPlan, type RunWatcher, runPass } from '../pipeline/run.js';
import { exitCodeOf } from './exit-codes.js';
import { oneWayHint } from './filter-hint.js';
import { HandshakeSocket } from './handshake-socket.js';
import { openPlaces } from './open-places.js';
import { ProgressLine } from './progress-line.js';
import type { ResultPlace } from './result-places.js';
import { offloadHint, statisticsOf, summaryOf } from './run-reports.js';
import { EndingSignals } from './signals.js';
import { startLine } from './start-line.js';
import { becomeUser, type UserAccount } from './user-account.js';
import { printProblem, startProgress } from './watching.js';

/** How long the lines of a run that was cut short may take to be written: on a busy machine too, where somebody takes them. */
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
  if (plan.notice !== undefined) process.stderr.write(`tcploom: ${plan.notice}\n`);
  const line = await ProgressLine.on(process.stderr);
  const outputs = openPlaces(surroundings.places, line);
  const socket = new HandshakeSocket(plan);
  const signals = new EndingSignals(plan.read);
  let outcome: RunOutcome;
  try {
    if (surroundings.socket !== undefined) await socket.open(surroundings.socket.path, surroundings.socket.isAskedFor);
    outcome = await runPass(plan, outputs, watcherOf(plan, surroundings, socket, line, signals), signals.stop);
  } catch (error) {
    // Whole lines were merged up to here: they are results, and go out unless their reader does not take them.
    // That they cannot be written is no news then: the run's own reason counts.
    const flushed = [outputs.miruo, outputs.tcpeek, outputs.notes].map((output) => output?.flush().catch(() => {}));
    await Promise.race([Promise.all(flushed), sleep(FLUSH_MS)]);
    throw error;
  } finally {
    line?.stop();
    socket.close();
    signals.close();
  }
  report(plan, outcome);
  return signals.exitCode(exitCodeOf(outcome.read), outcome.read.isCutShort);
}

function report(plan: RunPlan, outcome: RunOutcome): void {
  const { filter } = plan.read;
  if (filter !== undefined && plan.miruo !== undefined && seemOneWay(outcome.directions, outcome.sessions)) {
    process.stderr.write(`${oneWayHint(filter.text)}\n`);
  }
  const hint = offloadHint(outcome);
  if (hint !== undefined) process.stderr.write(`${hint}\n`);
  if (outcome.read.filesRead === 0) return;
  if (plan.tcpeek !== undefined) process.stderr.write(summaryOf(plan.tcpeek, outcome));
  if (plan.miruo !== undefined) process.stderr.write(statisticsOf(plan.miruo, outcome));
}

function watcherOf(
  plan: RunPlan,
  { hasStartLine, user }: RunSurroundings,
  socket: HandshakeSocket,
  line: ProgressLine | undefined,
  signals: EndingSignals,
): RunWatcher {
  const say = (text: string): void => {
    line?.before();
    process.stderr.write(text);
    line?.after();
  };
  const isLive = plan.read.inputs.some((input) => typeof input !== 'string');
  if (hasStartLine && !isLive) say(plan.firstLine);
  return {
    onProblem: (problem) => printProblem(line, problem),
    onStart: (run) => {
      signals.finish = run.finish;
      socket.run = run;
      startProgress(line, plan.read, run.progress, run.sessions);
    },
    onInterface: (linkType) => {
      if (hasStartLine && isLive) say(startLine(plan.read.inputs, linkType));
      const problem = user && becomeUser(user);
      if (problem !== undefined) say(`tcploom: ${printable(problem)}\n`);
    },
    onFigures: (figures) => {
      if (plan.miruo !== undefined) say(statisticsOf(plan.miruo, figures));
    },
  };
}
