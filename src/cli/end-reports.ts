/**
 * What a run says at its end, whether it came to it by itself or was ended. Owns what is said when not all is known.
 */
import { renderSums } from '../analysis/sums.js';
import { seemOneWay } from '../miruo/directions.js';
import type { RunFigures, RunOutcome, RunPlan } from '../pipeline/run.js';
import { seemOneSided } from '../tcpeek/counts.js';
import { oneWayHint } from './filter-hint.js';
import { leftOutText, localHint, offloadHint, statisticsOf, summaryOf } from './run-summaries.js';

/** Of what figures are said: those of analyses whose results are wanted. */
export interface SaidFigures {
  readonly miruo: boolean;
  readonly tcpeek: boolean;
}

/** All that is said at the end of a run that came to one; nothing of sessions when nothing could be read. */
export function endReports(plan: RunPlan, outcome: RunOutcome, said: SaidFigures): string {
  const { filter } = plan.read;
  const isOneWay =
    plan.miruo === undefined ? seemOneSided(outcome.openings) : seemOneWay(outcome.directions, outcome.sessions);
  const hints = [
    filter !== undefined && isOneWay ? oneWayHint(plan.addressKey === undefined ? filter.text : undefined) : undefined,
    leftOutText(plan, outcome),
    offloadHint(outcome),
    plan.tcpeek && localHint(plan.tcpeek, outcome),
  ];
  const texts = hints.filter((hint) => hint !== undefined).map((hint) => `${hint}\n`);
  if (outcome.read.filesRead > 0) texts.push(figuresText(plan, outcome, said));
  return texts.join('');
}

/** The same of a run that was ended before: how things stood. Hints are for whoever has seen it all. */
export function reportsSoFar(plan: RunPlan, figures: RunFigures, said: SaidFigures): string {
  return figures.read.packets > 0 ? figuresText(plan, figures, said) : '';
}

function figuresText(plan: RunPlan, figures: RunFigures, said: SaidFigures): string {
  const summary = plan.tcpeek === undefined || !said.tcpeek ? '' : summaryOf(plan.tcpeek, figures);
  const statistics = plan.miruo === undefined || !said.miruo ? '' : statisticsOf(plan.miruo, figures);
  return `${summary}${statistics}${plan.analysis?.sums ? renderSums(figures.analysis) : ''}`;
}
