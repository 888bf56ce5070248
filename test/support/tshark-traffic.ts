/**
 * What tshark says of each packet of a capture, as the figures of the traffic count it. Owns how its names of headers are read; our own
 * rules of what is counted are said here once more, in its terms.
 */
import { spawnSync } from 'node:child_process';
import type { ParsedPacket } from '../model/traffic.js';

/** No more of a packet than is in its own frame: no reassembly, no decryption. */
const OPTIONS = [
  ...['-o', 'ip.defragment:FALSE', '-o', 'ipv6.defragment:FALSE', '-o', 'tcp.desegment_tcp_streams:FALSE'],
  ...['-o', 'wlan.enable_decryption:FALSE', '-o', 'wlan.defragment:FALSE', '-o', 'ip.tso_support:TRUE'],
  ...['-n', '-T', 'fields', '-E', 'occurrence=a', '-E', 'separator=/t', '-E', 'aggregator=;'],
];
const FIELDS = [
  ...['frame.number', 'frame.time_epoch', 'frame.len', 'frame.cap_len', 'frame.protocols'],
  ...['ip.version', 'ip.len', 'ip.proto', 'ip.flags.mf', 'ip.frag_offset', 'ip.id', 'ip.src', 'ip.dst'],
  ...[
    'ipv6.plen',
    'ipv6.nxt',
    'ipv6.src',
    'ipv6.dst',
    'ipv6.fraghdr.offset',
    'ipv6.fraghdr.more',
    'ipv6.fraghdr.ident',
  ],
  ...['ipv6.fraghdr.nxt', 'eth.padding', 'eth.trailer', 'eth.fcs', 'eth.src', 'eth.dst', 'eth.type', 'eth.len'],
  ...[
    'vlan.id',
    'vlan.etype',
    'ieee8021ah.etype',
    'ieee8021ah.trailer',
    'vlan.trailer',
    'sll.trailer',
    'mpls.label',
    'llc.dsap',
    'llc.type',
    'sll.etype',
    'tcp.srcport',
    'tcp.dstport',
    'tcp.flags',
  ],
  ...['udp.srcport', 'udp.dstport', 'sctp.srcport', 'sctp.dstport'],
] as const;
type Field = (typeof FIELDS)[number];
/** What may be behind the content of a frame. */
const PADDING: readonly Field[] = [
  'eth.padding',
  'eth.trailer',
  'eth.fcs',
  'vlan.trailer',
  'sll.trailer',
  'ieee8021ah.trailer',
];

/** A packet as tshark sees it. */
export interface SeenPacket {
  readonly number: number;
  readonly wireBytes: number;
  readonly capturedBytes: number;
  /** Names of headers, outermost first, without what an ICMP message quotes. */
  readonly protocols: readonly string[];
  /** The innermost IP header's version, or 0; the protocol that it carries. */
  readonly version: number;
  readonly protocol: number;
  readonly isFragment: boolean;
  /** Length of the outermost IP packet, 0 without one. */
  readonly ipBytes: number;
  readonly padBytes: number;
  readonly vlanTags: number;
  readonly mplsLabels: number;
  /** Ethertype or DSAP of a frame without IP, as far as known. */
  readonly linkCode: number;
  readonly headers: number;
  readonly parsed: ParsedPacket;
}

/** What carries payload, or what is none: nothing behind it is a header. */
const ENDS = new Set([
  'tcp',
  'udp',
  'udplite',
  'sctp',
  'dccp',
  'igmp',
  'esp',
  'ospf',
  'pim',
  'eigrp',
  'vrrp',
  'rsvp',
  'arp',
]);
const TUNNELS_OF_UDP = new Set([
  'vxlan',
  'gtp',
  'teredo',
  'l2tp',
  'capwap',
  'geneve',
  'ayiya',
  'ip',
  'ipv6',
  'eth',
  'mpls',
]);
/** tshark's names for what is a part of another header, or none. */
const NO_HEADERS = new Set([
  'ethertype',
  'raw',
  'wlan_radio',
  'data',
  '_ws.malformed',
  '_ws.short',
  '_ws.unreassembled',
]);
const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = {
  ...{ icmp: 1, igmp: 2, tcp: 6, udp: 17, gre: 47, esp: 50, icmpv6: 58, ospf: 89, pim: 103, sctp: 132 },
};

export function seenByTshark(path: string): SeenPacket[] {
  const args = ['-r', path, ...OPTIONS, ...FIELDS.flatMap((field) => ['-e', field])];
  const { stdout } = spawnSync('tshark', args, { maxBuffer: 1 << 29, encoding: 'utf8' });
  // Before the first time there is none but that.
  const time = /^\d+\t(\d+)\.(\d{9})\t/m.exec(stdout);
  const first = { sec: Number(time?.[1] ?? 0), nsec: Number(time?.[2] ?? 0) };
  let former: Pick<ParsedPacket, 'sec' | 'nsec'> | undefined;
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const packet = seen(line.split('\t'), former ?? first);
      former = packet.parsed;
      return packet;
    });
}

