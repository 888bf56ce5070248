/**
 * Frames built field by field. Knows nothing of conversations: sequence numbers and times are the caller's.
 */

export type Link = 'ether' | 'raw' | 'null' | 'loop' | 'sll';
export type Ipv6Extension = 'hop' | 'routing' | 'destination' | 'ah';

export interface TcpFrameForm {
  link: Link;
  /** VLAN ids, outermost first; only on `ether` and `sll`. */
  vlan?: readonly number[];
  ipVersion: 4 | 6;
  src: string;
  dst: string;
  sport: number;
  dport: number;
  seq: number;
  ack: number;
  flags: number;
  window?: number;
  /** Padded with zeros (end of list) to a multiple of 4. */
  options?: Uint8Array;
  /** Bytes, or how many of a filling. */
  payload?: number | Uint8Array;
  moreFragments?: boolean;
  /** In units of 8 bytes. With IPv6 this and the flag above add a fragment header. */
  fragmentOffset?: number;
  /** Most bytes captured. */
  snap?: number;
  /** In 32-bit words, instead of the right one. */
  dataOffset?: number;
  /** IP protocol, instead of 6. */
  protocol?: number;
  /** 32-bit words of IPv4 options (NOPs). */
  ipOptionWords?: number;
  extensions?: readonly Ipv6Extension[];
  /** Ethernet frames are filled up to 60 bytes. */
  pad?: boolean;
}

export interface Frame {
  captured: Uint8Array;
  wireLength: number;
  linkType: number;
}

export const LINK_TYPE: Record<Link, number> = { ether: 1, raw: 101, null: 0, loop: 108, sll: 113 };

const TAG_TYPES = [0x8100, 0x88a8, 0x9100, 0x9200];
const EXTENSION_NUMBER: Record<Ipv6Extension, number> = { hop: 0, routing: 43, destination: 60, ah: 51 };

export function tcpFrame(form: TcpFrameForm): Frame {
  const source = addressBytes(form.src);
  const destination = addressBytes(form.dst);
  const bytesWanted = form.ipVersion === 4 ? 4 : 16;
  if (source.length !== bytesWanted || destination.length !== bytesWanted)
    throw new Error('address of another version');
  const tcp = tcpSegment(form, source, destination);
  const ip = form.ipVersion === 4 ? ipv4(form, source, destination, tcp) : ipv6(form, source, destination, tcp);
  let frame = [...linkHeader(form), ...ip];
  if (form.pad === true && form.link === 'ether' && frame.length < 60) {
    frame = [...frame, ...filled(60 - frame.length, 0)];
  }
  const captured = Uint8Array.from(form.snap === undefined ? frame : frame.slice(0, form.snap));
  return { captured, wireLength: frame.length, linkType: LINK_TYPE[form.link] };
}

/** Bytes before the IP header. */
export function linkHeaderBytes(form: Pick<TcpFrameForm, 'link' | 'vlan'>): number {
  const bare = { ether: 14, raw: 0, null: 4, loop: 4, sll: 16 }[form.link];
  return bare + (form.link === 'ether' || form.link === 'sll' ? 4 * (form.vlan ?? []).length : 0);
}

function linkHeader(form: TcpFrameForm): number[] {
  const type = form.ipVersion === 4 ? 0x0800 : 0x86dd;
  const tags = form.vlan ?? [];
  // Innermost 802.1Q, then 802.1ad, 0x9100, 0x9200 outwards, and round again.
  const tagType = (index: number): number => TAG_TYPES[(tags.length - 1 - index) % TAG_TYPES.length];
  const types = tags.flatMap((id, index) => [...two(tagType(index)), ...two(id)]).concat(two(type));
  switch (form.link) {
    case 'ether':
      return [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...types];
    case 'sll':
      return [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, ...types];
    case 'null':
      return [form.ipVersion === 4 ? 2 : 30, 0, 0, 0];
    case 'loop':
      return [0, 0, 0, form.ipVersion === 4 ? 2 : 24];
    case 'raw':
      return [];
  }
}

function ipv4(form: TcpFrameForm, source: number[], destination: number[], tcp: number[]): number[] {
  const optionBytes = 4 * (form.ipOptionWords ?? 0);
  const headerBytes = 20 + optionBytes;
  const fragment = (form.moreFragments === true ? 0x2000 : 0) | (form.fragmentOffset ?? 0);
  const header = [
    ...[0x40 | (headerBytes / 4), 0, ...two(headerBytes + tcp.length), 0x12, 0x34, ...two(fragment)],
    ...[64, form.protocol ?? 6, 0, 0, ...source, ...destination, ...filled(optionBytes, 1)],
  ];
  header.splice(10, 2, ...two(checksum(header)));
  return [...header, ...tcp];
}

function ipv6(form: TcpFrameForm, source: number[], destination: number[], tcp: number[]): number[] {
  const chain: { kind: number; body: number[] }[] = [];
  for (const extension of form.extensions ?? []) {
    // The byte after "next" counts 8-byte units less one, but with AH 4-byte units less two.
    const body = extension === 'ah' ? [1, ...filled(10, 0)] : [1, ...filled(14, 1)];
    chain.push({ kind: EXTENSION_NUMBER[extension], body });
  }
  if (form.moreFragments === true || (form.fragmentOffset ?? 0) > 0) {
    const field = ((form.fragmentOffset ?? 0) << 3) | (form.moreFragments === true ? 1 : 0);
    chain.push({ kind: 44, body: [0, ...two(field), 0, 0, 0, 7] });
  }
  const kinds = [...chain.map((part) => part.kind), form.protocol ?? 6];
  const after = [...chain.flatMap((part, index) => [kinds[index + 1], ...part.body]), ...tcp];
  return [0x60, 0, 0, 0, ...two(after.length), kinds[0], 64, ...source, ...destination, ...after];
}

function tcpSegment(form: TcpFrameForm, source: number[], destination: number[]): number[] {
  const options = [...(form.options ?? [])];
  while (options.length % 4 !== 0) options.push(0);
  if (options.length > 40) throw new Error('more than 40 bytes of TCP options');
  const payload = typeof form.payload === 'object' ? [...form.payload] : filled(form.payload ?? 0, 0x61);
  const words = form.dataOffset ?? 5 + options.length / 4;
  const segment = [
    ...[...two(form.sport), ...two(form.dport), ...four(form.seq), ...four(form.ack), words << 4, form.flags],
    ...[...two(form.window ?? 64240), 0, 0, 0, 0, ...options, ...payload],
  ];
  const pseudo = [...source, ...destination, ...four(segment.length), 0, 0, 0, 6];
  segment.splice(16, 2, ...two(checksum([...pseudo, ...segment])));
  return segment;
}

/** RFC 1071; the checksum field itself must still be zero. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function addressBytes(text: string): number[] {
  if (!text.includes(':')) return text.split('.').map(Number);
  const groups = (part: string): number[] => part.split(':').flatMap((group) => two(Number.parseInt(group, 16)));
  const [head, tail] = text.split('::').map((part) => (part === '' ? [] : groups(part)));
  return tail === undefined ? head : [...head, ...filled(16 - head.length - tail.length, 0), ...tail];
}

function filled(count: number, value: number): number[] {
  return new Array<number>(count).fill(value);
}

function two(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

/** Big-endian. */
export function four(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}
