/**
 * The program: arguments in, exit code out. Owns which outcome is which code; never ends the process itself.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { listInputs } from '../capture/input-list.js';
import { describeProblem, printable } from '../capture/problem.js';
import type { OutputTarget } from '../pipeline/blocking-output.js';
import { FLUSH_MS, HURRIED_FLUSH_MS } from '../pipeline/interrupted.js';
import type { RunPlan } from '../pipeline/run.js';
import { ThreadStuck } from '../pipeline/threads.js';
import { builtFile } from '../text/built-file.js';
import { EXIT_DAMAGED, EXIT_DONE, EXIT_FAILED, SIGNAL_EXITS } from './exit-codes.js';
import { failureMessage } from './failure-message.js';
import type { ChosenFilter } from './filter-choice.js';
import { makeFilterPlan } from './filter-plan.js';
import type { Log } from './log.js';
import { refusePartials, STANDARD_OUTPUT } from './output-place.js';
import { parseArguments, type Request } from './parse.js';
import { makeInfoPlan, type ParsedOptions } from './plan.js';
import { interruptionOf } from './signals.js';
import { FilterMistake, UsageError } from './usage-error.js';
import { useUtc } from './utc.js';

// Each command's own modules are loaded when it is known: a tenth of the time that a small capture takes.

/** Runs the command line `args` (without the program's name); `adjust` lets a test change the plan. */
export async function main(args: readonly string[], adjust: (plan: RunPlan) => RunPlan = (p) => p): Promise<number> {
  // A closed standard error is nobody's loss.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  try {
    const program = { version: packageVersion(), args, isTerminal: process.stderr.isTTY === true };
    const request = readRequest(args, program.version);
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
      case 'stat': {
        const { executeStat } = await import('./execute-stat.js');
        const { makeStatPlan } = await import('./stat-plan.js');
        return await executeStat(makeStatPlan(request.intervalSec, request.options, process.stdin.isTTY === true));
      }
      case 'info':
        return await withInputs(request.files, request.options, async (files, filter) => {
          const { executeInfo } = await import('./execute-info.js');
          const { showingOf } = await import('./watching.js');
          const { options } = request;
          // Nothing is mapped here; a key that is none is told all the same.
          if (options.anonymize !== undefined) (await import('./address-key.js')).addressKey(options.anonymize);
          const plan = makeInfoPlan(files, options, filter);
          const showing = showingOf(options, files);
          const form = { asTsv: options.tsv ?? false, isAnonymous: options.anonymize !== undefined };
          return {
            places: [STANDARD_OUTPUT],
            execute: (log) => executeInfo(plan, form, showing, program, log),
          };
        });
      case 'filter':
        return await withInputs(request.files, request.options, async (files, filter) => {
          const { executeFilter } = await import('./execute-filter.js');
          const { showingOf } = await import('./watching.js');
          const plan = makeFilterPlan(files, request.options, process.stdout.isTTY === true, filter);
          const showing = showingOf(request.options, files);
          const place = plan.output?.target ?? STANDARD_OUTPUT;
          return { places: [place], execute: (log) => executeFilter(plan, showing, program, log) };
        });
      case 'extract':
        return await withInputs(request.files, request.options, async (files, filter) => {
          const { executeExtract } = await import('./execute-extract.js');
          const { makeExtractPlan } = await import('./extract-plan.js');
          const { showingOf } = await import('./watching.js');
          const plan = makeExtractPlan(files, request.options, process.stdout.isTTY === true, filter);
          const showing = showingOf(request.options, files);
          const place = plan.writing.output?.target ?? STANDARD_OUTPUT;
          return { places: [place], execute: (log) => executeExtract(plan, showing, program, log) };
        });
      case 'check': {
        const { executeCheck } = await import('./execute-check.js');
        const { ExpectationMistakes } = await import('./check-plan.js');
        try {
          return await executeCheck(request.files, request.options, program);
        } catch (error) {
          if (!(error instanceof ExpectationMistakes)) throw error;
          process.stderr.write(error.message);
          return EXIT_FAILED;
        }
      }
      case 'diff': {
        const { executeDiff } = await import('./execute-diff.js');
        return await executeDiff(request.files, request.options, program);
      }
      case 'run':
        return await withInputs(request.files, request.options, async (files, filter) => {
          const { executeRun } = await import('./execute-run.js');
          const { prepareRun } = await import('./run-preparation.js');
          const { plan, surroundings } = prepareRun(
            files,
            request.options,
            process.stdout.isTTY === true,
            program,
            filter,
          );
          const places = surroundings.places.map(({ target }) => target);
          return { places, execute: (log) => executeRun(adjust(plan), surroundings, log) };
        });
    }
  } catch (error) {
    const code = report(error, args[0], (text) => process.stderr.write(text));
    return error instanceof ThreadStuck ? await leaveThread(error, code) : code;
  }
}

/** What is asked for; with --utc its own times too are read as such. */
function readRequest(args: readonly string[], version: string): Request {
  const request = parseArguments(args, version);
  if (!('options' in request && 'utc' in request.options && request.options.utc)) return request;
  useUtc();
  return parseArguments(args, version);
}

