/**
 * What it costs a run that others ask for its counts: the same captures with thousands of requests, and without, in pairs.
 *
 *   node dist/test/bench/socket-load.js [--answers N] [--pairs N] [--passes N] [--tcpeek] CAPTURE
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Cost, measure, median } from './measure.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const CLIENTS = fileURLToPath(new URL('./socket-clients.js', import.meta.url));

interface Answers {
  readonly answers: number;
  readonly failed: number;
  readonly medianMs: number;
  readonly mostMs: number;
}

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  options: { answers: text, pairs: text, passes: text, tcpeek: { type: 'boolean' } },
  allowPositionals: true,
});
const answersWanted = values.answers ?? '10000';
const captures = Array<string>(Number(values.passes ?? 6)).fill(positionals[0]);
const places = values.tcpeek ? ['tcpeek=/dev/null'] : ['miruo=-', 'tcpeek=/dev/null'];
const folder = mkdtempSync(join(tmpdir(), 'tcploom-socket-'));
const path = join(folder, 'counts.sock');

const run = (): Promise<Cost> =>
  measure([
    process.execPath,
    LAUNCHER,
    'run',
    ...places.flatMap((place) => ['-o', place]),
    '--socket',
    path,
    ...captures,
  ]);

/** A run, and the clients beside it; the answers are undefined when it ended before all came. */
async function runAsked(): Promise<{ cost: Cost; answers: Answers | undefined }> {
  const clients = spawn(process.execPath, [CLIENTS, path, answersWanted], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  clients.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const gone = once(clients, 'close');
  const cost = await run();
  clients.kill();
  await gone;
  return { cost, answers: told === '' ? undefined : (JSON.parse(told) as Answers) };
}

const wall: number[] = [];
const cpu: number[] = [];
const perAnswerUsec: number[] = [];
let isWhole = true;
try {
  for (let pair = 0; pair < Number(values.pairs ?? 5); pair++) {
    // The first of a pair is each in turn.
    const before = pair % 2 === 0 ? await run() : undefined;
    const { cost, answers } = await runAsked();
    const plain = before ?? (await run());
    wall.push(cost.wallSec / plain.wallSec);
    cpu.push(cost.cpuSec / plain.cpuSec);
    perAnswerUsec.push(((cost.cpuSec - plain.cpuSec) / Number(answersWanted)) * 1e6);
    if (cost.exit !== 0 || plain.exit !== 0) throw new Error(`a run failed: ${plain.exit}, ${cost.exit}`);
    isWhole &&= answers?.failed === 0;
    const seconds = `${plain.wallSec.toFixed(1)} s, ${plain.cpuSec.toFixed(1)} of processor time`;
    console.log(
      `without requests ${seconds}; with: wall ${wall[pair].toFixed(3)}, processor ${cpu[pair].toFixed(3)} times`,
    );
    console.log(answers === undefined ? '  ended before all was answered' : `  ${JSON.stringify(answers)}`);
  }
  console.log(`medians: wall ${median(wall).toFixed(3)}, processor ${median(cpu).toFixed(3)} times`);
  console.log(`  ${median(perAnswerUsec).toFixed(0)} us of processor time for an answer`);
  process.exitCode = isWhole ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
