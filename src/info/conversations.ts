/**
 * Counts the TCP conversations of one shard as tshark numbers them (`tcp.stream`). Owns the rule and what a row holds;
 * knows no state of a connection beyond where its two directions began.
 *
 * A conversation is an unordered pair of (address, port). It is followed by another of the same pair when a SYN without
 * ACK comes whose sequence number is not where its direction began; whatever comes later belongs to the newest one.
 * Nothing else begins one: not a FIN or RST followed by the same SYN again, not a SYN+ACK of any number. A direction
 * began
 *   - at the number of its SYN, or one before that of its first segment, when that is none;
 *   - or, when the other side was first to tell, one before what that acknowledged;
 *   - anew at the number of each SYN+ACK.
 * Found by experiment with tshark 4.0.17; test/info/conversations-tshark.test.ts repeats it.
 *
 * A pair costs 40 to 48 bytes, one of IPv6 64 to 72: fifty million 2.1 GB, and half a GB more while the index
 * doubles. It is forgotten when its capture ends, not before: any later SYN of it must still be compared.
 */
import { D_ACK, D_DST, D_PORTS, D_SEQ, D_SRC, D_TCP, D_VLAN, D_WHERE, ipv6AddressesAt } from '../capture/descriptor.js';
import { hashIpv4 } from '../wire/conversation-hash.js';
import { TCP_ACK, TCP_SYN } from '../wire/tcp.js';
import { PairTable } from './pair-table.js';

// Words of a row, after the hash. Side 0 is the end with the lower address (the lower port, when both are one host).
/** Bit n: it is known where side n began. */
const ROW_KNOWN = 1;
const ROW_BASES = 2;
/** Port of side 0 << 16 | port of side 1. */
const ROW_PORTS = 4;
const ROW_VLAN = 5;
/** Two addresses, of one word or of four. */
const ROW_ADDRESSES = 6;
const ROW_WORDS_V4 = ROW_ADDRESSES + 2;
const ROW_WORDS_V6 = ROW_ADDRESSES + 8;
const BOTH_KNOWN = 3;

/**
 * Keys of IPv4 pairs seen lately of which both sides are known: all that is asked of most segments. Its 256 KB stay in
 * the processor's cache where index and rows of many pairs do not: 41 ns a segment instead of 60 with 700,000 pairs, 5,000
 * of them at once (small.pcap of `npm run bench`). 16 bytes an entry: addresses, ports, VLAN.
 */
const RECENT_ENTRIES = 1 << 14;
const RECENT_WORDS = 4;
/** The recent entry's bits of the hash lie above those that the index of a small table takes. */
const RECENT_SHIFT = 8;

const IPV6_ADDRESS_WORDS = 4;

/** Flags where they lie in bytes 12 to 15 of the TCP header. */
const SYN = TCP_SYN << 16;
const ACK = TCP_ACK << 16;

export interface ConversationCount {
  readonly segments: number;
  readonly conversations: number;
}

export class ConversationCounter {
  #segments = 0;
  #conversations = 0;
  readonly #pairs = new PairTable(ROW_WORDS_V4);
  readonly #pairsV6 = new PairTable(ROW_WORDS_V6);
  readonly #recent = new Int32Array(RECENT_ENTRIES * RECENT_WORDS);

