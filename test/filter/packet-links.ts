/**
 * Random frames of each link type that tcpdump can filter: the link layer's header with packets of the layers above behind
 * it. The formats are those of the LINKTYPE_ pages of tcpdump.org.
 */
import type { Random } from '../support/random.js';
import { chance, noise, weighted } from './draw.js';
import {
  arp,
  ethernetFrame,
  four,
  ip,
  ipv4,
  ipv6,
  llc,
  macBytes,
  nlpid,
  ofEthertype,
  pppPayload,
  two,
  typed,
} from './packet-layers.js';
import { radioFrame, wlanFrame } from './packet-wlan.js';
import { ARCNET_NODES, MACS } from './pools.js';

type FrameMaker = (random: Random) => number[];

const mac = (random: Random): number[] => macBytes(random.pick(MACS));

/** `bytes` of a header that filters hardly look at, then what is behind it. */
const behind =
  (bytes: number, inner: FrameMaker): FrameMaker =>
  (random) => [...noise(random, bytes), ...inner(random)];

/** The link types of which frames are made, by number, and how often one is taken. */
export const LINK_TYPES: ReadonlyMap<number, { readonly weight: number; readonly make: FrameMaker }> = new Map(
  [
    link(0, 6, (random) => [...addressFamily(random).reverse(), ...ip(random)]),
    link(1, 40, ethernetFrame),
    link(6, 5, tokenRing),
    link(7, 2, (random) => [...arcnetNodes(random), ...arcnetPayload(random)]),
    link(8, 2, behind(16, ip)),
    link(9, 4, (random) => (chance(random, 70) ? [0xff, 3, ...pppPayload(random)] : pppPayload(random))),
    link(10, 5, (random) => [random.pick([0x50, 0x54, 0x57, 0x41]), ...mac(random), ...mac(random), ...llc(random)]),
    link(50, 4, (random) =>
      chance(random, 70) ? [0xff, 3, ...pppPayload(random)] : [0x0f, 0, ...ofEthertype(random)],
    ),
    link(51, 4, (random) => [0x11, 0, 0, random.pick([1, 17]), 0, 30, ...pppPayload(random)]),
    link(99, 1, (random) => {
      const payload = ofEthertype(random);
      return [...noise(random, 6), ...payload.slice(0, 2), ...noise(random, 36), ...payload.slice(2)];
    }),
    link(100, 3, llc),
    link(101, 8, ip),
    link(102, 1, behind(24, ip)),
    link(103, 1, (random) => {
      const payload = pppPayload(random);
      return [...noise(random, 5), ...payload.slice(0, 2), ...noise(random, 17), ...payload.slice(2)];
    }),
    link(104, 4, (random) => [random.pick([0x0f, 0x8f]), 0, ...hdlcPayload(random)]),
    link(105, 8, wlanFrame),
    link(106, 1, llc),
    link(107, 3, (random) => [0x18, 0x41, 3, ...nlpid(random)]),
    link(108, 4, (random) => [...addressFamily(random), ...ip(random)]),
    link(109, 1, (random) => [...addressFamily(random).reverse(), ...noise(random, 8), ...ip(random)]),
    link(113, 8, (random) => [
      ...[0, random.below(5), ...two(random.pick([1, 1, 1, 772, 778, 824])), 0, 6, ...mac(random), 0, 0],
      ...cookedPayload(random),
    ]),
    link(114, 1, (random) => [1, 2, random.pick([1, 2, 0x81]), ...noise(random, 30)]),
    link(117, 4, pflog),
    link(119, 3, prism),
    link(122, 2, behind(16, llc)),
    link(123, 4, sunAtm),
    link(127, 8, radioFrame),
    link(129, 2, (random) => [...arcnetNodes(random), 0, 0, ...arcnetPayload(random)]),
    link(138, 1, behind(16, ofEthertype)),
    link(139, 1, (random) => [...noise(random, 4), ...mtp2(random)]),
    link(140, 3, mtp2),
    link(141, 1, mtp3),
    link(163, 2, (random) => [...[0x80, 0x21, 0x10, 1], 0, 0, 0, 64, ...noise(random, 56), ...wlanFrame(random)]),
    link(165, 1, (random) => [0x55, 0xff, random.below(8), ...noise(random, 3), ...noise(random, 20)]),
    link(166, 2, (random) => [random.below(2), 3, ...pppPayload(random)]),
    link(192, 2, (random) => [
      0,
      0,
      16,
      0,
      random.pick([105, 105, 1]),
      0,
      0,
      0,
      ...noise(random, 8),
      ...wlanFrame(random),
    ]),
    link(226, 1, (random) => {
      const isOld = chance(random, 50);
      return [random.pick([1, 2]), isOld ? 2 : 26, ...noise(random, 22), ...(isOld ? ipv4(random) : ipv6(random))];
    }),
    link(228, 2, ipv4),
    link(229, 2, ipv6),
    link(240, 1, behind(4, ethernetFrame)),
    link(241, 1, behind(12, ethernetFrame)),
    link(276, 5, (random) => {
      const payload = cookedPayload(random);
      const device = [...two(random.pick([1, 1, 772, 824])), random.below(5), 6, ...mac(random), 0, 0];
      return [...payload.slice(0, 2), 0, 0, ...four(1 + random.below(4)), ...device, ...payload.slice(2)];
    }),
    ...juniper(),
  ].map(([number, weight, make]) => [number, { weight, make }]),
);

function link(number: number, weight: number, make: FrameMaker): [number: number, weight: number, make: FrameMaker] {
  return [number, weight, make];
}

/** Big-endian; those of IPv6 differ between systems. */
function addressFamily(random: Random): number[] {
  return four(random.pick([2, 2, 2, 24, 28, 30, 10, 7]));
}

