/**
 * Random primitives of the filter language, those that mean something with a link type more often than others.
 */
import type { Random } from '../support/random.js';
import { chance, weighted } from './draw.js';
import { relation } from './expression-values.js';
import * as pool from './pools.js';

const WLAN = new Set([105, 119, 127, 163, 192]);
const MTP = new Set([139, 140, 141]);
const ARCNET = new Set([7, 129]);
/** Those with addresses of six bytes. */
const WITH_MACS = new Set([1, 6, 10, 122, 240, 241, ...WLAN]);
const WITH_DIRECTION = new Set([8, 113, 117, 166, 226, 276]);
const PFLOG = 117;
const SUNATM = 123;
const SLL2 = 276;

const COMMON_PROTOCOLS = ['ip', 'ip6', 'tcp', 'udp', 'icmp', 'icmp6', 'arp'];
const RARER_PROTOCOLS = [
  ...[
    'rarp',
    'igmp',
    'igrp',
    'pim',
    'vrrp',
    'carp',
    'ah',
    'esp',
    'sctp',
    'atalk',
    'aarp',
    'decnet',
    'iso',
    'stp',
    'ipx',
  ],
  ...[
    'netbeui',
    'lat',
    'sca',
    'moprc',
    'mopdl',
    'clnp',
    'esis',
    'isis',
    'l1',
    'l2',
    'iih',
    'lsp',
    'snp',
    'csnp',
    'psnp',
  ],
  ...['es-is', 'is-is'],
];
const DIRECTIONS = ['', '', 'src', 'dst', 'src or dst', 'src and dst', 'dst or src', 'dst and src'];
const LINK_WORDS = ['ether', 'ether', 'ether', 'link', 'fddi', 'tr', 'wlan'];

const words = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ');
const dotted = (random: Random): string => random.pick(pool.IPV4);

/** One primitive for packets of a link type; now and then one that means nothing there. */
export function primitive(random: Random, linkType: number): string {
  const isBare = MTP.has(linkType);
  const usual = isBare ? 1 : 10;
  const here = (isKnown: boolean, weight: number): number => (isKnown ? weight : 0.3);
  return weighted<(random: Random) => string>(random, [
    [3 * usual, (r) => (chance(r, 60) ? r.pick(COMMON_PROTOCOLS) : r.pick(RARER_PROTOCOLS))],
    [2.5 * usual, host],
    [1.5 * usual, net],
    [3.5 * usual, port],
    [2 * usual, protocolNumber],
    [usual, (r) => cast(r, WITH_MACS.has(linkType) || ARCNET.has(linkType))],
    [4 * usual + (isBare ? 20 : 0), (r) => relation(r, isBare && !chance(r, 5))],
    [here(WITH_MACS.has(linkType), 25), (r) => linkHost(r, WLAN.has(linkType))],
    [here(WITH_MACS.has(linkType) || linkType === SUNATM || linkType === 113, 10), logicalLink],
    [here(WLAN.has(linkType), 40), wlan],
    [here(linkType === PFLOG, 60), packetFilter],
    [here(linkType === SUNATM, 80), atm],
    [here(MTP.has(linkType), 80), signalling],
    [here(ARCNET.has(linkType), 30), arcnetHost],
    [here(WITH_DIRECTION.has(linkType), 10), (r) => r.pick(['inbound', 'outbound'])],
    [here(linkType === SLL2, 10), (r) => `ifindex ${r.below(5)}`],
    [4, length],
    [3, oneByte],
    [3, decnet],
    [
      0.5,
      (r) =>
        r.pick(['gateway 10.0.0.1', 'ip broadcast', 'radio', 'ether', 'host 10.0.0', 'net 10.0.0.1 mask 255.0.0.0']),
    ],
  ])(random);
}

