/**
 * The writing end of a byte ring in a thread of its own: writes numbered bytes in chunks of changing length, for one
 * request after the other, and says how many it got rid of.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ByteRingMemory, ByteWriter } from '../../src/ring/byte-ring.js';

export interface ByteRingTask {
  readonly memory: ByteRingMemory;
  /** Bytes of each request. */
  readonly requests: readonly number[];
  readonly mostChunkBytes: number;
}

/** Word of the count of opened requests: see src/ring/byte-ring.ts. */
const OPENED = 17;

/** Byte `index` of request number `request`. */
export const byteOf = (request: number, index: number): number =>
  ((index * 31 + (index >> 8) + request * 7) >>> 0) & 255;

async function run({ memory, requests, mostChunkBytes }: ByteRingTask): Promise<void> {
  const writer = new ByteWriter(memory);
  // Waiting in the ring does not keep the thread alive.
  const alive = setInterval(() => {}, 1000);
  const control = new Int32Array(memory.buffer, 0, 48);
  for (const [request, total] of requests.entries()) {
    // In the feeder a message says that the request is open.
    while (Atomics.load(control, OPENED) === request) {
      const outcome = Atomics.waitAsync(control, OPENED, request);
      if (outcome.async) await outcome.value;
    }
    const closed = writer.whenClosed();
    let at = 0;
    for (let round = 0; at < total; round++) {
      const length = Math.min(total - at, 1 + ((round * 7919) % mostChunkBytes));
      const chunk = new Uint8Array(length);
      for (let i = 0; i < length; i++) chunk[i] = byteOf(request, at + i);
      if (!(await writer.write(chunk))) break;
      at += length;
      writer.inputBytes = at / 2;
      if (round % 97 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (request % 2 === 1) await closed;
    writer.end();
    await closed;
    parentPort!.postMessage(at);
  }
  clearInterval(alive);
}

if (parentPort !== null) await run(workerData as ByteRingTask);
