/**
 * The program: arguments in, exit code out. Owns what goes to which stream and which outcome is which code;
 * never ends the process itself.
 */
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeProblem } from '../capture/problem.js';
import { renderStatistics } from '../miruo/statistics.js';
import { OutputFile } from '../pipeline/output-file.js';
import { processFigures } from '../pipeline/process-figures.js';
import { type RunOutcome, type RunPlan, runPass, ThreadFailure, ThreadStuck } from '../pipeline/run.js';
import { PROGRESS_BYTES, PROGRESS_PACKETS } from '../ring/layout.js';
import { parseArguments } from './parse.js';
import { makePlan, UsageError } from './plan.js';
import { ProgressLine } from './progress-line.js';

export const EXIT_DONE = 0;
/** Done, but some input was damaged. */
export const EXIT_DAMAGED = 1;
/** Wrong usage, nothing could be read, or the program itself failed. */
export const EXIT_FAILED = 2;
/** 128 and the number of the signal that cut the run short. */
const SIGNAL_EXITS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** How long the lines of a run that was cut short may take to be written. */
const FLUSH_MS = 500;

/** A signal ended the run. */
class Interrupted extends Error {
  readonly signal: NodeJS.Signals;
  constructor(signal: NodeJS.Signals) {
    super(signal);
    this.signal = signal;
  }
}

/** Runs the command line `args` (without the program's name); `adjust` lets a test change the plan. */
export async function main(args: readonly string[], adjust: (plan: RunPlan) => RunPlan = (p) => p): Promise<number> {
  // A closed standard error is nobody's loss.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  try {
    const request = parseArguments(args, packageVersion());
    if (request.kind === 'text') {
      process.stdout.on('error', () => {});
      process.stdout.write(request.text);
      return EXIT_DONE;
    }
    return await execute(adjust(makePlan(request.files, request.options, process.stdout.isTTY === true)));
  } catch (error) {
    return report(error);
  }
}

/** Runs a plan; messages and statistics go to standard error. */
async function execute(plan: RunPlan): Promise<number> {
  const line = await ProgressLine.on(process.stderr);
  const output = new OutputFile(1, process.stdout.isTTY ? line : undefined);
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => stop.abort(new Interrupted(signal));
  const signals = Object.keys(SIGNAL_EXITS) as NodeJS.Signals[];
  for (const signal of signals) process.on(signal, onSignal);
  let outcome: RunOutcome;
  try {
    outcome = await runPass(plan, output, watcherOf(plan, line), stop.signal);
  } catch (error) {
    // Whole lines were merged up to here: they are results, and go out unless their reader does not take them.
    // That they cannot be written is no news then: the run's own reason counts.
    await Promise.race([output.flush().catch(() => {}), sleep(FLUSH_MS)]);
    throw error;
  } finally {
    line?.stop();
    for (const signal of signals) process.off(signal, onSignal);
  }
  if (outcome.read.filesRead > 0) process.stderr.write(statisticsOf(plan, outcome));
  if (outcome.read.problems === 0) return EXIT_DONE;
  return outcome.read.filesRead > 0 ? EXIT_DAMAGED : EXIT_FAILED;
}

function watcherOf(plan: RunPlan, line: ProgressLine | undefined): Parameters<typeof runPass>[2] {
  return {
    onProblem: (problem) => {
      line?.before();
      process.stderr.write(`${describeProblem(problem)}\n`);
      line?.after();
    },
    onStart: (progress, sessions) =>
      line?.start(totalBytes(plan.files), () => ({
        atMs: Date.now(),
        bytes: progress[PROGRESS_BYTES],
        packets: progress[PROGRESS_PACKETS],
        sessions: sessions(),
      })),
  };
}

/** Bytes of all files, or 0 when that cannot be known because a pipe is among them. */
function totalBytes(files: readonly string[]): number {
  let bytes = 0;
  for (const file of files) {
    const size = sizeOf(file);
    if (size === undefined) return 0;
    bytes += size;
  }
  return bytes;
}

/** Bytes of a regular file; 0 when it cannot be looked at, which the reader will tell; undefined for anything else. */
function sizeOf(file: string): number | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return 0;
  }
}

function statisticsOf(plan: RunPlan, outcome: RunOutcome): string {
  const { read } = outcome;
  const nsec = (read.lastSec - read.firstSec) * 1e9 + (read.lastNsec - read.firstNsec);
  return renderStatistics(plan.miruo, {
    counters: outcome.miruo,
    captureSec: Math.max(0, Math.floor(nsec / 1e9)),
    sessions: outcome.sessions,
    activeSessions: outcome.activeSessions,
    activeSessionsMost: outcome.activeSessionsMost,
    activeSegments: outcome.activeSegments,
    activeSegmentsMost: outcome.activeSegmentsMost,
    packets: read.packets,
    badLinkHeaders: read.badLinkHeaders,
    badIpHeaders: read.badIpHeaders,
    badTcpHeaders: read.badTcpHeaders,
    ...processFigures(),
  });
}

function report(error: unknown): number {
  if (error instanceof ThreadStuck) return leaveStuckThread(report(error.cause), error.cause);
  if (error instanceof Interrupted) return SIGNAL_EXITS[error.signal] ?? EXIT_FAILED;
  if (isClosedPipe(error)) return EXIT_DONE;
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof UsageError ? " (see 'tcploom --help', 'tcploom miruo --help')" : '';
  const what = error instanceof UsageError || error instanceof ThreadFailure ? message : `the run failed: ${message}`;
  process.stderr.write(`tcploom: ${what}${hint}\n`);
  return EXIT_FAILED;
}

/** The reader of our output has had enough: | head. */
function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/**
 * An ordinary exit waits for all threads, so it would hang here: the process ends by the signal that cut it short,
 * which a shell shows as the same exit code, or, when there was none, is killed.
 */
function leaveStuckThread(code: number, cause: unknown): number {
  const signal = cause instanceof Interrupted ? cause.signal : 'SIGKILL';
  // Libraries may listen too (for the cursor, which is back already): with no listener the signal does what it does.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  return code;
}

/** The version in package.json, three folders up from the built file. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
