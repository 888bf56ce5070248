/**
 * Frame Relay (ITU-T Q.922) with multiprotocol encapsulation (RFC 2427) or Cisco's.
 */
import { type Cursor, END_CUT_LINK, END_OTHER, NEXT_ETHERTYPE, NEXT_NLPID } from './cursor.js';

const MOST_ADDRESS_BYTES = 4;
const UNNUMBERED_INFORMATION = 0x03;
const LEAST_ETHERTYPE = 0x0600;

/** Address of 2 to 4 bytes; then control and NLPID, or (Cisco) an ethertype. */
export function frameRelay(c: Cursor): number {
  let bytes = 1;
  // Q.922 3.2: the last byte of the address has its lowest bit set.
  while (bytes < MOST_ADDRESS_BYTES && c.has(bytes) && (c.u8(bytes - 1) & 1) === 0) bytes++;
  if (!c.has(bytes + 1)) return END_CUT_LINK;
  if (c.u8(bytes) === UNNUMBERED_INFORMATION) return c.skip(bytes + 1, NEXT_NLPID);
  if (!c.has(bytes + 2)) return END_CUT_LINK;
  c.type = c.u16(bytes);
  return c.type >= LEAST_ETHERTYPE ? c.skip(bytes + 2, NEXT_ETHERTYPE) : END_OTHER;
}
