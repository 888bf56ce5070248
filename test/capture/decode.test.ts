import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { FrameDecoder } from '../../src/capture/decode.js';
import {
  D_ACK,
  D_DST,
  D_PORTS,
  D_SEQ,
  D_SRC,
  D_TCP,
  D_TSECR,
  D_TSVAL,
  D_VLAN,
  D_WHERE,
  ipOffset,
  tcpOffset,
  WHERE_MORE_FRAGMENTS,
  WHERE_TIMESTAMPS,
  WHERE_V6,
} from '../../src/capture/descriptor.js';
import {
  BAD_IP_HEADER,
  BAD_LINK_HEADER,
  BAD_TCP_HEADER,
  ENCRYPTED,
  ICMP_MESSAGE,
  LATER_FRAGMENT,
  NO_SEGMENT,
  SEGMENT,
  UNKNOWN_LINK_TYPE,
} from '../../src/capture/frame-reasons.js';
import { DESCRIPTOR_WORDS } from '../../src/ring/layout.js';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import { hashIpv6, mixVlan } from '../../src/wire/conversation-hash.js';
import { dataOffsetWords, flagsByte } from '../../src/wire/tcp.js';
import { addVlan } from '../../src/wire/vlan-key.js';
import { decode, type ModelPacket, type Refusal } from '../model/model-packets.js';
import {
  type Frame,
  type Ipv6Extension,
  type Link,
  linkHeaderBytes,
  type TcpFrameForm,
  tcpFrame,
} from '../support/craft.js';
import { type Bytes, ethernet, ipv4, ipv6, stack, TCP, udp, vlan, vxlan } from '../support/craft-layers.js';
import { checkProperty } from '../support/property.js';
import { ALL, CLASSIC } from '../support/walk.js';

/** The model has one word for what the decoder tells apart. */
const REASONS: Record<Refusal, readonly number[]> = {
  ignored: [NO_SEGMENT, LATER_FRAGMENT, UNKNOWN_LINK_TYPE, ENCRYPTED, ICMP_MESSAGE],
  l2: [BAD_LINK_HEADER],
  ip: [BAD_IP_HEADER],
  tcp: [BAD_TCP_HEADER],
};

/** The model knows no tunnels: `outer`. */
const decoder = (directOnly: boolean): FrameDecoder =>
  new FrameDecoder({ directOnly, outer: true, vlanKey: false, userDlts: new Map() });
const DECODERS = { classic: decoder(true), all: decoder(false) };

/** Where frame and descriptor lie: neither at a start. */
const AT = 7;
const D = DESCRIPTOR_WORDS;

const TIMESTAMPS = Uint8Array.from([1, 1, 8, 10, 0x80, 1, 2, 3, 0xff, 5, 6, 7]);
const LONG_OPTIONS = Uint8Array.from([2, 4, 5, 180, 4, 2, 1, 3, 3, 7, ...new Array<number>(30).fill(1)]);

/** Decodes the first `captured` bytes of a frame at the very end of a buffer: reading on would throw. */
function decodeAtEnd(
  frame: Frame,
  captured: number,
  directOnly: boolean,
): { reason: number; words: Int32Array; view: DataView } {
  const bytes = new Uint8Array(AT + captured);
  bytes.set(frame.captured.subarray(0, captured), AT);
  const view = new DataView(bytes.buffer);
  const words = new Int32Array(3 * DESCRIPTOR_WORDS).fill(0x55555555);
  const chosen = directOnly ? DECODERS.classic : DECODERS.all;
  const reason = chosen.decode(view, AT, captured, frame.linkType, words, D);
  assert.ok(
    [...words.subarray(0, D), ...words.subarray(D + DESCRIPTOR_WORDS)].every((word) => word === 0x55555555),
    'other descriptors are left alone',
  );
  return { reason, words: words.subarray(D, D + DESCRIPTOR_WORDS), view };
}

