/**
 * A tracker thread whose work is heavier than it is: after each block it goes on for as long as the environment says (BURN_NSEC), and tells its processor
 * time at the end. The time is burnt in steps counted beforehand, not by the clock: a thread that has to wait for a processor would else burn less.
 */
import type { TrackerStart } from '../../src/pipeline/messages.js';
import { announceStart } from '../../src/pipeline/start-count.js';
import { ShardTracker, type TrackSummary } from '../../src/pipeline/track-blocks.js';
import { BlockConsumer } from '../../src/ring/block-ring.js';
import { BURN_NSEC, tellCost, threadCpuNsec } from './thread-clock.js';

/** A tenth of a millisecond, many times: on a busy machine few tries go through without another thread having the processor meanwhile. */
const STEPS_TRIED = 100_000;
const TRIES = 300;

export function track(start: TrackerStart): TrackSummary {
  announceStart(start.starts, start.thread);
  const burnNsec = Number(process.env[BURN_NSEC] ?? 0);
  const steps = burnNsec > 0 ? Math.round(burnNsec * stepsPerNsec()) : 0;
  const tracker = new ShardTracker(start.shard, start.analyses, start.blocks, start.results);
  const blocks = new BlockConsumer(start.blocks, start.shard);
  const begunNsec = threadCpuNsec();
  let count = 0;
  for (let more = true; more; count++) {
    // The tracker gives the block back; this one only waits for it, and is to know that it did.
    blocks.take();
    more = tracker.step();
    blocks.release();
    burn(steps);
  }
  tellCost({ role: 'tracker', shard: start.shard, cpuNsec: threadCpuNsec() - begunNsec, blocks: count });
  return tracker.summary();
}

/** Of several tries the fastest: in the others something else had the processor. */
function stepsPerNsec(): number {
  let most = 0;
  for (let tried = 0; tried < TRIES; tried++) {
    const begun = process.hrtime.bigint();
    burn(STEPS_TRIED);
    most = Math.max(most, STEPS_TRIED / Number(process.hrtime.bigint() - begun));
  }
  return most;
}

/** What comes of it is kept, or it would be left out. */
let burnt = 1;

function burn(steps: number): void {
  let x = burnt;
  for (let step = 0; step < steps; step++) x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + step;
  burnt = x | 1;
}
