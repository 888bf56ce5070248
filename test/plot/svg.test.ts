/**
 * Pictures as SVG: valid whatever is drawn, every point within the plot, and readable by those who do not see it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { makePicture, NothingToDraw, type Picture } from '../../src/plot/picture.js';
import { LEAST_SIZE, renderSvg } from '../../src/plot/svg.js';
import { MORNING_SEC, parsed, type ReportRow, reportText } from '../support/machine-reports.js';
import { anyRequest, anyRows, pictureOf, REQUEST } from '../support/pictures.js';
import { checkProperty } from '../support/property.js';
import { parseXml, type XmlElement } from '../support/well-formed.js';

const SIZE = { widthPx: 800, heightPx: 400 };
const ROWS: ReportRow[] = [3, 9, 4, 7].map((value, i) => ['D', MORNING_SEC + 10 * i, 10, value, 1000 * value]);

const isOf = (element: XmlElement, style: string): boolean =>
  (element.attributes.get('class') ?? '').split(' ').includes(style);

interface Drawn {
  /** Lines as pairs of x and y. */
  readonly lines: number[][][];
  readonly area: { left: number; right: number; top: number; bottom: number };
  readonly elements: XmlElement[];
}

function read(svg: string): Drawn {
  const elements = parseXml(svg);
  const axis = elements.find((element) => isOf(element, 'axis') && /V.*H/.test(element.attributes.get('d')!))!;
  const [left, top, bottom, right] = axis.attributes
    .get('d')!
    .match(/-?[\d.]+/g)!
    .map(Number);
  const lines = elements.flatMap((element) => {
    if (element.name === 'circle') return [[['cx', 'cy'].map((name) => Number(element.attributes.get(name)))]];
    // The samples of the legend are relative.
    const path = element.attributes.get('d') ?? '';
    if (!isOf(element, 'line') || path.includes('h')) return [];
    return path
      .slice(1)
      .split('M')
      .map((part) => part.split(/[L ]/).map(Number))
      .map(pairs);
  });
  return { lines, area: { left, right, top, bottom }, elements };
}

const pairs = (numbers: readonly number[]): number[][] =>
  Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);

function assertWithin({ lines, area }: Drawn): void {
  for (const line of lines) {
    line.forEach(([x, y], index) => {
      assert.ok(x >= area.left - 0.06 && x <= area.right + 0.06, `x ${x} in ${JSON.stringify(area)}`);
      assert.ok(y >= area.top - 0.06 && y <= area.bottom + 0.06, `y ${y} in ${JSON.stringify(area)}`);
      if (index > 0) assert.ok(x >= line[index - 1][0], 'x falls');
    });
  }
}