/** The frame is taken for what the model takes it for. */
function compare(frame: Frame, captured: number, directOnly: boolean, about: string): void {
  const packet: ModelPacket = { ...frame, sec: 0, nsec: 0, captured: frame.captured.slice(0, captured) };
  const expected = decode(packet, directOnly);
  const { reason, words, view } = decodeAtEnd(frame, captured, directOnly);
  const where = `${about}, ${captured} bytes${directOnly ? ', classic' : ''}`;
  if (typeof expected === 'string') {
    assert.ok(REASONS[expected].includes(reason), `${where}: ${reason}, the model says ${expected}`);
    return;
  }
  assert.equal(reason, SEGMENT, where);
  const ports = words[D_PORTS];
  const tcp = AT + tcpOffset(words[D_WHERE]);
  const isV6 = (words[D_WHERE] & WHERE_V6) !== 0;
  const ip = AT + ipOffset(words[D_WHERE]);
  const address = (end: 0 | 1): string => {
    if (!isV6) return ipv4Text(words[end === 0 ? D_SRC : D_DST]);
    return `[${ipv6Text([0, 4, 8, 12].map((byte) => view.getInt32(ip + 8 + 16 * end + byte)))}]`;
  };
  assert.deepEqual(
    {
      source: `${address(0)}:${ports >>> 16}`,
      destination: `${address(1)}:${ports & 0xffff}`,
      seq: words[D_SEQ] >>> 0,
      ack: words[D_ACK] >>> 0,
      flags: flagsByte(words[D_TCP]),
      moreFragments: (words[D_WHERE] & WHERE_MORE_FRAGMENTS) !== 0,
      options: new Uint8Array(view.buffer, tcp + 20, 4 * dataOffsetWords(words[D_TCP]) - 20).slice(),
    },
    {
      source: expected.source,
      destination: expected.destination,
      seq: expected.seq,
      ack: expected.ack,
      flags: expected.flags,
      moreFragments: expected.moreFragments,
      options: expected.options.slice(),
    },
    where,
  );
  if (isV6) assert.deepEqual([words[D_SRC], words[D_DST]], [hashIpv6(view, ip + 8, ports), 0], where);
  const isTimestamps = expected.options.length === 12 && expected.options.subarray(0, 4).join() === '1,1,8,10';
  assert.equal((words[D_WHERE] & WHERE_TIMESTAMPS) !== 0, isTimestamps, where);
  if (isTimestamps) {
    assert.deepEqual([words[D_TSVAL], words[D_TSECR]], [view.getInt32(tcp + 24), view.getInt32(tcp + 28)], where);
  }
}

/** Cut at every byte, the whole frame included. */
function compareAllCuts(form: TcpFrameForm, about: string): void {
  const frame = tcpFrame(form);
  for (let captured = 0; captured <= frame.captured.length; captured++) {
    for (const directOnly of [false, true]) compare(frame, captured, directOnly, about);
  }
}

/** Link layers with every depth of tags that makes a difference. */
const LAYERS: readonly { link: Link; tags: number }[] = [
  ...[0, 1, 2, 3, 4].map((tags) => ({ link: 'ether' as const, tags })),
  ...[0, 1, 2].map((tags) => ({ link: 'sll' as const, tags })),
  ...(['raw', 'null', 'loop'] as const).map((link) => ({ link, tags: 0 })),
];

const ENDS = {
  4: { src: '192.168.1.2', dst: '10.200.3.255' },
  6: { src: '2001:db8::ff:0:1', dst: 'fe80::8000:1' },
};

type Variation = [name: string, change: Partial<TcpFrameForm>];

const ANY_IP: readonly Variation[] = [
  ['no options', { payload: 3 }],
  ['timestamps', { options: TIMESTAMPS, payload: 3, flags: 0x18 }],
  ['all option bytes', { options: LONG_OPTIONS, flags: 0xc2 }],
  ['first fragment', { moreFragments: true, payload: 8 }],
  ['later fragment', { moreFragments: true, fragmentOffset: 5, payload: 8 }],
  ['last fragment', { fragmentOffset: 0x1fff, payload: 8 }],
  ['UDP', { protocol: 17 }],
  ['data offset 0', { dataOffset: 0 }],
  ['data offset 4', { dataOffset: 4 }],
  ['data offset beyond the frame', { dataOffset: 15 }],
  ['padded', { pad: true }],
];

const IPV4_ONLY: readonly Variation[] = [1, 5, 10].map((ipOptionWords) => [
  `${4 * ipOptionWords} bytes of IP options`,
  { ipOptionWords, options: TIMESTAMPS },
]);

const CHAINS: readonly (readonly Ipv6Extension[])[] = [
  ...([['hop'], ['routing'], ['destination'], ['ah']] satisfies Ipv6Extension[][]),
  ['hop', 'destination', 'routing', 'ah', 'destination'],
];
const IPV6_ONLY: readonly Variation[] = CHAINS.flatMap((extensions): Variation[] => [
  [`extensions ${extensions}`, { extensions, options: TIMESTAMPS }],
  [`extensions ${extensions}, first fragment`, { extensions, moreFragments: true }],
  [`extensions ${extensions}, later fragment`, { extensions, fragmentOffset: 2 }],
  [`extensions ${extensions}, UDP`, { extensions, protocol: 17 }],
]);

