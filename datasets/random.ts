/** The seeded randomness of generated captures: xorshift, 32 bits, the same on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Xorshift never leaves 0, and neighbouring seeds must not start alike.
    this.state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  }

  /** 32 random bits, never 0, as an int32. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x;
  }

  /** In [0, 1). */
  unit(): number {
    return (this.next() >>> 0) / 0x1_0000_0000;
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  chance(fraction: number): boolean {
    return fraction > 0 && this.unit() < fraction;
  }
}
