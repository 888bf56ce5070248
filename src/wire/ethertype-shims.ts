/**
 * Headers that stand between an ethertype of their own and another header: encryption and integrity, fabric tags,
 * backbones, redundancy. Each function starts behind its ethertype.
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_ENCRYPTED,
  END_OTHER,
  NEXT_ETHERNET,
  NEXT_ETHERTYPE,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_MPLS,
  NEXT_NSH,
} from './cursor.js';

/** IEEE 802.1AE 9.3: TCI and AN, SL, PN, SCI if the SC bit says so. Integrity only: what follows is to be read. */
export function macsec(c: Cursor): number {
  if (!c.has(6)) return END_CUT_LINK;
  const tci = c.u8(0);
  if ((tci & 0x80) !== 0) return END_OTHER;
  if ((tci & 0x08) !== 0) return END_ENCRYPTED;
  const next = c.skipToEthertype((tci & 0x20) !== 0 ? 16 : 8);
  if (next === NEXT_ETHERTYPE) c.macsecFrames++;
  return next;
}

/** IEEE 802.1Q 9.7 (802.1ah): flags and I-SID, then the customer's frame from its destination on. */
export function providerBackbone(c: Cursor): number {
  return c.skipLink(4, NEXT_ETHERNET);
}

/** Cisco FabricPath: FTAG and TTL, then the whole inner frame. */
export function fabricPath(c: Cursor): number {
  return c.skipLink(2, NEXT_ETHERNET);
}

/** Cisco VN-Tag: destination and source interface, then an ethertype. */
export function vnTag(c: Cursor): number {
  return c.skipToEthertype(6);
}

/** IEEE 802.1BR 7.5: six bytes of E-TAG, then an ethertype. */
export function portExtenderTag(c: Cursor): number {
  return c.skipToEthertype(8);
}

/** Cisco MetaData: version, length in words of the options (type and SGT each), then an ethertype. */
export function ciscoMetaData(c: Cursor): number {
  if (!c.has(2)) return END_CUT_LINK;
  if (c.u8(0) !== 1) return END_OTHER;
  return c.skipToEthertype(2 + 4 * c.u8(1) + 2);
}

/** IEC 62439-3 5.2 (HSR): path and size, sequence number, then an ethertype. */
export function highAvailabilityTag(c: Cursor): number {
  return c.skipToEthertype(6);
}

/** IEEE 802.1CB 7.8 (R-TAG): reserved, sequence number, then an ethertype. */
export function redundancyTag(c: Cursor): number {
  return c.skipToEthertype(6);
}

/** RFC 6325 3: flags with the length of options in words, nicknames, options; then the inner frame. */
export function trill(c: Cursor): number {
  if (!c.has(6)) return END_CUT_LINK;
  return c.skipLink(6 + 4 * ((c.u16(0) >>> 6) & 31), NEXT_ETHERNET);
}

/** RFC 8300 2.2: base header with the length in words and what follows, service path, context. */
export function nsh(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  const word = c.u32(0);
  const bytes = 4 * ((word >>> 16) & 63);
  if (word >>> 30 !== 0 || bytes < 8) return END_OTHER;
  switch (word & 0xff) {
    case 1:
      return c.skipLink(bytes, NEXT_IPV4);
    case 2:
      return c.skipLink(bytes, NEXT_IPV6);
    case 3:
      return c.skipLink(bytes, NEXT_ETHERNET);
    case 4:
      return c.skipLink(bytes, NEXT_NSH);
    case 5:
      return c.skipLink(bytes, NEXT_MPLS);
    default:
      return END_OTHER;
  }
}

/** batman-adv, version 15: packet types that carry a whole frame. */
export function batman(c: Cursor): number {
  if (!c.has(2)) return END_CUT_LINK;
  if (c.u8(1) !== 15) return END_OTHER;
  switch (c.u8(0)) {
    // Broadcast: sequence number and originator.
    case 0x01:
      return c.skipLink(14, NEXT_ETHERNET);
    // Unicast, and with four addresses.
    case 0x40:
      return c.skipLink(10, NEXT_ETHERNET);
    case 0x42:
      return c.skipLink(18, NEXT_ETHERNET);
    default:
      return END_OTHER;
  }
}
