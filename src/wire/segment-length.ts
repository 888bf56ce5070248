/**
 * How much a segment carries, by the length in its IP header.
 */

/** IPv6's header, which its length does not count (RFC 8200 section 3). */
const IPV6_HEADER_BYTES = 40;

/**
 * Bytes of payload of the segment whose IP header is at byte `ip` of `view`; `headerBytes`: from there to the end of its TCP
 * header. `wireBytes`, what the frame has from there on, counts where the header says 0: segmentation offload leaves that.
 */
export function payloadBytes(
  view: DataView,
  ip: number,
  isV6: boolean,
  headerBytes: number,
  wireBytes: number,
): number {
  const said = isV6 ? view.getUint16(ip + 4) : view.getUint16(ip + 2);
  const total = said === 0 ? wireBytes : isV6 ? said + IPV6_HEADER_BYTES : said;
  return Math.max(0, total - headerBytes);
}
