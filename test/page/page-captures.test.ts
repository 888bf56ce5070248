/**
 * Pages of captures: what is counted over time adds up to the records, ladders have the rows that miruo prints, and it is all the same for any number of
 * trackers.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECORD_NUMBER, RECORD_SESSION } from '../../src/analysis/events.js';
import {
  ofSide,
  S_FRAGMENTS,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_RST,
  S_SYMPTOMS,
  S_WIRE_BYTES,
} from '../../src/analysis/session-record.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { chooser, readSessions } from '../../src/page/client/sessions.js';
import type { PageData, PageSegments } from '../../src/page/page-data.js';
import { FLAG_ESTABLISHED } from '../../src/page/page-flags.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { type MiruoLine, miruoSessions } from '../support/miruo-sessions.js';
import { type PageOfCapture, pageOfCapture, unpacked } from '../support/report-pages.js';
import { contentOf, isReadable } from '../support/single-thread.js';

const OWN = ['datasets/lossy.pcap', 'datasets/refused-and-unanswered.pcap'];
/** All segments of all sessions. */
const ALL_LINES = { ...MIRUO_DEFAULTS, all: true, unfinished: true, contextSegments: 1_000_000, retransmitMs: 1 };
const MOST_BYTES = 400_000;
const EVERY = process.env.TCPLOOM_ALL_CAPTURES === undefined ? 6 : 1;

