/**
 * The place that a line keeps for its session's id: four bytes, of which the first is a zero. Owns what the other three say: how far it is to the
 * next such place, so that whoever puts the id in need not look for the ends of lines. Four zeros say nothing of that.
 */

const ZERO = 0x30;
const DIGIT_BITS = 6;
const DIGIT = (1 << DIGIT_BITS) - 1;

export const ID_PLACE_BYTES = 4;

/** Notes in the place at `at` that the next one is `distance` bytes on: less than 2^18. */
export function linkIdPlace(bytes: Uint8Array, at: number, distance: number): void {
  bytes[at + 1] = ZERO + (distance >>> (2 * DIGIT_BITS));
  bytes[at + 2] = ZERO + ((distance >>> DIGIT_BITS) & DIGIT);
  bytes[at + 3] = ZERO + (distance & DIGIT);
}

/** How far it is from the place at `at` to the next one; 0: it does not say. */
export const nextIdPlace = (bytes: Uint8Array, at: number): number =>
  ((bytes[at + 1] - ZERO) << (2 * DIGIT_BITS)) | ((bytes[at + 2] - ZERO) << DIGIT_BITS) | (bytes[at + 3] - ZERO);
