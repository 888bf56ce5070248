/**
 * `npm run scaling`: what more cores would give. Runs tcploom with one tracker and two, their work as it is and made heavier, takes the processor time of each
 * thread, and reckons from these which part would be busy first on more cores than there are here, and at how many packets a second.
 */
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateFile } from '../../datasets/generate.js';
import { type Capture, prepareCapture } from './captures.js';
import { blocksOf, type Case, evaluate, MANY_TRACKERS, type Measured, trackersNsec } from './scaling-figures.js';
import type { ScalingRun } from './scaling-run.js';
import { printMeasured, printModel, printTimes } from './scaling-tables.js';
import { BURN_NSEC, COUNT } from './thread-clock.js';

const RUN = fileURLToPath(new URL('scaling-run.js', import.meta.url));
const CAPTURES: readonly string[] = ['full', 'small'];
const WEIGHTS: readonly number[] = [1, 4, 8];
const MOST_PACKETS = 4_000_000;
const QUICK_PACKETS = 1_000_000;
const DEFAULT_ROUNDS = 3;
const SMALL_BYTES = 10_000;
const NO_OPTIONS: readonly string[] = [];
const ALL_SESSIONS: readonly string[] = ['--all'];
/** Of the packets, in a run that shows what starting and compiling take: both runs have that. */
const SHORT_PART = 0.25;

const USAGE = `Usage: npm run scaling -- [OPTION...]
  --only NAME    one capture: ${CAPTURES.join(' or ')}
  --rounds N     rounds of all runs (default: ${DEFAULT_ROUNDS})
  --quick        captures of a tenth, ${QUICK_PACKETS} packets of them at most
  --dir DIR      where the captures are kept (default: bench-data)`;

/** Runs tcploom; rejects when it fails. */
async function runOnce(args: readonly string[], environment: Record<string, string> = {}): Promise<ScalingRun> {
  const child = spawn(process.execPath, [RUN, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  const figures = await text(child.stdio[3] as NodeJS.ReadableStream);
  const code = await ended;
  if (code !== 0) throw new Error(`tcploom ${args.join(' ')}: ended with ${code}`);
  return JSON.parse(figures) as ScalingRun;
}

async function measureCapture(capture: Capture, dir: string, rounds: number, most: number): Promise<Measured> {
  const packets = Math.min(most, capture.packets);
  const counts = [...new Set([1, 2, cpus().length])];
  const cases: Case[] = [
    ...counts.flatMap((trackers) => WEIGHTS.map((weight) => newCase(trackers, weight, NO_OPTIONS))),
    newCase(MANY_TRACKERS, 1, NO_OPTIONS),
    newCase(1, 1, ALL_SESSIONS),
  ];
  const small = join(dir, 'start.pcap');
  generateFile({ bytes: SMALL_BYTES, profile: 'mixed', sessions: 5 }, small);
  const starts: ScalingRun[] = [];
  const command = ({ trackers, options }: Case, most: number): string[] => [
    ...['--workers', String(trackers), '--max-packets', String(most), ...options, capture.path],
  ];
  const shortPackets = Math.round(packets * SHORT_PART);
  for (let round = 0; round < rounds; round++) {
    starts.push(await runOnce(['--workers', '1', small]));
    for (const one of cases) {
      const { trackers, weight, options } = one;
      process.stderr.write(`${capture.name}, round ${round + 1} of ${rounds}: trackers ${trackers}, weight ${weight} `);
      const usual = cases.find(
        (other) => other.trackers === trackers && other.weight === 1 && other.options === options,
      )?.runs[round];
      const blockNsec = usual === undefined ? 0 : trackersNsec(usual) / trackers / blocksOf(usual);
      if (weight === 1) one.shortRuns.push(await runOnce(command(one, shortPackets)));
      one.runs.push(await runOnce(command(one, packets), { [BURN_NSEC]: String((weight - 1) * blockNsec) }));
      process.stderr.write(`${one.runs[round].wallSec.toFixed(2)} s\n`);
    }
  }
  const counted = await runOnce(command(cases[0], packets), { [COUNT]: '1' });
  const countedAll = await runOnce(command(cases.at(-1)!, packets), { [COUNT]: '1' });
  return evaluate(capture.name, packets, packets - shortPackets, cases, starts, counted, countedAll);
}

const newCase = (trackers: number, weight: number, options: readonly string[]): Case => {
  return { trackers, weight, options, runs: [], shortRuns: [] };
};

async function main(args: string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ args, options: { only: text, rounds: text, dir: text, quick: flag, help: flag } });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { only, quick } = values;
  if (only !== undefined && !CAPTURES.includes(only)) throw new RangeError(`--only must be ${CAPTURES.join(' or ')}`);
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds must be at least 1, not '${values.rounds}'`);
  const dir = values.dir ?? 'bench-data';
  const cores = cpus().length;
  console.log(
    `${cores} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; medians of ${rounds} rounds, in turn`,
  );
  for (const name of CAPTURES.filter((capture) => only === undefined || only === capture)) {
    const capture = prepareCapture(dir, name, quick);
    const measured = await measureCapture(capture, dir, rounds, quick ? QUICK_PACKETS : MOST_PACKETS);
    printMeasured(measured, cores);
    printTimes(measured);
    printModel(measured);
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`scaling: ${error.message}`);
  process.exitCode = 2;
});
