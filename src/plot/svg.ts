/**
 * A picture as SVG. Owns its layout, colours and styles: nothing outside the file is needed, nothing in it runs, and it follows the viewer's
 * light or dark. Styles hold below the class of the root only, so that it can stand within a page.
 */
import { figure, tickLabels } from './figures.js';
import { type Area, drawnLines } from './lines.js';
import { axisText, countText, type Picture, scaleOf } from './picture.js';
import type { Series } from './series.js';
import { fitted, px, textWidth, xmlText } from './svg-text.js';
import { positionOf, type ValueScale } from './ticks.js';
import { stretchText, type TimeTick, timeTicks, zoneText } from './time-ticks.js';

export interface SvgSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Below it labels have no room. */
export const LEAST_SIZE: SvgSize = { widthPx: 320, heightPx: 240 };

const FONT_PX = 12;
const TITLE_PX = 15;
const LINE_PX = 17;
const EDGE_PX = 14;
/** Room of a label and of a tick across an axis. */
const TICK_PX = 32;
const GAP_PX = 6;
/** Of a number in the legend. */
const FIGURE_PX = 76;
const SAMPLE_PX = 30;

// Blue and vermilion, light blue and orange on dark (Okabe and Ito): told apart with any kind of colour vision; the second line is dashed too.
const STYLE = `
.tcploom-plot{font:${FONT_PX}px sans-serif;background:#fff}
.tcploom-plot .ground{fill:#fff}
.tcploom-plot text{fill:#1f2328}
.tcploom-plot .quiet{fill:#57606a}
.tcploom-plot .title{font-size:${TITLE_PX}px;font-weight:bold}
.tcploom-plot .grid{stroke:#d8dee4;fill:none}
.tcploom-plot .axis{stroke:#57606a;fill:none}
.tcploom-plot .line{fill:none;stroke-width:1.6;stroke-linejoin:round}
.tcploom-plot .s0{stroke:#0062a3}
.tcploom-plot .s1{stroke:#b84a00;stroke-dasharray:5 3}
.tcploom-plot .dot.s0,.tcploom-plot text.t0{fill:#0062a3;stroke:none}
.tcploom-plot .dot.s1,.tcploom-plot text.t1{fill:#b84a00;stroke:none}
@media (prefers-color-scheme:dark){
.tcploom-plot{background:#0d1117}
.tcploom-plot .ground{fill:#0d1117}
.tcploom-plot text{fill:#e6edf3}
.tcploom-plot .quiet{fill:#9da7b1}
.tcploom-plot .grid{stroke:#2b323b}
.tcploom-plot .axis{stroke:#9da7b1}
.tcploom-plot .s0{stroke:#56b4e9}
.tcploom-plot .s1{stroke:#f0a01e}
.tcploom-plot .dot.s0,.tcploom-plot text.t0{fill:#56b4e9}
.tcploom-plot .dot.s1,.tcploom-plot text.t1{fill:#f0a01e}
}
`;

interface Layout extends SvgSize {
  readonly area: Area;
  readonly scales: readonly ValueScale[];
  readonly labels: readonly (readonly string[])[];
}

/** A whole document, with a newline at its end. */
export function renderSvg(picture: Picture, size: SvgSize): string {
  const layout = layOut(picture, size);
  const { widthPx, heightPx } = size;
  const title = picture.series.map(({ field }) => `${field.name} (${field.meaning})`).join(' and ');
  const short = picture.series.map(({ field }) => field.name).join(' and ');
  const room = widthPx - 2 * EDGE_PX;
  const head = fitsTitle(title, room) ? title : short;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" class="tcploom-plot" role="img" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}">`,
    `<title>${xmlText(title)}</title>`,
    `<desc>${xmlText(describe(picture))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${widthPx}" height="${heightPx}"/>`,
    text(EDGE_PX, EDGE_PX + TITLE_PX - 3, fitted(head, TITLE_PX * BOLD_SHARE, room), 'title'),
    text(EDGE_PX, EDGE_PX + TITLE_PX + LINE_PX - 2, fitted(rangeText(picture), FONT_PX, room), 'quiet'),
    ...timeAxis(picture, layout),
    ...valueAxes(picture, layout),
    ...curves(picture, layout),
    ...legend(picture, layout),
    '</svg>',
    '',
  ].join('\n');
}

/** Bold letters are wider. */
const BOLD_SHARE = 1.08;

const fitsTitle = (title: string, room: number): boolean => textWidth(title, TITLE_PX * BOLD_SHARE) <= room;

