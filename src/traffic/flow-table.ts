/**
 * The flows of a shard: one direction of a 5-tuple, or of a MAC pair and type, is a flow, and two are a pair. Owns when a flow begins,
 * which of a pair is A, and who asks; the figures are flow-figures.ts's.
 *
 * A pair is PAIR_WORDS words:
 *
 *   word 0     type (protocol, or LINK_FLOW and what the link layer carries, TYPE_V6) | PAIR_ bits; 0: there is none
 *   word 1, 2  the flow of side 0: when its latest packet came, in seconds of the flow clock and nanoseconds in the second
 *   word 3, 4  the flow of side 1, likewise
 *
 * It lies in a table with open addressing that holds the rows themselves: first three words of key, then the pair. Rows whose flows are over stay
 * until the table is full; then what is left goes to one of fitting size. A row's key:
 *
 *   word 0, 1  the two endpoints' addresses, lower endpoint first, which is side 0: IPv4 addresses, lower 32 bits of MAC addresses, hashes of IPv6 addresses
 *   word 2     their ports or upper 16 bits, likewise
 *
 * While somebody keeps a row of the conversation that each packet touches anyway, the pair lodges there: the table is large, and a row of it seldom in the
 * cache. Its sides are the host's then. What the table has of it meanwhile is out of date, and nobody asks for it.
 */
import {
  D_DST,
  D_NSEC,
  D_PORTS,
  D_SRC,
  D_TCP,
  D_VLAN,
  D_WHERE,
  FLOW_ANSWER,
  FLOW_TYPE_SHIFT,
  ipv6AddressesAt,
  isSegment,
  LINK_FLOW,
  WHERE_V6,
} from '../capture/descriptor.js';
import { foldAddress, hashIpv4 } from '../wire/conversation-hash.js';
import { PROTOCOL_TCP } from '../wire/ip-protocols.js';
import { FlowClock, NEVER } from './flow-clock.js';
import {
  F_A_BYTES,
  F_A_FLOWS,
  F_A_PACKETS,
  F_ACTIVE,
  F_B_BYTES,
  F_B_FLOWS,
  F_B_PACKETS,
  F_PLACES,
  F_REPLIES,
  F_REQUESTS,
  FLOW_FIGURES,
} from './flow-figures.js';

const ROW_WORDS = 8;
const ROW_SHIFT = 3;
const ROW_PAIR = 3;
/** Words of a pair. */
export const PAIR_WORDS = 5;
const PAIR_SEC = 1;

/** Of the type: addresses are hashes of IPv6 ones. */
const TYPE_V6 = 1 << 17;
const TYPE_BITS = 0x3ffff;
/** For the flow of side 0, and one bit higher for the other's: it was there; it is a B flow; it is from who is asked. */
const PAIR_SEEN = 1 << 18;
const PAIR_IS_B = 1 << 20;
const PAIR_IS_REPLY = 1 << 22;
/** All of these of side 0. */
const PAIR_SIDE = PAIR_SEEN | PAIR_IS_B | PAIR_IS_REPLY;
/** There is a pair: no protocol has number 0 else. */
const PAIR_USED = 1 << 24;

const LEAST_PLACES = 1 << 12;
/** A table is full when 5 of 8 places are taken. */
const MOST_FILL = 5;
const MOST_FILL_DIVISOR = 8;
/** SYN and ACK in the word of data offset, flags and window. */
const SYN_ACK = 0x12 << 16;

export class FlowTable {
  readonly figures = new Float64Array(FLOW_FIGURES);
  readonly clock: FlowClock;
  #rows = new Int32Array(ROW_WORDS * LEAST_PLACES);
  #used = 0;
  /** Pairs that lodge elsewhere. */
  #lodgers = 0;
  /** Since `standing` was asked for last. */
  #aPackets = 0;
  #bPackets = 0;
  #aBytes = 0;
  #bBytes = 0;

  /** A flow without a packet for longer than `timeoutSec` is over. */
  constructor(timeoutSec: number) {
    this.clock = new FlowClock(timeoutSec);
  }

