/**
 * IPv6 header and extension headers (RFC 8200 section 4): from the IPv6 header to the TCP header.
 */

export const IPV6_HEADER_BYTES = 40;
const HOP_BY_HOP = 0;
const TCP = 6;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;

/** Added to the result of `locateTcp6` when a fragment header says that more fragments follow. */
export const TCP6_MORE_FRAGMENTS = 0x10000000;
/** Not TCP, or a fragment other than the first. */
export const TCP6_NOT_TCP = -1;
/** Cut inside the chain of headers. */
export const TCP6_SHORT = -2;

/**
 * Offset of the TCP header, counted from `at` like `ip`, the offset of the IPv6 header, whose 40 bytes are
 * known to be there. TCP6_MORE_FRAGMENTS is added for a first fragment.
 */
export function locateTcp6(view: DataView, at: number, ip: number, captured: number): number {
  let header = view.getUint8(at + ip + 6);
  let offset = ip + IPV6_HEADER_BYTES;
  let moreFragments = 0;
  for (;;) {
    if (header === TCP) return offset + moreFragments;
    const known =
      header === HOP_BY_HOP ||
      header === ROUTING ||
      header === DESTINATION_OPTIONS ||
      header === FRAGMENT ||
      header === AUTHENTICATION;
    if (!known) return TCP6_NOT_TCP;
    if (captured < offset + 8) return TCP6_SHORT;
    const next = view.getUint8(at + offset);
    if (header === FRAGMENT) {
      const word = view.getUint16(at + offset + 2);
      if (word >>> 3 !== 0) return TCP6_NOT_TCP;
      if ((word & 1) !== 0) moreFragments = TCP6_MORE_FRAGMENTS;
      offset += 8;
    } else {
      const length = view.getUint8(at + offset + 1);
      // RFC 4302 2.2: AH counts in words of 4 bytes less 2; the others in words of 8 less 1.
      offset += header === AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
      if (captured < offset) return TCP6_SHORT;
    }
    header = next;
  }
}
