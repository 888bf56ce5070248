/**
 * What the first fragment of a datagram says of its flow, for the later ones, which have no ports. Owns the memory of first fragments, of
 * fixed size; the key is src/wire/fragment-key.ts's.
 */

/** Datagrams remembered: a new one takes the place of another whose key falls on the same place. */
const PLACES = 1 << 14;

export class FragmentHeads {
  /** What the last `find` found. */
  protocol = 0;
  ports = 0;
  readonly #keys = new Int32Array(PLACES);
  readonly #ports = new Int32Array(PLACES);
  /** Protocol + 2; 0: no datagram. */
  readonly #protocols = new Uint16Array(PLACES);

  /** Notes what the first fragment with this key carries; protocol -1: that is not known; ports as in D_PORTS. */
  note(key: number, protocol: number, ports: number): void {
    const place = placeOf(key);
    this.#keys[place] = key;
    this.#protocols[place] = protocol + 2;
    this.#ports[place] = ports;
  }

  /** Whether the first fragment with this key is remembered. */
  find(key: number): boolean {
    const place = placeOf(key);
    if (this.#keys[place] !== key || this.#protocols[place] === 0) return false;
    this.protocol = this.#protocols[place] - 2;
    this.ports = this.#ports[place];
    return true;
  }
}

const placeOf = (key: number): number => (key ^ (key >>> 16)) & (PLACES - 1);
