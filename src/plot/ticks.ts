/**
 * The scale of values of an axis and its ticks, in steps of 1, 2 and 5. Owns where an axis begins and ends.
 */

export interface ScaleRequest {
  /** Of what is to be drawn; of the positive values only, on a logarithmic scale. */
  readonly min: number;
  readonly max: number;
  /** Fixed ends, if any. */
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
  readonly isLogarithmic: boolean;
  /** Ticks beyond which labels would touch each other. */
  readonly mostTicks: number;
  /** Values are whole: no ticks between them. */
  readonly areWhole?: boolean;
}

export interface ValueScale {
  readonly low: number;
  readonly high: number;
  readonly isLogarithmic: boolean;
  /** Rising, from `low` to `high`. */
  readonly ticks: readonly number[];
}

/** What doubles tell apart, with some to spare for the steps between. */
const LEAST_SHARE = 1e-9;
/** Less is nothing. */
const LEAST_SPAN = 1e-200;
/** Values that fill less than this part of the way from 0 are shown by themselves. */
const ZOOM_SHARE = 0.25;

/** Where a value lies: 0 at the lower end, 1 at the upper, beyond them outside; NaN when the scale has no place for it. */
export function positionOf(scale: ValueScale, value: number): number {
  if (!scale.isLogarithmic) return (value - scale.low) / (scale.high - scale.low);
  if (value <= 0) return Number.NaN;
  return Math.log(value / scale.low) / Math.log(scale.high / scale.low);
}

export function makeScale(request: ScaleRequest): ValueScale {
  return request.isLogarithmic ? logarithmicScale(request) : linearScale(request);
}

function linearScale({ min, max, lower, upper, mostTicks, areWhole = false }: ScaleRequest): ValueScale {
  let [low, high] = [lower ?? min, upper ?? max].map((end) => (Math.abs(end) < LEAST_SPAN ? 0 : end));
  const isFlat = high - low < Math.max(Math.abs(low), Math.abs(high)) * ZOOM_SHARE;
  if (!isFlat && lower === undefined && low > 0) low = 0;
  if (!isFlat && upper === undefined && high < 0) high = 0;
  [low, high] = apart(low, high, lower !== undefined, upper !== undefined);
  let step = niceStep(high - low, mostTicks);
  if (areWhole && high - low >= 1) step = Math.max(1, step);
  // Free ends go to the next tick, so that the largest value is not at the very edge.
  if (lower === undefined) low = Math.floor(low / step + 1e-9) * step;
  if (upper === undefined) high = Math.ceil(high / step - 1e-9) * step;
  return { low, high, isLogarithmic: false, ticks: linearTicks(low, high, step) };
}

/** Ends between which there is room. */
function apart(low: number, high: number, isLowFixed: boolean, isHighFixed: boolean): [number, number] {
  const least = Math.max(LEAST_SPAN, LEAST_SHARE * Math.max(Math.abs(low), Math.abs(high)));
  if (high - low > least) return [low, high];
  if (low === 0 && high === 0) return [isHighFixed && !isLowFixed ? -1 : 0, isHighFixed && !isLowFixed ? 0 : 1];
  if (isHighFixed && !isLowFixed) return [high - Math.max(least, Math.abs(high) / 2), high];
  if (isLowFixed) return [low, Math.max(low, high) + Math.max(least, Math.abs(low) / 2)];
  // The same value always: from 0 to it and as much again.
  return low > 0 ? [0, 2 * high] : [2 * low, 0];
}

/** The smallest of 1, 2, 5 times a power of ten of which at most `most` fit into `span`. */
export function niceStep(span: number, most: number): number {
  const raw = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const part = raw / power;
  // A hair above 2 is 2.
  const factor = [1, 2, 5].find((candidate) => part <= candidate * (1 + 1e-9)) ?? 10;
  return factor * power;
}

function linearTicks(low: number, high: number, step: number): number[] {
  const ticks: number[] = [];
  const first = Math.ceil(low / step - 1e-6);
  const last = Math.floor(high / step + 1e-6);
  // Twelve digits: 3 * 0.1 is 0.3.
  for (let k = first; k <= last; k++) ticks.push(k === 0 ? 0 : Number((k * step).toPrecision(12)));
  return ticks;
}

function logarithmicScale({ min, max, lower, upper, mostTicks }: ScaleRequest): ValueScale {
  let [low, high] = [lower ?? min, upper ?? max].map((end) => Math.max(LEAST_SPAN, end));
  if (!(high > low * (1 + LEAST_SHARE)))
    [low, high] = upper !== undefined && lower === undefined ? [high / 10, high] : [low, low * 10];
  if (lower === undefined) low = floorNice(low);
  if (upper === undefined) high = ceilNice(high);
  return { low, high, isLogarithmic: true, ticks: logarithmicTicks(low, high, mostTicks) };
}

const NICE = [1, 2, 5, 10];

function floorNice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return NICE.findLast((factor) => factor * power <= value * (1 + 1e-9))! * power;
}

function ceilNice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return NICE.find((factor) => factor * power >= value * (1 - 1e-9))! * power;
}

/** 1, 2 and 5 of each decade if there is room, else decades, or every so many of them. */
function logarithmicTicks(low: number, high: number, most: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  const all: number[] = [];
  for (let power = from; power <= to; power++) for (const factor of [1, 2, 5]) all.push(Number(`${factor}e${power}`));
  const within = (tick: number): boolean => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
  const fine = all.filter(within);
  // A short way is nearly straight: steps as on a linear scale.
  if (fine.length < 3)
    return linearTicks(low, high, niceStep(high - low, Math.max(1, most))).filter((tick) => tick > 0);
  if (fine.length <= most) return fine;
  const every = Math.max(1, Math.ceil((to - from + 1) / Math.max(1, most)));
  return all.filter((tick, index) => index % 3 === 0 && (index / 3) % every === 0 && within(tick));
}
