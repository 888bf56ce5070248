/**
 * GTP-U version 1 (3GPP TS 29.281 5): the user's packets between the nodes of a mobile network.
 */
import { type Cursor, END_OTHER, NEXT_IP } from './cursor.js';

/** Version 1, protocol type 1, bit 4 spare. */
const VERSION_MASK = 0xf8;
const VERSION_1 = 0x30;
/** E, S and PN: with any of them the header has four bytes more. */
const ANY_OPTIONAL = 0x07;
const EXTENSION = 0x04;
const G_PDU = 0xff;

/** Behind a UDP header with port 2152. */
export function gtpU(c: Cursor): number {
  if (!c.has(8)) return END_OTHER;
  const flags = c.u8(0);
  if ((flags & VERSION_MASK) !== VERSION_1 || c.u8(1) !== G_PDU) return END_OTHER;
  let bytes = 8;
  if ((flags & ANY_OPTIONAL) !== 0) {
    if (!c.has(12)) return END_OTHER;
    bytes = 12;
    let next = (flags & EXTENSION) !== 0 ? c.u8(11) : 0;
    // 5.2.1: the first byte is the length in words, the last the type of the next extension header.
    while (next !== 0) {
      if (!c.has(bytes + 4)) return END_OTHER;
      const length = 4 * c.u8(bytes);
      if (length === 0 || !c.has(bytes + length)) return END_OTHER;
      next = c.u8(bytes + length - 1);
      bytes += length;
    }
  }
  if (!c.has(bytes + 1)) return END_OTHER;
  const version = c.u8(bytes) >>> 4;
  return version === 4 || version === 6 ? c.skip(bytes, NEXT_IP) : END_OTHER;
}
