/**
 * A table of flows with open addressing that holds the rows themselves, so that a packet touches one line of memory. Owns places and their
 * number; what becomes of a row is flow-table.ts's business. A row is a pair of flows:
 *
 *   word 0, 1  the two endpoints' addresses, lower endpoint first: IPv4 addresses, lower 32 bits of MAC addresses, hashes of IPv6 addresses
 *   word 2     their ports or upper 16 bits, likewise
 *   word 3     type (protocol, or LINK_FLOW and what the link layer carries, TYPE_V6) | ROW_ bits; 0 in an empty place
 *   word 4, 5  the lower endpoint's flow: when its latest packet came, in seconds of the flow clock and nanoseconds in the second
 *   word 6, 7  the higher endpoint's flow, likewise
 */
import { hashIpv4 } from '../wire/conversation-hash.js';

export const ROW_WORDS = 8;
export const ROW_BITS = 3;
export const ROW_SEC = 4;

/** Of the type: addresses are hashes of IPv6 ones. */
export const TYPE_V6 = 1 << 17;
const TYPE = 0x3ffff;
/** Of word 3, for the lower endpoint's flow, and one bit higher for the other's: it was there; it is a B flow; it is from who is asked. */
export const ROW_SEEN = 1 << 18;
export const ROW_IS_B = 1 << 20;
export const ROW_IS_REPLY = 1 << 22;
/** The place is taken; and its row is a row no more. */
const ROW_TAKEN = 1 << 24;
const ROW_GONE = 1 << 25;

const ROW_SHIFT = 3;
const LEAST_PLACES = 1 << 12;
/** A table is full when 5 of 8 places are taken. */
const MOST_TAKEN = 5 / 8;

export class FlowRows {
  /** The rows; another array when the table was filled anew. */
  words = new Int32Array(ROW_WORDS * LEAST_PLACES);
  /** Places taken, by rows that are gone too. */
  taken = 0;

  get places(): number {
    return this.words.length / ROW_WORDS;
  }

  get isFull(): boolean {
    return this.taken >= MOST_TAKEN * this.places;
  }

  /** The word at which the row with this key starts; or, less than 0, the one's complement of where it would go. `hash`: `hashIpv4` of the key. */
  find(low: number, high: number, ports: number, type: number, hash: number): number {
    const { words } = this;
    const lastWord = words.length - 1;
    let row = (hash << ROW_SHIFT) & lastWord;
    for (;;) {
      const bits = words[row + ROW_BITS];
      if (
        words[row] === low &&
        words[row + 1] === high &&
        words[row + 2] === ports &&
        (bits & (TYPE | ROW_GONE)) === type &&
        bits !== 0
      ) {
        return row;
      }
      if (bits === 0) return ~row;
      row = (row + ROW_WORDS) & lastWord;
    }
  }

  /** Makes a row of the empty place at word `row`, of no flow yet. */
  begin(row: number, low: number, high: number, ports: number, type: number): void {
    const { words } = this;
    words[row] = low;
    words[row + 1] = high;
    words[row + 2] = ports;
    words[row + ROW_BITS] = type | ROW_TAKEN;
    this.taken++;
  }

  /** Copies the row at word `from` of `others` to the empty place at word `row`. */
  copy(row: number, others: Int32Array, from: number): void {
    const { words } = this;
    for (let word = 0; word < ROW_WORDS; word++) words[row + word] = others[from + word];
    this.taken++;
  }

  /** Copies the row at word `from` of `others` to where it belongs; there must be room. */
  add(others: Int32Array, from: number): void {
    const { words } = this;
    let row = (hashIpv4(others[from], others[from + 1], others[from + 2]) << ROW_SHIFT) & (words.length - 1);
    while (words[row + ROW_BITS] !== 0) row = (row + ROW_WORDS) & (words.length - 1);
    this.copy(row, others, from);
  }

  /** The row at word `row` is one no more. */
  remove(row: number): void {
    this.words[row + ROW_BITS] |= ROW_GONE;
  }

  /** Fills the table anew with the rows that `stays` says, given their first words, and room for as many others and for `more`. */
  renew(stays: (row: number) => boolean, more: number): void {
    const old = this.words;
    const left: number[] = [];
    for (let row = 0; row < old.length; row += ROW_WORDS) {
      const bits = old[row + ROW_BITS];
      if (bits !== 0 && (bits & ROW_GONE) === 0 && stays(row)) left.push(row);
    }
    let places = LEAST_PLACES;
    while (places < 2 * (left.length + more)) places *= 2;
    this.words = new Int32Array(ROW_WORDS * places);
    this.taken = 0;
    for (const row of left) this.add(old, row);
  }
}
