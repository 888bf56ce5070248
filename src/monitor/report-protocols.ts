/**
 * Which protocols have columns in machine reports. Owns their names, how a list of them is written, and what their columns are called.
 */
import { MOST_REPORT_PROTOCOLS } from '../capture/traffic-figures.js';
import { quoted } from '../filter/quoted.js';
import type { ReportProtocol } from './report.js';

const MOST_IP_PROTOCOL = 255;

/** IANA, Assigned Internet Protocol Numbers, as far as they have short names. IP in IP goes by its number: `IPv4` is Ethernet's. */
const IP_NAMES: readonly (readonly [number: number, name: string])[] = [
  [1, 'ICMP'],
  [2, 'IGMP'],
  [6, 'TCP'],
  [8, 'EGP'],
  [9, 'IGP'],
  [17, 'UDP'],
  [33, 'DCCP'],
  [46, 'RSVP'],
  [47, 'GRE'],
  [50, 'ESP'],
  [51, 'AH'],
  [58, 'ICMPv6'],
  [88, 'EIGRP'],
  [89, 'OSPF'],
  [97, 'ETHERIP'],
  [103, 'PIM'],
  [108, 'IPComp'],
  [112, 'VRRP'],
  [115, 'L2TP'],
  [124, 'ISIS'],
  [132, 'SCTP'],
  [136, 'UDPLite'],
];
/** IEEE 802 numbers (IANA). */
const LINK_NAMES: readonly (readonly [number: number, name: string])[] = [
  [0x0800, 'IPv4'],
  [0x0806, 'ARP'],
  [0x8035, 'RARP'],
  [0x86dd, 'IPv6'],
];

const ip = (number: number): ReportProtocol => ({ layer: 'ip', number });
const link = (number: number): ReportProtocol => ({ layer: 'link', number });

const IP_NAME_OF: ReadonlyMap<number, string> = new Map(IP_NAMES);
const BY_NAME: ReadonlyMap<string, ReportProtocol> = new Map([
  ...IP_NAMES.map(([number, name]) => [name.toLowerCase(), ip(number)] as const),
  ...LINK_NAMES.map(([number, name]) => [name.toLowerCase(), link(number)] as const),
]);

/** Spanning tree and ISO by their DSAP, ARP, RARP, IPv4, IPv6; and what IP carries. */
export const DEFAULT_REPORT_PROTOCOLS: readonly ReportProtocol[] = [
  ...[0x0042, 0x00fe, 0x0806, 0x8035, 0x0800, 0x86dd].map(link),
  ...[1, 2, 6, 17, 47, 58, 132].map(ip),
];

/** What a column's name begins with: `TCP`, or `6` by number; what the link layer carries always goes by number, `0x0806`. */
export function columnNameOf({ layer, number }: ReportProtocol, byNumber: boolean): string {
  if (layer === 'link') return `0x${number.toString(16).padStart(4, '0')}`;
  return (byNumber ? undefined : IP_NAME_OF.get(number)) ?? String(number);
}

/** A list with commas (`ICMP,TCP,89,0x0806`), or what is wrong with it. */
export function parseReportProtocols(text: string): ReportProtocol[] | string {
  const words = text.split(',').map((word) => word.trim());
  const protocols: ReportProtocol[] = [];
  for (const word of words) {
    const protocol = protocolOf(word);
    if (protocol === undefined) return `found ${quoted(word)}, expected ${EXPECTED}`;
    const isTwice = protocols.some(({ layer, number }) => layer === protocol.layer && number === protocol.number);
    if (isTwice) return `found ${quoted(word)}, which is there already, expected each protocol once`;
    protocols.push(protocol);
  }
  if (protocols.length <= MOST_REPORT_PROTOCOLS) return protocols;
  return `found ${protocols.length} protocols, expected at most ${MOST_REPORT_PROTOCOLS}`;
}

const EXPECTED = `a name (${[...IP_NAMES, ...LINK_NAMES].map(([, name]) => name).join(' ')}), a number of IP (0 to ${MOST_IP_PROTOCOL}) or one of the link layer (0x0000 to 0xffff)`;

function protocolOf(word: string): ReportProtocol | undefined {
  if (/^0x[0-9a-f]{1,4}$/i.test(word)) return link(Number(word));
  if (/^\d{1,3}$/.test(word)) return Number(word) <= MOST_IP_PROTOCOL ? ip(Number(word)) : undefined;
  return BY_NAME.get(word.toLowerCase());
}
