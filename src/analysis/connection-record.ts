/**
 * The fields of the record of a connection as Zeek counts them: their places among its float64s. NaN stands for what is unset. Side 0 is the
 * originator's.
 */

export const C_INPUT = 1;
/** Time of the first packet; and from it to the last one, in nanoseconds. */
export const C_SEC = 2;
export const C_NSEC = 3;
export const C_DURATION = 4;
/** 1 for IPv6; four words each, unsigned, of IPv6 addresses, or the IPv4 address as the first. */
export const C_V6 = 5;
export const C_ORIG = 6;
export const C_RESP = 10;
export const C_ORIG_PORT = 14;
export const C_RESP_PORT = 15;
export const C_ORIG_BYTES = 16;
export const C_RESP_BYTES = 17;
/** Index in STATES (connection-state.ts). */
export const C_STATE = 18;
export const C_MISSED_BYTES = 19;
/** Bytes of text: the history. */
export const C_HISTORY_BYTES = 20;
export const C_ORIG_PACKETS = 21;
export const C_ORIG_IP_BYTES = 22;
export const C_RESP_PACKETS = 23;
export const C_RESP_IP_BYTES = 24;
/** VLAN id of the first packet's outermost tag. */
export const C_VLAN = 25;
export const CONNECTION_RECORD_FIELDS = 26;