  /** The figures, with how many flows are active. */
  standing(): Float64Array {
    const { figures } = this;
    figures[F_ACTIVE] = this.clock.active;
    figures[F_PLACES] = 2 * ((this.#rows.length >>> ROW_SHIFT) + this.#lodgers);
    figures[F_A_PACKETS] += this.#aPackets;
    figures[F_B_PACKETS] += this.#bPackets;
    figures[F_A_BYTES] += this.#aBytes;
    figures[F_B_BYTES] += this.#bBytes;
    this.#aPackets = 0;
    this.#bPackets = 0;
    this.#aBytes = 0;
    this.#bBytes = 0;
    return figures;
  }

  /** Counts the packet of the descriptor at word `d`, of which `captured` bytes are there, in its flow. `hash`: its conversation's. */
  onPacket(words: Int32Array, d: number, view: DataView, captured: number, hash: number): void {
    if ((words[d + D_WHERE] & WHERE_V6) !== 0 || words[d + D_VLAN] !== 0) {
      this.#onOtherPacket(words, d, view, captured);
      return;
    }
    const tcp = words[d + D_TCP];
    const type = isSegment(tcp) ? PROTOCOL_TCP : flowType(tcp);
    this.#take(words[d + D_SRC], words[d + D_DST], words[d + D_PORTS], type, hash, tcp, words[d + D_NSEC], captured);
  }

  /** Of IPv6, or where VLANs tell conversations apart. */
  #onOtherPacket(words: Int32Array, d: number, view: DataView, captured: number): void {
    const tcp = words[d + D_TCP];
    let type = isSegment(tcp) ? PROTOCOL_TCP : flowType(tcp);
    let src = words[d + D_SRC];
    let dst = words[d + D_DST];
    if ((words[d + D_WHERE] & WHERE_V6) !== 0) {
      const addresses = ipv6AddressesAt(words, d);
      src = foldAddress(view, addresses);
      dst = foldAddress(view, addresses + 16);
      type |= TYPE_V6;
    }
    const vlan = Math.imul(words[d + D_VLAN], 0x9e3779b1);
    src ^= vlan;
    dst ^= vlan;
    const ports = words[d + D_PORTS];
    this.#take(src, dst, ports, type, hashIpv4(src, dst, ports), tcp, words[d + D_NSEC], captured);
  }

  /** Finds the row, whose hash is `hash`, and counts. */
  #take(
    src: number,
    dst: number,
    ports: number,
    type: number,
    hash: number,
    tcp: number,
    nsec: number,
    captured: number,
  ): void {
    const side = isLower(src, dst, ports) ? 0 : 1;
    const row =
      side === 0 ? this.#rowOf(src, dst, ports, type, hash) : this.#rowOf(dst, src, turned(ports), type, hash);
    this.#count(this.#rows, row + ROW_PAIR, side, tcp, nsec, captured);
  }