function host(random: Random): string {
  const address = chance(random, 60) ? dotted(random) : random.pick(pool.IPV6);
  const isSix = address.includes(':');
  const protocol = weighted(random, [
    [50, ''],
    [25, isSix ? 'ip6' : 'ip'],
    [isSix ? 0.2 : 8, 'arp'],
    [isSix ? 0.2 : 3, 'rarp'],
    [0.5, random.pick(['tcp', 'udp', 'ip', 'ip6', 'ether', 'decnet', 'iso', 'icmp', 'lat'])],
  ]);
  const prefix = chance(random, 0.5) ? '/32' : '';
  return words(
    protocol,
    random.pick(DIRECTIONS),
    random.pick(isSix ? ['host'] : ['host', 'host', '']),
    address + prefix,
  );
}

const NETS = [
  ...[
    '10',
    '10.0',
    '10.0.0',
    '10.0.1',
    '10.0.0.0/24',
    '10.0.0.0/30',
    '10.0/16',
    '10.0.0.0/8',
    '192.168.1',
    '224.0.0.0/4',
  ],
  ...['10.0.0.0 mask 255.255.255.0', '10.0 mask 255.255.0.0', '0.0.0.0/0', '127', '10.0.0.2/31'],
];
/** Bits of a host in a net are an error. */
const NO_NETS = ['10.0.0.1/24', 'fd00::2/33', '10.0.0.0/33', '10.0.0.1 mask 255.0.0.0', 'fd00::/129'];
const NETS6 = ['fd00::/64', 'fd00::/16', '2001:db8::/32', 'ff00::/8', 'fe80::/10', 'fd00::1/128', 'fd00::/127', '::/0'];

function net(random: Random): string {
  const isSix = chance(random, 35);
  const protocol = weighted(random, [
    [60, ''],
    [25, isSix ? 'ip6' : 'ip'],
    [isSix ? 0 : 8, 'arp'],
    [isSix ? 0 : 2, 'rarp'],
    [0.5, random.pick(['tcp', 'arp', 'rarp'])],
  ]);
  return words(
    protocol,
    random.pick(DIRECTIONS),
    'net',
    random.pick(chance(random, 2) ? NO_NETS : isSix ? NETS6 : NETS),
  );
}

const SERVICES = ['http', 'https', 'domain'];

function port(random: Random): string {
  const protocol = weighted(random, [
    [40, ''],
    [25, 'tcp'],
    [20, 'udp'],
    [6, 'sctp'],
    [0.6, random.pick(['ip', 'ip6', 'icmp', 'ether'])],
  ]);
  const direction = random.pick(DIRECTIONS);
  if (chance(random, 25)) {
    const [from, to] = [random.pick(pool.PORTS), random.pick(pool.PORTS)];
    return words(
      protocol,
      direction,
      'portrange',
      weighted(random, [
        [9, `${from}-${to}`],
        [1, String(from)],
      ]),
    );
  }
  const number = random.pick(pool.PORTS);
  const text = weighted(random, [
    [80, String(number)],
    [6, `0x${number.toString(16)}`],
    [6, random.pick(SERVICES)],
    [0.5, '65536'],
  ]);
  return words(protocol, direction, 'port', text);
}

