/**
 * Packets that are cut out of captures, byte for byte: pcap as tcpdump would write it, pcapng block by block, in blocks of
 * any size down to a byte a read. What is expected is put together here from the same parts as the input.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_CAPTURED_BYTES } from '../../src/capture/pcap.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { swapped, writePcapng } from '../support/capture-forms.js';
import { type CutForm, cutBlocks } from '../support/cut-blocks.js';
import { readPcap, writePcap } from '../support/pcap-naive.js';
import { ascii, BlockCrafter, concat, frameOf } from '../support/pcapng-craft.js';
import { checkProperty } from '../support/property.js';

/** Lengths around 60, so that `len > 60` selects some; some longer than what is copied and a few snapped. */
const LENGTHS = [0, 14, 60, 61, 1514, 60, 600, 61, 61, 3, 9000, 59, 100];
const packets: readonly ModelPacket[] = LENGTHS.map((length, index) => ({
  sec: 1_700_000_000 + index,
  nsec: 999_999_999 - index * 1001,
  captured: frameOf(index % 4 === 3 ? Math.min(length, 20) : length, index),
  wireLength: length,
  linkType: 1,
}));
const long = packets.filter((packet) => packet.wireLength > 60);
const FILTER = 'len > 60';

/** Pieces down to one byte; with small ones, most blocks hold no packet at all. */
const PIECES = [1, 7, 16, 61, 1000, undefined];

function assertCut(files: readonly Uint8Array[], form: CutForm, expected: Uint8Array, packetCount: number): void {
  for (const pieceBytes of PIECES) {
    const what = `${pieceBytes ?? 'all'} bytes at once`;
    const cut = cutBlocks(files, { ...form, ...(pieceBytes === undefined ? {} : { pieceBytes }) });
    assert.equal(cut.packets, packetCount, what);
    assert.equal(Buffer.compare(cut.bytes, expected), 0, what);
  }
}

describe('pcap from pcap', () => {
  for (const nanosecond of [false, true]) {
    const form = { linkType: 1, nanosecond };
    const expected = writePcap(long, form);
    const unit = nanosecond ? 'nanoseconds' : 'microseconds';
    it(`is the records that are selected, with ${unit}`, () => {
      assertCut([writePcap(packets, form)], { filter: FILTER }, expected, long.length);
    });
    it(`is all of it without a filter, with ${unit}`, () => {
      const file = writePcap(packets, form);
      assertCut([file], {}, file, packets.length);
    });
    it(`stays in its byte order, which link headers may be in, too, with ${unit}`, () => {
      assertCut([swapped(writePcap(packets, form))], { filter: FILTER }, swapped(expected), long.length);
    });
  }

  it('goes on with another capture, in the resolution of the first', () => {
    const files = [writePcap(packets, { linkType: 1 }), writePcap(packets, { linkType: 1, nanosecond: true })];
    const expected = writePcap([...long, ...long], { linkType: 1 });
    assertCut(files, { filter: FILTER }, expected, 2 * long.length);
    const finer = writePcap(
      [...long, ...long.map((packet) => ({ ...packet, nsec: packet.nsec - (packet.nsec % 1000) }))],
      { linkType: 1, nanosecond: true },
    );
    assertCut(files.reverse(), { filter: FILTER }, finer, 2 * long.length);
  });

  it('has the byte order of the first capture, but for packets whose link headers have another', () => {
    const ethernet = writePcap(packets, { linkType: 1 });
    assertCut(
      [ethernet, swapped(ethernet)],
      {},
      writePcap([...packets, ...packets], { linkType: 1 }),
      2 * packets.length,
    );
    const loopback = writePcap(packets, { linkType: 0 });
    const cut = cutBlocks([swapped(loopback), loopback]);
    assert.deepEqual(Buffer.from(cut.bytes), Buffer.from(swapped(loopback)));
    assert.equal(cut.misfits, packets.length);
  });

  it('has no room for packets of another link type: they are counted', () => {
    const files = [writePcap(packets.slice(0, 5), { linkType: 1 }), writePcap(packets, { linkType: 101 })];
    const cut = cutBlocks(files);
    assert.deepEqual(Buffer.from(cut.bytes), Buffer.from(files[0]));
    assert.equal(cut.misfits, packets.length);
    assert.equal(cut.packets, 5);
  });

  it('keeps the snaplen of a single capture, and has the largest for several', () => {
    const file = writePcap(packets.slice(0, 4), { linkType: 1 });
    new DataView(file.buffer).setUint32(16, 96, true);
    const snaplen = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(16, true);
    assert.equal(snaplen(cutBlocks([file]).bytes), 96);
    assert.equal(snaplen(cutBlocks([file, file]).bytes), MAX_CAPTURED_BYTES);
  });

  it('keeps what a capture says of frame check sequences', () => {
    const file = writePcap(packets, { linkType: 1 });
    new DataView(file.buffer).setUint32(20, 0x24000001, true);
    assertCut([file], {}, file, packets.length);
  });

  it('is only a header when nothing is selected', () => {
    assertCut([writePcap(packets, { linkType: 1 })], { filter: 'len > 60000' }, writePcap([], { linkType: 1 }), 0);
  });

  it('ends after the number of packets that was asked for, counted behind the filter', () => {
    const file = writePcap(packets, { linkType: 1 });
    for (const maxPackets of [0, 1, 3]) {
      const expected = writePcap(long.slice(0, maxPackets), { linkType: 1 });
      assertCut([file, file], { filter: FILTER, selection: { maxPackets } }, expected, maxPackets);
    }
  });

  it('has what is before damage, and what is behind it with --resync', () => {
    const file = writePcap(packets, { linkType: 1 });
    assertCut([file.slice(0, -1)], {}, writePcap(packets.slice(0, -1), { linkType: 1 }), packets.length - 1);
    const many = Array.from({ length: 40 }, (_, index) => ({ ...packets[4], sec: packets[4].sec + index }));
    const damaged = writePcap(many, { linkType: 1 });
    new DataView(damaged.buffer).setUint32(24 + 10 * 1530 + 8, 0xffffffff, true);
    assertCut([damaged], {}, writePcap(many.slice(0, 10), { linkType: 1 }), 10);
    const rest = [...many.slice(0, 10), ...many.slice(11)];
    assertCut([damaged], { resync: true }, writePcap(rest, { linkType: 1 }), rest.length);
  });
});