function layOut(picture: Picture, { widthPx, heightPx }: SvgSize): Layout {
  const top = EDGE_PX + TITLE_PX + LINE_PX + GAP_PX + 6;
  const below = 2 * LINE_PX + LINE_PX + GAP_PX + legendRows(picture, widthPx) * LINE_PX + EDGE_PX;
  const bottom = heightPx - below;
  const axes = Math.max(...picture.axisOf) + 1;
  const scales = Array.from({ length: axes }, (_, axis) =>
    scaleOf(picture, axis, Math.floor((bottom - top) / TICK_PX) + 1),
  );
  const labels = scales.map((scale, axis) =>
    tickLabels(scale.ticks, seriesOf(picture, axis).field.baseUnit, scale.isLogarithmic),
  );
  const rooms = labels.map((some) => Math.max(0, ...some.map((label) => textWidth(label, FONT_PX))));
  const left = EDGE_PX + LINE_PX + rooms[0] + GAP_PX;
  // The label of the last tick may stick out.
  const right = widthPx - (axes > 1 ? EDGE_PX + LINE_PX + rooms[1] + GAP_PX : EDGE_PX + LINE_PX);
  return { widthPx, heightPx, area: { left, right, top, bottom }, scales, labels };
}

/** The first series of an axis, whose unit is that of all. */
const seriesOf = (picture: Picture, axis: number): Series => picture.series[picture.axisOf.indexOf(axis)];

function rangeText({ range, series }: Picture): string {
  return `${stretchText(range.fromSec, range.toSec)} \u00b7 ${countText(series)}`;
}

/** For those who do not see the picture. */
function describe(picture: Picture): string {
  const { fromSec, toSec } = picture.range;
  const parts = picture.series.map((one) => {
    const [min, average, max, last] = figures(one);
    const unit = axisText(one);
    return `${one.field.name}, ${one.field.meaning} in ${unit}: minimum ${min}, average ${average}, maximum ${max}, last ${last}.`;
  });
  return `Line chart over time, ${rangeText(picture)} (${zoneText(fromSec, toSec)}). ${parts.join(' ')}`;
}

function timeAxis({ range }: Picture, { area, widthPx }: Layout): string[] {
  const { fromSec, toSec } = range;
  const x = (atSec: number): number => area.left + ((atSec - fromSec) / (toSec - fromSec)) * (area.right - area.left);
  const ticks = timeTicks(fromSec, toSec, (area.right - area.left) / (FONT_PX * 0.6));
  const parts = ticks.map(
    (tick) => `<path class="grid" d="M${px(x(tick.atSec))} ${px(area.top)}V${px(area.bottom + 4)}"/>`,
  );
  const y = area.bottom + LINE_PX;
  for (const tick of ticks) parts.push(text(x(tick.atSec), y, tick.label, 'quiet', 'middle'));
  const places = contexts(ticks, x);
  for (const { at, label } of places) {
    const half = textWidth(label, FONT_PX) / 2;
    const inside = Math.min(widthPx - EDGE_PX - half, Math.max(EDGE_PX + half, at));
    parts.push(text(inside, y + LINE_PX, label, 'quiet', 'middle'));
  }
  const zone = `local time (${zoneText(fromSec, toSec)})`;
  parts.push(
    text(
      (area.left + area.right) / 2,
      y + 2 * LINE_PX,
      fitted(zone, FONT_PX, area.right - area.left),
      'quiet',
      'middle',
    ),
  );
  return parts;
}

/** Dates below the labels: the first, and where it changes; of two that would touch, the later. */
function contexts(ticks: readonly TimeTick[], x: (atSec: number) => number): { at: number; label: string }[] {
  const found: { at: number; label: string }[] = [];
  let before = '';
  for (const { atSec, context } of ticks) {
    if (context === before || context === '') continue;
    before = context;
    const last = found.at(-1);
    const room = textWidth(context, FONT_PX) + GAP_PX;
    if (last !== undefined && x(atSec) - last.at < room) found.pop();
    found.push({ at: x(atSec), label: context });
  }
  return found;
}

