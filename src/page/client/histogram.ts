/**
 * Distributions as histograms over a logarithmic axis, with their percentiles.
 */
import type { Distribution } from '../../summary/figures.js';
import { draw, figuresTable, fill, make } from './dom.js';
import { binsOf, countTicks } from './log-bins.js';
import { countText, NOTHING, plain, scaled } from './texts.js';

export interface HistogramSetting {
  readonly title: string;
  readonly note: string;
  readonly unit: string;
  readonly text: (value: number) => string;
  readonly distribution: Distribution;
}

const USUAL_PX = 520;
const HEIGHT = 210;
const LEFT = 58;
const RIGHT = 14;
const TOP = 30;
const BOTTOM = 40;
const PERCENTILES = ['p50', 'p90', 'p99'] as const;
const NAMES = { p50: 'p50', p90: 'p90', p99: 'p99' } as const;

export class Histogram {
  readonly root: HTMLElement;
  readonly #setting: HistogramSetting;
  readonly #place = make('div', { class: 'plot' });
  #logCounts = false;
  #width = USUAL_PX;

  constructor(setting: HistogramSetting) {
    this.#setting = setting;
    const { title, note, distribution: of, text } = setting;
    const value = (one: number | null): string => (one === null ? NOTHING : text(one));
    const head = ['values', 'min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'];
    const row = [of.min, of.mean, of.p50, of.p90, of.p95, of.p99, of.p999, of.max].map(value);
    this.root = make(
      'figure',
      { class: 'chart' },
      make('figcaption', {}, make('h3', {}, title), make('span', { class: 'quiet' }, note)),
      this.#place,
      make(
        'div',
        { class: 'wide', tabindex: 0, role: 'group', 'aria-label': `${title}: figures` },
        figuresTable(`${title}: percentiles`, head, [[countText(of.count), ...row]]),
      ),
    );
    this.show(false);
    new ResizeObserver(() => this.resize()).observe(this.#place);
  }

  resize(width = this.#place.clientWidth): void {
    if (width === 0 || width === this.#width) return;
    this.#width = width;
    this.show(this.#logCounts);
  }

  /** With a logarithmic axis of counts, or a linear one. */
  show(logCounts: boolean): void {
    this.#logCounts = logCounts;
    const width = this.#width;
    const { distribution, unit, title, text } = this.#setting;
    if (distribution.count === 0) {
      fill(this.#place, make('p', { class: 'empty' }, 'No values.'));
      return;
    }
    const bins = binsOf(distribution.buckets);
    const low = Math.log10(bins[0].from);
    const high = Math.log10(bins[bins.length - 1].to);
    const most = Math.max(...bins.map(({ count }) => count));
    const x = (value: number): number =>
      LEFT + ((width - LEFT - RIGHT) * (Math.log10(value) - low)) / Math.max(1e-9, high - low);
    const floor = HEIGHT - BOTTOM;
    const part = (count: number): number =>
      count === 0 ? 0 : logCounts ? Math.log10(1 + count) / Math.log10(1 + most) : count / most;
    const y = (count: number): number => floor - (floor - TOP) * part(count);
    const counts = countTicks(most, logCounts).flatMap((tick) => [
      draw('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
      draw('text', { x: LEFT - 5, y: y(tick) + 4, class: 'end' }, plain(scaled(tick, ''))),
    ]);
    const decades: SVGElement[] = [];
    const every = Math.max(1, Math.ceil((high - low) / 7));
    for (let power = Math.ceil(low - 1e-9); power <= high + 1e-9; power++) {
      const at = x(10 ** power);
      decades.push(draw('line', { class: 'grid', x1: at, x2: at, y1: TOP, y2: floor + 4 }));
      if (power % every === 0)
        decades.push(draw('text', { x: at, y: floor + 16, class: 'middle' }, plain(text(10 ** power))));
    }
    const bars = bins
      .filter(({ count }) => count > 0)
      .map(({ from, to, count }) =>
        draw('rect', {
          class: 'bar',
          x: x(from) + 0.5,
          width: Math.max(1, x(to) - x(from) - 1),
          y: Math.min(y(count), floor - 1),
          height: Math.max(1, floor - y(count)),
        }),
      );
    const marks: SVGElement[] = [];
    let edge = Number.NEGATIVE_INFINITY;
    for (const name of PERCENTILES) {
      const at = distribution[name];
      if (at === null || at <= 0) continue;
      const place = Math.min(width - RIGHT, Math.max(LEFT, x(at)));
      marks.push(draw('line', { class: 'mark', x1: place, x2: place, y1: TOP - 6, y2: floor }));
      const label = Math.max(place, edge + 28);
      edge = label;
      marks.push(draw('text', { class: 'middle strong', x: Math.min(width - 14, label), y: TOP - 10 }, NAMES[name]));
    }
    fill(
      this.#place,
      draw(
        'svg',
        { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': `${title}: ${this.#words()}` },
        ...counts,
        ...decades,
        ...bars,
        draw('line', { class: 'axis', x1: LEFT, x2: width - RIGHT, y1: floor, y2: floor }),
        ...marks,
        draw('text', { class: 'middle', x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 6 }, `${unit}, logarithmic`),
        draw('text', { class: 'middle', transform: `translate(10 ${(TOP + floor) / 2}) rotate(-90)` }, 'sessions'),
      ),
    );
  }

  #words(): string {
    const { distribution: of, text } = this.#setting;
    const value = (one: number | null): string => (one === null ? 'unknown' : text(one));
    return `${countText(of.count)} values, half of them up to ${value(of.p50)}, 90 % up to ${value(of.p90)}, 99 % up to ${value(of.p99)}, the greatest ${value(of.max)}.`;
  }
}
