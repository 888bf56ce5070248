/**
 * The port of a run: it answers while the run goes on, over a pipe and over a file that grows, read by what reads it in earnest; and the file of metrics
 * in the meantime. Nothing here waits for a time: each step waits until the run answers with what was given to it.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FifoRun, fifoRun } from '../support/fifo-run.js';
import { type Ended, ended, LAUNCHER, LIMIT_MS, messagesOf, tcploom, temporaryFolder } from '../support/launch.js';
import { PEEK_PACKETS, peekFile, SERVER } from '../support/peek-capture.js';
import { missing } from '../support/programs.js';
import { isCounter, valuesOf } from '../support/prometheus.js';
import { until } from '../support/prompt.js';
import { FILE_HEADER_BYTES } from '../support/small-capture.js';

const FOLDER = temporaryFolder();
let names = 0;
const newPath = (kind: string): string => join(FOLDER, `${++names}.${kind}`);
const LOSSY = 'datasets/lossy.pcap';

interface AnsweringRun {
  readonly child: ChildProcess;
  readonly outcome: Promise<Ended>;
  readonly url: string;
}

/** Where a run that was started says that it answers. */
async function urlOf(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const found = (): string | undefined => /http:\S+\/metrics/.exec(said)?.[0];
  await until('the port is told', () => found() !== undefined || child.exitCode !== null);
  assert.ok(found() !== undefined, said);
  return found()!;
}

/** One over a FIFO. */
async function slowRun(t: TestContext, ...args: string[]): Promise<FifoRun & AnsweringRun> {
  const run = fifoRun(t, newPath('fifo'), args);
  return { ...run, url: await urlOf(run.child) };
}

/** One over a file that grows: with these packets, until more are given. */
interface GrowingRun extends AnsweringRun {
  /** Packets up to this one are in the file. */
  give(packets: number): void;
}

async function growingRun(t: TestContext, packets: number): Promise<GrowingRun> {
  const path = newPath('pcap');
  writeFileSync(path, peekFile(PEEK_PACKETS.slice(0, packets)));
  const args = [LAUNCHER, '--follow', ...RUN, path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome = ended(child);
  outcome.catch(() => {});
  t.after(() => child.kill('SIGKILL'));
  let given = packets;
  const give = (upTo: number): void => {
    appendFileSync(path, peekFile(PEEK_PACKETS.slice(given, upTo)).subarray(FILE_HEADER_BYTES));
    given = upTo;
  };
  return { child, outcome, url: await urlOf(child), give };
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

interface Scraping {
  /** The value of a query, of the first series; undefined where there is none. */
  asked(query: string): Promise<number | undefined>;
  /** Waits until it has this value. */
  becomes(query: string, value: number): Promise<void>;
}

/** A Prometheus that scrapes the port four times a second, until the test ends. */
async function scrapingPrometheus(t: TestContext, url: string): Promise<Scraping> {
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
  return { asked, becomes };
}

describe('the port of a run', () => {
  it('answers with what was counted so far, and is closed at its end', async (t) => {
    const { url, outcome, give, end } = await slowRun(t, ...RUN);
    const empty = valuesOf(await scraped(url));
    assert.equal(empty.get('tcploom_packets_total'), 0);
    assert.equal(empty.get('tcploom_first_packet_timestamp_seconds'), undefined);
    const third = Math.floor(ALL / 3);
    give(third);
    const some = await scrapedUntil(url, third, empty);
    give(ALL);
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
    give(ALL);
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
    give(ALL);
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
    const { asked, becomes } = await scrapingPrometheus(t, url);
    give(10);
    await becomes('tcploom_packets_total', 10);
    give(ALL);
    await becomes('tcploom_packets_total', ALL);
    const values = valuesOf(await scraped(url));
    await becomes('tcpeek_success_total{filter="web"}', values.get('tcpeek_success_total{filter="web"}')!);
    assert.equal(await asked('max(resets(tcploom_packets_total[5m]))'), 0);
    assert.equal(await asked('min(up)'), 1);
    end();
    assert.equal((await outcome).code, 0);
  });
});

describe('the port of a run over a file that grows', () => {
  /** Nobody knows how long it will be. */
  const FORETOLD = ['progress_ratio', 'remaining_seconds', 'finish_timestamp_seconds', 'input_bytes'];
  const third = Math.floor(ALL / 3);

  it('answers with counters and rates that move on, foretells no end, and is closed when the run is ended', async (t) => {
    const { child, url, outcome, give } = await growingRun(t, third);
    let last = await scrapedUntil(url, third, new Map());
    for (const packets of [2 * third, ALL]) {
      give(packets);
      const moved = (now: ReadonlyMap<string, number>): boolean =>
        now.get('tcploom_read_packets_per_second')! > 0 && now.get('tcploom_read_bytes_per_second')! > 0;
      const now = await scrapedUntil(url, packets, last, moved);
      assert.ok(now.get('tcploom_read_bytes_total')! > last.get('tcploom_read_bytes_total')!);
      for (const name of FORETOLD) assert.equal(now.get(`tcploom_${name}`), undefined, name);
      assert.equal(now.get('tcploom_run_complete'), 0);
      last = now;
    }
    child.kill('SIGINT');
    const { code, stderr } = await outcome;
    assert.equal(code, 0, stderr);
    await assert.rejects(fetch(url));
  });

  it('is scraped by Prometheus', { skip: missing('prometheus') }, async (t) => {
    const { child, url, outcome, give } = await growingRun(t, third);
    const { asked, becomes } = await scrapingPrometheus(t, url);
    await becomes('tcploom_packets_total', third);
    give(ALL);
    await becomes('tcploom_packets_total', ALL);
    for (const name of FORETOLD) assert.equal(await asked(`tcploom_${name}`), undefined, name);
    assert.ok((await asked('max(max_over_time(tcploom_read_packets_per_second[5m]))'))! > 0);
    child.kill('SIGINT');
    await becomes('min(up)', 0);
    assert.equal((await outcome).code, 0);
  });
});

describe('a file of metrics while the run goes on', () => {
  it('is replaced again and again', async (t) => {
    const path = newPath('prom');
    const { outcome, give, end } = fifoRun(t, newPath('fifo'), [
      '-o',
      `prometheus=${path}`,
      '--report-interval',
      '0.05',
    ]);
    const packets = (): number | undefined => {
      try {
        return valuesOf(readFileSync(path, 'utf8')).get('tcploom_packets_total');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    };
    give(10);
    await until('ten packets are told', () => packets() === 10);
    give(ALL);
    await until('all packets are told', () => packets() === ALL);
    assert.equal(valuesOf(readFileSync(path, 'utf8')).get('tcploom_run_complete'), 0);
    end();
    assert.equal((await outcome).code, 0);
    assert.equal(valuesOf(readFileSync(path, 'utf8')).get('tcploom_run_complete'), 1);
  });
});
