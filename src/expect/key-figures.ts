/**
 * The key figures of a capture: what a snapshot keeps, and what two captures are compared by.
 */
import type { CaptureFigures, TopEntry } from '../summary/figures.js';
import type { Metric } from './metric.js';
import { METRICS, metricNamed } from './metrics.js';

export interface KeyFigures {
  /** Of what: a capture's name as it was given. */
  readonly capture: string;
  /** By metric; those that are not known are not there. */
  readonly values: Readonly<Record<string, number>>;
  /** The pairs `client > server:port` with the most payload; what is not in here has no more of it than the last one of these. */
  readonly pairs: readonly Endpoint[];
  /** There are no others. */
  readonly hasAllPairs: boolean;
}

/** `error`: not there where the counts are exact, as those of a TopEntry whose error is 0. */
export type Endpoint = Pick<TopEntry, 'key' | 'sessions' | 'bytes' | 'packets' | 'retransmissions'> &
  Partial<Pick<TopEntry, 'error'>>;

/** So many pairs are kept. */
export const MOST_PAIRS = 100;

/** What is known of a pair, by the key figure that all pairs together have of it. */
export const PAIR_FIGURES = [
  ['sessions', 'sessions'],
  ['bytes', 'payload'],
  ['packets', 'sessions.packets'],
  ['retransmissions', 'retransmissions'],
] as const satisfies readonly (readonly [keyof Endpoint, string])[];

/** The least and the most that a pair has of something. */
export interface Bounds {
  readonly least: number;
  /** Infinity where that is not known. */
  readonly most: number;
}

/** What is known of one of the figures of a pair: bytes may be too many, what else there is too few (TopKinds). */
export function boundsOf(endpoint: Endpoint, name: (typeof PAIR_FIGURES)[number][0]): Bounds {
  const { [name]: count, error = 0 } = endpoint;
  if (name === 'bytes') return { least: Math.max(0, count - error), most: count };
  return { least: count, most: error > 0 ? Number.POSITIVE_INFINITY : count };
}

/** By how much two differ at least. */
export const leastDifference = (one: Bounds, other: Bounds): number =>
  Math.max(0, one.least - other.most, other.least - one.most);

/** Quantiles near others, which say little more. */
const LEFT_OUT = /\.(min|p90|p95|p999)$/;

/** Whether snapshots keep it. */
export const isKept = ({ name }: Metric): boolean => !LEFT_OUT.test(name);

const KEY_METRICS: readonly Metric[] = METRICS.filter(isKept);

/** The name of a metric among key figures: that of sessions is told apart where the capture has one of the same name. */
export function keyName({ name, scope }: Metric): string {
  return scope === 'sessions' && metricNamed(name.split('.'), 'capture') !== undefined ? `sessions.${name}` : name;
}

const byKey = new Map(METRICS.map((metric) => [keyName(metric), metric]));

/** The metric that a key figure is of; undefined where there is none of that name. */
export const keyMetric = (key: string): Metric | undefined => byKey.get(key);

/** Those of all sessions of a capture. */
export function keyFigures(capture: string, figures: CaptureFigures): KeyFigures {
  const [all] = figures.sessions.groups;
  const values = KEY_METRICS.flatMap((metric): [string, number][] => {
    const value = metric.value(figures, all);
    return value === null ? [] : [[keyName(metric), value]];
  });
  const largest = figures.sessions.top.pairs.slice(0, MOST_PAIRS);
  const pairs = largest.map(({ error, ...counts }) => (error === 0 ? counts : { ...counts, error }));
  const hasAllPairs = largest.length < MOST_PAIRS;
  return { capture, values: Object.fromEntries(values), pairs, hasAllPairs };
}
