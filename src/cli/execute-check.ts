/**
 * Holds expectations against captures, one after the other, and tells what came of it.
 */
import { basename } from 'node:path';
import { listInputs } from '../capture/input-list.js';
import { describeProblem, printable } from '../capture/problem.js';
import type { TimeBound } from '../capture/selection.js';
import { extractCommand, type Numbering } from '../expect/extract-command.js';
import { checkText } from '../expect/failure-text.js';
import { checkGithub } from '../expect/github.js';
import { checkJunit } from '../expect/junit.js';
import { keyFigures } from '../expect/key-figures.js';
import { type CheckEnd, type CheckResult, endOf, type WrittenSnapshots } from '../expect/outcome.js';
import { checkSarif } from '../expect/sarif.js';
import { changesSince, changesText } from '../expect/snapshot.js';
import { checkTap } from '../expect/tap.js';
import { type CaptureVerdicts, type FilePlace, judge, type Verdict } from '../expect/verdict.js';
import { wantedFigures } from '../expect/wanted-figures.js';
import type { CaptureFigures } from '../summary/figures.js';
import { type CheckedCapture, type CheckPlan, makeCheckPlan, type SnapshotPlan } from './check-plan.js';
import { EXIT_DAMAGED, EXIT_DONE, EXIT_FAILED, EXIT_UNMET, SIGNAL_EXITS } from './exit-codes.js';
import { type ChosenFilter, chooseFilter } from './filter-choice.js';
import type { ParsedOptions } from './plan.js';
import { EndingSignals, interruptionOf } from './signals.js';
import { snapshotPath, writeSnapshot } from './snapshot-files.js';
import { checkCondition, type Summarize, type SummarizeOptions, summarize } from './summarize.js';
import { toldOutputs, writeTold } from './told-outputs.js';
import { FilterMistake } from './usage-error.js';
import type { ProgramFacts } from './watching.js';

