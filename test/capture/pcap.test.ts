import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { BAD_RECORD, NEED_BYTES, NOT_PLAUSIBLE, RECORD, UNDECIDED } from '../../src/capture/format.js';
import { MAX_CAPTURED_BYTES, openPcap, PCAP_FILE_HEADER_BYTES, PcapFormat } from '../../src/capture/pcap.js';
import type { ModelPacket } from '../model/model-packets.js';
import { type PcapForm, readPcap, writePcap } from '../support/pcap-naive.js';
import { checkProperty } from '../support/property.js';
import { walkFile } from '../support/walk-format.js';

const RECORD_HEADER_BYTES = 16;
/** The file lies somewhere in the view. */
const AT = 5;

interface Walk {
  readonly packets: ModelPacket[];
  /** What ended the walk: NEED_BYTES or BAD_RECORD, and where. */
  readonly outcome: number;
  readonly at: number;
  readonly format: PcapFormat;
  readonly view: DataView;
}

const viewOf = (file: Uint8Array): DataView => new DataView(file.buffer, file.byteOffset, file.byteLength);

function open(view: DataView, at: number): PcapFormat {
  const format = openPcap(view, at);
  assert.ok(format instanceof PcapFormat, JSON.stringify(format));
  return format;
}

/** Walks a file whose last byte is the last of its buffer. Times and lengths as whole numbers; positions from 0. */
function walk(file: Uint8Array): Walk {
  const bytes = new Uint8Array(AT + file.length);
  bytes.set(file, AT);
  const view = viewOf(bytes);
  const format = open(view, AT);
  const packets: ModelPacket[] = [];
  let at = AT + PCAP_FILE_HEADER_BYTES;
  for (;;) {
    const outcome = format.next(view, at, bytes.length);
    if (outcome !== RECORD) return { packets, outcome, at: at - AT, format, view };
    assert.equal(format.frameAt, at + RECORD_HEADER_BYTES);
    assert.equal(format.nextAt, format.frameAt + format.capturedBytes);
    packets.push({
      sec: format.sec >>> 0,
      nsec: format.nsec,
      captured: bytes.slice(format.frameAt, format.nextAt),
      wireLength: format.wireBytes >>> 0,
      linkType: format.linkType,
    });
    at = format.nextAt;
  }
}

/** What is to come of packets as a naive reader has them: sub-second fields of a second and more carry. */
function carried(packets: readonly ModelPacket[]): ModelPacket[] {
  return packets.map((packet) => ({
    ...packet,
    sec: (packet.sec + Math.floor(packet.nsec / 1e9)) >>> 0,
    nsec: packet.nsec % 1e9,
  }));
}

/** The same file as an older version of the format; `isSwapped` says which records have the wire length first. */
function older(file: Uint8Array, form: PcapForm, minor: number, isSwapped: (record: number) => boolean): Uint8Array {
  const changed = file.slice();
  const view = viewOf(changed);
  const little = form.bigEndian !== true;
  view.setUint16(6, minor, little);
  let at = PCAP_FILE_HEADER_BYTES;
  for (let record = 0; at < file.length; record++) {
    const captured = view.getUint32(at + 8, little);
    const wire = view.getUint32(at + 12, little);
    if (isSwapped(record)) {
      view.setUint32(at + 8, wire, little);
      view.setUint32(at + 12, captured, little);
    }
    at += RECORD_HEADER_BYTES + captured;
  }
  return changed;
}

const packetArbitrary: fc.Arbitrary<ModelPacket> = fc
  .record({
    sec: fc.oneof(
      fc.nat(100),
      fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
      fc.integer({ min: 0, max: 2 ** 32 - 5000 }),
    ),
    usec: fc.oneof(fc.nat(999_999), fc.constantFrom(0, 999_999, 1e6, 1e6 + 1, 2e6 - 1, 4_294_967)),
    nano: fc.nat(999),
    captured: fc.uint8Array({ maxLength: 70 }),
    beyond: fc.oneof(fc.nat(1500), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 100)),
  })
  .map(({ sec, usec, nano, captured, beyond }) => ({
    ...{ sec, nsec: Math.min(usec * 1000 + nano, 2 ** 32 - 1), captured },
    ...{ wireLength: captured.length + beyond, linkType: 1 },
  }));