/** As Ethernet's, but types below 0x600 that say which kind of frame it is. */
function cookedPayload(random: Random): number[] {
  return weighted<() => number[]>(random, [
    [80, () => ofEthertype(random)],
    [12, () => [0, 4, ...llc(random)]],
    [5, () => [0, 1, 0xff, 0xff, 0, 30, ...noise(random, 28)]],
    [3, () => [...two(random.below(16)), ...noise(random, 20)]],
  ])();
}

function hdlcPayload(random: Random): number[] {
  return chance(random, 85)
    ? ofEthertype(random)
    : [0xfe, 0xfe, 3, random.pick([0x81, 0x82, 0x83]), ...noise(random, 25)];
}

/** With a route behind the addresses when the first bit of the source says so. */
function tokenRing(random: Random): number[] {
  const hasRoute = chance(random, 30);
  const source = mac(random);
  if (hasRoute) source[0] |= 0x80;
  const routeWords = 1 + random.below(4);
  const route = hasRoute ? [2 * routeWords, 0x30, ...noise(random, 2 * routeWords - 2)] : [];
  return [0x10, random.pick([0x40, 0x40, 0]), ...mac(random), ...source, ...route, ...llc(random)];
}

function arcnetNodes(random: Random): number[] {
  return [random.pick(ARCNET_NODES), random.pick(ARCNET_NODES)];
}

function arcnetPayload(random: Random): number[] {
  const type = random.pick([0xf0, 0xf1, 0xd4, 0xd4, 0xd5, 0xd6, 0xc4, 0xdd, 0xfa]);
  if (type === 0xf0 || type === 0xd4) return [type, 0, 0, 0, ...ipv4(random)];
  if (type === 0xc4) return [type, 0, 0, 0, ...ipv6(random)];
  return [type, 0, 0, 0, ...arp(random)];
}

/** OpenBSD's pf log: fields at their offsets, padded to four bytes. */
function pflog(random: Random): number[] {
  const isOld = chance(random, 60);
  const text = (value: string): number[] => [...Buffer.from(value.padEnd(16, '\0'))];
  return [
    ...[random.pick([61, 61, 64, 100]), isOld ? 2 : random.pick([24, 28, 30]), random.below(8), random.below(15)],
    ...[...text(random.pick(['lo0', 'em0', 'em01'])), ...text(random.pick(['', 'inner']))],
    ...[...four(random.below(4)), ...four(random.below(4)), ...noise(random, 16), random.below(3), 0, 0, 0],
    ...(isOld ? ipv4(random) : ipv6(random)),
  ];
}

/** Before the 802.11 frame 144 bytes of Prism's own, or an AVS header that tells its length. */
function prism(random: Random): number[] {
  if (chance(random, 40)) return [0x80, 0x21, 0x10, 1, 0, 0, 0, 64, ...noise(random, 56), ...wlanFrame(random)];
  return [0, 0, 0, 0x44, 0, 0, 0, 144, ...noise(random, 136), ...wlanFrame(random)];
}

/** Direction and kind, VPI and VCI, then LLC, LANE, signalling or an OAM cell. */
function sunAtm(random: Random): number[] {
  const direction = random.pick([0, 0x80]);
  const head = (kind: number, vpi: number, vci: number): number[] => [direction | kind, vpi, ...two(vci)];
  return weighted<() => number[]>(random, [
    [50, () => [...head(2, random.below(3), random.pick([32, 33, 100])), ...llc(random)]],
    [
      25,
      () => [
        ...head(1, random.below(3), random.pick([32, 33])),
        ...two(random.pick([0, 1, 0xff00])),
        ...ethernetFrame(random),
      ],
    ],
    [
      10,
      () => [...head(6, 0, 5), 9, 3, ...noise(random, 3), random.pick([1, 2, 5, 7, 0x4d, 0x5a]), ...noise(random, 12)],
    ],
    [
      15,
      () => [...head(random.below(8), random.below(2), random.pick([1, 2, 3, 4, 5, 16, 17, 18])), ...noise(random, 30)],
    ],
  ])();
}

/** The length indicator says which unit it is. */
function mtp2(random: Random): number[] {
  const length = random.pick([0, 1, 2, 3, 20, 63]);
  return [...noise(random, 2), length | random.pick([0, 0x40]), ...mtp3(random)];
}

/** Service information octet and routing label, from a few point codes. */
function mtp3(random: Random): number[] {
  return [
    random.pick([0x83, 0x85, 3, 0]),
    ...four(random.pick([0x0040_0001, 0x0580_4003, 0x4340_0a10])),
    ...noise(random, 20),
  ];
}

/** The magic number, flags, and bytes of which each picture knows its own number. */
function juniper(): [number: number, weight: number, make: FrameMaker][] {
  const headerBytes: [linkType: number, bytes: number][] = [
    ...([
      [130, 4],
      [131, 4],
      [132, 6],
      [133, 12],
      [134, 6],
      [135, 8],
      [136, 6],
      [137, 4],
      [164, 6],
      [167, 32],
    ] as const),
    ...([
      [168, 6],
      [178, 32],
      [179, 4],
      [180, 4],
      [181, 4],
      [183, 6],
      [194, 6],
      [200, 6],
      [232, 6],
      [233, 6],
    ] as const),
    ...([
      [234, 6],
      [238, 8],
    ] as const),
  ].map(([linkType, bytes]) => [linkType, bytes]);
  return headerBytes.map(([linkType, bytes]) =>
    link(linkType, 0.3, (random) => [
      ...[0x4d, 0x47, 0x43, random.below(4)],
      ...noise(random, bytes - 4),
      ...(chance(random, 70) ? ip(random) : typed(random)),
    ]),
  );
}
