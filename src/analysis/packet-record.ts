/**
 * The fields of the record of a segment that has symptoms: their places among its float64s. Field 0 is the number of its session.
 */

/** Which input it is of, and its number there, both from 1. */
export const P_INPUT = 1;
export const P_NUMBER = 2;
export const P_SEC = 3;
export const P_NSEC = 4;
/** 1 for IPv6; four words each, unsigned, of IPv6 addresses, or the IPv4 address as the first. */
export const P_V6 = 5;
export const P_SRC = 6;
export const P_DST = 10;
export const P_SRC_PORT = 14;
export const P_DST_PORT = 15;
/** 1: the responder sent it. */
export const P_SIDE = 16;
/** As in the header, unsigned; the eight flags FIN to CWR. */
export const P_FLAGS = 17;
export const P_SEQ = 18;
export const P_ACK = 19;
export const P_WINDOW = 20;
export const P_LENGTH = 21;
/** Bits of symptoms.ts. */
export const P_SYMPTOMS = 22;
export const PACKET_RECORD_FIELDS = 23;
