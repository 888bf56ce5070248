/**
 * Metrics of runs: the file for the textfile collector, read by what reads it in earnest, Prometheus' client library and promtool, each where it is
 * installed.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bash, LAUNCHER, tcploom, temporaryFolder } from '../support/launch.js';
import { PEEK_PACKETS, peekFile, SERVER } from '../support/peek-capture.js';
import { missing, output } from '../support/programs.js';
import { isCounter, missingClient, samplesOf, valuesOf } from '../support/prometheus.js';

const FOLDER = temporaryFolder();
let names = 0;
const newPath = (kind: string): string => join(FOLDER, `${++names}.${kind}`);
const LOSSY = 'datasets/lossy.pcap';
const CAPTURES = [LOSSY, 'datasets/web.pcap', 'datasets/fragments.pcap', 'datasets/refused-and-unanswered.pcap'];

/** Figures of a filter: their words in tcpeek's summary, and both of their names. */
const FIGURES: readonly (readonly [label: string, alias: string, series: string])[] = [
  ['Success', 'tcpeek_success_total', 'tcploom_handshakes_total{result="success"}'],
  ['SYN Segment Duplicate', 'tcpeek_success_dupsyn_total', 'tcploom_handshakes_repeated_total{segment="syn"}'],
  ['S/A Segment Duplicate', 'tcpeek_success_dupsynack_total', 'tcploom_handshakes_repeated_total{segment="synack"}'],
  ['Failure', 'tcpeek_failure_total', 'tcploom_handshakes_total{result="failure"}'],
  ['Connection Timed Out', 'tcpeek_failure_timeout_total', 'tcploom_handshake_failures_total{cause="timeout"}'],
  ['Connection Rejected', 'tcpeek_failure_reject_total', 'tcploom_handshake_failures_total{cause="reject"}'],
  ['ICMP Unreachable', 'tcpeek_failure_unreach_total', 'tcploom_handshake_failures_total{cause="unreach"}'],
];

async function fileOf(...args: string[]): Promise<string> {
  const path = newPath('prom');
  const { code, stdout, stderr } = await tcploom(['-o', `prometheus=${path}`, ...args]);
  assert.deepEqual([code, stdout], [0, ''], stderr);
  return readFileSync(path, 'utf8');
}

let plain: Promise<string> | undefined;
/** Of LOSSY, without any options. */
const plainFile = (): Promise<string> => {
  plain ??= fileOf(LOSSY);
  return plain;
};

