/**
 * The time-sequence graph of one direction of a session: a stroke for each segment from its first to its last byte, between the line of what the other
 * side has acknowledged and that of what it has room for.
 */
import uPlot from 'uplot';
import { symptomBit } from '../../analysis/symptoms.js';
import { button, fill, make } from './dom.js';
import { ACK, ackOf, FIN, missing, RST, type Segments, SYN, seqOf } from './segments.js';
import { countText, plain, scaled } from './texts.js';
import { colour } from './theme.js';

const HEIGHT_PX = 420;
const AGAIN = symptomBit('retransmission');
const EARLY = symptomBit('out_of_order');
const FONT = '11px system-ui, sans-serif';
const SIDES = ['client to server', 'server to client'] as const;

/** Rows of a direction, as uPlot wants them: null where a row is not of the line. */
interface Lines {
  readonly times: number[];
  readonly first: (number | null)[];
  readonly last: (number | null)[];
  readonly marks: number[];
  readonly acks: (number | null)[];
  readonly rooms: (number | null)[];
  readonly end: number;
  readonly top: number;
}

export class SequenceGraph {
  readonly root: HTMLElement;
  readonly #segments: Segments;
  readonly #place = make('div', { class: 'plot' });
  readonly #words = make('p', { class: 'quiet', role: 'status' });
  readonly #buttons: readonly HTMLButtonElement[];
  #plot: uPlot | undefined;
  #side: number;

  constructor(segments: Segments) {
    this.#segments = segments;
    let balance = 0;
    for (let row = 0; row < segments.length; row++)
      balance += segments.side[row] === 0 ? segments.payload[row] : -segments.payload[row];
    this.#side = balance >= 0 ? 0 : 1;
    this.#buttons = SIDES.map((name, side) => button(name, () => this.#show(side)));
    const key = (name: string, text: string): HTMLElement =>
      make('span', { class: 'key' }, make('span', { class: `swatch ${name}`, 'aria-hidden': 'true' }), text);
    this.root = make(
      'div',
      {},
      make(
        'div',
        { class: 'bar' },
        make('div', { class: 'buttons', role: 'group', 'aria-label': 'Direction' }, ...this.#buttons),
        make(
          'div',
          { class: 'legend' },
          key('line-0', 'segment'),
          key('line-1', 'sent again (×)'),
          key('line-2', 'out of order (○)'),
          key('ack', 'acknowledged'),
          key('room dashed', 'window'),
        ),
        make('p', { class: 'quiet hint' }, 'Drag to zoom, double click for all.'),
      ),
      this.#place,
      this.#words,
    );
    new ResizeObserver(() => this.resize()).observe(this.#place);
  }

  /** Draws it when it can be seen. */
  resize(): void {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    if (this.#plot === undefined) this.#show(this.#side);
    else if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT_PX });
  }

  redraw(): void {
    this.#plot?.redraw(false, true);
  }

  destroy(): void {
    this.#plot?.destroy();
  }

  #show(side: number): void {
    this.#side = side;
    this.#buttons.forEach((element, at) => {
      element.setAttribute('aria-pressed', String(at === side));
    });
    const lines = linesOf(this.#segments, side);
    const again = lines.marks.filter((set) => set & AGAIN).length;
    const sent = lines.first.filter((value) => value !== null).length;
    const words = `${SIDES[side]}: ${sent} segments with data, SYN, FIN or RST, ${again} of them sent again, up to sequence number ${countText(lines.end)}`;
    fill(
      this.#words,
      `${words}.${missing(this.#segments) > 0 ? ' Lines run straight over the segments that are not in this report.' : ''}`,
    );
    this.#plot?.destroy();
    const data = [lines.times, lines.acks, lines.rooms, lines.first] as uPlot.AlignedData;
    this.#plot = new uPlot(this.#options(lines), data, this.#place);
    this.#plot.root.setAttribute('role', 'img');
    this.#plot.root.setAttribute('aria-label', `Time-sequence graph, ${words}`);
  }

  #options(lines: Lines): uPlot.Options {
    const axis = (label: string, size: number): uPlot.Axis => ({
      stroke: () => colour('--quiet'),
      font: FONT,
      label,
      labelFont: FONT,
      labelSize: 16,
      labelGap: 0,
      size,
      gap: 3,
      grid: { stroke: () => colour('--rule'), width: 1 },
      ticks: { stroke: () => colour('--rule'), width: 1, size: 4 },
    });
    const end = lines.times[lines.times.length - 1] ?? 0;
    return {
      width: this.#place.clientWidth,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { drag: { x: true, y: true, uni: 24 }, points: { show: false } },
      scales: {
        x: {
          time: false,
          range: (_, min, max) => (min === 0 && max >= end ? [-end * 0.01, Math.max(end * 1.01, 1e-6)] : [min, max]),
        },
        y: {
          range: (plot, min, max) =>
            plot.scales.x.min! <= 0 && plot.scales.x.max! >= end ? [0, lines.top * 1.03 + 1] : [min ?? 0, max ?? 1],
        },
      },
      axes: [
        axis('time since the first packet (s)', 34),
        { ...axis('sequence number (bytes)', 62), values: (_, ticks) => ticks.map((tick) => plain(scaled(tick, ''))) },
      ],
      series: [
        {},
        { stroke: () => colour('--ack'), width: 1.2, paths: steps, points: { show: false } },
        { stroke: () => colour('--room'), width: 1.2, dash: [4, 3], paths: steps, points: { show: false } },
        { stroke: () => colour('--line-0'), paths: () => null, points: { show: (plot) => this.#strokes(plot, lines) } },
      ],
    };
  }

  /** Draws all segments, with uPlot's clipping in force; says that uPlot has no points to draw. */
  #strokes(plot: uPlot, { times, first, last, marks }: Lines): boolean {
    const { ctx } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
    ctx.clip();
    for (const kind of [0, EARLY, AGAIN]) {
      ctx.beginPath();
      for (let row = 0; row < times.length; row++) {
        const from = first[row];
        if (from === null || kindOf(marks[row]) !== kind) continue;
        const x = plot.valToPos(times[row], 'x', true);
        const top = plot.valToPos(last[row]!, 'y', true);
        const bottom = plot.valToPos(from, 'y', true);
        ctx.moveTo(x, Math.max(bottom, top + ratio));
        ctx.lineTo(x, top);
        const middle = (top + bottom) / 2;
        const size = 3.5 * ratio;
        if (kind === 0 && bottom - top > 6 * ratio) {
          for (const y of [top, bottom]) {
            ctx.moveTo(x - 1.5 * ratio, y);
            ctx.lineTo(x + 1.5 * ratio, y);
          }
        } else if (kind === AGAIN) {
          ctx.moveTo(x - size, middle - size);
          ctx.lineTo(x + size, middle + size);
          ctx.moveTo(x - size, middle + size);
          ctx.lineTo(x + size, middle - size);
        } else if (kind === EARLY) {
          ctx.moveTo(x + size, middle);
          ctx.arc(x, middle, size, 0, 2 * Math.PI);
        }
      }
      ctx.strokeStyle = colour(kind === 0 ? '--line-0' : kind === AGAIN ? '--line-1' : '--line-2');
      ctx.lineWidth = (kind === 0 ? 1.2 : 1.6) * ratio;
      ctx.stroke();
    }
    ctx.restore();
    return false;
  }
}

