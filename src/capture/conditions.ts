/**
 * What was out of the ordinary with packets or inputs, as bits of an int32. Owns the bits: they are the upper half of what reports show as
 * the conditions of a run (the lower half are the MARK_ bits of src/wire/marks.ts), so a bit keeps its meaning for good.
 */

/** Frames of which less was captured than was on the wire; and those in which a header is cut by that. */
export const CONDITION_SNAPPED = 1 << 0;
export const CONDITION_SNAPPED_HEADER = 1 << 1;
/** An IP packet that is longer than its frame, by its header. */
export const CONDITION_IP_OVER_FRAME = 1 << 2;
/** A header that cannot be one: mostly of IP or TCP, or of whatever a frame ends in that was captured whole. */
export const CONDITION_BAD_HEADER = 1 << 3;
/** Later fragments whose first one was not seen. */
export const CONDITION_FRAGMENT_WITHOUT_HEAD = 1 << 4;
/** Wrong checksums, where they are verified. */
export const CONDITION_WRONG_CHECKSUM = 1 << 5;
/** A packet with an earlier time than the one before it. */
export const CONDITION_CLOCK_BACKWARDS = 1 << 6;
/** Packets of a link type that is not known. */
export const CONDITION_UNKNOWN_LINK = 1 << 7;
/** A capture that ends within a record, or that is damaged otherwise, or that could not be read. */
export const CONDITION_TRUNCATED = 1 << 8;
export const CONDITION_DAMAGED = 1 << 9;
/** Packets were lost while they were captured. */
export const CONDITION_DROPPED = 1 << 10;
