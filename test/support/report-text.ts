/**
 * Reports in what a run said: taken out of it whole, so that what is left can be compared. Owns what a whole report is.
 */
import assert from 'node:assert/strict';

const FRAME = '='.repeat(80);
const TITLE = /^(Start report|USR1 [AD] type report|[AD] type end report): tcploom \d/;
/** Titles, figures, rules between sections, conditions: nothing else is in a report. */
const LINE = /^([^:]+(: .*)?: \S.*|-{80}|~{80}|\[(WRN|INF)\] \S.*)$/;

export interface ToldReports {
  /** Start report, reports by signal and periodic ones, end report, each without its frame. */
  readonly starts: readonly string[];
  readonly reports: readonly string[];
  readonly ends: readonly string[];
  /** All other lines. */
  readonly rest: string;
}

/** Human reports among other lines; fails where one is not whole. */
export function toldReports(text: string): ToldReports {
  const lines = text.split('\n');
  const told = { starts: [] as string[], reports: [] as string[], ends: [] as string[] };
  const rest: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] !== FRAME) {
      assert.doesNotMatch(lines[at], /={70}|USR1|end report|^\[(WRN|INF)/, 'a piece of a report');
      rest.push(lines[at]);
      continue;
    }
    const end = lines.indexOf(FRAME, at + 1);
    assert.ok(end > at, `a report without an end: ${JSON.stringify(lines.slice(at, at + 5))}`);
    const report = lines.slice(at + 1, end);
    assert.match(report[0], TITLE);
    for (const line of report) assert.match(line, LINE);
    kindOf(told, report[0]).push(report.join('\n'));
    at = end;
  }
  return { ...told, rest: rest.join('\n') };
}

function kindOf(told: { starts: string[]; reports: string[]; ends: string[] }, title: string): string[] {
  if (title.startsWith('Start')) return told.starts;
  return title.startsWith('USR1') ? told.reports : told.ends;
}

/** A figure of a human report by its label: `Number of processed packets`. */
export function reportFigure(report: string, label: string): number {
  const line = report.split('\n').find((other) => other.startsWith(`${label}: `));
  assert.ok(line !== undefined, `no '${label}' in ${report}`);
  return Number.parseFloat(line.slice(label.length + 2));
}

/** A row of machine reports: type, and every other column by its name. */
export interface MachineRow {
  readonly type: string;
  readonly figures: ReadonlyMap<string, number>;
}

/** Rows below the one header, which comes first. */
export function machineRows(text: string): MachineRow[] {
  const lines = text.split('\n');
  assert.equal(lines.pop(), '', 'the last row has no end');
  assert.match(lines[0], /^%repTyp\ttime\tdur\t/);
  const [, ...names] = lines[0].split('\t');
  return lines.slice(1).map((line) => {
    const [type, ...cells] = line.split('\t');
    assert.match(type, /^USR1MR_[AD]$/, line);
    assert.equal(cells.length, names.length, line);
    const figures = new Map(names.map((name, index) => [name, Number(cells[index])]));
    for (const [name, value] of figures) assert.ok(Number.isFinite(value), `${name} in ${line}`);
    return { type, figures };
  });
}

/** Lines of machine reports among others, and the others. */
export function machineLines(text: string): { readonly rows: string; readonly rest: string } {
  const lines = text.split('\n');
  const isOfReport = (line: string): boolean => /^(%repTyp|USR1MR)/.test(line);
  const rows = lines.filter(isOfReport).map((line) => `${line}\n`);
  return { rows: rows.join(''), rest: lines.filter((line) => !isOfReport(line)).join('\n') };
}
