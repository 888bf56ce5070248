/**
 * Ids of connections that look like Zeek's: `C` and 17 characters of base 62. Zeek draws them; these follow from what a connection is, so that every run
 * gives the same.
 */
import { ascii } from '../text/line-writer.js';
import type { TupleFields } from './record-table.js';
import { Sha1Block } from './sha1-block.js';

const DIGITS = 17;
export const UID_BYTES = 1 + DIGITS;
const BASE = 62;
/** 62^5 is the highest power below 2^32. */
const DIGITS_A_WORD = 5;
const CHARACTERS = ascii('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
const WORDS = 4;

export class Uid {
  readonly bytes = new Uint8Array(UID_BYTES);
  readonly #sha1 = new Sha1Block();
  readonly #view = new DataView(this.#sha1.message.buffer);

  constructor() {
    this.bytes[0] = 0x43;
  }

  /** Makes `bytes` the id of the connection number `number` with the tuple in `fields`, which began at `sec` and `nsec`. */
  make(fields: Float64Array, tuple: TupleFields, sec: number, nsec: number, number: number): void {
    const view = this.#view;
    const words = fields[tuple.v6] === 1 ? WORDS : 1;
    let at = 0;
    for (const address of [tuple.src, tuple.dst]) {
      for (let i = 0; i < WORDS; i++, at += 4) view.setUint32(at, i < words ? fields[address + i] : 0);
    }
    view.setUint16(at, fields[tuple.srcPort]);
    view.setUint16(at + 2, fields[tuple.dstPort]);
    view.setUint32(at + 4, sec);
    view.setUint32(at + 8, nsec);
    view.setFloat64(at + 12, number);
    this.#sha1.digest(at + 20);
    const hash = this.#sha1.words;
    for (let i = 0, digit = 0; digit < DIGITS; i++) {
      let rest = hash[i] >>> 0;
      for (let n = 0; n < DIGITS_A_WORD && digit < DIGITS; n++, digit++) {
        this.bytes[1 + digit] = CHARACTERS[rest % BASE];
        rest = Math.floor(rest / BASE);
      }
    }
  }
}
