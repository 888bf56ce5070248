/**
 * Which results are wanted and where they go (-o FORMAT[=PATH]). Owns the table of formats, and the checks of places against
 * each other and against what is read.
 */
import { statSync } from 'node:fs';
import { RECORD_CONNECTION, RECORD_PACKET, RECORD_SESSION } from '../analysis/events.js';
import { printable } from '../capture/problem.js';
import type { PageOptions } from '../page/page-options.js';
import type { OutputTarget } from '../pipeline/blocking-output.js';
import { pathBehind } from '../pipeline/path-behind.js';
import type { RecordForm } from '../pipeline/serve-records.js';
import { placeByName, refuseInputs, STANDARD_ERROR, STANDARD_OUTPUT } from './output-place.js';
import type { ParsedOptions } from './plan.js';
import { UsageError } from './usage-error.js';

/** A format of results, by the name it has after -o. */
interface ResultFormat {
  readonly name: string;
  readonly help: string;
}

/** Results that are records: of what, and in which format. */
const RECORD_FORMS = {
  ndjson: { kind: RECORD_SESSION, format: 'ndjson' },
  csv: { kind: RECORD_SESSION, format: 'csv' },
  parquet: { kind: RECORD_SESSION, format: 'parquet' },
  conn: { kind: RECORD_CONNECTION, format: 'zeek' },
  'conn-json': { kind: RECORD_CONNECTION, format: 'zeek-json' },
  packets: { kind: RECORD_PACKET, format: 'ndjson' },
  'packets-tsv': { kind: RECORD_PACKET, format: 'tsv' },
} as const satisfies Record<string, RecordForm>;

type RecordFormatName = keyof typeof RECORD_FORMS;
export type ResultFormatName = 'miruo' | 'tcpeek' | 'report' | 'figures' | 'prometheus' | 'html' | RecordFormatName;

/** What records of the result of this name are; undefined for lines. `page`: what is decided about a page, where there is one. */
export function recordFormOf(name: ResultFormatName, page: PageOptions | undefined): RecordForm | undefined {
  if (name === 'html' && page !== undefined) return { kind: RECORD_SESSION, format: name, page };
  return name in RECORD_FORMS ? RECORD_FORMS[name as RecordFormatName] : undefined;
}

const RESULT_FORMATS: readonly (ResultFormat & { readonly name: ResultFormatName })[] = [
  { name: 'miruo', help: "sessions and segments as miruo's lines" },
  { name: 'tcpeek', help: "handshakes as tcpeek's lines; their summary is on standard error" },
  { name: 'report', help: 'reports of how the run stands (without a PATH on standard error)' },
  { name: 'ndjson', help: 'a record for each session, a JSON object a line' },
  { name: 'csv', help: 'the same as CSV (RFC 4180) with a header' },
  { name: 'parquet', help: 'the same as Parquet' },
  { name: 'figures', help: 'what all sessions come to, as one JSON object' },
  { name: 'conn', help: "connections as in Zeek's conn.log" },
  { name: 'conn-json', help: 'the same as Zeek writes them in JSON' },
  { name: 'packets', help: 'a record for each segment that has a symptom, a JSON object a line' },
  { name: 'packets-tsv', help: 'the same as lines of columns' },
  { name: 'prometheus', help: "metrics for Prometheus' textfile collector" },
  { name: 'html', help: 'a report of the run as a page for a browser' },
];

/** A result and its place. */
export interface ResultPlace {
  readonly format: ResultFormatName;
  /** For messages. */
  readonly name: string;
  readonly target: OutputTarget;
}

const USUAL_PLACES: readonly ResultPlace[] = [
  { format: 'miruo', name: 'standard output', target: STANDARD_OUTPUT },
  { format: 'tcpeek', name: 'standard error', target: STANDARD_ERROR },
  { format: 'report', name: 'standard error', target: STANDARD_ERROR },
];

/** The places that `-o` asks for; without one, miruo's lines on standard output, and all else on standard error. Throws a UsageError. */
export function resultPlaces(inputs: readonly string[], given: ParsedOptions): readonly ResultPlace[] {
  const places = given.output?.map(placeOf) ?? USUAL_PLACES;
  const seen = new Set<string>();
  for (const { format, name, target } of places) {
    // Among all that is said there, reports are no more in the way than anything else.
    if (format === 'report' && target === STANDARD_ERROR) continue;
    const keys = keysOf(name, target);
    if (keys.some((key) => seen.has(key))) throw new UsageError(`two results cannot go to ${name}`);
    for (const key of keys) seen.add(key);
    if (name !== 'standard error') refuseInputs('path' in target ? target.path : '-', inputs, given);
  }
  return places;
}

/** What two places that are one have in common: the path, or, of a file that is there already, the file. */
function keysOf(name: string, target: OutputTarget): string[] {
  if (!('path' in target)) return [name];
  const path = pathBehind(target.path);
  const stats = statSync(path, { throwIfNoEntry: false });
  // What is thrown away may be many things.
  if (stats?.isCharacterDevice()) return [];
  return stats?.isFile() ? [path, `${stats.dev}:${stats.ino}`] : [path];
}

function placeOf(text: string): ResultPlace {
  const [, formatName, path] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
  const format = RESULT_FORMATS.find(({ name }) => name === formatName);
  if (format === undefined) {
    const known = RESULT_FORMATS.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no format '${printable(formatName)}' of results: known are ${known}`);
  }
  if (path === '') throw new UsageError(`-o ${format.name}= needs a path, or - for standard output`);
  const usual = format.name === 'report' ? { name: 'standard error', target: STANDARD_ERROR } : placeByName('-');
  return { format: format.name, ...(path === undefined ? usual : placeByName(path)) };
}
