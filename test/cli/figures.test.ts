/**
 * The figures of a run, against sums over its own records: what all sessions come to, for any number of workers, alone and beside other results; and of a pass
 * that sums up and prints nothing.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { STATES } from '../../src/analysis/connection-state.js';
import { SYMPTOMS } from '../../src/analysis/symptoms.js';
import type { ParsedOptions } from '../../src/cli/plan.js';
import { summarizeRun } from '../../src/cli/summarize-run.js';
import type { CaptureFigures, Distribution, TopEntry } from '../../src/summary/figures.js';
import type { SummaryPlan } from '../../src/summary/selector.js';
import { capturePath, corpusFiles, corpusMissing } from '../support/corpus.js';
import { assertMessages, bash, steady, tcploom, temporaryFolder } from '../support/launch.js';

const NEVER = new AbortController().signal;
const FOLDER = temporaryFolder();
const LOSSY = 'datasets/lossy.pcap';
const WEB = 'datasets/web.pcap';
const SAMPLE = [
  'own/live1.pcap',
  'zeek+zeek/testing/btest/Traces/wikipedia.pcap',
  'fpcap+fpcap/tracefiles/many_interfaces-1.pcapng',
];
const CAPTURES = [LOSSY, ...corpusCaptures()];

function corpusCaptures(): string[] {
  if (corpusMissing) return [];
  const all = process.env.TCPLOOM_ALL_CAPTURES === '1';
  return (all ? corpusFiles().map(({ path }) => path) : SAMPLE.map(capturePath)).filter((path) => existsSync(path));
}

type Json = Readonly<Record<string, string | number | boolean | null>>;
const objects = (text: string): Json[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const both = (row: Json, name: string): number => Number(row[`${name}_src`]) + Number(row[`${name}_dst`]);
const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** Whether the handshake came to its end, by the letters of Zeek's history. */
const isEstablished = ({ history, syn_src }: Json): boolean => Number(syn_src) > 0 && /h.*[ADF]/.test(String(history));

function assertDistribution(found: Distribution, values: readonly number[], name: string): void {
  const sorted = values.map((value) => Math.max(0, value)).toSorted((a, b) => a - b);
  assert.deepEqual(
    [found.count, found.min, found.max],
    [sorted.length, sorted[0] ?? null, sorted.at(-1) ?? null],
    name,
  );
  for (const [quantile, share] of [
    ['p50', 500],
    ['p90', 900],
    ['p99', 990],
  ] as const) {
    if (sorted.length === 0) continue;
    const exact = sorted[Math.ceil((sorted.length * share) / 1000) - 1];
    const value = found[quantile]!;
    // Seconds that were nanoseconds are a rounding away from what they were.
    const rounding = 1e-12 * exact;
    assert.ok(
      value >= exact - rounding && value <= exact * (1 + 1 / 64) + rounding,
      `${name} ${quantile} ${value} ${exact}`,
    );
  }
}

/** The list by its key, naively. */
function assertTop(
  found: readonly TopEntry[],
  rows: readonly Json[],
  keysOf: (row: Json) => string[],
  name: string,
): void {
  const expected = new Map<string, number[]>();
  for (const row of rows) {
    for (const key of new Set(keysOf(row))) {
      const before = expected.get(key) ?? [0, 0, 0, 0];
      const own = [1, both(row, 'bytes_payload'), both(row, 'packets'), both(row, 'retransmission')];
      expected.set(
        key,
        before.map((count, index) => count + own[index]),
      );
    }
  }
  assert.equal(found.length, Math.min(100, expected.size), name);
  for (const { key, sessions, bytes, packets, retransmissions, error } of found) {
    assert.deepEqual([[sessions, bytes, packets, retransmissions], error], [expected.get(key), 0], `${name} ${key}`);
  }
  const bytes = [...expected.values()].map((counts) => counts[1]).toSorted((a, b) => b - a);
  assert.deepEqual(
    found.map((entry) => entry.bytes),
    bytes.slice(0, 100),
    name,
  );
}

