/**
 * L2TP version 2 (RFC 2661) with PPP inside, and version 3 (RFC 3931) over IP or UDP. In version 3 the length of the
 * cookie, the sublayer and the kind of frame are agreed on elsewhere, so they are found by what makes sense.
 */
import { type Cursor, END_CUT_LINK, END_OTHER, NEXT_ETHERNET, NEXT_PPP } from './cursor.js';
import { isPlausibleEthernet } from './ethernet.js';
import { isPlausiblePpp } from './ppp.js';

const TYPE_CONTROL = 0x8000;
const LENGTH = 0x4000;
const SEQUENCE = 0x0800;
const OFFSET = 0x0200;
/** Bits that must be 0 (RFC 2661 3.1). */
const RESERVED = 0x34f0;

/** Behind a UDP header with port 1701. */
export function l2tpOverUdp(c: Cursor): number {
  if (!c.has(8)) return END_OTHER;
  const flags = c.u16(0);
  if ((flags & TYPE_CONTROL) !== 0) return END_OTHER;
  // RFC 3931 4.1.2.1: flags, 16 reserved bits, session.
  if ((flags & 15) === 3) return c.u16(2) === 0 ? session3(c, 4) : END_OTHER;
  return (flags & 15) === 2 && (flags & RESERVED) === 0 ? version2(c, flags) : END_OTHER;
}

/** RFC 2661 3.1. */
function version2(c: Cursor, flags: number): number {
  let bytes = 6;
  if ((flags & LENGTH) !== 0) bytes += 2;
  if ((flags & SEQUENCE) !== 0) bytes += 4;
  if ((flags & OFFSET) !== 0) {
    if (!c.has(bytes + 2)) return END_CUT_LINK;
    bytes += 2 + c.u16(bytes);
  }
  return c.skipLink(bytes, NEXT_PPP);
}

/** RFC 3931 4.1.1: a session id of 0 is a control message. */
export function l2tpOverIp(c: Cursor): number {
  return session3(c, 0);
}

/** The session id is `ahead` of the cursor; a cookie of 0, 4 or 8 bytes and a sublayer of 0 or 4 follow it. */
function session3(c: Cursor, ahead: number): number {
  if (!c.has(ahead + 4)) return END_CUT_LINK;
  if (c.u32(ahead) === 0) return END_OTHER;
  for (let bytes = ahead + 4; bytes <= ahead + 16; bytes += 4) {
    if (isPlausibleEthernet(c, bytes)) return c.skip(bytes, NEXT_ETHERNET);
    if (isPlausiblePpp(c, bytes)) return c.skip(bytes, NEXT_PPP);
  }
  return END_OTHER;
}
