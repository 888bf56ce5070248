/**
 * What becomes of frames, as numbers: a segment, or why not. By itself, as those who only show the counts need no decoder.
 */

/** What became of a frame. SEGMENT: the descriptor's words D_VLAN and from D_WHERE on are filled. */
export const SEGMENT = 0;
// The reasons below are the END_ numbers of src/wire/cursor.ts without their sign.
/** No TCP header here: another protocol than those below. */
export const NO_SEGMENT = 1;
/** Cut or wrong in the link layer (or what stands for one in a tunnel), IP or TCP header. */
export const BAD_LINK_HEADER = 2;
export const BAD_IP_HEADER = 3;
export const BAD_TCP_HEADER = 4;
/** A fragment other than the first, of TCP or of what may be a tunnel: `fragmentKey` finds its first. */
export const LATER_FRAGMENT = 5;
/** No such link type is known. */
export const UNKNOWN_LINK_TYPE = 6;
export const ENCRYPTED = 7;
/** A message of ICMP or ICMPv6. */
export const ICMP_MESSAGE = 8;
export const DECODE_REASONS = 9;
