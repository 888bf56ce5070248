/**
 * What checks and comparisons ask of a capture, and who answers: the one place where they are connected with a pass over it.
 */
import type { ConditionCheck } from '../expect/parse-expectation.js';
import { compileSelector, SelectorError } from '../summary/compile-selector.js';
import type { CaptureFigures } from '../summary/figures.js';
import type { SummaryPlan } from '../summary/selector.js';
import type { ChosenFilter } from './filter-choice.js';
import type { ParsedOptions } from './plan.js';
import { executeSummary, summaryRunPlan } from './summarize-run.js';
import { type ProgramFacts, showingOf, Watching } from './watching.js';

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

export const summarize: Summarize = async (capture, { given, filter, plan, program, say, stop }) => {
  const pass = summaryRunPlan([capture], given, plan, filter);
  const watching = await Watching.begin(pass.read, showingOf(given, [capture]), program, undefined);
  const write = (text: string): unknown => process.stderr.write(text);
  try {
    const onStart = ({ progress }: { readonly progress: Float64Array }): void =>
      watching.start(progress, () => undefined, write);
    const { figures } = await executeSummary(pass, plan, { say, onStart }, stop);
    watching.end(true);
    return figures;
  } catch (error) {
    watching.end(false);
    throw error;
  }
};

/** What is wrong with a condition on sessions, beyond its form. */
export const checkCondition: ConditionCheck = (condition) => {
  try {
    compileSelector([condition]);
    return undefined;
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    return { part: error.part, message: error.message };
  }
};
