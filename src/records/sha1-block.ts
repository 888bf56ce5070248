/**
 * SHA-1 (FIPS 180-4) of messages that fit in one block. Ids are made of few bytes, once a record, where setting up a hash of node:crypto costs several times
 * what the hash itself does.
 */

/** No message may be longer: 64 bytes less the 1 bit and the length. */
export const ONE_BLOCK_BYTES = 55;

const BLOCK_WORDS = 16;
const ROUNDS = 80;

export class Sha1Block {
  /** The message goes here. */
  readonly message = new Uint8Array(4 * BLOCK_WORDS);
  /** The hash: five words, the first the highest. */
  readonly words = new Int32Array(5);
  readonly #view = new DataView(this.message.buffer);
  readonly #schedule = new Int32Array(ROUNDS);

  /** Hashes the first `length` bytes of `message`; those behind them are overwritten. */
  digest(length: number): void {
    if (length > ONE_BLOCK_BYTES) throw new RangeError(`a message of ${length} bytes`);
    this.message.fill(0, length);
    this.message[length] = 0x80;
    this.#view.setUint32(4 * BLOCK_WORDS - 4, 8 * length);
    const w = this.#schedule;
    for (let i = 0; i < BLOCK_WORDS; i++) w[i] = this.#view.getInt32(4 * i);
    for (let i = BLOCK_WORDS; i < ROUNDS; i++) {
      const x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
      w[i] = (x << 1) | (x >>> 31);
    }
    let a = 0x67452301;
    let b = 0xefcdab89 | 0;
    let c = 0x98badcfe | 0;
    let d = 0x10325476;
    let e = 0xc3d2e1f0 | 0;
    for (let i = 0; i < ROUNDS; i++) {
      let f: number;
      if (i < 20) f = (((b & c) | (~b & d)) + 0x5a827999) | 0;
      else if (i < 40) f = ((b ^ c ^ d) + 0x6ed9eba1) | 0;
      else if (i < 60) f = (((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc) | 0;
      else f = ((b ^ c ^ d) + 0xca62c1d6) | 0;
      const next = (((a << 5) | (a >>> 27)) + f + e + w[i]) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    this.words[0] = (a + 0x67452301) | 0;
    this.words[1] = (b + 0xefcdab89) | 0;
    this.words[2] = (c + 0x98badcfe) | 0;
    this.words[3] = (d + 0x10325476) | 0;
    this.words[4] = (e + 0xc3d2e1f0) | 0;
  }
}