describe('pcap from pcapng', () => {
  const craft = new BlockCrafter('LE');

  it('has nanoseconds, and the packets of all sections and interfaces', () => {
    const form = { orders: ['BE', 'LE'], packetsPerSection: 3, resolutions: [9, 9] } as const;
    const expected = writePcap(long, { linkType: 1, nanosecond: true });
    assertCut([writePcapng(packets, form)], { filter: FILTER, format: 'pcap' }, expected, long.length);
  });

  it('has the link type of the first packet that is selected, and counts those of others', () => {
    const file = concat(
      craft.section(),
      craft.description(113, 0),
      craft.description(1, 0),
      craft.enhanced(0, 0n, frameOf(20)),
      craft.enhanced(1, 0n, frameOf(70)),
      craft.enhanced(0, 0n, frameOf(80)),
      craft.enhanced(7, 0n, frameOf(90)),
    );
    const cut = cutBlocks([file], { filter: FILTER, format: 'pcap' });
    const { packets: written } = readPcap(cut.bytes);
    assert.deepEqual(
      written.map(({ linkType, captured }) => [linkType, captured.length]),
      [[1, 70]],
    );
    assert.equal(cut.misfits, 1);
  });

  it('has time 0 where there is none, and no times from 2106 on', () => {
    const late = (2n ** 32n + 5n) * 1_000_000n;
    const blocks = [craft.section(), craft.description(1, 0), craft.simple(14, frameOf(14))];
    const cut = cutBlocks([concat(...blocks, craft.enhanced(0, late, frameOf(20)))], { format: 'pcap' });
    const expected = [{ sec: 0, nsec: 0, captured: frameOf(14), wireLength: 14, linkType: 1 }];
    assert.deepEqual(Buffer.from(cut.bytes), Buffer.from(writePcap(expected, { linkType: 1, nanosecond: true })));
    assert.equal(cut.misfits, 1);
  });

  it('without packets has the link type of the first interface', () => {
    const file = concat(craft.section(), craft.description(113, 0));
    assertCut([file], { format: 'pcap' }, writePcap([], { linkType: 113, nanosecond: true }), 0);
  });
});

