/**
 * Records found again after damage: what makes a run, and that of a capture damaged anywhere what is before is found,
 * and all but the damaged record where that one cannot be taken for one; the same for every block size and number of shards.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { findRun } from '../../src/capture/resync.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { swapped, writePcapng } from '../support/capture-forms.js';
import { tcpFrame } from '../support/craft.js';
import { writePcap } from '../support/pcap-naive.js';
import { checkProperty } from '../support/property.js';
import { Random } from '../support/random.js';
import { type BlocksRead, readBlocks } from '../support/read-blocks.js';
import { openFormat } from '../support/walk-format.js';

const START_SEC = 1_700_000_000;
const ETHERNET = 1;

/** Packets whose sequence number is their place, with payloads of all kinds of bytes. */
function packetsOf(count: number, seed = 5): ModelPacket[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, seq) => {
    const value = random.pick([-1, -1, 0, 0xff, 1]);
    const payload = Uint8Array.from({ length: random.pick([0, 1, 30, 500, 1400]) }, () =>
      value < 0 ? random.below(256) : value,
    );
    const ends = { src: '10.0.0.1', dst: '10.0.0.2', sport: 1000 + (seq % 50), dport: 80 };
    const frame = tcpFrame({ link: 'ether', ipVersion: 4, ...ends, seq, ack: 1, flags: 16, payload });
    return { sec: START_SEC + Math.floor(seq / 10), nsec: (seq % 10) * 100_000_000, ...frame };
  });
}

const PACKETS = packetsOf(900);

/** A capture, and at which byte each record of a packet begins; the last entry is the end. */
interface Placed {
  readonly name: string;
  readonly file: Uint8Array;
  readonly starts: readonly number[];
}

function pcapStarts(packets: readonly ModelPacket[]): number[] {
  const starts = [24];
  for (const { captured } of packets) starts.push(starts.at(-1)! + 16 + captured.length);
  return starts;
}

function placedPcapng(name: string, order: 'LE' | 'BE'): Placed {
  const form = { orders: [order], packetsPerSection: PACKETS.length, resolutions: [6] };
  const file = writePcapng(PACKETS, form);
  const ends = PACKETS.map(({ captured }) => 32 + ((captured.length + 3) & ~3));
  const starts = [file.length - ends.reduce((sum, bytes) => sum + bytes, 0)];
  for (const bytes of ends) starts.push(starts.at(-1)! + bytes);
  return { name, file, starts };
}

const PCAP = writePcap(PACKETS, { linkType: ETHERNET });
const CAPTURES: readonly Placed[] = [
  { name: 'pcap LE', file: PCAP, starts: pcapStarts(PACKETS) },
  { name: 'pcap BE', file: swapped(PCAP), starts: pcapStarts(PACKETS) },
  { name: 'pcap ns', file: writePcap(PACKETS, { linkType: ETHERNET, nanosecond: true }), starts: pcapStarts(PACKETS) },
  placedPcapng('pcapng LE', 'LE'),
  placedPcapng('pcapng BE', 'BE'),
];

/** Kinds of damage to `length` bytes from byte `from` on. */
const DAMAGES: Readonly<Record<string, (file: Uint8Array, from: number, length: number, seed: number) => Uint8Array>> =
  {
    zeros: (file, from, length) => overwritten(file, from, new Uint8Array(length)),
    ones: (file, from, length) => overwritten(file, from, new Uint8Array(length).fill(0xff)),
    noise: (file, from, length, seed) => overwritten(file, from, noise(length, seed)),
    removed: (file, from, length) => joined(file.subarray(0, from), file.subarray(from + length)),
    inserted: (file, from, length, seed) => joined(file.subarray(0, from), noise(length, seed), file.subarray(from)),
  };

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

function noise(length: number, seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.below(256));
}

function overwritten(file: Uint8Array, from: number, by: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(file);
  bytes.set(by, from);
  return bytes;
}

const seqs = ({ entries }: BlocksRead): number[] => entries.map(({ seq }) => seq);

/** All that must not depend on the form. */
const outcomeOf = (read: BlocksRead): object => ({
  seqs: seqs(read),
  skips: read.skips,
  packets: read.packets,
  reasons: [...read.tally.reasons],
  end: [read.end, read.endOffset, read.endProblem],
});

