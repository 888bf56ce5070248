/**
 * Progress without a terminal, as a user sees it: lines of text or of JSON, whole and among whole lines, and no control character
 * anywhere.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateFile } from '../../datasets/generate.js';
import {
  assertMessages,
  bash,
  type Ended,
  ended,
  LAUNCHER,
  tcploom,
  temporaryFolder,
  withoutReports,
} from '../support/launch.js';
import { until } from '../support/prompt.js';

const FOLDER = temporaryFolder();
const CAPTURE = join(FOLDER, 'traffic.pcap');
const SMALL = 'datasets/lossy.pcap';
const CONTROL = /[^\n\x20-\x7e]/;
const PLAIN = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}(\d+\.\d% {2})?[\d.]+ [KMG]?B {2}[\d.]+ [KMG]?B\/s {2}/;

/** The four commands, each on the file that comes last. */
const COMMANDS: readonly (readonly string[])[] = [
  ['run', '-o', 'miruo'],
  ['miruo', '-f'],
  ['tcpeek', '-r'],
  ['info'],
  ['filter', '-c', ''],
];

interface Event {
  readonly event: string;
  readonly percent: number | null;
  readonly bytes: number;
  readonly totalBytes: number | null;
  readonly packets: number;
  readonly sessions: number | null;
  readonly elapsedSec: number;
  readonly remainingSec: number | null;
  readonly finishTime: number | null;
  readonly complete?: boolean;
}

