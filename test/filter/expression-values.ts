/**
 * Random relations of the filter language: arithmetic over bytes of the packet, most of it with values that packets have.
 */
import type { Random } from '../support/random.js';
import { chance, weighted } from './draw.js';
import * as pool from './pools.js';

const hex = (value: number): string => `0x${value.toString(16)}`;
const listOf = (values: Iterable<number>): string[] => [...values].flatMap((value) => [String(value), hex(value)]);
const addressNumber = (text: string): string => hex(text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0));

const PORT_NUMBERS = listOf(pool.PORTS);
const PROTOCOL_NUMBERS = listOf(Object.values(pool.IP_PROTOCOLS));
const TYPE_NUMBERS = listOf(Object.values(pool.ETHERTYPES));
const ADDRESS_NUMBERS = pool.IPV4.map(addressNumber);
const TCP_FLAGS = ['tcp-fin', 'tcp-syn', 'tcp-rst', 'tcp-push', 'tcp-ack', 'tcp-urg', 'tcp-ece', 'tcp-cwr'];
const ICMP_TYPES = ['icmp-echoreply', 'icmp-unreach', 'icmp-redirect', 'icmp-echo', 'icmp-timxceed', 'icmp-tstamp'];
const ICMP6_TYPES = [
  ...['icmp6-destinationunreach', 'icmp6-packettoobig', 'icmp6-timeexceeded', 'icmp6-echo', 'icmp6-echoreply'],
  ...['icmp6-routersolicit', 'icmp6-routeradvert', 'icmp6-neighborsolicit'],
];

/** What is asked of packets, and values that some of them have. */
const WELL_KNOWN: readonly (readonly [left: string, values: readonly string[]])[] = [
  ['ip[9]', PROTOCOL_NUMBERS],
  ['ip[12:4]', ADDRESS_NUMBERS],
  ['ip[16:4]', ADDRESS_NUMBERS],
  ['ip[0] & 0xf', ['5', '6', '8']],
  ['(ip[0] & 15) << 2', ['20', '24']],
  ['ip[6:2] & 0x1fff', ['0']],
  ['ip[6] & 0x20', ['0', '32']],
  ['ip[2:2] - ((ip[0]&0xf)<<2) - ((tcp[12]&0xf0)>>2)', ['0', '5', '20']],
  ['ip6[6]', PROTOCOL_NUMBERS],
  ['ip6[40]', PROTOCOL_NUMBERS],
  ['ip6[24:4]', ['0xfd000000', '0x20010db8', '0']],
  ['tcp[0:2]', PORT_NUMBERS],
  ['tcp[2:2]', PORT_NUMBERS],
  ['tcp[13]', ['2', '0x12', '0x10', '24']],
  ['tcp[tcpflags]', TCP_FLAGS],
  ['tcp[12] >> 4', ['5', '6', '8', '15']],
  ['udp[0:2]', PORT_NUMBERS],
  ['udp[2:2]', PORT_NUMBERS],
  ['udp[4:2]', ['8', '20', '30']],
  ['sctp[2:2]', PORT_NUMBERS],
  ['sctp[12]', ['0', '1', '10']],
  ['icmp[icmptype]', ICMP_TYPES],
  ['icmp[icmpcode]', ['0', '1', '3']],
  ['icmp6[icmp6type]', ICMP6_TYPES],
  ['icmp6[icmp6code]', ['0']],
  ['icmp6[0]', ['128', '135']],
  ['ether[12:2]', TYPE_NUMBERS],
  ['ether[0] & 1', ['0', '1']],
  ['link[0]', ['0', '2', '0x45', '0xff', '0x60']],
  ['ether[5]', ['1', '2', '7']],
  ['arp[6:2]', ['1', '2', '3']],
  ['rarp[6:2]', ['3', '4']],
  ['igmp[0]', ['0x16', '200']],
  ['pim[0]', ['0x20', '0x23']],
  ['vrrp[0]', ['0x21', '0x31']],
  ['decnet[2]', ['2', '0x81']],
  ['atalk[0]', ['0']],
  ['lat[0]', ['12']],
  ['len', ['60', '64', '100']],
  ['len % 4', ['0', '1']],
  ['len & 1', ['0', '1']],
];
const BIT_TESTS = ['tcp[13]', 'tcp[tcpflags]', 'ip[0]', 'ether[0]', 'link[3]', 'ip6[1]', 'udp[1]'];