function assertFigures({ sessions }: CaptureFigures, rows: readonly Json[]): void {
  const [group] = sessions.groups;
  assert.equal(sessions.groups.length, 1);
  assert.equal(group.sessions, rows.length);
  for (const name of ['packets', 'segments', 'bytes_wire', 'bytes_payload', 'bytes_unique'] as const) {
    assert.equal(group[name], sum(rows.map((row) => both(row, name))), name);
  }
  assert.equal(group.rst_packets, sum(rows.map((row) => both(row, 'rst'))));
  assert.equal(group.rst, rows.filter((row) => both(row, 'rst') > 0).length);
  const opened = rows.filter((row) => Number(row.syn_src) > 0);
  assert.equal(group.opened, opened.length);
  assert.equal(group.established, rows.filter(isEstablished).length);
  assert.equal(group.unanswered, opened.filter((row) => row.packets_dst === 0).length);
  assert.equal(group.refused, opened.filter((row) => row.state === 'REJ').length);
  for (const state of STATES)
    assert.equal(group.states[state], rows.filter((row) => row.state === state).length, state);
  for (const [how, count] of Object.entries(group.closed_by)) {
    assert.equal(count, rows.filter((row) => row.closed_by === how).length, how);
  }
  for (const symptom of SYMPTOMS) {
    assert.equal(group.symptoms[symptom], sum(rows.map((row) => both(row, symptom))), symptom);
    assert.equal(group.sessions_with[symptom], rows.filter((row) => both(row, symptom) > 0).length, symptom);
  }
  const values: Record<string, (number | null)[]> = {
    handshake: rows.filter(isEstablished).map((row) => row.initial_rtt as number | null),
    rtt: rows.map(
      (row) =>
        known([row.rtt_mean_src as number | null, row.rtt_mean_dst as number | null])
          .toSorted((a, b) => a - b)
          .at(-1) ?? null,
    ),
    silence: rows.map((row) => row.longest_silence as number | null),
    bytes: rows.map((row) => both(row, 'bytes_payload')),
  };
  for (const name of ['syn_to_synack', 'initial_rtt', 'duration'])
    values[name] = rows.map((row) => row[name] as number | null);
  for (const [name, measured] of Object.entries(values)) {
    assertDistribution(group.distributions[name as 'bytes'], known(measured), name);
  }
  assert.equal(group.distributions.rate.count, rows.filter((row) => Number(row.duration) > 0).length);
  assertTop(sessions.top.talkers, rows, (row) => [String(row.src), String(row.dst)], 'talkers');
  assertTop(sessions.top.ports, rows, (row) => [String(row.dst_port)], 'ports');
  const server = (row: Json): string => (String(row.dst).includes(':') ? `[${row.dst}]` : String(row.dst));
  assertTop(sessions.top.pairs, rows, (row) => [`${row.src} > ${server(row)}:${row.dst_port}`], 'pairs');
}

/** In this process, which takes less time than another one. */
async function figuresOf(files: readonly string[], given: ParsedOptions = {}): Promise<CaptureFigures> {
  const { figures } = await summarizeRun(files, given, { groups: [], examples: [] }, { say: assert.fail }, NEVER);
  return figures!;
}

describe('-o figures', () => {
  for (const [index, capture] of CAPTURES.entries()) {
    it(`${capture.split('/').at(-1)}: the sums over its records, for any number of workers`, async () => {
      const path = join(FOLDER, `${index}.json`);
      const { stdout, stderr } = await tcploom(['--workers', '1', '-o', 'ndjson', '-o', `figures=${path}`, capture]);
      const text = readFileSync(path, 'utf8');
      const figures: CaptureFigures = JSON.parse(text);
      assertMessages(stderr, []);
      const rows = objects(stdout);
      assertFigures(figures, rows);
      const times = rows.flatMap(({ first, last }) => [String(first), String(last)]).toSorted();
      assert.deepEqual([figures.sessions.first, figures.sessions.last], [times[0] ?? null, times.at(-1) ?? null]);
      // Of all captures the first, and of the others one number each: starting threads is what takes time.
      for (const workers of index === 0 ? [1, 2, 3, 8] : [2 + (index % 7)]) {
        const other = await figuresOf([capture], { workers, blockSize: 64 * 1024 });
        assert.equal(`${JSON.stringify(other)}\n`, text, `${workers} workers`);
      }
    });
  }

  it('tells what was read, and the counts of handshakes and of statistics that other results show', async () => {
    const path = join(FOLDER, 'beside.json');
    const beside = await tcploom([
      '-o',
      `figures=${path}`,
      '-o',
      'miruo',
      '-o',
      `tcpeek=${join(FOLDER, 'lines')}`,
      LOSSY,
      WEB,
    ]);
    const without = await tcploom(['-o', 'miruo', '-o', `tcpeek=${join(FOLDER, 'without')}`, LOSSY, WEB]);
    assert.equal(beside.stdout, without.stdout);
    assert.equal(steady(beside.stderr), steady(without.stderr));
    assert.equal(readFileSync(join(FOLDER, 'lines'), 'utf8'), readFileSync(join(FOLDER, 'without'), 'utf8'));
    const figures: CaptureFigures = JSON.parse(readFileSync(path, 'utf8'));
    assert.deepEqual(await figuresOf([LOSSY, WEB]), figures);
    assert.deepEqual(figures.inputs, [LOSSY, WEB]);
    assert.deepEqual([figures.damaged, figures.problems], [0, []]);
    for (const [name, count] of Object.entries(figures.miruo)) {
      assert.match(without.stderr, new RegExp(`^ *${name} *: ${count}$`, 'm'));
    }
    assert.match(without.stderr, new RegExp(`^   Success: ${figures.tcpeek.ALL.success} session$`, 'm'));
    assert.match(without.stderr, new RegExp(`Connection Rejected   : +${figures.tcpeek.ALL.reject}$`, 'm'));
    assert.match(without.stderr, new RegExp(`^recv  : ${figures.packets}$`, 'm'));
  });

  it('with --anonymize: other addresses, the same sums', async () => {
    const plain = await figuresOf([LOSSY]);
    const key = join(FOLDER, 'key');
    const path = join(FOLDER, 'mapped.json');
    writeFileSync(key, 'a1'.repeat(32));
    const { stdout } = await tcploom(['-o', 'ndjson', '-o', `figures=${path}`, '--anonymize', key, LOSSY]);
    const mapped: CaptureFigures = JSON.parse(readFileSync(path, 'utf8'));
    assert.deepEqual(mapped.sessions.groups, plain.sessions.groups);
    assert.equal(JSON.stringify(mapped).includes('10.66.0.'), false);
    assertFigures(mapped, objects(stdout));
  });

  it('of a damaged capture say so; of one that cannot be read there are none', async () => {
    const damaged = join(FOLDER, 'damaged.pcap');
    writeFileSync(damaged, readFileSync(LOSSY).subarray(0, 20_000));
    const { code, stdout } = await tcploom(['-o', 'figures', damaged]);
    const figures: CaptureFigures = JSON.parse(stdout);
    assert.deepEqual([code, figures.damaged, figures.problems.length], [1, 1, 1]);
    const path = join(FOLDER, 'none.json');
    const none = await tcploom(['-o', `figures=${path}`, join(FOLDER, 'absent.pcap')]);
    assert.deepEqual([none.code, existsSync(path)], [2, false]);
  });

  it('that cannot be written fail the run', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
    const { code, stderr } = await bash(`$TCPLOOM -o figures=/dev/full ${LOSSY}`);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /\/dev\/full/);
  });
});

