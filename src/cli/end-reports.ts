/**
 * What a run says at its end, whether it came to it by itself or was ended. Owns what is said when not all is known.
 */
import { renderSums } from '../analysis/sums.js';
import { seemOneWay } from '../miruo/directions.js';
import type { RunFigures, RunOutcome, RunPlan } from '../pipeline/run.js';
import { seemOneSided } from '../tcpeek/counts.js';
import { oneWayHint } from './filter-hint.js';
import { leftOutText, localHint, offloadHint, statisticsOf, summaryOf } from './run-summaries.js';

/** What of a run its end reports tell of: analyses that it has only for other results are not in it. */
export type ToldAnalyses = Pick<RunPlan, 'miruo' | 'tcpeek'>;

/** All that is said at the end of a run that came to one; nothing of sessions when nothing could be read. */
export function endReports(plan: RunPlan, told: ToldAnalyses, outcome: RunOutcome): string {
  const hints = endHints(plan, outcome);
  return outcome.read.filesRead > 0 ? `${hints}${figuresText(plan, told, outcome)}` : hints;
}

/** What makes somebody wonder, as lines; perhaps none. */
export function endHints(plan: RunPlan, outcome: RunOutcome): string {
  const { filter } = plan.read;
  const isOneWay =
    plan.miruo === undefined ? seemOneSided(outcome.openings) : seemOneWay(outcome.directions, outcome.sessions);
  const hints = [
    filter !== undefined && isOneWay ? oneWayHint(plan.addressKey === undefined ? filter.text : undefined) : undefined,
    leftOutText(plan, outcome),
    offloadHint(outcome),
    plan.tcpeek && localHint(plan.tcpeek, outcome),
  ];
  return hints
    .filter((hint) => hint !== undefined)
    .map((hint) => `${hint}\n`)
    .join('');
}

/** The same of a run that was ended before: how things stood. Hints are for whoever has seen it all. */
export function reportsSoFar(plan: RunPlan, told: ToldAnalyses, figures: RunFigures): string {
  return figures.read.packets > 0 ? figuresText(plan, told, figures) : '';
}

function figuresText(plan: RunPlan, { miruo, tcpeek }: ToldAnalyses, figures: RunFigures): string {
  const summary = tcpeek === undefined ? '' : summaryOf(tcpeek, figures);
  const statistics = miruo === undefined ? '' : statisticsOf(miruo, figures);
  return `${summary}${statistics}${plan.analysis?.sums ? renderSums(figures.analysis) : ''}`;
}
