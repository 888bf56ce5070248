/**
 * Headers that lie about their lengths, through the whole pass: what is printed comes from the header alone. Which header's error
 * each is counted as, test/capture/decode.test.ts holds.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import { type ModelPacket, miruoModel } from '../model/miruo-model.js';
import { type TcpFrameForm, tcpFrame } from '../support/craft.js';
import { writePcap } from '../support/pcap-naive.js';
import { checkProperty } from '../support/property.js';
import { runSingleThread } from '../support/single-thread.js';

const OPTIONS: MiruoOptions = { ...MIRUO_DEFAULTS, all: true };
const SYN = 2;
const RST_ACK = 0x14;

const CLIENT = { src: '10.0.0.1', dst: '10.0.0.2', sport: 1025, dport: 80, seq: 1, ack: 0 };
const SERVER = { src: '10.0.0.2', dst: '10.0.0.1', sport: 80, dport: 1025, seq: 0, ack: 2 };

function packet(form: Partial<TcpFrameForm>, change: (ip: Uint8Array) => void = () => {}): ModelPacket {
  const frame = tcpFrame({ link: 'raw', ipVersion: 4, ...CLIENT, flags: SYN, ...form });
  change(frame.captured);
  return { sec: 1_700_000_000, nsec: 0, ...frame };
}

/** Ends the session that a SYN began, so that it is printed. */
const REFUSAL = packet({ ...SERVER, flags: RST_ACK });

/** Lines of a run in which every record is a block of its own: behind its bytes are those of older records. */
function linesOf(packets: readonly ModelPacket[]): string[] {
  const file = writePcap(packets, { linkType: 101 });
  const { stdout } = runSingleThread(file, OPTIONS, { trackers: 2, blockBytes: 64 * 1024, oneRecordBlocks: true });
  assert.equal(stdout, miruoModel(packets, OPTIONS).stdout);
  return stdout.split('\n');
}

/** What is printed between the angle brackets of a SYN with these option bytes. */
function shown(options: readonly number[]): string | undefined {
  // Its payload would be taken for options by whoever reads past the header.
  const payload = Uint8Array.from([8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 9, 9]);
  const line = linesOf([packet({ options: Uint8Array.from(options), payload }), REFUSAL])[1];
  return /<(.*)>$/.exec(line)?.[1];
}

const MSS = [2, 4, 5, 180];
const filled = (count: number, value: number): number[] => new Array<number>(count).fill(value);

describe('TCP options', () => {
  const cases: [what: string, options: number[], expected: string][] = [
    ['none', [], ''],
    ['length 0', [...MSS, 3, 0, 7, 1], 'mss=1460'],
    ['length 0 first', [8, 0, ...MSS, 1, 1], ''],
    ['length 1', [...MSS, 3, 1, 7, 1], 'mss=1460'],
    ['length 1 of an unknown kind', [...MSS, 254, 1, 1, 1, ...MSS], 'mss=1460'],
    ['length one beyond the header', [...MSS, 8, 5, 1, 2], 'mss=1460'],
    ['length far beyond the header', [...MSS, 8, 10, 1, 2], 'mss=1460'],
    ['length 255', [...MSS, 5, 255, 1, 2], 'mss=1460'],
    ['no length: the kind is the last byte', [...MSS, 1, 1, 1, 8], 'mss=1460'],
    ['length up to the last byte', [...MSS, 253, 4, 1, 2], 'mss=1460, len=4 opt[253]'],
    ['too short for its kind: mss', [2, 2, ...MSS, 1, 1], 'len=2 opt[2], mss=1460'],
    ['too short for its kind: wscale', [3, 2, 3, 3, 7, 0, 0, 0], 'len=2 opt[3], wscale=7'],
    ['too short for its kind: timestamps', [8, 9, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0], 'len=9 opt[8]'],
    ['longer than its kind: mss', [2, 6, 5, 180, 9, 9, 1, 1], 'mss=1460'],
    ['the usual timestamps', [1, 1, 8, 10, 255, 255, 255, 255, 0, 0, 0, 1], 'timestamp 4294967295 1'],
    ['timestamps without NOPs', [8, 10, 0, 0, 0, 7, 0, 0, 0, 8, 1, 1], 'timestamp 7 8'],
    ['end of list before others', [0, ...MSS, 1, 1, 1], ''],
    ['end of list between others', [...MSS, 0, 4, 2, 1], 'mss=1460'],
    ['NOPs only, all forty bytes', filled(40, 1), ''],
    [
      'as many as fit',
      Array.from({ length: 20 }, () => [253, 2]).flat(),
      filled(20, 0)
        .map(() => 'len=2 opt[253]')
        .join(', '),
    ],
    ['a SACK block, cut', [4, 2, 5, 10, 1, 2, 3, 4], 'sackOK'],
    ['a SACK block of nothing', [4, 2, 5, 2], 'sackOK, sack 1'],
  ];
  for (const [what, options, expected] of cases) it(what, () => assert.equal(shown(options), expected));

  it('of any bytes are printed as the model does, in printable characters', (t: TestContext) => {
    const kind = fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 19, 30, 34, 253, 255);
    const length = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 9, 10, 11, 40, 41, 255), fc.nat(255));
    const bytes = fc.oneof(
      fc.array(fc.nat(255), { maxLength: 40 }),
      fc.array(fc.oneof(kind, length), { maxLength: 40 }),
    );
    const property = fc.property(bytes, (options) => {
      assert.match(shown(options) ?? '', /^[ -~]*$/);
    });
    checkProperty(t, property, 500);
  });
});

