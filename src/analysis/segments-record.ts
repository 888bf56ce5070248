/**
 * The record of a session's segments, told right before the session's own where its ladder may be wanted: the fields, and how the segments lie in the
 * record's text. Of a long session there are the first and the last ones.
 */
let places = 1;
const place = (): number => places++;

/** Packets of the session; segments in the text; how many of these come before the gap (all, where there is none). */
export const G_TOTAL = place();
export const G_SEGMENTS = place();
export const G_BEFORE_GAP = place();
export const SEGMENTS_RECORD_FIELDS = places;

/** Segments of a session that are kept from its beginning, and up to its end, beyond which there is a gap. */
export const FIRST_SEGMENTS = 1000;
export const LAST_SEGMENTS = 1000;

/** Words of a segment, int32 in the machine's order. Time: second, unsigned, and nanosecond. */
export const SEGMENT_WORDS = 8;
export const SEGMENT_BYTES = 4 * SEGMENT_WORDS;
export const SEGMENT_SEC = 0;
export const SEGMENT_NSEC = 1;
export const SEGMENT_SEQ = 2;
export const SEGMENT_ACK = 3;
/** Bytes of payload on the wire. */
export const SEGMENT_LENGTH = 4;
/** In bytes: scaled where the shift is known, that of a SYN never. */
export const SEGMENT_WINDOW = 5;
/** Low byte of TCP's flags; SEGMENT_BY_DST where the responder sent it. */
export const SEGMENT_FLAGS = 6;
export const SEGMENT_BY_DST = 0x100;
/** Set of symptoms, bit 0 the first. */
export const SEGMENT_SYMPTOMS = 7;