const FORMATS = ['text', 'junit', 'github', 'tap', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

const EXITS: Readonly<Record<CheckEnd, number>> = {
  met: EXIT_DONE,
  'not met': EXIT_UNMET,
  damaged: EXIT_DAMAGED,
  'nothing read': EXIT_FAILED,
};

/** Checks captures; `ask`: who knows their figures. Throws a UsageError, ExpectationMistakes or an OutputFailure. */
export async function executeCheck(
  names: readonly string[],
  options: ParsedOptions,
  program: ProgramFacts,
  ask: Summarize = summarize,
): Promise<number> {
  const listed = listInputs(names, options.filesFrom ?? [], options.recursive ?? false);
  const told = listed.problems.map((problem) => `${describeProblem(problem)}\n`).join('');
  process.stderr.write(told);
  if (listed.files.length === 0 && listed.problems.length > 0) return EXIT_FAILED;
  const plan = await makeCheckPlan(listed.files, options, checkCondition);
  const captures = plan.captures.map(({ name }) => name);
  const { use, folder } = plan.snapshots;
  const snapshots = use === 'none' ? [] : captures.map((name) => snapshotPath(name, folder));
  const inputs = [...captures, ...plan.others];
  const outputs = toldOutputs<Format>(plan.given, FORMATS, ['text', 'github'], inputs, snapshots);
  const given = withoutProgress(plan.given);
  const filter = await filterOf(given, names, plan.filterPlace);
  const { verdicts, snapshots: written, ending } = await inTurn(plan, ask, { given, filter, program });
  const numbering = numberingOf(given, filter);
  const result: CheckResult = {
    version: program.version,
    captures: verdicts,
    snapshots: use === 'write' ? written : undefined,
    commandFor: (capture, session) => extractCommand(capture, session, numbering),
  };
  const code = ending === undefined ? EXITS[endOf(verdicts)] : (SIGNAL_EXITS[ending.signal] ?? EXIT_FAILED);
  writeTold(outputs, (format) => render(format, result, code));
  if (ending !== undefined) throw ending.error;
  return code === EXIT_DONE && listed.problems.length > 0 ? EXIT_DAMAGED : code;
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

interface Judged {
  readonly verdicts: readonly CaptureVerdicts[];
  readonly snapshots: WrittenSnapshots;
  /** What ended the check before its end: it is to be thrown when all has been told. */
  readonly ending: { readonly signal: NodeJS.Signals; readonly error: unknown } | undefined;
}

async function inTurn(
  { captures, snapshots }: CheckPlan,
  ask: Summarize,
  asked: Pick<SummarizeOptions, 'given' | 'filter' | 'program'>,
): Promise<Judged> {
  const signals = new EndingSignals({ inputs: [], followTimeoutMs: undefined });
  const verdicts: CaptureVerdicts[] = [];
  const written = { written: 0, same: 0 };
  try {
    for (const capture of captures) {
      const said: string[] = [];
      const say = (text: string): unknown => said.push(...text.split('\n').filter((line) => line !== ''));
      const { plan, places } = wantedFigures(capture.expectations.map(({ expectation }) => expectation));
      const figures = await ask(capture.name, { ...asked, plan, say, stop: signals.stop });
      signals.stop.throwIfAborted();
      if (figures === undefined) verdicts.push(unread(capture, said));
      else {
        const own = capture.expectations.map((named, index) => judge(named, figures, places[index]));
        verdicts.push(
          verdictsOn(capture, figures, [...own, ...snapshotVerdicts(capture, figures, snapshots, written)]),
        );
      }
    }
    return { verdicts, snapshots: written, ending: undefined };
  } catch (error) {
    const signal = interruptionOf(error)?.signal;
    if (signal === undefined) throw error;
    const unchecked = captures.slice(verdicts.length).map((capture) => ({ ...unread(capture, []), endedBy: signal }));
    return { verdicts: [...verdicts, ...unchecked], snapshots: written, ending: { signal, error } };
  } finally {
    signals.close();
  }
}

const unread = ({ name, allowsDamage }: CheckedCapture, said: readonly string[]): CaptureVerdicts => ({
  capture: name,
  isRead: false,
  verdicts: [],
  damaged: 1,
  // The capture is named before them.
  problems: said.map((line) => [`tcploom: ${printable(name)}: `, 'tcploom: '].reduce(without, line)),
  allowsDamage,
});

const without = (line: string, start: string): string => (line.startsWith(start) ? line.slice(start.length) : line);

/** Who says how much damage there may be allows as much. */
function verdictsOn(
  { name, expectations, allowsDamage }: CheckedCapture,
  { damaged, problems }: CaptureFigures,
  verdicts: readonly Verdict[],
): CaptureVerdicts {
  const isSaid = expectations.some(({ expectation }) => expectation.metric.name === 'damaged');
  return { capture: name, isRead: true, verdicts, damaged, problems, allowsDamage: allowsDamage || isSaid };
}

function snapshotVerdicts(
  { name }: CheckedCapture,
  figures: CaptureFigures,
  { use, folder, tolerances, before: known }: SnapshotPlan,
  written: { written: number; same: number },
): Verdict[] {
  if (use === 'none') return [];
  const path = snapshotPath(name, folder);
  // Where the check was started from is no figure of the capture.
  const now = keyFigures(basename(name), figures);
  if (use === 'write') {
    if (writeSnapshot(path, now)) {
      written.written++;
      process.stderr.write(`tcploom: wrote ${printable(path)}\n`);
    } else written.same++;
    return [];
  }
  const common = {
    name: 'as in its snapshot',
    expected: `the figures of ${path}`,
    reason: undefined,
    place: undefined,
  };
  const before = known.get(name);
  if (before === undefined) {
    return [{ ...common, outcome: 'unknown', found: 'there is no snapshot: --update writes it', examples: [] }];
  }
  const changes = changesSince(before, now, tolerances);
  const outcome = changes.length === 0 ? 'holds' : 'fails';
  return [{ ...common, outcome, found: changesText(changes), examples: [] }];
}

/** What `tcploom extract` has to be told so that it has the same sessions. */
export function numberingOf(given: ParsedOptions, filter: ChosenFilter | undefined): Numbering {
  const words = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  const flag = (name: string, isSet: boolean | undefined): string[] => (isSet ? [`--${name}`] : []);
  return {
    decoding: [
      ...flag('outer', given.outer),
      ...flag('vlan-key', given.vlanKey),
      ...flag('resync', given.resync),
      ...[...(given.userDlt ?? [])].flatMap(([link, as]) => words('user-dlt', `${link - 147}=${as}`)),
      ...words('from', boundText(given.from)),
      ...words('to', boundText(given.to)),
      ...words('max-packets', given.maxPackets),
    ],
    numbering: [
      ...words('session-timeout', given.sessionTimeout),
      ...words('checksum', given.checksum === '2' ? '2' : undefined),
    ],
    // extract takes a filter for what chooses sessions, not for what is read.
    byEnds: filter !== undefined,
  };
}

function boundText(bound: TimeBound | undefined): string | undefined {
  if (bound === undefined) return undefined;
  const { isRelative, sec, nsec } = bound;
  return `${isRelative ? '+' : ''}${sec}${nsec === 0 ? '' : `.${String(nsec).padStart(9, '0')}`}`;
}
