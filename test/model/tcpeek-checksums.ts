/**
 * Checksums as tcpeek's model verifies them (`-c`, RFC 1071). Knows nothing of sessions, and nothing of the production code.
 */
import { type IpPacket, isIcmp } from './tcpeek-packets.js';

export type BadChecksum = 'IP checksum' | 'TCP checksum' | 'ICMP checksum';

/**
 * What is wrong with a packet that would otherwise be looked at: with 1 the IPv4 header (IPv6 has no sum), with 2 also TCP and ICMP. These
 * only when all of it was captured: no fragment, and every byte that the IP header's length names (0: the frame's) is there. Nor where
 * a routing header has addresses left: the sum is that of the last one.
 */
export function badChecksum(ip: IpPacket, checksums: 0 | 1 | 2): BadChecksum | undefined {
  if (checksums === 0) return undefined;
  if (ip.version === 4 && !sumsUp(ip.header)) return 'IP checksum';
  if (checksums === 1 || ip.isFragment || ip.isRouted || ip.bodyBytes > ip.body.length) return undefined;
  // A length that ends within the headers leaves nothing to sum up, and no sum.
  const bodyBytes = Math.max(0, ip.bodyBytes);
  const body = [...ip.body.subarray(0, bodyBytes)];
  // Only ICMP of version 4 has no pseudo header.
  if (isIcmp(ip) && ip.version === 4) return sumsUp(body) ? undefined : 'ICMP checksum';
  const addresses = ip.version === 4 ? ip.header.subarray(12, 20) : ip.header.subarray(8, 40);
  const pseudo = [...addresses, bodyBytes >>> 24, (bodyBytes >>> 16) & 255, (bodyBytes >>> 8) & 255, bodyBytes & 255];
  const isRight = sumsUp([...pseudo, 0, 0, 0, ip.protocol, ...body]);
  return isRight ? undefined : isIcmp(ip) ? 'ICMP checksum' : 'TCP checksum';
}

/** Whether bytes with their checksum among them are right. */
function sumsUp(bytes: ArrayLike<number>): boolean {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes[at] * 256 + (at + 1 < bytes.length ? bytes[at + 1] : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum === 0xffff;
}
