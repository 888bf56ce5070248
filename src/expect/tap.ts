/**
 * The result of a check in the Test Anything Protocol, version 14 (testanything.org): a test for each expectation of each capture, and one for each capture
 * that says whether it was whole.
 */
import { printable } from '../capture/problem.js';
import { damageNames, sessionLine } from './failure-text.js';
import { type CheckResult, isDamaged } from './outcome.js';
import { isMet } from './verdict.js';

interface Point {
  readonly isOk: boolean;
  /** Whether details are told. */
  readonly isTold: boolean;
  readonly description: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The whole document. */
export function checkTap({ captures, commandFor }: CheckResult): string {
  const points = captures.flatMap((capture): Point[] => [
    ...capture.verdicts.map((verdict) => ({
      isOk: isMet(verdict),
      isTold: !isMet(verdict) || verdict.note !== undefined,
      description: `${capture.capture}: ${verdict.name}`,
      details: {
        outcome: verdict.outcome,
        expected: verdict.expected,
        found: verdict.found,
        ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
        ...(verdict.place === undefined ? {} : { at: verdict.place }),
        ...(verdict.note === undefined ? {} : { note: verdict.note }),
        sessions: verdict.examples.map((session) => sessionLine(capture.capture, session, commandFor)),
      },
    })),
    {
      isOk: !isDamaged(capture),
      isTold: isDamaged(capture),
      description: `${capture.capture}: ${damageNames(capture).test}`,
      details: {
        outcome: damageNames(capture).words,
        ...(capture.list?.place === undefined ? {} : { at: capture.list.place }),
        places: capture.damaged,
        problems: capture.problems,
      },
    },
  ]);
  return ['TAP version 14', `1..${points.length}`, ...points.flatMap(pointLines), ''].join('\n');
}

function pointLines({ isOk, isTold, description, details }: Point, index: number): string[] {
  const line = `${isOk ? '' : 'not '}ok ${index + 1} - ${escaped(description)}`;
  if (!isTold) return [line];
  // Values of JSON are values of YAML.
  const members = Object.entries(details).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`);
  return [line, '  ---', ...members, '  ...'];
}

/** A hash would begin a directive. */
const escaped = (description: string): string => printable(description).replace(/[\\#]/g, '\\$&');