const ACCESSORS = [
  ...[
    'ether',
    'link',
    'ip',
    'ip',
    'ip',
    'ip6',
    'ip6',
    'tcp',
    'tcp',
    'tcp',
    'udp',
    'udp',
    'icmp',
    'icmp6',
    'sctp',
    'arp',
  ],
  ...['rarp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp', 'decnet', 'atalk', 'lat', 'moprc', 'mopdl', 'sca'],
];
const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^'];
/** The last of the sizes is none. */
const SIZES = [
  [50, ''],
  [25, ':2'],
  [20, ':4'],
  [5, ':1'],
  [0.2, ':3'],
] as const;
const MOST_RELATIONS = ['=', '=', '==', '=', '!=', '!=', '>', '<='];
const RELATIONS = ['=', '==', '!=', '>', '>=', '<', '<='];

/** A whole relation. `isBare` where no protocol above the link layer can be told (accessors of `link` only). */
export function relation(random: Random, isBare: boolean): string {
  if (isBare) {
    const left = weighted(random, [
      [3, `link[${random.below(24)}]`],
      [2, arithmetic(random, 2, ['link'])],
    ]);
    return `${left} ${random.pick(RELATIONS)} ${number(random)}`;
  }
  return weighted<() => string>(random, [
    [45, () => wellKnown(random)],
    [10, () => `${random.pick(BIT_TESTS)} & ${bits(random)} ${random.pick(['!=', '=', '>'])} 0`],
    [10, () => `${arithmetic(random, 3)} ${random.pick(RELATIONS)} ${arithmetic(random, 2)}`],
    [30, () => `${mixed(random)} ${random.pick(RELATIONS)} ${arithmetic(random, 1)}`],
    [5, () => `${random.pick(['ip', 'tcp', 'udp', 'ether'])}[${arithmetic(random, 2)}] ${random.pick(RELATIONS)} 0`],
  ])();
}

function wellKnown(random: Random): string {
  const [left, values] = random.pick(WELL_KNOWN);
  return `${left} ${random.pick(MOST_RELATIONS)} ${random.pick(values)}`;
}

function bits(random: Random): string {
  const flags = Array.from({ length: 1 + random.below(3) }, () => random.pick(TCP_FLAGS));
  return chance(random, 50) ? `(${flags.join('|')})` : number(random);
}

/** A value that depends on the packet for certain. */
function mixed(random: Random): string {
  const load = accessor(random, ACCESSORS, 1);
  return chance(random, 50) ? load : `${load} ${random.pick(OPERATORS)} ${arithmetic(random, 2)}`;
}

/** A value, with at most `depth` operators one in the other. */
function arithmetic(random: Random, depth: number, accessors: readonly string[] = ACCESSORS): string {
  const inner = (): string => arithmetic(random, depth - 1, accessors);
  return weighted<() => string>(random, [
    [25, () => number(random)],
    [8, () => 'len'],
    [40, () => accessor(random, accessors, depth)],
    [depth > 0 ? 25 : 0, () => `${inner()} ${random.pick(OPERATORS)} ${inner()}`],
    [depth > 0 ? 12 : 0, () => `(${inner()} ${random.pick(OPERATORS)} ${inner()})`],
    [depth > 0 ? 3 : 0, () => `-${inner()}`],
    [depth > 0 ? 6 : 0, () => `${inner()} ${random.pick(['<<', '>>'])} ${shift(random, inner)}`],
  ])();
}

function accessor(random: Random, accessors: readonly string[], depth: number): string {
  const protocol = random.pick(accessors);
  const offset =
    depth > 0 && chance(random, 15)
      ? arithmetic(random, depth - 1, accessors)
      : weighted<() => string>(random, [
          [85, () => String(random.below(24))],
          [12, () => String(random.below(80))],
          [3, () => random.pick(['0xffffffff', '1500', '0x7fffffff', '0xfffffffe'])],
        ])();
  return `${protocol}[${offset}${weighted(random, SIZES)}]`;
}

/** More than 31 bits are an error in a constant, and give 0 otherwise. */
function shift(random: Random, value: () => string): string {
  return chance(random, 75) ? String(random.below(chance(random, 3) ? 40 : 32)) : `(${value()} & 63)`;
}

function number(random: Random): string {
  return weighted<() => string>(random, [
    [60, () => String(random.below(33))],
    [15, () => String(random.below(256))],
    [10, () => hex(random.below(0x10000))],
    [5, () => `0${random.below(64).toString(8)}`],
    [10, () => random.pick(['0xffffffff', '0x80000000', '65535', '255', '0xf0', '4294967295', '0x1fff'])],
  ])();
}