describe('a damaged capture read with resync', () => {
  for (const capture of CAPTURES) {
    it(`gives all but one whose header is gone, ${capture.name}`, (t: TestContext) => {
      const { file, starts } = capture;
      const index = fc.integer({ min: 1, max: PACKETS.length - 2 });
      const property = fc.property(index, (gone) => {
        const damaged = overwritten(file, starts[gone], new Uint8Array(16).fill(0xff));
        const read = readBlocks(damaged, { resync: true });
        assert.deepEqual(
          seqs(read),
          PACKETS.flatMap((_, seq) => (seq === gone ? [] : [seq])),
        );
        assert.deepEqual(
          read.skips.map((skip) => [skip.from, skip.to]),
          [[starts[gone], starts[gone + 1]]],
        );
      });
      checkProperty(t, property, 60);
    });

    // Damage may leave a length that is possible: then what it takes is gone by, whatever it was.
    it(`gives what is before any damage, and the same in any blocks, ${capture.name}`, (t: TestContext) => {
      const { file, starts } = capture;
      const example = fc.record({
        kind: fc.constantFrom(...Object.keys(DAMAGES)),
        from: fc.integer({ min: starts[3], max: starts.at(-6)! - 2800 }),
        length: fc.oneof(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 25, max: 700 })),
        seed: fc.nat(),
      });
      const property = fc.property(example, ({ kind, from, length, seed }) => {
        const damaged = DAMAGES[kind](file, from, length, seed);
        const read = readBlocks(damaged, { resync: true });
        const before = starts.filter((start, index) => index > 0 && start <= from).length;
        const expected = Array.from({ length: before }, (_, seq) => seq);
        assert.deepEqual(seqs(read).slice(0, before), expected, 'what is before');
        const other = readBlocks(damaged, { resync: true, blockBytes: 64 * 1024 + (seed % 5000), trackers: 3 });
        assert.deepEqual(outcomeOf(other), outcomeOf(read), 'in other blocks');
      });
      checkProperty(t, property, 100);
    });

    it(`and nothing else where nothing is damaged, ${capture.name}`, () => {
      const usual = outcomeOf(readBlocks(capture.file));
      for (const blockBytes of [64 * 1024, 70_001, 1 << 20, 16 << 20]) {
        assert.deepEqual(outcomeOf(readBlocks(capture.file, { resync: true, blockBytes })), usual);
      }
    });
  }
});

describe('a run', () => {
  const format = openFormat(PCAP);
  const view = new DataView(PCAP.buffer);
  const starts = pcapStarts(PACKETS);
  // So that there is a time to compare with.
  format.next(view, starts[0], PCAP.length);

  it('is found where records begin, from any place before', () => {
    for (const from of [starts[10] + 1, starts[11] - 1, starts[11]]) {
      assert.equal(findRun(format, view, from, PCAP.length, false), starts[11]);
    }
  });

  it('is none of fewer than three records, unless the bytes end with it', () => {
    const three = PCAP.slice(starts[20], starts[23]);
    for (const [bytes, isLast, found] of [
      [three, true, 0],
      [three.subarray(0, starts[21] - starts[20]), true, 0],
      [joined(three.subarray(0, starts[22] - starts[20]), new Uint8Array(100).fill(0xee)), true, -1],
    ] as const) {
      const place = findRun(format, new DataView(Uint8Array.from(bytes).buffer), 0, bytes.length, isLast);
      assert.equal(place >= 0 ? place : -1, found);
    }
  });

  it('is looked for only where all of its window is there, and from where to go on is told', () => {
    const noise = new Uint8Array(100_000).fill(0xee);
    const bytes = joined(noise, PCAP.subarray(starts[0]));
    const all = new DataView(bytes.buffer);
    const place = findRun(format, all, 0, 110_000, false);
    assert.ok(place < 0 && ~place <= noise.length && ~place > 70_000);
    assert.equal(findRun(format, all, ~place, bytes.length, false), noise.length);
  });

  it('is none where there is nothing', () => {
    for (const value of [0, 0xff, 1]) {
      const bytes = new Uint8Array(50_000).fill(value);
      assert.ok(findRun(format, new DataView(bytes.buffer), 0, bytes.length, true) < 0, `${value}`);
    }
  });
});