const eventsOf = (text: string): Event[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{"event"'))
    .map((line) => JSON.parse(line) as Event);

/** Runs the program on the capture, which comes in pieces through a pipe, `atHalf` when one half is there. */
async function fed(args: readonly string[], atHalf = async (_: number): Promise<void> => {}): Promise<Ended> {
  const child = spawn(process.execPath, [LAUNCHER, ...args, '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const over = ended(child);
  const bytes = readFileSync(CAPTURE);
  const pieces = 10;
  // What it says of an end that came too soon is judged by its exit code.
  child.stdin.on('error', () => {});
  for (let piece = 0; piece < pieces; piece++) {
    if (piece === pieces / 2) await atHalf(child.pid!);
    const [from, to] = [piece, piece + 1].map((index) => Math.floor((index * bytes.length) / pieces));
    await new Promise((resolve) => child.stdin.write(bytes.subarray(from, to), resolve));
    await sleep(60);
  }
  child.stdin.end();
  return over;
}

describe('progress without a terminal', () => {
  let bytes = 0;
  before(async () => {
    await generateFile({ bytes: 2_000_000, profile: 'small', sessions: 100, loss: 0.01 }, CAPTURE);
    bytes = statSync(CAPTURE).size;
  });

  for (const command of COMMANDS) {
    const name = command[0];
    it(`${name}: nothing unless asked for`, async () => {
      for (const form of [[], ['--progress', 'auto'], ['--progress', 'none']]) {
        const run = await tcploom([name, ...form, ...command.slice(1), SMALL]);
        assert.equal(run.code, 0);
        assert.doesNotMatch(run.stderr, /B\/s|"event"/);
        assert.doesNotMatch(run.stderr, CONTROL);
      }
    });

    it(`${name}: plain and json have a last line, with all that was read`, async () => {
      const size = statSync(SMALL).size;
      const plain = await tcploom([name, '--progress', 'plain', ...command.slice(1), SMALL]);
      assert.equal(plain.code, 0);
      assert.doesNotMatch(plain.stderr, CONTROL);
      const lines = plain.stderr.split('\n').filter((line) => PLAIN.test(line));
      assert.match(lines.at(-1)!, / {2}100\.0% {2}69\.92 KB {2}.* in \d+ s$/);
      const json = await tcploom([name, '--progress', 'json', ...command.slice(1), SMALL]);
      assert.doesNotMatch(json.stderr, CONTROL);
      const events = eventsOf(json.stderr);
      assert.deepEqual([events[0].event, events.at(-1)!.event], ['start', 'end']);
      const { percent, bytes: read, totalBytes, packets, complete, remainingSec } = events.at(-1)!;
      assert.deepEqual([percent, read, totalBytes, packets, complete, remainingSec], [100, size, size, 595, true, 0]);
      assert.equal(json.stdout, plain.stdout);
    });
  }

  it('of a pipe whose size is told: a percentage that rises to 100 at the end', async () => {
    const run = await fed(['--progress', 'json', '--report-interval', '0.05', '--total-bytes', String(bytes)]);
    assert.equal(run.code, 0);
    const events = eventsOf(run.stderr);
    assert.ok(events.length > 5, `${events.length} events`);
    const percents = events.map(({ percent }) => percent);
    assert.ok(percents.every((percent) => percent !== null));
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a! - b!),
    );
    assert.deepEqual([percents[0], percents.at(-1)], [0, 100]);
    assert.ok(percents.slice(0, -1).every((percent) => percent! < 100));
    assert.ok(events.at(-1)!.sessions! > 50);
  });

  it('of a pipe of unknown size: no percentage until the end, but bytes and rates', async () => {
    const run = await fed(['info', '--progress', 'json', '--report-interval', '0.05']);
    const events = eventsOf(run.stderr);
    for (const { percent, totalBytes, remainingSec, finishTime, sessions } of events.slice(0, -1)) {
      assert.deepEqual([percent, totalBytes, remainingSec, finishTime, sessions], [null, null, null, null, null]);
    }
    assert.deepEqual([events.at(-1)!.percent, events.at(-1)!.bytes], [100, bytes]);
    const plain = await fed(['info', '--progress', 'plain', '--report-interval', '0.05']);
    const lines = plain.stderr.trimEnd().split('\n');
    assert.ok(lines.length > 3);
    for (const line of lines) assert.match(line, PLAIN);
    for (const line of lines.slice(0, -1)) assert.doesNotMatch(line, /%|ETA|ETF/);
  });

  it('of a pipe that brings more than was told: no percentage from then on', async () => {
    const run = await fed(['--progress', 'json', '--report-interval', '0.02', '--total-bytes', String(bytes >> 2)]);
    const events = eventsOf(run.stderr);
    const over = events.filter(({ event, bytes: read }) => event === 'progress' && read > bytes >> 2);
    assert.ok(over.length > 0);
    for (const { percent, remainingSec } of over) assert.deepEqual([percent, remainingSec], [null, null]);
    for (const { event, percent } of events) if (event === 'progress') assert.ok(percent === null || percent < 100);
  });

  it('lines are whole among results and messages, also where all are one stream', async () => {
    const line = `$TCPLOOM --all --color 0 --progress json --report-interval 0.01 ${CAPTURE} ${CAPTURE} ${CAPTURE} 2>&1`;
    const run = await bash(line);
    assert.equal(run.code, 0);
    const alone = await tcploom(['--all', '--color', '0', CAPTURE, CAPTURE, CAPTURE]);
    const isOfEither = (text: string): boolean => !/^(\{"event"|CPU|VSZ|RSS)/.test(text);
    const sorted = (text: string): string[] => text.split('\n').filter(isOfEither).toSorted();
    assert.deepEqual(sorted(withoutReports(run.stdout)), sorted(withoutReports(`${alone.stdout}${alone.stderr}`)));
    assert.ok(eventsOf(run.stdout).length >= 3);
  });

  it('the end of a run that was ended is told, and that it is not complete', async () => {
    const child = spawn(process.execPath, [LAUNCHER, '--progress', 'json', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const over = ended(child);
    child.stdin.write(readFileSync(CAPTURE).subarray(0, bytes >> 1));
    await until('it reads', () => eventsOf(said).some((event) => event.bytes > 0));
    child.kill('SIGTERM');
    const { code, stderr } = await over;
    assert.equal(code, 143);
    const last = eventsOf(stderr).at(-1)!;
    assert.deepEqual([last.event, last.complete, last.percent, last.finishTime], ['end', false, null, null]);
  });

  it('what the process was stopped is no elapsed time', async () => {
    const stopMs = 1500;
    const begun = performance.now();
    const run = await fed(['--progress', 'json', '--total-bytes', String(bytes)], async (pid) => {
      process.kill(pid, 'SIGSTOP');
      await sleep(stopMs);
      process.kill(pid, 'SIGCONT');
    });
    const wholeSec = (performance.now() - begun) / 1000;
    const { elapsedSec } = eventsOf(run.stderr).at(-1)!;
    // However slow the machine is, the stop is in the one and not in the other.
    assert.ok(elapsedSec < wholeSec - stopMs / 1000 + 0.2, `${elapsedSec} of ${wholeSec} s`);
    assert.ok(elapsedSec > 0.3);
  });

  it('of files that were given up the rest counts no longer', async () => {
    const damaged = join(FOLDER, 'damaged.pcap');
    const half = readFileSync(CAPTURE);
    half.fill(0xff, 24, 40);
    writeFileSync(damaged, half);
    const run = await tcploom(['-o', 'miruo', '--progress', 'json', damaged, CAPTURE]);
    assert.equal(run.code, 1);
    const last = eventsOf(run.stderr).at(-1)!;
    assert.deepEqual([last.percent, last.totalBytes], [100, 2 * bytes]);
    assert.ok(last.bytes < 2 * bytes);
  });

  it('--total-bytes where it means nothing is wrong usage', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[SMALL], /how much is in files is known/],
      [['-i', 'lo'], /an interface has no end/],
    ];
    for (const [args, message] of cases) {
      const run = await tcploom(['--total-bytes', '1000', ...args]);
      assert.equal(run.code, 2);
      assertMessages(run.stderr, [message]);
    }
    const none = await tcploom(['--total-bytes', '0', '-']);
    assertMessages(none.stderr, [/must be at least 1/]);
    const mixed = await bash(`cat ${SMALL} | $TCPLOOM info --progress json --total-bytes 139834 ${SMALL} -`);
    assert.equal(eventsOf(mixed.stderr)[0].totalBytes, 139_834);
  });
});
