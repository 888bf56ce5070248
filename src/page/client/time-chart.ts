/**
 * One chart over time: lines of equal stretches, drawn by uPlot, with a legend that shows the values under the pointer, a summary in words and a table.
 */
import uPlot from 'uplot';
import type { Clock } from './clock.js';
import { figuresTable, fill, make } from './dom.js';
import type { Span } from './span.js';
import { NOTHING } from './texts.js';
import { colour } from './theme.js';
import { decimalsOf, ticksWithin, timeLabels, timeStep } from './ticks.js';

export interface ChartLine {
  readonly name: string;
  /** A custom property of the style. */
  readonly colour: string;
  readonly filled?: boolean;
  readonly values: Float64Array;
}

export interface ChartSetting {
  readonly title: string;
  /** Of the vertical axis. */
  readonly unit: string;
  readonly text: (value: number) => string;
  readonly tick: (value: number) => string;
  readonly lines: readonly ChartLine[];
  /** Beginnings of the stretches, and the end of the last: seconds since the span's origin. */
  readonly times: Float64Array;
  readonly span: Span;
  readonly clock: Clock;
}

const HEIGHT_PX = 168;
const TABLE_ROWS = 24;
const FONT = '11px system-ui, sans-serif';

export class TimeChart {
  readonly root: HTMLElement;
  readonly #setting: ChartSetting;
  readonly #plot: uPlot;
  readonly #values: readonly HTMLElement[];

  constructor(setting: ChartSetting) {
    this.#setting = setting;
    const { lines, title, unit, times } = setting;
    this.#values = lines.map(() => make('span', { class: 'number' }));
    const legend = lines.map((line, at) =>
      make('span', { class: 'key' }, swatch(line), line.name, ' ', this.#values[at]),
    );
    const place = make('div', { class: 'plot', role: 'img', 'aria-label': `${title}. ${summary(setting)}` });
    const details = make('details', { class: 'data' }, make('summary', {}, 'As a table'));
    details.addEventListener('toggle', () => details.open && this.#fillTable(details), { once: true });
    this.root = make(
      'figure',
      { class: 'chart' },
      make('figcaption', {}, make('h3', {}, title), make('div', { class: 'legend' }, ...legend)),
      place,
      make('p', { class: 'quiet' }, summary(setting)),
      details,
    );
    // The last stretch has a width as the others have.
    const data = [times, ...lines.map(({ values }) => tail(values))];
    this.#plot = new uPlot(this.#options(unit), data as unknown as uPlot.AlignedData, place);
    this.#showValues(null);
    setting.span.listen(([min, max]) => this.#plot.setScale('x', { min, max }));
    new ResizeObserver(() => this.resize()).observe(place);
  }

  resize(width = this.#plot.root.parentElement!.clientWidth): void {
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT_PX });
  }

  /** In the colours of the moment. */
  redraw(): void {
    this.#plot.redraw(false, true);
  }

  #options(unit: string): uPlot.Options {
    const { lines, span, tick } = this.#setting;
    return {
      width: 480,
      height: HEIGHT_PX,
      legend: { show: false },
      // On the right the half of a label.
      padding: [8, 36, 0, 0],
      cursor: {
        drag: { x: true, y: false, setScale: false },
        sync: { key: 'time' },
        points: { show: false },
        bind: {
          dblclick: () => () => {
            span.reset();
            return null;
          },
        },
      },
      scales: {
        x: { time: false, min: span.range[0], max: span.range[1] },
        y: { range: (_, __, max) => [0, headRoom(max)] },
      },
      axes: [
        this.#timeAxis(),
        {
          ...axisStyle(),
          label: unit,
          labelSize: 16,
          labelFont: FONT,
          labelGap: 0,
          size: 50,
          values: (_, ticks) => ticks.map(tick),
        },
      ],
      series: [{}, ...lines.map(seriesOf)],
      hooks: {
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 3) return;
            span.show(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setCursor: [(plot) => this.#showValues(plot.cursor.idx ?? null)],
      },
    };
  }

  #timeAxis(): uPlot.Axis {
    const { clock, span } = this.#setting;
    // Midnight of the first day: ticks lie at round times of that day.
    const origin = -((span.origin + clock.ahead(span.origin)) % 86400);
    let step = 1;
    return {
      ...axisStyle(),
      label: `time (${clock.zone})`,
      labelSize: 16,
      labelFont: FONT,
      labelGap: 0,
      size: 34,
      splits: (plot, _, min, max) => {
        const fits = (decimals: number): number => plot.bbox.width / devicePixelRatio / (58 + 7 * decimals);
        step = timeStep(max - min, fits(0));
        step = timeStep(max - min, fits(decimalsOf(step)));
        return ticksWithin(min, max, step, origin);
      },
      values: (_, ticks) => timeLabels(ticks, step, clock, span.origin),
    };
  }

