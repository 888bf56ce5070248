/**
 * Looks packets up among chosen sessions: by addresses and ports, either way round, then by the packet's place. Owns the table.
 *
 * Open addressing with linear probing over the keys, at most half full; an entry is the first session of its key whose place was not passed yet,
 * since packets come in order.
 */
import { hashIpv4, hashIpv6 } from '../wire/conversation-hash.js';
import {
  ANY_VLAN,
  type ChosenSessions,
  KEY_ADDRESSES,
  KEY_PORTS,
  KEY_V6,
  KEY_VLAN,
  KEY_WORDS,
  PLACE_FIRST_INPUT,
  PLACE_FIRST_NUMBER,
  PLACE_LAST_INPUT,
  PLACE_LAST_NUMBER,
  PLACE_WORDS,
} from './chosen-sessions.js';

const LEAST_ENTRIES = 16;

export class SessionIndex {
  readonly #keys: Int32Array;
  readonly #places: Float64Array;
  readonly #found: Int32Array;
  /** Without VLANs: a key of any VLAN is found with the others. */
  readonly #hashes: Int32Array;
  /** The next session of the same key + 1, or 0. */
  readonly #next: Int32Array;
  /** Session + 1, or 0. */
  readonly #entries: Int32Array;
  readonly #mask: number;

  constructor({ count, keys, places, found }: ChosenSessions) {
    this.#keys = keys;
    this.#places = places;
    this.#found = found;
    this.#hashes = new Int32Array(count);
    this.#next = new Int32Array(count);
    let entries = LEAST_ENTRIES;
    while (entries < 2 * count) entries *= 2;
    this.#entries = new Int32Array(entries);
    this.#mask = entries - 1;
    const scratch = new DataView(new ArrayBuffer(32));
    // From the last on, so that each goes in front of the one that follows it.
    for (let session = count - 1; session >= 0; session--) this.#enter(session, scratch);
  }

  /** Whether the packet with `number` of the `input`th input is of a chosen session: IPv4, `ports` source << 16 | destination. */
  hasV4(src: number, dst: number, ports: number, vlan: number, input: number, number: number): boolean {
    const keys = this.#keys;
    const hash = hashIpv4(src, dst, ports);
    const turned = (ports << 16) | (ports >>> 16);
    let isFound = false;
    for (let i = hash & this.#mask; this.#entries[i] !== 0; i = (i + 1) & this.#mask) {
      const session = this.#entries[i] - 1;
      if (this.#hashes[session] !== hash) continue;
      const key = session * KEY_WORDS;
      if (keys[key + KEY_V6] !== 0 || !isOfVlan(keys[key + KEY_VLAN], vlan)) continue;
      const a = keys[key + KEY_ADDRESSES];
      const b = keys[key + KEY_ADDRESSES + 4];
      const itsPorts = keys[key + KEY_PORTS];
      const isSame = (a === src && b === dst && itsPorts === ports) || (a === dst && b === src && itsPorts === turned);
      if (isSame && this.#holds(i, input, number)) isFound = true;
    }
    return isFound;
  }

  /** The same for IPv6, whose two addresses of 16 bytes start at byte `at` of `view`. */
  hasV6(view: DataView, at: number, ports: number, vlan: number, input: number, number: number): boolean {
    const keys = this.#keys;
    const hash = hashIpv6(view, at, ports);
    const turned = (ports << 16) | (ports >>> 16);
    let isFound = false;
    for (let i = hash & this.#mask; this.#entries[i] !== 0; i = (i + 1) & this.#mask) {
      const session = this.#entries[i] - 1;
      if (this.#hashes[session] !== hash) continue;
      const key = session * KEY_WORDS;
      if (keys[key + KEY_V6] === 0 || !isOfVlan(keys[key + KEY_VLAN], vlan)) continue;
      const itsPorts = keys[key + KEY_PORTS];
      const isSame =
        (itsPorts === ports && this.#hasAddresses(key, view, at, 0)) ||
        (itsPorts === turned && this.#hasAddresses(key, view, at, 4));
      if (isSame && this.#holds(i, input, number)) isFound = true;
    }
    return isFound;
  }

  #hasAddresses(key: number, view: DataView, at: number, turn: number): boolean {
    for (let word = 0; word < 8; word++) {
      if (this.#keys[key + KEY_ADDRESSES + ((word + turn) & 7)] !== view.getInt32(at + 4 * word)) return false;
    }
    return true;
  }

  /** Whether a session of the key of entry `i` holds the packet, which is noted then; those that are passed are left behind. */
  #holds(i: number, input: number, number: number): boolean {
    const places = this.#places;
    let session = this.#entries[i] - 1;
    let at = session * PLACE_WORDS;
    while (isBefore(places[at + PLACE_LAST_INPUT], places[at + PLACE_LAST_NUMBER], input, number)) {
      if (this.#next[session] === 0) return false;
      session = this.#next[session] - 1;
      this.#entries[i] = session + 1;
      at = session * PLACE_WORDS;
    }
    if (isBefore(input, number, places[at + PLACE_FIRST_INPUT], places[at + PLACE_FIRST_NUMBER])) return false;
    this.#found[session] = 1;
    return true;
  }

  #enter(session: number, scratch: DataView): void {
    const key = session * KEY_WORDS;
    const hash = this.#hash(key, scratch);
    this.#hashes[session] = hash;
    let i = hash & this.#mask;
    for (; this.#entries[i] !== 0; i = (i + 1) & this.#mask) {
      const other = this.#entries[i] - 1;
      if (this.#hashes[other] === hash && this.#isSameKey(key, other * KEY_WORDS)) {
        this.#next[session] = other + 1;
        break;
      }
    }
    this.#entries[i] = session + 1;
  }

  #hash(key: number, scratch: DataView): number {
    const keys = this.#keys;
    if (keys[key + KEY_V6] === 0) {
      return hashIpv4(keys[key + KEY_ADDRESSES], keys[key + KEY_ADDRESSES + 4], keys[key + KEY_PORTS]);
    }
    for (let word = 0; word < 8; word++) scratch.setInt32(4 * word, keys[key + KEY_ADDRESSES + word]);
    return hashIpv6(scratch, 0, keys[key + KEY_PORTS]);
  }

  /** Either way round: which side comes first may be another in each session. */
  #isSameKey(key: number, other: number): boolean {
    const keys = this.#keys;
    if (keys[key + KEY_V6] !== keys[other + KEY_V6] || keys[key + KEY_VLAN] !== keys[other + KEY_VLAN]) return false;
    const ports = keys[key + KEY_PORTS];
    const turned = (ports << 16) | (ports >>> 16);
    return (
      (keys[other + KEY_PORTS] === ports && this.#areAddresses(key, other, 0)) ||
      (keys[other + KEY_PORTS] === turned && this.#areAddresses(key, other, 4))
    );
  }

  #areAddresses(key: number, other: number, turn: number): boolean {
    for (let word = 0; word < 8; word++) {
      const otherWord = this.#keys[other + KEY_ADDRESSES + ((word + turn) & 7)];
      if (this.#keys[key + KEY_ADDRESSES + word] !== otherWord) return false;
    }
    return true;
  }
}

const isOfVlan = (keyVlan: number, vlan: number): boolean => keyVlan === vlan || keyVlan === ANY_VLAN;

const isBefore = (input: number, number: number, otherInput: number, otherNumber: number): boolean =>
  input < otherInput || (input === otherInput && number < otherNumber);
