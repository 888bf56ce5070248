/**
 * Holds expectations against captures, one after the other. Owns what becomes of those that come behind a signal or a failure: nothing that was found before
 * is lost.
 */
import { basename } from 'node:path';
import { printable } from '../capture/problem.js';
import { keyFigures } from '../expect/key-figures.js';
import type { WrittenSnapshots } from '../expect/outcome.js';
import { changesSince, changesText } from '../expect/snapshot.js';
import { type CaptureVerdicts, judge, type Verdict } from '../expect/verdict.js';
import { wantedFigures } from '../expect/wanted-figures.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import type { CaptureFigures } from '../summary/figures.js';
import type { CheckedCapture, CheckPlan } from './check-plan.js';
import { failureMessage } from './failure-message.js';
import { type EndingSignals, interruptionOf } from './signals.js';
import { snapshotPath, writeSnapshot } from './snapshot-files.js';
import type { SnapshotPlan } from './snapshot-plan.js';
import type { Summarize, SummarizeOptions } from './summarize.js';
import { UsageError } from './usage-error.js';

/** What came of all captures. */
export interface CheckedCaptures {
  readonly verdicts: readonly CaptureVerdicts[];
  readonly snapshots: WrittenSnapshots;
  /** What is to be thrown when all has been told: a signal or a failure that ended the check before its end, or the first snapshot that could not be written. */
  readonly failure: { readonly error: unknown; readonly signal: NodeJS.Signals | undefined } | undefined;
}

/** Checks the captures of a plan until one of the `signals` comes; `ask`: who knows their figures. Rejects with a UsageError where that ends it before anything was found. */
export async function checkCaptures(
  { captures, snapshots }: CheckPlan,
  ask: Summarize,
  asked: Pick<SummarizeOptions, 'given' | 'filter' | 'program'>,
  signals: EndingSignals,
): Promise<CheckedCaptures> {
  const verdicts: CaptureVerdicts[] = [];
  const writing = new SnapshotWriting();
  try {
    for (const capture of captures) {
      signals.stop.throwIfAborted();
      const said: string[] = [];
      const say = (text: string): unknown => said.push(...text.split('\n').filter((line) => line !== ''));
      const { plan, places } = wantedFigures(capture.expectations.map(({ expectation }) => expectation));
      const figures = await ask(capture.name, { ...asked, plan, say, stop: signals.stop });
      signals.stop.throwIfAborted();
      if (figures === undefined) verdicts.push(unread(capture, said));
      else {
        const own = capture.expectations.map((named, index) => judge(named, figures, places[index]));
        const ofSnapshot = await snapshotVerdicts(capture, figures, snapshots, writing);
        verdicts.push(verdictsOn(capture, figures, [...own, ...ofSnapshot]));
      }
    }
    const failure = writing.failure && { error: writing.failure, signal: undefined };
    return { verdicts, snapshots: writing, failure };
  } catch (error) {
    const signal = interruptionOf(error)?.signal;
    if (error instanceof UsageError && verdicts.length === 0) throw error;
    const endedBy = signal ?? 'a failure';
    const unchecked = captures.slice(verdicts.length).map((capture, index) => {
      const said = index === 0 && signal === undefined ? [failureMessage(error)] : [];
      return { ...unread(capture, said), endedBy };
    });
    return { verdicts: [...verdicts, ...unchecked], snapshots: writing, failure: { error, signal } };
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

/** What became of the snapshots so far. */
class SnapshotWriting implements WrittenSnapshots {
  written = 0;
  same = 0;
  failure: OutputFailure | undefined;
}

const AS_BEFORE = { name: 'as in its snapshot' } as const;

async function snapshotVerdicts(
  { name }: CheckedCapture,
  figures: CaptureFigures,
  { use, folder, tolerances, before: known }: SnapshotPlan,
  writing: SnapshotWriting,
): Promise<Verdict[]> {
  if (use === 'none') return [];
  const path = snapshotPath(name, folder);
  // Where the check was started from is no figure of the capture.
  const now = keyFigures(basename(name), figures);
  const common = { expected: `the figures of ${path}`, reason: undefined, place: undefined, examples: [] };
  if (use === 'write') {
    try {
      if (await writeSnapshot(path, now)) {
        writing.written++;
        process.stderr.write(`tcploom: wrote ${printable(path)}\n`);
      } else writing.same++;
      return [];
    } catch (error) {
      if (!(error instanceof OutputFailure)) throw error;
      writing.failure ??= error;
      return [{ ...common, name: 'its snapshot is written', outcome: 'fails', found: error.message }];
    }
  }
  const before = known.get(name);
  if (before === undefined) {
    return [{ ...common, ...AS_BEFORE, outcome: 'unknown', found: 'there is no snapshot: --update writes it' }];
  }
  const changes = changesSince(before, now, tolerances);
  const outcome = changes.length === 0 ? 'holds' : 'fails';
  return [{ ...common, ...AS_BEFORE, outcome, found: changesText(changes) }];
}
