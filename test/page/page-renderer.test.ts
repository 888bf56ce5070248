/**
 * Pages of very many sessions, and of very long ones: which of them are in the page does not depend on the order of records, and its size is kept.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECORD_NUMBER, RECORD_SEGMENTS, RECORD_SESSION } from '../../src/analysis/events.js';
import { ANALYSIS_DEFAULTS } from '../../src/analysis/options.js';
import {
  G_BEFORE_GAP,
  G_SEGMENTS,
  G_TOTAL,
  SEGMENT_BYTES,
  SEGMENTS_RECORD_FIELDS,
} from '../../src/analysis/segments-record.js';
import { CLOSED_BY, R_CLOSED_BY } from '../../src/analysis/session-record.js';
import { payloadOf, scoreOf } from '../../src/analysis/session-score.js';
import { Stretches } from '../../src/analysis/stretches.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import type { PageData } from '../../src/page/page-data.js';
import { PageRenderer } from '../../src/page/page-renderer.js';
import { MappedAddresses } from '../../src/records/mapped-addresses.js';
import { SESSION_TABLE } from '../../src/records/session-columns.js';
import { AddressMapper } from '../../src/text/crypto-pan.js';
import { ipv4Text } from '../../src/wire/address.js';
import { tcpFrame } from '../support/craft.js';
import { DRAWN_INPUTS, type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';
import { writePcap } from '../support/pcap-naive.js';
import { seedOf } from '../support/property.js';
import { NO_CLOSING, PAGE_OPTIONS, PageProbe, pageOfCapture, unpacked } from '../support/report-pages.js';
import { contentOf, runSingleThread } from '../support/single-thread.js';

const MEBIBYTE = 2 ** 20;
/** Of a page, for each MiB. */
const ROWS = 10_000;

/** Sessions of which everything is known. */
function drawSessions(seed: number, count: number): DrawnRecord[] {
  const draw = numbersFrom(seed);
  return Array.from({ length: count }, (_, number) => {
    const { fields, text } = drawRecord(SESSION_TABLE, draw, number);
    for (let i = 0; i < fields.length; i++) if (Number.isNaN(fields[i])) fields[i] = 0;
    return { fields, text };
  });
}

function segmentsOf(session: number, count: number): DrawnRecord {
  const fields = new Float64Array(SEGMENTS_RECORD_FIELDS);
  fields[RECORD_NUMBER] = session;
  fields[G_TOTAL] = count;
  fields[G_SEGMENTS] = count;
  fields[G_BEFORE_GAP] = count;
  const words = Int32Array.from(
    { length: (count * SEGMENT_BYTES) / 4 },
    (_, i) => Math.imul(i + session, 0x9e3779b1) >>> 4,
  );
  return { fields, text: new Uint8Array(words.buffer) };
}

/** Each of `order` is the number of a session; those that `hasSegments` names come with such. */
function pageOfRecords(
  sessions: readonly DrawnRecord[],
  order: readonly number[],
  hasSegments: (session: number) => boolean,
  mostBytes: number,
  segments = 2,
): { page: PageData; bytes: number } {
  const probe = new PageProbe({ mostBytes });
  DRAWN_INPUTS.forEach((name, i) => {
    probe.renderer.name(i + 1, name);
  });
  for (const number of order) {
    if (hasSegments(number)) {
      const { fields, text } = segmentsOf(number, segments);
      probe.renderer.add(fields, text, RECORD_SEGMENTS);
    }
    probe.renderer.add(sessions[number].fields, sessions[number].text, RECORD_SESSION);
  }
  return { page: probe.end(), bytes: probe.bytes };
}

