/**
 * A frame as it looks on a wire that others share: with a VLAN tag or two, or in a tunnel. Owns what is put around it; the frame itself stays as it is.
 */

/** What the headers of a tunnel have in common with those of no frame here. */
const OUTER_MACS: readonly number[] = [0x02, 0, 0, 0, 0, 0x22, 0x02, 0, 0, 0, 0, 0x21];
const OUTER_SOURCE: readonly number[] = [172, 16, 0, 1];
const OUTER_TARGET: readonly number[] = [172, 16, 0, 2];
const VXLAN_PORT = 4789;
const MAC_BYTES = 12;
const ETHERNET_BYTES = 14;

/** What is around a frame. Returns undefined for one that cannot be in there. `wireBytes`: its length on the wire, of which less may be captured. */
export type Wrapping = (frame: Buffer, wireBytes: number) => Buffer | undefined;

export const WRAPPINGS: readonly Wrapping[] = [inVlan, inTwoVlans, inVxlan, inGre, inIp];

function inVlan(frame: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, MAC_BYTES), Buffer.from([0x81, 0, 0, 42]), frame.subarray(MAC_BYTES)]);
}

function inTwoVlans(frame: Buffer): Buffer {
  const tags = Buffer.from([0x88, 0xa8, 0, 7, 0x81, 0, 0, 42]);
  return Buffer.concat([frame.subarray(0, MAC_BYTES), tags, frame.subarray(MAC_BYTES)]);
}

/** RFC 7348 5; without a checksum of the outer UDP header, as it says. */
function inVxlan(frame: Buffer, wireBytes: number): Buffer {
  const headers = Buffer.from([0xc0, 1, VXLAN_PORT >> 8, VXLAN_PORT & 0xff, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 99, 0]);
  headers.writeUInt16BE(headers.length + wireBytes, 4);
  return Buffer.concat([outerHeaders(17, headers.length + wireBytes), headers, frame]);
}

/** RFC 2784. */
function inGre(frame: Buffer, wireBytes: number): Buffer | undefined {
  if (!isIp(frame)) return undefined;
  const header = Buffer.from([0, 0, frame[12], frame[13]]);
  const bytes = header.length + wireBytes - ETHERNET_BYTES;
  return Buffer.concat([outerHeaders(47, bytes), header, frame.subarray(ETHERNET_BYTES)]);
}

/** RFC 2003, RFC 4213. */
function inIp(frame: Buffer, wireBytes: number): Buffer | undefined {
  if (!isIp(frame)) return undefined;
  const protocol = frame[12] === 0x08 ? 4 : 41;
  return Buffer.concat([outerHeaders(protocol, wireBytes - ETHERNET_BYTES), frame.subarray(ETHERNET_BYTES)]);
}

function isIp(frame: Buffer): boolean {
  const type = frame.readUInt16BE(MAC_BYTES);
  return type === 0x0800 || type === 0x86dd;
}

/** Ethernet and IPv4 in front of `bytes` bytes of that protocol. */
function outerHeaders(protocol: number, bytes: number): Buffer {
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, protocol, 0, 0, ...OUTER_SOURCE, ...OUTER_TARGET]);
  ip.writeUInt16BE(ip.length + bytes, 2);
  let sum = 0;
  for (let at = 0; at < ip.length; at += 2) sum += ip.readUInt16BE(at);
  ip.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 10);
  return Buffer.concat([Buffer.from([...OUTER_MACS, 8, 0]), ip]);
}
