/**
 * Script: the program with the threads of failing-workers.ts; `--missing` in front gives files that are not there.
 * It never ends the process: what is left running keeps it from ending. Tells on descriptor 3 how many threads
 * there were and how many are left.
 */
import { writeSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { main } from '../../src/cli/main.js';

let started = 0;
let left = 0;
process.on('worker', (worker: Worker) => {
  started++;
  left++;
  worker.once('exit', () => left--);
});

const args = process.argv.slice(2);
const isMissing = args[0] === '--missing';
const file = new URL(isMissing ? './no-such-file.js' : './failing-workers.js', import.meta.url);
process.exitCode = await main(isMissing ? args.slice(1) : args, (plan) => ({
  ...plan,
  workerFiles: { reader: file, tracker: file },
}));
writeSync(3, JSON.stringify({ started, left }));
