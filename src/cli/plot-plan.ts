/**
 * What a plot was asked for, every value decided. Owns which options go together.
 */
import type { TimeBound } from '../capture/selection.js';
import type { PictureRequest, PlotBound } from '../plot/picture.js';
import { LEAST_SIZE, type SvgSize } from '../plot/svg.js';
import { UsageError } from './usage-error.js';

/** As they were given; absent when not. */
export interface PlotOptions {
  listFields?: boolean;
  last?: string;
  entire?: boolean;
  start?: TimeBound;
  end?: TimeBound;
  logarithmic?: boolean;
  upper?: string;
  lower?: string;
  size?: string;
  svg?: string;
  redraw?: number;
  rrd?: string;
  utc?: boolean;
}

/** `-` stands for standard input or output. */
export type PlotPlan =
  | { readonly kind: 'list'; readonly file: string | undefined }
  | {
      readonly kind: 'draw';
      readonly file: string;
      readonly request: PictureRequest;
      /** Undefined: the terminal. */
      readonly svg: { readonly path: string; readonly size: SvgSize } | undefined;
      readonly redrawSec: number | undefined;
    }
  | { readonly kind: 'rrd'; readonly file: string; readonly rrd: string; readonly redrawSec: number | undefined };

/** What is looked at first: how much is going on. */
const DEFAULT_FIELD = 'rawBandwidth';
const DEFAULT_SIZE: SvgSize = { widthPx: 800, heightPx: 400 };
const MOST_PX = 16_384;
const MOST_FIELDS = 2;
/** The least that timers are asked for is a second, the most what they understand. */
const MOST_REDRAW_SEC = 86_400;

const UNITS_SEC: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `words` are the fields and, last, the file. Throws a UsageError. */
export function makePlotPlan(words: readonly string[], options: PlotOptions, isTerminal: boolean): PlotPlan {
  if (options.listFields) {
    refuseOthers(options, ['listFields'], '-L');
    if (words.length > 1) throw new UsageError('-L takes one file');
    return { kind: 'list', file: words[0] };
  }
  const file = words.at(-1);
  if (file === undefined) throw new UsageError('plot needs a file of machine reports, - for standard input');
  const fields = words.slice(0, -1);
  if (options.redraw !== undefined && (options.redraw < 1 || options.redraw > MOST_REDRAW_SEC)) {
    throw new UsageError(`-U takes 1 to ${MOST_REDRAW_SEC} seconds`);
  }
  const redrawSec = options.redraw;
  if (options.rrd !== undefined) {
    refuseOthers(options, ['rrd', 'redraw'], '--rrd');
    if (fields.length > 0) throw new UsageError('--rrd takes all fields of one file: none is to be named');
    if (options.rrd === '') throw new UsageError('--rrd needs the name of a file');
    return { kind: 'rrd', file, rrd: options.rrd, redrawSec };
  }
  if (fields.length > MOST_FIELDS) {
    throw new UsageError(`plot draws one or two fields of one file: there are ${words.length} names`);
  }
  return { kind: 'draw', file, request: requestOf(fields, options), svg: svgOf(options, isTerminal), redrawSec };
}

function refuseOthers(options: PlotOptions, allowed: readonly (keyof PlotOptions)[], letter: string): void {
  const others = (Object.keys(options) as (keyof PlotOptions)[]).filter((name) => !allowed.includes(name));
  if (others.length > 0) {
    const names = others.map((name) => `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`);
    throw new UsageError(`${letter} does not go together with ${names.join(', ')}`);
  }
}

function requestOf(fields: readonly string[], options: PlotOptions): PictureRequest {
  const { entire = false, last, start, end, logarithmic: isLogarithmic = false } = options;
  const ways = [last !== undefined && '-i', entire && '-a', (start ?? end) !== undefined && '-s and -e'];
  const given = ways.filter((way) => way !== false);
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} are different stretches of time: one of them`);
  const [lower, upper] = [readLimit(options.lower, '-l'), readLimit(options.upper, '-u')];
  if (lower !== undefined && upper !== undefined && lower >= upper) {
    throw new UsageError(`nothing lies between -l ${lower} and -u ${upper}`);
  }
  if (isLogarithmic && Math.min(lower ?? 1, upper ?? 1) <= 0) {
    throw new UsageError('a logarithmic axis (-x) begins above 0');
  }
  const [from, to] = [boundOf(start), boundOf(end)];
  if (from !== undefined && to !== undefined && from.isRelative === to.isRelative && from.sec > to.sec) {
    throw new UsageError('-s is later than -e');
  }
  return {
    fields: fields.length === 0 ? [DEFAULT_FIELD] : [...new Set(fields)],
    lastSec: last === undefined ? undefined : readInterval(last),
    ...{ start: from, end: to, isLogarithmic, lower, upper },
  };
}

const boundOf = (bound: TimeBound | undefined): PlotBound | undefined =>
  bound === undefined ? undefined : { isRelative: bound.isRelative, sec: bound.sec + bound.nsec / 1e9 };

function readInterval(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)([smhdw]?)$/i.exec(text);
  const sec = match === null ? 0 : Number(match[1]) * UNITS_SEC[match[2].toLowerCase()];
  if (sec <= 0) throw new UsageError(`-i takes a stretch of time, as 90s, 10m, 2h or 1d, not '${text}'`);
  return sec;
}

const MOST_LIMIT = 1e100;

function readLimit(text: string | undefined, letter: string): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(value) <= MOST_LIMIT)) throw new UsageError(`${letter} takes a number, not '${text}'`);
  return value;
}

function svgOf(options: PlotOptions, isTerminal: boolean): { path: string; size: SvgSize } | undefined {
  const { svg, redraw } = options;
  if (svg !== undefined && svg !== '-' && !/[^/]\.svg$/i.test(svg)) {
    throw new UsageError(`what is drawn is SVG: '${svg}' should end in .svg`);
  }
  const path = svg ?? (isTerminal ? undefined : '-');
  if (path === undefined && options.size !== undefined) {
    throw new UsageError('-r is the size of an SVG, which -p NAME.svg writes; a plot on the terminal fills it');
  }
  if (path === '-' && redraw !== undefined) throw new UsageError('-U draws on a terminal, or into a file: -p NAME.svg');
  return path === undefined ? undefined : { path, size: readSize(options.size) };
}

function readSize(text: string | undefined): SvgSize {
  if (text === undefined) return DEFAULT_SIZE;
  const match = /^(\d{1,5})x(\d{1,5})$/i.exec(text);
  const [widthPx, heightPx] = match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
  const isPossible = widthPx >= LEAST_SIZE.widthPx && heightPx >= LEAST_SIZE.heightPx;
  if (!isPossible || Math.max(widthPx, heightPx) > MOST_PX) {
    const least = `${LEAST_SIZE.widthPx}x${LEAST_SIZE.heightPx}`;
    throw new UsageError(`-r takes width and height, ${least} to ${MOST_PX}x${MOST_PX}, not '${text}'`);
  }
  return { widthPx, heightPx };
}
