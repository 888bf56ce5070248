/**
 * The check of captures: what is asked for, and telling what came of it.
 */
import { listInputs } from '../capture/input-list.js';
import { describeProblem, type InputProblem, printable, problemText } from '../capture/problem.js';
import { extractCommand } from '../expect/extract-command.js';
import { checkText } from '../expect/failure-text.js';
import { checkGithub } from '../expect/github.js';
import { checkJunit } from '../expect/junit.js';
import { type CheckEnd, type CheckResult, endOf } from '../expect/outcome.js';
import { checkSarif } from '../expect/sarif.js';
import { checkTap } from '../expect/tap.js';
import type { CaptureVerdicts, FilePlace } from '../expect/verdict.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { type CheckedCaptures, checkCaptures } from './check-captures.js';
import { type CheckPlan, makeCheckPlan, NoCaptures, type UnmatchedPattern } from './check-plan.js';
import { EXIT_DAMAGED, EXIT_DONE, EXIT_FAILED, EXIT_UNMET, SIGNAL_EXITS } from './exit-codes.js';
import { type ChosenFilter, chooseFilter } from './filter-choice.js';
import { areOnePlace, STANDARD_OUTPUT } from './output-place.js';
import type { ParsedOptions } from './plan.js';
import { numberingOf } from './session-numbering.js';
import { EndingSignals } from './signals.js';
import { claimSnapshots, snapshotPath } from './snapshot-files.js';
import { checkCondition, type Summarize, summarize } from './summarize.js';
import { claimTold, type ToldOutput, toldOutputs, writeTold } from './told-outputs.js';
import { FilterMistake } from './usage-error.js';
import type { ProgramFacts } from './watching.js';

/** May share one place. */
const LINES = ['text', 'github'] as const;
const FORMATS = ['text', 'junit', 'github', 'tap', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

const EXITS: Readonly<Record<CheckEnd, number>> = {
  met: EXIT_DONE,
  'not met': EXIT_UNMET,
  damaged: EXIT_DAMAGED,
  'nothing read': EXIT_FAILED,
};

/** Checks captures; `ask`: who knows their figures. Throws a UsageError, ExpectationMistakes, an OutputFailure, or what ended it before its end. */
export async function executeCheck(
  names: readonly string[],
  options: ParsedOptions,
  program: ProgramFacts,
  ask: Summarize = summarize,
): Promise<number> {
  const { files, problems } = listInputs(names, options.filesFrom ?? [], options.recursive ?? false);
  const lists = problems.map((problem) => listVerdicts(problem.file, problemText(problem), undefined));
  if (files.length === 0 && lists.length > 0) return await tellLists(lists, options, program, names);
  const plan = await planOf(files, problems, options, program);
  const captures = plan.captures.map(({ name }) => name);
  const { use, folder } = plan.snapshots;
  const snapshots = use === 'none' ? [] : captures.map((name) => snapshotPath(name, folder));
  const inputs = [...captures, ...plan.others];
  const outputs = toldOutputs<Format>(plan.given, FORMATS, LINES, inputs, snapshots);
  const given = withoutProgress(plan.given);
  const filter = await filterOf(given, names, plan.filterPlace);
  // Not before, nor while outputs are written: where all waits for a pipe, a signal has to end it.
  const signals = new EndingSignals({ inputs: [], followTimeoutMs: undefined });
  let checked: CheckedCaptures;
  try {
    // Outputs may be in their folder.
    if (use === 'write') await claimSnapshots(snapshots);
    await claimTold(outputs);
    checked = await checkCaptures(plan, ask, { given, filter, program }, signals);
  } finally {
    signals.close();
  }
  const { failure } = checked;
  const numbering = numberingOf(given, filter);
  const result: CheckResult = {
    version: program.version,
    captures: [...lists, ...plan.unmatched.map(patternVerdicts), ...checked.verdicts],
    snapshots: use === 'write' ? checked.snapshots : undefined,
    hasFailed: failure !== undefined && failure.signal === undefined,
    commandFor: (capture, session) => extractCommand(capture, session, numbering),
  };
  const code = failure === undefined ? EXITS[endOf(result.captures)] : codeOf(failure.signal);
  try {
    await writeTold(outputs, (format) => render(format, result, code));
  } catch (error) {
    if (failure === undefined || !(error instanceof OutputFailure)) throw error;
    // What came first is what the program ends with.
    process.stderr.write(`tcploom: ${printable(error.message)}\n`);
  }
  if (failure !== undefined) throw failure.error;
  return code;
}

const codeOf = (signal: NodeJS.Signals | undefined): number =>
  (signal === undefined ? undefined : SIGNAL_EXITS[signal]) ?? EXIT_FAILED;

/** Of a list of captures, a folder or a pattern that names none. */
const listVerdicts = (name: string, problem: string, place: FilePlace | undefined): CaptureVerdicts => ({
  ...{ capture: name, isRead: false, verdicts: [], damaged: 1, problems: [problem], allowsDamage: false },
  list: { place },
});

const patternVerdicts = ({ pattern, message, place }: UnmatchedPattern): CaptureVerdicts =>
  listVerdicts(pattern, message, place);

/** The plan; what names no capture is told in the outputs, too, before that is thrown. */
async function planOf(
  files: readonly string[],
  problems: readonly InputProblem[],
  options: ParsedOptions,
  program: ProgramFacts,
): Promise<CheckPlan> {
  try {
    return await makeCheckPlan(files, options, checkCondition);
  } catch (error) {
    if (error instanceof NoCaptures) {
      const { patterns, config } = error;
      // For who looks at the terminal the error itself is text enough.
      const isWanted = ({ format, target }: ToldOutput<Format>): boolean =>
        format !== 'text' || !areOnePlace(target, STANDARD_OUTPUT);
      await tellLists(patterns.map(patternVerdicts), options, program, [config], isWanted);
    } else process.stderr.write(problems.map((problem) => `${describeProblem(problem)}\n`).join(''));
    throw error;
  }
}

/** Tells that there is nothing to check. */
async function tellLists(
  captures: readonly CaptureVerdicts[],
  options: ParsedOptions,
  { version }: ProgramFacts,
  inputs: readonly string[],
  isWanted: (output: ToldOutput<Format>) => boolean = () => true,
): Promise<number> {
  const outputs = toldOutputs<Format>(options, FORMATS, LINES, inputs).filter(isWanted);
  const result: CheckResult = { version, captures, commandFor: () => undefined };
  await writeTold(outputs, (format) => render(format, result, EXIT_FAILED));
  return EXIT_FAILED;
}

async function filterOf(
  given: ParsedOptions,
  names: readonly string[],
  place: FilePlace | undefined,
): Promise<ChosenFilter | undefined> {
  try {
    return await chooseFilter(given, names);
  } catch (error) {
    if (!(error instanceof FilterMistake) || place === undefined) throw error;
    throw new FilterMistake(`${place.file}:${place.line}:${place.column}: ${error.message}`);
  }
}

function render(format: Format, result: CheckResult, code: number): string {
  switch (format) {
    case 'text':
      return checkText(result);
    case 'junit':
      return checkJunit(result);
    case 'github':
      return checkGithub(result);
    case 'tap':
      return checkTap(result);
    case 'sarif':
      return checkSarif(result, code);
  }
}

/** In logs of CI jobs nobody watches it. */
export function withoutProgress(given: ParsedOptions): ParsedOptions {
  const { CI = '' } = process.env;
  const isWatched = CI === '' || CI === 'false' || CI === '0';
  return given.progress !== undefined || isWatched ? given : { ...given, progress: 'none' };
}
