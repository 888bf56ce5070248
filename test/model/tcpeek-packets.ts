/**
 * From the bytes of a frame to what tcpeek's model looks at: the IP packet, and in it a TCP segment or a message that something
 * is unreachable (tcpeek.md sections 3 and 7). Knows nothing of sessions, of tunnels, and nothing of the production code.
 */
import type { ModelPacket } from './model-packets.js';
import { type PeekAddress, peekAddress } from './tcpeek-addresses.js';

export interface IpPacket {
  readonly version: 4 | 6;
  /** The IPv4 header with its options, or IPv6's first header. */
  readonly header: Uint8Array;
  readonly src: PeekAddress;
  readonly dst: PeekAddress;
  /** What the last header says that follows; also of a later fragment. */
  readonly protocol: number;
  readonly isFragment: boolean;
  readonly isLaterFragment: boolean;
  /** It has still to visit another address than the one its header names (RFC 8200 4.4). */
  readonly isRouted: boolean;
  /** What was captured behind the headers, up to the frame's end. */
  readonly body: Uint8Array;
  /** Bytes behind the headers by the IP header's length, or where that is 0 by the frame's. */
  readonly bodyBytes: number;
}

/** Both ends of a packet. */
export interface Ends {
  readonly src: PeekAddress;
  readonly sport: number;
  readonly dst: PeekAddress;
  readonly dport: number;
}

export interface Segment extends Ends {
  readonly seq: number;
  readonly ack: number;
  /** The whole byte. */
  readonly flags: number;
}

const PROTOCOL_ICMP = 1;
const PROTOCOL_TCP = 6;
const PROTOCOL_AH = 51;
const PROTOCOL_ICMP6 = 58;
const FRAGMENT = 44;
const ROUTING = 43;
/** Hop-by-hop, routing, fragment, authentication, destination, mobility, HIP, shim6. */
const EXTENSIONS = [0, ROUTING, FRAGMENT, PROTOCOL_AH, 60, 135, 139, 140];
const TAGS = [0x8100, 0x88a8, 0x9100, 0x9200];
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;

/** The IP packet of a frame; undefined when there is none, or its headers are cut or wrong. */
export function ipPacketOf(packet: ModelPacket, classic: boolean): IpPacket | undefined {
  const at = ipAt(packet.linkType, packet.captured, classic);
  if (at === undefined) return undefined;
  const ip = packet.captured.subarray(at);
  const wireBytes = packet.wireLength - at;
  if (ip.length > 0 && ip[0] >> 4 === 4) return ipv4(ip, wireBytes, classic);
  if (ip.length > 0 && ip[0] >> 4 === 6 && !classic) return ipv6(ip, wireBytes);
  return undefined;
}

/** Whether the innermost IP header says TCP or ICMP of its own version, be it a later fragment or cut behind that header. */
export function isTcpOrIcmp(ip: IpPacket): boolean {
  return ip.protocol === PROTOCOL_TCP || isIcmp(ip);
}

export function isIcmp(ip: IpPacket): boolean {
  return ip.protocol === (ip.version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMP6);
}

/** The segment, if all of its header was captured, options too; a later fragment has none. */
export function segmentOf(ip: IpPacket): Segment | undefined {
  const tcp = ip.body;
  if (ip.protocol !== PROTOCOL_TCP || ip.isLaterFragment || tcp.length < 20) return undefined;
  const headerBytes = (tcp[12] >> 4) * 4;
  if (headerBytes < 20 || tcp.length < headerBytes) return undefined;
  const data = viewOf(tcp);
  return {
    ...{ src: ip.src, sport: data.getUint16(0), dst: ip.dst, dport: data.getUint16(2) },
    ...{ seq: data.getUint32(4), ack: data.getUint32(8), flags: tcp[13] },
  };
}

/**
 * The ends of the packet that a message quotes which says that its host or port is unreachable (RFC 792; RFC 4443 3.1). Of the quoted packet
 * there must be the IP headers and both ports; it must be no later fragment. Lengths are not looked at, here and in the quotation.
 */
export function quotedEnds(ip: IpPacket): Ends | undefined {
  if (!isIcmp(ip) || ip.isLaterFragment || ip.body.length < 8) return undefined;
  const [type, code] = ip.body;
  const isUnreachable =
    ip.version === 4 ? type === 3 && (code === 1 || code === 3) : type === 1 && (code === 3 || code === 4);
  if (!isUnreachable) return undefined;
  const bytes = ip.body.subarray(8);
  if (bytes.length === 0 || bytes[0] >> 4 !== ip.version) return undefined;
  // In a quoted IPv4 packet TCP follows at once.
  const quoted = ip.version === 4 ? ipv4(bytes, bytes.length, true) : ipv6(bytes, bytes.length);
  if (quoted === undefined || quoted.protocol !== PROTOCOL_TCP || quoted.isLaterFragment) return undefined;
  if (quoted.body.length < 4) return undefined;
  const data = viewOf(quoted.body);
  return { src: quoted.src, sport: data.getUint16(0), dst: quoted.dst, dport: data.getUint16(2) };
}