describe('pcapng from pcap', () => {
  const craft = new BlockCrafter('LE');
  for (const nanosecond of [false, true]) {
    it(`is a section of its own for each capture, with ${nanosecond ? 'nanoseconds' : 'microseconds'}`, () => {
      const resolution = nanosecond ? [{ code: 9, value: Uint8Array.of(9) }] : [];
      const unit = nanosecond ? 1_000_000_000n : 1_000_000n;
      const section = concat(
        craft.section(),
        craft.description(1, 262_144, resolution),
        ...long.map(({ sec, nsec, captured, wireLength }) => {
          const stamp = BigInt(sec) * unit + BigInt(nsec) / (nanosecond ? 1n : 1000n);
          return craft.enhanced(0, stamp, captured, wireLength);
        }),
      );
      const file = writePcap(packets, { linkType: 1, nanosecond });
      const form: CutForm = { filter: FILTER, format: 'pcapng' };
      assertCut([file, file], form, concat(section, section), 2 * long.length);
    });
  }
});

/** Blocks of a section, each with whether it stays. */
function sectionBlocks(craft: BlockCrafter): (readonly [block: Uint8Array, stays: boolean])[] {
  const comment = [{ code: 1, value: ascii('a comment') }];
  return [
    [craft.section([{ code: 4, value: ascii('a program') }]), true],
    [craft.description(1, 0, [{ code: 2, value: ascii('eth0') }]), true],
    [craft.enhanced(0, 5n, frameOf(61), 1514, comment), true],
    [craft.enhanced(0, 5n, frameOf(60), 60, comment), false],
    [craft.block(4, frameOf(20)), true],
    [craft.description(113, 30, [{ code: 9, value: Uint8Array.of(9) }]), true],
    [craft.enhanced(1, 5n, frameOf(100)), true],
    [craft.simple(14, frameOf(14)), false],
    [craft.simple(74, frameOf(74)), true],
    [craft.statistics(0, [{ code: 4, value: craft.u64(17n) }]), true],
    [craft.old(0, 3, 5n, frameOf(20)), false],
    [craft.old(0, 3, 5n, frameOf(80)), true],
    // A packet whose block is longer than any buffer, because of its options.
    [craft.enhanced(0, 5n, frameOf(64), 64, Array(5).fill({ code: 1, value: frameOf(60_000) })), true],
    [craft.enhanced(0, 5n, frameOf(34), 34, Array(5).fill({ code: 1, value: frameOf(60_000) })), false],
    [craft.block(0xbad, frameOf(12)), true],
    [craft.block(0x40000bad, frameOf(12)), false],
    [craft.block(0xbad, frameOf(400_000)), true],
    [craft.block(0x40000bad, frameOf(400_000)), false],
    [craft.block(10, frameOf(700_000)), true],
    [craft.block(0x99, frameOf(7), { length: 19 }), true],
    [craft.enhanced(5, 5n, frameOf(90)), false],
    [craft.enhanced(0, 5n, frameOf(61)), true],
  ];
}

const PACKETS_PER_SECTION = 6;

