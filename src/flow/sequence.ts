/**
 * Arithmetic modulo 2^32 on sequence numbers and sums of them (RFC 9293 3.4). Values are int32.
 */

/** Whether `value` lies in the closed cyclic range from `low` up to `high`. */
export function inRange(value: number, low: number, high: number): boolean {
  return (value - low) >>> 0 <= (high - low) >>> 0;
}

/** Whether a range that does not hold `value` is extended to it upwards (true) or downwards: the shorter way. */
export function extendsUpwards(value: number, low: number, high: number): boolean {
  return (value - high) >>> 0 <= (low - value) >>> 0;
}
