/**
 * IPv4 header (RFC 791 3.1). Its total length says no more than where the datagram ends: hosts that leave the cutting of segments to their
 * network card write 0 or anything.
 */
import { type Cursor, END_BAD_IP, END_LATER_FRAGMENT, END_OTHER, NEXT_IP_PAYLOAD } from './cursor.js';
import { fragmentKey4 } from './fragment-key.js';
import { mayCarryTcp } from './ip-protocols.js';

const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

export function ipv4(c: Cursor): number {
  if (!c.has(20)) return END_BAD_IP;
  const versionAndLength = c.u8(0);
  const bytes = (versionAndLength & 15) * 4;
  if (versionAndLength >>> 4 !== 4 || bytes < 20 || !c.has(bytes)) return END_BAD_IP;
  const protocol = c.u8(9);
  const fragment = c.u16(6);
  c.noteIp(false);
  c.protocol = protocol;
  if ((fragment & FRAGMENT_OFFSET) !== 0) {
    c.isFragment = true;
    c.payload = -1;
    c.fragmentOf = protocol;
    c.notePiece(
      fragmentKey4(c),
      fragment & FRAGMENT_OFFSET,
      bytes,
      c.u16(2) - bytes,
      (fragment & MORE_FRAGMENTS) === 0,
    );
    return mayCarryTcp(c, protocol) ? END_LATER_FRAGMENT : END_OTHER;
  }
  c.ip = c.offset;
  c.ipHeaders++;
  // Network cards that are still to cut a segment get 0.
  const total = c.u16(2);
  if (total !== 0) c.noteEnd(c.offset + total);
  c.moreFragments = (fragment & MORE_FRAGMENTS) !== 0;
  if (c.moreFragments) c.noteFirstFragment(fragmentKey4(c), bytes, total - bytes);
  c.type = protocol;
  return c.skip(bytes, NEXT_IP_PAYLOAD);
}

/** Whether an IPv4 header with a right check sum (RFC 1071) is `ahead` of the cursor: for where nothing says that one is there. */
export function hasIpv4Checksum(c: Cursor, ahead: number): boolean {
  if (!c.has(ahead + 20)) return false;
  const bytes = (c.u8(ahead) & 15) * 4;
  if (bytes < 20 || !c.has(ahead + bytes)) return false;
  let sum = 0;
  for (let byte = 0; byte < bytes; byte += 2) sum += c.u16(ahead + byte);
  return ((sum & 0xffff) + (sum >>> 16)) % 0xffff === 0;
}