  #showValues(at: number | null): void {
    const { lines, text } = this.#setting;
    lines.forEach(({ values }, line) => {
      // The point that ends the last stretch shows that stretch.
      const shown = at === null || values.length === 0 ? '' : text(values[Math.min(at, values.length - 1)]);
      if (this.#values[line].textContent !== shown) fill(this.#values[line], shown);
    });
  }

  #fillTable(details: HTMLElement): void {
    const { lines, times, clock, text, title, unit, span } = this.#setting;
    const length = times.length - 1;
    const group = Math.max(1, Math.ceil(length / TABLE_ROWS));
    const decimals = Math.min(6, decimalsOf(times[1] - times[0]));
    const rows: string[][] = [];
    for (let from = 0; from < length; from += group) {
      const to = Math.min(length, from + group);
      const highest = lines.map(({ values }) => text(values.subarray(from, to).reduce((a, b) => Math.max(a, b), 0)));
      rows.push([
        `${clock.date(span.origin + times[from])} ${clock.time(span.origin + times[from], decimals)}`,
        ...highest,
      ]);
    }
    const what = group > 1 ? `, highest of each ${group} stretches` : '';
    const head = [`from (${clock.zone})`, ...lines.map(({ name }) => name)];
    details.append(figuresTable(`${title}, ${unit}${what}`, head, rows));
  }
}

const axisStyle = (): uPlot.Axis => ({
  stroke: () => colour('--quiet'),
  font: FONT,
  grid: { stroke: () => colour('--rule'), width: 1 },
  ticks: { stroke: () => colour('--rule'), width: 1, size: 4 },
  gap: 3,
});

const swatch = (line: ChartLine): HTMLElement =>
  make('span', { class: `swatch ${line.colour.slice(2)}`, 'aria-hidden': 'true' });

const stepped = uPlot.paths.stepped!({ align: 1 });
const linear = uPlot.paths.linear!();

const seriesOf = (line: ChartLine): uPlot.Series => ({
  label: line.name,
  stroke: () => colour(line.colour),
  width: line.filled ? 1.5 : 1,
  ...(line.filled ? { fill: () => `${colour(line.colour)}22` } : {}),
  points: { show: false },
  // Where stretches are narrower than pixels, the form that draws the extremes of each pixel only.
  paths: (plot, series, from, to) => (to - from > plot.bbox.width ? linear : stepped)(plot, series, from, to),
});

const headRoom = (max: number | null): number => (max === null || max <= 0 ? 1 : max * 1.08);

function tail(values: Float64Array): Float64Array {
  const longer = new Float64Array(values.length + 1);
  longer.set(values);
  longer[values.length] = values[values.length - 1];
  return longer;
}

/** What a glance at the lines would tell. */
function summary({ lines, times, clock, text, span }: ChartSetting): string {
  const decimals = Math.min(6, decimalsOf(times[1] - times[0]));
  const days = clock.date(span.origin) !== clock.date(span.origin + span.whole[1]);
  const parts = lines.map(({ name, values }) => {
    let at = 0;
    for (let place = 1; place < values.length; place++) if (values[place] > values[at]) at = place;
    if (values.length === 0 || values[at] === 0) return `${name}: ${values.length === 0 ? NOTHING : 'none'}`;
    return `${name}: at most ${text(values[at])}, at ${days ? `${clock.date(span.origin + times[at])} ` : ''}${clock.time(span.origin + times[at], decimals)}`;
  });
  return `${parts.join('; ')}.`;
}
