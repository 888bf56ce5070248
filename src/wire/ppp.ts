/**
 * PPP (RFC 1661) in HDLC-like framing (RFC 1662) or bare, PPPoE (RFC 2516), multilink (RFC 1990), bridging (RFC 3518),
 * and Cisco's HDLC, which shares its links.
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_OTHER,
  NEXT_CISCO_HDLC,
  NEXT_ETHERNET,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_MPLS,
  NEXT_PPP,
} from './cursor.js';

/** RFC 1662 3.1: all stations, unnumbered information. */
const ADDRESS_AND_CONTROL = 0xff03;
const CISCO_UNICAST = 0x0f;
const CISCO_BROADCAST = 0x8f;

/** Link types PPP and PPP_HDLC: whoever captures on a serial line gets either kind. */
export function serial(c: Cursor): number {
  if (!c.has(1)) return END_CUT_LINK;
  const address = c.u8(0);
  return address === CISCO_UNICAST || address === CISCO_BROADCAST ? NEXT_CISCO_HDLC : NEXT_PPP;
}

/** Address and control (which may be left out, RFC 1661 6.6), then the protocol, of one byte if that is odd (6.5). */
export function ppp(c: Cursor): number {
  if (c.has(2) && c.u16(0) === ADDRESS_AND_CONTROL) c.offset += 2;
  if (!c.has(1)) return END_CUT_LINK;
  let protocol = c.u8(0);
  if ((protocol & 1) !== 0) {
    c.offset += 1;
  } else {
    if (!c.has(2)) return END_CUT_LINK;
    protocol = c.u16(0);
    c.offset += 2;
  }
  return afterProtocol(c, protocol);
}

function afterProtocol(c: Cursor, protocol: number): number {
  switch (protocol) {
    case 0x0021:
      return NEXT_IPV4;
    case 0x0057:
      return NEXT_IPV6;
    case 0x003d:
      return multilink(c);
    case 0x0031:
      return bridging(c);
    case 0x0281:
    case 0x0283:
      return NEXT_MPLS;
    default:
      return END_OTHER;
  }
}

/** RFC 1990 3: the long header. Only a fragment with the B bit begins with a packet's first header. */
function multilink(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  return (c.u8(0) & 0x80) !== 0 ? c.skip(4, NEXT_PPP) : END_OTHER;
}

/** RFC 3518 4.2: flags, MAC type 1 for Ethernet. */
function bridging(c: Cursor): number {
  if (!c.has(2)) return END_CUT_LINK;
  return c.u8(1) === 1 ? c.skip(2, NEXT_ETHERNET) : END_OTHER;
}

/** Whether the bytes `ahead` of the cursor look like PPP with IP inside. */
export function isPlausiblePpp(c: Cursor, ahead: number): boolean {
  let from = ahead;
  if (c.has(from + 2) && c.u16(from) === ADDRESS_AND_CONTROL) from += 2;
  if (c.has(from + 3) && c.u16(from) === 0x0021) return c.u8(from + 2) >>> 4 === 4;
  if (c.has(from + 3) && c.u16(from) === 0x0057) return c.u8(from + 2) >>> 4 === 6;
  return false;
}

/** RFC 2516 4: version and type 1, code 0 in a session, session id, length; then PPP without address and control. */
export function pppoe(c: Cursor): number {
  if (!c.has(6)) return END_CUT_LINK;
  if (c.u16(0) !== 0x1100) return END_OTHER;
  c.noteEnd(c.offset + 6 + c.u16(4));
  return c.skip(6, NEXT_PPP);
}

/** RFC 1547 4.3.1: address, control, ethertype. */
export function ciscoHdlc(c: Cursor): number {
  return c.skipToEthertype(4);
}

/** Linux's pppd: a byte of direction stands where the address byte was. */
export function pppWithDirectionForAddress(c: Cursor): number {
  if (!c.has(2)) return END_CUT_LINK;
  return c.skip(c.u8(1) === (ADDRESS_AND_CONTROL & 0xff) ? 2 : 1, NEXT_PPP);
}
