/**
 * Each condition of a run from a capture that has it, and from none that has not; and figures of single odd packets.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CONDITION_BAD_HEADER,
  CONDITION_CLOCK_BACKWARDS,
  CONDITION_DAMAGED,
  CONDITION_FRAGMENT_WITHOUT_HEAD,
  CONDITION_IP_OVER_FRAME,
  CONDITION_SNAPPED,
  CONDITION_SNAPPED_HEADER,
  CONDITION_TRUNCATED,
  CONDITION_UNKNOWN_LINK,
} from '../../src/capture/conditions.js';
import {
  T_CONDITIONS,
  T_GRE_PACKETS,
  T_HEADERS,
  T_HEADERS_LEAST,
  T_HEADERS_MOST,
  T_IP_BYTES,
  T_IPV4_PACKETS,
  T_OTHER_IP_PACKETS,
  T_PACKETS,
  T_PAD_BYTES,
  T_PROTOCOLS,
  T_TCP_PACKETS,
} from '../../src/capture/traffic-figures.js';
import type { ModelPacket } from '../model/model-packets.js';
import { type Frame, tcpFrame } from '../support/craft.js';
import { type Bytes, ethernet, gre, stack, TCP, udp, vlan, zeros } from '../support/craft-layers.js';
import { writePcap } from '../support/pcap-naive.js';
import { readTraffic } from '../support/read-traffic.js';

const ENDS = { src: '10.0.0.1', dst: '10.0.0.2', sport: 1234, dport: 80, seq: 1, ack: 1, flags: 16 };
const segment = (form: Partial<Parameters<typeof tcpFrame>[0]> = {}): Frame =>
  tcpFrame({ link: 'ether', ipVersion: 4, ...ENDS, ...form });

const two = (value: number): Bytes => [value >> 8, value & 255];

/** An IPv4 packet with its right length behind Ethernet. */
const ip = (protocol: number, inner: Bytes, fragment = 0, id = 1): Bytes => [
  ...[0x45, 0, ...two(20 + inner.length), ...two(id), ...two(fragment), 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
  ...inner,
];
const frame = (bytes: Bytes, ethertype = 0x0800): Frame => whole(ethernet(ethertype)(bytes));
const whole = (bytes: Bytes): Frame => ({ captured: Uint8Array.from(bytes), wireLength: bytes.length, linkType: 1 });
const snapped = ({ captured, ...rest }: Frame, bytes: number): Frame => ({
  ...rest,
  captured: captured.slice(0, bytes),
});

const packetsOf = (frames: readonly Frame[], step = 1): ModelPacket[] =>
  frames.map((one, i) => ({ sec: 1_700_000_000 + i * step, nsec: 0, ...one }));
const capture = (frames: readonly Frame[], linkType = 1): Uint8Array => writePcap(packetsOf(frames), { linkType });
const conditions = (...frames: Frame[]): number => readTraffic([capture(frames)])[T_CONDITIONS];

const MORE = 0x2000;
const LATER = 1;
const UDP_INNER: Bytes = udp(53)(zeros(8));
const PLAIN = segment();
const MTU = segment({ payload: 1000 });

type Row = readonly [what: string, frames: readonly Frame[], expected: number];

const ROWS: readonly Row[] = [
  ['an ordinary segment', [PLAIN], 0],
  [
    'segments, datagrams, ARP',
    [
      PLAIN,
      segment({ ipVersion: 6, src: 'fd00::1', dst: 'fd00::2' }),
      frame(ip(17, UDP_INNER)),
      frame(zeros(28), 0x0806),
    ],
    0,
  ],
  ['a frame cut behind its headers', [snapped(MTU, 100)], CONDITION_SNAPPED],
  ['a TCP header cut in a plain frame', [snapped(PLAIN, 40)], CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER],
  [
    'TCP options cut',
    [snapped(segment({ options: new Uint8Array(12) }), 60)],
    CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER,
  ],
  ['an IPv4 header cut', [snapped(PLAIN, 30)], CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER],
  [
    'an IPv6 header cut',
    [snapped(segment({ ipVersion: 6, src: 'fd00::1', dst: 'fd00::2' }), 50)],
    CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER,
  ],
  [
    'an extension header cut',
    [snapped(segment({ ipVersion: 6, src: 'fd00::1', dst: 'fd00::2', extensions: ['hop'] }), 60)],
    CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER,
  ],
  ['an Ethernet header cut', [snapped(PLAIN, 10)], CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER],
  ['a UDP header cut', [snapped(frame(ip(17, UDP_INNER)), 38)], CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER],
  [
    'a VLAN tag cut',
    [snapped(whole(stack(ethernet(0x8100), vlan(1, 0x0800))(ip(6, TCP))), 16)],
    CONDITION_SNAPPED | CONDITION_SNAPPED_HEADER,
  ],
  [
    'an IP packet longer than its frame',
    [frame([...ip(6, TCP).slice(0, 2), ...two(500), ...ip(6, TCP).slice(4)])],
    CONDITION_IP_OVER_FRAME,
  ],
  [
    'a length of 0, which the network card fills in',
    [frame([...ip(6, TCP).slice(0, 2), 0, 0, ...ip(6, TCP).slice(4)])],
    0,
  ],
  ['a data offset below 5', [segment({ dataOffset: 4 })], CONDITION_BAD_HEADER],
  [
    'a data offset below 5 in a cut frame, whose header is there',
    [snapped(segment({ dataOffset: 4, payload: 100 }), 100)],
    CONDITION_SNAPPED | CONDITION_BAD_HEADER,
  ],
  ['a data offset behind the end of a whole frame', [segment({ dataOffset: 15 })], CONDITION_BAD_HEADER],
  ['a data offset below 5 behind two tags', [segment({ vlan: [1, 2], dataOffset: 4 })], CONDITION_BAD_HEADER],
  ['a header length below 5', [frame([0x44, ...ip(6, TCP).slice(1)])], CONDITION_BAD_HEADER],
  ['IPv6 behind the ethertype of IPv4', [frame([0x65, ...ip(6, TCP).slice(1), ...zeros(40)])], CONDITION_BAD_HEADER],
  ['the first fragment and a later one', [frame(ip(17, UDP_INNER, MORE)), frame(ip(17, zeros(8), LATER))], 0],
  ['a later fragment alone', [frame(ip(17, zeros(8), LATER))], CONDITION_FRAGMENT_WITHOUT_HEAD],
  [
    'a later fragment of another datagram',
    [frame(ip(17, UDP_INNER, MORE)), frame(ip(17, zeros(8), LATER, 2))],
    CONDITION_FRAGMENT_WITHOUT_HEAD,
  ],
  ['a later fragment of ICMP alone', [frame(ip(1, zeros(8), LATER))], CONDITION_FRAGMENT_WITHOUT_HEAD],
  [
    'fragments of a packet that is one of another datagram: both have their first',
    [
      frame(ip(4, ip(17, UDP_INNER, MORE), MORE, 7)),
      frame(ip(4, zeros(8), LATER, 7)),
      frame(ip(4, ip(17, zeros(8), LATER), MORE, 8)),
      frame(ip(4, zeros(8), LATER, 8)),
    ],
    0,
  ],
  [
    'a later fragment in the first one of a packet around it, without its own first',
    [frame(ip(4, ip(17, zeros(8), LATER), MORE, 8)), frame(ip(4, zeros(8), LATER, 8))],
    CONDITION_FRAGMENT_WITHOUT_HEAD,
  ],
];

describe('conditions', () => {
  for (const [what, frames, expected] of ROWS) {
    it(what, () => assert.equal(conditions(...frames), expected));
  }

  it('a clock that goes backwards, by a nanosecond', () => {
    const [first, second] = packetsOf([PLAIN, PLAIN], 0);
    const form = { linkType: 1, nanosecond: true };
    const of = (...packets: ModelPacket[]): number => readTraffic([writePcap(packets, form)])[T_CONDITIONS];
    assert.equal(of(first, second), 0);
    assert.equal(of({ ...first, nsec: 8 }, { ...second, nsec: 7 }), CONDITION_CLOCK_BACKWARDS);
  });

  it('a capture that begins before the end of the one before it is none', () => {
    const file = capture([PLAIN, PLAIN]);
    assert.equal(readTraffic([file, file])[T_CONDITIONS], 0);
  });

  it('an unknown link type, which is no damage', () => {
    assert.equal(readTraffic([capture([PLAIN], 77)])[T_CONDITIONS], CONDITION_UNKNOWN_LINK);
  });

  it('a capture that is cut, and one that is damaged', () => {
    const file = capture([PLAIN, PLAIN, PLAIN]);
    const damaged = file.slice();
    // The captured length of the second record.
    damaged.fill(0xff, 24 + 16 + PLAIN.captured.length + 8, 24 + 16 + PLAIN.captured.length + 12);
    assert.equal(readTraffic([file])[T_CONDITIONS], 0);
    assert.equal(readTraffic([file.slice(0, -1)])[T_CONDITIONS], CONDITION_TRUNCATED);
    assert.equal(readTraffic([damaged])[T_CONDITIONS], CONDITION_DAMAGED);
    assert.equal(readTraffic([file.slice(0, -1), damaged])[T_CONDITIONS], CONDITION_TRUNCATED | CONDITION_DAMAGED);
    assert.equal(readTraffic([undefined, file])[T_CONDITIONS], CONDITION_DAMAGED, 'could not be read');
  });
});

describe('figures of odd packets', () => {
  const figuresOf = (frames: readonly Frame[], linkType = 1, form = {}): Float64Array =>
    readTraffic([capture(frames, linkType)], form);

  it('the fewest headers are those of a packet that has some, in any order', () => {
    const cut = whole(zeros(5));
    const tagged = segment({ vlan: [1, 2] });
    for (const frames of [
      [cut, PLAIN, tagged],
      [PLAIN, cut, tagged],
      [tagged, PLAIN, cut],
      [tagged, cut, PLAIN],
    ]) {
      const figures = figuresOf(frames);
      assert.deepEqual([figures[T_HEADERS_LEAST], figures[T_HEADERS_MOST], figures[T_HEADERS]], [3, 5, 8]);
    }
  });

  it('padding and IP bytes are of the outermost packet', () => {
    const figures = figuresOf([frame([...ip(47, gre(0, 0x0800)([...ip(6, TCP), ...zeros(3)])), ...zeros(4)])]);
    const bytes = 20 + 4 + 20 + TCP.length + 3;
    assert.deepEqual([figures[T_IP_BYTES], figures[T_PAD_BYTES]], [bytes, 4]);
  });

  it('GRE is there whether it is looked into or not', () => {
    const frames = [frame(ip(47, gre(0, 0x0800)(ip(6, TCP))))];
    for (const outer of [false, true]) {
      const figures = figuresOf(frames, 1, { decode: { outer } });
      assert.deepEqual([figures[T_GRE_PACKETS], figures[T_TCP_PACKETS]], [1, outer ? 0 : 1]);
    }
  });

  it('what is said to be IP and is of another version', () => {
    const figures = figuresOf([frame([0x55, ...ip(6, TCP).slice(1)])]);
    assert.deepEqual([figures[T_OTHER_IP_PACKETS], figures[T_IPV4_PACKETS], figures[T_PACKETS]], [1, 0, 1]);
  });

  it('a length is no DSAP, where LLC is cut', () => {
    const protocols = [{ layer: 'link', number: 0x42 }] as const;
    const stp: Bytes = [0x42, 0x42, 3, ...zeros(35)];
    const cut = snapped(frame(stp, 0x42), 14);
    assert.equal(figuresOf([cut], 1, { protocols })[T_PROTOCOLS], 0);
    assert.equal(figuresOf([frame(stp, 38)], 1, { protocols })[T_PROTOCOLS], 1);
  });

  it('counts the same where sessions or handshakes are those of the original alone', () => {
    const frames = [
      PLAIN,
      segment({ vlan: [3] }),
      segment({ ipVersion: 6, src: 'fd00::1', dst: 'fd00::2' }),
      snapped(PLAIN, 40),
    ];
    for (const linkType of [1, 101, 113]) {
      const expected = figuresOf(frames, linkType);
      const linkTypes = new Set([1]);
      assert.deepEqual(figuresOf(frames, linkType, { decode: { directOnly: true } }), expected);
      assert.deepEqual(figuresOf(frames, linkType, { decode: { linkTypes } }), expected);
      assert.deepEqual(figuresOf(frames, linkType, { decode: { linkTypes, directOnly: true } }), expected);
    }
  });
});
