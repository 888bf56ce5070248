/**
 * What is to be drawn, whatever with: the series, their axes, the stretch of time. Owns which reports are meant and which series share an
 * axis; knows nothing of pixels and characters.
 */
import { fieldFacts, nearNames } from './fields.js';
import type { Report, ReportParser } from './parse-reports.js';
import { formOf, makeSeries, type Series, type TimeRange } from './series.js';
import { makeScale, type ValueScale } from './ticks.js';
import { momentText } from './time-ticks.js';

/** Nothing can be drawn: told in one line. */
export class NothingToDraw extends Error {}

/** What was asked for is no field of the reports, and more of them will not help. */
export class WrongField extends NothingToDraw {}

/** A moment: seconds since 1970, or, when `isRelative`, since the first report. */
export interface PlotBound {
  readonly isRelative: boolean;
  readonly sec: number;
}

export interface PictureRequest {
  /** One or two columns. */
  readonly fields: readonly string[];
  /** The last so many seconds of the reports. */
  readonly lastSec?: number | undefined;
  readonly start?: PlotBound | undefined;
  readonly end?: PlotBound | undefined;
  readonly isLogarithmic: boolean;
  /** Ends of the first field's axis, in the unit of the reports. */
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
}

export interface Picture {
  readonly range: TimeRange;
  readonly series: readonly Series[];
  /** For each series the number of its axis: 0, or 1 for a second one with a unit of its own. */
  readonly axisOf: readonly number[];
  readonly isLogarithmic: boolean;
  readonly request: PictureRequest;
}

/** An axis of less could not be told from a point. */
const LEAST_SPAN_SEC = 0.01;

/** Throws NothingToDraw when there are no reports, no such columns, or no values. */
export function makePicture(parser: ReportParser, request: PictureRequest): Picture {
  const { reports } = parser;
  if (reports.length === 0) throw new NothingToDraw('there are no machine reports in it');
  checkFields(request.fields, [...parser.columns]);
  const asked = askedRange(reports, request);
  const within = (report: Report): boolean => report.timeSec >= asked.fromSec && report.timeSec <= asked.toSec;
  if (!reports.some(within)) {
    const [first, last] = extent(reports);
    throw new NothingToDraw(
      `no report is of the time that was asked for: they are from ${momentText(first, false)} to ${momentText(last, false)}`,
    );
  }
  const form = formOf(reports);
  const series = request.fields.map((name) => makeSeries(reports, name, form, asked));
  for (const one of series) checkValues(one, request.isLogarithmic);
  const units = series.map(({ field, span }) => `${field.baseUnit} ${span}`);
  const [first, last] = extent(reports.filter(within));
  return {
    range: widened(request.start === undefined ? first : asked.fromSec, request.end === undefined ? last : asked.toSec),
    series,
    axisOf: units.map((unit) => (unit === units[0] ? 0 : 1)),
    isLogarithmic: request.isLogarithmic,
    request,
  };
}

function checkFields(fields: readonly string[], columns: readonly string[]): void {
  for (const name of fields) {
    if (!columns.includes(name)) {
      const near = nearNames(name, columns);
      const hint = near.length === 0 ? '-L lists the fields' : `near it: ${near.join(', ')}`;
      throw new WrongField(`there is no field '${name}' in it (${hint})`);
    }
    if (name === 'time') throw new WrongField('time is what the other fields are drawn over');
    if (fieldFacts(name).kind === 'flags') throw new WrongField(`${name} are bits, which cannot be drawn as a line`);
  }
}

function checkValues({ field, statistics }: Series, isLogarithmic: boolean): void {
  if (statistics === undefined) throw new NothingToDraw(`no report of that time has a value of ${field.name}`);
  if (isLogarithmic && statistics.max <= 0) {
    throw new NothingToDraw(`no value of ${field.name} is above 0: a logarithmic axis has no place for it`);
  }
}

/** Times of the first and the last report, by the clock. */
function extent(reports: readonly Report[]): [first: number, last: number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { timeSec } of reports) {
    first = Math.min(first, timeSec);
    last = Math.max(last, timeSec);
  }
  return [first, last];
}

function askedRange(reports: readonly Report[], { lastSec, start, end }: PictureRequest): TimeRange {
  const [first, last] = extent(reports);
  if (lastSec !== undefined) return { fromSec: last - lastSec, toSec: last };
  const at = (bound: PlotBound): number => (bound.isRelative ? first + bound.sec : bound.sec);
  return {
    fromSec: start === undefined ? Number.NEGATIVE_INFINITY : at(start),
    toSec: end === undefined ? Number.POSITIVE_INFINITY : at(end),
  };
}

function widened(fromSec: number, toSec: number): TimeRange {
  if (toSec - fromSec >= LEAST_SPAN_SEC) return { fromSec, toSec };
  // One report: some seconds around it, so that its time can be read.
  const half = toSec > fromSec ? LEAST_SPAN_SEC / 2 : 5;
  return { fromSec: Math.max(0, fromSec - half), toSec: toSec + half };
}

/** The scale of an axis, with as many ticks as there is room for. */
export function scaleOf(picture: Picture, axis: number, mostTicks: number): ValueScale {
  const series = picture.series.filter((_, index) => picture.axisOf[index] === axis);
  const { isLogarithmic, request } = picture;
  const { factor } = series[0].field;
  const limit = (value: number | undefined): number | undefined =>
    axis > 0 || value === undefined ? undefined : value * factor;
  const values = series.flatMap((one) => (isLogarithmic ? leastPositive(one) : one.statistics!.min));
  return makeScale({
    min: Math.min(...values),
    max: Math.max(...series.map((one) => one.statistics!.max)),
    lower: limit(request.lower),
    upper: limit(request.upper),
    isLogarithmic,
    mostTicks,
    areWhole: series.every(({ field }) => field.kind === 'count'),
  });
}

function leastPositive({ stretches }: Series): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { values } of stretches) for (const value of values) if (value > 0) least = Math.min(least, value);
  return least;
}

/** What stands beside an axis: `packets per report`, `bit/s`. */
export const axisText = ({ field, span }: Series): string =>
  [field.baseUnit, span].filter((part) => part !== '').join(' ') || 'value';

/** How many values are drawn: of the series that has more of them. */
export function countText(series: readonly Series[]): string {
  const reports = Math.max(...series.map(({ statistics }) => statistics!.count));
  return `${reports} report${reports === 1 ? '' : 's'}`;
}
