/**
 * Pictures as text: they fit, say what they show, and hold nothing that a terminal takes for a command.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NothingToDraw, type Picture } from '../../src/plot/picture.js';
import { renderTerminal } from '../../src/plot/terminal-plot.js';
import { MORNING_SEC, type ReportRow } from '../support/machine-reports.js';
import { anyRequest, anyRows, pictureOf } from '../support/pictures.js';
import { checkProperty } from '../support/property.js';

const ROWS: ReportRow[] = Array.from({ length: 61 }, (_, i) => ['D', MORNING_SEC + 10 * i, 10, i, 60 - i]);

describe('a picture on a terminal', () => {
  it('is a line from corner to corner, in braille', () => {
    const lines = renderTerminal(pictureOf(ROWS), { columns: 40, rows: 12, isUnicode: true });
    assert.deepEqual(lines, [
      'numPkts  min 0  avg 30  max 60  last 60',
      '60 ┤                                ⣀⠤⠔⠊',
      '   │                           ⣀⡠⠔⠒⠉',
      '40 ┤                      ⢀⡠⠤⠒⠉',
      '   │                  ⢀⠤⠒⠊⠁',
      '   │             ⢀⣀⠤⠒⠉⠁',
      '20 ┤         ⣀⠤⠒⠊⠁',
      '   │    ⣀⡠⠔⠊⠉',
      ' 0 ┤⡠⠤⠒⠉',
      '   └┬─────────────────┬────────────────┬',
      '  08:00             08:05          08:10',
      '2026-11-21 08:00:00 to 08:10:00 (UTC)',
    ]);
  });

  it('has a panel for each field', () => {
    const lines = renderTerminal(pictureOf(ROWS, { fields: ['numPkts', 'rawBandwidth'] }), {
      columns: 80,
      rows: 24,
      isUnicode: true,
    });
    assert.ok(lines.length <= 24);
    assert.deepEqual(
      lines.filter((line) => line.includes('avg')).map((line) => line.split('  ')[0]),
      ['numPkts [packets per report]', 'rawBandwidth [bit/s]'],
    );
  });

  it('is ASCII where the terminal knows no more', () => {
    const text = renderTerminal(pictureOf(ROWS), { columns: 60, rows: 20, isUnicode: false }).join('\n');
    assert.match(text, /^[\x20-\x7e\n]+$/);
    assert.match(text, /[.':]{3}/);
  });

  it('is its figures where there is no room', () => {
    for (const [columns, rows] of [
      [20, 24],
      [80, 5],
      [1, 1],
      [5, 0],
    ]) {
      const lines = renderTerminal(pictureOf(ROWS), { columns, rows, isUnicode: true });
      assert.ok(lines.length >= 1 && lines.length <= Math.max(1, rows));
      assert.ok(lines.every((line) => line.length <= columns));
    }
  });

  it('never shows a figure cut short', () => {
    for (let columns = 30; columns < 90; columns++) {
      const [head] = renderTerminal(pictureOf(ROWS), { columns, rows: 24, isUnicode: true });
      for (const [, name, value] of head.matchAll(/ {2}(min|avg|max|last) (\S+)/g)) {
        assert.equal(value, { min: '0', avg: '30', max: '60', last: '60' }[name]);
      }
    }
  });

  it('of anything fits and has no control characters', (t) => {
    const form = fc.record({
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 1, max: 60 }),
      isUnicode: fc.boolean(),
    });
    checkProperty(
      t,
      fc.property(anyRows, anyRequest, form, (rows, request, { columns, rows: height, isUnicode }) => {
        let picture: Picture;
        try {
          picture = pictureOf(rows, request);
        } catch (error) {
          assert.ok(error instanceof NothingToDraw, String(error));
          return;
        }
        const lines = renderTerminal(picture, { columns, rows: height, isUnicode });
        assert.ok(lines.length <= height, `${lines.length} lines of ${height}`);
        for (const line of lines) {
          assert.ok(line.length <= columns, `${line.length} characters of ${columns}`);
          assert.doesNotMatch(line, /\p{Cc}|NaN|undefined/u);
        }
      }),
      500,
    );
  });
});
