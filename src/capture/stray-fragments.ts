/**
 * Later fragments that come before the first of their datagram, which no shard can be said of yet: how many there were, and how much they hold, for
 * the first one. Owns the memory of them, of fixed size.
 */
import { PIECE_IS_LAST, pieceBytes, pieceUnit } from './segment-details.js';

/** Datagrams remembered: a new one takes the place of another whose key falls on the same place. */
const PLACES = 1 << 12;

export class StrayFragments {
  /** Bytes that the fragments that were taken hold. */
  bytes = 0;
  #total = 0;
  readonly #keys = new Int32Array(PLACES);
  /** Fragments, their bytes, and the bytes of the whole datagram or 0. */
  readonly #fragments = new Int32Array(PLACES);
  readonly #bytes = new Int32Array(PLACES);
  readonly #totals = new Int32Array(PLACES);

  /** Notes a later fragment with this key, which is what `piece` says (segment-details.ts), or 0. */
  note(key: number, piece: number): void {
    const place = placeOf(key);
    if (this.#keys[place] !== key) {
      this.#keys[place] = key;
      this.#fragments[place] = 0;
      this.#bytes[place] = 0;
      this.#totals[place] = 0;
    }
    this.#fragments[place]++;
    this.#bytes[place] += pieceBytes(piece);
    if ((piece & PIECE_IS_LAST) !== 0) this.#totals[place] = 8 * pieceUnit(piece) + pieceBytes(piece);
  }

  /** How many there were with this key; from now on there were none. */
  take(key: number): number {
    const place = placeOf(key);
    if (this.#keys[place] !== key) return 0;
    const fragments = this.#fragments[place];
    this.bytes = this.#bytes[place];
    this.#total = this.#totals[place];
    this.#fragments[place] = 0;
    this.#bytes[place] = 0;
    this.#totals[place] = 0;
    return fragments;
  }

  /** Whether those that were taken and the first one, which is what `piece` says, are the whole datagram. */
  isWholeWith(piece: number): boolean {
    return this.#total > 0 && this.bytes + pieceBytes(piece) === this.#total;
  }
}

const placeOf = (key: number): number => (key ^ (key >>> 16)) & (PLACES - 1);
