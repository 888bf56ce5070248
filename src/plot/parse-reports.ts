/**
 * Bytes of a file of machine reports -> reports. Owns the form of header and rows, and what counts as damage; knows nothing of
 * files. A file may be given in pieces, as it grows.
 */

/** Where the values of the columns lie in the reports that follow a header. */
export interface Layout {
  /** Every column but the first, which is the kind of a report. */
  readonly columns: readonly string[];
  /** Index into `values` for each column that is kept. */
  readonly places: ReadonlyMap<string, number>;
}

export interface Report {
  /** Counters since the start of the run; else since the report before. */
  readonly isAggregate: boolean;
  /** Seconds since 1970. */
  readonly timeSec: number;
  readonly durSec: number;
  /** Number of the run: each header begins one, and so do aggregates that begin anew. */
  readonly run: number;
  readonly layout: Layout;
  /** As `layout.places` says; bits are NaN. */
  readonly values: Float64Array;
}

export type DamageKind = 'foreign' | 'columns' | 'number' | 'header' | 'cut';

/** Lines that were passed over for the same reason. */
export interface Damage {
  readonly kind: DamageKind;
  /** Of the first one, counted from 1. */
  readonly line: number;
  readonly found: string;
  readonly expected: string;
  lines: number;
}

const KINDS: Readonly<Record<string, boolean>> = { USR1MR_A: true, USR1MR_D: false };
const KIND_COLUMN = 'repTyp';
const NEEDED = ['time', 'dur'];

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
const BITS = /^0x[0-9a-fA-F]{1,32}$/;
/** No count, rate or time comes near; sums and differences of such numbers are still numbers. */
const MOST_VALUE = 1e100;
/** The end of the year 9999: what comes later is no time that a calendar knows. */
const MOST_TIME_SEC = 253_402_300_799;
/** A line of all columns is some hundred characters long. */
const MOST_LINE_CHARS = 1 << 16;
const MOST_QUOTED_CHARS = 32;

export class ReportParser {
  readonly reports: Report[] = [];
  /** Every column of any header, in order of appearance. */
  readonly columns = new Set<string>();
  readonly #damages = new Map<DamageKind, Damage>();
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #decoder = new TextDecoder();
  #rest = '';
  /** The line is too long; what follows of it is left out. */
  #isTooLong = false;
  #line = 1;
  #layout: Layout | undefined;
  /** A header could not be understood: the rows below it are its damage. */
  #isBelowBadHeader = false;
  #run = 0;

  /** Keeps the columns `wanted` only, or all of them. */
  constructor(wanted?: readonly string[]) {
    this.#wanted = wanted === undefined ? undefined : new Set(wanted);
  }