const formArbitrary: fc.Arbitrary<PcapForm> = fc.record({
  linkType: fc.constantFrom(0, 1, 101, 113, 65_535),
  nanosecond: fc.boolean(),
  bigEndian: fc.boolean(),
});

const packetsArbitrary = fc.array(packetArbitrary, { maxLength: 8 });

describe('classic pcap', () => {
  it('gives the packets that the naive reader gives, in either byte order and resolution', (t: TestContext) => {
    const property = fc.property(packetsArbitrary, formArbitrary, (packets, form) => {
      const file = writePcap(packets, form);
      const { packets: read, outcome, at } = walk(file);
      assert.deepEqual(read, carried(readPcap(file).packets));
      assert.equal(outcome, NEED_BYTES);
      assert.equal(at, file.length);
    });
    checkProperty(t, property, 500);
  });

  it('takes the lengths of versions 2.0 to 2.3 in their order', (t: TestContext) => {
    const property = fc.property(
      packetsArbitrary,
      formArbitrary,
      fc.nat(3),
      fc.nat(255),
      (packets, form, minor, mix) => {
        const file = writePcap(packets, form);
        // Up to 2.2 the wire length is first; in 2.3 either is, and the captured one is the smaller.
        const old = older(file, form, minor, (record) => minor < 3 || ((mix >> (record & 7)) & 1) === 1);
        assert.deepEqual(walk(old).packets, carried(readPcap(file).packets));
      },
    );
    checkProperty(t, property, 500);
  });

  it('gives the whole records of a file cut at any byte, and says what the cut one lacks', (t: TestContext) => {
    const property = fc.property(
      fc.array(packetArbitrary, { minLength: 1, maxLength: 3 }),
      formArbitrary,
      (packets, form) => {
        const file = writePcap(packets, form);
        for (let bytes = PCAP_FILE_HEADER_BYTES; bytes <= file.length; bytes++) {
          const cut = file.slice(0, bytes);
          const naive = readPcap(cut);
          const { packets: read, outcome, at, format, view } = walk(cut);
          assert.equal(read.length, naive.packets.length, `${bytes} bytes`);
          assert.equal(outcome, NEED_BYTES);
          assert.equal(at !== bytes, naive.damaged);
          if (!naive.damaged) continue;
          const left = bytes - at;
          const wanted = packets[read.length].captured.length;
          assert.deepEqual(
            format.describeCut(view, AT + at, AT + bytes),
            left < RECORD_HEADER_BYTES
              ? { found: `${left} bytes of a record header`, expected: '16' }
              : { found: `${left - RECORD_HEADER_BYTES} bytes of a packet`, expected: `${wanted}` },
          );
        }
      },
    );
    checkProperty(t, property, 60);
  });

  it('says the captured length of a cut record of an old version', () => {
    const packet = { sec: 1, nsec: 0, captured: new Uint8Array(60), wireLength: 1514, linkType: 1 };
    for (const minor of [0, 2, 3]) {
      const form = { linkType: 1 };
      const cut = older(writePcap([packet], form), form, minor, () => true).slice(0, -1);
      const { format, view, at } = walk(cut);
      assert.equal(at, PCAP_FILE_HEADER_BYTES);
      assert.deepEqual(format.describeCut(view, AT + at, AT + cut.length), {
        found: '59 bytes of a packet',
        expected: '60',
      });
    }
  });

  const carries: [nanosecond: boolean, sec: number, fraction: number, expected: [number, number]][] = [
    [false, 10, 999_999, [10, 999_999_000]],
    [false, 10, 1_000_000, [11, 0]],
    [false, 10, 1_999_999, [11, 999_999_000]],
    [false, 10, 2 ** 32 - 1, [4304, 967_295_000]],
    [true, 10, 999_999_999, [10, 999_999_999]],
    [true, 10, 1_000_000_000, [11, 0]],
    [true, 10, 2 ** 32 - 1, [14, 294_967_295]],
    [false, 2 ** 31 - 1, 1_000_000, [2 ** 31, 0]],
    [false, 2 ** 32 - 1, 999_999, [2 ** 32 - 1, 999_999_000]],
  ];
  for (const [nanosecond, sec, fraction, expected] of carries) {
    it(`carries ${sec} s and ${fraction} ${nanosecond ? 'ns' : 'us'} to ${expected}`, () => {
      const packet = { sec, nsec: 0, captured: new Uint8Array(4), wireLength: 4, linkType: 1 };
      for (const bigEndian of [false, true]) {
        const file = writePcap([packet], { linkType: 1, nanosecond, bigEndian });
        viewOf(file).setUint32(PCAP_FILE_HEADER_BYTES + 4, fraction, !bigEndian);
        const [read] = walk(file).packets;
        assert.deepEqual([read.sec, read.nsec], expected);
      }
    });
  }
});

