/**
 * Link layers: from a frame's first byte to its IP header. Owns link-type numbers (the LINKTYPE_ registry of
 * tcpdump.org) and ethertypes; knows nothing of what is inside IP.
 */

export const LINKTYPE_NULL = 0;
export const LINKTYPE_ETHERNET = 1;
/** DLT_RAW as some systems wrote it into files. */
export const LINKTYPE_RAW_BSD = 12;
export const LINKTYPE_RAW_OPENBSD = 14;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LOOP = 108;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;

/** Where the IP header is: its offset in the frame, with IP_HEADER_V6 added when it must be version 6. */
export const IP_HEADER_V6 = 0x10000000;
/** The frame carries something else than IP (or, directly, nothing this file knows). */
export const LINK_NOT_IP = -1;
/** The frame is cut inside its link-layer header. */
export const LINK_SHORT = -2;

/** Link types that `locateIp` understands; any other loses its interface's packets, and is to be reported. */
export function isKnownLinkType(linkType: number): boolean {
  switch (linkType) {
    case LINKTYPE_NULL:
    case LINKTYPE_ETHERNET:
    case LINKTYPE_RAW_BSD:
    case LINKTYPE_RAW_OPENBSD:
    case LINKTYPE_RAW:
    case LINKTYPE_LOOP:
    case LINKTYPE_LINUX_SLL:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
      return true;
    default:
      return false;
  }
}

/**
 * Finds the IP header of the frame of `captured` bytes at byte `at` of `view`.
 * `directOnly`: nothing between link layer and IP (no VLAN tag).
 * Returns the offset from `at` (IP_HEADER_V6 added for version 6), LINK_NOT_IP or LINK_SHORT.
 */
export function locateIp(view: DataView, at: number, captured: number, linkType: number, directOnly: boolean): number {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      if (captured < 14) return LINK_SHORT;
      return afterEthertype(view, at, 14, captured, directOnly);
    case LINKTYPE_LINUX_SLL:
      if (captured < 16) return LINK_SHORT;
      return afterEthertype(view, at, 16, captured, directOnly);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      if (captured < 4) return LINK_SHORT;
      return afterAddressFamily(view.getUint32(at));
    case LINKTYPE_RAW_BSD:
    case LINKTYPE_RAW_OPENBSD:
    case LINKTYPE_RAW:
      return captured > 0 && view.getUint8(at) >>> 4 === 6 ? IP_HEADER_V6 : 0;
    case LINKTYPE_IPV4:
      return 0;
    case LINKTYPE_IPV6:
      return IP_HEADER_V6;
    default:
      return LINK_NOT_IP;
  }
}

/** The ethertype ends just before `offset`; steps over VLAN tags (IEEE 802.1Q, 802.1ad, and the 0x9100 and 0x9200 of old switches). */
function afterEthertype(view: DataView, at: number, offset: number, captured: number, directOnly: boolean): number {
  let next = offset;
  for (;;) {
    const ethertype = view.getUint16(at + next - 2);
    if (ethertype === ETHERTYPE_IPV4) return next;
    if (ethertype === ETHERTYPE_IPV6) return next + IP_HEADER_V6;
    if (ethertype !== 0x8100 && ethertype !== 0x88a8 && ethertype !== 0x9100 && ethertype !== 0x9200)
      return LINK_NOT_IP;
    if (directOnly) return LINK_NOT_IP;
    next += 4;
    if (captured < next) return LINK_SHORT;
  }
}

/** BSD loopback: AF_INET is 2 everywhere, AF_INET6 is 10, 24, 28 or 30; in the byte order of the capturing host. */
function afterAddressFamily(family: number): number {
  const value = (family & 0xffffff) === 0 ? family >>> 24 : family;
  if (value === 2) return 4;
  if (value === 10 || value === 24 || value === 28 || value === 30) return 4 + IP_HEADER_V6;
  return LINK_NOT_IP;
}
