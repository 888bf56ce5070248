import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { SegmentPeak } from '../../src/merge/segment-peak.js';
import { checkProperty } from '../support/property.js';

/** What forgot segments in a block: the tick before a packet, or the packet itself. */
interface Forgetting {
  readonly packet: number;
  readonly isTick: boolean;
  readonly segments: number;
}

interface Block {
  readonly packets: number;
  /** For each stored packet its index and the shard that stored it. */
  readonly stored: readonly { readonly packet: number; readonly shard: number }[];
  readonly forgettings: readonly Forgetting[];
}

/** Twice the packet's index, less 1 for a tick: see events.ts. */
const keyOf = (one: Forgetting): number => 2 * one.packet - (one.isTick ? 1 : 0);

/** Packet by packet: its tick, then its own segment, then what it ends. */
class Naive {
  active = 0;
  most = 0;

  block(block: Block): void {
    const stored = new Set(block.stored.map(({ packet }) => packet));
    for (let packet = 0; packet < block.packets; packet++) {
      this.#forget(block, packet, true);
      if (stored.has(packet)) this.active++;
      this.most = Math.max(this.most, this.active);
      this.#forget(block, packet, false);
    }
  }

  #forget(block: Block, packet: number, isTick: boolean): void {
    for (const one of block.forgettings) {
      if (one.packet === packet && one.isTick === isTick) this.active -= one.segments;
    }
  }
}

function feed(peak: SegmentPeak, block: Block, shards: number): void {
  for (const one of [...block.forgettings].sort((a, b) => keyOf(a) - keyOf(b))) peak.forget(keyOf(one), one.segments);
  for (let shard = 0; shard < shards; shard++) {
    const own = block.stored.filter((one) => one.shard % shards === shard);
    // As many words as the shard's last stored packet needs, somewhere in a larger array.
    const words = own.reduce((most, { packet }) => Math.max(most, (packet >> 5) + 1), 0);
    const source = new Int32Array(words + 9).fill(-1);
    source.fill(0, 4, 4 + words);
    for (const { packet } of own) source[4 + (packet >> 5)] |= 1 << (packet & 31);
    peak.addStored(source, 4, words);
  }
  peak.settle();
}

const blockArbitrary = (packets: fc.Arbitrary<number>): fc.Arbitrary<Block> =>
  packets.chain((count) =>
    fc.record({
      packets: fc.constant(count),
      stored: fc
        .uniqueArray(fc.nat(count - 1), { maxLength: 200 })
        .chain((list) =>
          fc.tuple(...list.map((packet) => fc.record({ packet: fc.constant(packet), shard: fc.nat(7) }))),
        ),
      forgettings: fc.array(
        fc.record({ packet: fc.nat(count - 1), isTick: fc.boolean(), segments: fc.constantFrom(0, 1, 2, 5, 40) }),
        { maxLength: 12 },
      ),
    }),
  );

describe('most segments stored at once', () => {
  it('is what counting packet by packet gives, for any number of shards', (t: TestContext) => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(31, 32, 33, 64, 65), fc.constant(2000));
    const property = fc.property(
      fc.array(blockArbitrary(sizes), { maxLength: 6 }),
      fc.constantFrom(1, 2, 8),
      (blocks, shards) => {
        const peak = new SegmentPeak();
        const naive = new Naive();
        for (const block of blocks) {
          feed(peak, block, shards);
          naive.block(block);
          assert.deepEqual([peak.active, peak.most], [naive.active, naive.most]);
        }
      },
    );
    checkProperty(t, property, 500);
  });

  it('is right for blocks of any size', (t: TestContext) => {
    const property = fc.property(
      fc.array(blockArbitrary(fc.constantFrom(1, 32_768, 32_769, 100_000)), { maxLength: 3 }),
      (blocks) => {
        const peak = new SegmentPeak();
        const naive = new Naive();
        for (const block of blocks) {
          feed(peak, block, 3);
          naive.block(block);
          assert.deepEqual([peak.active, peak.most], [naive.active, naive.most]);
        }
      },
    );
    checkProperty(t, property, 10);
  });

  it('counts a packet’s own segment before what it ends, and a tick before its packet', () => {
    const all = [0, 1, 2].map((packet) => ({ packet, shard: 0 }));
    const peak = new SegmentPeak();
    feed(peak, { packets: 3, stored: all, forgettings: [{ packet: 2, isTick: false, segments: 3 }] }, 1);
    assert.deepEqual([peak.active, peak.most], [0, 3]);
    const ticked = new SegmentPeak();
    feed(ticked, { packets: 3, stored: all, forgettings: [{ packet: 2, isTick: true, segments: 2 }] }, 1);
    assert.deepEqual([ticked.active, ticked.most], [1, 2]);
  });

  it('counts what a tick before the first packet of a block forgets', () => {
    const peak = new SegmentPeak();
    feed(peak, { packets: 1, stored: [{ packet: 0, shard: 0 }], forgettings: [] }, 1);
    feed(
      peak,
      { packets: 1, stored: [{ packet: 0, shard: 0 }], forgettings: [{ packet: 0, isTick: true, segments: 1 }] },
      1,
    );
    assert.deepEqual([peak.active, peak.most], [1, 1]);
  });
});
