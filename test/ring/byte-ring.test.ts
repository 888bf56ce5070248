import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import {
  allocateByteRing,
  askToFinish,
  ByteReader,
  type ByteRingMemory,
  ByteWriter,
  CHILD_CELLS,
  childrenAtWork,
  firstRequest,
} from '../../src/ring/byte-ring.js';
import { type ByteRingTask, byteOf } from '../support/byte-ring-thread.js';
import { LIMIT_MS } from '../support/launch.js';
import { assertPrompt } from '../support/prompt.js';
import { checkAsyncProperty } from '../support/property.js';

const FIRST_COUNTERS = [0, 0x7fffffff - 63, -64];

function assertBytes(bytes: Uint8Array, request: number, from: number): void {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== byteOf(request, from + i)) assert.fail(`byte ${from + i} of request ${request}`);
  }
}

/** Starts a writer in a thread of its own. */
function startWriter(t: TestContext, task: ByteRingTask): { readonly written: number[] } {
  const written: number[] = [];
  const worker = new Worker(new URL('../support/byte-ring-thread.js', import.meta.url), { workerData: task });
  worker.on('message', (bytes: number) => written.push(bytes));
  t.after(() => worker.terminate());
  return { written };
}

/** Takes bytes of a request until there are `most` or it has ended; checks them all. */
function take(reader: ByteReader, request: number, most: number, pieceBytes: number): number {
  const into = new Uint8Array(pieceBytes + 3);
  const endMs = performance.now() + LIMIT_MS;
  let taken = 0;
  while (taken < most) {
    const isEnded = reader.isEnded;
    if (reader.available === 0) {
      if (isEnded) break;
      reader.wait(1 + (taken % pieceBytes), 50);
    }
    const bytes = reader.take(into, 3, Math.min(pieceBytes, most - taken));
    assertBytes(into.subarray(3, 3 + bytes), request, taken);
    taken += bytes;
    assert.ok(performance.now() < endMs, 'no end');
  }
  return taken;
}

