/**
 * Addresses of records as text. IPv6 texts are kept for a while: the same few hosts are in most records, and RFC 5952 takes longer than a look-up.
 */
import { ascii } from '../text/line-writer.js';
import type { TextBuffer } from '../text/text-buffer.js';
import { ipv4Text, ipv6Text } from '../wire/address.js';

/** `xxxx:xxxx:xxxx:xxxx:xxxx:xxxx:255.255.255.255` */
export const ADDRESS_BYTES = 45;

const PLACE_BITS = 12;
const WORDS = 4;

export class AddressTexts {
  readonly #keys = new Int32Array(WORDS << PLACE_BITS);
  readonly #texts: (Uint8Array | undefined)[] = new Array<undefined>(1 << PLACE_BITS).fill(undefined);

  /** Writes the address at field `at`, of the family that field `v6` tells. */
  write(out: TextBuffer, fields: Float64Array, at: number, v6: number): void {
    if (fields[v6] === 1) out.text(this.#v6(fields, at));
    else out.ipv4(fields[at]);
  }

  /** The same as a string. */
  textOf(fields: Float64Array, at: number, v6: number): string {
    return fields[v6] === 1 ? ipv6Text(Array.from(fields.subarray(at, at + WORDS))) : ipv4Text(fields[at]);
  }

  #v6(fields: Float64Array, at: number): Uint8Array {
    const keys = this.#keys;
    const a = fields[at] | 0;
    const b = fields[at + 1] | 0;
    const c = fields[at + 2] | 0;
    const d = fields[at + 3] | 0;
    const mixed = Math.imul(a ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ d, 0x9e3779b1);
    const place = mixed >>> (32 - PLACE_BITS);
    const key = WORDS * place;
    const known = this.#texts[place];
    if (known !== undefined && keys[key] === a && keys[key + 1] === b && keys[key + 2] === c && keys[key + 3] === d) {
      return known;
    }
    const text = ascii(ipv6Text(Array.from(fields.subarray(at, at + WORDS))));
    keys[key] = a;
    keys[key + 1] = b;
    keys[key + 2] = c;
    keys[key + 3] = d;
    this.#texts[place] = text;
    return text;
  }
}