function valueAxes(picture: Picture, { area, scales, labels, widthPx }: Layout): string[] {
  const parts: string[] = [];
  const middle = (area.top + area.bottom) / 2;
  scales.forEach((scale, axis) => {
    const isLeft = axis === 0;
    // With two axes each has the colour of its line.
    const tone = scales.length > 1 ? `t${axis}` : 'quiet';
    const x = isLeft ? area.left : area.right;
    scale.ticks.forEach((tick, index) => {
      const y = area.bottom - positionOf(scale, tick) * (area.bottom - area.top);
      const end = isLeft ? area.right : area.right + 4;
      parts.push(
        `<path class="${isLeft ? 'grid' : 'axis'}" d="M${px(isLeft ? area.left - 4 : area.right)} ${px(y)}H${px(end)}"/>`,
      );
      parts.push(text(isLeft ? x - GAP_PX : x + GAP_PX, y + 4, labels[axis][index], tone, isLeft ? 'end' : 'start'));
    });
    const room = area.bottom - area.top + TITLE_PX;
    const full = axisText(seriesOf(picture, axis));
    const unit = textWidth(full, FONT_PX) <= room ? full : seriesOf(picture, axis).field.baseUnit;
    const at = isLeft ? EDGE_PX + 9 : widthPx - EDGE_PX - 4;
    parts.push(
      `<text class="${tone}" text-anchor="middle" transform="translate(${px(at)} ${px(middle)}) rotate(-90)">${xmlText(fitted(unit, FONT_PX, room))}</text>`,
    );
  });
  const rightSide = scales.length > 1 ? `V${px(area.top)}` : '';
  parts.push(
    `<path class="axis" d="M${px(area.left)} ${px(area.top)}V${px(area.bottom)}H${px(area.right)}${rightSide}"/>`,
  );
  return parts;
}

function curves(picture: Picture, { area, scales }: Layout): string[] {
  const { fromSec, toSec } = picture.range;
  return picture.series.flatMap(({ stretches }, index) => {
    const scale = scales[picture.axisOf[index]];
    const across = (atSec: number): number => (atSec - fromSec) / (toSec - fromSec);
    const lines = drawnLines(stretches, area, across, (value) => positionOf(scale, value));
    const path = lines
      .filter((line) => line.length > 2)
      .map(pathOf)
      .join('');
    // Where many reports stand alone, most of them are at the same place.
    const alone = lines.filter((line) => line.length === 2);
    const dots = new Map(alone.map(([x, y]) => [`${Math.round(x)} ${Math.round(y)}`, [x, y]]));
    return [
      ...(path === '' ? [] : [`<path class="line s${index}" d="${path}"/>`]),
      ...[...dots.values()].map(([x, y]) => `<circle class="dot s${index}" cx="${px(x)}" cy="${px(y)}" r="2"/>`),
    ];
  });
}

function pathOf(line: readonly number[]): string {
  let path = '';
  for (let i = 0; i < line.length; i += 2)
    path += `${i === 0 ? 'M' : i === 2 ? 'L' : ' '}${px(line[i])} ${px(line[i + 1])}`;
  return path;
}

const HEADS = ['min', 'avg', 'max', 'last'];

const figures = ({ field, statistics }: Series): string[] =>
  [statistics!.min, statistics!.average, statistics!.max, statistics!.last].map((value) =>
    figure(value, field.baseUnit),
  );

/** A narrow picture has the name of a series on a line of its own. */
const isNarrow = (widthPx: number): boolean => widthPx < 2 * EDGE_PX + SAMPLE_PX + 160 + HEADS.length * FIGURE_PX;

const legendRows = ({ series }: Picture, widthPx: number): number => 1 + series.length * (isNarrow(widthPx) ? 2 : 1);

function legend(picture: Picture, { widthPx, heightPx }: Layout): string[] {
  const narrow = isNarrow(widthPx);
  const columnPx = narrow ? (widthPx - 2 * EDGE_PX) / HEADS.length : FIGURE_PX;
  const right = (column: number): number => widthPx - EDGE_PX - (HEADS.length - 1 - column) * columnPx;
  let y = heightPx - EDGE_PX - (legendRows(picture, widthPx) - 1) * LINE_PX;
  const parts = HEADS.map((head, column) => text(right(column), y, head, 'quiet', 'end'));
  picture.series.forEach((one, index) => {
    y += LINE_PX;
    parts.push(`<path class="line s${index}" d="M${EDGE_PX} ${px(y - 4)}h${SAMPLE_PX - GAP_PX}"/>`);
    const nameRoom = narrow ? widthPx - 2 * EDGE_PX - SAMPLE_PX : right(0) - columnPx - EDGE_PX - SAMPLE_PX;
    const full = `${one.field.name}: ${one.field.meaning}, ${axisText(one)}`;
    const name = textWidth(full, FONT_PX) <= nameRoom ? full : `${one.field.name}, ${axisText(one)}`;
    parts.push(text(EDGE_PX + SAMPLE_PX, y, fitted(name, FONT_PX, nameRoom)));
    if (narrow) y += LINE_PX;
    figures(one).forEach((value, column) => {
      parts.push(text(right(column), y, value, undefined, 'end'));
    });
  });
  return parts;
}

function text(x: number, y: number, content: string, style?: string, anchor = 'start'): string {
  const styleText = style === undefined ? '' : ` class="${style}"`;
  const anchorText = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text${styleText} x="${px(x)}" y="${px(y)}"${anchorText}>${xmlText(content)}</text>`;
}
