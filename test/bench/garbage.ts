/**
 * What threads leave to the garbage collector, by V8's own account (`--trace-gc`): on captures that differ in one thing only, their packets or the sessions
 * that begin and end, so that what a packet or a session costs is told apart from starting. Owns the reading of that account.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const GENERATOR = fileURLToPath(new URL('../../datasets/generate.js', import.meta.url));
const MOST_OUTPUT_BYTES = 1 << 30;
/** The main thread collects once before it loads the program: by that its account is known. */
const MARKED = 'data:text/javascript,gc()';
/** `[PID:ISOLATE] MS ms: KIND BEFORE (RESERVED) -> AFTER (RESERVED) MB, ...; REASON`, all in MB. */
const LINE = /^\[\d+:(0x[0-9a-f]+)\] +\d+ ms: (\S+) .*?([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB.*$/;
/** Pages of tables and of kept segments, which are no garbage, make V8 look at the heap as well. */
const BY_TABLES = 'external memory pressure';

/** Scavenges that a thread may have more, and what it may leave more, whatever comes: of three million packets a byte or so each, of 35,000 sessions about 100. */
const SCAVENGES_MORE = 3;
const MB_MORE = 4;

interface Garbage {
  scavenges: number;
  /** What was allocated between one collection and the next. */
  mb: number;
}

interface Account {
  readonly main: Garbage;
  /** Of the reader and the trackers, which end in no particular order, those that leave most first. */
  readonly threads: readonly Garbage[];
}

/** Runs tcploom, with all its usual results, on `capture`. */
function accountOf(capture: string, options: readonly string[]): Account {
  const flags = ['--trace-gc', '--expose-gc', '--import', MARKED];
  const places = ['miruo', 'tcpeek', 'report'].flatMap((format) => ['-o', `${format}=/dev/null`]);
  const told = execFileSync(process.execPath, [...flags, LAUNCHER, ...options, ...places, capture], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  const threads = new Map<string, Garbage & { left: number }>();
  let main = '';
  for (const line of told.split('\n')) {
    const [, isolate, kind, before, after] = LINE.exec(line) ?? [];
    if (isolate === undefined) continue;
    if (main === '') main = isolate;
    const garbage = threads.get(isolate) ?? { scavenges: 0, mb: 0, left: Number(before) };
    if (kind === 'Scavenge' && !line.includes(BY_TABLES)) garbage.scavenges++;
    garbage.mb += Number(before) - garbage.left;
    garbage.left = Number(after);
    threads.set(isolate, garbage);
  }
  const ofMain = threads.get(main);
  if (ofMain === undefined) throw new Error('nothing was told of garbage');
  threads.delete(main);
  return { main: ofMain, threads: [...threads.values()].sort((a, b) => b.mb - a.mb) };
}

const texts = (garbage: readonly Garbage[]): string =>
  garbage.map(({ scavenges, mb }) => `${scavenges} (${mb.toFixed(1)} MB)`).join(', ');

/** Prints both; whether no thread but the main one left more, the second time. */
function isSame(what: string, first: Account, second: Account): boolean {
  console.log(`${what}: scavenges of reader and trackers, and what was allocated between them`);
  console.log(`  ${texts(first.threads)}; then ${texts(second.threads)}`);
  console.log(`  main thread ${texts([first.main])}; then ${texts([second.main])}`);
  return second.threads.every(({ scavenges, mb }, place) => {
    const before = first.threads[place] ?? { scavenges: 0, mb: 0 };
    return scavenges <= before.scavenges + SCAVENGES_MORE && mb <= before.mb + MB_MORE;
  });
}

/** Four times the packets of the same sessions at the same rate; then twice the sessions in the same number of packets. */
export function garbage(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-garbage-'));
  const capture = join(folder, 'made.pcap');
  const account = (packets: string, segments: string, options: readonly string[] = []): Account => {
    const size = ['--packets', packets, '--segments', segments];
    const form = ['--profile', 'small', '--sessions', '5000', '--rate', '100K', '--loss', '0.002'];
    execFileSync(process.execPath, [GENERATOR, ...size, ...form, '--out', capture], { stdio: 'ignore' });
    return accountOf(capture, options);
  };
  try {
    return [
      isSame('a million packets, then four', account('1M', '0'), account('4M', '0')),
      isSame('70,000 sessions, then 140,000', account('3M', '20'), account('3M', '8')),
      isSame('the same, all shown', account('3M', '20', ['--all']), account('3M', '8', ['--all'])),
    ].every(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