/** A packet without a time has that of the one before. */
function seen(cells: readonly string[], former: Pick<ParsedPacket, 'sec' | 'nsec'>): SeenPacket {
  const all = (field: Field): string[] => {
    const cell = cells[FIELDS.indexOf(field)] ?? '';
    return cell === '' ? [] : cell.split(';');
  };
  const numbers = (field: Field): number[] => all(field).map(Number);
  const names = all('frame.protocols')[0].split(':');
  const quoted = names.findIndex((name) => name === 'icmp' || name === 'icmpv6');
  const protocols = quoted < 0 ? names : names.slice(0, quoted + 1);
  const ips = protocols.flatMap((name, index) => (name === 'ip' || name === 'ipv6' ? [{ name, index }] : []));
  const last = ips.at(-1);
  const nth = ips.filter(({ name }) => name === last?.name).length - 1;
  const isV4 = last?.name === 'ip';
  const behind = protocols.slice((last?.index ?? 0) + 1).filter((name) => !name.startsWith('ipv6.'));
  const offset = isV4 ? numbers('ip.frag_offset')[nth] : Number(all('ipv6.fraghdr.offset').at(-1) ?? 0);
  const more = isV4 ? isTrue(all('ip.flags.mf')[nth]) : isTrue(all('ipv6.fraghdr.more').at(-1));
  const hasFragmentHeader = protocols.lastIndexOf('ipv6.fraghdr') > (last?.index ?? 0);
  const isFragment = last !== undefined && (isV4 || hasFragmentHeader) && (offset > 0 || more);
  const fragmentNext = Number(all('ipv6.fraghdr.nxt').at(-1) ?? -1);
  const protocolOf6 =
    offset > 0 && hasFragmentHeader ? fragmentNext : (PROTOCOL_NUMBERS[behind[0]] ?? numbers('ipv6.nxt')[nth]);
  const protocol = last === undefined ? -1 : isV4 ? numbers('ip.proto')[nth] : protocolOf6;
  const outer = ips[0]?.name;
  const ipBytes = outer === undefined ? 0 : outer === 'ip' ? numbers('ip.len')[0] : numbers('ipv6.plen')[0] + 40;
  const ports = offset > 0 ? undefined : portsOf(protocol, numbers);
  const [sec, nsec] = (all('frame.time_epoch')[0] ?? '').split('.');
  const code = linkCodeOf(all);
  const macOf = (field: Field): string => (protocols[0] === 'eth' ? (all(field)[0] ?? '') : '');
  const flags = Number(all('tcp.flags').at(-1) ?? 0);
  const source = last === undefined ? macOf('eth.src') : all(isV4 ? 'ip.src' : 'ipv6.src')[nth];
  const destination = last === undefined ? macOf('eth.dst') : all(isV4 ? 'ip.dst' : 'ipv6.dst')[nth];
  const ident = isV4 ? all('ip.id')[nth] : all('ipv6.fraghdr.ident').at(-1);
  const capturedBytes = Number(all('frame.cap_len')[0]);
  return {
    number: Number(all('frame.number')[0]),
    wireBytes: Number(all('frame.len')[0]),
    capturedBytes,
    protocols,
    version: last === undefined ? 0 : isV4 ? 4 : 6,
    protocol,
    isFragment,
    ipBytes,
    padBytes: PADDING.reduce((sum, field) => sum + lengthOf(all(field)[0]), 0),
    vlanTags: protocols.filter((name) => name === 'vlan' || name === 'ieee8021ad').length,
    mplsLabels: all('mpls.label').length,
    linkCode: last === undefined ? code : 0,
    headers: headersOf(protocols),
    parsed: {
      ...{
        sec: nsec === undefined ? former.sec : Number(sec),
        nsec: nsec === undefined ? former.nsec : Number(nsec),
        capturedBytes,
        from: source,
        to: destination,
        vlans: [],
        ports,
      },
      type: last === undefined ? `link ${code}` : `${isV4 ? 4 : 6}/${protocol}`,
      isAnswer: protocol === 6 && offset === 0 && (flags & 0x12) === 0x12,
      fragment: isFragment
        ? { id: `${source} ${destination} ${ident} ${isV4 ? protocol : ''}`, isFirst: offset === 0 }
        : undefined,
    },
  };
}

const isTrue = (text: string | undefined): boolean => text === '1' || text === 'True';
/** Bytes of a field that is hex digits, perhaps with colons. */
const lengthOf = (text: string | undefined): number => (text ?? '').replace(/^0x|:/g, '').length / 2;

function portsOf(protocol: number, numbers: (field: Field) => number[]): readonly [number, number] | undefined {
  const name = protocol === 6 ? 'tcp' : protocol === 17 ? 'udp' : protocol === 132 ? 'sctp' : undefined;
  if (name === undefined) return undefined;
  const source = numbers(`${name}.srcport`).at(-1);
  const destination = numbers(`${name}.dstport`).at(-1);
  return source === undefined || destination === undefined ? undefined : [source, destination];
}

function linkCodeOf(all: (field: Field) => string[]): number {
  const snap = all('llc.type')[0];
  if (snap !== undefined) return Number(snap);
  const dsap = all('llc.dsap')[0];
  if (dsap !== undefined) return Number(dsap);
  return Number(
    all('ieee8021ah.etype').at(-1) ?? all('vlan.etype').at(-1) ?? all('eth.type')[0] ?? all('sll.etype')[0] ?? 0,
  );
}

/** Headers up to that of the transport protocol, or whatever else ends the decoding; tshark's ethertype is a part of the one before. */
function headersOf(protocols: readonly string[]): number {
  let headers = protocols.filter((name) => !NO_HEADERS.has(name));
  // One header by two names.
  if (headers[0] === 'ppp' && headers[1] === 'chdlc') headers = headers.slice(1);
  const end = headers.findIndex((name, i) => ENDS.has(name) && !(name === 'udp' && TUNNELS_OF_UDP.has(headers[i + 1])));
  return end < 0 ? headers.length : end + 1;
}
