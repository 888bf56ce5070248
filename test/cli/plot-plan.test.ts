/**
 * The options of `tcploom plot`: what each means, and which do not go together.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArguments } from '../../src/cli/parse.js';
import { makePlotPlan, type PlotOptions, type PlotPlan } from '../../src/cli/plot-plan.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { MORNING_SEC } from '../support/machine-reports.js';

describe('the plan of a plot', () => {
  const plan = (words: string[], options: PlotOptions = {}, isTerminal = false): PlotPlan =>
    makePlotPlan(words, options, isTerminal);
  const parse = (...args: string[]): PlotPlan => {
    const request = parseArguments(['plot', ...args], '0.0.0');
    assert.ok(request.kind === 'plot');
    return plan([...request.words], request.options, true);
  };

  it('has the file last, and a field when none is given', () => {
    const one = plan(['f']);
    assert.ok(one.kind === 'draw' && one.svg?.path === '-');
    assert.deepEqual([one.file, one.request.fields], ['f', ['rawBandwidth']]);
    const two = plan(['a', 'b', '-'], {}, true);
    assert.ok(two.kind === 'draw' && two.svg === undefined);
    assert.deepEqual([two.file, two.request.fields], ['-', ['a', 'b']]);
  });

  it('takes every letter', () => {
    const drawn = parse(
      '-s',
      '+5',
      '-e',
      '2026-11-21T09:00:00Z',
      '-x',
      '-u',
      '1e3',
      '-l',
      '0.5',
      '-r',
      '640x480',
      '-p',
      'a.svg',
      '-U',
      '3',
      'x',
      'f',
    );
    assert.ok(drawn.kind === 'draw');
    assert.deepEqual(drawn.request, {
      fields: ['x'],
      lastSec: undefined,
      start: { isRelative: true, sec: 5 },
      end: { isRelative: false, sec: MORNING_SEC + 3600 },
      isLogarithmic: true,
      lower: 0.5,
      upper: 1000,
    });
    assert.deepEqual([drawn.svg, drawn.redrawSec], [{ path: 'a.svg', size: { widthPx: 640, heightPx: 480 } }, 3]);
    assert.deepEqual(parse('-L'), { kind: 'list', file: undefined });
    assert.deepEqual(parse('-L', 'f'), { kind: 'list', file: 'f' });
    assert.deepEqual(parse('--rrd', 'x.rrd', 'f'), { kind: 'rrd', file: 'f', rrd: 'x.rrd', redrawSec: undefined });
    const limits = parse('-l', '-5', '-u', '-1', '-a', 'f');
    assert.ok(limits.kind === 'draw' && limits.request.lower === -5 && limits.request.upper === -1);
  });

  it('knows stretches of time', () => {
    for (const [text, sec] of [
      ['90', 90],
      ['90s', 90],
      ['10m', 600],
      ['2h', 7200],
      ['1d', 86_400],
      ['1w', 604_800],
      ['1.5H', 5400],
    ] as const) {
      const made = plan(['f'], { last: text });
      assert.ok(made.kind === 'draw');
      assert.equal(made.request.lastSec, sec, text);
    }
  });

  const START = { isRelative: true, sec: 9, nsec: 0 };
  const WRONG: readonly (readonly [words: string[], options: PlotOptions, message: RegExp])[] = [
    [[], {}, /needs a file/],
    [['a', 'b', 'c', 'f'], {}, /one or two fields .* 4 names/],
    [['f'], { last: '10y' }, /-i takes a stretch/],
    [['f'], { last: '0' }, /-i takes a stretch/],
    [['f'], { last: '1h', entire: true }, /-i and -a/],
    [['f'], { last: '1h', start: START }, /-i and -s and -e/],
    [['f'], { start: START, end: { ...START, sec: 8 } }, /-s is later than -e/],
    [['f'], { upper: 'high' }, /-u takes a number, not 'high'/],
    [['f'], { lower: '5', upper: '5' }, /nothing lies between -l 5 and -u 5/],
    [['f'], { lower: '0', logarithmic: true }, /begins above 0/],
    [['f'], { size: '100' }, /-r takes width and height/],
    [['f'], { size: '100x100' }, /320x240 to/],
    [['f'], { size: '99999x300' }, /-r takes/],
    [['f'], { svg: 'a.png' }, /should end in \.svg/],
    [['f'], { svg: '.svg' }, /should end in \.svg/],
    [['f'], { redraw: 1 }, /-U draws on a terminal, or into a file/],
    [['f'], { redraw: 0, svg: 'a.svg' }, /-U takes 1 to/],
    [['a', 'b'], { listFields: true }, /-L takes one file/],
    [['f'], { listFields: true, last: '1h' }, /-L does not go together with --last/],
    [['a', 'f'], { rrd: 'x.rrd' }, /--rrd takes all fields/],
    [['f'], { rrd: 'x.rrd', svg: 'a.svg' }, /--rrd does not go together with --svg/],
    [['f'], { rrd: '' }, /--rrd needs the name/],
  ];
  for (const [words, options, message] of WRONG) {
    it(`refuses ${words.join(' ')} ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => plan(words, options),
        (error: Error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('has no size on a terminal', () =>
    assert.throws(() => plan(['f'], { size: '800x400' }, true), /-r is the size of an SVG/));
});
