/**
 * A picture as lines of text: a panel for each series above a common time axis, dots of braille, or of ASCII where the terminal has no more.
 * Owns the layout; writes no control characters, so the lines can go anywhere.
 */
import { figure, tickLabels } from './figures.js';
import { drawnLines, type Line } from './lines.js';
import { axisText, countText, type Picture, scaleOf } from './picture.js';
import type { Series } from './series.js';
import { positionOf } from './ticks.js';
import { stretchText, timeTicks, zoneText } from './time-ticks.js';

export interface TerminalForm {
  readonly columns: number;
  readonly rows: number;
  /** Braille and box drawing, or ASCII. */
  readonly isUnicode: boolean;
}

/** Less is no picture: the figures are printed alone. */
const LEAST_COLUMNS = 30;
const LEAST_PANEL_ROWS = 3;
/** Rows of a panel between two labels. */
const ROWS_PER_TICK = 2;

/** How many dots a character has. */
interface DotForm {
  readonly across: number;
  readonly down: number;
  /** Bits of the dots: row by row within the character. */
  readonly character: (bits: number) => string;
  readonly frame: {
    readonly side: string;
    readonly tick: string;
    readonly corner: string;
    readonly floor: string;
    readonly mark: string;
  };
}

/** Dots of a braille character by column and row (Unicode, block 2800). */
const BRAILLE_BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

const BRAILLE: DotForm = {
  across: 2,
  down: 4,
  character: (bits) => {
    let code = 0;
    BRAILLE_BITS.forEach((bit, index) => {
      if (bits & (1 << index)) code |= bit;
    });
    return code === 0 ? ' ' : String.fromCharCode(0x2800 + code);
  },
  frame: { side: '\u2502', tick: '\u2524', corner: '\u2514', floor: '\u2500', mark: '\u252c' },
};

const ASCII: DotForm = {
  across: 1,
  down: 2,
  character: (bits) => " '.:"[bits],
  frame: { side: '|', tick: '+', corner: '+', floor: '-', mark: '+' },
};

/** At most `rows` lines of at most `columns` characters, without newlines. */
export function renderTerminal(picture: Picture, { columns, rows, isUnicode }: TerminalForm): string[] {
  const form = isUnicode ? BRAILLE : ASCII;
  const panels = picture.series.length;
  // Below: the floor, labels, the range of time.
  const below = 3;
  const bodyRows = Math.floor((rows - below - panels) / panels);
  const heads = picture.series.map((one) => headLine(one, columns));
  if (columns < LEAST_COLUMNS || bodyRows < LEAST_PANEL_ROWS) {
    return [...heads, rangeLine(picture, columns)].slice(0, Math.max(1, rows));
  }
  const sides = picture.series.map((series, index) => sideLabels(picture, series, index, bodyRows));
  const sideChars = Math.max(...sides.flat().map((label) => label.length)) + 1;
  const plotChars = columns - sideChars - 1;
  const lines = picture.series.flatMap((_, index) => [
    heads[index],
    ...panelRows(picture, index, form, plotChars, bodyRows).map((dots, row) => {
      const label = sides[index][row];
      const edge = label === '' ? form.frame.side : form.frame.tick;
      return `${label.padStart(sideChars - 1)} ${edge}${dots}`.trimEnd();
    }),
  ]);
  return [...lines, ...timeLines(picture, form, sideChars, plotChars), rangeLine(picture, columns)];
}

/** Whole figures only: a number that is cut short is another number. */
function headLine(series: Series, columns: number): string {
  const { field, statistics } = series;
  const figures = (['min', 'average', 'max', 'last'] as const).map((name) => {
    const label = name === 'average' ? 'avg' : name;
    return `${label} ${figure(statistics![name], field.baseUnit)}`;
  });
  const names = [`${field.name} [${axisText(series)}]`, `${field.name} [${field.baseUnit}]`, field.name];
  const name = names.find((text) => [text, ...figures].join('  ').length <= columns) ?? field.name;
  while (figures.length > 0 && [name, ...figures].join('  ').length > columns) figures.pop();
  return [name, ...figures].join('  ').slice(0, columns);
}