  /** The row of a conversation, lower endpoint first, which is made if there is none: its flows are without a packet. */
  #rowOf(low: number, high: number, ports: number, type: number, hash: number): number {
    const row = this.#find(low, high, ports, type, hash);
    return row >= 0 ? row : this.#make(low, high, ports, type, hash);
  }

  /** The row, or -1. */
  #find(low: number, high: number, ports: number, type: number, hash: number): number {
    const rows = this.#rows;
    const lastWord = rows.length - 1;
    for (let row = (hash << ROW_SHIFT) & lastWord; ; row = (row + ROW_WORDS) & lastWord) {
      const bits = rows[row + ROW_PAIR];
      if (bits === 0) return -1;
      if ((bits & TYPE_BITS) !== type || rows[row] !== low || rows[row + 1] !== high) continue;
      if (rows[row + 2] === ports) return row;
    }
  }

  #make(low: number, high: number, ports: number, type: number, hash: number): number {
    if (++this.#used * MOST_FILL_DIVISOR > (this.#rows.length >>> ROW_SHIFT) * MOST_FILL) this.#renew();
    const rows = this.#rows;
    const lastWord = rows.length - 1;
    let row = (hash << ROW_SHIFT) & lastWord;
    while (rows[row + ROW_PAIR] !== 0) row = (row + ROW_WORDS) & lastWord;
    rows[row] = low;
    rows[row + 1] = high;
    rows[row + 2] = ports;
    rows[row + ROW_PAIR] = type | PAIR_USED;
    return row;
  }

  /**
   * Counts the packet of the descriptor at word `d`, whose pair lodges, or is to (`mayLodge`), at word `pair` of `page`: five words, at first 0.
   * `side`: which of its sides the packet's source is, as long as it lodges there.
   */
  onLodger(
    page: Int32Array,
    pair: number,
    side: number,
    words: Int32Array,
    d: number,
    captured: number,
    hash: number,
  ): void {
    if (page[pair] === 0) this.#lodge(page, pair, side, words[d + D_SRC], words[d + D_DST], words[d + D_PORTS], hash);
    this.#count(page, pair, side, words[d + D_TCP], words[d + D_NSEC], captured);
  }

  /** Takes what is in the table of the conversation to word `pair` of `page`. */
  #lodge(page: Int32Array, pair: number, side: number, src: number, dst: number, ports: number, hash: number): void {
    const ownSide = isLower(src, dst, ports) ? 0 : 1;
    const type = PROTOCOL_TCP;
    const row =
      ownSide === 0 ? this.#find(src, dst, ports, type, hash) : this.#find(dst, src, turned(ports), type, hash);
    if (row < 0) page[pair] = type | PAIR_USED;
    else copyPair(this.#rows, row + ROW_PAIR, page, pair, side !== ownSide);
    this.#lodgers++;
  }

  /** Takes back the pair at word `pair` of `page`, if there is one; the source of its conversation is side 0. */
  takeBack(page: Int32Array, pair: number, src: number, dst: number, ports: number, hash: number): void {
    if (page[pair] === 0) return;
    const isSame = isLower(src, dst, ports);
    const type = PROTOCOL_TCP;
    const row = isSame ? this.#rowOf(src, dst, ports, type, hash) : this.#rowOf(dst, src, turned(ports), type, hash);
    copyPair(page, pair, this.#rows, row + ROW_PAIR, !isSame);
    this.#lodgers--;
  }

  /** Counts a packet of the pair at word `pair` of `page`. */
  #count(page: Int32Array, pair: number, side: number, tcp: number, nsec: number, captured: number): void {
    const at = pair + PAIR_SEC + 2 * side;
    const bits = page[pair];
    const { clock } = this;
    const sec = page[at];
    if ((bits & (PAIR_SEEN << side)) === 0 || clock.isOver(sec, page[at + 1], nsec)) {
      this.#beginFlow(page, pair, side, tcp, nsec, captured);
      return;
    }
    if (sec !== clock.sec) {
      clock.move(sec);
      page[at] = clock.sec;
    }
    page[at + 1] = nsec;
    if ((bits & (PAIR_IS_B << side)) === 0) {
      this.#aPackets++;
      this.#aBytes += captured;
    } else {
      this.#bPackets++;
      this.#bBytes += captured;
    }
  }

  /** A packet begins a flow of the pair at word `pair` of `page`: beside one that is not over, it is the other one of the pair. */
  #beginFlow(page: Int32Array, pair: number, side: number, tcp: number, nsec: number, captured: number): void {
    const { clock, figures } = this;
    const other = 1 - side;
    const bits = page[pair];
    const at = pair + PAIR_SEC + 2 * side;
    const otherAt = pair + PAIR_SEC + 2 * other;
    const hasOther = (bits & (PAIR_SEEN << other)) !== 0 && !clock.isOver(page[otherAt], page[otherAt + 1], nsec);
    const isB = hasOther && (bits & (PAIR_IS_B << other)) === 0;
    const isReply = hasOther ? (bits & (PAIR_IS_REPLY << other)) === 0 : isAnswer(tcp);
    clock.begin((bits & (PAIR_SEEN << side)) !== 0 ? page[at] : NEVER);
    page[at] = clock.sec;
    page[at + 1] = nsec;
    const cleared = bits & ~((PAIR_IS_B | PAIR_IS_REPLY) << side);
    page[pair] = cleared | (PAIR_SEEN << side) | (isB ? PAIR_IS_B << side : 0) | (isReply ? PAIR_IS_REPLY << side : 0);
    figures[isB ? F_B_FLOWS : F_A_FLOWS]++;
    figures[isReply ? F_REPLIES : F_REQUESTS]++;
    figures[isB ? F_B_PACKETS : F_A_PACKETS]++;
    figures[isB ? F_B_BYTES : F_A_BYTES] += captured;
  }

  /** Takes what is not over to a table in which it fills a half at most. */
  #renew(): void {
    const { clock } = this;
    const old = this.#rows;
    const isLeft = (row: number): boolean =>
      old[row + ROW_PAIR] !== 0 &&
      !(clock.isOver(old[row + ROW_PAIR + PAIR_SEC], 0, 0) && clock.isOver(old[row + ROW_PAIR + PAIR_SEC + 2], 0, 0));
    let left = 0;
    for (let row = 0; row < old.length; row += ROW_WORDS) if (isLeft(row)) left++;
    let places = LEAST_PLACES;
    while (places < 2 * left) places *= 2;
    this.#rows = new Int32Array(ROW_WORDS * places);
    // With the one that there is to be room for.
    this.#used = left + 1;
    for (let row = 0; row < old.length; row += ROW_WORDS) if (isLeft(row)) this.#put(old, row);
  }

  /** Puts the row at word `from` of `old` where its key belongs. */
  #put(old: Int32Array, from: number): void {
    const rows = this.#rows;
    let row = (hashIpv4(old[from], old[from + 1], old[from + 2]) << ROW_SHIFT) & (rows.length - 1);
    while (rows[row + ROW_PAIR] !== 0) row = (row + ROW_WORDS) & (rows.length - 1);
    for (let word = 0; word < ROW_WORDS; word++) rows[row + word] = old[from + word];
  }
}