  constructor() {
    forgetRecent(this.#recent);
  }

  /** Takes the segment whose descriptor is at word `d`; an IPv6 header lies in `view`. */
  onSegment(words: Int32Array, d: number, view: DataView): void {
    this.#segments++;
    if (words[d + D_WHERE] >= 0) this.#onIpv4(words, d);
    else this.#onIpv6(words, d, view);
  }

  /** Conversations and TCP segments since the last call; forgets everything. */
  endCapture(): ConversationCount {
    const count = { segments: this.#segments, conversations: this.#conversations };
    if (this.#segments > 0) {
      this.#segments = 0;
      this.#conversations = 0;
      this.#pairs.clear();
      this.#pairsV6.clear();
      forgetRecent(this.#recent);
    }
    return count;
  }

  #onIpv4(words: Int32Array, d: number): void {
    const src = words[d + D_SRC];
    const dst = words[d + D_DST];
    const ports = words[d + D_PORTS];
    const vlan = words[d + D_VLAN];
    const turned = (ports << 16) | (ports >>> 16);
    // All ones when the source is side 0.
    const forward = src !== dst ? below(src, dst) : below(ports >>> 16, ports & 0xffff);
    const address0 = dst ^ ((src ^ dst) & forward);
    const address1 = src ^ dst ^ address0;
    const pairPorts = turned ^ ((ports ^ turned) & forward);
    const hash = withVlan(hashIpv4(address0, address1, pairPorts), vlan);
    const isSyn = (words[d + D_TCP] & SYN) !== 0;
    const recent = this.#recent;
    const c = ((hash >>> RECENT_SHIFT) & (RECENT_ENTRIES - 1)) * RECENT_WORDS;
    if (!isSyn && isKey(recent, c, address0, address1, pairPorts, vlan)) return;
    const pairs = this.#pairs;
    const side = ~forward & 1;
    let place = pairs.first(hash);
    for (; !pairs.isFree(place); place = pairs.next(place)) {
      const row = pairs.rowAt(place, hash);
      if (row === 0) continue;
      const page = pairs.page(row);
      const r = pairs.at(row);
      const differs =
        (page[r + ROW_ADDRESSES] ^ address0) |
        (page[r + ROW_ADDRESSES + 1] ^ address1) |
        (page[r + ROW_PORTS] ^ pairPorts) |
        (page[r + ROW_VLAN] ^ vlan);
      if (differs !== 0) continue;
      if (isSyn || page[r + ROW_KNOWN] !== BOTH_KNOWN) this.#follow(page, r, side, words, d);
      if (page[r + ROW_KNOWN] === BOTH_KNOWN) setKey(recent, c, address0, address1, pairPorts, vlan);
      else forgetKey(recent, c);
      return;
    }
    const row = pairs.add(place, hash);
    const page = pairs.page(row);
    const r = pairs.at(row);
    page[r + ROW_PORTS] = pairPorts;
    page[r + ROW_ADDRESSES] = address0;
    page[r + ROW_ADDRESSES + 1] = address1;
    this.#begin(page, r, side, words, d);
  }

  #onIpv6(words: Int32Array, d: number, view: DataView): void {
    const src = ipv6AddressesAt(words, d);
    const dst = src + 4 * IPV6_ADDRESS_WORDS;
    const ports = words[d + D_PORTS];
    const vlan = words[d + D_VLAN];
    const isForward = isLowerEnd(view, src, dst, ports);
    const side = isForward ? 0 : 1;
    const at0 = isForward ? src : dst;
    const at1 = isForward ? dst : src;
    const pairPorts = isForward ? ports : (ports << 16) | (ports >>> 16);
    const hash = withVlan(words[d + D_SRC], vlan);
    const pairs = this.#pairsV6;
    let place = pairs.first(hash);
    for (; !pairs.isFree(place); place = pairs.next(place)) {
      const row = pairs.rowAt(place, hash);
      if (row === 0) continue;
      const page = pairs.page(row);
      const r = pairs.at(row);
      if (page[r + ROW_PORTS] !== pairPorts || page[r + ROW_VLAN] !== vlan) continue;
      if (!isAddress(page, r + ROW_ADDRESSES, view, at0)) continue;
      if (!isAddress(page, r + ROW_ADDRESSES + IPV6_ADDRESS_WORDS, view, at1)) continue;
      this.#follow(page, r, side, words, d);
      return;
    }
    const row = pairs.add(place, hash);
    const page = pairs.page(row);
    const r = pairs.at(row);
    page[r + ROW_PORTS] = pairPorts;
    for (let w = 0; w < IPV6_ADDRESS_WORDS; w++) {
      page[r + ROW_ADDRESSES + w] = view.getInt32(at0 + 4 * w);
      page[r + ROW_ADDRESSES + IPV6_ADDRESS_WORDS + w] = view.getInt32(at1 + 4 * w);
    }
    this.#begin(page, r, side, words, d);
  }

  /** The first segment of a pair. */
  #begin(page: Int32Array, r: number, side: number, words: Int32Array, d: number): void {
    this.#conversations++;
    page[r + ROW_VLAN] = words[d + D_VLAN];
    page[r + ROW_KNOWN] = 0;
    noteBases(page, r, side, words, d);
  }