/** Sums of what is drawn are past 2^53, where their order counts. */
const withoutFigures = ({ figures: _, ...rest }: PageData): Omit<PageData, 'figures'> => rest;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('pages of many sessions', () => {
  const COUNT = 30_000;
  const sessions = drawSessions(7, COUNT);
  const scores = sessions.map(({ fields, text }) => scoreOf(fields, text));
  const byScore = upTo(COUNT)
    .filter((i) => scores[i] > 0)
    .sort((a, b) => scores[b] - scores[a] || a - b);
  const byPayload = upTo(COUNT)
    .filter((i) => payloadOf(sessions[i].fields) > 0)
    .sort((a, b) => payloadOf(sessions[b].fields) - payloadOf(sessions[a].fields) || a - b);

  it('have rows of the worst, of those with segments, and of a sample, in any order of records', (t) => {
    const all = (): boolean => true;
    const { page } = pageOfRecords(sessions, upTo(COUNT), all, MEBIBYTE);
    const listed = unpacked(page.sessions.session);
    const shown = page.segments.map(({ session }) => session);
    const expected = new Set([...byScore.slice(0, 60), ...byPayload.slice(0, 20)]);
    assert.deepEqual(
      shown,
      [...expected].sort((a, b) => a - b),
    );
    assert.equal(page.sessions.total, COUNT);
    assert.ok(page.sessions.length <= ROWS + expected.size);
    assert.match(page.sessions.left_out, new RegExp(`Of ${COUNT} sessions ${page.sessions.length} are listed`));
    assert.ok(page.bounds.includes(page.sessions.left_out));
    const isListed = new Set(listed);
    for (const session of shown) assert.ok(isListed.has(session), `session ${session} has segments and no row`);
    const worst = byScore.filter((session) => !expected.has(session)).slice(0, page.sessions.length / 3);
    for (const session of worst) assert.ok(isListed.has(session), `session ${session} is one of the worst`);
    assert.deepEqual(
      listed,
      [...listed].sort((a, b) => a - b),
    );
    const draw = numbersFrom(seedOf(t));
    const shuffled = upTo(COUNT)
      .map((i) => [draw(), i])
      .sort(([a], [b]) => a - b)
      .map(([, i]) => i);
    const again = pageOfRecords(sessions, shuffled, all, MEBIBYTE).page;
    assert.deepEqual(withoutFigures(again), withoutFigures(page));
    // Trackers tell of more than are shown; without those it is the same.
    const fewer = pageOfRecords(sessions, shuffled, (session) => expected.has(session), MEBIBYTE).page;
    assert.deepEqual(withoutFigures(fewer), withoutFigures(page));
  });

  it('are as large as they may be, segments of long sessions included', () => {
    const isLong = (session: number): boolean => byScore.indexOf(session) < 30 && scores[session] > 0;
    const { page, bytes } = pageOfRecords(sessions, upTo(COUNT), isLong, MEBIBYTE, 2000);
    assert.ok(bytes <= MEBIBYTE && bytes > 0.7 * MEBIBYTE, `${bytes} bytes`);
    assert.ok(page.segments.length > 0 && page.segments.length < 30, `${page.segments.length} with segments`);
    assert.ok(page.bounds.some((bound) => bound.startsWith(`Of ${30 - page.segments.length} of these`)));
    assert.ok(page.sessions.length > 1000, `${page.sessions.length} rows`);
  });

  it('have no more rows than their JSON may be long, however large the page may be', () => {
    const mostCharacters = 300_000;
    let page: PageData | undefined;
    const make = (data: PageData): Uint8Array<ArrayBuffer> => {
      page = data;
      assert.ok(JSON.stringify(data.sessions).length < 1.05 * mostCharacters);
      return new Uint8Array(1);
    };
    const renderer = new PageRenderer({ ...PAGE_OPTIONS, mostBytes: 500 * MEBIBYTE }, make, mostCharacters);
    DRAWN_INPUTS.forEach((name, i) => {
      renderer.name(i + 1, name);
    });
    for (const { fields, text } of sessions.slice(0, 3000)) renderer.add(fields, text, RECORD_SESSION);
    renderer.end();
    assert.ok(page!.sessions.length > 100 && page!.sessions.length < 3000, `${page!.sessions.length} rows`);
    assert.match(page!.sessions.left_out, /^Of 3000 sessions /);
  });

  it('have all where there is room', () => {
    const few = 2000;
    const { page } = pageOfRecords(sessions, upTo(few), () => false, 20 * MEBIBYTE);
    assert.equal(page.sessions.length, few);
    assert.equal(page.sessions.left_out, '');
    assert.deepEqual(unpacked(page.sessions.session), upTo(few));
  });
});