/** The type of the flow of a packet without a segment, from its D_TCP. */
const flowType = (tcp: number): number => (tcp >>> FLOW_TYPE_SHIFT) & (LINK_FLOW | (LINK_FLOW - 1));

/** Whether a packet is a SYN/ACK, by its D_TCP. */
const isAnswer = (tcp: number): boolean => (isSegment(tcp) ? (tcp & SYN_ACK) === SYN_ACK : (tcp & FLOW_ANSWER) !== 0);

/**
 * Whether the pair of the packet of the descriptor at word `d` may lodge elsewhere, that is, in the row of its session: it is one of TCP over IPv4, and no VLANs
 * tell conversations apart.
 */
export function mayLodge(words: Int32Array, d: number): boolean {
  if (words[d + D_WHERE] < 0 || words[d + D_VLAN] !== 0) return false;
  const tcp = words[d + D_TCP];
  return isSegment(tcp) || flowType(tcp) === PROTOCOL_TCP;
}

/** Whether the source is the lower endpoint of a conversation, which is side 0. */
const isLower = (src: number, dst: number, ports: number): boolean =>
  src === dst ? ports >>> 16 <= (ports & 0xffff) : src >>> 0 < dst >>> 0;

/** Ports as the other end sees them. */
const turned = (ports: number): number => (ports << 16) | (ports >>> 16);

/** `isTurned`: side 0 of the one is side 1 of the other. */
function copyPair(from: Int32Array, f: number, to: Int32Array, t: number, isTurned: boolean): void {
  const bits = from[f];
  const swapped = ((bits & PAIR_SIDE) << 1) | ((bits >>> 1) & PAIR_SIDE);
  to[t] = isTurned ? (bits & ~(PAIR_SIDE | (PAIR_SIDE << 1))) | swapped : bits;
  for (let word = PAIR_SEC; word < PAIR_WORDS; word++) {
    // Words 1 and 2 are of one side, 3 and 4 of the other.
    const other = isTurned ? PAIR_SEC + ((word - PAIR_SEC) ^ 2) : word;
    to[t + other] = from[f + word];
  }
}