function protocolNumber(random: Random): string {
  const number = String(random.pick(Object.values(pool.IP_PROTOCOLS)));
  const type = `0x${random.pick(Object.values(pool.ETHERTYPES)).toString(16)}`;
  const escaped = ['\\tcp', '\\udp', '\\icmp', '\\igmp', '\\esp', '\\ah', '\\sctp', '\\pim', '\\ipv6-icmp', '\\vrrp'];
  const typeNames = [
    '\\ip',
    '\\ip6',
    '\\arp',
    '\\rarp',
    '\\decnet',
    '\\lat',
    '\\mopdl',
    '\\atalk',
    '\\iso',
    '\\stp',
    '\\ipx',
  ];
  return weighted<() => string>(random, [
    [22, () => `ip proto ${chance(random, 60) ? number : random.pick(escaped)}`],
    [18, () => `ip6 proto ${chance(random, 60) ? number : random.pick(escaped)}`],
    [10, () => `proto ${chance(random, 60) ? number : random.pick(escaped)}`],
    [22, () => `ether proto ${chance(random, 60) ? type : random.pick(typeNames)}`],
    [6, () => `ether proto ${random.pick(Object.values(pool.SAPS))}`],
    [8, () => `ip6 protochain ${number}`],
    [5, () => `ip protochain ${number}`],
    [5, () => `protochain ${random.pick([number, '\\tcp'])}`],
    [4, () => `iso proto ${random.pick(['\\clnp', '\\esis', '\\isis', '0x81', '0x83'])}`],
    [3, () => `isis proto ${random.pick(['15', '16', '18', '20', '27'])}`],
    [2, () => `${random.pick(['tcp', 'arp', 'decnet', 'link'])} proto ${number}`],
  ])();
}

/** Broadcasts of IP need a netmask, which a file does not have. */
function cast(random: Random, hasLinkCasts: boolean): string {
  const ofLink = ['broadcast', 'multicast', 'ether broadcast', 'ether multicast', 'link multicast', 'fddi broadcast'];
  const ofNetwork = ['ip multicast', 'ip6 multicast'];
  const rare = ['ip broadcast', 'ip6 broadcast', 'tcp multicast', 'wlan broadcast', ...ofLink];
  if (chance(random, 3)) return random.pick(rare);
  return random.pick(hasLinkCasts ? [...ofLink, ...ofNetwork] : ofNetwork);
}

const WLAN_ONLY = ['addr1', 'addr2', 'addr3', 'addr4', 'ra', 'ta', 'wlan addr1', 'wlan ra'];

function linkHost(random: Random, isWlan: boolean): string {
  const direction = random.pick(chance(random, isWlan ? 30 : 1) ? WLAN_ONLY : DIRECTIONS);
  const form = random.pick([':', ':', ':', '-', '']);
  const address = random.pick(pool.MACS).split(':').join(form);
  const word = direction.startsWith('wlan') ? '' : random.pick(LINK_WORDS);
  return words(word, direction, random.pick(['host', '']), address);
}

const LLC_KINDS = [
  '',
  'i',
  's',
  'u',
  'rr',
  'rnr',
  'rej',
  'ui',
  'ua',
  'disc',
  'dm',
  'sabme',
  'test',
  'xid',
  'frmr',
  'sarm',
];

function logicalLink(random: Random): string {
  return words('llc', random.pick(LLC_KINDS));
}

const MANAGEMENT = [
  'assoc-req',
  'assoc-resp',
  'probe-req',
  'beacon',
  'atim',
  'disassoc',
  'auth',
  'deauth',
  'reassoc-req',
  '4',
];
const CONTROL = ['ps-poll', 'rts', 'cts', 'ack', 'cf-end', 'cf-end-ack', '0xd0'];
const DATA = ['data', 'data-cf-ack', 'null', 'qos-data', 'qos', 'qos-null', 'qos-cf-poll', '8'];

function wlan(random: Random): string {
  const word = random.pick(['', '', 'wlan']);
  return weighted<() => string>(random, [
    [20, () => words(word, 'type', random.pick(['mgt', 'ctl', 'data', '0', '2', '8', '0x04']))],
    [10, () => words(word, 'type mgt subtype', random.pick(MANAGEMENT))],
    [10, () => words(word, 'type ctl subtype', random.pick(CONTROL))],
    [15, () => words(word, 'type data subtype', random.pick(DATA))],
    [12, () => words(word, 'subtype', random.pick([...MANAGEMENT, ...CONTROL, ...DATA]))],
    [15, () => words(word, 'dir', random.pick(['nods', 'tods', 'fromds', 'dstods', '0', '1', '3', '2']))],
    [
      25,
      () =>
        words(
          'wlan',
          random.pick(['addr1', 'addr2', 'addr3', 'addr4', 'ra', 'ta', 'src', 'dst']),
          random.pick(pool.MACS),
        ),
    ],
    [2, () => words(word, random.pick(['type', 'subtype', 'dir']), random.pick(['foo', '255', 'mgt', 'beacon']))],
  ])();
}

