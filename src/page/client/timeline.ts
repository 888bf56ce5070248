/**
 * The charts over time and what belongs to all of them: which they are, and the buttons that zoom them together.
 */
import type { PageSeries } from '../page-data.js';
import type { Clock } from './clock.js';
import { button, fill, make } from './dom.js';
import { Span } from './span.js';
import { countText, plain, scaled, secondsText, stretchText } from './texts.js';
import { decimalsOf } from './ticks.js';
import { type ChartLine, TimeChart } from './time-chart.js';
import { type Column, columnOf } from './unpack.js';

/** The whole time of the series; it has some length even where nothing came. */
export function spanOf({ from, width, length }: PageSeries): Span {
  // No packet, or one alone, takes no time: a second is shown then.
  return new Span(from, width > 0 ? width * Math.max(1, length) : 1, width * 4);
}

export interface Timeline {
  readonly root: HTMLElement;
  readonly charts: readonly TimeChart[];
}

export function timelineOf(series: PageSeries, span: Span, clock: Clock): Timeline {
  const { length } = series;
  const width = series.width > 0 ? series.width : 1;
  const times = new Float64Array(length + 1);
  for (let at = 0; at <= length; at++) times[at] = at * width;
  const aSecond = (column: Column, factor = 1): Float64Array =>
    Float64Array.from(column, (value) => (value * factor) / width);
  const numbers = (column: Column): Float64Array => Float64Array.from(column);
  const line = (name: string, at: number, values: Float64Array, more: Partial<ChartLine> = {}): ChartLine => ({
    name,
    colour: `--line-${at}`,
    ...more,
    values,
  });
  const chart = (title: string, unit: string, word: string, lines: readonly ChartLine[]): TimeChart =>
    new TimeChart({
      title,
      unit,
      lines,
      times,
      span,
      clock,
      text: (value) => (word.startsWith('in ') ? countText(value) : scaled(value, word)),
      tick: (value) => plain(scaled(value, '')),
    });
  const each = stretchText(width);
  const column = {
    bytes: columnOf(series.bytes),
    payload: columnOf(series.payload),
    packets: columnOf(series.packets),
    active: columnOf(series.active),
    begun: columnOf(series.begun),
    ended: columnOf(series.ended),
    retransmissions: columnOf(series.retransmissions),
    resets: columnOf(series.resets),
    failed: columnOf(series.failed),
  };
  const charts = [
    chart('Throughput', 'bit/s', 'bit/s', [
      line('on the wire', 0, aSecond(column.bytes, 8), { filled: true }),
      line('payload', 1, aSecond(column.payload, 8)),
    ]),
    chart('Retransmissions and resets', `per ${each}`, 'in each', [
      line('retransmissions', 0, numbers(column.retransmissions), { filled: true }),
      line('resets', 1, numbers(column.resets)),
    ]),
    chart('Packets', 'packets/s', '/s', [line('packets', 0, aSecond(column.packets), { filled: true })]),
    chart('Failed handshakes', `per ${each}`, 'in each', [
      line('refused or never answered', 0, numbers(column.failed), { filled: true }),
    ]),
    chart('Active sessions', 'sessions', 'in all', [line('active', 0, numbers(column.active), { filled: true })]),
    chart('New and ended sessions', `per ${each}`, 'in each', [
      line('new', 0, numbers(column.begun), { filled: true }),
      line('ended', 1, numbers(column.ended)),
    ]),
  ];
  const grid = make('div', { class: 'charts' }, ...charts.map(({ root }) => root));
  return { root: make('div', {}, zoomBar(span, clock, width), grid), charts };
}

function zoomBar(span: Span, clock: Clock, width: number): HTMLElement {
  const shown = make('p', { role: 'status', class: 'shown' });
  const decimals = Math.min(6, decimalsOf(width));
  const buttons = [
    button('−', () => span.scale(2), 'Zoom out'),
    button('+', () => span.scale(0.5), 'Zoom in'),
    button('←', () => span.move(-0.5), 'Earlier'),
    button('→', () => span.move(0.5), 'Later'),
    button('Whole time', () => span.reset()),
  ];
  const tell = (): void => {
    const [from, to] = span.range;
    const days = clock.date(span.origin + from) !== clock.date(span.origin + to);
    const time = (at: number, first: boolean): string =>
      `${first || days ? `${clock.date(span.origin + at)} ` : ''}${clock.time(span.origin + at, decimals)}`;
    fill(shown, `${time(from, true)} to ${time(to, false)} (${clock.zone}), ${secondsText(to - from)}`);
    for (const at of [0, 2, 3, 4]) buttons[at].disabled = !span.zoomed;
  };
  span.listen(tell);
  tell();
  return make(
    'div',
    { class: 'bar zoom' },
    make('div', { class: 'buttons', role: 'group', 'aria-label': 'Zoom' }, ...buttons),
    shown,
    make('p', { class: 'quiet hint' }, 'Drag over a chart to zoom all of them; a double click shows the whole time.'),
  );
}
