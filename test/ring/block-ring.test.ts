import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { allocateBlockRing, BlockConsumer, BlockProducer, type BlockRingMemory } from '../../src/ring/block-ring.js';
import {
  type BlockRingLayout,
  consumedWord,
  DESCRIPTOR_WORDS,
  HEAD_ROOM_BYTES,
  LINE_WORDS,
  layoutBlockRing,
  PUBLISHED_WORD,
  SLOT_HEADS,
} from '../../src/ring/layout.js';
import { LIMIT_MS } from '../support/launch.js';
import { checkProperty } from '../support/property.js';
import { startRingWorker } from '../support/ring-content.js';

/** Bytes of the shortest frame that is a segment, with its record header: raw IPv4 and TCP headers. */
const LEAST_RECORD_BYTES = 16 + 40;

/** Counters start here: at 0, before int32 turns negative, before it comes back to 0. */
const FIRST_COUNTERS = [0, 0x7fffffff - 2, -3];

/** The regions of one slot as pairs of bytes, half open, in the order of the diagram. */
function regionsOf(layout: BlockRingLayout, slot: number): [name: string, from: number, to: number][] {
  const start = layout.controlBytes + slot * layout.slotBytes;
  const at = (offset: number, bytes: number): [number, number] => [start + offset, start + offset + bytes];
  return [
    ['header', ...at(0, 4 * (SLOT_HEADS + layout.trackers))],
    ['head room', ...at(layout.headRoomOffset, HEAD_ROOM_BYTES)],
    ['block', ...at(layout.blockOffset, layout.blockBytes)],
    ['descriptors', ...at(layout.descriptorsOffset, 4 * DESCRIPTOR_WORDS * layout.descriptorsPerSlot)],
    ['ticks', ...at(layout.ticksOffset, 4 * layout.descriptorsPerSlot)],
  ];
}

describe('layout of the block ring', () => {
  it('has regions that neither overlap nor leave the memory', (t: TestContext) => {
    const property = fc.property(
      fc.integer({ min: 0, max: 4 }),
      fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 8 << 20 })),
      fc.integer({ min: 1, max: 64 }),
      (slotsPower, blockBytes, trackers) => {
        const layout = layoutBlockRing(1 << slotsPower, blockBytes, trackers);
        const regions: [string, number, number][] = [['control', 0, layout.controlBytes]];
        for (let slot = 0; slot < layout.slots; slot++) regions.push(...regionsOf(layout, slot));
        regions.forEach(([name, from, to], index) => {
          const end = regions[index + 1]?.[1] ?? layout.totalBytes;
          assert.ok(from < to && to <= end, `${name} from ${from} to ${to} runs into ${end}`);
          if (name !== 'block' && name !== 'head room') assert.equal(from % 4, 0, `${name} starts at a word`);
          if (name === 'descriptors') assert.equal(from % 64, 0, 'a descriptor is one cache line');
        });
        assert.equal(
          layout.headRoomOffset + HEAD_ROOM_BYTES,
          layout.blockOffset,
          'head room ends where the block starts',
        );
      },
    );
    checkProperty(t, property, 300);
  });

  it('has a descriptor and a tick for every record that a block can hold', (t: TestContext) => {
    const property = fc.property(fc.integer({ min: 1, max: 8 << 20 }), (blockBytes) => {
      const layout = layoutBlockRing(2, blockBytes, 1);
      assert.ok(layout.descriptorsPerSlot * LEAST_RECORD_BYTES >= blockBytes + HEAD_ROOM_BYTES);
    });
    checkProperty(t, property);
  });

  it('keeps counters on cache lines of their own, inside the control words', () => {
    const layout = layoutBlockRing(4, 4096, 64);
    const words = [PUBLISHED_WORD, ...Array.from({ length: 64 }, (_, tracker) => consumedWord(tracker))];
    const lines = words.map((word) => Math.floor(word / LINE_WORDS));
    assert.equal(new Set(lines).size, words.length);
    assert.ok(Math.max(...words) * 4 < layout.controlBytes);
  });
});

describe('block ring in one thread', () => {
  for (const first of FIRST_COUNTERS) {
    it(`gives producer and consumers the same slots, in turn, counters from ${first}`, () => {
      const memory = allocateBlockRing(layoutBlockRing(4, 64, 2), first);
      const producer = new BlockProducer(memory);
      const consumers = [new BlockConsumer(memory, 0), new BlockConsumer(memory, 1)];
      const slots: number[] = [];
      for (let block = 0; block < 40; block += 3) {
        for (let ahead = 0; ahead < 3; ahead++) {
          slots.push(producer.acquire());
          producer.publish();
        }
        for (const consumer of consumers) {
          for (let behind = 0; behind < 3; behind++) {
            assert.equal(consumer.take(), slots[block + behind]);
            consumer.release();
          }
        }
      }
      assert.equal(new Set(slots).size, 4);
      slots.forEach((slot, index) => {
        assert.equal(slot, slots[index % 4]);
        assert.equal((slot - memory.layout.controlBytes) % memory.layout.slotBytes, 0);
        assert.ok(slot >= memory.layout.controlBytes && slot + memory.layout.slotBytes <= memory.layout.totalBytes);
      });
    });
  }
});

describe('block ring between threads', () => {
  const BLOCKS = 6000;

  for (const first of FIRST_COUNTERS) {
    it(`passes ${BLOCKS} blocks whole to three trackers, each side waiting, counters from ${first}`, {
      timeout: LIMIT_MS,
    }, async (t: TestContext) => {
      const memory = allocateBlockRing(layoutBlockRing(2, 128, 3), first);
      const results = await Promise.all([
        startRingWorker(t, { do: 'publish blocks', memory, blocks: BLOCKS, napEvery: 500 }),
        ...[300, 700, 1_000_000].map((napEvery, tracker) =>
          startRingWorker(t, { do: 'take blocks', memory, tracker, napEvery }),
        ),
      ]);
      assert.deepEqual(results, new Array(4).fill({ count: BLOCKS, firstWrong: -1 }));
      const control = controlOf(memory);
      const last = (first + BLOCKS + 1) | 0;
      assert.deepEqual(
        [0, 1, 2].map((tracker) => control[consumedWord(tracker)]),
        [last, last, last],
      );
    });
  }

  it('holds the producer up while the slowest tracker has all slots, and goes on after', {
    timeout: LIMIT_MS,
  }, async (t: TestContext) => {
    const layout = layoutBlockRing(4, 128, 2);
    const memory = allocateBlockRing(layout, 0x7ffffffe);
    const control = controlOf(memory);
    const published = (): number => (Atomics.load(control, PUBLISHED_WORD) - 0x7ffffffe) | 0;
    const fast = startRingWorker(t, { do: 'take blocks', memory, tracker: 0, napEvery: 1000 });
    const producing = startRingWorker(t, { do: 'publish blocks', memory, blocks: 20, napEvery: 1000 });
    const slow = new BlockConsumer(memory, 1);
    for (let block = 0; block <= 20; block++) {
      const most = Math.min(21, block + layout.slots);
      while (published() < most) await sleep(1);
      if (block % 5 === 0) await sleep(20);
      assert.equal(published(), most, `with ${block} released`);
      slow.take();
      slow.release();
    }
    assert.deepEqual(await Promise.all([fast, producing]), new Array(2).fill({ count: 20, firstWrong: -1 }));
  });
});

function controlOf(memory: BlockRingMemory): Int32Array {
  return new Int32Array(memory.buffer, 0, memory.layout.controlBytes / 4);
}
