/**
 * What is wrong with the header at which the decoding of a frame ended: it is cut, or it cannot be one. Owns the difference, which is none
 * for decoding itself.
 */
import { type Cursor, END_BAD_IP, END_CUT_LINK, END_OTHER, FOUND_TCP } from '../wire/cursor.js';
import { PROTOCOL_AH, PROTOCOL_UDP } from '../wire/ip-protocols.js';
import { isIpv6Extension } from '../wire/ipv6.js';

/** Nothing; or it is not there to its end; or it cannot be such a header. */
export const NO_FAULT = 0;
export const CUT = 1;
export const WRONG = 2;

const TCP_BYTES = 20;
const UDP_BYTES = 8;

/** CUT, WRONG or NO_FAULT, of the frame that the cursor walked through to `end` (FOUND_TCP or an END_ number). */
export function headerFault(end: number, c: Cursor): number {
  switch (end) {
    case FOUND_TCP:
      return tcpFault(c);
    case END_CUT_LINK:
      return CUT;
    case END_BAD_IP:
      return ipFault(c);
    // Its ports are missed where a header of UDP is cut.
    case END_OTHER:
      return c.protocol === PROTOCOL_UDP && c.payload >= 0 && c.captured < c.payload + UDP_BYTES ? CUT : NO_FAULT;
    default:
      return NO_FAULT;
  }
}

/** RFC 9293 3.1: the header is 20 bytes long at least. */
function tcpFault(c: Cursor): number {
  if (!c.has(TCP_BYTES)) return CUT;
  const bytes = (c.u8(12) >>> 4) * 4;
  if (bytes < TCP_BYTES) return WRONG;
  return c.has(bytes) ? NO_FAULT : CUT;
}

/** RFC 791 3.1, RFC 8200 3; extension headers and that of IPsec end decoding only where they are cut. */
function ipFault(c: Cursor): number {
  const isExtension = c.protocol === PROTOCOL_AH || (c.isV6 && isIpv6Extension(c.protocol));
  if (!c.has(1) || (isExtension && c.payload === c.offset)) return CUT;
  const first = c.u8(0);
  const words = first >>> 4 === 6 ? 10 : first >>> 4 === 4 ? first & 15 : 0;
  return words < 5 || c.has(4 * words) ? WRONG : CUT;
}
