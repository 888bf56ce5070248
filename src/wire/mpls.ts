/**
 * MPLS label stacks (RFC 3032) and what they carry: IP, or Ethernet in a pseudowire (RFC 4448), with or without a
 * control word. Nothing in the packet says which; its first bits are a hint (RFC 4928).
 */
import { type Cursor, END_CUT_LINK, END_OTHER, NEXT_ETHERNET, NEXT_IPV4, NEXT_IPV6 } from './cursor.js';
import { isPlausibleEthernet } from './ethernet.js';

const BOTTOM_OF_STACK = 0x100;
const CONTROL_WORD_BYTES = 4;

export function mpls(c: Cursor): number {
  let isBottom = false;
  while (!isBottom) {
    if (!c.has(4)) return END_CUT_LINK;
    isBottom = (c.u32(0) & BOTTOM_OF_STACK) !== 0;
    c.offset += 4;
  }
  if (!c.has(1)) return END_CUT_LINK;
  const first = c.u8(0);
  // An address may begin with 4 or 6 as well; a header length below 5 words is no IPv4.
  if (first >>> 4 === 4 && (first & 15) >= 5 && !isPlausibleEthernet(c, 0)) return NEXT_IPV4;
  if (first >>> 4 === 6 && !isPlausibleEthernet(c, 0)) return NEXT_IPV6;
  return c.directOnly ? END_OTHER : pseudowire(c, first);
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
