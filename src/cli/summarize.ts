/**
 * What checks and comparisons ask of a capture, and who answers: the one place where they are connected with a pass over it.
 */
import type { ConditionCheck } from '../expect/parse-expectation.js';
import type { CaptureFigures } from '../summary/figures.js';
import type { SummaryPlan } from '../summary/selector.js';
import type { ChosenFilter } from './filter-choice.js';
import type { ParsedOptions } from './plan.js';
import type { ProgramFacts } from './watching.js';

export interface SummarizeOptions {
  /** How it is read. */
  readonly given: ParsedOptions;
  readonly filter: ChosenFilter | undefined;
  readonly plan: SummaryPlan;
  readonly program: ProgramFacts;
  /** Whole lines about what is wrong with the input, and hints. */
  readonly say: (text: string) => void;
  readonly stop: AbortSignal;
}

/** The figures of a capture that is read by itself; undefined where nothing could be read. Throws a UsageError; rejects with the reason of `stop`. */
export type Summarize = (capture: string, options: SummarizeOptions) => Promise<CaptureFigures | undefined>;

/** Whether there is an answer: tests of whole commands wait for it. */
export const isConnected: boolean = false;

export const summarize: Summarize = () => Promise.reject(new Error('nothing sums up captures yet'));

/** What is wrong with a condition on sessions, beyond its form. */
export const checkCondition: ConditionCheck = () => undefined;
