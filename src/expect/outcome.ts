/**
 * What a whole check came to: captures, sums, the one line that says so, and which code follows from it.
 */
import { type CaptureVerdicts, isMet } from './verdict.js';

/** What is told of a check by every kind of output. */
export interface CheckResult {
  readonly version: string;
  readonly captures: readonly CaptureVerdicts[];
  /** Only where snapshots are written. */
  readonly snapshots?: WrittenSnapshots | undefined;
  /** Something could not be done that is no matter of the captures, as writing a snapshot: what, is among the verdicts. */
  readonly hasFailed?: boolean;
  /** The command that shows a session (extract-command.ts), for where sessions are told. */
  readonly commandFor: SessionCommand;
}

/** How many snapshots were written, and how many had the same figures already. */
export interface WrittenSnapshots {
  readonly written: number;
  readonly same: number;
}

/** The command line that writes a session of a capture to a file of its own; undefined where there is none. */
export type SessionCommand = (
  capture: string,
  session: CaptureVerdicts['verdicts'][number]['examples'][number],
) => string | undefined;

export interface CheckSums {
  readonly expectations: number;
  readonly failed: number;
  /** Captures whose damage nobody allowed, and those of which nothing could be read. */
  readonly damaged: number;
  readonly unread: number;
  /** Captures that a signal or a failure kept from being checked. */
  readonly unchecked: number;
  /** Lists that name no capture. */
  readonly lists: number;
}

/** Whether damage of a capture is to be told. */
export const isDamaged = ({ damaged, allowsDamage, isRead }: CaptureVerdicts): boolean =>
  !isRead || (damaged > 0 && !allowsDamage);

export function sumsOf(captures: readonly CaptureVerdicts[]): CheckSums {
  const verdicts = captures.flatMap((capture) => capture.verdicts);
  return {
    expectations: verdicts.length,
    failed: verdicts.filter((verdict) => !isMet(verdict)).length,
    damaged: captures.filter((capture) => capture.isRead && isDamaged(capture)).length,
    unread: captures.filter(({ isRead, endedBy, list }) => !isRead && endedBy === undefined && !list).length,
    unchecked: captures.filter(({ endedBy }) => endedBy !== undefined).length,
    lists: captures.filter(({ list }) => list !== undefined).length,
  };
}

/** How a check ended: its exit code is cli's business. */
export type CheckEnd = 'met' | 'not met' | 'damaged' | 'nothing read';

/** What does not hold weighs more than damage: it was found in what could be read. */
export function endOf(captures: readonly CaptureVerdicts[]): CheckEnd {
  const { failed, damaged, unread, lists } = sumsOf(captures);
  if (unread + lists === captures.length) return 'nothing read';
  if (failed > 0) return 'not met';
  return damaged + unread + lists > 0 ? 'damaged' : 'met';
}

/** Notes on what holds for a capture, each once; what does not is told with its own. */
export const notesOf = ({ verdicts }: CaptureVerdicts): string[] => [
  ...new Set(verdicts.filter(isMet).flatMap(({ note = [] }) => note)),
];

const writtenWords = ({ written, same }: WrittenSnapshots): string =>
  [
    written > 0 ? `${counted(written, 'snapshot')} written` : '',
    same > 0 ? `${counted(same, 'snapshot')} ${same === 1 ? 'is' : 'are'} as before` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');

const counted = (count: number, one: string, several = `${one}s`): string => `${count} ${count === 1 ? one : several}`;

/** All of it in a line. */
export function sumLine(captures: readonly CaptureVerdicts[], snapshots?: WrittenSnapshots): string {
  const { expectations, failed, damaged, unread, unchecked, lists } = sumsOf(captures);
  const parts = [
    failed > 0 ? `${failed} of ${counted(expectations, 'expectation')} not met` : '',
    damaged > 0 ? `${counted(damaged, 'capture')} damaged` : '',
    unread > 0 ? `${counted(unread, 'capture')} not readable` : '',
    lists > 0 ? `${counted(lists, 'list of captures', 'lists of captures')} not readable` : '',
    unchecked > 0 ? `${counted(unchecked, 'capture')} not checked` : '',
  ].filter((part) => part !== '');
  const where = counted(captures.length - unchecked - lists, 'capture');
  const written = snapshots === undefined ? '' : writtenWords(snapshots);
  const also = written === '' ? '' : `; ${written}`;
  if (parts.length > 0) return `${parts.join(', ')} (${where} checked)${also}`;
  if (expectations === 0) return written === '' ? `nothing was expected of ${where}` : written;
  return `${counted(expectations, 'expectation')} met in ${where}${also}`;
}
