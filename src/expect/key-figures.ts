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
  /** The pairs `client > server:port` with the most payload, of those whose figures are exact. */
  readonly pairs: readonly Endpoint[];
  /** There are no others. */
  readonly hasAllPairs: boolean;
}

export type Endpoint = Pick<TopEntry, 'key' | 'sessions' | 'bytes' | 'packets' | 'retransmissions'>;

/** So many pairs are kept. */
export const MOST_PAIRS = 100;

/** What is known of a pair, by the key figure that all pairs together have of it. */
export const PAIR_FIGURES = [
  ['sessions', 'sessions'],
  ['bytes', 'payload'],
  ['packets', 'sessions.packets'],
  ['retransmissions', 'retransmissions'],
] as const satisfies readonly (readonly [keyof Endpoint, string])[];

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
  const pairs = largest
    .filter(({ error }) => error === 0)
    .map(({ key, sessions, bytes, packets, retransmissions }) => ({ key, sessions, bytes, packets, retransmissions }));
  const hasAllPairs = largest.length < MOST_PAIRS && pairs.length === largest.length;
  return { capture, values: Object.fromEntries(values), pairs, hasAllPairs };
}