function print(text: string): number {
  process.stdout.on('error', () => {});
  process.stdout.write(text);
  return EXIT_DONE;
}

/** A pass that has only to be run: everything about it is in order. */
interface PreparedPass {
  /** Where its results go. */
  readonly places: readonly OutputTarget[];
  execute(log: Log | undefined): Promise<number>;
}

/**
 * Runs the pass that `prepare` makes of all files that are meant, and the filter; lists and folders that cannot be read are damage of the
 * input. What is wrong with the filter is told before anything else is looked at, and the log is begun when nothing is wrong with the rest.
 */
async function withInputs(
  names: readonly string[],
  options: ParsedOptions,
  prepare: (files: readonly string[], filter: ChosenFilter | undefined) => Promise<PreparedPass>,
): Promise<number> {
  const filter = await filterOf(options, names);
  const { files, problems } = listInputs(names, options.filesFrom ?? [], options.recursive ?? false);
  const told = problems.map((problem) => `${describeProblem(problem)}\n`).join('');
  if (options.log === undefined) process.stderr.write(told);
  const isEmpty = files.length === 0 && problems.length > 0;
  const pass = isEmpty ? NOTHING_TO_READ : await prepare(files, filter);
  const log = await openLog(options, [...names, ...files], pass.places);
  if (log !== undefined) log.say(told);
  else if (options.log !== undefined) process.stderr.write(told);
  const code = await executeWith(log, pass);
  return code === EXIT_DONE && problems.length > 0 ? EXIT_DAMAGED : code;
}

const NOTHING_TO_READ: PreparedPass = { places: [], execute: async () => EXIT_FAILED };

/** Few runs have one. What is wrong with the places of results and log together is told before it is begun. */
async function openLog(
  options: ParsedOptions,
  inputs: readonly string[],
  places: readonly OutputTarget[],
): Promise<Log | undefined> {
  if (options.log === undefined) {
    refusePartials(places, []);
    return undefined;
  }
  const { Log, logTarget } = await import('./log.js');
  const target = logTarget(options, inputs, places);
  refusePartials(places, target === undefined ? [] : [target]);
  return target === undefined ? undefined : new Log(target);
}

/** What becomes of the pass is told in the log, if there is one. That a part of it is lost is a failure. */
async function executeWith(log: Log | undefined, pass: PreparedPass): Promise<number> {
  if (log === undefined) return pass.execute(undefined);
  let code: number;
  try {
    code = await pass.execute(log);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    code = report(error, undefined, (text) => log.say(text));
    await Promise.race([log.flush(), sleep(interruptionOf(error) === undefined ? FLUSH_MS : HURRIED_FLUSH_MS)]);
    return error instanceof ThreadStuck ? leaveThread(error, code) : code;
  }
  await log.flush();
  return log.isLost && code <= EXIT_FAILED ? EXIT_FAILED : code;
}

/** The language of filters is loaded only when there is one. */
async function filterOf(options: ParsedOptions, files: readonly string[]): Promise<ChosenFilter | undefined> {
  if (options.filter === undefined && options.filterFile === undefined && !options.resolve) return undefined;
  const { chooseFilter } = await import('./filter-choice.js');
  return chooseFilter(options, files);
}

/** Says what ended the program, if that is to be said, and which exit code that is. */
function report(error: unknown, command: string | undefined, say: (text: string) => void): number {
  const interruption = interruptionOf(error);
  if (interruption !== undefined) return SIGNAL_EXITS[interruption.signal] ?? EXIT_FAILED;
  if (error instanceof ThreadStuck) return report(error.cause, command, say);
  if (isClosedPipe(error)) return EXIT_DONE;
  const help = COMMANDS_WITH_HELP.find((name) => name === command);
  const hint =
    error instanceof UsageError && !(error instanceof FilterMistake)
      ? ` (see 'tcploom ${help === undefined ? '' : `${help} `}--help')`
      : '';
  // What was given on the command line may be quoted in it.
  say(`tcploom: ${printable(failureMessage(error))}${hint}\n`);
  return EXIT_FAILED;
}

/** The default command's help is the program's. */
const COMMANDS_WITH_HELP = [
  'miruo',
  'tcpeek',
  'packets',
  'metrics',
  'info',
  'filter',
  'extract',
  'interfaces',
  'peekstat',
  'plot',
  'stat',
  'check',
  'diff',
];

/** The reader of our output has had enough: | head. */
function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/**
 * An ordinary exit waits for all threads, so it would hang here, or take the process down where one still loads: the process ends by
 * the signal that cut it short, which a shell shows as the same exit code, or, when there was none, is killed.
 */
async function leaveThread(stuck: ThreadStuck, code: number): Promise<number> {
  const signal = interruptionOf(stuck)?.signal ?? 'SIGKILL';
  // Libraries may listen too (for the cursor, which is back already): with no listener the signal does what it does.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The first process of a container is the only one that no signal of its own ends.
  await stuck.end();
  return code;
}

/** The version in package.json, three folders up from the built file. */
function packageVersion(): string {
  const text = readFileSync(builtFile('../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
