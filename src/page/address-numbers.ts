/**
 * Numbers for the addresses of the page: each has its text once.
 */
import { ipv4Text, ipv6Text } from '../wire/address.js';

/** Addresses in the order in which they first come, and their texts. */
export class AddressNumbers {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string | number, number>();

  /** The number of the address at word `at` of `words`: one word of IPv4, or four. */
  of(words: Uint32Array, at: number, isV6: boolean): number {
    const key = isV6 ? ipv6Text(Array.from(words.subarray(at, at + 4))) : words[at];
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.texts.length);
    return this.texts.push(typeof key === 'string' ? key : ipv4Text(key)) - 1;
  }
}
