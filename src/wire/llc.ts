/**
 * LLC (IEEE 802.2), SNAP, and NLPID: how IP is told in frames that have no ethertype of their own.
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_OTHER,
  NEXT_ETHERNET,
  NEXT_ETHERTYPE,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_NLPID,
  NEXT_PPP,
} from './cursor.js';
import { MARK_SNAP } from './marks.js';

const UNNUMBERED_INFORMATION = 0x03;
const SNAP_BYTES = 5;
/** RFC 2684 5.2: two bytes of padding before a bridged frame in AAL5. Frame Relay has none (RFC 2427 4.2). */
const AAL5_PADDING = 2;

/** DSAP, SSAP, control. */
export function llc(c: Cursor): number {
  if (!c.has(3)) return END_CUT_LINK;
  const saps = c.u16(0);
  if (c.u8(2) !== UNNUMBERED_INFORMATION) return END_OTHER;
  c.offset += 3;
  // RFC 1042: SNAP. RFC 948: the SAP of IP itself. RFC 2684 5.1: ISO protocols, told by NLPID.
  if (saps === 0xaaaa) return snap(c, AAL5_PADDING);
  if (saps === 0x0606) return NEXT_IPV4;
  if (saps === 0xfefe) return NEXT_NLPID;
  return END_OTHER;
}

/** OUI and protocol; `padding` bytes are before a bridged frame. */
function snap(c: Cursor, padding: number): number {
  if (!c.has(SNAP_BYTES)) return END_CUT_LINK;
  c.marks |= MARK_SNAP;
  const oui = c.u16(0) * 256 + c.u8(2);
  const protocol = c.u16(3);
  c.type = protocol;
  // RFC 1042 and, for bridged frames, IEEE 802.1H.
  if (oui === 0x000000 || oui === 0x0000f8) return c.skip(SNAP_BYTES, NEXT_ETHERTYPE);
  // RFC 2684 5.2: bridged Ethernet, with and without its FCS.
  if (oui === 0x0080c2 && (protocol === 1 || protocol === 7)) return c.skipLink(SNAP_BYTES + padding, NEXT_ETHERNET);
  return END_OTHER;
}

/** ISO/IEC TR 9577, as in RFC 2427 3: one byte, after a byte of padding perhaps. */
export function nlpid(c: Cursor): number {
  if (c.has(1) && c.u8(0) === 0) c.offset++;
  if (!c.has(1)) return END_CUT_LINK;
  switch (c.u8(0)) {
    case 0x80:
      c.offset++;
      return snap(c, 0);
    case 0xcc:
      return c.skip(1, NEXT_IPV4);
    case 0x8e:
      return c.skip(1, NEXT_IPV6);
    // RFC 1973 3.
    case 0xcf:
      return c.skip(1, NEXT_PPP);
    default:
      return END_OTHER;
  }
}
