/**
 * Blocks of pcapng, field by field, in both byte orders, with expectations written out; and what is damage.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BAD_RECORD, NEED_BYTES, NO_PACKET, UNDESCRIBED_INTERFACE } from '../../src/capture/format.js';
import { ascii, BlockCrafter, concat, frameOf, type Option, type Order } from '../support/pcapng-craft.js';
import { type Walked, type WalkedRecord, walkFile } from '../support/walk-format.js';

const STAMP = 1_700_000_000_123_456n;
const AT_STAMP = { sec: 1_700_000_000, nsec: 123_456_000, hasTime: true };
const END_OF_SECTION = 28;

/** A record as it is expected: the position of its frame is found by its bytes. */
function expectRecords(file: Uint8Array, walked: Walked, expected: readonly (readonly [Uint8Array, object])[]): void {
  assert.equal(walked.problem, undefined);
  assert.deepEqual([walked.outcome, walked.at], [NEED_BYTES, file.length]);
  assert.equal(walked.records.length, expected.length);
  for (const [index, [frame, fields]] of expected.entries()) {
    const record = walked.records[index];
    assert.deepEqual({ ...record, ...fields }, record, `record ${index}`);
    assert.deepEqual(file.slice(record.frameAt, record.frameAt + record.capturedBytes), frame, `frame ${index}`);
  }
}

/** Walks a file that must be damaged; returns the rest of what is known. */
function damageOf(file: Uint8Array): { at: number; found: string; expected: string; records: readonly WalkedRecord[] } {
  const { outcome, problem, at, records } = walkFile(file);
  assert.equal(outcome, BAD_RECORD);
  assert.ok(problem !== undefined);
  return { at, ...problem, records };
}

for (const order of ['LE', 'BE'] as const) describe(`pcapng ${order}`, () => blocks(order));

