/**
 * CAPWAP data (RFC 5415 4.3): the frames that a wireless access point hands to its controller.
 */
import { type Cursor, END_OTHER, NEXT_ETHERNET } from './cursor.js';
import { ieee80211 } from './ieee80211.js';

const WIRELESS_80211 = 1;
/** Bits of the header's first word: native frame format, fragment, last fragment, keep-alive. */
const NATIVE = 1 << 8;
const FRAGMENT = 1 << 7;
const KEEP_ALIVE = 1 << 3;

/** Behind a UDP header with port 5247. Fragments other than the first have no header to read. */
export function capwap(c: Cursor): number {
  if (!c.has(8)) return END_OTHER;
  const word = c.u32(0);
  // RFC 5415 4.1: version 0; type 0, for 1 is DTLS.
  if (word >>> 24 !== 0 || (word & KEEP_ALIVE) !== 0) return END_OTHER;
  if ((word & FRAGMENT) !== 0 && c.u16(6) >>> 3 !== 0) return END_OTHER;
  const bytes = 4 * ((word >>> 19) & 31);
  if (bytes < 8 || !c.has(bytes)) return END_OTHER;
  if ((word & NATIVE) === 0) return c.skip(bytes, NEXT_ETHERNET);
  if (((word >>> 9) & 31) !== WIRELESS_80211 || !c.has(bytes + 2)) return END_OTHER;
  c.offset += bytes;
  // Some access points write frame control the other way round. Version 0, type data is 8 in the low bits of its first byte.
  const isSwapped = (c.u8(0) & 15) !== 8 && (c.u8(1) & 15) === 8;
  return ieee80211(c, false, isSwapped);
}
