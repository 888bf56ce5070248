/**
 * Arguments of rrdtool that put reports into a round-robin database. Owns names of data sources, archives, and which reports are still to be
 * fed; runs nothing.
 */
import { fieldFacts } from './fields.js';
import type { Report } from './parse-reports.js';
import { columnValue, SinceReport, usualIntervalSec } from './series.js';

/** What `rrdtool info` says of a database. */
export interface RrdFacts {
  readonly stepSec: number;
  /** Whole seconds since 1970. */
  readonly lastUpdateSec: number;
  readonly sources: ReadonlySet<string>;
}

const MOST_NAME_CHARS = 19;
const MARK_CHARS = 4;
/** Without two reports nothing says how often they come. */
const DEFAULT_STEP_SEC = 60;
/** A value is known for so many steps: a longer pause is a gap, as in a plot. */
const HEARTBEAT_STEPS = 3;
const DAY_SEC = 86_400;

/** Hours in full, days by five minutes, more than a year by two hours; of the coarser ones the largest values too. */
const ARCHIVES = [
  { everySec: 0, keepSec: DAY_SEC / 2, functions: ['AVERAGE'] },
  { everySec: 300, keepSec: 10 * DAY_SEC, functions: ['AVERAGE', 'MAX'] },
  { everySec: 7200, keepSec: 400 * DAY_SEC, functions: ['AVERAGE', 'MAX'] },
] as const;

/** Arguments are limited to 128 KiB each and some more together; a process for each report would take longer than its work. */
const BATCH_CHARS = 1 << 16;

/** The name of a column as rrdtool takes it: a long or odd one is cut, with a mark that tells it from its like. */
export function sourceName(column: string): string {
  const plain = column.replace(/[^A-Za-z0-9_]/g, '_');
  if (plain === column && column.length <= MOST_NAME_CHARS) return column;
  let mark = 0;
  for (let i = 0; i < column.length; i++) mark = (Math.imul(mark, 31) + column.charCodeAt(i)) & 0xffff;
  const head = plain.slice(0, MOST_NAME_CHARS - MARK_CHARS - 1);
  return `${head}_${mark.toString(16).padStart(MARK_CHARS, '0')}`;
}

/** Columns that become data sources: amounts, not times or bits. */
export const sourceColumns = (columns: Iterable<string>): string[] =>
  [...columns].filter((name) => name !== 'time' && fieldFacts(name).kind !== 'flags');

/** `rrdtool create`: one data source for each column, the step that the reports have. There is at least one report. */
export function createArguments(file: string, reports: readonly Report[], columns: Iterable<string>): string[] {
  const stepSec = Math.max(1, Math.round(usualIntervalSec(reports) ?? DEFAULT_STEP_SEC));
  const first = reports.reduce((least, { timeSec }) => Math.min(least, timeSec), Number.POSITIVE_INFINITY);
  const names = new Set(sourceColumns(columns).map(sourceName));
  return [
    ...['create', file, '--step', String(stepSec), '--start', String(Math.floor(first) - stepSec)],
    ...[...names].map((name) => `DS:${name}:GAUGE:${HEARTBEAT_STEPS * stepSec}:U:U`),
    ...archives(stepSec),
  ];
}

function archives(stepSec: number): string[] {
  const stepsOf = (everySec: number): number => Math.max(1, Math.round(everySec / stepSec));
  return ARCHIVES.flatMap(({ everySec, keepSec, functions }, index) => {
    const steps = stepsOf(everySec);
    // Where reports come seldom the next one is just as fine, and keeps more.
    if (index + 1 < ARCHIVES.length && stepsOf(ARCHIVES[index + 1].everySec) === steps) return [];
    const rows = Math.max(1, Math.ceil(keepSec / (steps * stepSec)));
    return (steps === 1 ? ['AVERAGE'] : functions).map((name) => `RRA:${name}:0.5:${steps}:${rows}`);
  });
}

