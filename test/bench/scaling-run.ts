/**
 * One run of tcploom in this process whose threads tell their processor times: the arguments are tcploom's, the figures go to descriptor 3 as JSON.
 * With COUNT in the environment the merger's events and text are counted instead, which takes time of its own.
 */
import { writeSync } from 'node:fs';
import { main } from '../../src/cli/main.js';
import { LINES, TEXT } from '../../src/merge/events.js';
import { HANDSHAKE_LINE } from '../../src/merge/handshake-events.js';
import { RECORD_HEADER_BYTES, RECORD_KIND, ResultReader } from '../../src/ring/result-ring.js';
import { builtFile } from '../../src/text/built-file.js';
import { COUNT, collectCosts, type ThreadCost, threadCpuNsec } from './thread-clock.js';

export interface ScalingRun {
  readonly wallSec: number;
  readonly threads: readonly ThreadCost[];
  /** Of the main thread from the start of the process, and of the whole process. */
  readonly mainNsec: number;
  readonly allNsec: number;
  /** Where they were counted. */
  readonly events: number;
  readonly textBytes: number;
}

let events = 0;
let textBytes = 0;
if (process.env[COUNT] !== undefined) countEvents();
const startMs = performance.now();
let costs: Promise<ThreadCost[]> = Promise.resolve([]);
process.exitCode = await main(process.argv.slice(2), (plan) => {
  costs = collectCosts(plan.trackers + 1);
  const files = { reader: builtFile('test/bench/timed-reader.js'), tracker: builtFile('test/bench/heavy-tracker.js') };
  return { ...plan, workerFiles: files };
});
const wallSec = (performance.now() - startMs) / 1000;
const mainNsec = threadCpuNsec();
const { user, system } = process.cpuUsage();
const run: ScalingRun = {
  ...{ wallSec, threads: await costs, mainNsec, allNsec: (user + system) * 1000 },
  ...{ events, textBytes },
};
writeSync(3, JSON.stringify(run));

function countEvents(): void {
  const next = ResultReader.prototype.next;
  ResultReader.prototype.next = function (this: ResultReader): void {
    const at = this.peek();
    const kind = this.words[at + RECORD_KIND];
    events++;
    if (kind === TEXT || kind === LINES || kind === HANDSHAKE_LINE) textBytes += this.words[at] - RECORD_HEADER_BYTES;
    next.call(this);
  };
}
