/**
 * Sessions whose packets are wanted: addresses, ports, and from which packet to which. Plain data, which crosses to the reader's thread. Owns its
 * layout, and how it is gathered.
 */

/** Words of a key: 1 for IPv6; four words of either address (IPv4: the first), in host order; one port << 16 | the other; VLAN key or ANY_VLAN. */
export const KEY_V6 = 0;
export const KEY_ADDRESSES = 1;
export const KEY_PORTS = 9;
export const KEY_VLAN = 10;
export const KEY_WORDS = 11;

/** No VLAN key (src/wire/vlan-key.ts). */
export const ANY_VLAN = -1;

/** Words of a place: inputs and numbers in them, all from 1, of the first and the last packet. */
export const PLACE_FIRST_INPUT = 0;
export const PLACE_FIRST_NUMBER = 1;
export const PLACE_LAST_INPUT = 2;
export const PLACE_LAST_NUMBER = 3;
export const PLACE_WORDS = 4;

const FIRST_ROOM = 64;

export interface ChosenSessions {
  readonly count: number;
  /** KEY_WORDS for each. Sessions of one key are in the order of time, and do not overlap. */
  readonly keys: Int32Array;
  /** PLACE_WORDS for each. */
  readonly places: Float64Array;
  /** Shared: a word for each, which becomes 1 at its first packet. */
  readonly found: Int32Array;
  /** So many packets are looked at, wanted or not. */
  readonly mostPackets: number | undefined;
}

/** The two ends of a session: addresses of four words each (IPv4: one), in the order of `ports`, one << 16 | the other. */
export interface SessionEnds {
  readonly isV6: boolean;
  readonly addresses: readonly [readonly number[], readonly number[]];
  readonly ports: number;
}

/** Gathers chosen sessions, some 100 bytes each. */
export class SessionGathering {
  count = 0;
  #keys = new Int32Array(FIRST_ROOM * KEY_WORDS);
  #places = new Float64Array(FIRST_ROOM * PLACE_WORDS);

  /** All packets between these ends, in whatever VLAN. */
  addEnds({ isV6, addresses, ports }: SessionEnds): void {
    this.#makeRoom();
    const key = this.count * KEY_WORDS;
    this.#keys[key + KEY_V6] = isV6 ? 1 : 0;
    addresses.forEach((words, side) => {
      words.forEach((word, index) => {
        this.#keys[key + KEY_ADDRESSES + 4 * side + index] = word;
      });
    });
    this.#keys[key + KEY_PORTS] = ports;
    this.#keys[key + KEY_VLAN] = ANY_VLAN;
    this.#places.set([0, 0, Number.POSITIVE_INFINITY, 0], this.count * PLACE_WORDS);
    this.count++;
  }

  /** The session with this key, whose first word is at `key` of `keys`, and this place. */
  add(keys: ArrayLike<number>, key: number, places: ArrayLike<number>, place: number): void {
    this.#makeRoom();
    for (let i = 0; i < KEY_WORDS; i++) this.#keys[this.count * KEY_WORDS + i] = keys[key + i];
    for (let i = 0; i < PLACE_WORDS; i++) this.#places[this.count * PLACE_WORDS + i] = places[place + i];
    this.count++;
  }

  chosen(mostPackets: number | undefined): ChosenSessions {
    const { count } = this;
    return {
      count,
      keys: this.#keys.slice(0, count * KEY_WORDS),
      places: this.#places.slice(0, count * PLACE_WORDS),
      found: new Int32Array(new SharedArrayBuffer(4 * count)),
      mostPackets,
    };
  }

  #makeRoom(): void {
    if ((this.count + 1) * KEY_WORDS <= this.#keys.length) return;
    const keys = new Int32Array(2 * this.#keys.length);
    keys.set(this.#keys);
    this.#keys = keys;
    const places = new Float64Array(2 * this.#places.length);
    places.set(this.#places);
    this.#places = places;
  }
}
