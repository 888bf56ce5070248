/**
 * Where later fragments go: to the shard of the conversation that the first fragment of their datagram belongs to.
 * Owns the memory of first fragments, of fixed size; which bytes make the key is decode.ts's business.
 */

/** Datagrams remembered: a new one takes the place of another whose key falls on the same place. */
const PLACES = 1 << 14;

export class FragmentShards {
  readonly #keys = new Int32Array(PLACES);
  /** Shard + 1. */
  readonly #shards = new Uint8Array(PLACES);

  /** Notes that the first fragment with this key went to `shard` (below 255). */
  note(key: number, shard: number): void {
    const place = placeOf(key);
    this.#keys[place] = key;
    this.#shards[place] = shard + 1;
  }

  /** The shard of the first fragment with this key, or -1 when none is remembered. */
  find(key: number): number {
    const place = placeOf(key);
    return this.#keys[place] === key ? this.#shards[place] - 1 : -1;
  }
}

const placeOf = (key: number): number => (key ^ (key >>> 16)) & (PLACES - 1);
