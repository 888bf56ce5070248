/**
 * Snapshots: the key figures of a capture in a file, and what has changed since it was written.
 */
import {
  type Bounds,
  boundsOf,
  type Endpoint,
  type KeyFigures,
  keyMetric,
  leastDifference,
  MOST_PAIRS,
  PAIR_FIGURES,
} from './key-figures.js';
import { amountOf, amountText, numberFault, unitNamed } from './units.js';

const FORMAT = 'tcploom snapshot';
const VERSION = 1;
/** What the names of snapshots end in. */
export const SNAPSHOT_ENDING = '.tcploom.json';

/** A file that is no snapshot; the message says what was found. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** The text of a snapshot: always the same for the same figures. */
export function snapshotText({ hasAllPairs, ...figures }: KeyFigures): string {
  const content = { format: FORMAT, version: VERSION, ...figures, all_pairs: hasAllPairs };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** The figures in a snapshot. Throws a SnapshotError. */
export function parseSnapshot(text: string): KeyFigures {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SnapshotError('it is no JSON');
  }
  if (!isRecord(content) || content.format !== FORMAT) throw new SnapshotError('it is no snapshot of tcploom');
  if (content.version !== VERSION) {
    throw new SnapshotError(`it is of version ${JSON.stringify(content.version)}, expected ${VERSION}`);
  }
  const { capture, values, pairs = [], all_pairs: hasAllPairs = false } = content;
  if (typeof capture !== 'string') throw new SnapshotError('its "capture" is no text');
  if (!isRecord(values)) throw new SnapshotError('its "values" are no object');
  for (const [key, value] of Object.entries(values)) {
    if (typeof value !== 'number') throw new SnapshotError(`its value of ${JSON.stringify(key)} is no number`);
    if (keyMetric(key) === undefined) throw new SnapshotError(`there is no metric ${JSON.stringify(key)}`);
  }
  if (!Array.isArray(pairs) || !pairs.every(isEndpoint))
    throw new SnapshotError('its "pairs" are no list of endpoints');
  if (typeof hasAllPairs !== 'boolean') throw new SnapshotError('its "all_pairs" is neither true nor false');
  return { capture, values: values as Record<string, number>, pairs, hasAllPairs };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEndpoint = (value: unknown): value is Endpoint =>
  isRecord(value) &&
  typeof value.key === 'string' &&
  (['sessions', 'bytes', 'packets', 'retransmissions'] as const).every((name) => typeof value[name] === 'number') &&
  (value.error === undefined || typeof value.error === 'number');

/** By how much a figure may differ: a part of the value, or as much as that. */
export interface Tolerance {
  readonly isRelative: boolean;
  readonly amount: number;
}

export const NO_TOLERANCE: Tolerance = { isRelative: true, amount: 0 };

/** Tolerances of all figures, and of some. */
export interface Tolerances {
  readonly usual: Tolerance;
  readonly of: ReadonlyMap<string, Tolerance>;
}

/** `5%`, or for one metric as much of its unit: `3`, `20ms`. Undefined for a text that is none. */
export function parseTolerance(text: string, key?: string): Tolerance | undefined {
  const tolerance = readTolerance(text, key);
  return tolerance === undefined || Number.isFinite(tolerance.amount) ? tolerance : undefined;
}

/** What is wrong with a text that is none. */
export function toleranceFault(text: string, hasUnits: boolean): string {
  const fault = numberFault(text.trim());
  if (fault !== undefined) return fault.message;
  return `expected ${hasUnits ? 'a share of the figure, or as much of its unit: 5%, 3, 20ms' : 'a share, as 5%'}`;
}

function readTolerance(text: string, key: string | undefined): Tolerance | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(\S*)$/.exec(text.trim());
  if (match === null) return undefined;
  const [, decimal, unit] = match;
  if (unit === '%') return { isRelative: true, amount: Number(`${decimal}e-2`) };
  const metric = key === undefined ? undefined : keyMetric(key);
  const found = metric === undefined ? undefined : unitNamed(unit, metric.quantity);
  if (found !== undefined && found.form === 'value') return { isRelative: false, amount: amountOf(decimal, found) };
  return Number(decimal) === 0 && unit === '' ? NO_TOLERANCE : undefined;
}