const HEADER_ERRORS: readonly [what: string, bad: ModelPacket][] = [
  ...[0, 1, 4].map((dataOffset): [string, ModelPacket] => [
    `data offset ${dataOffset}`,
    packet({ dataOffset, options: Uint8Array.from(MSS) }),
  ]),
  ['data offset beyond the captured bytes', packet({ dataOffset: 6 })],
  ['data offset beyond a cut in the options', packet({ options: Uint8Array.from(filled(40, 1)), snap: 79 })],
  ['TCP header of 19 bytes', packet({ snap: 39 })],
  ['IP options beyond the captured bytes', packet({ ipOptionWords: 10, snap: 59 })],
  ['IP header length 4', packet({}, (ip) => ip.set([0x44]))],
  ['IP header length 0', packet({}, (ip) => ip.set([0x40]))],
  ['IP header length beyond the captured bytes', packet({}, (ip) => ip.set([0x4f]))],
];

describe('headers that cannot be', () => {
  for (const [what, bad] of HEADER_ERRORS) {
    it(`${what}: no segment`, () => {
      // What lies behind the bad record in the buffer is a good one.
      const good = packet({ options: Uint8Array.from(filled(40, 1)) });
      const lines = linesOf([good, REFUSAL, bad, packet({ ...SERVER, sport: 81, flags: SYN }), bad]);
      assert.equal(lines.filter((line) => line.includes('Total')).length, 1);
    });
  }
});

describe('IP lengths', () => {
  const total = (bytes: number) => (ip: Uint8Array) => ip.set([bytes >> 8, bytes & 255], 2);
  for (const bytes of [0, 1, 19, 20, 39, 40, 41, 65_535]) {
    it(`total length ${bytes}: the headers that were captured count`, () => {
      const lines = linesOf([packet({ options: Uint8Array.from(MSS) }, total(bytes)), REFUSAL]);
      assert.match(lines[1], /SYN_SENT >----S-> SYN_RECV .*<mss=1460>$/);
    });
  }

  it('IP options of all lengths, of any bytes, are stepped over', () => {
    for (let words = 1; words <= 10; words++) {
      for (const byte of [0, 1, 7, 0x83, 255]) {
        const syn = packet({ ipOptionWords: words, options: Uint8Array.from(MSS) }, (ip) =>
          ip.fill(byte, 20, 20 + 4 * words),
        );
        assert.match(linesOf([syn, REFUSAL])[1], /00000001\/00000000 +\d+ - <mss=1460>$/);
      }
    }
  });
});
