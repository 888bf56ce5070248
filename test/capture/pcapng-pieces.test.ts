/**
 * pcapng captures cut anywhere, arriving in pieces of any size, and with blocks longer than any buffer; and how blocks
 * are found again behind damage.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { BAD_RECORD, NEED_BYTES, NOT_PLAUSIBLE, UNDECIDED } from '../../src/capture/format.js';
import { openPcapng, PcapngFormat } from '../../src/capture/pcapng.js';
import { RECOGNISE_BYTES } from '../../src/capture/recognise.js';
import { HEAD_ROOM_BYTES } from '../../src/ring/layout.js';
import { ascii, BlockCrafter, concat, frameOf } from '../support/pcapng-craft.js';
import { checkProperty } from '../support/property.js';
import { type Walked, walkFile } from '../support/walk-format.js';

const STAMP = 1_700_000_000_123_456n;

/** Some of each kind of block, in both orders. */
function mixedBlocks(craft: BlockCrafter): Uint8Array[] {
  return [
    craft.section([{ code: 4, value: ascii('a program') }]),
    craft.description(1, 0, [{ code: 2, value: ascii('eth0') }]),
    craft.enhanced(0, STAMP, frameOf(61), 1514, [{ code: 1, value: ascii('a comment') }]),
    craft.block(4, frameOf(20)),
    craft.description(113, 30, [{ code: 9, value: Uint8Array.of(9) }]),
    craft.enhanced(1, STAMP * 1000n, frameOf(33)),
    craft.simple(14, frameOf(14)),
    craft.statistics(0, [{ code: 4, value: craft.u64(17n) }]),
    craft.old(0, 3, STAMP, frameOf(20)),
    craft.block(0xbad, frameOf(12)),
    craft.block(0x99, frameOf(7), { length: 19 }),
    craft.enhanced(5, STAMP, frameOf(3)),
  ];
}

const MIXED = (['LE', 'BE'] as const).flatMap((order) => mixedBlocks(new BlockCrafter(order)));

/** What must be the same however the bytes come. */
const outcomeOf = ({ records, outcome, at, problem, format }: Walked): object => ({
  records,
  outcome,
  at,
  problem,
  interfaces: format.interfaces.map((one) => ({ ...one, clock: undefined })),
  form: format.describe(),
});

describe('a pcapng capture', () => {
  const file = concat(...MIXED);

  it('cut at any byte gives what is whole, and says what is missing', () => {
    const ends = MIXED.map((_, index) => concat(...MIXED.slice(0, index + 1)).length);
    const whole = walkFile(file);
    assert.equal(whole.problem, undefined);
    for (let bytes = RECOGNISE_BYTES; bytes <= file.length; bytes++) {
      const cut = walkFile(file.slice(0, bytes));
      assert.equal(cut.outcome, NEED_BYTES, `${bytes} bytes`);
      const blocks = ends.filter((end) => end <= bytes).length;
      const records = whole.records.filter((record) => record.frameAt < (ends[blocks - 1] ?? 0));
      assert.deepEqual(cut.records, records, `${bytes} bytes`);
      assert.equal(cut.problem === undefined, ends.includes(bytes), `${bytes} bytes: ${JSON.stringify(cut.problem)}`);
    }
  });

  it('says how long the block that is cut was to be', () => {
    for (const order of ['LE', 'BE'] as const) {
      const craft = new BlockCrafter(order);
      const start = concat(craft.section(), craft.description(1, 0));
      const cut = (block: Uint8Array, bytes: number): object | undefined =>
        walkFile(concat(start, block.slice(0, bytes))).problem;
      const packet = craft.enhanced(0, STAMP, frameOf(61));
      assert.deepEqual(cut(packet, 1), { found: '1 bytes of a block', expected: '12' });
      assert.deepEqual(cut(packet, 12), { found: '12 bytes of a block', expected: '96' });
      assert.deepEqual(cut(packet, 95), { found: '95 bytes of a block', expected: '96' });
      const other = new BlockCrafter(order === 'LE' ? 'BE' : 'LE').section();
      assert.deepEqual(cut(other, 12), { found: '12 bytes of a block', expected: '28' });
      const long = craft.block(4, new Uint8Array(HEAD_ROOM_BYTES));
      assert.deepEqual(cut(long, 1000), { found: 'a block without its end', expected: '4' });
      assert.deepEqual(cut(long, long.length - 1), { found: "3 bytes of a block's end", expected: '4' });
    }
  });

  it('is the same in pieces of any size', (t: TestContext) => {
    const expected = outcomeOf(walkFile(file));
    for (const bytes of [1, 2, 3, 4, 5, 7, 11, 12, 13, 28, 31, 32, 33, 64, 100]) {
      assert.deepEqual(outcomeOf(walkFile(file, () => bytes)), expected, `pieces of ${bytes}`);
    }
    const property = fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 150 })), (sizes) => {
      assert.deepEqual(outcomeOf(walkFile(file, () => sizes.next().value as number)), expected);
    });
    checkProperty(t, property, 200);
  });

  it('damaged anywhere throws nothing, and is the same in pieces of any size', (t: TestContext) => {
    const changes = fc.array(fc.tuple(fc.integer({ min: RECOGNISE_BYTES, max: file.length - 1 }), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    const property = fc.property(changes, fc.integer({ min: 1, max: 200 }), (bytes, pieceBytes) => {
      const changed = file.slice();
      for (const [at, value] of bytes) changed[at] = value;
      assert.deepEqual(outcomeOf(walkFile(changed, () => pieceBytes)), outcomeOf(walkFile(changed)));
    });
    checkProperty(t, property, 3000);
  });
});

