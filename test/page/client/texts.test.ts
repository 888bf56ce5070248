/**
 * Texts, ticks and bars of the page.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { Clock } from '../../../src/page/client/clock.js';
import { binsOf, countTicks } from '../../../src/page/client/log-bins.js';
import { bytesText, plain, scaled, secondsText, shareText, shellWord } from '../../../src/page/client/texts.js';
import { roundStep, ticksWithin, timeLabels, timeStep } from '../../../src/page/client/ticks.js';
import { seedOf } from '../../support/property.js';
import { distributionOf, reportData } from '../../support/report-data.js';

describe('figures as text', () => {
  it('have three digits and a unit', () => {
    const cases: [string, string][] = [
      [secondsText(0), '0 s'],
      [secondsText(0.00000123), '1.23 µs'],
      [secondsText(0.0001), '100 µs'],
      [secondsText(0.0999999), '100 ms'],
      [secondsText(1.5), '1.50 s'],
      [secondsText(3725), '62 min 5 s'],
      [secondsText(90000), '25 h 0 min'],
      [secondsText(Number.NaN), '–'],
      [bytesText(999), '999 B'],
      [bytesText(999_999), '1.00 MB'],
      [scaled(12_345, 'bit/s'), '12.3 kbit/s'],
      [plain('1.00 ms'), '1 ms'],
      [plain('2.50 k'), '2.5 k'],
      [plain('100 ms'), '100 ms'],
      [shareText(1, 1_000_000), 'less than 0.01 %'],
      [shareText(1, 3), '33.3 %'],
      [shareText(0, 0), '–'],
    ];
    for (const [text, expected] of cases) assert.equal(text, expected);
  });
});

describe('words of a command', () => {
  it('are what a shell makes of them again', () => {
    const words = [
      'a.pcap',
      'two words',
      "o'hara",
      '$(id)',
      '-w',
      'a\nb',
      "\u001b[31m'\\x",
      '\u202eevil',
      '`x`',
      '',
      '\u2028',
    ];
    for (const word of words) {
      const written = shellWord(word);
      assert.doesNotMatch(written, /[\p{Cc}\p{Cf}\u2028]/u);
      const got = execFileSync('bash', ['-c', `printf %s ${written}`], {
        encoding: 'utf8',
        env: { LC_ALL: 'C.UTF-8' },
      });
      assert.equal(got, word.startsWith('-') ? `./${word}` : word);
    }
  });
});

describe('the clock', () => {
  it('tells times of a zone, with decimals that are rounded over the second', () => {
    const utc = new Clock('UTC');
    assert.equal(utc.date(1_700_000_000), '2023-11-14');
    assert.equal(utc.time(1_700_000_000.25, 2), '22:13:20.25');
    assert.equal(utc.time(1_700_000_000.9999, 2), '22:13:21.00');
    const berlin = new Clock('Europe/Berlin');
    assert.equal(berlin.time(1_700_000_000), '23:13:20');
    assert.equal(berlin.ahead(1_700_000_000), 3600);
    assert.equal(new Clock('Nowhere/At_All').zone, 'UTC');
  });
});

describe('ticks', () => {
  it('are round times, as many as fit', () => {
    assert.equal(timeStep(600, 8), 120);
    assert.equal(timeStep(3, 6), 0.5);
    assert.equal(timeStep(0.00042, 5), 0.0001);
    assert.equal(timeStep(86400 * 30, 6), 86400 * 5);
    assert.deepEqual(ticksWithin(1, 10, 4), [4, 8]);
    assert.ok(Math.abs(roundStep(0.03) - 0.05) < 1e-12);
    const clock = new Clock('UTC');
    assert.deepEqual(timeLabels([1_700_006_340, 1_700_006_400, 1_700_006_460], 60, clock), [
      '23:59\n2023-11-14',
      '00:00\n2023-11-15',
      '00:01',
    ]);
    assert.deepEqual(countTicks(7, false), [0, 2, 4, 6]);
    assert.deepEqual(countTicks(2000, true), [0, 1, 10, 100, 1000]);
  });
});

describe('bars of a histogram', () => {
  it('hold every value once, are of one width, and a decade at least', () => {
    const values = Float64Array.from({ length: 500 }, (_, at) => 0.001 * 1.01 ** at);
    values[0] = 0;
    const bins = binsOf(distributionOf(values).buckets);
    assert.equal(
      bins.reduce((sum, { count }) => sum + count, 0),
      500,
    );
    const widths = bins.map(({ from, to }) => Math.log10(to / from));
    for (const width of widths) assert.ok(Math.abs(width - widths[0]) < 1e-9);
    assert.ok(bins.at(-1)!.to >= values.at(-1)!);
    const alone = binsOf([[5, 5.1, 3]]);
    assert.ok(Math.log10(alone.at(-1)!.to / alone[0].from) >= 1 - 1e-9);
    assert.equal(
      alone.reduce((sum, { count }) => sum + count, 0),
      3,
    );
    assert.equal(
      binsOf([[0, 0, 4]]).reduce((sum, { count }) => sum + count, 0),
      4,
    );
  });

  it('are those of generated data too', () => {
    const { handshake } = reportData(seedOf(), 500).figures.sessions.groups[0].distributions;
    assert.equal(
      binsOf(handshake.buckets).reduce((sum, { count }) => sum + count, 0),
      handshake.count,
    );
  });
});