function formOf(link: Link, tags: number, ipVersion: 4 | 6, change: Partial<TcpFrameForm>): TcpFrameForm {
  return {
    link,
    vlan: Array.from({ length: tags }, (_, index) => 0xfff - index),
    ipVersion,
    ...ENDS[ipVersion],
    sport: 65_535,
    dport: 443,
    seq: 0xfffffff0,
    ack: 0x80000000,
    flags: 0x02,
    ...change,
  };
}

describe('decoding a frame cut at every byte', () => {
  for (const { link, tags } of LAYERS) {
    for (const ipVersion of [4, 6] as const) {
      it(`${link}, ${tags} VLAN tags, IPv${ipVersion}`, () => {
        for (const [name, change] of [...ANY_IP, ...(ipVersion === 4 ? IPV4_ONLY : [])]) {
          compareAllCuts(formOf(link, tags, ipVersion, change), name);
        }
      });
    }
  }

  for (const [name, change] of IPV6_ONLY) {
    it(`IPv6, ${name}`, () => {
      for (const { link, tags } of LAYERS) compareAllCuts(formOf(link, tags, 6, change), `${link}, ${tags} tags`);
    });
  }

  for (const linkType of [12, 14, 101, 228, 229]) {
    it(`IP without link layer, link type ${linkType}, either version`, () => {
      for (const ipVersion of [4, 6] as const) {
        const frame = { ...tcpFrame(formOf('raw', 0, ipVersion, { options: TIMESTAMPS })), linkType };
        for (let captured = 0; captured <= frame.captured.length; captured++) {
          for (const directOnly of [false, true]) compare(frame, captured, directOnly, `IPv${ipVersion}`);
        }
      }
    });
  }
});

describe('decoding a damaged frame', () => {
  const layer = fc.constantFrom(...LAYERS);
  const ipv4 = fc.constantFrom(...ANY_IP, ...IPV4_ONLY).map(([, change]) => ({ ipVersion: 4 as const, change }));
  const ipv6 = fc.constantFrom(...ANY_IP, ...IPV6_ONLY).map(([, change]) => ({ ipVersion: 6 as const, change }));
  const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 });

  it('behind its link layer gives what the model gives', (t: TestContext) => {
    const property = fc.property(
      layer,
      fc.oneof(ipv4, ipv6),
      damage,
      fc.nat(220),
      ({ link, tags }, made, bytes, cut) => {
        const form = formOf(link, tags, made.ipVersion, made.change);
        const frame = tcpFrame(form);
        const start = linkHeaderBytes(form);
        for (const [at, value] of bytes) frame.captured[start + (at % (frame.captured.length - start))] = value;
        const captured = Math.min(cut, frame.captured.length);
        for (const directOnly of [false, true]) compare(frame, captured, directOnly, JSON.stringify(form));
      },
    );
    checkProperty(t, property, 3000);
  });

  it('anywhere throws nothing and reads nothing behind its end', (t: TestContext) => {
    const linkType = fc.constantFrom(0, 1, 12, 14, 101, 108, 113, 228, 229, 147);
    const start = fc.constantFrom<number[]>([], [...new Array<number>(12).fill(2), 0x86, 0xdd, 0x60], [0x45], [0x60]);
    const property = fc.property(
      linkType,
      start,
      fc.uint8Array({ maxLength: 200 }),
      fc.boolean(),
      (type, first, rest, v4) => {
        const captured = Uint8Array.from([...first, ...rest]);
        decodeAtEnd({ captured, wireLength: captured.length, linkType: type }, captured.length, v4);
      },
    );
    checkProperty(t, property, 3000);
  });

  it('does not depend on what lies behind the captured bytes', (t: TestContext) => {
    const property = fc.property(
      layer,
      fc.oneof(ipv4, ipv6),
      fc.nat(220),
      fc.nat(255),
      ({ link, tags }, made, cut, filling) => {
        const frame = tcpFrame(formOf(link, tags, made.ipVersion, made.change));
        const captured = Math.min(cut, frame.captured.length);
        const bytes = new Uint8Array(AT + captured + 300).fill(filling);
        bytes.set(frame.captured.subarray(0, captured), AT);
        const words = new Int32Array(2 * DESCRIPTOR_WORDS);
        const alone = decodeAtEnd(frame, captured, false);
        const view = new DataView(bytes.buffer);
        assert.equal(DECODERS.all.decode(view, AT, captured, frame.linkType, words, D), alone.reason);
      },
    );
    checkProperty(t, property, 1000);
  });
});

