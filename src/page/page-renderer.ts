/**
 * The page of a report as a format of records: takes records of sessions, and of segments of some of them, and is written when the last one has come. Owns
 * how it is kept to the size that was asked for.
 */
import { RECORD_NUMBER, RECORD_SEGMENTS, type RecordKind } from '../analysis/events.js';
import { G_SEGMENTS, SEGMENT_BYTES } from '../analysis/segments-record.js';
import { scoreOf } from '../analysis/session-score.js';
import { SEGMENTS_MOST_BYTES } from '../analysis/session-segments.js';
import type { RecordRenderer } from '../records/renderer.js';
import type { RunClosing } from '../records/run-closing.js';
import { SessionSummary, SUMMARY_BOUNDS } from '../summary/session-summary.js';
import { pageOf } from './page.js';
import type { PageData, PageSessions } from './page-data.js';
import { pageFigures } from './page-figures.js';
import type { PageOptions } from './page-options.js';
import { pageSeries, SessionTimes } from './page-series.js';
import { leftOutText, RowChoice } from './row-choice.js';
import { SessionRows } from './session-rows.js';
import { pageSegments, SEGMENTS_RULE, ShownSegments, type ToldSegments } from './shown-segments.js';

const MEBIBYTE = 2 ** 20;
/** Of the JSON of all rows: a string of V8 has 2^29 at most, and segments and figures come to a few millions. */
const MOST_CHARACTERS = 4e8;
/** Rows that are kept for each MiB of the page: more than that have never fitted. */
const ROWS_PER_MEBIBYTE = 10_000;
/** What is left out when the page is too large comes to a little more than is too much. */
const SPARE = 0.95;

/** Characters of JSON: beside a text, of one of its characters at most, and beside the texts of an exchange. */
const QUOTED = 3;
const ESCAPED = 6;
const EXCHANGE = 40;

/** What comes before the session that it is of. */
type PendingSegments = Pick<ToldSegments, 'session' | 'fields' | 'words'>;

export class PageRenderer implements RecordRenderer {
  readonly #options: PageOptions;
  readonly #names: string[] = [];
  readonly #sums = new SessionSummary({ groups: [], examples: [] });
  readonly #times = new SessionTimes();
  readonly #rows = new SessionRows();
  readonly #choice: RowChoice;
  readonly #segments = new ShownSegments();
  readonly #make: (data: PageData) => Uint8Array<ArrayBuffer>;
  readonly #mostCharacters: number;
  #pending: PendingSegments | undefined;
  #page: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** `make`: makes the file of the data; `mostCharacters`: of the JSON of its rows. */
  constructor(
    options: PageOptions,
    make: (data: PageData) => Uint8Array<ArrayBuffer> = (data) => new TextEncoder().encode(pageOf(data)),
    mostCharacters = MOST_CHARACTERS,
  ) {
    this.#options = options;
    this.#make = make;
    this.#mostCharacters = mostCharacters;
    this.#choice = new RowChoice(this.#rows, Math.ceil((options.mostBytes / MEBIBYTE) * ROWS_PER_MEBIBYTE));
  }

  name(input: number, name: string): void {
    this.#names[input - 1] = name;
    this.#sums.name(input, name);
  }

