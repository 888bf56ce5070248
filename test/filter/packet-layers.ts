/**
 * Random packets from the network layer up: IP with its extension headers and transports, ARP, the LLC protocols and the
 * shims between. Values come from the pools; check sums are 0.
 */
import type { Random } from '../support/random.js';
import { chance, noise, weighted } from './draw.js';
import * as pool from './pools.js';

export const two = (value: number): number[] => [(value >> 8) & 255, value & 255];
export const four = (value: number): number[] => [...two(value >>> 16), ...two(value)];

export const ipv4Bytes = (text: string): number[] => text.split('.').map(Number);
export const macBytes = (text: string): number[] => text.split(':').map((part) => Number.parseInt(part, 16));

/** Sixteen bytes of an address with at most one `::`. */
export function ipv6Bytes(text: string): number[] {
  const [head, tail] = text.split('::').map((part) => part.split(':').filter((word) => word !== ''));
  const words = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return words.flatMap((word) => two(Number.parseInt(word, 16)));
}

/** Version 4 or 6, as often as they are met. */
export function ip(random: Random, depth = 0): number[] {
  return chance(random, 60) ? ipv4(random, depth) : ipv6(random, depth);
}

export function ipv4(random: Random, depth = 0): number[] {
  const [protocol, payload] = transport(random, 4, depth);
  const optionBytes = chance(random, 25) ? 4 * (1 + random.below(10)) : 0;
  const fragment = weighted(random, [
    [60, 0],
    [20, 0x4000],
    [8, 0x2000],
    [8, 1 + random.below(0x1fff)],
    [4, 0x2000 + random.below(0x2000)],
  ]);
  const totalBytes = chance(random, 90) ? 20 + optionBytes + payload.length : random.below(0x10000);
  return [
    ...[0x45 + optionBytes / 4, random.pick([0, 0, 0x10, 0xb8]), ...two(totalBytes), ...two(random.below(0x10000))],
    ...[...two(fragment), random.pick([1, 64, 128, 255]), protocol, 0, 0],
    ...[...ipv4Bytes(random.pick(pool.IPV4)), ...ipv4Bytes(random.pick(pool.IPV4))],
    ...noise(random, optionBytes),
    ...payload,
  ];
}

export function ipv6(random: Random, depth = 0): number[] {
  const [protocol, payload] = transport(random, 6, depth);
  let next: number = protocol;
  let inner = payload;
  for (
    let left = weighted(random, [
      [60, 0],
      [20, 1],
      [12, 2],
      [8, 4],
    ]);
    left > 0;
    left--
  ) {
    const kind = random.pick([0, 43, 44, 60, 51, 135]);
    inner = [...extension(random, kind, next), ...inner];
    next = kind;
  }
  const source = ipv6Bytes(random.pick(pool.IPV6));
  const target = ipv6Bytes(random.pick(pool.IPV6));
  const lengthBytes = chance(random, 90) ? inner.length : random.below(0x10000);
  return [
    0x60,
    0,
    0,
    random.below(4),
    ...two(lengthBytes),
    next,
    random.pick([1, 64, 255]),
    ...source,
    ...target,
    ...inner,
  ];
}

function extension(random: Random, kind: number, next: number): number[] {
  if (kind === 44) return [next, 0, ...two(random.pick([0, 1, 8, 0x5dd9])), ...noise(random, 4)];
  const units = random.below(3);
  return kind === 51
    ? [next, units + 1, 0, 0, ...noise(random, 4 * (units + 3) - 4)]
    : [next, units, ...noise(random, 8 * (units + 1) - 2)];
}

