/**
 * Reports -> the values of one column over time. Owns what becomes of aggregates among differences, and what counts as a gap.
 */
import { type FieldFacts, type FieldKind, fieldFacts } from './fields.js';
import type { Report } from './parse-reports.js';

/** Values without a gap among them; times never fall. */
export interface Stretch {
  readonly timesSec: number[];
  readonly values: number[];
}

export interface Statistics {
  readonly count: number;
  readonly min: number;
  /** Mean of the reports, however long each is of. */
  readonly average: number;
  readonly max: number;
  readonly last: number;
}

/** A column as it is drawn: values in its base unit. */
export interface Series {
  readonly field: FieldFacts;
  /** What a value is of: `per report`, `since the start`, or nothing to be said. */
  readonly span: string;
  readonly stretches: readonly Stretch[];
  /** Undefined when there is no value. */
  readonly statistics: Statistics | undefined;
}

/** Half-open would lose the last report: both bounds are included. */
export interface TimeRange {
  readonly fromSec: number;
  readonly toSec: number;
}

/** How the reports of a file are to be taken together. */
export interface ReportForm {
  /** Both kinds occur: aggregates become what came since the report before. */
  readonly asDifferences: boolean;
  /** All are aggregates. */
  readonly areAggregates: boolean;
  /** A longer pause is a gap. */
  readonly longestPauseSec: number;
}

const ROUNDING = 1e-12;
/** A pause of so many usual intervals is a gap. */
const GAP_INTERVALS = 3;

export function formOf(reports: readonly Report[]): ReportForm {
  const aggregates = reports.reduce((sum, report) => sum + (report.isAggregate ? 1 : 0), 0);
  return {
    asDifferences: aggregates > 0 && aggregates < reports.length,
    areAggregates: aggregates === reports.length,
    longestPauseSec: GAP_INTERVALS * (usualIntervalSec(reports) ?? Number.POSITIVE_INFINITY),
  };
}

/** The middle one of the times from one report of a run to the next; undefined when there is none. */
export function usualIntervalSec(reports: readonly Report[]): number | undefined {
  const intervals: number[] = [];
  for (let i = 1; i < reports.length; i++) {
    const interval = reports[i].timeSec - reports[i - 1].timeSec;
    if (interval > 0 && reports[i].run === reports[i - 1].run) intervals.push(interval);
  }
  intervals.sort((a, b) => a - b);
  return intervals.length === 0 ? undefined : intervals[(intervals.length - 1) >> 1];
}

/** The column `name` of the reports within `range`. */
export function makeSeries(reports: readonly Report[], name: string, form: ReportForm, range: TimeRange): Series {
  const field = fieldFacts(name);
  const values = form.asDifferences ? differences(reports, field.name, field.kind) : plainValues(reports, name);
  const stretches: Stretch[] = [];
  let open: Stretch | undefined;
  let before: Report | undefined;
  for (let i = 0; i < reports.length; i++) {
    const report = reports[i];
    const isThere = !Number.isNaN(values[i]) && report.timeSec >= range.fromSec && report.timeSec <= range.toSec;
    if (!isThere || (before !== undefined && isBreak(before, report, form))) open = undefined;
    before = report;
    if (!isThere) continue;
    if (open === undefined) {
      open = { timesSec: [], values: [] };
      stretches.push(open);
    }
    open.timesSec.push(report.timeSec);
    open.values.push(values[i] * field.factor);
  }
  return { field, span: spanText(field.kind, form), stretches, statistics: statisticsOf(stretches) };
}

/** Between two runs there is nothing, and a clock that was set back begins a line of its own. */
const isBreak = (a: Report, b: Report, form: ReportForm): boolean =>
  a.run !== b.run || b.timeSec < a.timeSec || b.timeSec - a.timeSec > form.longestPauseSec;

const plainValues = (reports: readonly Report[], name: string): number[] =>
  reports.map((report) => columnValue(report, name));

/** NaN when the report has no such column. */
export function columnValue(report: Report, name: string): number {
  const place = report.layout.places.get(name);
  return place === undefined ? Number.NaN : report.values[place];
}

/** Takes the reports one after the other. */
export function differences(reports: readonly Report[], name: string, kind: FieldKind): number[] {
  const since = new SinceReport(name, kind);
  return reports.map((report) => since.next(report));
}

/**
 * What each report has that those before it in its run had not: a difference as it is, an aggregate less what is known by then. Both
 * kinds may alternate within a run.
 */
export class SinceReport {
  readonly #name: string;
  readonly #kind: FieldKind;
  #run = Number.NaN;
  /** Since the start of the run; of a rate what it amounts to. */
  #total = 0;
  #totalSec = 0;

  constructor(name: string, kind: FieldKind) {
    this.#name = name;
    this.#kind = kind;
  }

  /** NaN when it cannot be said. */
  next(report: Report): number {
    if (report.run !== this.#run) {
      this.#run = report.run;
      this.#total = 0;
      this.#totalSec = 0;
    }
    const value = columnValue(report, this.#name);
    if (Number.isNaN(value)) return value;
    const amount = this.#kind === 'rate' ? value * report.durSec : value;
    if (!report.isAggregate) {
      this.#total += amount;
      this.#totalSec += report.durSec;
      return value;
    }
    const gained = amount - this.#total;
    const tookSec = report.durSec - this.#totalSec;
    this.#total = amount;
    this.#totalSec = report.durSec;
    if (this.#kind !== 'rate') return gained;
    // Rates are rounded: a silent while may come out as a little less than nothing.
    return tookSec > 0 ? Math.max(0, gained / tookSec) : Number.NaN;
  }
}

function spanText(kind: FieldKind, form: ReportForm): string {
  if (kind === 'rate') return form.areAggregates ? 'on average since the start' : '';
  if (kind === 'count') return form.areAggregates ? 'since the start' : 'per report';
  if (kind === 'level') return form.areAggregates ? '' : 'of change per report';
  return '';
}

function statisticsOf(stretches: readonly Stretch[]): Statistics | undefined {
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let average = 0;
  let last = 0;
  for (const { values } of stretches) {
    for (const value of values) {
      count++;
      min = Math.min(min, value);
      max = Math.max(max, value);
      average += (value - average) / count;
      last = value;
    }
  }
  // What rounding left of amounts that cancel out is nothing.
  if (Math.abs(average) < ROUNDING * Math.max(-min, max)) average = 0;
  return count === 0 ? undefined : { count, min, average, max, last };
}