/** A figure that differs by more than it may. Null: it is not known. */
export interface Change {
  readonly key: string;
  /** The pair of endpoints that it is of; undefined for all of the capture. Of one that is not among those that are kept nothing is known. */
  readonly pair?: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Of a pair: what is known of both, where one is not exact. */
  readonly bounds?: readonly [Bounds, Bounds];
}

/** What differs, in the order of the snapshot. What the snapshot does not have is not compared, so that figures may be taken out of it. */
export function changesSince(before: KeyFigures, after: KeyFigures, tolerances: Tolerances): Change[] {
  const ofAll = Object.entries(before.values).flatMap(([key, value]) => {
    const now = Object.hasOwn(after.values, key) ? after.values[key] : null;
    if (now !== null && isWithin(value, now, toleranceOf(key, tolerances))) return [];
    return [{ key, before: value, after: now }];
  });
  return [...ofAll, ...before.pairs.flatMap((pair) => pairChanges(pair, after, tolerances))];
}

function pairChanges(pair: Endpoint, { pairs, hasAllPairs }: KeyFigures, tolerances: Tolerances): Change[] {
  const now = pairs.find(({ key }) => key === pair.key);
  if (now === undefined && !hasAllPairs) {
    const was = boundsOf(pair, 'bytes');
    // It has no more bytes than the last of those that are kept: perhaps as many as it may have.
    const is = { least: 0, most: pairs.at(-1)?.bytes ?? 0 };
    if (isAllowed(leastDifference(was, is), pair.bytes, toleranceOf('payload', tolerances))) return [];
    return [{ key: 'payload', pair: pair.key, before: pair.bytes, after: null, ...inexact(was, is) }];
  }
  const present: Endpoint = now ?? { key: pair.key, sessions: 0, bytes: 0, packets: 0, retransmissions: 0 };
  return PAIR_FIGURES.flatMap(([name, key]) => {
    const [was, is] = [boundsOf(pair, name), boundsOf(present, name)];
    if (isAllowed(leastDifference(was, is), pair[name], toleranceOf(key, tolerances))) return [];
    return [{ key, pair: pair.key, before: pair[name], after: present[name], ...inexact(was, is) }];
  });
}

const isExact = ({ least, most }: Bounds): boolean => least === most;
const inexact = (was: Bounds, is: Bounds): Pick<Change, 'bounds'> =>
  isExact(was) && isExact(is) ? {} : { bounds: [was, is] };

const toleranceOf = (key: string, { usual, of }: Tolerances): Tolerance => of.get(key) ?? usual;

const isWithin = (before: number, after: number, tolerance: Tolerance): boolean =>
  isAllowed(Math.abs(after - before), before, tolerance);

/** Whether what was `before` may differ by so much. */
const isAllowed = (difference: number, before: number, { isRelative, amount }: Tolerance): boolean =>
  difference <= (isRelative ? amount * Math.abs(before) : amount);

const MOST_TOLD = 12;

/** What differs, as a sentence. */
export function changesText(changes: readonly Change[]): string {
  const told = changes.slice(0, MOST_TOLD).map(({ key, pair, before, after, bounds }) => {
    const { quantity } = keyMetric(key)!;
    const unknown = pair === undefined ? 'not known' : `that of no pair among the first ${MOST_PAIRS}`;
    const [was, is] = [before, after].map((value, side) =>
      value === null ? unknown : `${aboutWord(bounds?.[side])}${amountText(value, quantity)}`,
    );
    const name = pair === undefined ? key : `${key} of ${pair}`;
    // Two that look the same, since they are rounded, are told whole.
    return was === is ? `${name} was ${before}, is ${after}` : `${name} was ${was}, is ${is}`;
  });
  const more = changes.length - told.length;
  const head = `${changes.length} figure${changes.length === 1 ? '' : 's'} changed`;
  return `${head}: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** How a count is to be understood of which no more is known than this. */
const aboutWord = (bounds: Bounds | undefined): string => {
  if (bounds === undefined || isExact(bounds)) return '';
  return bounds.most === Number.POSITIVE_INFINITY ? 'at least ' : 'at most ';
};
