/**
 * Whether the announced finish of a run is honest: a capture of known size comes through a pipe at an even speed, the program is stopped for
 * some seconds, and later the speed changes by half. What is announced every half second is compared with what came true, stops left
 * out before they happened.
 *
 *   node dist/test/bench/progress.js [--seconds N] [--steps BYTES]        --steps: what is written to the pipe at once
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateFile } from '../../datasets/generate.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const STOP_MS = 5000;
/** Of the bytes: when the program is stopped, and when the speed changes. */
const STOP_AT = 0.25;
const CHANGE_AT = 0.5;
const ALLOWED = 0.1;
/** What comes then is not a matter of time, but of the end of the pipe. */
const ALL_READ = 99.9;
/** From where on the announced finish must be right, in seconds: after the stop, after the change. */
const AFTER_STOP_SEC = 2;
const AFTER_CHANGE_SEC = 10;

interface Announced {
  readonly event: string;
  readonly time: number;
  readonly elapsedSec: number;
  readonly percent: number | null;
  readonly finishTime: number | null;
}

interface Course {
  readonly events: readonly Announced[];
  /** Seconds since 1970. */
  readonly stoppedAt: number;
  readonly changedAt: number;
}

const nowSec = (): number => Date.now() / 1000;

/** Runs the program over the capture; the whole takes about `seconds` without the stop, `slower` times longer for a byte after the change. */
async function run(capture: string, seconds: number, stepBytes: number, slower: number): Promise<Course> {
  const bytes = statSync(capture).size;
  const options = ['-o', 'miruo', '--progress', 'json', '--report-interval', '0.5', '--total-bytes', `${bytes}`, '-'];
  const program = spawn(process.execPath, [LAUNCHER, ...options], { stdio: ['pipe', 'ignore', 'pipe'] });
  let text = '';
  program.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const over = new Promise((resolve) => program.on('close', resolve));
  const stepMs = (1000 * seconds * stepBytes) / (bytes * (CHANGE_AT + slower * (1 - CHANGE_AT)));
  let sent = 0;
  let stoppedAt = 0;
  let changedAt = 0;
  for await (const chunk of createReadStream(capture, { highWaterMark: stepBytes })) {
    await new Promise((resolve) => program.stdin.write(chunk, resolve));
    sent += (chunk as Buffer).length;
    if (stoppedAt === 0 && sent >= STOP_AT * bytes) {
      stoppedAt = nowSec();
      program.kill('SIGSTOP');
      await sleep(STOP_MS);
      program.kill('SIGCONT');
    }
    if (changedAt === 0 && sent >= CHANGE_AT * bytes) changedAt = nowSec();
    await sleep(changedAt === 0 ? stepMs : stepMs * slower);
  }
  program.stdin.end();
  await over;
  const lines = text.split('\n').filter((line) => line.startsWith('{"event"'));
  return { events: lines.map((line) => JSON.parse(line) as Announced), stoppedAt, changedAt };
}

/** Whether what was announced came true; prints the figures. */
function judge(title: string, { events, stoppedAt, changedAt }: Course): boolean {
  const end = events.at(-1)!;
  const goneOnAt = stoppedAt + STOP_MS / 1000;
  const wholeSec = end.elapsedSec;
  const stages: [name: string, from: number, to: number, finish: number][] = [
    // What is to come is not known before it comes: an even run would have ended then.
    ['from 10 % to the stop', 0, stoppedAt, Number.NaN],
    ['from 2 s after the stop to the change', goneOnAt + AFTER_STOP_SEC, changedAt, Number.NaN],
    ['from 10 s after the change', changedAt + AFTER_CHANGE_SEC, Infinity, end.time],
  ];
  console.log(
    `${title}: ${wholeSec.toFixed(1)} s of own time, ${(end.time - events[0].time).toFixed(1)} s by the clock`,
  );
  const stopSec = end.time - events[0].time - wholeSec;
  let isRight = Math.abs(stopSec - STOP_MS / 1000) < 0.5;
  console.log(`  stopped for ${stopSec.toFixed(2)} s`);
  const evenEnd = evenEndOf(events, changedAt, stoppedAt);
  for (const [name, from, to, finish] of stages) {
    const shown = events.filter(
      ({ event, time, percent }) =>
        event === 'progress' && time > from && time < to && percent !== null && percent >= 10 && percent < ALL_READ,
    );
    const known = shown.filter(({ finishTime }) => finishTime !== null);
    const expected = Number.isNaN(finish) ? evenEnd - (to === stoppedAt ? STOP_MS / 1000 : 0) : finish;
    const errors = known.map(({ finishTime }) => Math.abs(finishTime! - expected) / wholeSec);
    const worst = Math.max(0, ...errors);
    console.log(`  ${name}: ${known.length} of ${shown.length} announced, at most ${(100 * worst).toFixed(1)} % wrong`);
    isRight &&= known.length > 0 && known.length === shown.length && worst <= ALLOWED;
  }
  return isRight;
}

/** When the run would have ended with the speed that it had up to the change. */
function evenEndOf(events: readonly Announced[], changedAt: number, stoppedAt: number): number {
  const before = events.filter(({ time, percent }) => time < changedAt && percent !== null);
  const [first, last] = [before.find(({ percent }) => percent! > 2)!, before.at(-1)!];
  const stopSec = first.time < stoppedAt ? STOP_MS / 1000 : 0;
  const perSec = (last.percent! - first.percent!) / (last.time - first.time - stopSec);
  return last.time + (100 - last.percent!) / perSec;
}

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { seconds: text, steps: text } });
const folder = mkdtempSync(join(tmpdir(), 'tcploom-progress-'));
try {
  const capture = join(folder, 'traffic.pcap');
  await generateFile({ bytes: 60_000_000, profile: 'full', sessions: 100, loss: 0.001 }, capture);
  const seconds = Number(values.seconds ?? 40);
  const steps = Number(values.steps ?? 256 * 1024);
  const results: boolean[] = [];
  for (const [title, slower] of [
    ['half the speed', 2],
    ['twice the speed', 0.5],
  ] as const) {
    results.push(judge(title, await run(capture, seconds, steps, slower)));
  }
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
