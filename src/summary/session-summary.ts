/**
 * What sessions come to, from their records one by one: sums by group, examples, top lists, in memory that does not grow with their number. Knows no thread
 * and no file.
 */
import { R_FIRST_NSEC, R_FIRST_SEC, R_LAST_NSEC, R_LAST_SEC } from '../analysis/session-record.js';
import { compileSelector, type SessionTest } from './compile-selector.js';
import { BUCKETS_AN_OCTAVE } from './distribution.js';
import type { SessionFigures } from './figures.js';
import { GroupSums } from './group-sums.js';
import type { SummaryPlan } from './selector.js';
import { MEASURES, measureSession } from './session-measures.js';
import { PAIRS_KEPT, TALKERS_KEPT, TOP_SHOWN, TopLists } from './top-lists.js';
import { timeText, WorstSessions } from './worst-sessions.js';

/** What is bounded, and by what, as sentences for whoever looks at the figures. */
export const SUMMARY_BOUNDS: readonly string[] = [
  `Distributions are kept in ${BUCKETS_AN_OCTAVE} buckets for each doubling of the value: percentiles are at most 1/${BUCKETS_AN_OCTAVE} above the exact ones, least and greatest are exact.`,
  `Sums are kept of ${TALKERS_KEPT} addresses and ${PAIRS_KEPT} pairs of client and server; when there are more, the bytes of each may be too many by its error, and its sessions, packets and retransmissions too few.`,
  `Of addresses, ports and pairs the ${TOP_SHOWN} with the most bytes of payload are listed.`,
];

/** Times of a first and a last packet. */
interface Extent {
  firstSec: number;
  firstNsec: number;
  lastSec: number;
  lastNsec: number;
}

export class SessionSummary {
  /** The first one is of all sessions. */
  readonly #groups: readonly GroupSums[];
  /** Of the groups behind it. */
  readonly #tests: readonly SessionTest[];
  readonly #examples: readonly { readonly group: number; readonly worst: WorstSessions }[];
  readonly #top = new TopLists();
  readonly #names: string[] = [];
  readonly #measures = new Float64Array(MEASURES);
  readonly #isIn: Uint8Array;
  #extent: Extent | undefined;

  /** Throws a SelectorError for a selector, and a RangeError for examples, that cannot be. */
  constructor({ groups, examples }: SummaryPlan) {
    const nameOf = (input: number): string => this.#nameOf(input);
    this.#tests = groups.map((selector) => compileSelector(selector, nameOf));
    this.#groups = Array.from({ length: 1 + groups.length }, () => new GroupSums());
    this.#isIn = new Uint8Array(1 + groups.length).fill(1);
    this.#examples = examples.map(({ group, by, most }) => {
      if (!(group in this.#groups)) throw new RangeError(`examples of group ${group}, which is not there`);
      return { group, worst: new WorstSessions(by, most) };
    });
  }

  /** The input with this number, from 1, has this name; told before the first session that is of it. */
  name(input: number, name: string): void {
    this.#names[input] = name;
  }

  /** Adds a session by its record; neither array is kept. */
  add(fields: Float64Array, text: Uint8Array): void {
    const measures = this.#measures;
    measureSession(measures, fields, text);
    this.#stretch(fields);
    this.#top.add(measures, fields);
    this.#groups[0].add(measures, fields);
    for (let test = 0; test < this.#tests.length; test++) {
      const isIn = this.#tests[test](fields, text);
      this.#isIn[1 + test] = isIn ? 1 : 0;
      if (isIn) this.#groups[1 + test].add(measures, fields);
    }
    for (const { group, worst } of this.#examples) if (this.#isIn[group] === 1) worst.add(measures, fields);
  }

  /** What was added comes to this. */
  figures(): SessionFigures {
    const extent = this.#extent;
    return {
      first: extent === undefined ? null : timeText(extent.firstSec, extent.firstNsec),
      last: extent === undefined ? null : timeText(extent.lastSec, extent.lastNsec),
      groups: this.#groups.map((group) => group.figures()),
      examples: this.#examples.map(({ worst }) => worst.figures((input) => this.#nameOf(input))),
      top: this.#top.figures(),
    };
  }

  #nameOf(input: number): string {
    return this.#names[input] ?? '';
  }

  #stretch(fields: Float64Array): void {
    const firstSec = fields[R_FIRST_SEC];
    const firstNsec = fields[R_FIRST_NSEC];
    const lastSec = fields[R_LAST_SEC];
    const lastNsec = fields[R_LAST_NSEC];
    const extent = this.#extent;
    if (extent === undefined) {
      this.#extent = { firstSec, firstNsec, lastSec, lastNsec };
      return;
    }
    if (firstSec < extent.firstSec || (firstSec === extent.firstSec && firstNsec < extent.firstNsec)) {
      extent.firstSec = firstSec;
      extent.firstNsec = firstNsec;
    }
    if (lastSec > extent.lastSec || (lastSec === extent.lastSec && lastNsec > extent.lastNsec)) {
      extent.lastSec = lastSec;
      extent.lastNsec = lastNsec;
    }
  }
}
