/**
 * The fields of the record of a session where only its place is wanted: where its packets are found. Their places among its float64s; field 0 is its
 * number. There is no text.
 */
export const PLACE_V6 = 1;
/** Four words of an IPv6 address, unsigned, or the IPv4 address as the first. */
export const PLACE_SRC = 2;
export const PLACE_DST = 6;
export const PLACE_SRC_PORT = 10;
export const PLACE_DST_PORT = 11;
/** VLAN key (src/wire/vlan-key.ts) when VLANs tell sessions apart, else 0. */
export const PLACE_VLAN = 12;
/** Inputs and numbers in them, from 1, of the first and the last packet. */
export const PLACE_FROM_INPUT = 13;
export const PLACE_FROM_NUMBER = 14;
export const PLACE_TO_INPUT = 15;
export const PLACE_TO_NUMBER = 16;
/** 1: one of its segments at least was marked. */
export const PLACE_MARKED = 17;
export const PLACE_RECORD_FIELDS = 18;