function rangeLine({ range: { fromSec, toSec }, series }: Picture, columns: number): string {
  const stretch = stretchText(fromSec, toSec);
  const zoned = `${stretch} (${zoneText(fromSec, toSec)})`;
  return [`${zoned}, ${countText(series)}`, zoned].find((text) => text.length <= columns) ?? stretch.slice(0, columns);
}

const panelScale = (picture: Picture, index: number, bodyRows: number) =>
  scaleOf(picture, picture.axisOf[index], Math.max(1, Math.floor(bodyRows / ROWS_PER_TICK)));

/** A label or nothing for each row. */
function sideLabels(picture: Picture, series: Series, index: number, bodyRows: number): string[] {
  const scale = panelScale(picture, index, bodyRows);
  const texts = tickLabels(scale.ticks, series.field.baseUnit, scale.isLogarithmic);
  const labels = Array.from({ length: bodyRows }, () => '');
  scale.ticks.forEach((tick, at) => {
    const row = Math.min(bodyRows - 1, Math.floor((1 - positionOf(scale, tick)) * bodyRows));
    if (row >= 0 && labels[row] === '') labels[row] = texts[at];
  });
  return labels;
}

function panelRows(picture: Picture, index: number, form: DotForm, plotChars: number, bodyRows: number): string[] {
  const [width, height] = [plotChars * form.across, bodyRows * form.down];
  const scale = panelScale(picture, index, bodyRows);
  const { fromSec, toSec } = picture.range;
  const lines = drawnLines(
    picture.series[index].stretches,
    { left: 0, right: width - 1, top: 0, bottom: height - 1 },
    (atSec) => (atSec - fromSec) / (toSec - fromSec),
    (value) => positionOf(scale, value),
  );
  const bits = new Uint8Array(plotChars * bodyRows);
  for (const line of lines) {
    drawLine(line, (x, y) => {
      const cell = Math.floor(y / form.down) * plotChars + Math.floor(x / form.across);
      bits[cell] |= 1 << ((y % form.down) * form.across + (x % form.across));
    });
  }
  return Array.from({ length: bodyRows }, (_, row) =>
    Array.from(bits.subarray(row * plotChars, (row + 1) * plotChars), form.character).join(''),
  );
}

/** Every dot from point to point. */
function drawLine(line: Line, set: (x: number, y: number) => void): void {
  let [x0, y0] = [Math.round(line[0]), Math.round(line[1])];
  set(x0, y0);
  for (let i = 2; i < line.length; i += 2) {
    const [x1, y1] = [Math.round(line[i]), Math.round(line[i + 1])];
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
    for (let step = 1; step <= steps; step++) {
      set(Math.round(x0 + ((x1 - x0) * step) / steps), Math.round(y0 + ((y1 - y0) * step) / steps));
    }
    [x0, y0] = [x1, y1];
  }
}

/** The floor with its marks, and the labels below them. */
function timeLines({ range }: Picture, form: DotForm, sideChars: number, plotChars: number): string[] {
  const { fromSec, toSec } = range;
  const floor = Array.from({ length: plotChars }, () => form.frame.floor);
  const labels = Array.from({ length: sideChars + 1 + plotChars }, () => ' ');
  let free = 0;
  for (const { atSec, label } of timeTicks(fromSec, toSec, plotChars)) {
    const at = Math.round(((atSec - fromSec) / (toSec - fromSec)) * (plotChars - 1));
    floor[at] = form.frame.mark;
    const begin = Math.min(
      labels.length - label.length,
      Math.max(0, sideChars + 1 + at - Math.floor(label.length / 2)),
    );
    if (begin < free) continue;
    for (let i = 0; i < label.length; i++) labels[begin + i] = label[i];
    free = begin + label.length + 1;
  }
  return [`${' '.repeat(sideChars)}${form.frame.corner}${floor.join('')}`, labels.join('').trimEnd()];
}
