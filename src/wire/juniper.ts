/**
 * The header that Juniper's routers put before captured frames: magic, flags, extensions, and a cookie when there is no
 * link layer.
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_OTHER,
  NEXT_CISCO_HDLC,
  NEXT_ETHERNET,
  NEXT_FRAME_RELAY,
  NEXT_IP,
  NEXT_MPLS,
  NEXT_PPP,
} from './cursor.js';

const MAGIC = 0x4d4743;
const NO_LINK_LAYER = 0x02;
const EXTENSIONS = 0x80;
/** Link types JUNIPER_PPPOE, JUNIPER_ETHER, JUNIPER_PPP, JUNIPER_FRELAY, JUNIPER_CHDLC. */
const PPPOE = 167;
const ETHER = 178;
const PPP = 179;
const FRAME_RELAY = 180;
const CISCO_HDLC = 181;

export const isJuniper = (linkType: number): boolean =>
  linkType === PPPOE || (linkType >= ETHER && linkType <= CISCO_HDLC);

export function juniper(c: Cursor, linkType: number): number {
  if (!c.has(4)) return END_CUT_LINK;
  const word = c.u32(0);
  if (word >>> 8 !== MAGIC) return END_OTHER;
  let bytes = 4;
  if ((word & EXTENSIONS) !== 0) {
    if (!c.has(6)) return END_CUT_LINK;
    bytes = 6 + c.u16(4);
  }
  if ((word & NO_LINK_LAYER) !== 0) return withoutLinkLayer(c, bytes);
  switch (linkType) {
    case PPP:
      return c.skipLink(bytes, NEXT_PPP);
    case FRAME_RELAY:
      return c.skipLink(bytes, NEXT_FRAME_RELAY);
    case CISCO_HDLC:
      return c.skipLink(bytes, NEXT_CISCO_HDLC);
    default:
      return c.skipLink(bytes, NEXT_ETHERNET);
  }
}

/** Four bytes tell the protocol; IP shows itself, what else is a label stack (5: MPLS; 3 and 7: MPLS with IP). */
function withoutLinkLayer(c: Cursor, bytes: number): number {
  if (!c.has(bytes + 5)) return END_CUT_LINK;
  const protocol = c.u32LittleEndian(bytes);
  if (protocol === 3 || protocol === 5 || protocol === 7) return c.skip(bytes + 4, NEXT_MPLS);
  const version = c.u8(bytes + 4) >>> 4;
  return version === 4 || version === 6 ? c.skip(bytes + 4, NEXT_IP) : END_OTHER;
}
