/**
 * MPLS label stacks (RFC 3032) and what they carry: IP, or Ethernet in a pseudowire (RFC 4448), with or without a
 * control word. Nothing in the packet says which; its first bits are a hint (RFC 4928).
 */
import { type Cursor, END_CUT_LINK, END_OTHER, NEXT_ETHERNET, NEXT_IPV4, NEXT_IPV6 } from './cursor.js';
import { ETHERNET_BYTES, ETHERTYPE_IPV4, ETHERTYPE_IPV6, isPlausibleEthernet } from './ethernet.js';
import { hasIpv4Checksum } from './ipv4.js';

const BOTTOM_OF_STACK = 0x100;
const CONTROL_WORD_BYTES = 4;

export function mpls(c: Cursor): number {
  let isBottom = false;
  while (!isBottom) {
    if (!c.has(4)) return END_CUT_LINK;
    isBottom = (c.u32(0) & BOTTOM_OF_STACK) !== 0;
    c.offset += 4;
    c.mplsLabels++;
  }
  if (!c.has(1)) return END_CUT_LINK;
  const first = c.u8(0);
  // An address may begin with 4 or 6 as well, and an IP address may look like an ethertype: check sums decide.
  switch (first >>> 4) {
    case 4:
      return hasIpv4Checksum(c, 0) || !isIpInEthernet(c) ? NEXT_IPV4 : NEXT_ETHERNET;
    case 6:
      return isIpInEthernet(c) && hasIpv4Checksum(c, ETHERNET_BYTES) ? NEXT_ETHERNET : NEXT_IPV6;
    default:
      return c.directOnly ? END_OTHER : pseudowire(c, first);
  }
}

function isIpInEthernet(c: Cursor): boolean {
  if (c.directOnly || !c.has(ETHERNET_BYTES + 1)) return false;
  const version = c.u8(ETHERNET_BYTES) >>> 4;
  const ethertype = c.u16(ETHERNET_BYTES - 2);
  return (ethertype === ETHERTYPE_IPV4 && version === 4) || (ethertype === ETHERTYPE_IPV6 && version === 6);
}

/** RFC 4385 3: a control word begins with 0; 1 is an associated channel, which carries no user's packets. */
function pseudowire(c: Cursor, first: number): number {
  const mayHaveControlWord = first >>> 4 === 0;
  if (mayHaveControlWord && isPlausibleEthernet(c, CONTROL_WORD_BYTES))
    return c.skip(CONTROL_WORD_BYTES, NEXT_ETHERNET);
  if (isPlausibleEthernet(c, 0)) return NEXT_ETHERNET;
  // Many addresses begin with 0, too; but whoever has neither known type behind them is decoded as RFC 4448 advises.
  return mayHaveControlWord ? c.skipLink(CONTROL_WORD_BYTES, NEXT_ETHERNET) : END_OTHER;
}
