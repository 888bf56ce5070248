import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { ProgressView } from '../../src/monitor/progress.js';
import { plainProgress, progressEvent, renderProgress } from '../../src/monitor/progress-text.js';
import { checkProperty } from '../support/property.js';

const START_MS = new Date(2024, 0, 31, 10, 0, 0).getTime();
const VIEW: ProgressView = {
  elapsedSec: 12.3456,
  bytes: 35_443_192,
  totalBytes: 83_586_990,
  percent: 42.40277,
  bytesPerSec: 11_880_000.4,
  packets: 517_029,
  packetsPerSec: 173_300,
  sessions: 1234,
  isAllRead: false,
  remainingSec: 256.4,
  finishMs: START_MS + 256_400,
};
const UNKNOWN = { totalBytes: undefined, percent: undefined, remainingSec: undefined, finishMs: undefined };
const DONE = { ...VIEW, percent: 100, remainingSec: 0, finishMs: START_MS };
const CONTROL = /[^\n\x20-\x7e]/;

const number = fc.oneof(fc.nat(2000), fc.maxSafeNat());
const optional = fc.option(fc.nat(10_000_000), { nil: undefined });
const anyView = fc.record({
  ...{ elapsedSec: number, bytes: number, totalBytes: optional, packets: number, sessions: optional },
  percent: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
  ...{
    bytesPerSec: number,
    packetsPerSec: number,
    isAllRead: fc.boolean(),
    remainingSec: optional,
    finishMs: optional,
  },
});

describe('progress line', () => {
  it('has everything where there is room, and on 80 columns, spinner included', () => {
    const line = renderProgress(VIEW, START_MS, 200);
    assert.equal(line, '42.4%  35.4 MB  11.9 MB/s  ETA 4 m 16 s  ETF 10:04:16  173 Kpkt/s  1.23 K sessions');
    const narrow = renderProgress(VIEW, START_MS, 77);
    assert.equal(narrow, '42.4% 35.4 MB 11.9 MB/s ETA 4 m 16 s ETF 10:04:16 173 Kpkt/s 1.23 K sessions');
  });

  it('leaves the least important out first, and is never longer than the terminal', (t: TestContext) => {
    const whole = renderProgress(VIEW, START_MS, 200).split('  ');
    for (let columns = 0; columns <= 100; columns++) {
      const line = renderProgress(VIEW, START_MS, columns);
      assert.ok(line.length <= columns, `${line.length} of ${columns}`);
      if (columns < whole[0].length) continue;
      const count = whole.findIndex((_, index) => whole.slice(0, index + 1).join(' ').length > columns);
      const parts = count < 0 ? whole : whole.slice(0, count);
      assert.equal(line.replaceAll('  ', ' '), parts.join(' '), `${columns} columns`);
    }
    const property = fc.property(anyView, fc.nat(150), (any, columns) => {
      const line = renderProgress(any, START_MS, columns);
      assert.ok(line.length <= columns && !line.includes('\n') && !/undefined|NaN/.test(line), line);
    });
    checkProperty(t, property, 500);
  });

  it('says nothing of a percentage and an end that are not known', () => {
    const line = renderProgress({ ...VIEW, ...UNKNOWN }, START_MS, 200);
    assert.equal(line, '35.4 MB  11.9 MB/s  173 Kpkt/s  1.23 K sessions');
  });

  it('says that the rest is put together when all is read', () => {
    const view = { ...VIEW, percent: 99.9, isAllRead: true, remainingSec: undefined, finishMs: undefined };
    assert.equal(
      renderProgress(view, START_MS, 200),
      '99.9%  35.4 MB  11.9 MB/s  finishing  173 Kpkt/s  1.23 K sessions',
    );
  });
});

describe('plain progress', () => {
  it('is a line with its time', () => {
    assert.equal(
      plainProgress(VIEW, START_MS, false),
      '2024-01-31 10:00:00  42.4%  35.44 MB  11.88 MB/s  ETA 4 m 16 s  ETF 10:04:16  173.30 Kpkt/s  1.23 K sessions\n',
    );
  });

  it('of the end says how long it took', () => {
    assert.equal(
      plainProgress(DONE, START_MS, true),
      '2024-01-31 10:00:00  100.0%  35.44 MB  11.88 MB/s  173.30 Kpkt/s  1.23 K sessions in 12 s\n',
    );
  });

  it('is one line without control characters, whatever is known', (t: TestContext) => {
    const property = fc.property(anyView, fc.boolean(), (any, isEnd) => {
      const line = plainProgress(any, START_MS, isEnd);
      assert.ok(line.endsWith('\n') && !line.slice(0, -1).includes('\n') && !CONTROL.test(line), line);
      assert.doesNotMatch(line, /undefined|NaN|null/);
    });
    checkProperty(t, property, 300);
  });
});

describe('progress event', () => {
  it('has all that is known', () => {
    assert.deepEqual(JSON.parse(progressEvent('progress', VIEW, START_MS + 123, undefined)), {
      event: 'progress',
      time: START_MS / 1000 + 0.123,
      elapsedSec: 12.346,
      percent: 42.403,
      bytes: 35_443_192,
      totalBytes: 83_586_990,
      bytesPerSec: 11_880_000,
      packets: 517_029,
      packetsPerSec: 173_300,
      sessions: 1234,
      remainingSec: 256.4,
      finishTime: START_MS / 1000 + 256.4,
    });
  });

  it('has null for what is not known, and at the end whether it is complete', () => {
    const event = JSON.parse(progressEvent('end', { ...VIEW, ...UNKNOWN, sessions: undefined }, START_MS, false));
    for (const key of ['totalBytes', 'percent', 'remainingSec', 'finishTime', 'sessions'])
      assert.equal(event[key], null);
    assert.equal(event.complete, false);
  });

  it('has the same keys always, in one line, and finite numbers', (t: TestContext) => {
    const keys = Object.keys(JSON.parse(progressEvent('start', VIEW, START_MS, undefined)) as object);
    const property = fc.property(anyView, (any) => {
      const line = progressEvent('progress', any, START_MS, undefined);
      assert.ok(line.endsWith('}\n') && line.indexOf('\n') === line.length - 1);
      const fields = JSON.parse(line) as Record<string, unknown>;
      assert.deepEqual(Object.keys(fields), keys);
      for (const [key, value] of Object.entries(fields)) {
        if (key !== 'event') assert.ok(value === null || Number.isFinite(value), `${key}: ${value}`);
      }
    });
    checkProperty(t, property, 300);
  });
});
