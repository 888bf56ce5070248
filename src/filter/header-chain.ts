/**
 * Following the headers of a packet from one to the next (`protochain`). Owns the walk, step by step as libpcap's programs
 * take it, whatever one may think of their treatment of authentication headers: its length is taken from the frame
 * where the addition of what came before is missing, so what follows one is seldom found.
 */

const NO_NEXT_HEADER = 59;
const AUTHENTICATION = 51;
/** Hop-by-hop, destination options, routing, fragment (RFC 8200 4.1). */
const isExtension = (protocol: number): boolean =>
  protocol === 0 || protocol === 60 || protocol === 43 || protocol === 44;

/** A walk that long does not end: an authentication header can point at itself. */
const MOST_HEADERS = 65_536;

/**
 * 1 when the chain of the IP header at byte `network` of the frame leads to `protocol`, 0 when not, -1 when the captured
 * bytes end before that is clear.
 */
export function meetsInChain(
  version: number,
  bytes: Uint8Array,
  start: number,
  capturedBytes: number,
  network: number,
  protocol: number,
): number {
  const is6 = version === 6;
  const protocolAt = network + (is6 ? 6 : 9);
  // For some link types the place of the network header is not known and negative; then nothing before it can be read.
  if ((network < 0 && !is6) || protocolAt >= capturedBytes) return -1;
  let header = bytes[start + protocolAt];
  // Where the next header is, from the IP header on.
  let at = is6 ? 40 : (bytes[start + network] & 0xf) * 4;
  for (let headers = 0; headers < MOST_HEADERS; headers++) {
    if (header === protocol) return 1;
    if (header === NO_NEXT_HEADER) return 0;
    const isOption = is6 && isExtension(header);
    if (!isOption && header !== AUTHENTICATION) return 0;
    if (network < 0 || network + at + 1 >= capturedBytes) return -1;
    header = bytes[start + network + at];
    const length = bytes[start + network + at + 1];
    at = isOption ? at + (length + 1) * 8 : (length + 2) * 4;
  }
  return 0;
}
