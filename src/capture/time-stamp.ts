/**
 * Time stamps that count units since 1970 in two 32-bit words (pcapng 4.3, 4.2 if_tsresol and if_tsoffset), turned into
 * seconds and nanoseconds. Owns the arithmetic, which is exact: 64 bits do not fit a double, so the high word is
 * divided once and kept until it changes (each 71 minutes for microseconds, each 4 seconds for nanoseconds), and
 * what is left is a remainder below 2^45 plus the low word.
 *
 * Seconds are modulo 2^32, as everywhere here; nanoseconds are cut, not rounded.
 */

/** Units of up to 10^-13 and 2^-32 of a second go without BigInt: every intermediate value stays below 2^53. */
const FINEST_DECIMAL = 13;
const FINEST_BINARY = 32;

/** 10^9 = 2^9 * 5^9: nanoseconds in a unit of 2^-n are 5^9 / 2^(n - 9), and 2^32 * 5^9 still fits a double. */
const FIVE_TO_9 = 1_953_125;

const ERA_SEC = 2 ** 32;

/** One clock an interface: the unit of its stamps and what is to be added to them. */
export class StampClock {
  /** The last result: seconds since 1970 as int32, to be read with `>>> 0`, and nanoseconds below 10^9. */
  sec = 0;
  nsec = 0;
  /** The unit in words. */
  readonly unit: string;
  readonly #unitsPerSecond: number;
  /** Nanoseconds are units * #times / #over. */
  readonly #times: number;
  readonly #over: number;
  readonly #offsetSec: number;
  /** Units a second where doubles are not enough, or 0n. */
  readonly #bigUnitsPerSecond: bigint;
  /** The high word that was divided last: so many seconds (modulo 2^32), with the offset, and units left over. */
  #high = 0;
  #highSec: number;
  #highUnits = 0;
  /** The same seconds, not modulo 2^32. */
  #highWholeSec: number;
  /** Where the second of the last stamp began, in the low word; below 0 when it began under another high word. */
  #secondAt = 0;

  /**
   * `resolution` is if_tsresol: the negated power of 10, or of 2 with the highest bit set. `offsetSec` are the low 32
   * bits of if_tsoffset: the high ones cannot matter modulo 2^32.
   */
  constructor(resolution: number, offsetSec: number) {
    const isBinary = (resolution & 0x80) !== 0;
    const power = resolution & 0x7f;
    this.unit = unitName(isBinary, power);
    this.#offsetSec = offsetSec | 0;
    this.#highSec = offsetSec | 0;
    this.#highWholeSec = offsetSec | 0;
    this.sec = offsetSec | 0;
    this.#unitsPerSecond = isBinary ? 2 ** power : 10 ** power;
    const isFine = power > (isBinary ? FINEST_BINARY : FINEST_DECIMAL);
    this.#bigUnitsPerSecond = isFine ? (isBinary ? 2n : 10n) ** BigInt(power) : 0n;
    this.#times = isBinary ? FIVE_TO_9 : power < 9 ? 10 ** (9 - power) : 1;
    this.#over = isBinary ? 2 ** (power - 9) : power > 9 ? 10 ** (power - 9) : 1;
  }

  /** Sets `sec` and `nsec` to the stamp of these words, both unsigned. Once a packet. */
  set(high: number, low: number): void {
    if (this.#bigUnitsPerSecond !== 0n) {
      this.#setBig(high, low);
      return;
    }
    let rest = low - this.#secondAt;
    if (high !== this.#high || rest < 0 || rest >= this.#unitsPerSecond) {
      this.#setSecond(high, low);
      rest = low - this.#secondAt;
    }
    this.nsec = (this.#over === 1 ? rest * this.#times : (rest * this.#times) / this.#over) | 0;
  }

  /** How often 2^32 s are to be added to `sec` for the whole time: 0 for any but absurd stamps. Not for each packet. */
  get era(): number {
    const low = this.sec >>> 0;
    const later = (low - (this.#highWholeSec % ERA_SEC) + ERA_SEC) % ERA_SEC;
    return Math.max(0, Math.floor((this.#highWholeSec + later) / ERA_SEC));
  }

  /** Finds the second: once for all stamps in it, when they come in order, which saves 4 of 26 ns a packet of `next`. */
  #setSecond(high: number, low: number): void {
    if (high !== this.#high) this.#divideHigh(high);
    const sec = Math.floor((this.#highUnits + low) / this.#unitsPerSecond);
    this.sec = (this.#highSec + sec) | 0;
    this.#secondAt = sec * this.#unitsPerSecond - this.#highUnits;
  }

  /** Long division of high * 2^32 in digits of 8 bits: a remainder below 2^45 and one digit fit a double. */
  #divideHigh(high: number): void {
    const divisor = this.#unitsPerSecond;
    let rest = high % divisor;
    // The digits above these are a multiple of 2^32 seconds.
    let sec = 0;
    for (let digit = 0; digit < 4; digit++) {
      const dividend = rest * 256;
      const quotient = Math.floor(dividend / divisor);
      sec = sec * 256 + quotient;
      rest = dividend - quotient * divisor;
    }
    this.#high = high;
    this.#highWholeSec = Math.floor(high / divisor) * ERA_SEC + sec + this.#offsetSec;
    this.#highSec = (sec + this.#offsetSec) | 0;
    this.#highUnits = rest;
  }

  /** Units that no clock has, but a file may name: 10^-14 to 10^-127 and 2^-33 to 2^-127 of a second. */
  #setBig(high: number, low: number): void {
    const units = (BigInt(high) << 32n) | BigInt(low);
    const sec = units / this.#bigUnitsPerSecond;
    const rest = units % this.#bigUnitsPerSecond;
    this.sec = (Number(BigInt.asIntN(32, sec)) + this.#offsetSec) | 0;
    this.nsec = Number((rest * 1_000_000_000n) / this.#bigUnitsPerSecond);
  }
}

function unitName(isBinary: boolean, power: number): string {
  if (isBinary) return `2^-${power} s`;
  return power === 6 ? 'us' : power === 9 ? 'ns' : `10^-${power} s`;
}