describe('decoding behind tunnels and tags', () => {
  const decode = (frame: Bytes, linkType = 1, options = ALL) => {
    const bytes = Uint8Array.from(frame);
    const words = new Int32Array(DESCRIPTOR_WORDS).fill(-1);
    const decoder = new FrameDecoder(options);
    const reason = decoder.decode(new DataView(bytes.buffer), 0, bytes.length, linkType, words, 0);
    return { reason, words, decoder, view: new DataView(bytes.buffer) };
  };
  const tagged = stack(ethernet(0x8100), vlan(5, 0x86dd))(ipv6(6)(TCP));
  const tunnel = stack(ethernet(0x0800), ipv4(17, 0x2000, 0, 9), udp(4789), vxlan, ethernet(0x0800));

  it('fills the descriptor from the innermost headers', () => {
    const { reason, words, decoder } = decode(tunnel(ipv4(6)(TCP)));
    assert.equal(reason, SEGMENT);
    const where = words[D_WHERE];
    assert.deepEqual([ipOffset(where), tcpOffset(where)], [14 + 20 + 8 + 8 + 14, 14 + 20 + 8 + 8 + 14 + 20]);
    assert.deepEqual([words[D_SRC], words[D_DST], words[D_VLAN]], [0x0a000001, 0x0a000002, 0]);
    assert.deepEqual([words[D_PORTS], words[D_SEQ], words[D_TSVAL]], [(1234 << 16) | 80, 0x01020304, 0x11111111]);
    assert.equal(where & (WHERE_V6 | WHERE_MORE_FRAGMENTS), 0, 'the innermost header is no fragment');
    assert.equal(decoder.isFirstFragment, true, 'but the outer one is');
    const later = decode(stack(ethernet(0x0800), ipv4(17, 0x10, 0, 9))(TCP));
    assert.deepEqual([later.reason, later.decoder.fragmentKey], [LATER_FRAGMENT, decoder.fragmentKey]);
  });

  it('forgets the fragments of the frame before', () => {
    const { decoder } = decode(tunnel(ipv4(6)(TCP)));
    for (const frame of [stack(ethernet(0x0800), ipv4(6))(TCP), tagged, ethernet(0x0806)(TCP)]) {
      const bytes = Uint8Array.from(frame);
      decoder.decode(new DataView(bytes.buffer), 0, bytes.length, 1, new Int32Array(DESCRIPTOR_WORDS), 0);
      assert.equal(decoder.isFirstFragment, false);
    }
  });

  it('mixes the VLAN into the hash of IPv6 when it counts, and only then', () => {
    const plain = decode(tagged);
    const keyed = decode(tagged, 1, { ...ALL, vlanKey: true });
    const hash = hashIpv6(plain.view, 18 + 8, plain.words[D_PORTS]);
    assert.deepEqual([plain.words[D_VLAN], plain.words[D_SRC]], [0, hash]);
    assert.deepEqual([keyed.words[D_VLAN], keyed.words[D_SRC]], [addVlan(0, 5), mixVlan(hash, addVlan(0, 5))]);
    assert.notEqual(keyed.words[D_SRC], hash);
  });

  it('gives the same with and without the short way for common frames', () => {
    for (const frame of [stack(ethernet(0x8100), vlan(5, 0x0800), ipv4(6))(TCP), tagged]) {
      for (const options of [ALL, CLASSIC, { ...ALL, vlanKey: true }]) {
        // PPI and Ethernet is not one of them.
        const [short, long] = [decode(frame, 1, options), decode([0, 0, 8, 0, 1, 0, 0, 0, ...frame], 192, options)];
        assert.equal(short.reason, long.reason);
        if (short.reason !== SEGMENT) continue;
        short.words[D_WHERE] += (8 << 16) + 8;
        assert.deepEqual(short.words, long.words);
      }
    }
  });

  it('knows why a frame is no segment', () => {
    const reasons: [Bytes, number, number][] = [
      [ethernet(0x0806)(TCP), 1, NO_SEGMENT],
      [ethernet(0x8100)([0]), 1, BAD_LINK_HEADER],
      [ethernet(0x0800)(ipv4(4)([0x45])), 1, BAD_IP_HEADER],
      [tunnel(ipv4(6)(TCP.slice(0, 31))), 1, BAD_TCP_HEADER],
      [ethernet(0x0800)(ipv4(47, 9)(TCP)), 1, LATER_FRAGMENT],
      [TCP, 147, UNKNOWN_LINK_TYPE],
      [TCP, -1, UNKNOWN_LINK_TYPE],
      [ethernet(0x0800)(ipv4(50)(TCP)), 1, ENCRYPTED],
      [ethernet(0x0800)(ipv4(1)(TCP)), 1, ICMP_MESSAGE],
      [ethernet(0x86dd)(ipv6(58)(TCP)), 1, ICMP_MESSAGE],
    ];
    for (const [frame, linkType, reason] of reasons) assert.equal(decode(frame, linkType).reason, reason);
  });
});