function samples(): { name: string; file: Uint8Array }[] {
  const corpus = corpusMissing === false ? corpusFiles().filter((_, i) => i % EVERY === 0) : [];
  const files = [...OWN.map((path) => ({ name: path, path })), ...corpus];
  return files
    .map(({ name, path }) => ({ name, file: contentOf(path) }))
    .filter(({ file }) => (EVERY === 1 || file.length < MOST_BYTES) && isReadable(file));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const LETTERS: readonly (readonly [string, number])[] = [
  ['A', 0x10],
  ['P', 0x08],
  ['R', 0x04],
  ['S', 0x02],
  ['F', 0x01],
  ['U', 0x20],
];

/** Rows of a ladder as such lines; flags sorted, since the order of letters is miruo's own. */
function ladder(data: PageData, segments: PageSegments): MiruoLine[] {
  const row = unpacked(data.sessions.session).indexOf(segments.session);
  const first = unpacked(data.sessions.first)[row];
  const [time, side, flags, seq, ack] = ['time', 'side', 'flags', 'seq', 'ack'].map((name) =>
    unpacked(segments[name as 'time']),
  );
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');
  return time.map((seconds, i) => ({
    ms: ((first + seconds) % 86_400) * 1000,
    side: side[i],
    flags: LETTERS.flatMap(([letter, bit]) => ((flags[i] & bit) === 0 ? [] : [letter]))
      .sort()
      .join(''),
    numbers: `${hex(seq[i])}/${hex(ack[i])}`,
  }));
}

/** Rows with times as cut off as the lines', and without repetitions of rows before that the lines do not have. */
function withoutRepetitions(rows: readonly MiruoLine[], lines: readonly MiruoLine[]): MiruoLine[] {
  // Times since 1970 are a fifth of a microsecond wrong at most, and miruo's are cut off.
  const isAt = (ms: number, cut: number): boolean => cut < ms + 0.0003 && ms - 0.0003 < cut + 1;
  const isSame = (a: MiruoLine, b: MiruoLine): boolean =>
    a.side === b.side && a.flags === b.flags && a.numbers === b.numbers;
  const kept: MiruoLine[] = [];
  for (const [i, row] of rows.entries()) {
    const line = lines.at(kept.length);
    if (line !== undefined && isSame(row, line) && isAt(row.ms, line.ms)) kept.push(line);
    else if (!rows.slice(0, i).some((earlier) => isSame(row, earlier))) kept.push(row);
  }
  return kept;
}

function assertAddsUp(name: string, { page, records }: PageOfCapture): void {
  const sessions = records.filter(({ kind }) => kind === RECORD_SESSION);
  const total = (field: number): number =>
    sum(sessions.map(({ fields }) => fields[ofSide(0, field)] + fields[ofSide(1, field)]));
  const { series } = page;
  assert.equal(
    page.bounds.some((bound) => /over time/.test(bound)),
    false,
    name,
  );
  assert.deepEqual(
    {
      packets: sum(unpacked(series.packets)),
      bytes: sum(unpacked(series.bytes)),
      payload: sum(unpacked(series.payload)),
      retransmissions: sum(unpacked(series.retransmissions)),
      resets: sum(unpacked(series.resets)),
      begun: sum(unpacked(series.begun)),
      listed: page.sessions.length,
    },
    {
      packets: total(S_PACKETS),
      bytes: total(S_WIRE_BYTES),
      payload: total(S_PAYLOAD_BYTES),
      retransmissions: total(S_SYMPTOMS),
      resets: total(S_RST),
      begun: sessions.length,
      listed: sessions.length,
    },
    name,
  );
  let active = 0;
  const ended = unpacked(series.ended);
  const expected = unpacked(series.begun).map((begun, i) => {
    active += begun - ended[i];
    return active;
  });
  assert.deepEqual(unpacked(series.active), expected, name);
  assert.ok(series.length <= 2048, name);
}

/** Tiles, rows of the table, series and distributions tell of the same sessions. */
function assertAgrees(name: string, { page }: PageOfCapture): void {
  const [group] = page.figures.sessions.groups;
  const sessions = readSessions(page.sessions);
  const rowsOf = (choice: 'refused' | 'unanswered'): number =>
    upTo(sessions.length).filter(chooser(sessions, choice)).length;
  const { handshake, flags } = sessions.at;
  const times = [...handshake].filter((seconds) => !Number.isNaN(seconds));
  const { count, max } = group.distributions.handshake;
  assert.deepEqual(
    {
      refused: rowsOf('refused'),
      unanswered: rowsOf('unanswered'),
      failed: sum(unpacked(page.series.failed)),
      established: [...flags].filter((bits) => (bits & FLAG_ESTABLISHED) !== 0).length,
      handshakes: times.length,
      slowest: times.length === 0 ? null : Math.max(...times),
    },
    {
      refused: group.refused,
      unanswered: group.unanswered,
      failed: group.refused + group.unanswered,
      established: group.established,
      handshakes: count,
      slowest: max,
    },
    name,
  );
}

describe('pages of captures', () => {
  const all = samples();

  it('count over time what the records have', (t) => {
    if (corpusMissing) t.diagnostic(corpusMissing);
    for (const { name, file } of all) {
      for (const options of [{}, { dedup: true }]) assertAddsUp(name, pageOfCapture(file, 1, options));
    }
  });

  it('tell of the same failed and finished handshakes wherever they do', () => {
    const pages = all.map(({ name, file }) => ({ name, page: pageOfCapture(file) }));
    for (const { name, page } of pages) assertAgrees(name, page);
    const groups = pages.map(({ page }) => page.page.figures.sessions.groups[0]);
    for (const figure of ['refused', 'unanswered', 'established'] as const) {
      assert.ok(sum(groups.map((group) => group[figure])) > 0, figure);
    }
  });

  it('are the same for any number of trackers', () => {
    for (const { name, file } of all) {
      const { page } = pageOfCapture(file);
      for (const trackers of [2, 3, 8]) {
        const blockBytes = trackers === 3 ? 1 << 17 : 1 << 20;
        const again = pageOfCapture(file, trackers, {}, MIRUO_DEFAULTS, blockBytes);
        assert.deepEqual(again.page, page, `${name}, ${trackers} trackers`);
      }
    }
  });

  it('have ladders with the rows that miruo prints', () => {
    let compared = 0;
    let rows = 0;
    for (const { name, file } of all) {
      const { page, stdout, records } = pageOfCapture(file, 1, {}, ALL_LINES);
      const ofSession = records.filter(({ kind }) => kind === RECORD_SESSION).map(({ fields }) => fields);
      const printed = miruoSessions(stdout);
      for (const segments of page.segments) {
        const row = unpacked(page.sessions.session).indexOf(segments.session);
        const end = (side: 'src' | 'dst'): string =>
          `${page.sessions.addresses[unpacked(page.sessions[side])[row]]}:${unpacked(page.sessions[`${side}_port`])[row]}`;
        const candidates = printed.get(`${end('src')} ${end('dst')}`) ?? [];
        const own = ladder(page, segments);
        // A segment in fragments is one for the analysis when all of them are there, for miruo when the first is.
        const record = ofSession.find((fields) => fields[RECORD_NUMBER] === segments.session)!;
        if (record[ofSide(0, S_FRAGMENTS)] + record[ofSide(1, S_FRAGMENTS)] > 0) continue;
        // Where both see the same session: one between the two, as long, but for repetitions that are too soon for miruo to keep them.
        const most = OWN.includes(name) ? own.length : candidates[0]?.length;
        if (candidates.length !== 1 || own.length !== most) continue;
        const lines = candidates[0].map((line) => ({
          ...line,
          flags: [...line.flags.replaceAll('-', '')].sort().join(''),
        }));
        assert.deepEqual(withoutRepetitions(own, lines), lines, `${name}, session ${segments.session}`);
        compared++;
        rows += own.length;
      }
    }
    assert.ok(compared >= 10 && rows >= 600, `${compared} sessions, ${rows} rows`);
  });
});
