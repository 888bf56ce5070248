/**
 * What did not hold, as text for people: capture, expectation, reason, what was found, the worst sessions, and how to see them.
 */
import { printable } from '../capture/problem.js';
import type { ExampleSession } from '../summary/figures.js';
import { type CheckResult, isDamaged, notesOf, type SessionCommand, sumLine } from './outcome.js';
import { amountText } from './units.js';
import { type CaptureVerdicts, type FilePlace, isMet, type Verdict } from './verdict.js';

/** The whole result: one line where all holds, else a paragraph for all that does not, and that line. */
export function checkText({ captures, snapshots, commandFor }: CheckResult): string {
  const paragraphs = captures.flatMap((capture) => [
    ...capture.verdicts
      .filter((verdict) => !isMet(verdict))
      .map((verdict) => failureText(capture, verdict, commandFor)),
    ...notesOf(capture).map((note) => `${headName(capture.capture)}: ${printable(note)}\n`),
    ...(isDamaged(capture) ? [damageText(capture)] : []),
  ]);
  return [...paragraphs, `tcploom: ${sumLine(captures, snapshots)}\n`].join('\n');
}

function failureText({ capture }: CaptureVerdicts, verdict: Verdict, commandFor: SessionCommand): string {
  const { name, expected, outcome } = verdict;
  const head = outcome === 'unknown' ? 'not known' : 'not met';
  const lines = [`${headName(capture)}: ${head}: ${printable(name)}`, ...detailLines(verdict, name !== expected)];
  const sessions = verdict.examples.flatMap((session) => {
    const command = commandFor(capture, session);
    return [`    ${sessionText(session)}`, ...(command === undefined ? [] : [`      ${command}`])];
  });
  return `${[...lines, ...(sessions.length === 0 ? [] : [`  ${sessionsHead(verdict)}`]), ...sessions].join('\n')}\n`;
}

/** A name as a line may begin with it: `::` there, blanks before it or not, would be a command in a log of GitHub Actions. */
const headName = (capture: string): string => printable(/^\s*::/.test(capture) ? `./${capture}` : capture);

/** What is known of a verdict beside its name. */
function detailLines({ expected, found, reason, place, note }: Verdict, hasExpected: boolean): string[] {
  return [
    ...(hasExpected ? [`  expected  ${printable(expected)}`] : []),
    `  found     ${printable(found)}`,
    ...(note === undefined ? [] : [`  note      ${printable(note)}`]),
    ...(reason === undefined ? [] : [`  reason    ${printable(reason)}`]),
    ...statedLines(place),
  ];
}

const statedLines = (place: FilePlace | undefined): string[] =>
  place === undefined ? [] : [`  stated    ${printable(place.file)}:${place.line}:${place.column}`];

const sessionsHead = ({ examples }: Verdict): string =>
  examples.length === 1 ? 'the worst session:' : `the worst ${examples.length} sessions:`;

/** What is wrong with a capture as such. */
export function damageText(verdicts: CaptureVerdicts): string {
  const lines = verdicts.problems.map((problem) => `  ${printable(problem)}`);
  const head = `${headName(verdicts.capture)}: ${damageNames(verdicts).words}`;
  return `${[head, ...lines, ...statedLines(verdicts.list?.place)].join('\n')}\n`;
}

/** What keeps a capture from being as good as it should be, as every output has it. */
export interface DamageNames {
  /** In one or two words. */
  readonly kind: string;
  /** The same as a title. */
  readonly title: string;
  /** In a few words, with what is known of it. */
  readonly words: string;
  /** The test that there is none. */
  readonly test: string;
}

/** Those of a capture, or of what should have named some; of one that is whole only the test means something. */
export function damageNames({ isRead, damaged, endedBy, list }: CaptureVerdicts): DamageNames {
  if (list !== undefined) {
    const words = 'no capture is known from it';
    return { kind: 'no capture', title: 'no capture', words, test: 'it names captures' };
  }
  const test = 'the capture is whole';
  if (endedBy !== undefined) {
    const words = `not checked: ended by ${endedBy}`;
    return { kind: 'not checked', title: 'capture not checked', words, test };
  }
  if (!isRead) return { kind: 'not readable', title: 'capture not readable', words: 'nothing could be read', test };
  return { kind: 'damaged', title: 'damaged capture', words: damagedWords(damaged), test };
}

const damagedWords = (places: number): string => `damaged in ${places} place${places === 1 ? '' : 's'}`;

/** Time (UTC), ends, and by how much it is an example. */
export function sessionText({ session, first, src, src_port, dst, dst_port, value, unit }: ExampleSession): string {
  const amount = unit === '' ? '' : `  ${measureText(value, unit)}`;
  return `session ${session}  ${momentText(first)}  ${end(src, src_port)} > ${end(dst, dst_port)}${amount}`;
}

/** The same with the command that shows it, in a line. */
export function sessionLine(capture: string, session: ExampleSession, commandFor: SessionCommand): string {
  const command = commandFor(capture, session);
  return `${sessionText(session)}${command === undefined ? '' : `: ${command}`}`;
}

/** All of a verdict but its name, as a paragraph without marks. */
export function verdictText(capture: string, verdict: Verdict, commandFor: SessionCommand): string {
  const { expected, found, reason, examples, note } = verdict;
  const lines = [
    `${printable(capture)}: expected ${printable(expected)}, found ${printable(found)}`,
    ...(reason === undefined ? [] : [`Reason: ${printable(reason)}`]),
    ...(note === undefined ? [] : [printable(note)]),
    ...examples.map((session) => sessionLine(capture, session, commandFor)),
  ];
  return lines.join('\n');
}

/** Seconds since 1970 with decimals as a time in UTC, to the microsecond. */
export function momentText(seconds: string): string {
  const [whole, fraction = ''] = seconds.split('.');
  const date = new Date(1000 * Number(whole)).toISOString().slice(0, 19);
  return `${date}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

const end = (address: string, port: number): string => `${address.includes(':') ? `[${address}]` : address}:${port}`;

function measureText(value: number, unit: string): string {
  switch (unit) {
    case 's':
      return amountText(value, 'seconds');
    case 'bytes':
      return amountText(value, 'bytes');
    case 'bytes/s':
      return amountText(value, 'rate');
    default:
      return `${value} ${value === 1 ? unit.replace(/s$/, '') : unit}`;
  }
}
