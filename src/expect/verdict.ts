/**
 * Expectations held against the figures of a capture: what holds, what does not, what is not known, and which sessions are to blame.
 */
import type { CaptureFigures, ExampleSession } from '../summary/figures.js';
import type { Selector } from '../summary/selector.js';
import { type Expectation, expectationText, holds, selectorText, subjectText } from './expectation.js';
import { quotient, sessionsSec } from './metric.js';
import { wholeOf } from './metrics.js';
import { amountText } from './units.js';
import type { FiguresPlace } from './wanted-figures.js';

/** Where something stands in a text file; line and column count from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An expectation with all that somebody said about it. */
export interface NamedExpectation {
  /** As given, or what is expected. */
  readonly name: string;
  readonly expectation: Expectation;
  readonly reason: string | undefined;
  readonly place: FilePlace | undefined;
}

export type Outcome = 'holds' | 'fails' | 'unknown';

/** What came of one expectation for one capture. */
export interface Verdict {
  readonly name: string;
  /** What was expected. */
  readonly expected: string;
  readonly reason: string | undefined;
  readonly place: FilePlace | undefined;
  readonly outcome: Outcome;
  /** The value that was found, in words; or why there is none. */
  readonly found: string;
  /** The sessions that it is worst of, the worst first; only where something did not hold. */
  readonly examples: readonly ExampleSession[];
  /** To be told though it may hold: that no session was chosen. */
  readonly note?: string;
}

/** What came of all expectations for one capture; or of a list of captures, if those that it names could not be found out. */
export interface CaptureVerdicts {
  readonly capture: string;
  /** Something of it could be read. */
  readonly isRead: boolean;
  readonly verdicts: readonly Verdict[];
  /** Places where it is damaged, what was said of the first of them, and whether that is allowed. */
  readonly damaged: number;
  readonly problems: readonly string[];
  readonly allowsDamage: boolean;
  /** What ended the check before anything was found of it: a signal by its name, `a failure`; then nothing is known of it. */
  readonly endedBy?: string;
  /** Only of a list, a folder or a pattern, which names no capture that is known: where it is stated. */
  readonly list?: { readonly place: FilePlace | undefined };
}

/** Whether an expectation held. */
export const isMet = ({ outcome }: Verdict): boolean => outcome === 'holds';

/** The verdict on a capture with these figures, those of the expectation being at `at`. */
export function judge(named: NamedExpectation, figures: CaptureFigures, at: FiguresPlace): Verdict {
  const { expectation } = named;
  const { found, words } = foundValue(expectation, figures, at.group);
  const common = {
    name: named.name,
    expected: expectationText(expectation),
    reason: named.reason,
    place: named.place,
    found: words,
  };
  if (found === null && !expectation.allowsUnknown) return { ...common, outcome: 'unknown', examples: [] };
  const noted = { ...common, ...noteOn(expectation, figures, at.group) };
  if (found === null) return { ...noted, outcome: 'holds', examples: [] };
  const { operator, amount } = expectation;
  if (holds(found, operator, amount)) return { ...noted, outcome: 'holds', examples: [] };
  // Where there is too little of something, the sessions with most of it are not to blame.
  const isTooMuch = found > amount || (found === amount && operator !== '>');
  const hasBlamed = at.examples !== undefined && isTooMuch;
  return { ...noted, outcome: 'fails', examples: hasBlamed ? figures.sessions.examples[at.examples!] : [] };
}

const choseNone = (selector: Selector): string => `${selectorText(selector)} chose no session`;

/** What is said of sessions that are not there holds for ever: perhaps others are meant. How many there are is known without a note. */
function noteOn({ metric, selector = [] }: Expectation, figures: CaptureFigures, index: number): { note?: string } {
  const isNone = selector.length > 0 && figures.sessions.groups[index].sessions === 0;
  return isNone && metric.name !== 'sessions' ? { note: choseNone(selector) } : {};
}

interface FoundValue {
  readonly found: number | null;
  readonly words: string;
}

function foundValue({ metric, selector, unit }: Expectation, figures: CaptureFigures, index: number): FoundValue {
  const group = figures.sessions.groups[index];
  const value = metric.value(figures, group);
  const subject = subjectText({ metric, selector });
  if (value === null) {
    const noSessions = metric.scope === 'sessions' && group.sessions === 0;
    if (noSessions) return unknown(subject, selector?.length ? choseNone(selector) : 'there are no sessions');
    return unknown(subject, metric.unknown ?? 'it was not counted');
  }
  const plain = amountText(value, metric.quantity);
  if (unit.form === 'value') return { found: value, words: plain };
  if (unit.form === 'share') {
    const { name, value: wholeValue } = wholeOf(metric)!;
    const whole = wholeValue(figures, group);
    const found = quotient(value, whole);
    const words = `${plain} of ${whole} ${plural(name)}`;
    return found === null
      ? unknown(subject, words)
      : { found, words: `${amountText(found, 'count', 'share')} (${words})` };
  }
  const seconds = sessionsSec(figures);
  const found = quotient(value, seconds);
  if (found === null) return unknown(subject, 'no time passed between packets of sessions');
  const words = `${amountText(found, metric.quantity, unit.form)} (${plain} in ${amountText(seconds!, 'seconds')})`;
  return { found, words };
}

const unknown = (subject: string, why: string): FoundValue => ({
  found: null,
  words: `${subject} is not known: ${why}`,
});

/** What a share is of, in words. */
const plural = (name: string): string =>
  name === 'payload' ? 'bytes of payload' : name === 'opened' ? 'sessions opened' : name;