describe('pages over time', () => {
  it('leave out the few packets that are far from all others, and say so', () => {
    const times = new Stretches(8);
    const count = (sec: number, packets: number): void => {
      times.sums[times.at(sec, 0)] += packets;
    };
    for (let i = 0; i < 100; i++) count(1_700_000_000 + i, 100);
    count(5, 3);
    const probe = new PageProbe();
    const { series, bounds } = probe.end({ ...NO_CLOSING, series: times.counts() });
    assert.deepEqual([series.from, series.width], [1_700_000_000, 0.0625]);
    assert.equal(
      unpacked(series.packets).reduce((sum, value) => sum + value),
      10_000,
    );
    assert.ok(bounds.includes('3 packets have times so far from all others that they are not shown over time.'));
    // Those that are many are shown, however far.
    count(5, 30);
    assert.equal(new PageProbe().end({ ...NO_CLOSING, series: times.counts() }).series.from, 0);
  });

  it('are those of sessions alone where a run was ended before its end', () => {
    const probe = new PageProbe();
    probe.renderer.name(1, 'a');
    const { fields, text } = drawRecord(SESSION_TABLE, numbersFrom(3), 0);
    fields[R_CLOSED_BY] = CLOSED_BY.indexOf('fin');
    probe.renderer.add(fields, text, RECORD_SESSION);
    probe.renderer.end({ ...NO_CLOSING, isCutShort: true, packets: 9, damaged: 1, problems: ['a: broken'] });
    const {
      series,
      bounds,
      ended_early: isEarly,
      figures,
    } = JSON.parse(new TextDecoder().decode(probe.renderer.take())) as PageData;
    assert.equal(
      unpacked(series.packets).reduce((sum, value) => sum + value, 0),
      0,
    );
    assert.equal(
      unpacked(series.begun).reduce((sum, value) => sum + value, 0),
      1,
    );
    assert.equal(unpacked(series.active).at(-1), 0);
    assert.ok(bounds.some((bound) => bound.startsWith('The run was ended before its end')));
    assert.deepEqual([isEarly, figures.packets, figures.damaged, figures.problems], [true, 9, 1, ['a: broken']]);
  });
});

describe('pages of long sessions', () => {
  it('have the first and the last segments of 100,000', () => {
    const ends = { src: '10.0.0.1', dst: '10.0.0.2', sport: 4000, dport: 80 };
    const back = { src: ends.dst, dst: ends.src, sport: 80, dport: 4000 };
    const count = 100_000;
    const packets = Array.from({ length: count }, (_, i) => ({
      sec: 1_700_000_000 + Math.floor(i / 1000),
      nsec: (i % 1000) * 1e6,
      ...tcpFrame({
        link: 'raw',
        ipVersion: 4,
        ...(i % 2 === 0 ? ends : back),
        seq: 1000 + i,
        ack: 1,
        flags: i === 0 ? 2 : 16,
      }),
    }));
    const { page } = pageOfCapture(writePcap(packets, { linkType: 101 }));
    assert.equal(page.segments.length, 1);
    const [{ total, length, gap_at: gapAt, time, seq }] = page.segments;
    assert.deepEqual({ total, length, gapAt }, { total: count, length: 2000, gapAt: 1000 });
    const shown = [...upTo(1000), ...upTo(1000).map((i) => count - 1000 + i)];
    assert.deepEqual(
      unpacked(seq),
      shown.map((i) => 1000 + i),
    );
    assert.deepEqual(
      unpacked(time).map((sec) => Math.round(sec * 1000)),
      shown,
    );
  });
});

describe('pages with other addresses', () => {
  it('have none of those of packets', () => {
    const path = 'datasets/lossy.pcap';
    const { records } = runSingleThread(contentOf(path), MIRUO_DEFAULTS, {
      ...{ trackers: 2, blockBytes: 1 << 20 },
      analysis: { ...ANALYSIS_DEFAULTS, page: true },
    });
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const map = new AddressMapper(key);
    const probe = new PageProbe({ isAnonymized: true });
    const renderer = new MappedAddresses(SESSION_TABLE, map, probe.renderer);
    renderer.name(1, path);
    for (const { kind, fields, text } of records) {
      renderer.add(Float64Array.from(fields), Buffer.from(text, 'latin1'), kind);
    }
    const { sessions, segments, anonymized } = probe.end();
    const expected = [0x0a420001, 0x0a420002].map((address) => ipv4Text(new AddressMapper(key).v4(address) >>> 0));
    assert.deepEqual([...sessions.addresses].sort(), expected.sort());
    assert.ok(segments.length > 0 && anonymized);
    assert.doesNotMatch(JSON.stringify([sessions, segments]), /10\.66\./);
  });
});