/** Where the IP header begins. The original knows Ethernet and LINUX_SLL, and no tags. */
function ipAt(linkType: number, frame: Uint8Array, classic: boolean): number | undefined {
  if (linkType === 1 || linkType === 113) return behindEthertype(frame, linkType === 1 ? 12 : 14, classic);
  if (classic) return undefined;
  if (linkType === 0 || linkType === 108) {
    if (frame.length < 4) return undefined;
    const data = viewOf(frame);
    // A NULL header is in the order of the machine that captured.
    const families = linkType === 108 ? [data.getUint32(0)] : [data.getUint32(0), data.getUint32(0, true)];
    const version = families.includes(2) ? 4 : families.some((family) => [10, 24, 28, 30].includes(family)) ? 6 : 0;
    return frame.length > 4 && frame[4] >> 4 === version ? 4 : undefined;
  }
  return [12, 14, 101].includes(linkType) ? 0 : undefined;
}

function behindEthertype(frame: Uint8Array, at: number, classic: boolean): number | undefined {
  if (frame.length < at + 3) return undefined;
  const type = viewOf(frame).getUint16(at);
  if (TAGS.includes(type) && !classic) return behindEthertype(frame, at + 4, classic);
  const version = type === ETHERTYPE_IPV4 ? 4 : type === ETHERTYPE_IPV6 ? 6 : 0;
  return frame[at + 2] >> 4 === version ? at + 2 : undefined;
}

/** `direct`: an authentication header is not stepped over. */
function ipv4(ip: Uint8Array, wireBytes: number, direct: boolean): IpPacket | undefined {
  if (ip.length < 20) return undefined;
  const data = viewOf(ip);
  const headerBytes = (ip[0] & 15) * 4;
  if (headerBytes < 20 || ip.length < headerBytes) return undefined;
  const fragment = data.getUint16(6);
  const isLaterFragment = (fragment & 0x1fff) !== 0;
  let protocol = ip[9];
  let at = headerBytes;
  while (protocol === PROTOCOL_AH && !direct && !isLaterFragment) {
    const bytes = extensionBytes(ip, at, PROTOCOL_AH);
    if (bytes === undefined) return undefined;
    protocol = ip[at];
    at += bytes;
  }
  return {
    ...{ version: 4, header: ip.subarray(0, headerBytes), protocol, isLaterFragment, isRouted: false },
    ...{ src: peekAddress(ip.subarray(12, 16)), dst: peekAddress(ip.subarray(16, 20)) },
    isFragment: (fragment & 0x3fff) !== 0,
    body: ip.subarray(at),
    // A total length of 0 is a network card's that cuts what it is given itself.
    bodyBytes: (data.getUint16(2) || wireBytes) - at,
  };
}

function ipv6(ip: Uint8Array, wireBytes: number): IpPacket | undefined {
  if (ip.length < 40) return undefined;
  const payloadBytes = viewOf(ip).getUint16(4);
  let protocol = ip[6];
  let at = 40;
  let [isFragment, isLaterFragment, isRouted] = [false, false, false];
  while (EXTENSIONS.includes(protocol) && !isLaterFragment) {
    const bytes = extensionBytes(ip, at, protocol);
    if (bytes === undefined) return undefined;
    if (protocol === FRAGMENT) {
      const field = viewOf(ip).getUint16(at + 2);
      isLaterFragment = field >> 3 !== 0;
      if (isLaterFragment || (field & 1) !== 0) isFragment = true;
    }
    if (protocol === ROUTING && ip[at + 3] !== 0) isRouted = true;
    protocol = ip[at];
    at += bytes;
  }
  return {
    ...{ version: 6, header: ip.subarray(0, 40), protocol, isFragment, isLaterFragment, isRouted },
    ...{ src: peekAddress(ip.subarray(8, 24)), dst: peekAddress(ip.subarray(24, 40)) },
    body: ip.subarray(at),
    bodyBytes: (payloadBytes === 0 ? wireBytes : payloadBytes + 40) - at,
  };
}

/** Length of the extension header `kind` at `at`; undefined when not all of it was captured. */
function extensionBytes(ip: Uint8Array, at: number, kind: number): number | undefined {
  if (ip.length < at + 8) return undefined;
  const bytes = kind === FRAGMENT ? 8 : kind === PROTOCOL_AH ? (ip[at + 1] + 2) * 4 : (ip[at + 1] + 1) * 8;
  return ip.length < at + bytes ? undefined : bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