describe('pcapng from pcapng', () => {
  const parts = (['LE', 'BE', 'LE'] as const).flatMap((order) => sectionBlocks(new BlockCrafter(order)));
  const file = concat(...parts.map(([block]) => block));
  const kept = concat(...parts.filter(([, stays]) => stays).map(([block]) => block));

  it('is the blocks that are no packets and the packets that are selected, as they are', () => {
    for (const pieceBytes of [997, 65_536]) {
      const cut = cutBlocks([file, file], { filter: FILTER, pieceBytes });
      assert.equal(cut.packets, 2 * 3 * PACKETS_PER_SECTION);
      assert.equal(Buffer.compare(cut.bytes, concat(kept, kept)), 0, `${pieceBytes} bytes at once`);
    }
  });

  it('does so a byte at a time', () => {
    const short = parts.filter(([block]) => block.length < 5000);
    const expected = concat(...short.filter(([, stays]) => stays).map(([block]) => block));
    const input = concat(...short.map(([block]) => block));
    assertCut([input], { filter: FILTER }, expected, 3 * (PACKETS_PER_SECTION - 1));
  });

  it('has the last of a number of packets with all that belongs to it', () => {
    const craft = new BlockCrafter('LE');
    const comments = Array(5).fill({ code: 1, value: frameOf(60_000) });
    const blocks = [craft.section(), craft.description(1, 0), craft.enhanced(0, 5n, frameOf(64), 64, comments)];
    const more = craft.enhanced(0, 5n, frameOf(70));
    for (const pieceBytes of [997, 65_536]) {
      const cut = cutBlocks([concat(...blocks, more)], { pieceBytes, selection: { maxPackets: 1 } });
      assert.equal(Buffer.compare(cut.bytes, concat(...blocks)), 0);
      assert.deepEqual(cut.ends, ['enough']);
    }
  });

  it('no longer says how long a section is', () => {
    for (const order of ['LE', 'BE'] as const) {
      const craft = new BlockCrafter(order);
      const blocks = [craft.section(), craft.description(1, 0), craft.enhanced(0, 0n, frameOf(20))];
      const section = concat(...blocks);
      const sized = Uint8Array.from(section);
      sized.set(craft.u64(BigInt(section.length - blocks[0].length)), 16);
      assertCut([concat(sized, sized)], {}, concat(section, section), 2);
    }
  });

  it('takes pcap among them as a section of its own', () => {
    const craft = new BlockCrafter('LE');
    const pcap = writePcap([{ ...packets[4], nsec: 7000 }], { linkType: 101 });
    const stamp = BigInt(packets[4].sec) * 1_000_000n + 7n;
    const own = [craft.section(), craft.description(101, 262_144), craft.enhanced(0, stamp, packets[4].captured)];
    const before = concat(craft.section(), craft.description(1, 0), craft.enhanced(0, 9n, frameOf(20)));
    assertCut([before, pcap, before], {}, concat(before, ...own, before), 3);
  });

  it('makes a long block whole that is cut or damaged', () => {
    const craft = new BlockCrafter('BE');
    const head = [craft.section(), craft.description(1, 0), craft.enhanced(0, 9n, frameOf(20))];
    const secrets = craft.block(10, new Uint8Array(500_000));
    const whole = concat(...head, secrets);
    const wrong = craft.block(10, new Uint8Array(500_000), { trailer: 5 });
    for (const damaged of [whole.slice(0, -1), whole.slice(0, -4), whole.slice(0, -300_000), concat(...head, wrong)]) {
      for (const pieceBytes of [5000, 65_536]) {
        const cut = cutBlocks([damaged, concat(...head)], { pieceBytes });
        assert.equal(Buffer.compare(cut.bytes, concat(whole, ...head)), 0, `${damaged.length} bytes`);
        assert.equal(cut.packets, 2);
      }
    }
  });

  it('leaves out a block that is too long for any program, and makes none such of one that breaks off', () => {
    const craft = new BlockCrafter('LE');
    const head = [craft.section(), craft.description(1, 0), craft.enhanced(0, 9n, frameOf(20))];
    for (const length of [2 ** 27 + 4, 2 ** 31 - 4]) {
      const broken = craft.block(0xbad, new Uint8Array(100_000), { length });
      const cut = cutBlocks([concat(...head, broken), concat(...head)]);
      assert.equal(Buffer.compare(cut.bytes, concat(...head, ...head)), 0);
      assert.deepEqual(cut.ends, ['cut', 'whole']);
    }
  });

  it('of a cut capture is whole blocks, wherever it is cut', () => {
    const craft = new BlockCrafter('LE');
    const blocks = [
      craft.section([{ code: 4, value: ascii('a program') }]),
      craft.description(1, 0, [{ code: 2, value: ascii('eth0') }]),
      craft.enhanced(0, 9n, frameOf(20), 20, [{ code: 1, value: ascii('a comment') }]),
      craft.block(4, frameOf(20)),
    ];
    const all = concat(...blocks);
    const ends = blocks.map((_, index) => concat(...blocks.slice(0, index + 1)).length);
    for (let bytes = ends[0]; bytes <= all.length; bytes++) {
      const cut = cutBlocks([all.slice(0, bytes)]);
      const end = ends.filter((one) => one <= bytes).at(-1)!;
      assert.equal(Buffer.compare(cut.bytes, all.slice(0, end)), 0, `${bytes} bytes`);
    }
  });
});

