/**
 * Which sessions are meant: conditions on columns of their records, all of which must hold.
 */

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * `column` is one of a session's record (src/records/session-columns.ts), or `addr` or `port`, which are those of either side; `value` is as it was written
 * (compile-selector.ts): an address may be a network (10.0.0.0/8), what passed may have a unit (50ms).
 */
export interface Condition {
  readonly column: string;
  readonly comparison: Comparison;
  readonly value: string;
}

/** All sessions without conditions. */
export type Selector = readonly Condition[];

/** Which sessions are to be shown as examples: of group `group` of the figures (0: all sessions, 1: the first selector's), those with the greatest value of `by`, `most` at most; none with a value of 0. */
export interface WantedExamples {
  readonly group: number;
  /** Name of a measure of a session: one of the DISTRIBUTIONS, a symptom, `rst`, `unanswered`, `refused`. */
  readonly by: string;
  readonly most: number;
}

/** What is to be summed up; of all sessions in any case. */
export interface SummaryPlan {
  readonly groups: readonly Selector[];
  readonly examples: readonly WantedExamples[];
}