/** The number of a protocol and its header with something behind it. */
function transport(random: Random, version: 4 | 6, depth: number): [protocol: number, bytes: number[]] {
  const {
    tcp,
    udp,
    sctp,
    icmp,
    icmp6,
    igmp,
    igrp,
    pim,
    vrrp,
    ah,
    esp,
    none,
    gre,
    ospf,
    ipip,
    ipv6: six,
  } = pool.IP_PROTOCOLS;
  const protocol = weighted<number>(random, [
    [34, tcp],
    [22, udp],
    [5, sctp],
    [10, version === 4 ? icmp : icmp6],
    [2, version === 4 ? icmp6 : icmp],
    [3, igmp],
    [1, igrp],
    [3, pim],
    [3, vrrp],
    [4, ah],
    [3, esp],
    [1, none],
    [1, gre],
    [1, ospf],
    [depth < 2 ? 3 : 0, ipip],
    [depth < 2 ? 3 : 0, six],
    [1, random.below(256)],
  ]);
  return [protocol, transportHeader(random, protocol, depth)];
}

function transportHeader(random: Random, protocol: number, depth: number): number[] {
  const protocols = pool.IP_PROTOCOLS;
  switch (protocol) {
    case protocols.tcp:
      return tcp(random);
    case protocols.udp:
      return udp(random, depth);
    case protocols.sctp:
      return [...ports(random), ...noise(random, 8), random.below(15), 3, 0, 16, ...noise(random, 12)];
    case protocols.icmp:
      return [random.pick([0, 3, 5, 8, 11, 13]), random.below(4), 0, 0, ...noise(random, 4 + random.below(30))];
    case protocols.icmp6:
      return [random.pick([1, 2, 3, 128, 129, 133, 134, 135, 136]), 0, 0, 0, ...noise(random, 4 + random.below(30))];
    case protocols.pim:
      return [random.pick([0x20, 0x23, 0x10, 0x23]), 0, 0, 0, ...noise(random, 8)];
    case protocols.vrrp:
      return [random.pick([0x21, 0x31]), 1, 100, 1, ...noise(random, 12)];
    case protocols.ah:
      return [...extension(random, 51, protocols.tcp), ...tcp(random)];
    case protocols.ipip:
      return ipv4(random, depth + 1);
    case protocols.ipv6:
      return ipv6(random, depth + 1);
    default:
      return noise(random, 8 + random.below(24));
  }
}

function ports(random: Random): number[] {
  return [...two(random.pick(pool.PORTS)), ...two(random.pick(pool.PORTS))];
}

function tcp(random: Random): number[] {
  const optionWords = chance(random, 40) ? 1 + random.below(10) : 0;
  const flags = random.pick([0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14, 0x29, 0xc2, 0]);
  return [
    ...[...ports(random), ...noise(random, 8), (5 + optionWords) << 4, flags, ...noise(random, 2), 0, 0, 0, 0],
    ...noise(random, 4 * optionWords),
    ...noise(
      random,
      weighted(random, [
        [50, 0],
        [50, random.below(30)],
      ]),
    ),
  ];
}

function udp(random: Random, depth: number): number[] {
  if (depth < 2 && chance(random, 35)) {
    const payload = geneve(random, depth);
    return [...two(random.pick(pool.PORTS)), ...two(6081), ...two(8 + payload.length), 0, 0, ...payload];
  }
  const payload = noise(random, random.below(30));
  return [...ports(random), ...two(8 + payload.length), 0, 0, ...payload];
}

/** RFC 8926, with options of 0 to 12 bytes. */
function geneve(random: Random, depth: number): number[] {
  const optionWords = random.pick([0, 0, 1, 3]);
  const [protocol, inner] = weighted<() => [number, number[]]>(random, [
    [3, () => [0x6558, ethernetFrame(random, depth + 1)]],
    [2, () => [0x0800, ipv4(random, depth + 1)]],
    [2, () => [0x86dd, ipv6(random, depth + 1)]],
    [1, () => [0x0806, arp(random)]],
    [1, () => [random.below(0x10000), noise(random, 20)]],
  ])();
  const vni = random.pick(pool.GENEVE_VNIS);
  return [
    ...[
      (weighted(random, [
        [9, 0],
        [1, 1],
      ]) <<
        6) |
        optionWords,
      random.pick([0, 0x80, 0x40]),
      ...two(protocol),
    ],
    ...[(vni >> 16) & 255, ...two(vni), 0],
    ...noise(random, 4 * optionWords),
    ...inner,
  ];
}

