import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { READ_WORD, WRITTEN_WORD } from '../../src/ring/layout.js';
import {
  allocateResultRing,
  RECORD_HEADER_BYTES,
  RECORD_KEY,
  RECORD_KIND,
  RECORD_ROW,
  ResultReader,
  type ResultRingMemory,
  ResultWriter,
} from '../../src/ring/result-ring.js';
import { LIMIT_MS } from '../support/launch.js';
import { checkProperty } from '../support/property.js';
import { payloadByte, payloadBytes, startRingWorker } from '../support/ring-content.js';

const FIRST_COUNTERS = [0, 0x7fffffff - 63, -64];

/** Appends record number `record` and fills its payload. */
function write(writer: ResultWriter, record: number, bytes: number): number {
  const at = writer.append(1 + (record % 7), record, ~record, bytes);
  for (let i = 0; i < bytes; i++) writer.bytes[at + RECORD_HEADER_BYTES + i] = payloadByte(record, i);
  return at;
}

/** The oldest record is number `record` with its payload, whole and in one piece; steps over it. */
function readAndCheck(reader: ResultReader, record: number, bytes: number): void {
  const at = reader.peek();
  assert.ok(at >= 0, `record ${record} is there`);
  assert.equal(reader.words[at + RECORD_KEY], record);
  assert.equal(reader.words[at + RECORD_KIND], 1 + (record % 7));
  assert.equal(reader.words[at + RECORD_ROW], ~record);
  const from = 4 * at + RECORD_HEADER_BYTES;
  assert.ok(from + bytes <= reader.bytes.length, 'a record does not cross the end of the ring');
  for (let i = 0; i < bytes; i++) {
    if (reader.bytes[from + i] !== payloadByte(record, i)) assert.fail(`byte ${i} of record ${record}`);
  }
  reader.next();
}

/** Bytes written and not yet given back. */
function fill(memory: ResultRingMemory): number {
  const control = new Int32Array(memory.buffer, 0, 32);
  return (Atomics.load(control, WRITTEN_WORD) - Atomics.load(control, READ_WORD)) | 0;
}

describe('result ring in one thread', () => {
  it('gives back what was written, in order, over many rounds and any wrap of the counters', (t: TestContext) => {
    const property = fc.property(
      fc.constantFrom(...FIRST_COUNTERS),
      fc.constantFrom(256, 1024),
      fc.array(fc.tuple(fc.nat(1000), fc.boolean()), { minLength: 1, maxLength: 400 }),
      (first, capacity, steps) => {
        const memory = allocateResultRing(capacity, first);
        const writer = new ResultWriter(memory);
        const reader = new ResultReader(memory);
        const held: [record: number, bytes: number][] = [];
        steps.forEach(([size, isRead], record) => {
          const bytes = size % (capacity / 4 - 15);
          held.push([record, bytes]);
          write(writer, record, bytes);
          // Three records and the gap before one are all that is sure to fit.
          if (isRead || held.length === 3) {
            writer.publish();
            for (const [number, expected] of held) readAndCheck(reader, number, expected);
            assert.equal(reader.peek(), -1);
            reader.release();
            held.length = 0;
          }
        });
      },
    );
    checkProperty(t, property, 300);
  });

  for (const gap of [8, 16, 24]) {
    it(`fills a gap of ${gap} bytes at the end with a PAD`, () => {
      const memory = allocateResultRing(256);
      const writer = new ResultWriter(memory);
      const reader = new ResultReader(memory);
      const sizes = [...new Array<number>(6).fill(16), 256 - gap - 6 * 32 - 16];
      sizes.forEach((bytes, record) => {
        write(writer, record, bytes);
        writer.publish();
        readAndCheck(reader, record, bytes);
      });
      reader.release();
      assert.equal(write(writer, 7, 32), 0, 'the record begins the next round');
      writer.publish();
      readAndCheck(reader, 7, 32);
      assert.equal(reader.peek(), -1);
      reader.release();
      assert.equal(fill(memory), 0);
    });
  }

  it('shows nothing before it is published', () => {
    const memory = allocateResultRing(256);
    const writer = new ResultWriter(memory);
    const reader = new ResultReader(memory);
    write(writer, 0, 5);
    assert.equal(reader.peek(), -1);
    writer.publish();
    readAndCheck(reader, 0, 5);
  });
});

describe('result ring between threads', () => {
  const RECORDS = 20_000;

  for (const first of FIRST_COUNTERS) {
    it(`passes ${RECORDS} records whole, both sides waiting, counters from ${first}`, {
      timeout: LIMIT_MS,
    }, async (t: TestContext) => {
      const memory = allocateResultRing(4096, first);
      const reader = new ResultReader(memory);
      const writing = startRingWorker(t, { do: 'write records', memory, records: RECORDS, napEvery: 2000 });
      let waits = 0;
      for (let record = 0; record < RECORDS; record++) {
        while (reader.peek() < 0) {
          reader.release();
          waits++;
          await reader.wait();
        }
        readAndCheck(reader, record, payloadBytes(record, 4096));
        if (record % 3000 === 0) await sleep(2);
      }
      reader.release();
      assert.equal(reader.peek(), -1);
      assert.ok(waits > 0, 'the reader had to wait');
      assert.deepEqual(await writing, { count: RECORDS, firstWrong: -1 });
      assert.equal(fill(memory), 0);
    });
  }

  it('stops the writer when the ring is full, without loss, and lets it go on once there is room', {
    timeout: LIMIT_MS,
  }, async (t: TestContext) => {
    const memory = allocateResultRing(1024, 0x7fffffff - 1023);
    const reader = new ResultReader(memory);
    let isOver = false;
    const writing = startRingWorker(t, { do: 'write records', memory, records: 300, napEvery: 1_000_000 }).then(
      (result) => {
        isOver = true;
        return result;
      },
    );
    // What does not fit is less than the largest record and the gap before it.
    while (fill(memory) <= 512) await sleep(1);
    for (let record = 0; record < 300; record++) {
      if (record === 0 || record === 50) {
        while (fill(memory) <= 512 - 128) await sleep(1);
        await sleep(30);
        assert.equal(isOver, false);
        assert.ok(fill(memory) <= 1024, `${fill(memory)} bytes are in the ring`);
      }
      while (reader.peek() < 0) {
        reader.release();
        await reader.wait();
      }
      readAndCheck(reader, record, payloadBytes(record, 1024));
    }
    reader.release();
    assert.equal((await writing).count, 300);
  });

  it('resolves wait when there is more than peek saw, and not before', { timeout: LIMIT_MS }, async () => {
    const memory = allocateResultRing(256);
    const writer = new ResultWriter(memory);
    const reader = new ResultReader(memory);
    assert.equal(reader.peek(), -1);
    let isResolved = false;
    const waiting = reader.wait().then(() => {
      isResolved = true;
    });
    await sleep(20);
    assert.equal(isResolved, false);
    write(writer, 0, 8);
    await sleep(20);
    assert.equal(isResolved, false, 'appending alone wakes nobody');
    writer.publish();
    await waiting;
    readAndCheck(reader, 0, 8);
    // More came between peek and wait: there is nothing to wait for.
    assert.equal(reader.peek(), -1);
    write(writer, 1, 8);
    writer.publish();
    await reader.wait();
    readAndCheck(reader, 1, 8);
  });
});