describe('absurd captured lengths', () => {
  /** A file of one record whose lengths are these, with `bytes` bytes of frame. */
  function fileWith(first: number, second: number, minor: number, bytes: number): Uint8Array {
    const packet = { sec: 1, nsec: 0, captured: new Uint8Array(bytes), wireLength: 0, linkType: 1 };
    const file = writePcap([packet], { linkType: 1 });
    viewOf(file).setUint16(6, minor, true);
    viewOf(file).setUint32(PCAP_FILE_HEADER_BYTES + 8, first, true);
    viewOf(file).setUint32(PCAP_FILE_HEADER_BYTES + 12, second, true);
    return file;
  }

  for (const length of [MAX_CAPTURED_BYTES + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    it(`${length} is no record, however much is there`, () => {
      for (const [first, second, minor] of [
        [length, 60, 4],
        [length, length, 4],
        [60, length, 2],
        [length, length, 3],
      ]) {
        const { outcome, format, at } = walk(fileWith(first, second, minor, 100));
        assert.equal(outcome, BAD_RECORD, `version 2.${minor}`);
        assert.equal(at, PCAP_FILE_HEADER_BYTES);
        assert.deepEqual(format.problem, { found: `a captured length of ${length} bytes`, expected: 'at most 262144' });
      }
    });
  }

  it('the longest one allowed is a record, and one byte less of it is not enough', () => {
    assert.equal(walk(fileWith(MAX_CAPTURED_BYTES, 2 ** 32 - 1, 4, MAX_CAPTURED_BYTES)).packets.length, 1);
    const { packets, outcome } = walk(fileWith(MAX_CAPTURED_BYTES, 60, 4, MAX_CAPTURED_BYTES - 1));
    assert.deepEqual([packets.length, outcome], [0, NEED_BYTES]);
  });

  it('a wire length is never absurd', () => {
    assert.equal(walk(fileWith(60, 2 ** 32 - 1, 4, 60)).packets[0].wireLength, 2 ** 32 - 1);
    assert.equal(walk(fileWith(2 ** 32 - 1, 60, 2, 60)).packets[0].wireLength, 2 ** 32 - 1);
    assert.equal(walk(fileWith(2 ** 32 - 1, 60, 3, 60)).packets[0].wireLength, 2 ** 32 - 1);
  });
});

describe('pcap file header', () => {
  /** A header with the fields as they are to be read; the file lies in the middle of its buffer. */
  function header(magic: number, major: number, minor: number, linkWord: number, isBig: boolean): DataView {
    const view = viewOf(new Uint8Array(AT + PCAP_FILE_HEADER_BYTES));
    view.setUint32(AT, magic, !isBig);
    view.setUint16(AT + 4, major, !isBig);
    view.setUint16(AT + 6, minor, !isBig);
    view.setUint32(AT + 16, 65_535, !isBig);
    view.setUint32(AT + 20, linkWord, !isBig);
    return view;
  }

  for (const isBig of [false, true]) {
    const order = isBig ? 'big' : 'little';

    it(`is read in ${order} endian order, versions 2.0 to 2.4`, () => {
      for (const magic of [0xa1b2c3d4, 0xa1b23c4d]) {
        for (const minor of [0, 1, 2, 3, 4]) {
          const format = open(header(magic, 2, minor, 113, isBig), AT);
          assert.deepEqual([format.linkType, format.snaplen], [113, 65_535]);
        }
      }
    });

    it(`of another version is refused, ${order} endian`, () => {
      for (const [major, minor] of [
        [2, 5],
        [2, 0x0400],
        [1, 4],
        [3, 0],
        [0x0200, 4],
        [0, 0],
      ]) {
        const expected = { found: `pcap version ${major}.${minor}`, expected: 'version 2.0 to 2.4' };
        assert.deepEqual(openPcap(header(0xa1b2c3d4, major, minor, 1, isBig), AT), expected);
      }
    });

    it(`may tell of a frame check sequence, and of what nobody knows, beside the link type, ${order} endian`, () => {
      for (let bit = 16; bit < 32; bit++) {
        assert.equal(open(header(0xa1b2c3d4, 2, 4, (1 << bit) | 0xffff, isBig), AT).linkType, 0xffff, `bit ${bit}`);
      }
    });
  }

  for (const magic of [0, 0xa1b2c3d5, 0xd4c3b2a0, 0x0a0d0d0a, 0x1f8b0800]) {
    it(`with the magic number ${magic.toString(16)} is none`, () => {
      const problem = openPcap(header(magic, 2, 4, 1, true), AT);
      assert.ok(!(problem instanceof PcapFormat));
      assert.equal(problem.found, `0x${magic.toString(16).padStart(8, '0')}`);
      assert.match(problem.expected, /a1b2c3d4 or a1b23c4d/);
    });
  }
});

/** The same file in the layout of Kuznetzov's patch: 8 more bytes behind each record header. */
function modified(file: Uint8Array, form: PcapForm): Uint8Array {
  const little = form.bigEndian !== true;
  const parts = [file.slice(0, PCAP_FILE_HEADER_BYTES)];
  viewOf(parts[0]).setUint32(0, 0xa1b2cd34, little);
  for (let at = PCAP_FILE_HEADER_BYTES; at < file.length; ) {
    const frameAt = at + RECORD_HEADER_BYTES;
    const nextAt = frameAt + viewOf(file).getUint32(at + 8, little);
    parts.push(file.slice(at, frameAt), Uint8Array.of(1, 0, 0, 0, 8, 0, 4, 0x55), file.slice(frameAt, nextAt));
    at = nextAt;
  }
  return Uint8Array.from(Buffer.concat(parts));
}

describe('modified pcap', () => {
  it('gives the packets of the usual one, whole or cut at any byte', (t: TestContext) => {
    const property = fc.property(fc.array(packetArbitrary, { maxLength: 4 }), fc.boolean(), (packets, bigEndian) => {
      const form = { linkType: 113, bigEndian };
      const file = writePcap(packets, form);
      const changed = modified(file, form);
      const expected = walkFile(file).records;
      const ends = [PCAP_FILE_HEADER_BYTES];
      for (const { captured } of packets) ends.push((ends.at(-1) ?? 0) + 24 + captured.length);
      for (let bytes = PCAP_FILE_HEADER_BYTES; bytes <= changed.length; bytes++) {
        const { records, format, problem } = walkFile(changed.slice(0, bytes));
        const whole = ends.filter((end) => end <= bytes).length - 1;
        const shifted = expected.slice(0, whole).map((record, index) => ({
          ...record,
          frameAt: record.frameAt + 8 * (index + 1),
        }));
        assert.deepEqual(records, shifted);
        assert.equal(format.describe(), `pcap us ${bigEndian ? 'BE' : 'LE'} modified`);
        const left = bytes - ends[whole];
        const header = { found: `${left} bytes of a record header`, expected: '24' };
        const frame = { found: `${left - 24} bytes of a packet`, expected: `${packets[whole]?.captured.length}` };
        assert.deepEqual(problem, left === 0 ? undefined : left < 24 ? header : frame);
      }
    });
    checkProperty(t, property, 60);
  });
});

describe('the one interface of a pcap capture', () => {
  it('has the link type, limit and check sequence of the header, and counts packets', () => {
    const frame = new Uint8Array(60);
    const packets = [1, 2, 3].map((sec) => ({ sec, nsec: 0, captured: frame, wireLength: 60, linkType: 1 }));
    for (const nanosecond of [false, true]) {
      const file = writePcap(packets, { linkType: 0x24000001, nanosecond });
      const { interfaces } = walk(file).format;
      assert.equal(interfaces.length, 1);
      const { linkType, snaplen, fcsBytes, timeUnit, packets: count, received } = interfaces[0];
      assert.deepEqual(
        [linkType, snaplen, fcsBytes, timeUnit, count, received],
        [1, 262_144, 4, nanosecond ? 'ns' : 'us', 3, undefined],
      );
    }
  });
});

describe('finding records again', () => {
  const SEC = 1_700_000_000;
  const packet = { sec: SEC, nsec: 5000, captured: new Uint8Array(60), wireLength: 1514, linkType: 1 };

  interface Fields {
    readonly sec?: number;
    readonly fraction?: number;
    readonly captured?: number;
    readonly wire?: number;
  }

  /** What is said of a header with these fields behind a file of one good record; `there` bytes of it are there. */
  function ask(
    form: PcapForm,
    snaplen: number,
    fields: Fields,
    there = RECORD_HEADER_BYTES,
    records = [packet],
  ): number {
    const file = writePcap(records, form);
    const little = form.bigEndian !== true;
    viewOf(file).setUint32(16, snaplen, little);
    const { format } = walk(file);
    const header = new Uint8Array(AT + RECORD_HEADER_BYTES);
    const view = viewOf(header);
    view.setUint32(AT, fields.sec ?? SEC, little);
    view.setUint32(AT + 4, fields.fraction ?? 999_999, little);
    view.setUint32(AT + 8, fields.captured ?? 60, little);
    view.setUint32(AT + 12, fields.wire ?? 262_144, little);
    const before = [format.sec, format.nextAt, format.interfaces[0].packets];
    const answer = format.plausibleBytes(viewOf(header.slice(0, AT + there)), AT, AT + there);
    assert.deepEqual([format.sec, format.nextAt, format.interfaces[0].packets], before, 'nothing changes');
    return answer;
  }

  const DAY = 86_400;
  const cases: readonly [fields: Fields, snaplen: number, bytes: number][] = [
    [{}, 65_535, 76],
    [{ captured: 262_144 }, 262_144, 262_160],
    [{ captured: 262_144 }, 0, 262_160],
    [{ captured: 262_145 }, 0, NOT_PLAUSIBLE],
    [{ captured: 97 }, 96, NOT_PLAUSIBLE],
    // The good record has more than the limit: so may others.
    [{ captured: 60 }, 40, 76],
    [{ captured: 61 }, 40, NOT_PLAUSIBLE],
    [{ captured: 0 }, 65_535, NOT_PLAUSIBLE],
    [{ captured: 60, wire: 60 }, 65_535, 76],
    [{ captured: 61, wire: 60 }, 65_535, NOT_PLAUSIBLE],
    [{ wire: 16 * 1024 * 1024 - 1 }, 65_535, 76],
    [{ wire: 16 * 1024 * 1024 }, 65_535, NOT_PLAUSIBLE],
    [{ sec: SEC + 10 * DAY }, 65_535, 76],
    [{ sec: SEC - 10 * DAY }, 65_535, 76],
    [{ sec: SEC + 10 * DAY + 1 }, 65_535, NOT_PLAUSIBLE],
    [{ sec: SEC - 10 * DAY - 1 }, 65_535, NOT_PLAUSIBLE],
    [{ sec: 0 }, 65_535, NOT_PLAUSIBLE],
    [{ sec: 0, fraction: 0, captured: 0, wire: 0 }, 65_535, NOT_PLAUSIBLE],
  ];
  for (const [fields, snaplen, bytes] of cases) {
    it(`${JSON.stringify(fields)} with a limit of ${snaplen}: ${bytes}`, () => {
      for (const bigEndian of [false, true]) {
        for (const nanosecond of [false, true]) {
          const form = { linkType: 1, bigEndian, nanosecond };
          assert.equal(ask(form, snaplen, fields), bytes);
        }
      }
    });
  }

  it('the fraction is below a second', () => {
    assert.equal(ask({ linkType: 1 }, 0, { fraction: 1e6 }), NOT_PLAUSIBLE);
    assert.equal(ask({ linkType: 1, nanosecond: true }, 0, { fraction: 1e6 }), 76);
    assert.equal(ask({ linkType: 1, nanosecond: true }, 0, { fraction: 1e9 }), NOT_PLAUSIBLE);
  });

  it('is undecided with less than a header', () => {
    for (let there = 0; there < RECORD_HEADER_BYTES; there++)
      assert.equal(ask({ linkType: 1 }, 0, {}, there), UNDECIDED);
  });

  it('before any good record any time but none will do', () => {
    assert.equal(ask({ linkType: 1 }, 0, { sec: 1 }, RECORD_HEADER_BYTES, []), 76);
    assert.equal(ask({ linkType: 1 }, 0, { sec: 0 }, RECORD_HEADER_BYTES, []), NOT_PLAUSIBLE);
  });

  it('a last record of an absurd time does not hide those near the first', () => {
    const absurd = { ...packet, sec: 5 };
    for (const sec of [SEC + 1, 6]) {
      assert.equal(ask({ linkType: 1 }, 0, { sec }, RECORD_HEADER_BYTES, [packet, absurd]), 76);
    }
  });
});
