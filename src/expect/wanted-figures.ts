/**
 * What has to be summed up of a capture so that expectations can be held against it: each choice of sessions once, each list of examples once.
 */
import type { SummaryPlan } from '../summary/selector.js';
import { type Expectation, selectorText } from './expectation.js';

/** The worst sessions that are told of one expectation. */
export const MOST_EXAMPLES = 5;

/** Where the figures of an expectation are. */
export interface FiguresPlace {
  /** Index in SessionFigures.groups. */
  readonly group: number;
  /** Index in SessionFigures.examples; undefined where there are none to ask for. */
  readonly examples: number | undefined;
}

export interface WantedFigures {
  readonly plan: SummaryPlan;
  /** Of each expectation, in their order. */
  readonly places: readonly FiguresPlace[];
}

/** What these expectations need. */
export function wantedFigures(expectations: readonly Expectation[]): WantedFigures {
  // All sessions are the first group without being asked for.
  const groups = new Map<string, number>([[selectorText([]), 0]]);
  const selectors: SummaryPlan['groups'][number][] = [];
  const examples = new Map<string, number>();
  const wanted: SummaryPlan['examples'][number][] = [];
  const places = expectations.map(({ metric, selector = [] }) => {
    const key = selectorText(selector);
    const group = groups.get(key) ?? groups.size;
    if (!groups.has(key)) {
      groups.set(key, group);
      selectors.push(selector);
    }
    if (metric.examples === undefined) return { group, examples: undefined };
    const by = `${group} ${metric.examples}`;
    const index = examples.get(by) ?? examples.size;
    if (!examples.has(by)) {
      examples.set(by, index);
      wanted.push({ group, by: metric.examples, most: MOST_EXAMPLES });
    }
    return { group, examples: index };
  });
  return { plan: { groups: selectors, examples: wanted }, places };
}