describe('a damaged section header', () => {
  it('does not make the packets behind it those of the section before', () => {
    for (const order of ['LE', 'BE'] as const) {
      const craft = new BlockCrafter(order);
      const faces = (linkType: number): Uint8Array[] =>
        Array.from({ length: 3 }, (_, id) =>
          concat(craft.description(linkType, 0), craft.enhanced(id, 7n, frameOf(30))),
        );
      const first = [craft.section(), ...faces(1)];
      const damaged = craft.section([], [1, 0], { trailer: 9 });
      const rest = faces(101);
      assertCut([concat(...first, damaged, ...rest)], { resync: true }, concat(...first, craft.section(), ...rest), 6);
    }
  });

  it('does not either where its length reaches behind the end of the capture', () => {
    const craft = new BlockCrafter('LE');
    const face = (id: number, linkType: number): Uint8Array =>
      concat(craft.description(linkType, 0), craft.enhanced(id, 7n, frameOf(30)));
    const first = [craft.section(), face(0, 1)];
    const damaged = craft.section([], [1, 0], { length: 5000 });
    const rest = [face(0, 101), face(1, 101)];
    assertCut([concat(...first, damaged, ...rest)], { resync: true }, concat(...first, craft.section(), ...rest), 3);
  });

  it('may come as often as there is room for one in a block', () => {
    for (const order of ['LE', 'BE'] as const) {
      const craft = new BlockCrafter(order);
      const first = [craft.section(), craft.description(1, 0), craft.enhanced(0, 7n, frameOf(30))];
      const damaged = craft.section([], [1, 0], { trailer: 9 });
      const rest = [craft.description(1, 0), craft.enhanced(0, 8n, frameOf(1)), craft.enhanced(0, 9n, frameOf(1))];
      const again = Array.from({ length: 10_000 }, () => [damaged, ...rest]).flat();
      const expected = again.map((block) => (block === damaged ? craft.section() : block));
      for (const blockBytes of [64 * 1024, 1 << 20]) {
        const cut = cutBlocks([concat(...first, ...again)], { resync: true, blockBytes });
        assert.equal(Buffer.compare(cut.bytes, concat(...first, ...expected)), 0, `${order}, ${blockBytes} bytes`);
      }
    }
  });

  it('is no loss when another section follows', () => {
    const craft = new BlockCrafter('LE');
    const section = concat(craft.section(), craft.description(1, 0), craft.enhanced(0, 7n, frameOf(30)));
    const damaged = craft.section([], [1, 0], { trailer: 9 });
    assertCut([concat(section, damaged, section)], { resync: true }, concat(section, section), 2);
  });
});

describe('any damage', () => {
  const short = (['LE', 'BE'] as const).flatMap((order) =>
    sectionBlocks(new BlockCrafter(order)).filter(([block]) => block.length < 5000),
  );
  const inputs = [
    concat(...short.map(([block]) => block)),
    writePcap(packets, { linkType: 1 }),
    swapped(writePcap(packets, { linkType: 1, nanosecond: true })),
  ];

  it('leaves something whole, the same for any pieces', (t) => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
    const property = fc.property(
      fc.constantFrom(...inputs),
      fc.array(change, { maxLength: 5 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.boolean(),
      fc.constantFrom(undefined, FILTER),
      fc.constantFrom(undefined, 'pcap', 'pcapng'),
      (input, changes, pieceBytes, resync, filter, format) => {
        const file = Uint8Array.from(input);
        // What tells the format stays.
        for (const [at, value] of changes) file[28 + (at % (file.length - 28))] = value;
        const form: CutForm = {
          resync,
          ...(filter === undefined ? {} : { filter }),
          ...(format === undefined ? {} : { format }),
        };
        const cut = cutBlocks([file], form);
        const again = cutBlocks([file], { ...form, pieceBytes });
        assert.equal(Buffer.compare(again.bytes, cut.bytes), 0, 'other pieces, other bytes');
        const read = cutBlocks([cut.bytes]);
        assert.deepEqual(read.ends, ['whole']);
        assert.equal(read.packets, cut.packets);
        assert.equal(Buffer.compare(read.bytes, cut.bytes), 0, 'not the same when cut again');
      },
    );
    checkProperty(t, property, 500);
  });
});
