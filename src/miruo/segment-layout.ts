/**
 * How a session's segments lie in memory: a list of chunks, each a header and packed segments of 5 words and their
 * options. Owns positions and bits; `segment-store.ts` owns what is done with them.
 *
 *   chunk:   next | previous | class, plain, hidden, count, used | base sec | base usec | key low | key high | number
 *            | segments...
 *   segment: seq | ack | size | meta | microseconds since the chunk's base | option words...
 *   meta:    flags 0-7, state 0 8-11, state 1 12-15, colour 16-18, shown 19, side 20, fragment 21,
 *            option words 22-25, timestamps form 26, gap 27-31
 *
 * A segment's number in its session is the chunk's number plus the segments before it in the chunk, those kept and
 * those dropped: a gap counts the ones dropped right before a segment.
 */

export const COLOUR_NONE = 0;
export const COLOUR_RED = 1;
export const COLOUR_GREEN = 2;
export const COLOUR_YELLOW = 3;
export const COLOUR_BLUE = 4;
export const COLOUR_MAGENTA = 5;
export const COLOUR_CYAN = 6;

export const META_STATES_SHIFT = 8;
export const META_COLOUR_SHIFT = 16;
export const META_COLOUR = 7 << META_COLOUR_SHIFT;
export const META_SHOWN = 1 << 19;
export const META_SIDE_SHIFT = 20;
export const META_FRAGMENT = 1 << 21;
export const META_OPTIONS_SHIFT = 22;
/** The two option words are the values of NOP, NOP, timestamps; the twelve bytes are not stored. */
export const META_TIMESTAMPS = 1 << 26;
export const META_GAP_SHIFT = 27;
/** The numbers in a chunk span no more than a gap can count, though places of dropped segments are used again. */
export const MOST_GAP = 31;
export const META_WITHOUT_GAP = (1 << META_GAP_SHIFT) - 1;

/** Words of a stored segment. */
export const S_SEQ = 0;
export const S_ACK = 1;
export const S_SIZE = 2;
export const S_META = 3;
export const S_DELTA_USEC = 4;
export const S_OPTIONS = 5;

/** Words of a chunk's header. */
export const C_NEXT = 0;
export const C_PREVIOUS = 1;
export const C_COUNTS = 2;
export const C_BASE_SEC = 3;
export const C_BASE_USEC = 4;
export const C_KEY_LOW = 5;
export const C_KEY_HIGH = 6;
export const C_NUMBER = 7;
export const C_HEADER = 8;

/** C_COUNTS: class << 29 | plain << 21 | hidden << 14 | count << 8 | used words. */
export const USED = 0xff;
export const COUNT_SHIFT = 8;
export const COUNT = 0x3f;
export const HIDDEN_SHIFT = 14;
export const HIDDEN = 0x3f;
export const PLAIN_SHIFT = 21;
export const PLAIN = 0x3f;
export const CLASS_SHIFT = 29;

/** Words a stored segment takes. */
export const segmentWords = (meta: number): number => S_OPTIONS + ((meta >>> META_OPTIONS_SHIFT) & 15);
