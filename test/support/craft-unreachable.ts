/**
 * ICMP and ICMPv6 messages that a host or port is unreachable, and damage to finished frames: wrong checksums, lengths of 0. Knows nothing of
 * conversations.
 */
import { type Frame, four, linkHeaderBytes, type TcpFrameForm, tcpFrame } from './craft-frames.js';

/** A message about the packet of `about`, sent to its source by its destination. */
export interface UnreachableForm {
  readonly about: TcpFrameForm;
  readonly type: number;
  readonly code: number;
  /** Most bytes quoted; all of the IP packet by default. */
  readonly quotedBytes?: number;
  /** Of the message itself, with IPv4: as `TcpFrameForm` has it. */
  readonly fragmentOffset?: number;
}

const TCP_CHECKSUM_AT = 16;
const ICMP_CHECKSUM_AT = 2;

export function unreachableFrame({ about, type, code, quotedBytes, fragmentOffset = 0 }: UnreachableForm): Frame {
  // Whatever was captured of what is quoted, the message has it from the packet itself.
  const { snap: _, vlan: __, pad: ___, ...quotedForm } = about;
  const quoted = tcpFrame({ ...quotedForm, link: 'raw' }).captured.slice(0, quotedBytes);
  const message = [type, code, 0, 0, 0, 0, 0, 0, ...quoted];
  // An ordinary frame of the other direction lends its headers.
  const reply = { ...about, src: about.dst, dst: about.src, extensions: [], ipOptionWords: 0, moreFragments: false };
  const lent = tcpFrame({
    ...reply,
    fragmentOffset: 0,
    options: new Uint8Array(0),
    payload: 0,
    pad: false,
    snap: 1000,
  });
  const at = linkHeaderBytes(reply);
  const isV4 = about.ipVersion === 4;
  const ip = [...lent.captured.subarray(at, at + (isV4 ? 20 : 40))];
  const pseudo = isV4 ? [] : [...ip.slice(8, 40), ...four(message.length), 0, 0, 0, 58];
  message.splice(ICMP_CHECKSUM_AT, 2, ...checksum([...pseudo, ...message]));
  if (isV4) {
    ip[9] = 1;
    ip.splice(2, 2, ...two(20 + message.length));
    ip.splice(6, 2, ...two(fragmentOffset));
    ip.splice(10, 2, 0, 0);
    ip.splice(10, 2, ...checksum(ip));
  } else {
    ip[6] = 58;
    ip.splice(4, 2, ...two(message.length));
  }
  const bytes = Uint8Array.from([...lent.captured.subarray(0, at), ...ip, ...message]);
  const snap = about.snap === undefined ? bytes.length : about.snap;
  return { captured: bytes.slice(0, snap), wireLength: bytes.length, linkType: lent.linkType };
}

/** Which checksum is wrong; `ip` is the checksum of IPv4's header, `tcp` and `icmp` those behind it (with IPv6 behind no other header). */
export type Damage = 'ip' | 'tcp' | 'icmp';

/** The frame with another checksum. What is not there is not changed. */
export function withWrongChecksum(
  frame: Frame,
  form: Pick<TcpFrameForm, 'link' | 'vlan' | 'ipVersion'>,
  damage: Damage,
): Frame {
  const at = linkHeaderBytes(form);
  const ipBytes = form.ipVersion === 4 ? 4 * ((frame.captured[at] ?? 0) & 15) : 40;
  const place = at + (damage === 'ip' ? 10 : ipBytes + (damage === 'tcp' ? TCP_CHECKSUM_AT : ICMP_CHECKSUM_AT));
  if (damage === 'ip' && form.ipVersion === 6) return frame;
  const captured = frame.captured.slice();
  if (place < captured.length) captured[place] ^= 0x40;
  return { ...frame, captured };
}

/** The frame with a length of 0 in its IP header, and IPv4's checksum for that. */
export function withoutLength(frame: Frame, form: Pick<TcpFrameForm, 'link' | 'vlan' | 'ipVersion'>): Frame {
  const at = linkHeaderBytes(form);
  const captured = frame.captured.slice();
  if (captured.length < at + 20) return frame;
  captured.set([0, 0], at + (form.ipVersion === 4 ? 2 : 4));
  if (form.ipVersion === 4) {
    captured.set([0, 0], at + 10);
    const headerBytes = 4 * (captured[at] & 15);
    captured.set(checksum([...captured.subarray(at, at + headerBytes)]), at + 10);
  }
  return { ...frame, captured };
}

/** RFC 1071, of bytes whose checksum field is 0. */
function checksum(bytes: readonly number[]): number[] {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return two(~sum & 0xffff);
}

function two(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}
