/**
 * The program: arguments in, exit code out. Owns which outcome is which code; never ends the process itself.
 */
import { readFileSync } from 'node:fs';
import { listInputs } from '../capture/input-list.js';
import { describeProblem, printable } from '../capture/problem.js';
import { Interrupted } from '../pipeline/interrupted.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import type { RunPlan } from '../pipeline/run.js';
import { SocketError } from '../pipeline/socket-error.js';
import { ThreadFailure, ThreadStuck } from '../pipeline/threads.js';
import { EXIT_DAMAGED, EXIT_DONE, EXIT_FAILED, SIGNAL_EXITS } from './exit-codes.js';
import type { ChosenFilter } from './filter-choice.js';
import { makeFilterPlan } from './filter-plan.js';
import { parseArguments } from './parse.js';
import { makeInfoPlan, type ParsedOptions } from './plan.js';
import { FilterMistake, UsageError } from './usage-error.js';
import { UserFailure } from './user-account.js';

// Each command's own modules are loaded when it is known: a tenth of the time that a small capture takes.

/** Runs the command line `args` (without the program's name); `adjust` lets a test change the plan. */
export async function main(args: readonly string[], adjust: (plan: RunPlan) => RunPlan = (p) => p): Promise<number> {
  // A closed standard error is nobody's loss.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  try {
    const request = parseArguments(args, packageVersion());
    switch (request.kind) {
      case 'text':
        return print(request.text);
      case 'interfaces': {
        const { executeInterfaces } = await import('./execute-interfaces.js');
        return await executeInterfaces();
      }
      case 'peekstat': {
        const { executePeekstat } = await import('./execute-peekstat.js');
        return await executePeekstat(request.options);
      }
      case 'plot': {
        const { executePlot } = await import('./execute-plot.js');
        return await executePlot(request.words, request.options);
      }
      case 'info':
        return await withInputs(request.files, request.options, async (files, filter) => {
          const { executeInfo } = await import('./execute-info.js');
          return executeInfo(makeInfoPlan(files, request.options, filter), request.options.tsv ?? false);
        });
      case 'filter':
        return await withInputs(request.files, request.options, async (files, filter) => {
          const { executeFilter } = await import('./execute-filter.js');
          return executeFilter(makeFilterPlan(files, request.options, process.stdout.isTTY === true, filter));
        });
      case 'run':
        return await withInputs(request.files, request.options, async (files, filter) => {
          const { executeRun } = await import('./execute-run.js');
          const { prepareRun } = await import('./run-preparation.js');
          const { plan, surroundings } = prepareRun(files, request.options, process.stdout.isTTY === true, filter);
          return executeRun(adjust(plan), surroundings);
        });
    }
  } catch (error) {
    return error instanceof ThreadStuck ? await leaveThread(error, args[0]) : report(error, args[0]);
  }
}

function print(text: string): number {
  process.stdout.on('error', () => {});
  process.stdout.write(text);
  return EXIT_DONE;
}

/**
 * Runs `execute` with all files that are meant, and the filter; lists and folders that cannot be read are damage of the input. What
 * is wrong with the filter is told before anything else is looked at.
 */
async function withInputs(
  names: readonly string[],
  options: ParsedOptions,
  execute: (files: readonly string[], filter: ChosenFilter | undefined) => Promise<number>,
): Promise<number> {
  const filter = await filterOf(options, names);
  const { files, problems } = listInputs(names, options.filesFrom ?? [], options.recursive ?? false);
  for (const problem of problems) process.stderr.write(`${describeProblem(problem)}\n`);
  if (files.length === 0 && problems.length > 0) return EXIT_FAILED;
  const code = await execute(files, filter);
  return code === EXIT_DONE && problems.length > 0 ? EXIT_DAMAGED : code;
}

/** The language of filters is loaded only when there is one. */
async function filterOf(options: ParsedOptions, files: readonly string[]): Promise<ChosenFilter | undefined> {
  if (options.filter === undefined && options.filterFile === undefined && !options.resolve) return undefined;
  const { chooseFilter } = await import('./filter-choice.js');
  return chooseFilter(options, files);
}

function report(error: unknown, command: string | undefined): number {
  if (error instanceof Interrupted) return SIGNAL_EXITS[error.signal] ?? EXIT_FAILED;
  if (isClosedPipe(error)) return EXIT_DONE;
  const message = error instanceof Error ? error.message : String(error);
  const help = COMMANDS_WITH_HELP.find((name) => name === command);
  const hint =
    error instanceof UsageError && !(error instanceof FilterMistake)
      ? ` (see 'tcploom ${help === undefined ? '' : `${help} `}--help')`
      : '';
  // What was given on the command line may be quoted in it.
  process.stderr.write(`tcploom: ${placeOf(error)}${printable(message)}${hint}\n`);
  return EXIT_FAILED;
}

/** The default command's help is the program's. */
const COMMANDS_WITH_HELP = ['miruo', 'tcpeek', 'info', 'filter', 'interfaces', 'peekstat', 'plot'];

/** What a message is about that does not say so itself. */
function placeOf(error: unknown): string {
  const kinds = [UsageError, UserFailure, ThreadFailure, OutputFailure, SocketError];
  const isWhole = kinds.some((kind) => error instanceof kind);
  return isWhole ? '' : 'the run failed: ';
}

/** The reader of our output has had enough: | head. */
function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/**
 * An ordinary exit waits for all threads, so it would hang here, or take the process down where one still loads: the process ends by
 * the signal that cut it short, which a shell shows as the same exit code, or, when there was none, is killed.
 */
async function leaveThread(stuck: ThreadStuck, command: string | undefined): Promise<number> {
  const code = report(stuck.cause, command);
  const signal = stuck.cause instanceof Interrupted ? stuck.cause.signal : 'SIGKILL';
  // Libraries may listen too (for the cursor, which is back already): with no listener the signal does what it does.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The first process of a container is the only one that no signal of its own ends.
  await stuck.end();
  return code;
}

/** The version in package.json, three folders up from the built file. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
