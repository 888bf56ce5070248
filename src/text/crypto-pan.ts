/**
 * Addresses that stand for others: prefix-preserving anonymisation as Crypto-PAn does it (Xu, Fan, Ammar, Moon, "Prefix-Preserving IP Address
 * Anonymization", ICNP 2002). Two addresses that share their first n bits, and no more, are mapped to two that do the same, so networks stay
 * networks; nobody without the key gets from one to the other. Owns the mapping and its cache; where a key comes from is others' business.
 */
import { type Cipher, createCipheriv } from 'node:crypto';

/** The first half is the key of AES-128, the second one, encrypted, is the pad. */
export const ADDRESS_KEY_BYTES = 32;

const BLOCK_BYTES = 16;
const V4_BITS = 32;
const V6_BITS = 128;
const V6_WORDS = 4;
/** Places of the caches, powers of two. What is looked up takes the place of what was there: 288 KiB for IPv4, at most 264 KiB for IPv6. */
const V4_CACHE_BITS = 15;
const V6_CACHE_BITS = 13;
const V6_ENTRY_WORDS = 2 * V6_WORDS;
/** 2^32 divided by the golden ratio: neighbours are spread over the cache. */
const SPREAD = 0x9e3779b1;

/** Words of addresses in host order, read and written in place. */
type AddressWords = Int32Array | number[];

/** The mapping of one key. */
export class AddressMapper {
  readonly #cipher: Cipher;
  readonly #pad: DataView;
  readonly #blocks = new Uint8Array(V6_BITS * BLOCK_BYTES);
  readonly #view = new DataView(this.#blocks.buffer);
  readonly #v4Keys = new Int32Array(1 << V4_CACHE_BITS);
  readonly #v4Values = new Int32Array(1 << V4_CACHE_BITS);
  readonly #v4Used = new Uint8Array(1 << V4_CACHE_BITS);
  /** Address and what it is mapped to, side by side; made with the first IPv6 address. */
  #v6Entries: Int32Array = new Int32Array();
  #v6Used: Uint8Array = new Uint8Array();

  /** `key`: ADDRESS_KEY_BYTES bytes. */
  constructor(key: Uint8Array) {
    if (key.length !== ADDRESS_KEY_BYTES) throw new RangeError(`a key of ${key.length} bytes`);
    this.#cipher = createCipheriv('aes-128-ecb', key.subarray(0, BLOCK_BYTES), null);
    // Whole blocks come back at once.
    this.#cipher.setAutoPadding(false);
    const pad = this.#cipher.update(key.subarray(BLOCK_BYTES));
    this.#pad = new DataView(pad.buffer, pad.byteOffset, pad.length);
  }

  /** What stands for an IPv4 address; both int32 in host order. */
  v4(address: number): number {
    const place = Math.imul(address, SPREAD) >>> (32 - V4_CACHE_BITS);
    if (this.#v4Keys[place] === address && this.#v4Used[place] === 1) return this.#v4Values[place];
    const mapped = address ^ this.#flips(address);
    this.#v4Keys[place] = address;
    this.#v4Values[place] = mapped;
    this.#v4Used[place] = 1;
    return mapped;
  }

  /** Puts what stands for the IPv6 address in the four words of `words` from `at` on in their place. */
  v6(words: AddressWords, at = 0): void {
    if (this.#v6Used.length === 0) {
      this.#v6Entries = new Int32Array(V6_ENTRY_WORDS << V6_CACHE_BITS);
      this.#v6Used = new Uint8Array(1 << V6_CACHE_BITS);
    }
    const entries = this.#v6Entries;
    const place = placeOf(words, at);
    const entry = V6_ENTRY_WORDS * place;
    if (this.#v6Used[place] === 0 || !isAt(entries, entry, words, at)) {
      for (let word = 0; word < V6_WORDS; word++) entries[entry + word] = words[at + word];
      this.#mapV6(entries, entry);
      this.#v6Used[place] = 1;
    }
    for (let word = 0; word < V6_WORDS; word++) words[at + word] = entries[entry + V6_WORDS + word];
  }

  /** The bits of an IPv4 address that are turned: each depends on those before it alone. */
  #flips(address: number): number {
    const view = this.#view;
    const pad = this.#pad.getInt32(0);
    for (let bit = 0; bit < V4_BITS; bit++) {
      const at = bit * BLOCK_BYTES;
      const kept = leadingOnes(bit);
      view.setInt32(at, (address & kept) | (pad & ~kept));
      for (let word = 1; word < 4; word++) view.setInt32(at + 4 * word, this.#pad.getInt32(4 * word));
    }
    const encrypted = this.#cipher.update(this.#blocks.subarray(0, V4_BITS * BLOCK_BYTES));
    return firstBits(encrypted, 0);
  }

  /** Writes behind the address at `entry` what stands for it. */
  #mapV6(entries: Int32Array, entry: number): void {
    const view = this.#view;
    for (let bit = 0; bit < V6_BITS; bit++) {
      for (let word = 0; word < V6_WORDS; word++) {
        const kept = leadingOnes(bit - 32 * word);
        view.setInt32(
          bit * BLOCK_BYTES + 4 * word,
          (entries[entry + word] & kept) | (this.#pad.getInt32(4 * word) & ~kept),
        );
      }
    }
    const encrypted = this.#cipher.update(this.#blocks);
    for (let word = 0; word < V6_WORDS; word++) {
      entries[entry + V6_WORDS + word] = entries[entry + word] ^ firstBits(encrypted, 32 * word);
    }
  }
}

/** A word whose first `count` bits are 1; none below 1, all from 32 on. */
const leadingOnes = (count: number): number => (count <= 0 ? 0 : count >= 32 ? -1 : -1 << (32 - count));

/** The first bits of 32 blocks from block `from` on, as a word. */
function firstBits(blocks: Uint8Array, from: number): number {
  let word = 0;
  for (let bit = 0; bit < 32; bit++) word |= (blocks[(from + bit) * BLOCK_BYTES] >>> 7) << (31 - bit);
  return word;
}

function placeOf(words: AddressWords, at: number): number {
  let hash = 0;
  for (let word = 0; word < V6_WORDS; word++) hash = Math.imul(hash ^ words[at + word], SPREAD) ^ (hash >>> 15);
  return hash >>> (32 - V6_CACHE_BITS);
}

function isAt(entries: Int32Array, entry: number, words: AddressWords, at: number): boolean {
  for (let word = 0; word < V6_WORDS; word++) {
    if (entries[entry + word] !== (words[at + word] | 0)) return false;
  }
  return true;
}
