/**
 * The other end of a ring, in a thread of its own: takes all blocks, publishes blocks, or writes records, and now
 * and then sleeps, so that the side in the test has to wait as well.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { BlockConsumer, BlockProducer, type BlockRingMemory } from '../../src/ring/block-ring.js';
import { BLOCK_DATA, BLOCK_END, SLOT_KIND } from '../../src/ring/layout.js';
import { RECORD_HEADER_BYTES, type ResultRingMemory, ResultWriter } from '../../src/ring/result-ring.js';
import { payloadByte, payloadBytes, slotWord } from './ring-content.js';

export type RingWorkerTask =
  | {
      readonly do: 'take blocks';
      readonly memory: BlockRingMemory;
      readonly tracker: number;
      readonly napEvery: number;
    }
  | {
      readonly do: 'publish blocks';
      readonly memory: BlockRingMemory;
      readonly blocks: number;
      readonly napEvery: number;
    }
  | {
      readonly do: 'write records';
      readonly memory: ResultRingMemory;
      readonly records: number;
      readonly napEvery: number;
    };

/** What a worker says at its end: how many it handled, and which was the first that was not as it should be (-1: none). */
export interface RingWorkerResult {
  readonly count: number;
  readonly firstWrong: number;
}

const nothing = new Int32Array(new SharedArrayBuffer(4));

function nap(): void {
  Atomics.wait(nothing, 0, 0, 2);
}

function takeBlocks(memory: BlockRingMemory, tracker: number, napEvery: number): RingWorkerResult {
  const consumer = new BlockConsumer(memory, tracker);
  const words = new Int32Array(memory.buffer);
  const { layout } = memory;
  let firstWrong = -1;
  for (let block = 0; ; block++) {
    const slot = consumer.take() >> 2;
    if (words[slot + SLOT_KIND] === BLOCK_END) {
      consumer.release();
      return { count: block, firstWrong };
    }
    // Looked at again after a nap: nobody may touch a slot before it is released.
    const looks = block % napEvery === napEvery - 1 ? 2 : 1;
    for (let look = 0; look < looks; look++) {
      if (look > 0) nap();
      for (let w = layout.blockOffset >> 2; w < (layout.blockOffset + layout.blockBytes) >> 2; w++) {
        if (words[slot + w] !== slotWord(block, w) && firstWrong < 0) firstWrong = block;
      }
    }
    consumer.release();
  }
}

/** Fills the block of each slot and publishes it; then the end. */
export function publishBlocks(memory: BlockRingMemory, blocks: number, napEvery: number): void {
  const producer = new BlockProducer(memory);
  const words = new Int32Array(memory.buffer);
  const { layout } = memory;
  for (let block = 0; block < blocks; block++) {
    const slot = producer.acquire() >> 2;
    words[slot + SLOT_KIND] = BLOCK_DATA;
    for (let w = layout.blockOffset >> 2; w < (layout.blockOffset + layout.blockBytes) >> 2; w++) {
      words[slot + w] = slotWord(block, w);
    }
    producer.publish();
    if (block % napEvery === napEvery - 1) nap();
  }
  words[(producer.acquire() >> 2) + SLOT_KIND] = BLOCK_END;
  producer.publish();
}

function writeRecords(memory: ResultRingMemory, records: number, napEvery: number): void {
  const writer = new ResultWriter(memory);
  for (let record = 0; record < records; record++) {
    const bytes = payloadBytes(record, memory.capacityBytes);
    const at = writer.append(1 + (record % 7), record, ~record, bytes);
    for (let i = 0; i < bytes; i++) writer.bytes[at + RECORD_HEADER_BYTES + i] = payloadByte(record, i);
    if (record % 5 === 0) writer.publish();
    if (record % napEvery === napEvery - 1) nap();
  }
  writer.publish();
}

function run(task: RingWorkerTask): RingWorkerResult {
  switch (task.do) {
    case 'take blocks':
      return takeBlocks(task.memory, task.tracker, task.napEvery);
    case 'publish blocks':
      publishBlocks(task.memory, task.blocks, task.napEvery);
      return { count: task.blocks, firstWrong: -1 };
    case 'write records':
      writeRecords(task.memory, task.records, task.napEvery);
      return { count: task.records, firstWrong: -1 };
  }
}

parentPort?.postMessage(run(workerData as RingWorkerTask));
