/**
 * Machine reports for tests: rows as a run writes them, and parsing them at once.
 */
import { ReportParser } from '../../src/plot/parse-reports.js';

/** 2026-11-21 08:00:00 UTC. */
export const MORNING_SEC = 1_795_248_000;

export type ReportRow = readonly [kind: 'A' | 'D', timeSec: number, durSec: number, ...values: (number | string)[]];

export const headerLine = (...columns: string[]): string => `${['%repTyp', 'time', 'dur', ...columns].join('\t')}\n`;

export const reportLine = ([kind, ...cells]: ReportRow): string => `${[`USR1MR_${kind}`, ...cells].join('\t')}\n`;

/** A header and rows below it. */
export const reportText = (columns: readonly string[], rows: readonly ReportRow[]): string =>
  headerLine(...columns) + rows.map(reportLine).join('');

/** All of a text, which has come to its end. */
export function parsed(text: string, wanted?: readonly string[]): ReportParser {
  const parser = new ReportParser(wanted);
  parser.feed(new TextEncoder().encode(text));
  parser.end();
  return parser;
}
