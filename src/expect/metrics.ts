/**
 * What can be expected of a capture: the one table of names, units and meanings, and how each value comes out of a capture's figures. The language of
 * expectations, snapshots, comparisons and docs/expectations.md all follow from it.
 */
import { CAPTURE_METRICS, handshakeMetrics, MIRUO_METRICS } from './capture-metrics.js';
import { type Metric, quotedPart } from './metric.js';
import { SESSION_METRICS } from './session-metrics.js';

/** All but those of tcpeek's filters, whose names are free. */
export const METRICS: readonly Metric[] = [
  ...CAPTURE_METRICS,
  ...SESSION_METRICS,
  ...handshakeMetrics(undefined),
  ...MIRUO_METRICS,
];

const byName = new Map<string, Metric>();
for (const metric of METRICS) {
  for (const name of [metric.name, ...metric.aliases]) byName.set(`${metric.scope} ${name}`, metric);
}

/** The metric of a name in parts, of some sessions or of the capture; undefined where there is none. */
export function metricNamed(parts: readonly string[], scope: Metric['scope']): Metric | undefined {
  const known = byName.get(`${scope} ${parts.join('.')}`);
  if (known !== undefined) return known;
  if (scope !== 'capture' || parts.length !== 3 || parts[0] !== 'tcpeek') return undefined;
  return handshakeMetrics(parts[1]).find(({ name }) => name === `tcpeek.${quotedPart(parts[1])}.${parts[2]}`);
}

/** The metric that this one is a share of. */
export function wholeOf({ name, scope, whole }: Metric): Metric | undefined {
  if (whole === undefined) return undefined;
  const filter = /^tcpeek\.(.+)\.[a-z]+$/.exec(name)?.[1];
  if (filter === undefined) return byName.get(`${scope} ${whole}`);
  const text = filter.startsWith('"') ? (JSON.parse(filter) as string) : filter;
  return handshakeMetrics(text).find((metric) => metric.name === whole);
}