export function arp(random: Random): number[] {
  const mac = (): number[] => macBytes(random.pick(pool.MACS));
  const address = (): number[] => ipv4Bytes(random.pick(pool.IPV4));
  const head = [0, 1, 8, 0, 6, 4, 0, random.pick([1, 2, 3, 4])];
  return [...head, ...mac(), ...address(), ...mac(), ...address()];
}

/** Destination, source, then a type or a length with LLC behind it; tags and shims in between. */
export function ethernetFrame(random: Random, depth = 0): number[] {
  return [...macBytes(random.pick(pool.MACS)), ...macBytes(random.pick(pool.MACS)), ...typed(random, depth)];
}

/** An ethertype or a length, and what it announces. */
export function typed(random: Random, depth = 0): number[] {
  if (!chance(random, 18)) return ofEthertype(random, depth);
  const inner = llc(random, depth);
  return [...two(chance(random, 90) ? inner.length : random.below(1501)), ...inner];
}

function isTag(type: number): boolean {
  const { vlan, vlanService, vlanOld } = pool.ETHERTYPES;
  return type === vlan || type === vlanService || type === vlanOld;
}

/** An ethertype and its payload. */
export function ofEthertype(random: Random, depth = 0): number[] {
  const types = pool.ETHERTYPES;
  const type = weighted<number>(random, [
    [34, types.ip],
    [22, types.ip6],
    [8, types.arp],
    [2, types.rarp],
    [10, random.pick([types.vlan, types.vlan, types.vlanService, types.vlanOld])],
    [7, random.pick([types.mpls, types.mpls, types.mplsMulticast])],
    [2, types.pppoed],
    [6, types.pppoes],
    [3, types.decnet],
    [5, random.pick([types.lat, types.sca, types.moprc, types.mopdl, types.loopback])],
    [5, random.pick([types.atalk, types.aarp, types.ipx])],
    [1, 0x600 + random.below(0xfa00)],
  ]);
  return [...two(type), ...payloadOf(random, type, depth)];
}

/** What an ethertype announces. */
export function payloadOf(random: Random, type: number, depth: number): number[] {
  const types = pool.ETHERTYPES;
  if (isTag(type))
    return [...two((random.pick([0, 0, 0xe000]) | random.pick(pool.VLAN_IDS)) & 0xffff), ...typed(random, depth)];
  switch (type) {
    case types.ip:
      return ipv4(random, depth);
    case types.ip6:
      return ipv6(random, depth);
    case types.arp:
    case types.rarp:
      return arp(random);
    case types.mpls:
    case types.mplsMulticast:
      return mpls(random, depth);
    case types.pppoed:
      return [0x11, random.pick([9, 7, 0x19, 0x65, 0xa7]), ...two(random.pick(pool.PPPOE_SESSIONS)), 0, 0];
    case types.pppoes:
      return [0x11, 0, ...two(random.pick(pool.PPPOE_SESSIONS)), 0, 20, ...pppPayload(random, depth)];
    case types.decnet:
      return decnet(random);
    case types.atalk:
      return [0, ...noise(random, 20)];
    default:
      return noise(random, 10 + random.below(30));
  }
}