function blocks(order: Order): void {
  const craft = new BlockCrafter(order);
  const section = craft.section();
  const ethernet = craft.description(1, 0);
  const A = frameOf(61);
  const B = frameOf(14, 100);

  it('Enhanced Packet Blocks of several interfaces', () => {
    const file = concat(
      section,
      ethernet,
      craft.enhanced(0, STAMP, A, 1514),
      craft.description(113, 96),
      craft.enhanced(1, STAMP + 1n, B, 2 ** 32 - 1, [{ code: 2, value: craft.u32(1) }]),
      craft.enhanced(0, STAMP, new Uint8Array(), 60),
    );
    const walked = walkFile(file);
    expectRecords(file, walked, [
      [A, { ...AT_STAMP, wireBytes: 1514, linkType: 1, interfaceIndex: 0 }],
      [B, { ...AT_STAMP, nsec: 123_457_000, wireBytes: 2 ** 32 - 1, linkType: 113, interfaceIndex: 1 }],
      [new Uint8Array(), { ...AT_STAMP, wireBytes: 60, linkType: 1 }],
    ]);
    assert.deepEqual(
      walked.format.interfaces.map(({ linkType, snaplen, packets, timeUnit }) => [
        linkType,
        snaplen,
        packets,
        timeUnit,
      ]),
      [
        [1, 0, 2, 'us'],
        [113, 96, 1, 'us'],
      ],
    );
  });

  it('a Simple Packet Block is as long as snaplen, wire length and room allow', () => {
    for (const [snaplen, wire, room, captured] of [
      [0, 61, 64, 61],
      [0, 61, 61, 61],
      [40, 61, 40, 40],
      [96, 61, 64, 61],
      [0, 1514, 60, 60],
      [2000, 1514, 60, 60],
      [7, 1514, 60, 7],
      [0, 0, 0, 0],
    ]) {
      const frame = frameOf(room);
      const file = concat(section, craft.description(101, snaplen), ethernet, craft.simple(wire, frame));
      const walked = walkFile(file);
      const fields = { wireBytes: wire, linkType: 101, interfaceIndex: 0, hasTime: false, sec: 0, nsec: 0 };
      expectRecords(file, walked, [[frame.slice(0, captured), fields]]);
      assert.equal(walked.format.interfaces[0].packets, 1);
    }
  });

  it('a record without a time has that of the one before', () => {
    const file = concat(section, ethernet, craft.enhanced(0, STAMP, A), craft.simple(14, B));
    expectRecords(file, walkFile(file), [
      [A, AT_STAMP],
      [B, { ...AT_STAMP, hasTime: false }],
    ]);
  });

  it('Packet Blocks, with their drop counts', () => {
    const old = [craft.old(1, 3, STAMP, A, 99), craft.old(1, 0xffff, STAMP, B), craft.old(1, 4, STAMP, B)];
    const file = concat(section, ethernet, ethernet, ...old);
    const walked = walkFile(file);
    const fields = { ...AT_STAMP, linkType: 1, interfaceIndex: 1 };
    expectRecords(file, walked, [
      [A, { ...fields, wireBytes: 99 }],
      [B, fields],
      [B, fields],
    ]);
    const lost = walked.format.interfaces.map((one) => [one.packets, one.lostBetweenPackets]);
    assert.deepEqual(lost, [
      [0, undefined],
      [3, 7],
    ]);
  });

  it('what an interface says of itself', () => {
    const file = concat(
      section,
      craft.description(1, 262_144, [
        { code: 1, value: ascii('a comment') },
        { code: 2, value: ascii('eth0') },
        { code: 3, value: ascii('first, Größe 1') },
        { code: 4, value: Uint8Array.of(10, 1, 2, 3, 255, 255, 240, 0) },
        { code: 4, value: Uint8Array.of(10, 1, 2, 4, 255, 255, 255, 255) },
        { code: 5, value: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 64) },
        { code: 6, value: Uint8Array.of(0, 1, 2, 3, 4, 5) },
        { code: 8, value: craft.u64(10_000_000_000n) },
        { code: 9, value: Uint8Array.of(9) },
        { code: 11, value: ascii('\0tcp port 23') },
        { code: 12, value: ascii('Linux 6.1\0') },
        { code: 13, value: Uint8Array.of(4) },
        { code: 14, value: craft.u64(-3600n) },
        { code: 0x7777, value: ascii('?') },
      ]),
      craft.enhanced(0, STAMP * 1000n + 789n, A),
    );
    const walked = walkFile(file);
    expectRecords(file, walked, [[A, { sec: 1_699_996_400, nsec: 123_456_789 }]]);
    const [one] = walked.format.interfaces;
    assert.deepEqual(
      [one.name, one.description, one.speed, one.timeUnit, one.filter, one.os, one.fcsBytes, one.snaplen],
      ['eth0', 'first, Größe 1', 10_000_000_000, 'ns', 'tcp port 23', 'Linux 6.1', 4, 262_144],
    );
    assert.deepEqual(
      one.addresses.map(({ bytes, prefixBits }) => `${[...bytes]}/${prefixBits}`),
      ['10,1,2,3/20', '10,1,2,4/32', '32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1/64'],
    );
  });

  it('options that say nothing usable are as good as none', () => {
    const short: Option[] = [4, 5, 8, 9, 11, 13, 14].map((code) => ({ code, value: new Uint8Array() }));
    const byteCode = { code: 11, value: Uint8Array.of(1, 2, 3) };
    const file = concat(section, craft.description(1, 0, [...short, byteCode]), craft.enhanced(0, STAMP, A));
    const walked = walkFile(file);
    expectRecords(file, walked, [[A, AT_STAMP]]);
    const [{ addresses, filter, fcsBytes, speed }] = walked.format.interfaces;
    assert.deepEqual([addresses, filter, fcsBytes, speed], [[], undefined, undefined, undefined]);
  });

  it('options that run over the end of their block end there', () => {
    const head = concat(craft.u16(1, 0), craft.u32(0));
    const body = concat(head, craft.u16(2, 4), ascii('eth0'), craft.u16(3, 200), ascii('abcd'));
    const file = concat(section, craft.block(1, body), craft.enhanced(0, STAMP, A));
    const walked = walkFile(file);
    expectRecords(file, walked, [[A, AT_STAMP]]);
    assert.deepEqual([walked.format.interfaces[0].name, walked.format.interfaces[0].description], ['eth0', undefined]);
  });

  it('options behind the end of options do not count', () => {
    const head = concat(craft.u16(1, 0), craft.u32(0));
    const body = concat(head, craft.u16(0, 0), craft.u16(2, 4), ascii('eth0'));
    assert.equal(walkFile(concat(section, craft.block(1, body))).format.interfaces[0].name, undefined);
  });

  it('statistics, the last of an interface', () => {
    const counts = (...values: bigint[]): Option[] =>
      values.map((value, index) => ({ code: 4 + index, value: craft.u64(value) }));
    const file = concat(
      section,
      ethernet,
      ethernet,
      craft.statistics(1, counts(5n, 1n, 4n, 2n, 3n)),
      craft.statistics(1, counts(50n, 10n, 40n, 20n, 30n)),
      craft.statistics(7, counts(9n)),
      craft.statistics(0, [{ code: 4, value: craft.u64(2n ** 40n) }]),
    );
    const walked = walkFile(file);
    expectRecords(file, walked, []);
    assert.deepEqual(
      walked.format.interfaces.map((one) => [one.received, one.droppedByInterface, one.droppedBySystem]),
      [
        [2 ** 40, undefined, undefined],
        [50, 10, 20],
      ],
    );
  });

  it('other blocks are gone past', () => {
    const others = [4, 9, 10, 0x12345, 0x80000001, 7, 0].map((type, index) => craft.block(type, frameOf(4 * index)));
    const file = concat(section, ethernet, ...others, craft.enhanced(0, STAMP, A), ...others);
    expectRecords(file, walkFile(file), [[A, AT_STAMP]]);
  });

  it('Custom Blocks are numbered among the packets, and are none', () => {
    const body = concat(craft.u32(32_473), ascii('hello'));
    const file = concat(section, ethernet, craft.block(0xbad, body), craft.block(0x40000bad, body));
    const fields = { linkType: NO_PACKET, interfaceIndex: -1, hasTime: false, wireBytes: 8 };
    const walked = walkFile(file);
    const frame = concat(ascii('hello'), new Uint8Array(3));
    expectRecords(file, walked, [
      [frame, fields],
      [frame, fields],
    ]);
    assert.equal(walked.format.interfaces[0].packets, 0);
  });

  it('packets of interfaces that were never described are told as such', () => {
    const undescribed = { linkType: UNDESCRIBED_INTERFACE, interfaceIndex: -1, hasTime: false };
    const file = concat(
      section,
      craft.simple(14, B),
      craft.enhanced(0, STAMP, A),
      ethernet,
      craft.enhanced(1, STAMP, A),
      craft.enhanced(2 ** 32 - 1, STAMP, A),
      craft.old(0xffff, 2, STAMP, A),
    );
    const walked = walkFile(file);
    expectRecords(
      file,
      walked,
      [B, A, A, A, A].map((frame) => [frame, undescribed]),
    );
    assert.equal(walked.format.interfaces[0].packets, 0);
  });

  it('sections count their interfaces anew, each in its byte order', () => {
    const other = new BlockCrafter(order === 'LE' ? 'BE' : 'LE');
    const file = concat(
      section,
      ethernet,
      craft.enhanced(0, STAMP, A),
      other.section([{ code: 4, value: ascii('a program') }]),
      other.enhanced(0, STAMP, A),
      other.description(113, 0, [{ code: 9, value: Uint8Array.of(3) }]),
      other.enhanced(0, STAMP / 1000n, B),
      craft.section([], [1, 2]),
      craft.description(101, 0),
      craft.simple(14, B),
    );
    const walked = walkFile(file);
    expectRecords(file, walked, [
      [A, { ...AT_STAMP, linkType: 1, interfaceIndex: 0 }],
      [A, { linkType: UNDESCRIBED_INTERFACE }],
      [B, { ...AT_STAMP, nsec: 123_000_000, linkType: 113, interfaceIndex: 1 }],
      [B, { linkType: 101, interfaceIndex: 2 }],
    ]);
    assert.equal(walked.format.describe(), 'pcapng BE+LE');
    assert.equal(walked.format.interfaces.length, 3);
  });

  it('a length that leaves out the padding is meant with it', () => {
    const faults = { length: 32 + 61 };
    const file = concat(section, ethernet, craft.enhanced(0, STAMP, A, 61, [], faults), craft.enhanced(0, STAMP, B));
    expectRecords(file, walkFile(file), [
      [A, AT_STAMP],
      [B, AT_STAMP],
    ]);
    const unknown = concat(section, craft.block(0x99, frameOf(5), { length: 17 }), ethernet);
    assert.equal(walkFile(unknown).format.interfaces.length, 1);
  });

  const start = concat(section, ethernet, craft.enhanced(0, STAMP, A));
  const LENGTH_OF_A = 32 + 64;
  const damages: readonly [what: string, block: Uint8Array, found: string, expected: string][] = [
    [
      'a block shorter than any',
      craft.block(0x99, new Uint8Array(4), { length: 8 }),
      'a block of type 0x99 with a length of 8 bytes',
      'at least 12',
    ],
    [
      'a block of length 0',
      craft.block(4, new Uint8Array(4), { length: 0 }),
      'a block of type 0x4 with a length of 0 bytes',
      'at least 12',
    ],
    ...([6, 2, 3, 5, 1] as const).map((type): [string, Uint8Array, string, string] => [
      `a block of type ${type} too short for its fields`,
      craft.block(type, frameOf(40), { length: 12 }),
      `a block of type 0x${type} with a length of 12 bytes`,
      `at least ${{ 1: 20, 2: 32, 3: 16, 5: 24, 6: 32 }[type]}`,
    ]),
    [
      'a packet in a block that is longer than any',
      craft.enhanced(0, STAMP, A, 61, [], { length: 16 * 1024 * 1024 + 4 }),
      'a block of type 0x6 with a length of 16777220 bytes',
      'at most 16777216',
    ],
    [
      'an unknown block that is longer than any',
      craft.block(0x99, A, { length: 16 * 1024 * 1024 + 4 }),
      'a block of type 0x99 with a length of 16777220 bytes',
      'at most 16777216',
    ],
    [
      'secrets of 2^31 bytes',
      craft.block(10, A, { length: 2 ** 31 }),
      'a block of type 0xa with a length of 2147483648 bytes',
      'at most 2147483644',
    ],
    [
      'more captured than the block has room for',
      craft.enhanced(0, STAMP, A, 61, [], {}, 65),
      'a captured length of 65 bytes',
      'at most 64',
    ],
    [
      'more captured than any packet has',
      craft.enhanced(0, STAMP, A, 61, [], {}, 2 ** 32 - 1),
      'a captured length of 4294967295 bytes',
      'at most 64',
    ],
    [
      'another length at the end of a packet',
      craft.enhanced(0, STAMP, A, 61, [], { trailer: 100 }),
      'a length of 100 bytes at the end of a block',
      `${LENGTH_OF_A}, as at its start`,
    ],
    [
      'another length at the end of another block',
      craft.block(4, A, { trailer: 12 }),
      'a length of 12 bytes at the end of a block',
      '76, as at its start',
    ],
    [
      'another length at the end of a description',
      craft.description(1, 0, [], { trailer: 24 }),
      'a length of 24 bytes at the end of a block',
      '20, as at its start',
    ],
    ['a section of another version', craft.section([], [3, 1]), 'pcapng version 3.1', 'version 1'],
    [
      'another length at the end of a section header',
      craft.section([], [1, 0], { trailer: 32 }),
      'a length of 32 bytes at the end of a block',
      '28, as at its start',
    ],
    [
      'a section without a byte order',
      craft.block(0x0a0d0d0a, frameOf(16)),
      `byte-order magic 0x00070e15`,
      '1a2b3c4d in either byte order',
    ],
  ];
  for (const [what, block, found, expected] of damages) {
    it(`${what} is damage`, () => {
      const damage = damageOf(concat(start, block, craft.enhanced(0, STAMP, B)));
      assert.deepEqual([damage.found, damage.expected, damage.at], [found, expected, start.length]);
      assert.equal(damage.records.length, 1);
    });
  }

  it('another length at the end of the first section header is damage', () => {
    const damage = damageOf(concat(craft.section([], [1, 0], { trailer: 32 }), ethernet));
    assert.deepEqual([damage.found, damage.at], ['a length of 32 bytes at the end of a block', END_OF_SECTION - 4]);
  });

  it('behind a damaged section header there are none of the former interfaces', () => {
    const { format } = walkFile(concat(start, craft.section([], [3, 0])));
    const block = craft.enhanced(0, STAMP, B);
    format.next(new DataView(block.buffer), 0, block.length);
    assert.equal(format.linkType, UNDESCRIBED_INTERFACE);
  });
}
