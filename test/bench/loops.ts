/**
 * `npm run loops`: the two hot loops by themselves, the reader's and a tracker's, in one thread, on a capture that fits the ring as a whole. What a change
 * of them gives is seen here long before it shows in a run: no start, no other thread, no merger, and of many rounds the fastest counts.
 *
 *   npm run loops -- CAPTURE [OPTION of tcploom...]
 */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import { FeedSource } from '../../src/capture/feed-source.js';
import { SHARED_FIGURES } from '../../src/capture/figures-so-far.js';
import { InputOpener } from '../../src/capture/open-input.js';
import { readCaptures, STOP_WORDS } from '../../src/capture/read-captures.js';
import { parseArguments } from '../../src/cli/parse.js';
import { prepareRun } from '../../src/cli/run-preparation.js';
import type { RunPlan } from '../../src/pipeline/run.js';
import { ShardTracker } from '../../src/pipeline/track-blocks.js';
import { allocateBlockRing, type BlockRingMemory } from '../../src/ring/block-ring.js';
import { consumedWord, layoutBlockRing, PUBLISHED_WORD, READ_WORD, WRITTEN_WORD } from '../../src/ring/layout.js';
import { allocateResultRing, type ResultRingMemory } from '../../src/ring/result-ring.js';

const ROUNDS = 20;
/** The first ones are the compiler's. */
const FIRST_COUNTED = 5;
const MOST_MB = 100;
const RESULT_RING_BYTES = 4 << 20;
const PROGRAM = { version: '', args: [], isTerminal: false };

function planOf(args: readonly string[]): RunPlan {
  const request = parseArguments(args, '');
  if (request.kind !== 'run') throw new Error('not the arguments of a run over a capture');
  return prepareRun(request.files, request.options, false, PROGRAM).plan;
}

/** Fills the ring with the whole capture; returns how many packets that are. */
function read(plan: RunPlan, ring: BlockRingMemory, links: Parameters<typeof readCaptures>[2]): number {
  const words = new Int32Array(ring.buffer);
  words[PUBLISHED_WORD] = 0;
  words[consumedWord(0)] = 0;
  const opener = new InputOpener((request) => new FeedSource(undefined as never, request));
  return readCaptures(plan.read, ring, links, opener).packets;
}

/** A tracker as in a run, of all packets; what it tells goes nowhere. */
function track(plan: RunPlan, ring: BlockRingMemory, results: ResultRingMemory): void {
  new Int32Array(ring.buffer)[consumedWord(0)] = 0;
  const control = new Int32Array(results.buffer);
  const { miruo, tcpeek, flows, analysis, addressKey } = plan;
  const tracker = new ShardTracker(0, { miruo, tcpeek, flows, analysis, addressKey }, ring, results);
  do control[READ_WORD] = control[WRITTEN_WORD];
  while (tracker.step());
}

function nsecPerPacket(packets: number, work: () => void): number {
  const begun = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begun) / packets;
}

function summary(name: string, nsec: readonly number[]): string {
  const counted = nsec.slice(FIRST_COUNTED).sort((a, b) => a - b);
  return `${name}: ${counted[0].toFixed(1)} ns a packet in the fastest round, ${counted[counted.length >> 1].toFixed(1)} in the median`;
}

const args = process.argv.slice(2);
const plan = planOf(args);
const [path] = plan.read.inputs;
if (typeof path !== 'string') throw new Error('not a file');
const megabytes = statSync(path).size / 2 ** 20;
if (megabytes > MOST_MB)
  throw new Error(`${path}: ${megabytes.toFixed(0)} MiB; the loops are measured on ${MOST_MB} at most`);
const slots = 2 ** Math.ceil(Math.log2((megabytes * 2 ** 20) / plan.blockBytes + 8));
const ring = allocateBlockRing(layoutBlockRing(slots, plan.blockBytes, 1));
const results = allocateResultRing(RESULT_RING_BYTES);
const { port1, port2 } = new MessageChannel();
port1.on('message', () => {});
const links = {
  progress: new Float64Array(SHARED_FIGURES),
  stop: new Int32Array(new SharedArrayBuffer(4 * STOP_WORDS)),
  tell: port2.postMessage.bind(port2),
};
const reading: number[] = [];
const tracking: number[] = [];
let packets = read(plan, ring, links);
for (let round = 0; round < ROUNDS; round++) {
  reading.push(nsecPerPacket(packets, () => (packets = read(plan, ring, links))));
  tracking.push(nsecPerPacket(packets, () => track(plan, ring, results)));
}
port1.close();
await once(port1, 'close');
console.log(`${packets} packets`);
console.log(summary('reader', reading));
console.log(summary('tracker', tracking));