  add(fields: Float64Array, text: Uint8Array, kind: RecordKind): void {
    if (kind === RECORD_SEGMENTS) {
      this.#pending = { session: fields[RECORD_NUMBER], fields: fields.slice(), words: wordsOf(fields, text) };
      return;
    }
    this.#sums.add(fields, text);
    this.#times.add(fields);
    const pending = this.#pending;
    if (pending === undefined) {
      if (!this.#choice.wants(fields[RECORD_NUMBER], scoreOf(fields, text))) return;
      this.#choice.offer(this.#rows.add(fields, text));
      return;
    }
    const slot = this.#rows.add(fields, text);
    this.#pending = undefined;
    if (pending.session !== fields[RECORD_NUMBER]) throw new Error(`segments of session ${pending.session} alone`);
    this.#choice.pin(slot);
    const score = this.#rows.scoreOf(slot);
    const payload = this.#rows.payloadOf(slot);
    for (const gone of this.#segments.add({ ...pending, slot, score, payload })) this.#choice.unpin(gone.slot);
  }

  take(): Uint8Array<ArrayBuffer> {
    const page = this.#page;
    this.#page = new Uint8Array(0);
    return page;
  }

  reuse(): void {}

  end(closing?: RunClosing): void {
    const shown = this.#segments.shown.length;
    let most = this.#choice.length;
    let whole = this.#data(closing, most, shown);
    for (;;) {
      const characters = charactersOf(whole.sessions);
      if (characters <= this.#mostCharacters || most === 0) break;
      most = less(most, this.#mostCharacters / characters);
      whole = this.#data(closing, most, shown);
    }
    const make = (rows: number, segments: number): Uint8Array<ArrayBuffer> =>
      this.#make(rows === most && segments === shown ? whole : this.#data(closing, rows, segments));
    this.#page = fitting(make, most, shown, this.#options.mostBytes);
  }

  /** The page's data with so many rows, beside those of sessions with segments, and so many sessions' segments. */
  #data(closing: RunClosing | undefined, rows: number, sessions: number): PageData {
    const { program, zone, isAnonymized } = this.#options;
    const slots = this.#choice.chosen(rows);
    const { total } = this.#choice;
    const { series, left } = pageSeries(closing?.series, this.#times.counts());
    const shown = this.#segments.shown.slice(0, sessions).sort((a, b) => a.session - b.session);
    const leftOut = leftOutText(slots.length, total);
    return {
      program,
      zone,
      anonymized: isAnonymized,
      ended_early: closing?.isCutShort ?? true,
      figures: pageFigures(closing, this.#names, this.#sums.figures()),
      series,
      sessions: this.#rows.page(slots, this.#names, total, leftOut),
      segments: shown.map(pageSegments),
      bounds: this.#bounds(closing, left, this.#segments.shown.length - shown.length, leftOut),
    };
  }

  #bounds(closing: RunClosing | undefined, left: number, withoutRoom: number, leftOut: string): string[] {
    const bounds = [SEGMENTS_RULE, ...SUMMARY_BOUNDS];
    if (leftOut !== '') bounds.push(leftOut);
    if (withoutRoom > 0) bounds.push(`Of ${withoutRoom} of these the page has no room for segments.`);
    if (closing === undefined || (closing.isCutShort && closing.series === undefined)) {
      bounds.push('The run was ended before its end: of segments nothing is shown over time.');
    }
    if (left > 0) bounds.push(`${left} packets have times so far from all others that they are not shown over time.`);
    const without = closing?.withoutSegments ?? 0;
    if (without > 0) {
      const room = `${SEGMENTS_MOST_BYTES / MEBIBYTE} MiB for each tracker`;
      bounds.push(`The segments of ${without} sessions were not looked at for this: there was no room (${room}).`);
    }
    return bounds;
  }
}

/** At most so many has the JSON of these rows. */
function charactersOf({ addresses, http, symptoms, ...columns }: PageSessions): number {
  let characters = 0;
  for (const column of [...Object.values(columns), ...Object.values(symptoms)]) {
    if (typeof column === 'object' && 'base64' in column) characters += column.base64.length;
  }
  for (const address of addresses) characters += address.length + QUOTED;
  for (const [, method, host] of http) characters += ESCAPED * (method.length + host.length) + EXCHANGE;
  return characters;
}

function wordsOf(fields: Float64Array, text: Uint8Array): Int32Array {
  const bytes = new Uint8Array(text.subarray(0, fields[G_SEGMENTS] * SEGMENT_BYTES));
  return new Int32Array(bytes.buffer, 0, bytes.length / 4);
}

/** Makes the page with as many rows, and segments of as many sessions, as fit: segments take up to one half of the room. */
function fitting(
  make: (rows: number, sessions: number) => Uint8Array<ArrayBuffer>,
  rows: number,
  sessions: number,
  mostBytes: number,
): Uint8Array<ArrayBuffer> {
  const whole = make(rows, sessions);
  if (whole.length <= mostBytes) return whole;
  const least = make(0, 0).length;
  let shown = sessions;
  let withSegments = make(0, shown).length;
  while (shown > 0 && withSegments - least > (mostBytes - least) / 2) {
    shown = less(shown, (mostBytes - least) / 2 / (withSegments - least));
    withSegments = make(0, shown).length;
  }
  let listed = rows;
  let page = whole;
  // What a row comes to follows from the page before, with all segments at first.
  let withoutRows = sessions === shown ? withSegments : make(0, sessions).length;
  while (listed > 0 && (page === whole || page.length > mostBytes)) {
    listed = less(listed, (mostBytes - withSegments) / (page.length - withoutRows));
    withoutRows = withSegments;
    page = make(listed, shown);
  }
  return page;
}

const less = (count: number, share: number): number =>
  Math.max(0, Math.min(count - 1, Math.floor(count * share * SPARE)));