describe('byte ring in one thread', () => {
  it('gives back what was written, in order, over many rounds and any wrap of the counters', async (t) => {
    const property = fc.asyncProperty(
      fc.constantFrom(...FIRST_COUNTERS),
      fc.constantFrom(64, 1024),
      fc.array(fc.tuple(fc.nat(1024), fc.nat(1024)), { minLength: 1, maxLength: 200 }),
      async (first, capacity, steps) => {
        const memory = allocateByteRing(capacity, first);
        const writer = new ByteWriter(memory);
        const reader = new ByteReader(memory);
        reader.open();
        let written = 0;
        let read = 0;
        const into = new Uint8Array(1024);
        for (const [give, want] of steps) {
          const bytes = Math.min(give, capacity - (written - read));
          const chunk = Uint8Array.from({ length: bytes }, (_, i) => byteOf(0, written + i));
          assert.equal(await writer.write(chunk), true);
          written += bytes;
          assert.equal(reader.available, written - read);
          const taken = reader.take(into, 0, want);
          assert.equal(taken, Math.min(want, written - read));
          assertBytes(into.subarray(0, taken), 0, read);
          read += taken;
        }
        writer.end();
        assert.equal(reader.isEnded, true);
        reader.close();
      },
    );
    await checkAsyncProperty(t, property, 200);
  });

  it('lets one request follow another, and nothing of a closed one be seen', async () => {
    const memory = allocateByteRing(64, 0x7fffffff - 20);
    const writer = new ByteWriter(memory);
    const reader = new ByteReader(memory);
    for (let request = 0; request < 5; request++) {
      reader.open();
      assert.equal(reader.isEnded, false);
      assert.equal(writer.isClosed, false);
      assert.throws(() => reader.open());
      await writer.write(Uint8Array.from({ length: 40 }, (_, i) => byteOf(request, i)));
      assert.equal(take(reader, request, 10, 7), 10);
      const closed = writer.whenClosed();
      writer.end();
      reader.close();
      await closed;
      assert.equal(reader.available, 0);
    }
  });

  it('waits only as long as it is told to', async () => {
    const reader = new ByteReader(allocateByteRing(64));
    reader.open();
    await assertPrompt(300, () => {
      const beganMs = performance.now();
      assert.equal(reader.wait(1, 30), 0);
      const waitedMs = performance.now() - beganMs;
      assert.ok(waitedMs >= 29, `${waitedMs} ms`);
      return waitedMs;
    });
  });

  it('tells the main thread of the first request and of children, and is told to finish', async () => {
    const memory = allocateByteRing(64);
    const writer = new ByteWriter(memory);
    const reader = new ByteReader(memory);
    let isAsked = false;
    const asked = firstRequest(memory).then(() => {
      isAsked = true;
    });
    await sleep(5);
    assert.equal(isAsked, false);
    reader.open();
    await asked;
    await firstRequest(memory);

    const cells = [11, 12, 13].map((pid) => writer.addChild(pid));
    writer.removeChild(cells[1]);
    assert.deepEqual(childrenAtWork(memory), [11, 13]);
    for (let more = 2; more < CHILD_CELLS; more++) writer.addChild(20 + more);
    assert.throws(() => writer.addChild(99));

    assert.equal(writer.isToFinish, false);
    const told = writer.whenToFinish();
    askToFinish(memory);
    await told;
    await writer.whenToFinish();
    assert.equal(writer.isToFinish, true);
  });

  it('stops a writer that is out of room, and lets it go on or give up', async () => {
    const memory = allocateByteRing(64);
    const writer = new ByteWriter(memory);
    const reader = new ByteReader(memory);
    reader.open();
    let outcome: boolean | undefined;
    const writing = writer.write(new Uint8Array(100)).then((isWritten) => {
      outcome = isWritten;
    });
    await sleep(10);
    assert.equal(outcome, undefined);
    assert.equal(reader.available, 64);
    reader.take(new Uint8Array(40), 0, 40);
    await writing;
    assert.equal(outcome, true);
    const more = writer.write(new Uint8Array(100));
    const closing = writer.whenClosed().then(() => writer.end());
    // Closing waits for the writer, which needs this thread: so only what it stores at first is done here.
    const control = new Int32Array(memory.buffer, 0, 48);
    Atomics.store(control, 18, 1);
    Atomics.notify(control, 18);
    Atomics.store(control, 16, control[0]);
    Atomics.notify(control, 16);
    assert.equal(await more, false);
    await closing;
    reader.close();
  });
});

describe('byte ring between threads', () => {
  for (const first of FIRST_COUNTERS) {
    it(`passes all bytes, both sides waiting, counters from ${first}`, { timeout: LIMIT_MS }, async (t) => {
      const memory: ByteRingMemory = allocateByteRing(4096, first);
      const requests = [300_000, 0, 1, 150_000];
      const { written } = startWriter(t, { memory, requests, mostChunkBytes: 6000 });
      const reader = new ByteReader(memory);
      requests.forEach((bytes, request) => {
        reader.open();
        // Those with odd numbers are ended by the writer only when they are closed.
        assert.equal(take(reader, request, request % 2 === 1 ? bytes : bytes + 1, 1000), bytes);
        if (request % 2 === 0) assert.equal(reader.inputBytes, bytes / 2);
        reader.close();
      });
      while (written.length < requests.length) await sleep(1);
      // Closed right after its last byte, a writer may count its last chunk as not wanted any more.
      assert.deepEqual([written[0], written[2]], [requests[0], requests[2]]);
    });
  }

  it('is closed early, the writer waiting for room or not', { timeout: LIMIT_MS }, async (t) => {
    const memory = allocateByteRing(1024, 0x7fffffff - 5000);
    const requests = new Array<number>(60).fill(10_000);
    const { written } = startWriter(t, { memory, requests, mostChunkBytes: 300 });
    const reader = new ByteReader(memory);
    requests.forEach((_, request) => {
      reader.open();
      const wanted = (request * 487) % 9000;
      assert.equal(take(reader, request, wanted, 100), wanted);
      reader.close();
      assert.equal(reader.available, 0);
    });
    while (written.length < requests.length) await sleep(1);
    assert.ok(written.some((bytes) => bytes < 10_000));
  });
});
