/**
 * What the tests of the rings put into blocks and records: a value for each place, which both ends can work out.
 */
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { RingWorkerResult, RingWorkerTask } from './ring-worker.js';

/** Word `word` of the slot of block number `block`. */
export const slotWord = (block: number, word: number): number => Math.imul(block + 1, 0x9e3779b1) ^ word;

/** Payload bytes of record number `record`: 0 up to what fits a quarter of the ring with the header. */
export function payloadBytes(record: number, capacityBytes: number): number {
  return (Math.imul(record + 1, 0x85ebca6b) >>> 7) % (capacityBytes / 4 - 15);
}

export const payloadByte = (record: number, at: number): number => (record + 31 * at) & 255;

/** Starts a thread on one end of a ring, for the length of test `t`; resolves to what it says at its end. */
export async function startRingWorker(t: TestContext, task: RingWorkerTask): Promise<RingWorkerResult> {
  const worker = new Worker(new URL('./ring-worker.js', import.meta.url), { workerData: task });
  // Where a test failed, its threads may wait for ever.
  t.after(() => worker.terminate());
  const [result] = (await once(worker, 'message')) as [RingWorkerResult];
  return result;
}
