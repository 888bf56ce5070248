/**
 * The model's view of one packet: from the bytes of a frame to what counts as a TCP segment (miruo.md section 2).
 * Knows nothing of sessions, and nothing of the production code.
 */

export interface ModelPacket {
  sec: number;
  /** May be a second or more (a damaged file); the excess carries into the seconds. */
  nsec: number;
  captured: Uint8Array;
  wireLength: number;
  linkType: number;
}

/** A TCP packet with a whole header. */
export interface Counted {
  /** Microseconds since the epoch (fits a double exactly until the year 2255). */
  time: number;
  source: string;
  destination: string;
  seq: number;
  ack: number;
  flags: number;
  size: number;
  moreFragments: boolean;
  options: Uint8Array;
  /** What was captured of it, without what follows the IP datagram in the frame. */
  payload: Uint8Array;
}

/** Not looked at, or an error in that header. */
export type Refusal = 'ignored' | 'l2' | 'ip' | 'tcp';
type NetworkStart = { version: 4 | 6; at: number };

export function decode(packet: ModelPacket, classic: boolean): Counted | Refusal {
  const network = decodeLink(packet.linkType, packet.captured, classic);
  if (typeof network === 'string') return network;
  if (network.version === 6 && classic) return 'ignored';
  const carried = packet.captured.subarray(network.at);
  return network.version === 4 ? decodeIpv4(packet, carried, classic) : decodeIpv6(packet, carried);
}

function decodeLink(linkType: number, frame: Uint8Array, classic: boolean): NetworkStart | Refusal {
  switch (linkType) {
    case 1:
      return frame.length < 14 ? 'l2' : etherType(frame, 12, classic);
    case 113:
      return frame.length < 16 ? 'l2' : etherType(frame, 14, classic);
    case 0:
    case 108: {
      if (frame.length < 4) return 'l2';
      const data = viewOf(frame);
      const families = linkType === 108 ? [data.getUint32(0)] : [data.getUint32(0), data.getUint32(0, true)];
      if (families.includes(2)) return { version: 4, at: 4 };
      return families.some((family) => [10, 24, 28, 30].includes(family)) ? { version: 6, at: 4 } : 'ignored';
    }
    case 12:
    case 14:
    case 101:
      if (frame.length < 1) return 'ip';
      if (frame[0] >> 4 === 4) return { version: 4, at: 0 };
      return frame[0] >> 4 === 6 ? { version: 6, at: 0 } : 'ip';
    case 228:
      return { version: 4, at: 0 };
    case 229:
      return { version: 6, at: 0 };
    default:
      return 'ignored';
  }
}

/** `at`: where the EtherType lies. */
function etherType(frame: Uint8Array, at: number, classic: boolean): NetworkStart | Refusal {
  const type = viewOf(frame).getUint16(at);
  if (type === 0x0800) return { version: 4, at: at + 2 };
  if (type === 0x86dd) return { version: 6, at: at + 2 };
  if (classic || ![0x8100, 0x88a8, 0x9100, 0x9200].includes(type)) return 'ignored';
  return frame.length < at + 6 ? 'l2' : etherType(frame, at + 4, classic);
}

function decodeIpv4(packet: ModelPacket, ip: Uint8Array, classic: boolean): Counted | Refusal {
  if (ip.length < 20 || ip[0] >> 4 !== 4) return 'ip';
  const headerLength = (ip[0] & 15) * 4;
  if (headerLength < 20 || ip.length < headerLength) return 'ip';
  const fragmentField = viewOf(ip).getUint16(6);
  if ((fragmentField & 0x1fff) !== 0) return 'ignored';
  let next = ip[9];
  let tcpAt = headerLength;
  while (next === 51 && !classic) {
    if (ip.length < tcpAt + 8) return 'ip';
    const length = (ip[tcpAt + 1] + 2) * 4;
    if (ip.length < tcpAt + length) return 'ip';
    next = ip[tcpAt];
    tcpAt += length;
  }
  if (next !== 6) return 'ignored';
  const address = (at: number): string => [...ip.subarray(at, at + 4)].join('.');
  const totalLength = viewOf(ip).getUint16(2) || ip.length;
  const more = (fragmentField & 0x2000) !== 0;
  return decodeTcp(packet, ip.subarray(tcpAt), totalLength - tcpAt, address(12), address(16), more);
}

function decodeIpv6(packet: ModelPacket, ip: Uint8Array): Counted | Refusal {
  if (ip.length < 40 || ip[0] >> 4 !== 6) return 'ip';
  let next = ip[6];
  let at = 40;
  let moreFragments = false;
  while ([0, 43, 44, 51, 60, 135, 139, 140].includes(next)) {
    if (ip.length < at + 8) return 'ip';
    let length = (ip[at + 1] + 1) * 8;
    if (next === 51) length = (ip[at + 1] + 2) * 4;
    if (next === 44) {
      length = 8;
      const field = viewOf(ip).getUint16(at + 2);
      if (field >> 3 !== 0) return 'ignored';
      moreFragments = (field & 1) !== 0;
    }
    if (ip.length < at + length) return 'ip';
    next = ip[at];
    at += length;
  }
  if (next !== 6) return 'ignored';
  const address = (start: number): string => `[${ipv6Text(ip.subarray(start, start + 16))}]`;
  const payloadLength = viewOf(ip).getUint16(4) || ip.length;
  return decodeTcp(packet, ip.subarray(at), 40 + payloadLength - at, address(8), address(24), moreFragments);
}

function decodeTcp(
  packet: ModelPacket,
  tcp: Uint8Array,
  datagramLeft: number,
  source: string,
  destination: string,
  moreFragments: boolean,
): Counted | Refusal {
  if (tcp.length < 20) return 'tcp';
  const headerLength = (tcp[12] >> 4) * 4;
  if (headerLength < 20 || tcp.length < headerLength) return 'tcp';
  const data = viewOf(tcp);
  return {
    time: packet.sec * 1e6 + Math.floor(packet.nsec / 1000),
    source: `${source}:${data.getUint16(0)}`,
    destination: `${destination}:${data.getUint16(2)}`,
    seq: data.getUint32(4),
    ack: data.getUint32(8),
    flags: tcp[13],
    size: packet.wireLength,
    moreFragments,
    options: tcp.subarray(20, headerLength),
    payload: tcp.slice(headerLength, Math.max(headerLength, datagramLeft)),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** RFC 5952: lower case, the first longest run of two or more zero groups as `::`, a mapped IPv4 address dotted. */
function ipv6Text(bytes: Uint8Array): string {
  const data = viewOf(bytes);
  const groups = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => data.getUint16(index * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${[...bytes.subarray(12)].join('.')}`;
  }
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (list: number[]): string => list.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}
