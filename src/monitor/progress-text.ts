/**
 * Progress as text: the line on a terminal, a line of a log, an event for programs.
 */
import type { ProgressView } from './progress.js';
import { brief, dateAndTime, scaled, spoken, timeOfDay } from './units.js';

/** One line of at most `columns` characters; what matters least is left out first. */
export function renderProgress(view: ProgressView, nowMs: number, columns: number): string {
  const parts = partsOf(view, nowMs, brief);
  while (parts.length > 1 && parts.join(' ').length > columns) parts.pop();
  const wide = parts.join('  ');
  return wide.length <= columns ? wide : parts.join(' ').slice(0, columns);
}

/** A line of text, with its newline. `isEnd`: it is the last one. */
export function plainProgress(view: ProgressView, nowMs: number, isEnd: boolean): string {
  const elapsed = isEnd ? ` in ${spoken(view.elapsedSec)}` : '';
  return `${dateAndTime(nowMs)}  ${partsOf({ ...view, ...(isEnd && NO_FINISH) }, nowMs, scaled).join('  ')}${elapsed}\n`;
}

const NO_FINISH = { remainingSec: undefined, finishMs: undefined, isAllRead: false };

/** The most important first. */
function partsOf(view: ProgressView, nowMs: number, number: (value: number) => string): string[] {
  const { percent, remainingSec, finishMs, sessions } = view;
  return [
    percent === undefined ? '' : `${percent.toFixed(1)}%`,
    `${number(view.bytes)}B`,
    `${number(view.bytesPerSec)}B/s`,
    remainingSec === undefined ? '' : `ETA ${spoken(remainingSec)}`,
    finishMs === undefined ? '' : `ETF ${timeOfDay(finishMs, nowMs)}`,
    view.isAllRead ? 'finishing' : '',
    `${number(view.packetsPerSec)}pkt/s`,
    sessions === undefined ? '' : `${number(sessions).trim()} sessions`,
  ].filter((part) => part !== '');
}

/** `start`: nothing was read yet; `end`: the last one, also of a run that failed. */
export type ProgressEventKind = 'start' | 'progress' | 'end';

/** An event as a line of JSON, with its newline. Times are seconds since 1970; numbers that are not known are null. */
export function progressEvent(
  event: ProgressEventKind,
  view: ProgressView,
  nowMs: number,
  isComplete: boolean | undefined,
): string {
  const { finishMs } = view;
  const fields = {
    event,
    time: rounded(nowMs / 1000, 3),
    elapsedSec: rounded(view.elapsedSec, 3),
    percent: rounded(view.percent, 3),
    bytes: view.bytes,
    totalBytes: view.totalBytes ?? null,
    bytesPerSec: rounded(view.bytesPerSec, 0),
    packets: view.packets,
    packetsPerSec: rounded(view.packetsPerSec, 0),
    sessions: view.sessions ?? null,
    remainingSec: rounded(view.remainingSec, 3),
    finishTime: rounded(finishMs === undefined ? undefined : finishMs / 1000, 3),
    ...(isComplete === undefined ? {} : { complete: isComplete }),
  };
  return `${JSON.stringify(fields)}\n`;
}

function rounded(value: number | undefined, decimals: number): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(decimals));
}