  /** A further segment of a pair. */
  #follow(page: Int32Array, r: number, side: number, words: Int32Array, d: number): void {
    const isOnlySyn = (words[d + D_TCP] & (SYN | ACK)) === SYN;
    const isKnown = (page[r + ROW_KNOWN] & (1 << side)) !== 0;
    if (isOnlySyn && isKnown && page[r + ROW_BASES + side] !== words[d + D_SEQ]) {
      this.#conversations++;
      page[r + ROW_KNOWN] = 0;
    }
    noteBases(page, r, side, words, d);
  }
}

/** Keeps what the segment of side `side` tells of where the two sides began. */
function noteBases(page: Int32Array, r: number, side: number, words: Int32Array, d: number): void {
  const flags = words[d + D_TCP] & (SYN | ACK);
  let known = page[r + ROW_KNOWN];
  if (flags === (SYN | ACK) || (known & (1 << side)) === 0) {
    page[r + ROW_BASES + side] = (flags & SYN) !== 0 ? words[d + D_SEQ] : words[d + D_SEQ] - 1;
    known |= 1 << side;
  }
  const other = side ^ 1;
  if ((flags & ACK) !== 0 && (known & (1 << other)) === 0) {
    page[r + ROW_BASES + other] = words[d + D_ACK] - 1;
    known |= 1 << other;
  }
  page[r + ROW_KNOWN] = known;
}

/**
 * All ones when a < b as int32, else 0, without a branch: which way a packet goes is anybody's guess to the
 * processor, and it guesses while the row is on its way. 41 ns a segment instead of 45.
 */
function below(a: number, b: number): number {
  return ((a & ~b) | (~(a ^ b) & (a - b))) >> 31;
}

/** Whether the source is side 0: the lower address, or the lower port. */
function isLowerEnd(view: DataView, src: number, dst: number, ports: number): boolean {
  for (let w = 0; w < IPV6_ADDRESS_WORDS; w++) {
    const a = view.getInt32(src + 4 * w);
    const b = view.getInt32(dst + 4 * w);
    if (a !== b) return a < b;
  }
  return ports >>> 16 < (ports & 0xffff);
}

function isAddress(page: Int32Array, at: number, view: DataView, from: number): boolean {
  for (let w = 0; w < IPV6_ADDRESS_WORDS; w++) if (page[at + w] !== view.getInt32(from + 4 * w)) return false;
  return true;
}

function withVlan(hash: number, vlan: number): number {
  return vlan === 0 ? hash : hash ^ Math.imul(vlan ^ (vlan >>> 15), 0x9e3779b1);
}

function isKey(keys: Int32Array, at: number, address0: number, address1: number, ports: number, vlan: number): boolean {
  return ((keys[at] ^ address0) | (keys[at + 1] ^ address1) | (keys[at + 2] ^ ports) | (keys[at + 3] ^ vlan)) === 0;
}

function setKey(keys: Int32Array, at: number, address0: number, address1: number, ports: number, vlan: number): void {
  keys[at] = address0;
  keys[at + 1] = address1;
  keys[at + 2] = ports;
  keys[at + 3] = vlan;
}

/** Makes the entry one that no pair has: its lower address is the higher one. */
function forgetKey(keys: Int32Array, at: number): void {
  keys[at] = 1;
  keys[at + 1] = 0;
}

function forgetRecent(keys: Int32Array): void {
  for (let at = 0; at < keys.length; at += RECENT_WORDS) forgetKey(keys, at);
}