const kindOf = (marks: number): number => (marks & AGAIN ? AGAIN : marks & EARLY ? EARLY : 0);

/** A staircase through the rows that have a value. */
const steps: uPlot.Series.PathBuilder = (plot, series, from, to) => {
  const path = new Path2D();
  const values = plot.data[series];
  const times = plot.data[0];
  let before: number | null = null;
  // From before the left edge, for the step that is there.
  let start = from;
  while (start > 0 && values[start] === null) start--;
  for (let row = start; row <= Math.min(to + 1, times.length - 1); row++) {
    const value = values[row];
    if (value === null || value === undefined) continue;
    const x = plot.valToPos(times[row], 'x', true);
    const y = plot.valToPos(value, 'y', true);
    if (before === null) path.moveTo(x, y);
    else {
      path.lineTo(x, before);
      path.lineTo(x, y);
    }
    before = y;
  }
  return { stroke: path };
};

function linesOf(segments: Segments, side: number): Lines {
  const lines = {
    times: [] as number[],
    first: [] as (number | null)[],
    last: [] as (number | null)[],
    marks: [] as number[],
    acks: [] as (number | null)[],
    rooms: [] as (number | null)[],
  };
  let top = 1;
  for (let row = 0; row < segments.length; row++) {
    const flags = segments.flags[row];
    const ours = segments.side[row] === side;
    const length = segments.payload[row] + (flags & (SYN | FIN) ? 1 : 0);
    const shown = ours && (length > 0 || (flags & RST) !== 0);
    const acks = !ours && (flags & ACK) !== 0;
    const seq = seqOf(segments, row);
    const ack = ackOf(segments, row);
    lines.times.push(segments.time[row]);
    lines.first.push(shown ? seq : null);
    lines.last.push(shown ? seq + length : null);
    lines.marks.push(segments.symptoms[row]);
    lines.acks.push(acks ? ack : null);
    lines.rooms.push(acks ? ack + segments.window[row] : null);
    if (shown) top = Math.max(top, seq + length);
  }
  // A window that is far beyond what was ever sent would press the rest to the ground.
  return {
    ...lines,
    end: top,
    top: Math.max(
      top,
      Math.min(
        top * 1.3,
        lines.rooms.reduce<number>((most, room) => Math.max(most, room ?? 0), 0),
      ),
    ),
  };
}
