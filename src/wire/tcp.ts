/**
 * TCP header facts (RFC 9293 section 3.1, RFC 3168 for the two ECN bits).
 */

export const TCP_HEADER_BYTES = 20;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_ACK = 0x10;
/** All flags but ECE and CWR, which say nothing of the session's state. */
export const TCP_CLASSIC_FLAGS = 0x3f;

/** Bytes 12 to 15 of the header as a big-endian word: data offset in 32-bit words. */
export const dataOffsetWords = (word: number): number => word >>> 28;
/** The flags byte of the same word. */
export const flagsByte = (word: number): number => (word >>> 16) & 0xff;
