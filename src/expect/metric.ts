/**
 * A row of the table of what can be expected: its form, and the arithmetic that several rows have in common.
 */
import type { CaptureFigures, GroupFigures } from '../summary/figures.js';

/** What a value is a number of; seconds, bytes, and bytes a second. */
export type Quantity = 'count' | 'seconds' | 'bytes' | 'rate';

export interface Metric {
  readonly name: string;
  /** Other names that are understood. */
  readonly aliases: readonly string[];
  readonly quantity: Quantity;
  readonly meaning: string;
  /** Whether it is of some sessions, or of the capture only. */
  readonly scope: 'sessions' | 'capture';
  /** What it is a share of, where a share is meant (%): a metric of the same scope. */
  readonly whole?: string;
  /** Which of two captures is the worse one; absent where neither is. */
  readonly worse?: 'more' | 'less';
  /** Whether two captures are compared by it. */
  readonly isCompared?: boolean;
  /** Measure of a session (WantedExamples.by) by which sessions are examples of it. */
  readonly examples?: string;
  /** Null where it is not known. */
  readonly value: (figures: CaptureFigures, group: GroupFigures) => number | null;
  /** Why it may not be known, as a part of a sentence. */
  readonly unknown?: string;
}

/** A row as it is written down. */
export type Given = Omit<Metric, 'aliases' | 'scope'> & { readonly aliases?: readonly string[] };

/** A row of some sessions. */
export const ofSessions = (given: Given): Metric => ({ aliases: [], scope: 'sessions', ...given });
/** A row of the capture. */
export const ofCapture = (given: Given): Metric => ({ aliases: [], scope: 'capture', ...given });

/** From the first packet of any session to the last, in seconds; null where no time passed. */
export function sessionsSec({ sessions }: CaptureFigures): number | null {
  if (sessions.first === null || sessions.last === null) return null;
  const [first, last] = [sessions.first, sessions.last].map((text) => text.split('.'));
  const passed = Number(last[0]) - Number(first[0]) + (Number(last[1] ?? 0) - Number(first[1] ?? 0)) / 1e9;
  return passed > 0 ? passed : null;
}

/** A part of a metric's name as it is written: in quotes where it is no plain word. */
export const quotedPart = (part: string): string => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part));

/** Null where it is of nothing, or of something unknown. */
export function quotient(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}
