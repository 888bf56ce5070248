/**
 * The kinds of pcapng blocks and what lengths they may have (draft-ietf-opsawg-pcapng 3.1, 4). Owns numbers and the
 * words for what is wrong with a block; reads nothing.
 */
import type { Problem } from './format.js';

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
/** Obsolete (appendix A), still found in old captures. */
export const PACKET = 2;
export const SIMPLE_PACKET = 3;
export const NAME_RESOLUTION = 4;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;
const JOURNAL_EXPORT = 9;
const DECRYPTION_SECRETS = 10;
/** Custom blocks (4.8), one that may be copied to other files and one that must not. */
export const CUSTOM = 0x00000bad;
export const CUSTOM_UNCOPIED = 0x40000bad;
/** Types from here on are for local use (11.1). */
const LOCAL_USE = 0x80000000;

/** The byte-order magic of a section header, which says the order of all that follows in the section (4.1). */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const MAJOR_VERSION = 1;

/** Type, length and length again: what any block has at least. */
export const LEAST_BLOCK_BYTES = 12;
export const TRAILER_BYTES = 4;
/** Fixed fields of blocks up to the frame, or up to the options. */
export const SECTION_HEAD_BYTES = 24;
export const DESCRIPTION_HEAD_BYTES = 16;
export const STATISTICS_HEAD_BYTES = 20;
export const PACKET_HEAD_BYTES = 28;
export const SIMPLE_HEAD_BYTES = 12;
export const CUSTOM_HEAD_BYTES = 12;

/**
 * Longest block of a kind that is read or is not known: what Wireshark and libpcap take. The rest may be long, as
 * secrets or what a custom block wraps are; a longer one is taken for damage, which else would cost up to 4 GiB.
 */
const LONGEST_BLOCK_BYTES = 16 * 1024 * 1024;
const LONGEST_SKIPPED_BYTES = 2 ** 31 - 4;

/** Types that were given out are below this (11.1), but for a few. */
const PLAUSIBLE_TYPES = 0x300;

/**
 * Whether behind damage something may be a block of this type. Lengths alone say little: IP headers at equal distances
 * look like lengths that agree with each other, and so do blocks looked at a byte too late, whose type is then 0x600.
 */
export function isPlausibleType(type: number): boolean {
  if (type === 0) return false;
  const isOther = type === SECTION_HEADER || type === CUSTOM || type === CUSTOM_UNCOPIED;
  return type < PLAUSIBLE_TYPES || type >= LOCAL_USE || isOther;
}

/** Bytes a block takes in the file. */
export function paddedBytes(length: number): number {
  // Lengths must be multiples of 4 (3.1), and libpcap refuses others. Some writers did not count the padding at the
  // end, though it is there: Wireshark reads those, and as the length at the end must be the same there is no doubt.
  return (length + 3) & ~3;
}

/** Fewest bytes of a block of this type. */
export function leastBytes(type: number): number {
  switch (type) {
    case SECTION_HEADER:
      return SECTION_HEAD_BYTES + TRAILER_BYTES;
    case INTERFACE_DESCRIPTION:
      return DESCRIPTION_HEAD_BYTES + TRAILER_BYTES;
    case ENHANCED_PACKET:
    case PACKET:
      return PACKET_HEAD_BYTES + TRAILER_BYTES;
    case INTERFACE_STATISTICS:
      return STATISTICS_HEAD_BYTES + TRAILER_BYTES;
    case SIMPLE_PACKET:
      return SIMPLE_HEAD_BYTES + TRAILER_BYTES;
    case CUSTOM:
    case CUSTOM_UNCOPIED:
      return CUSTOM_HEAD_BYTES + TRAILER_BYTES;
    default:
      return LEAST_BLOCK_BYTES;
  }
}

/** Most bytes of a block of this type. */
export function mostBytes(type: number): number {
  switch (type) {
    case NAME_RESOLUTION:
    case JOURNAL_EXPORT:
    case DECRYPTION_SECRETS:
    case CUSTOM:
    case CUSTOM_UNCOPIED:
      return LONGEST_SKIPPED_BYTES;
    default:
      return type >= LOCAL_USE ? LONGEST_SKIPPED_BYTES : LONGEST_BLOCK_BYTES;
  }
}

/** What is wrong with a length in a block's header, or undefined. */
export function lengthProblem(type: number, length: number): Problem | undefined {
  const least = leastBytes(type);
  const most = mostBytes(type);
  if (length >= least && length <= most) return undefined;
  return {
    found: `a block of type 0x${type.toString(16)} with a length of ${length} bytes`,
    expected: length < least ? `at least ${least}` : `at most ${most}`,
  };
}

export function capturedProblem(captured: number, most: number): Problem {
  return { found: `a captured length of ${captured} bytes`, expected: `at most ${most}` };
}

export function trailerProblem(trailer: number, length: number): Problem {
  return { found: `a length of ${trailer} bytes at the end of a block`, expected: `${length}, as at its start` };
}

export function byteOrderProblem(magic: number): Problem {
  return {
    found: `byte-order magic 0x${magic.toString(16).padStart(8, '0')}`,
    expected: '1a2b3c4d in either byte order',
  };
}

export function versionProblem(major: number, minor: number): Problem {
  return { found: `pcapng version ${major}.${minor}`, expected: `version ${MAJOR_VERSION}` };
}
