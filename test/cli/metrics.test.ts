/**
 * Metrics of runs: the file for the textfile collector, and the port while a run goes on, read by what reads them in earnest: Prometheus' client library,
 * promtool and Prometheus itself, each where it is installed.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bash,
  type Ended,
  ended,
  LAUNCHER,
  LIMIT_MS,
  messagesOf,
  tcploom,
  temporaryFolder,
} from '../support/launch.js';
import { PEEK_PACKETS, peekFile, SERVER } from '../support/peek-capture.js';
import { missing, output } from '../support/programs.js';
import { isCounter, missingClient, samplesOf, valuesOf } from '../support/prometheus.js';
import { until } from '../support/prompt.js';
import { FILE_HEADER_BYTES } from '../support/small-capture.js';

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

/** A run over a FIFO that the test writes to, which answers at a port. */
interface SlowRun {
  readonly child: ChildProcess;
  readonly url: string;
  readonly outcome: Promise<Ended>;
  give(from: number, to: number): void;
  /** No more comes. */
  end(): void;
}

async function slowRun(t: TestContext, ...args: string[]): Promise<SlowRun> {
  const fifo = newPath('fifo');
  execFileSync('mkfifo', [fifo]);
  // Both ends in one descriptor: opening it does not wait.
  let held: number | undefined = openSync(fifo, 'r+');
  const child = spawn(process.execPath, [LAUNCHER, ...args, fifo], { stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome = ended(child);
  outcome.catch(() => {});
  const end = (): void => {
    if (held !== undefined) closeSync(held);
    held = undefined;
  };
  t.after(() => {
    end();
    child.kill('SIGKILL');
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  writeSync(held, peekFile([]));
  let url = '';
  if (args.includes('--metrics-listen')) {
    const found = (): string | undefined => /http:\S+\/metrics/.exec(said)?.[0];
    await until('the port is told', () => found() !== undefined);
    url = found()!;
  }
  const give = (from: number, to: number): void => {
    writeSync(held!, peekFile(PEEK_PACKETS.slice(from, to)).subarray(FILE_HEADER_BYTES));
  };
  return { child, url, outcome, give, end };
}

async function scraped(url: string): Promise<string> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return await response.text();
}

/** Scrapes until that many packets are counted. Counters never go back on the way. */
async function scrapedUntil(
  url: string,
  packets: number,
  before: ReadonlyMap<string, number>,
  isThere: (values: ReadonlyMap<string, number>) => boolean = () => true,
): Promise<Map<string, number>> {
  let last = new Map(before);
  for (const endMs = performance.now() + LIMIT_MS; performance.now() < endMs; await sleep(20)) {
    const now = valuesOf(await scraped(url));
    for (const [series, value] of last) {
      if (isCounter(series)) assert.ok(now.get(series)! >= value, `${series}: ${value}, then ${now.get(series)}`);
    }
    last = now;
    if (now.get('tcploom_packets_total') === packets && isThere(now)) return now;
  }
  throw new Error(`never ${packets} packets, with what was found of them`);
}

const ALL = PEEK_PACKETS.length;
const RUN = ['--local', SERVER, '--session-filter', 'web:RX@%:80', '--metrics-listen', '127.0.0.1:0'];

describe('the port of a run', () => {
  it('answers with what was counted so far, and is closed at its end', async (t) => {
    const { url, outcome, give, end } = await slowRun(t, ...RUN);
    const empty = valuesOf(await scraped(url));
    assert.equal(empty.get('tcploom_packets_total'), 0);
    assert.equal(empty.get('tcploom_first_packet_timestamp_seconds'), undefined);
    const third = Math.floor(ALL / 3);
    give(0, third);
    const some = await scrapedUntil(url, third, empty);
    give(third, ALL);
    // What trackers find is known a little later than what was read.
    const all = await scrapedUntil(url, ALL, some, (now) => now.get('tcpeek_success_total{filter="web"}')! > 0);
    for (const series of [
      'tcpeek_success_total{filter="web"}',
      'tcploom_sessions_total',
      'tcploom_wire_bytes_total',
      'tcploom_read_bytes_total',
    ]) {
      assert.ok(all.get(series)! > empty.get(series)!, series);
    }
    for (const series of ['process_resident_memory_bytes', 'process_start_time_seconds', 'tcploom_elapsed_seconds']) {
      assert.ok(all.get(series)! > 0, series);
    }
    // How much will come through a pipe nobody knows.
    assert.equal(all.get('tcploom_progress_ratio'), undefined);
    assert.equal(all.get('tcploom_run_complete'), 0);
    end();
    const { code, stderr } = await outcome;
    assert.equal(code, 0, stderr);
    await assert.rejects(fetch(url));
    // What it tells is what the run tells of itself.
    const [told] = messagesOf(stderr);
    assert.equal(told, `tcploom: metrics at ${url}`);
  });

  it('tells how far the run is where that is known', async (t) => {
    const { url, outcome, give, end } = await slowRun(t, ...RUN, '--total-bytes', '1M');
    give(0, ALL);
    const values = await scrapedUntil(url, ALL, new Map());
    const [read, total] = [values.get('tcploom_read_bytes_total')!, values.get('tcploom_input_bytes')!];
    assert.equal(total, 1 << 20);
    assert.ok(Math.abs(values.get('tcploom_progress_ratio')! - read / total) < 1e-9);
    end();
    assert.equal((await outcome).code, 0);
  });

  it('ends with a run that a signal ends, whose file says that it is not complete', async (t) => {
    const path = newPath('prom');
    const { url, child, outcome, give } = await slowRun(t, ...RUN, '-o', `prometheus=${path}`, '-o', 'miruo=/dev/null');
    give(0, ALL);
    await scrapedUntil(url, ALL, new Map());
    child.kill('SIGTERM');
    assert.equal((await outcome).code, 143);
    await assert.rejects(fetch(url));
    const values = valuesOf(readFileSync(path, 'utf8'));
    assert.deepEqual([values.get('tcploom_packets_total'), values.get('tcploom_run_complete')], [ALL, 0]);
  });

  it('that is taken ends a run before it begins', async (t) => {
    const other = createServer();
    t.after(() => other.close());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { code, stdout, stderr } = await tcploom(['--metrics-listen', `:${port}`, LOSSY]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.equal(stderr, `tcploom: --metrics-listen 127.0.0.1:${port}: another process listens there already\n`);
  });

  it('that others reach is told to be one', async () => {
    const { code, stderr } = await tcploom(['--metrics-listen', '0.0.0.0:0', '-o', 'miruo=/dev/null', LOSSY]);
    assert.equal(code, 0);
    const [told] = messagesOf(stderr);
    assert.match(told, /^tcploom: metrics at http:\/\/0\.0\.0\.0:\d+\/metrics, for whoever reaches that address$/);
  });

  it('is an address and a port', async () => {
    const { code, stderr } = await tcploom(['--metrics-listen', 'example.org:9100', LOSSY]);
    assert.equal(code, 2);
    assert.match(stderr, /^tcploom: --metrics-listen 'example\.org:9100' is no address and port: .*\n$/);
  });

  it('is scraped by Prometheus', { skip: missing('prometheus') }, async (t) => {
    const { url, outcome, give, end } = await slowRun(t, ...RUN);
    const folder = newPath('d');
    mkdirSync(folder);
    const target = new URL(url).host;
    const job = `{job_name: t, scrape_interval: 250ms, scrape_timeout: 250ms, static_configs: [{targets: ['${target}']}]}`;
    writeFileSync(join(folder, 'p.yml'), `scrape_configs: [${job}]\n`);
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const options = [`--config.file=${folder}/p.yml`, `--storage.tsdb.path=${folder}/data`];
    const prometheus = spawn('prometheus', [...options, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
    const gone = new Promise((resolve) => prometheus.once('close', resolve));
    t.after(async () => {
      prometheus.kill('SIGKILL');
      await gone;
    });
    const asked = async (query: string): Promise<number | undefined> => {
      const address = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
      // Until it has begun it does not answer.
      const response = await fetch(address).catch(() => undefined);
      if (response?.ok !== true) return undefined;
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      return data.result.length === 0 ? undefined : Number(data.result[0].value[1]);
    };
    const becomes = async (query: string, value: number): Promise<void> => {
      const endMs = performance.now() + LIMIT_MS;
      while ((await asked(query)) !== value) {
        assert.ok(performance.now() < endMs, `${query} never becomes ${value}`);
        await sleep(100);
      }
    };
    give(0, 10);
    await becomes('tcploom_packets_total', 10);
    give(10, ALL);
    await becomes('tcploom_packets_total', ALL);
    const values = valuesOf(await scraped(url));
    await becomes('tcpeek_success_total{filter="web"}', values.get('tcpeek_success_total{filter="web"}')!);
    assert.equal(await asked('max(resets(tcploom_packets_total[5m]))'), 0);
    assert.equal(await asked('min(up)'), 1);
    end();
    assert.equal((await outcome).code, 0);
  });
});

describe('a file of metrics while the run goes on', () => {
  it('is replaced again and again', async (t) => {
    const path = newPath('prom');
    const { outcome, give, end } = await slowRun(t, '-o', `prometheus=${path}`, '--report-interval', '0.05');
    const packets = (): number | undefined => {
      try {
        return valuesOf(readFileSync(path, 'utf8')).get('tcploom_packets_total');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    };
    give(0, 10);
    await until('ten packets are told', () => packets() === 10);
    give(10, ALL);
    await until('all packets are told', () => packets() === ALL);
    assert.equal(valuesOf(readFileSync(path, 'utf8')).get('tcploom_run_complete'), 0);
    end();
    assert.equal((await outcome).code, 0);
    assert.equal(valuesOf(readFileSync(path, 'utf8')).get('tcploom_run_complete'), 1);
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
