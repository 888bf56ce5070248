/**
 * Two captures compared: what got worse, what got better, and by how much, the most first.
 */
import { boundsOf, type Endpoint, type KeyFigures, keyName, leastDifference, MOST_PAIRS } from './key-figures.js';
import { type Metric, quotient } from './metric.js';
import { METRICS, wholeOf } from './metrics.js';
import type { Form } from './units.js';

/** One figure of both. */
export interface Difference {
  readonly key: string;
  readonly meaning: string;
  readonly quantity: Metric['quantity'];
  /** `share`: both are shares of `whole`. */
  readonly form: Form;
  readonly whole: string | null;
  readonly before: number;
  readonly after: number;
  /** By how much, on a scale on which twice as much is 1; above 0. */
  readonly weight: number;
}

/** What one pair of endpoints has in either capture; null where it is not among those that are kept, and may have anything up to what they have. */
export interface EndpointDifference {
  readonly key: string;
  readonly before: Endpoint | null;
  readonly after: Endpoint | null;
  /** Only where one is null: how many are kept. */
  readonly not_among_first?: number;
}

/** What could not be read of a capture: at how many places, and what was said of the first of them, which a snapshot does not keep. */
export interface Damage {
  readonly places: number;
  readonly problems: readonly string[];
}

/** Of both. */
export interface Damages {
  readonly before: Damage;
  readonly after: Damage;
}

const WHOLE: Damage = { places: 0, problems: [] };

export interface Differences {
  readonly before: string;
  readonly after: string;
  readonly damage: Damages;
  readonly worse: readonly Difference[];
  readonly better: readonly Difference[];
  /** How many figures were compared and are the same, or nearly so. */
  readonly same: number;
  /** What only one of both knows: keys. */
  readonly unknown: readonly string[];
  /** Those whose sessions or retransmissions differ, the most first; behind them those of which it is not known. */
  readonly endpoints: readonly EndpointDifference[];
}

/** What differs by less is the same. */
const LEAST_RATIO = 1.02;
/** Added to both before they are divided, so that next to nothing is no multiple of nothing. */
const FLOORS: Readonly<Record<Metric['quantity'], number>> = { count: 1, seconds: 1e-4, bytes: 1e3, rate: 1e3 };
const SHARE_FLOOR = 1e-3;
const MOST_ENDPOINTS = 20;

const COMPARED: readonly Metric[] = METRICS.filter(({ isCompared }) => isCompared === true);

/** From `before` to `after`. */
export function differences(
  before: KeyFigures,
  after: KeyFigures,
  damage: Damages = { before: WHOLE, after: WHOLE },
): Differences {
  const worse: Difference[] = [];
  const better: Difference[] = [];
  const unknown: string[] = [];
  let same = 0;
  for (const metric of COMPARED) {
    const [one, other] = [before, after].map((figures) => comparedValue(metric, figures));
    const key = keyName(metric);
    if (one === null || other === null) {
      if (one !== other) unknown.push(key);
      continue;
    }
    const form: Form = metric.whole === undefined ? 'value' : 'share';
    const floor = form === 'share' ? SHARE_FLOOR : FLOORS[metric.quantity];
    const ratio = (other + floor) / (one + floor);
    if (ratio < LEAST_RATIO && ratio > 1 / LEAST_RATIO) {
      same++;
      continue;
    }
    const isWorse = ratio > 1 === (metric.worse === 'more');
    (isWorse ? worse : better).push({
      key,
      meaning: metric.meaning,
      quantity: metric.quantity,
      form,
      whole: metric.whole ?? null,
      before: one,
      after: other,
      weight: Math.abs(Math.log2(ratio)),
    });
  }
  return {
    before: before.capture,
    after: after.capture,
    damage,
    worse: ranked(worse),
    better: ranked(better),
    same,
    unknown,
    endpoints: endpointDifferences(before, after),
  };
}

/** Counts of two captures of different length say little: their shares are compared. */
function comparedValue(metric: Metric, { values }: KeyFigures): number | null {
  const value = Object.hasOwn(values, keyName(metric)) ? values[keyName(metric)] : null;
  const whole = wholeOf(metric);
  return whole === undefined ? value : quotient(value, values[keyName(whole)] ?? null);
}

/** Equal weights stay in the order of the table. */
const ranked = (list: readonly Difference[]): Difference[] => [...list].sort((a, b) => b.weight - a.weight);

function endpointDifferences(before: KeyFigures, after: KeyFigures): EndpointDifference[] {
  const sides = [before, after].map(({ pairs, hasAllPairs }) => {
    const byKey = new Map(pairs.map((endpoint) => [endpoint.key, endpoint]));
    return (key: string): Endpoint | null => byKey.get(key) ?? (hasAllPairs ? noneOf(key) : null);
  });
  const keys = new Set([before, after].flatMap(({ pairs }) => pairs.map(({ key }) => key)));
  const found = [...keys].map((key): EndpointDifference => {
    const [one, other] = sides.map((endpointOf) => endpointOf(key));
    const pair = { key, before: one, after: other };
    return isKnown(pair) ? pair : { ...pair, not_among_first: MOST_PAIRS };
  });
  return found
    .filter((pair) => weightOf(pair) > 0)
    .sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)) || weightOf(b) - weightOf(a) || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_ENDPOINTS);
}

const noneOf = (key: string): Endpoint => ({ key, sessions: 0, bytes: 0, packets: 0, retransmissions: 0 });
const isKnown = ({ before, after }: EndpointDifference): boolean => before !== null && after !== null;

/** How much it differs at least; where one is not known, how much the other has. */
const weightOf = ({ key, before, after }: EndpointDifference): number =>
  (['sessions', 'retransmissions'] as const)
    .map((name) => leastDifference(boundsOf(before ?? noneOf(key), name), boundsOf(after ?? noneOf(key), name)))
    .reduce((sum, difference) => sum + difference);
