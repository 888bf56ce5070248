/**
 * The program on inputs that only a generator can make, through a FIFO: a million sessions open at once, one session of ten million
 * segments, a scan of ten million addresses, records of such a scan, what it comes to as figures, page and check, and an endless stream. Prints memory and
 * time for a packet, and what threads leave to the garbage collector (on files), and fails when they are beyond what the project promises.
 *
 *   node dist/test/bench/limits.js [garbage | sessions | segments | scan | ticks | records | summaries | stream] [--gigabytes N]
 */
import { fileURLToPath } from 'node:url';
import { garbage } from './garbage.js';
import { scan, ticks } from './handshake-limits.js';
import { records } from './record-limits.js';
import { figure, type Measured, runOnStream } from './stream-run.js';
import { summaries } from './summary-limits.js';

const GENERATOR = fileURLToPath(new URL('../../datasets/generate.js', import.meta.url));
const LONG_SESSION = fileURLToPath(new URL('./long-session.js', import.meta.url));

/**
 * What the program may use: so much at all, for each session alive at once (a row of 128 bytes, a flow's of 32, two indexes, chunks that are not
 * full), for each segment kept (28 bytes with timestamps, 2 of its chunk's header, 6 to 9 of the table of a long session).
 */
const BASE_MB = 220;
const SESSION_BYTES = 360;
const SEGMENT_BYTES = 40;
/** Time for a packet with a million sessions, against that with 5,000. */
const MOST_SLOWER_BY_SESSIONS = 2;
/** Time for a packet of one session with ten million segments, against a million; it comes out near 1, but for the machine's load. */
const MOST_SLOWER_BY_SEGMENTS = 1.5;

function report(title: string, measured: Measured): boolean {
  const sessions = figure(measured.statistics, 'ActiveSessionMax');
  const segments = figure(measured.statistics, 'ActiveSegmentMax');
  const boundMb = BASE_MB + (SESSION_BYTES * sessions + SEGMENT_BYTES * segments) / 1e6;
  const { seconds, cpuSec, packets } = measured;
  console.log(`${title}: ${packets} packets in ${seconds.toFixed(1)} s, ${cpuSec.toFixed(1)} s of processor time`);
  console.log(`  at most ${sessions} sessions and ${segments} kept segments at once`);
  console.log(`  peak ${measured.peakMb.toFixed(0)} MB, bound ${boundMb.toFixed(0)} MB`);
  return measured.code === 0 && measured.peakMb <= boundMb;
}

/** A run of next to nothing: what starting takes is no packet's time. */
const start = (): Promise<Measured> => runOnStream([LONG_SESSION, 'plain', '10']);

/** Whether a packet takes not much longer than another. */
function isNotMuchSlower(measured: Measured, usual: Measured, started: Measured, most: number): boolean {
  const nsecOf = ({ cpuSec, packets }: Measured): number => ((cpuSec - started.cpuSec) / packets) * 1e9;
  const ratio = nsecOf(measured) / nsecOf(usual);
  const figures = `${nsecOf(measured).toFixed(0)} ns, ${ratio.toFixed(2)} times ${nsecOf(usual).toFixed(0)} ns`;
  console.log(`  processor time for a packet, without starting: ${figures}, bound ${most}`);
  return ratio <= most;
}

async function sessions(): Promise<boolean> {
  const generate = (count: string): Promise<Measured> =>
    runOnStream([
      ...[GENERATOR, '--packets', '6M', '--profile', 'small', '--segments', '0', '--rate', '100K'],
      ...['--sessions', count, '--out'],
    ]);
  const usual = await generate('5000');
  const million = await generate('1M');
  const fits = [report('5,000 sessions', usual), report('a million sessions', million)];
  return [...fits, isNotMuchSlower(million, usual, await start(), MOST_SLOWER_BY_SESSIONS)].every(Boolean);
}

/** One session without end: most of it dropped, or all of it held; nothing comes again, or one segment in ten does. */
async function segments(): Promise<boolean> {
  const started = await start();
  const results: boolean[] = [];
  for (const [title, kind, options] of [
    ['dropped', 'plain', []],
    ['dropped, with repeats', 'repeats', []],
    ['shown', 'plain', ['--view-data', '2000000000']],
    ['shown, with repeats', 'repeats', ['--view-data', '2000000000']],
  ] as const) {
    const million = await runOnStream([LONG_SESSION, kind, '1000000'], options);
    const more = await runOnStream([LONG_SESSION, kind, '10000000'], options);
    results.push(report(`a million segments of one session, ${title}`, million));
    results.push(report(`ten million segments of one session, ${title}`, more));
    results.push(isNotMuchSlower(more, million, started, MOST_SLOWER_BY_SEGMENTS));
  }
  return results.every(Boolean);
}

/** Memory after a tenth of the stream against that at its end. */
async function stream(gigabytes: string): Promise<boolean> {
  const measured = await runOnStream([
    GENERATOR,
    '--bytes',
    `${gigabytes}G`,
    '--profile',
    'full',
    '--sessions',
    '5000',
    '--loss',
    '0.001',
    '--out',
  ]);
  const at = (part: number): number => measured.residentMb[Math.floor(part * (measured.residentMb.length - 1))];
  const fits = report(`a stream of ${gigabytes} GB`, measured);
  console.log(
    `  resident at 10, 25, 50, 75, 99 %: ${[0.1, 0.25, 0.5, 0.75, 0.99].map((p) => at(p).toFixed(0)).join(', ')} MB`,
  );
  return fits && at(0.99) < 1.25 * at(0.1) + 20;
}

const args = process.argv.slice(2);
const gigabytes = args.includes('--gigabytes') ? args[args.indexOf('--gigabytes') + 1] : '100';
const parts = { garbage, sessions, segments, scan, ticks, records, summaries, stream: () => stream(gigabytes) };
const chosen = Object.entries<() => boolean | Promise<boolean>>(parts).filter(([name]) => args.includes(name));
const results: boolean[] = [];
for (const [, check] of chosen.length > 0 ? chosen : Object.entries(parts)) results.push(await check());
process.exitCode = results.every(Boolean) ? 0 : 1;