describe('a file of metrics', () => {
  it('is the same for any number of workers, and what the command prints', async () => {
    const one = await fileOf('--analysis', '--workers', '1', ...CAPTURES);
    assert.equal(await fileOf('--analysis', '--workers', '2', ...CAPTURES), one);
    assert.equal(await fileOf('--analysis', '--workers', '3', '--block-size', '64K', ...CAPTURES), one);
    const { code, stdout, stderr } = await tcploom(['metrics', '--analysis', ...CAPTURES]);
    assert.deepEqual([code, stdout], [0, one], stderr);
  });

  it('has the figures that the run tells elsewhere', async () => {
    const values = valuesOf(await fileOf('--analysis', ...CAPTURES));
    const { stderr } = await tcploom(['-o', `miruo=${newPath('txt')}`, '--analysis', ...CAPTURES]);
    const said = (name: string): number => Number(new RegExp(`^ *${name} *: (\\d+)`, 'm').exec(stderr)?.[1]);
    for (const [series, name] of [
      ['tcploom_sessions_total', 'Total Sessions'],
      ['tcploom_sessions_shown_total', 'Lookup'],
      ['tcploom_segments_retransmitted_total', 'Retransmit'],
      ['tcploom_sessions_timed_out_total', 'Timeout'],
      ['tcploom_segments_unexpected_total', 'Error'],
      ['tcploom_segments_reset_total', 'RST'],
      ['tcploom_segments_fragmented_total', 'fragment'],
      ['tcploom_sessions_active', 'ActiveSession'],
      ['tcploom_sessions_active_max', 'ActiveSessionMax'],
      ['tcploom_segments_active_max', 'ActiveSegmentMax'],
      ['tcploom_packets_total', 'recv'],
      ['tcploom_analysed_segments_total', 'segments'],
      ['tcploom_symptom_segments_total{symptom="retransmission"}', 'retransmission'],
      ['tcploom_symptom_segments_total{symptom="duplicate_ack"}', 'duplicate_ack'],
    ]) {
      assert.equal(values.get(series), said(name), series);
    }
    assert.ok(values.get('tcploom_segments_retransmitted_total')! > 0);
    assert.equal(values.get('tcploom_inputs_total'), CAPTURES.length);
    assert.equal(values.get('tcploom_progress_ratio'), 1);
    assert.equal(values.get('tcploom_run_complete'), 1);
  });

  it('has the counts of handshakes that tcpeek has, under both names', async () => {
    const capture = newPath('pcap');
    writeFileSync(capture, peekFile(PEEK_PACKETS));
    const filters = ['--local', SERVER, '--icmp'];
    const text = await fileOf(...filters, '--session-filter', 'web:RX@%:80', '--handshake-timeout', '5', capture);
    const { stderr } = await tcploom(['tcpeek', '-r', capture, ...filters, '-t5', 'web:RX@%:80']);
    const values = valuesOf(text);
    let total = 0;
    for (const name of ['RX', 'TX', 'web']) {
      const block = new RegExp(`^ ${name}\\n([\\s\\S]*?)\\n-{36}$`, 'm').exec(stderr)?.[1] ?? '';
      for (const [label, alias, series] of FIGURES) {
        const said = Number(new RegExp(`${label} *: *(\\d+)`).exec(block)?.[1]);
        assert.equal(values.get(`${alias}{filter="${name}"}`), said, `${alias} of ${name}`);
        assert.equal(values.get(series.replace('{', `{filter="${name}",`)), said, `${series} of ${name}`);
        total += said;
      }
    }
    assert.ok(total > 10);
    assert.equal(values.get('tcpeek_pcap_stats_recv_total'), Number(/recv +: (\d+)/.exec(stderr)?.[1]));
  });

  it('has no symptoms where none are looked for, and says nothing of lines and summaries', async () => {
    const { code, stdout, stderr } = await tcploom(['metrics', LOSSY]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.doesNotMatch(stdout, /symptom|analysed/);
  });

  it('comes beside other results, and is the same then', async () => {
    const path = newPath('prom');
    const { code, stdout } = await tcploom([
      '-o',
      'miruo',
      '-o',
      'tcpeek=/dev/null',
      '-o',
      `prometheus=${path}`,
      LOSSY,
    ]);
    assert.equal(code, 0);
    assert.equal(stdout, (await tcploom(['-o', 'miruo', LOSSY])).stdout);
    assert.equal(readFileSync(path, 'utf8'), await plainFile());
  });

  it('tells of damage', async () => {
    const path = newPath('prom');
    const cut = newPath('pcap');
    writeFileSync(cut, readFileSync(LOSSY).subarray(0, 20_000));
    const { code } = await tcploom(['-o', `prometheus=${path}`, cut, LOSSY]);
    assert.equal(code, 1);
    const values = valuesOf(readFileSync(path, 'utf8'));
    assert.deepEqual([values.get('tcploom_damaged_places_total'), values.get('tcploom_inputs_total')], [1, 2]);
  });

  it('takes the place of the former one, behind a link too, and leaves nothing beside it', async () => {
    const folder = newPath('d');
    mkdirSync(folder);
    writeFileSync(join(folder, 'real.prom'), 'before\n');
    symlinkSync('real.prom', join(folder, 'link.prom'));
    const { code } = await tcploom(['-o', `prometheus=${join(folder, 'link.prom')}`, LOSSY]);
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(folder).sort(), ['link.prom', 'real.prom']);
    assert.equal(readFileSync(join(folder, 'real.prom'), 'utf8'), await plainFile());
  });

  it('stays as it was when nothing could be read', async () => {
    const path = newPath('prom');
    writeFileSync(path, 'before\n');
    const often = ['--report-interval', '0.01'];
    const { code } = await tcploom(['-o', `prometheus=${path}`, ...often, join(FOLDER, 'nowhere.pcap')]);
    assert.deepEqual([code, readFileSync(path, 'utf8')], [2, 'before\n']);
  });

  it('that cannot be written ends the run before it begins', async () => {
    const path = join(FOLDER, 'nowhere', 'a.prom');
    const { code, stdout, stderr } = await tcploom(['-o', 'miruo', '-o', `prometheus=${path}`, LOSSY]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^tcploom: writing .*nowhere\/a\.prom: .*\n$/);
  });

  it('may be a pipe', async () => {
    const { code, stdout } = await bash(`$TCPLOOM -o prometheus=>(cat) ${LOSSY} | cat`);
    assert.deepEqual([code, stdout], [0, await plainFile()]);
  });

  it('is read by the client library as it was meant', { skip: missingClient() }, async () => {
    const odd = ['a "b"', 'c\\d', '{e="f"}', 'é 𝄞', 'g', 'g', 'RX', '#', '\\n'];
    const capture = newPath('pcap');
    writeFileSync(capture, peekFile(PEEK_PACKETS));
    const filters = odd.flatMap((name) => ['--session-filter', `${name}:RX@%:80`]);
    const samples = samplesOf(await fileOf('--analysis', '--local', SERVER, ...filters, capture));
    const ofAlias = samples.filter(({ name }) => name === 'tcpeek_success_total');
    const all = ['RX', 'TX', ...odd];
    assert.deepEqual(
      ofAlias.map(({ labels: { filter } }) => filter),
      all,
    );
    assert.deepEqual(
      ofAlias.map(({ labels: { number } }) => number),
      all.map((name, i) => (all.indexOf(name) === i ? undefined : '2')),
    );
    const keys = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
    assert.equal(new Set(keys).size, keys.length, 'no two samples are one');
    for (const { name, type, help } of samples) {
      assert.equal(type, isCounter(name) ? 'counter' : 'gauge', name);
      assert.match(help, /\.$/, name);
    }
  });

  it('is to the taste of promtool', { skip: missing('promtool') }, async () => {
    const text = await fileOf('--analysis', ...CAPTURES);
    assert.equal(output('promtool', ['check', 'metrics'], Buffer.from(text)).toString(), '');
  });
});

describe('options', () => {
  for (const [args, message] of [
    [['metrics', '--all', LOSSY], /--all is about sessions/],
    [['-o', `prometheus=${LOSSY}`, LOSSY], /is one of the files that are read/],
    [['-o', 'prometheus', '-o', 'miruo', LOSSY], /two results cannot go to standard output/],
  ] as const) {
    it(`${args.join(' ')} are refused`, () => {
      const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args], { encoding: 'utf8' });
      assert.equal(status, 2);
      assert.match(stderr, message);
    });
  }

  it('that change what is counted are taken', async () => {
    const name = 'tcploom_segments_retransmitted_total';
    const { stdout } = await tcploom(['metrics', '--retransmit', '1', LOSSY]);
    assert.ok(valuesOf(stdout).get(name)! > valuesOf(await plainFile()).get(name)!);
  });
});