/** What `rrdtool info` printed; undefined when that is something else. */
export function parseInfo(text: string): RrdFacts | undefined {
  const step = /^step = (\d+)$/m.exec(text);
  const last = /^last_update = (\d+)$/m.exec(text);
  if (step === null || last === null) return undefined;
  const sources = new Set([...text.matchAll(/^ds\[([^\]]+)\]\.type = /gm)].map(([, name]) => name));
  return { stepSec: Number(step[1]), lastUpdateSec: Number(last[1]), sources };
}

/** Feeds a database that is there. */
export class RrdFeed {
  readonly #file: string;
  readonly #sources: ReadonlySet<string>;
  readonly #since = new Map<string, SinceReport>();
  /** Time of the last report that is in the database. */
  #lastSec: number;
  #isFirst = true;
  /** Of which file the reports are, and how many of them are done. */
  #reports: readonly Report[] = [];
  #taken = 0;
  /** Reports handed over, and those that came too late for it. */
  fed = 0;
  passedOver = 0;
  /** Columns that the database has no data source for. */
  readonly missing = new Set<string>();

  constructor(file: string, { sources, lastUpdateSec }: RrdFacts) {
    this.#file = file;
    this.#sources = sources;
    this.#lastSec = lastUpdateSec;
  }

  /**
   * `rrdtool update` for the reports that are new since the last call; with both kinds among them, for differences. Another array is that of a
   * file which took the place of the one before.
   */
  *batches(reports: readonly Report[]): Generator<string[]> {
    if (reports !== this.#reports) {
      this.#reports = reports;
      this.#taken = 0;
      this.#since.clear();
    }
    const asDifferences = reports.some((one) => one.isAggregate) && reports.some((one) => !one.isAggregate);
    let batch: string[] = [];
    let template = '';
    let chars = 0;
    for (; this.#taken < reports.length; this.#taken++) {
      const report = reports[this.#taken];
      const [names, values] = this.#row(report, asDifferences);
      if (!this.#isNew(report.timeSec) || names === '') continue;
      const update = `${timeText(report.timeSec)}:${values}`;
      if (batch.length > 0 && (names !== template || chars + update.length > BATCH_CHARS)) {
        yield this.#command(template, batch);
        batch = [];
        chars = 0;
      }
      template = names;
      batch.push(update);
      chars += update.length;
      this.fed++;
    }
    if (batch.length > 0) yield this.#command(template, batch);
  }

  #command(template: string, batch: readonly string[]): string[] {
    return ['update', this.#file, '--template', template, ...batch];
  }

  /** What rrdtool says of the last update has no fraction: a report of the same second may be that one. */
  #isNew(timeSec: number): boolean {
    const isNew = this.#isFirst ? Math.floor(timeSec) > this.#lastSec : timeSec > this.#lastSec;
    if (!isNew) {
      this.passedOver++;
      return false;
    }
    this.#isFirst = false;
    this.#lastSec = timeSec;
    return true;
  }

  /** Names and values of a report, both as rrdtool takes them. */
  #row(report: Report, asDifferences: boolean): [names: string, values: string] {
    const names: string[] = [];
    const values: string[] = [];
    for (const column of sourceColumns(report.layout.columns)) {
      const name = sourceName(column);
      if (!this.#sources.has(name)) {
        this.missing.add(column);
        continue;
      }
      const difference = this.#sinceOf(column).next(report);
      const value = asDifferences ? difference : columnValue(report, column);
      names.push(name);
      values.push(Number.isNaN(value) ? 'U' : String(value));
    }
    return [names.join(':'), values.join(':')];
  }

  #sinceOf(column: string): SinceReport {
    const known = this.#since.get(column);
    if (known !== undefined) return known;
    const made = new SinceReport(column, fieldFacts(column).kind);
    this.#since.set(column, made);
    return made;
  }
}

/** Microseconds, without the zeros at the end. */
const timeText = (timeSec: number): string => timeSec.toFixed(6).replace(/\.?0+$/, '');