describe('a pass that only sums up', () => {
  const plan: SummaryPlan = {
    groups: [
      [{ column: 'port', comparison: '=', value: '8080' }],
      [{ column: 'http_method', comparison: '=', value: 'GET' }],
    ],
    examples: [{ group: 0, by: 'retransmission', most: 3 }],
  };

  it('comes to the figures of the run, with groups and examples', async () => {
    const said: string[] = [];
    const watcher = { say: (text: string) => said.push(text) };
    const { figures, read } = await summarizeRun([LOSSY, WEB], {}, plan, watcher, NEVER);
    assert.deepEqual(said, []);
    assert.equal(read.filesRead, 2);
    const rows = objects((await tcploom(['-o', 'ndjson', '--http', LOSSY, WEB])).stdout);
    const { groups, examples } = figures!.sessions;
    assert.equal(groups[1].sessions, rows.filter((row) => row.src_port === 8080 || row.dst_port === 8080).length);
    assert.equal(groups[2].sessions, rows.filter((row) => row.http_method === 'GET').length);
    assert.ok(groups[1].sessions > 0 && groups[2].sessions > 0);
    const worst = rows
      .filter((row) => both(row, 'retransmission') > 0)
      .toSorted(
        (a, b) => both(b, 'retransmission') - both(a, 'retransmission') || Number(a.session) - Number(b.session),
      )
      .slice(0, 3)
      .map((row) => {
        const { session, first, src, src_port, dst, dst_port, file } = row;
        return {
          session,
          first,
          src,
          src_port,
          dst,
          dst_port,
          file,
          value: both(row, 'retransmission'),
          unit: 'segments',
        };
      });
    assert.deepEqual(examples[0], worst);
    const whole = await figuresOf([LOSSY, WEB]);
    const alone = { ...figures!.sessions, groups: [groups[0]], examples: [] };
    assert.deepEqual({ ...figures, sessions: alone }, whole);
  });

  it('says what is wrong with the input, and has no figures of nothing', async () => {
    const said: string[] = [];
    const watcher = { say: (text: string) => said.push(text) };
    const absent = join(FOLDER, 'absent.pcap');
    const { figures, read } = await summarizeRun([absent], {}, plan, watcher, NEVER);
    assert.deepEqual([figures, read.filesRead, read.problems], [undefined, 0, 1]);
    assert.match(said.join(''), /absent\.pcap/);
  });

  it('ends when it is stopped', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const watcher = { say: () => {}, onStart: () => stop.abort(reason) };
    await assert.rejects(summarizeRun([LOSSY], {}, plan, watcher, stop.signal), reason);
  });
});