  /** One for each reason, the first line first. */
  get damages(): Damage[] {
    return [...this.#damages.values()].sort((a, b) => a.line - b.line);
  }

  /** Takes the next bytes. */
  feed(bytes: Uint8Array): void {
    const lines = this.#decoder.decode(bytes, { stream: true }).split('\n');
    for (let i = 0; i < lines.length; i++) {
      if (!this.#isTooLong) this.#rest += lines[i];
      if (this.#rest.length > MOST_LINE_CHARS) this.#isTooLong = true;
      if (i === lines.length - 1) break;
      this.#take(this.#rest.replace(/\r$/, ''));
      this.#rest = '';
      this.#isTooLong = false;
      this.#line++;
    }
  }

  /** No more comes: a line without an end is cut short. */
  end(): void {
    if (this.#rest === '') return;
    this.#note('cut', 'a last line without an end', 'a whole line (it is cut, or still being written)');
    this.#rest = '';
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    if (this.#isTooLong) this.#note('foreign', `a line of more than ${MOST_LINE_CHARS} characters`, REPORT_TEXT);
    else if (line.startsWith('%')) this.#takeHeader(cellsOf(line.slice(1)));
    else this.#takeRow(cellsOf(line));
  }

  #takeHeader(cells: readonly string[]): void {
    const columns = cells.slice(1);
    const twice = columns.find((name, index) => columns.indexOf(name) !== index);
    // They are printed, and terminals take some characters for commands.
    const odd = columns.find((name) => name === '' || /\p{Cc}/u.test(name));
    const lacking = NEEDED.find((name) => !columns.includes(name));
    this.#layout = undefined;
    this.#isBelowBadHeader = true;
    if (cells[0] !== KIND_COLUMN) {
      this.#note('header', quoted(`%${cells[0]}`), `a header that begins with %${KIND_COLUMN}`);
    } else if (lacking !== undefined) {
      this.#note('header', `a header without a column ${lacking}`, `columns ${NEEDED.join(' and ')}`);
    } else if (odd !== undefined) {
      this.#note('header', `a column ${quoted(odd)}`, 'names that can be printed');
    } else if (twice !== undefined) {
      this.#note('header', `two columns ${quoted(twice)}`, 'each column once');
    } else {
      const kept = columns.filter((name) => this.#wanted?.has(name) ?? true);
      this.#layout = { columns, places: new Map(kept.map((name, index) => [name, index])) };
      for (const name of columns) this.columns.add(name);
      this.#isBelowBadHeader = false;
      if (this.reports.length > 0) this.#run = this.reports[this.reports.length - 1].run + 1;
    }
  }

  #takeRow(cells: readonly string[]): void {
    const isAggregate = Object.hasOwn(KINDS, cells[0]) ? KINDS[cells[0]] : undefined;
    if (isAggregate === undefined) {
      this.#note('foreign', quoted(cells[0]), REPORT_TEXT);
    } else if (this.#layout === undefined) {
      const found = this.#isBelowBadHeader ? 'a report below it' : 'a report';
      this.#note('header', found, 'a header line before it');
    } else if (cells.length !== this.#layout.columns.length + 1) {
      this.#note('columns', `${cells.length} columns`, `${this.#layout.columns.length + 1} as in the header`);
    } else {
      this.#takeValues(isAggregate, this.#layout, cells);
    }
  }

  /** All cells are looked at, whichever are kept. */
  #takeValues(isAggregate: boolean, layout: Layout, cells: readonly string[]): void {
    const values = new Float64Array(layout.places.size);
    let timeSec = 0;
    let durSec = 0;
    for (let i = 0; i < layout.columns.length; i++) {
      const name = layout.columns[i];
      const value = readValue(cells[i + 1]);
      const isTime = NEEDED.includes(name);
      if (value === undefined || (isTime && !(value >= 0 && value <= MOST_TIME_SEC))) {
        const found = `${quoted(cells[i + 1])} in column ${quoted(name)}`;
        this.#note('number', found, isTime ? 'seconds' : 'a number');
        return;
      }
      if (name === 'time') timeSec = value;
      else if (name === 'dur') durSec = value;
      const place = layout.places.get(name);
      if (place !== undefined) values[place] = value;
    }
    // Asked for before there was a packet whose time it could be.
    if (timeSec === 0) return;
    this.reports.push({ isAggregate, timeSec, durSec, run: this.#runOf(isAggregate, durSec), layout, values });
  }

  /** What has added up for less time than before has begun anew. */
  #runOf(isAggregate: boolean, durSec: number): number {
    const before = this.reports.at(-1);
    if (isAggregate && before?.isAggregate && before.run === this.#run && durSec < before.durSec) this.#run++;
    return this.#run;
  }

  #note(kind: DamageKind, found: string, expected: string): void {
    const known = this.#damages.get(kind);
    if (known === undefined) this.#damages.set(kind, { kind, line: this.#line, found, expected, lines: 1 });
    else known.lines++;
  }
}

const REPORT_TEXT = `a report (${Object.keys(KINDS).join(' or ')}) or a header (%${KIND_COLUMN})`;

/** Tabs part columns; where there is none, as in text that was copied from a screen, any white space does. */
const cellsOf = (line: string): string[] => (line.includes('\t') ? line.split('\t') : line.trim().split(/\s+/));

/** NaN for bits, undefined for what is no number. */
function readValue(text: string): number | undefined {
  if (BITS.test(text)) return Number.NaN;
  const value = NUMBER.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  return Math.abs(value) <= MOST_VALUE ? value : undefined;
}

const quoted = (text: string): string =>
  `'${text.length > MOST_QUOTED_CHARS ? `${text.slice(0, MOST_QUOTED_CHARS)}...` : text}'`;