function packetFilter(random: Random): string {
  return random.pick([
    ...[`on ${random.pick(['lo0', 'em0', 'em01'])}`, `ifname ${random.pick(['lo0', 'em0'])}`],
    ...[
      `rnr ${random.below(5)}`,
      `rulenum ${random.below(5)}`,
      `srnr ${random.below(5)}`,
      `subrulenum ${random.below(5)}`,
    ],
    ...[`reason ${random.pick(['match', 'bad-offset', 'fragment', 'short', 'normalize', 'memory', '0', '3', 'odd'])}`],
    ...[`action ${random.pick(['pass', 'accept', 'block', 'drop', 'rdr', 'nat', 'binat', 'scrub', '1', 'odd'])}`],
    ...[`${random.pick(['rset', 'ruleset'])} inner`],
  ]);
}

const ATM_WORDS = [
  ...['lane', 'llc', 'metac', 'bcc', 'sc', 'ilmic', 'oamf4', 'oamf4sc', 'oamf4ec', 'oam', 'connectmsg', 'metaconnect'],
];

function atm(random: Random): string {
  const field = (name: string, values: readonly number[]): string => words(name, compared(random, values));
  return weighted<() => string>(random, [
    [40, () => random.pick(ATM_WORDS)],
    [20, () => field('vpi', [0, 1, 2])],
    [30, () => field('vci', [1, 3, 5, 16, 32, 33, 100])],
  ])();
}

const MTP2_WORDS = ['fisu', 'lssu', 'lsu', 'msu', 'hfisu', 'hlssu', 'hlsu', 'hmsu'];

function signalling(random: Random): string {
  if (chance(random, 35)) return random.pick(MTP2_WORDS);
  const field = random.pick(['sio', 'opc', 'dpc', 'sls', 'hsio', 'hopc', 'hdpc', 'hsls']);
  const values = field.endsWith('sio') ? [3, 5, 0x83, 0x85, 0] : [0, 1, 2, 4, 5, 16, 256];
  return words(field, compared(random, values));
}

/** One value, with a comparison or without, or several in parentheses. */
function compared(random: Random, values: readonly number[]): string {
  if (chance(random, 75))
    return words(random.pick(['', '', '=', '!=', '>', '<', '<=', '>=']), String(random.pick(values)));
  const several = Array.from({ length: 2 + random.below(2) }, () => random.pick(values));
  return `(${several.join(random.pick([' or ', ' or ', ' || ', ' and ']))})`;
}

function arcnetHost(random: Random): string {
  const address = `$${random
    .pick([...pool.ARCNET_NODES, 5])
    .toString(16)
    .padStart(2, '0')}`;
  return words(random.pick(['', 'link', 'ether']), random.pick(DIRECTIONS), random.pick(['host', '']), address);
}

function length(random: Random): string {
  return `${random.pick(['less', 'greater', 'len >', 'len <=', 'len !='])} ${random.pick(pool.WIRE_BYTES)}`;
}

/** Not with `&` and `|`: for them libpcap 1.10.3 forgets to load the byte, and takes what it has loaded before. */
function oneByte(random: Random): string {
  return `byte ${random.below(30)} ${random.pick(['=', '<', '>'])} ${random.pick([0, 1, 2, 6, 8, 17, 0x45, 0x60])}`;
}

function decnet(random: Random): string {
  return words(
    'decnet',
    random.pick(['', 'src', 'dst', 'src or dst', 'src and dst']),
    'host',
    random.pick(pool.DECNET_NODES),
  );
}