describe('a block longer than the head room', () => {
  for (const order of ['LE', 'BE'] as const) {
    const craft = new BlockCrafter(order);
    const start = concat(craft.section(), craft.description(1, 0));
    const packet = craft.enhanced(0, STAMP, frameOf(14));
    const comment = { code: 1, value: new Uint8Array(65_000).fill(0x61) };
    const comments = new Array(5).fill(comment);
    const isSame = (file: Uint8Array): Walked => {
      const whole = walkFile(file);
      for (const bytes of [1021, 65_536, 262_144, 1_000_003]) {
        assert.deepEqual(outcomeOf(walkFile(file, () => bytes)), outcomeOf(whole), `pieces of ${bytes}`);
      }
      return whole;
    };

    it(`is gone past when it is none that is read, ${order}`, () => {
      for (const type of [4, 10, 0xbad, 0x99]) {
        const { records, problem } = isSame(concat(start, craft.block(type, frameOf(1_000_000)), packet));
        assert.deepEqual([records.length, problem], [1, undefined]);
      }
    });

    it(`may be a packet with long options, ${order}`, () => {
      const long = craft.enhanced(0, STAMP, frameOf(61), 61, comments);
      const { records, problem } = isSame(concat(start, long, packet, long));
      assert.deepEqual([records.map((record) => record.capturedBytes), problem], [[61, 14, 61], undefined]);
    });

    it(`may be a section header, also the first, or a description, ${order}`, () => {
      const section = craft.section(comments);
      const description = craft.description(1, 0, [{ code: 2, value: ascii('eth0') }, ...comments]);
      const { records, format, problem } = isSame(concat(section, description, packet, section, description, packet));
      assert.deepEqual([records.length, problem], [2, undefined]);
      assert.deepEqual(
        format.interfaces.map((one) => [one.name, one.packets]),
        [
          ['eth0', 1],
          ['eth0', 1],
        ],
      );
    });

    it(`is damaged when its end says another length, ${order}`, () => {
      const long = craft.enhanced(0, STAMP, frameOf(61), 61, comments, { trailer: 96 });
      const file = concat(start, long, packet);
      const { records, outcome, at, problem } = isSame(file);
      assert.deepEqual([records.length, outcome, at], [1, BAD_RECORD, file.length - packet.length - 4]);
      assert.deepEqual(problem?.found, 'a length of 96 bytes at the end of a block');
    });

    it(`may have the longest packet there is, and none longer, ${order}`, () => {
      for (const options of [[], comments]) {
        const longest = craft.enhanced(0, STAMP, frameOf(262_144), 262_144, options);
        assert.equal(isSame(concat(start, longest, packet)).records.length, 2);
        const tooLong = craft.enhanced(0, STAMP, frameOf(262_145), 262_145, options);
        const { records, problem } = isSame(concat(start, tooLong, packet));
        assert.deepEqual([records.length, problem?.found], [0, 'a captured length of 262145 bytes']);
      }
    });
  }
});

function open(section: Uint8Array): PcapngFormat {
  const format = openPcapng(new DataView(section.buffer), 0);
  assert.ok(format instanceof PcapngFormat);
  return format;
}

describe('finding blocks again', () => {
  const shift = 3;
  for (const order of ['LE', 'BE'] as const) {
    const craft = new BlockCrafter(order);
    const other = new BlockCrafter(order === 'LE' ? 'BE' : 'LE');
    const ask = (format: PcapngFormat, block: Uint8Array, there = block.length): number => {
      const bytes = new Uint8Array(shift + there);
      bytes.set(block.subarray(0, there), shift);
      return format.plausibleBytes(new DataView(bytes.buffer), shift, shift + there);
    };

    it(`takes whole blocks only, ${order}`, () => {
      const format = open(craft.section());
      const blocks = [...mixedBlocks(craft), other.section()];
      for (const block of blocks) {
        assert.equal(ask(format, block), block.length);
        for (let there = 0; there < block.length; there++) assert.equal(ask(format, block, there), UNDECIDED);
      }
    });

    it(`takes nothing else, ${order}`, () => {
      const format = open(craft.section());
      const frame = frameOf(61);
      const none: Uint8Array[] = [
        craft.enhanced(0, STAMP, frame, 61, [], { trailer: 100 }),
        craft.enhanced(0, STAMP, frame, 61, [], { length: 28 }),
        craft.enhanced(0, STAMP, frame, 61, [], {}, 65),
        craft.enhanced(0, STAMP, frame, 61, [], { length: HEAD_ROOM_BYTES + 4 }),
        craft.block(0, frame),
        craft.block(0x0a0d0d0a, frameOf(16)),
        craft.block(4, frame, { length: 8 }),
        other.enhanced(0, STAMP, frame),
        new Uint8Array(100),
        new Uint8Array(100).fill(0xff),
      ];
      for (const [index, block] of none.entries()) assert.equal(ask(format, block), NOT_PLAUSIBLE, `${index}`);
    });

    it(`changes nothing, ${order}`, () => {
      const format = open(craft.section());
      for (const block of [...mixedBlocks(craft), ...mixedBlocks(other)]) ask(format, block);
      assert.deepEqual([format.interfaces.length, format.describe(), format.nextAt], [0, `pcapng ${order}`, 0]);
    });
  }
});
