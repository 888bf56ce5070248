/** The processor time of a thread by itself, which Node does not tell, and how threads of a measured run hand it over. Linux only. */
import { readFileSync } from 'node:fs';
import { BroadcastChannel } from 'node:worker_threads';

const CHANNEL = 'thread-costs';

/** Variables of the environment by which a run is told: how long each tracker goes on after a block, and that events are counted. */
export const BURN_NSEC = 'BENCH_BURN_NSEC';
export const COUNT = 'BENCH_COUNT';

/** What a thread's work took. */
export interface ThreadCost {
  readonly role: 'reader' | 'tracker';
  readonly shard: number;
  /** To the millisecond: the kernel notes it when the thread waits, or at its ticks. */
  readonly cpuNsec: number;
  /** Of a tracker: blocks looked at. */
  readonly blocks: number;
}

/** Processor time of the thread that asks, since it began (sched-stats.rst in the kernel's documentation). */
export function threadCpuNsec(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]);
}

/** Tells the main thread. */
export function tellCost(cost: ThreadCost): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(cost);
  channel.close();
}

/** Resolves with what `count` threads tell from now on. */
export function collectCosts(count: number): Promise<ThreadCost[]> {
  const costs: ThreadCost[] = [];
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = (message: unknown) => {
      costs.push((message as { data: ThreadCost }).data);
      if (costs.length < count) return;
      channel.close();
      resolve(costs);
    };
  });
}
