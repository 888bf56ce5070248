/**
 * The fields of a session's record: their places among its float64s. NaN stands for what is not known. Times that passed are in nanoseconds. Side 0 is
 * that of the originator (`src`), 1 that of the responder (`dst`).
 */
import { SYMPTOMS } from './symptoms.js';

let places = 1;
const place = (fields = 1): number => {
  const at = places;
  places += fields;
  return at;
};

/** 1 for IPv6. */
export const R_V6 = place();
/** Four words of an IPv6 address, unsigned, or the IPv4 address as the first. */
export const R_SRC = place(4);
export const R_DST = place(4);
export const R_SRC_PORT = place();
export const R_DST_PORT = place();
/** VLAN id of the first packet's outermost tag. */
export const R_VLAN = place();
/** Numbers, from 1, of the inputs that the first and the last packet are of, and of these packets in them. */
export const R_FIRST_INPUT = place();
export const R_LAST_INPUT = place();
export const R_FIRST_NUMBER = place();
export const R_LAST_NUMBER = place();
/** Times of the first and the last packet: seconds since 1970, nanoseconds. */
export const R_FIRST_SEC = place();
export const R_FIRST_NSEC = place();
export const R_LAST_SEC = place();
export const R_LAST_NSEC = place();
/** Index in STATES (connection-state.ts). */
export const R_STATE = place();
/** Bytes of text: the history. */
export const R_HISTORY_BYTES = place();
/** Sum of SYN 1, SYN-ACK 2, ACK 4, DATA 8, FIN 16, RST 32. */
export const R_COMPLETENESS = place();
/** 1: no SYN says who is the originator. */
export const R_GUESSED = place();
/** From SYN to SYN-ACK, and from that to the ACK; from SYN to ACK. */
export const R_SYN_TO_SYNACK = place();
export const R_SYNACK_TO_ACK = place();
export const R_INITIAL_RTT = place();
/** 1: SYN or SYN-ACK was repeated, so that it is not known which was answered. */
export const R_AMBIGUOUS = place();
/** Between one packet and the next. */
export const R_SILENCE = place();
/** Index in CLOSED_BY. */
export const R_CLOSED_BY = place();
/** Bytes of text: method and host of the first HTTP request; 0 where there is none. The status of the first answer. */
export const R_METHOD_BYTES = place();
export const R_HOST_BYTES = place();
export const R_STATUS = place();

/** How a session came to its end. */
export const CLOSED_BY = ['fin', 'rst', 'timeout', 'end of capture', 'port reuse'] as const;

const SESSION_FIELDS = places;
places = 0;
/** Of one side: what it sent. */
export const S_PACKETS = place();
/** Segments that take up sequence numbers: with payload, SYN or FIN. */
export const S_SEGMENTS = place();
/** Of frames; of IP datagrams as their headers say; of payload on the wire; of payload, every sequence number once. */
export const S_WIRE_BYTES = place();
export const S_IP_BYTES = place();
export const S_PAYLOAD_BYTES = place();
export const S_UNIQUE_BYTES = place();
export const S_SYN = place();
export const S_SYNACK = place();
export const S_FIN = place();
export const S_RST = place();
/** Round trips from its data to the other side's ACK. */
export const S_RTT_SAMPLES = place();
export const S_RTT_MIN = place();
export const S_RTT_MEAN = place();
export const S_RTT_MAX = place();
export const S_RTT_DEVIATION = place();
/** A number of segments for each of SYMPTOMS. */
export const S_SYMPTOMS = place(SYMPTOMS.length);
/** Of its SYN: MSS, shift of the window, whether SACK is permitted; whether there are timestamps. */
export const S_MSS = place();
export const S_WINDOW_SCALE = place();
export const S_SACK_PERMITTED = place();
export const S_TIMESTAMPS = place();
/** Payload of its largest segment. */
export const S_LARGEST = place();
/** Scaled, of segments without SYN and RST. */
export const S_WINDOW_MIN = place();
export const S_WINDOW_MAX = place();
/** Packets that are fragments; that were not captured whole; whose checksum is wrong (NaN where nobody looked); that were captured twice. */
export const S_FRAGMENTS = place();
export const S_SNAPPED = place();
export const S_WRONG_CHECKSUMS = place();
export const S_DUPLICATES = place();
const SIDE_FIELDS = places;

/** The place of field `field` (S_) of side `side`. */
export const ofSide = (side: number, field: number): number => SESSION_FIELDS + side * SIDE_FIELDS + field;
export const SESSION_RECORD_FIELDS = SESSION_FIELDS + 2 * SIDE_FIELDS;
