/**
 * Reports for people. Owns the order of lines and sections; a line whose figure is not known is left out.
 */
import { printable } from '../capture/problem.js';
import { conditionLines } from './condition-texts.js';
import { countText, durationText, fixed, shareText } from './figure-text.js';
import type { AnalysisSection, InputProgress, Report, ReportState, WallClock } from './report.js';
import { elapsedMicros, pcapMicros, toldState } from './report-changes.js';
import { microsBetween, packetTimeText, wallTimeText } from './report-time.js';
import { countLine, flowLines, liveLines, packetLines, protocolLines, tableLines } from './traffic-lines.js';

export const FRAME = '='.repeat(80);
const SECTION = '-'.repeat(80);
const SUBSECTION = '~'.repeat(80);
const MICROS = 1e6;
/** The kernel's kilobytes of memory, and the gigabytes in which it is told. */
const KILOBYTE = 1024;
const GIGABYTE = 1e9;

/** Lines, each ended by a newline. Counters and durations are those since the report before where there is one. */
export function renderHumanReport(report: Report): string {
  const told = toldState(report);
  const sections: readonly (readonly [rule: string, lines: readonly string[]])[] = [
    [FRAME, [titleOf(report), ...endLines(report), ...headLines(report, told)]],
    [SECTION, told.sections.flatMap(analysisLines)],
    [SECTION, told.traffic === undefined ? [] : protocolLines(told.packets, told.traffic.read)],
    [SUBSECTION, closingLines(report, told)],
  ];
  const lines = sections.flatMap(([rule, within]) => (within.length === 0 ? [] : [rule, ...within]));
  return `${[...lines, FRAME].join('\n')}\n`;
}

/** `tcploom 0.1.0. PID: 4711`; reports that are the same on every run have no PID. */
export const programText = (version: string, pid: number | undefined): string =>
  `tcploom ${version}${pid === undefined ? '' : `. PID: ${pid}`}`;

function titleOf({ version, isEnd, state, since }: Report): string {
  const type = since === undefined ? 'A' : 'D';
  const title = isEnd ? `${type} type end report` : `USR1 ${type} type report`;
  return `${title}: ${programText(version, state.clock?.pid)}`;
}

/** The course of the whole run, whatever the report before told of it. */
function endLines({ isEnd, isComplete, state: { first, latest, clock } }: Report): string[] {
  if (!isEnd) return [];
  const lines: string[] = [];
  if (first !== undefined && latest !== undefined) {
    lines.push(`Dump start: ${packetTimeText(first)}`, `Dump stop: ${packetTimeText(latest)}`);
    lines.push(`Total dump duration: ${durationText(microsBetween(first, latest))}`);
  }
  if (clock !== undefined) {
    const how = isComplete ? 'Finished processing.' : 'Ended before all was processed.';
    lines.push(`${how} Elapsed time: ${durationText(Math.round(clock.elapsedSec * MICROS))}`);
  }
  return lines;
}

function headLines(report: Report, told: ReportState): string[] {
  const { latest, clock, input, traffic, packets, live } = told;
  const pcap = pcapMicros(report);
  const elapsed = elapsedMicros(report);
  const lines: string[] = [];
  if (latest !== undefined) lines.push(`PCAP time: ${packetTimeText(latest)}`);
  if (pcap !== undefined) lines.push(`PCAP duration: ${durationText(pcap)}`);
  if (clock !== undefined) lines.push(`Time: ${wallTimeText(Math.round(clock.nowMs * 1000))}`);
  if (elapsed !== undefined) lines.push(`Elapsed time: ${durationText(elapsed)}`);
  if (input !== undefined) lines.push(...inputLines(input, report.isEnd ? undefined : clock));
  lines.push(countLine('Number of processed packets', packets));
  if (traffic !== undefined) lines.push(...packetLines(packets, traffic));
  if (live !== undefined) lines.push(...liveLines(live));
  return lines;
}

/** How far reading is; with a clock when it will be done, too. */
function inputLines(input: InputProgress, clock: WallClock | undefined): string[] {
  const { totalBytes, bytes, percent, bytesPerSec, remainingSec } = input;
  const lines = [`Processing file: ${printable(input.file)} (${input.fileNumber} of ${input.files})`];
  if (totalBytes === undefined) {
    lines.push(countLine('Total bytes processed so far', bytes));
    if (Number.isFinite(bytesPerSec)) lines.push(countLine('Number of processed bytes/s', Math.round(bytesPerSec)));
    return lines;
  }
  lines.push(countLine('Total bytes to process', totalBytes));
  if (percent !== undefined && Number.isFinite(percent)) lines.push(`Percentage completed: ${fixed(percent)}%`);
  lines.push(countLine('Total bytes processed so far', bytes));
  if (clock !== undefined && remainingSec !== undefined) {
    // In whole microseconds, so that the lines add up.
    const remaining = Math.round(Math.max(0, remainingSec) * MICROS);
    const finish = Math.round(clock.nowMs * 1000) + remaining;
    if (finish <= LAST_DATE_MICROS) {
      lines.push(`Remaining time: ${durationText(remaining)}`, `ETF: ${wallTimeText(finish)}`);
    }
  }
  return lines;
}

/** The end of the year 9999: what is to be done later than that is not known. */
const LAST_DATE_MICROS = 253_402_300_799e6;
/** `miruo: shown: 12 [3.00%]`. Labels may have names in them that somebody gave. */
function analysisLines({ name, figures }: AnalysisSection): string[] {
  return figures.map(({ label, value, shareOf }) => {
    const whole = shareOf === undefined ? undefined : figures.find((other) => other.label === shareOf)?.value;
    const share = whole === undefined ? '' : shareText(value, whole);
    return `${name}: ${printable(label)}: ${countText(value)}${share}`;
  });
}

function closingLines(report: Report, { clock, packets, traffic }: ReportState): string[] {
  const lines: string[] = [];
  if (traffic !== undefined) {
    lines.push(...flowLines(packets, (pcapMicros(report) ?? 0) / MICROS, traffic));
    lines.push(...tableLines(traffic.flows, clock !== undefined));
  }
  if (clock !== undefined) {
    const { residentKilobytes, machineKilobytes } = clock;
    const gigabytes = fixed((residentKilobytes * KILOBYTE) / GIGABYTE);
    lines.push(`Memory usage: ${gigabytes} GB${shareText(residentKilobytes, machineKilobytes)}`);
  }
  if (traffic !== undefined) lines.push(...conditionLines(traffic.read.conditions));
  return lines;
}