describe('an SVG', () => {
  it('draws each value where its axis says', () => {
    const { lines, area } = read(renderSvg(pictureOf(ROWS), SIZE));
    assert.equal(lines.length, 1);
    assert.equal(lines[0].length, 4);
    const height = area.bottom - area.top;
    // From 0 to 10.
    lines[0].forEach(([x, y], i) => {
      assert.ok(Math.abs(x - (area.left + ((area.right - area.left) * i) / 3)) < 0.11);
      assert.ok(Math.abs(y - (area.bottom - (height * [3, 9, 4, 7][i]) / 10)) < 0.11);
    });
  });

  it('is an image with a title and a description, and nothing in it runs or is fetched', () => {
    const svg = renderSvg(pictureOf(ROWS, { fields: ['numPkts', 'rawBandwidth'] }), SIZE);
    const elements = parseXml(svg);
    assert.equal(elements[0].attributes.get('role'), 'img');
    const textOf = (name: string): string => elements.find((element) => element.name === name)!.text;
    assert.equal(textOf('title'), 'numPkts (packets) and rawBandwidth (bandwidth of whole packets)');
    const DESCRIPTION =
      /numPkts, packets in packets per report: minimum 3, average 5.75, maximum 9, last 7\. rawBandwidth.* in bit\/s: minimum 3 M, /;
    assert.match(textOf('desc'), DESCRIPTION);
    assert.match(textOf('desc'), /2026-11-21 08:00:00 to 08:00:30 \u00b7 4 reports \(UTC\)/);
    assert.match(textOf('style'), /prefers-color-scheme:dark/);
    assert.doesNotMatch(
      svg.replace('http://www.w3.org/2000/svg', ''),
      /<script|<foreignObject|href|url\(|@import|http/,
    );
  });

  it('has an axis on either side for two units, lines that differ in style too, and one axis for one unit', () => {
    const two = parseXml(renderSvg(pictureOf(ROWS, { fields: ['numPkts', 'rawBandwidth'] }), SIZE));
    const rotated = (elements: XmlElement[]): string[] =>
      elements.filter(({ attributes }) => attributes.get('transform')?.includes('rotate')).map(({ text }) => text);
    assert.deepEqual(rotated(two), ['packets per report', 'bit/s']);
    assert.match(two.find(({ name }) => name === 'style')!.text, /\.s1\{[^}]*stroke-dasharray/);
    assert.deepEqual(rotated(parseXml(renderSvg(pictureOf(ROWS), SIZE))), ['packets per report']);
  });

  it('has the lowest, average, highest and last value in its legend', () => {
    const texts = parseXml(renderSvg(pictureOf(ROWS), SIZE)).map(({ text }) => text);
    const at = texts.indexOf('numPkts: packets, packets per report');
    assert.deepEqual(texts.slice(at + 1, at + 5), ['3', '5.75', '9', '7']);
  });

  it('cuts lines at the ends that were set', () => {
    const drawn = read(renderSvg(pictureOf(ROWS, { lower: 4, upper: 8 }), SIZE));
    assertWithin(drawn);
    const { top, bottom } = drawn.area;
    const ends = drawn.lines.flatMap((line) => [line[0][1], line.at(-1)![1]]);
    assert.ok(ends.filter((y) => Math.abs(y - top) < 0.11).length === 2, `${ends}`);
    assert.ok(
      ends.some((y) => Math.abs(y - bottom) < 0.11),
      `${ends}`,
    );
  });

  it('shows a report between gaps as a dot', () => {
    const { lines } = read(renderSvg(pictureOf(ROWS.slice(0, 1)), SIZE));
    assert.deepEqual(
      lines.map((line) => line.length),
      [1],
    );
  });

  it('of many reports with gaps around each has no more dots than places', () => {
    const rows = Array.from(
      { length: 50_000 },
      (_, i): ReportRow => ['D', MORNING_SEC + i, 1, i % 2 === 0 ? i % 3 : '0x1', 0],
    );
    const svg = renderSvg(pictureOf(rows), SIZE);
    assert.ok(svg.length < 150_000, `${svg.length} characters`);
    assert.ok(read(svg).lines.length > 1000);
  });

  it('of a hundred thousand reports is no longer than its width asks for, and keeps the highest', () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, i): ReportRow => ['D', MORNING_SEC + i, 1, i === 77_777 ? 5000 : i % 9, 0],
    );
    const svg = renderSvg(pictureOf(rows), SIZE);
    assert.ok(svg.length < 60_000, `${svg.length} characters`);
    const { lines, area } = read(svg);
    assert.equal(Math.min(...lines.flat().map(([, y]) => y)), area.top);
  });

  it('has texts from the file escaped', () => {
    const name = '<a href="&">\uffff\ud800';
    const picture = makePicture(
      parsed(reportText([name], [['D', MORNING_SEC, 1, 1]])),
      REQUEST_OF(parsed(reportText([name], []))),
    );
    const svg = renderSvg(picture, SIZE);
    parseXml(svg);
    assert.ok(svg.includes('&lt;a href=&quot;&amp;&quot;&gt;\ufffd\ufffd'));
  });
});

/** The column as it came through the decoder. */
const REQUEST_OF = (parser: { columns: ReadonlySet<string> }) => ({
  ...REQUEST,
  fields: [[...parser.columns].at(-1)!],
});

describe('any picture', () => {
  const side = (least: number) => fc.integer({ min: least, max: 3000 });
  const size = fc.record({ widthPx: side(LEAST_SIZE.widthPx), heightPx: side(LEAST_SIZE.heightPx) });

  it('is well-formed, with every point within the plot and time that never falls', (t) => {
    let drawn = 0;
    checkProperty(
      t,
      fc.property(anyRows, anyRequest, size, (rows, request, givenSize) => {
        let picture: Picture;
        try {
          picture = pictureOf(rows, request);
        } catch (error) {
          assert.ok(error instanceof NothingToDraw, String(error));
          return;
        }
        drawn++;
        const svg = renderSvg(picture, givenSize);
        assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
        const found = read(svg);
        assert.ok(found.area.left < found.area.right && found.area.top < found.area.bottom, JSON.stringify(found.area));
        assertWithin(found);
      }),
      500,
    );
    assert.ok(drawn > 100, `${drawn} pictures`);
  });
});

describe('the check of XML', () => {
  const WRONG = [
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a>&</a>',
    '<a b="1" b="2"/>',
    "<a b='1'/>",
    '<a b=1/>',
    '<a>\u0001</a>',
    'x<a/>',
    '<a',
    '<a b="<"/>',
  ];
  for (const text of WRONG) it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseXml(text)));
  it('takes what is right', () =>
    assert.equal(parseXml('<?xml version="1.0"?>\n<a b="&lt;"><c/>x &amp; y</a>\n').length, 2));
});