function mpls(random: Random, depth: number): number[] {
  const labels = Array.from({ length: 1 + random.below(3) }, () => random.pick(pool.MPLS_LABELS));
  const words = labels.map((label, i) => ((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64) >>> 0);
  return [...words.flatMap(four), ...ip(random, depth)];
}

/** A protocol number of PPP and its payload. */
export function pppPayload(random: Random, depth = 0): number[] {
  const protocol = random.pick([0x21, 0x21, 0x57, 0x57, 0xc021, 0x2b, 0x23, 0x27, 0x29, 0x0281, 0x8021, 0x2d]);
  if (protocol === 0x21) return [...two(protocol), ...ipv4(random, depth)];
  if (protocol === 0x57) return [...two(protocol), ...ipv6(random, depth)];
  if (protocol === 0x0281) return [...two(protocol), ...mpls(random, depth)];
  return [...two(protocol), ...noise(random, 10 + random.below(20))];
}

/** Short and long data headers of phase IV, with and without the padding before them. */
function decnet(random: Random): number[] {
  const node = (): number[] => {
    const [area, number] = random.pick(pool.DECNET_NODES).split('.').map(Number);
    return two((area << 10) | number).reverse();
  };
  const padding = chance(random, 50) ? [0x81] : [];
  const header = chance(random, 50)
    ? [0x02, ...node(), ...node(), 0]
    : [random.pick([0x06, 0x26]), 0, 0, 0xaa, 0, 4, 0, ...node(), 0, 0, 0xaa, 0, 4, 0, ...node(), 0, 0, 0, 0];
  return [30, 0, ...padding, ...header, ...noise(random, 10)];
}

/** LLC and what its access points announce; SNAP with an ethertype the most often. */
export function llc(random: Random, depth = 0): number[] {
  const saps = pool.SAPS;
  const same = (sap: number, ...rest: number[]): number[] => [sap, sap, 3, ...rest];
  return weighted<() => number[]>(random, [
    [40, () => same(saps.snap, ...random.pick(OUIS), ...ofEthertype(random, depth))],
    [7, () => same(saps.stp, 0, 0, 0, random.pick([0, 0x80]), ...noise(random, 31))],
    [6, () => same(saps.ipx, 0xff, 0xff, 0, 30, ...noise(random, 28))],
    [4, () => [0xff, 0xff, 0, 30, ...noise(random, 28)]],
    [6, () => same(saps.netbeui, ...noise(random, 14))],
    [16, () => same(saps.iso, ...iso(random))],
    [3, () => same(saps.ip, ...ipv4(random, depth))],
    [18, () => [random.pick(SOME_SAPS), random.pick(SOME_SAPS), ...random.pick(CONTROLS), ...noise(random, 20)]],
  ])();
}

/** Encapsulated Ethernet, its bridged form, Cisco and AppleTalk. */
const OUIS = [
  [0, 0, 0],
  [0, 0, 0],
  [0, 0, 0],
  [0, 0, 0xf8],
  [0, 0, 0x0c],
  [8, 0, 7],
];
const SOME_SAPS = [0x42, 0xe0, 0xf0, 0xfe, 0xaa, 0, 4, 5];
/** Information, RR, RNR, REJ, and the unnumbered ones with and without the poll bit. */
const CONTROLS = [
  ...[[0, 2], [4, 9], [1, 4], [5, 4], [9, 1], [0x01, 0], [3], [0x13], [0x63], [0x73], [0x43], [0x53]],
  ...[[0x0f], [0x1f], [0x6f], [0x7f], [0xe3], [0xf3], [0xaf], [0xbf], [0x87], [0x97]],
];

function iso(random: Random): number[] {
  const network = random.pick([0x81, 0x82, 0x83, 0x83, 0x83]);
  const isisTypes = [15, 16, 17, 18, 20, 24, 25, 26, 27];
  return [network, 27, 1, 0, random.pick(isisTypes), 1, 0, 0, ...noise(random, 20)];
}

/** A network layer protocol identifier and its payload, as behind the headers of frame relay. */
export function nlpid(random: Random, depth = 0): number[] {
  const kind = random.pick([0xcc, 0xcc, 0x8e, 0x80, 0x81, 0x82, 0x83, 0xcf]);
  if (kind === 0xcc) return [kind, ...ipv4(random, depth)];
  if (kind === 0x8e) return [kind, ...ipv6(random, depth)];
  if (kind === 0x80) return [kind, 0, 0, 0, ...ofEthertype(random, depth)];
  return [kind, 27, 1, 0, random.pick([15, 16, 17, 18, 20]), ...noise(random, 20)];
}
