/**
 * The flows of a shard: one direction of a 5-tuple, or of a MAC pair and type, is a flow, the two of a pair are a row. Owns when a flow begins,
 * which of a pair is A, and who asks; the figures are flow-figures.ts's.
 *
 * A table with open addressing that holds the rows themselves, so that a packet touches one line of memory. Rows whose flows are over stay until
 * the table is full; then what is left goes to one of fitting size. A row:
 *
 *   word 0, 1  the two endpoints' addresses, lower endpoint first: IPv4 addresses, lower 32 bits of MAC addresses, hashes of IPv6 addresses
 *   word 2     their ports or upper 16 bits, likewise
 *   word 3     type (protocol, or LINK_FLOW and what the link layer carries, TYPE_V6) | ROW_ bits
 *   word 4, 5  the lower endpoint's flow: when its latest packet came, in seconds of the flow clock and nanoseconds in the second
 *   word 6, 7  the higher endpoint's flow, likewise
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
const ROW_TYPE = 3;
const ROW_SEC = 4;

/** Of the type: addresses are hashes of IPv6 ones. */
const TYPE_V6 = 1 << 17;
const TYPE_BITS = 0x3ffff;
/** Of word 3, for the lower endpoint's flow, and one bit higher for the other's: it was there; it is a B flow; it is from who is asked. */
const ROW_SEEN = 1 << 18;
const ROW_IS_B = 1 << 20;
const ROW_IS_REPLY = 1 << 22;
/** The row is in use: no protocol has number 0 else. */
const ROW_USED = 1 << 24;

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
  /** Since `standing` was asked for last. */
  #aPackets = 0;
  #bPackets = 0;
  #aBytes = 0;
  #bBytes = 0;

  /** A flow without a packet for longer than `timeoutSec` is over. */
  constructor(timeoutSec: number) {
    this.clock = new FlowClock(timeoutSec);
    this.figures[F_PLACES] = 2 * LEAST_PLACES;
  }

  /** The figures, with how many flows are active. */
  standing(): Float64Array {
    const { figures } = this;
    figures[F_ACTIVE] = this.clock.active;
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

  /** Finds the row, whose hash is `hash`, and counts. The lower endpoint is side 0. */
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
    const rows = this.#rows;
    const lastWord = rows.length - 1;
    let side = 0;
    let low = src;
    let high = dst;
    let lowFirst = ports;
    if (src >>> 0 > dst >>> 0 || (src === dst && ports >>> 16 > (ports & 0xffff))) {
      side = 1;
      low = dst;
      high = src;
      lowFirst = (ports << 16) | (ports >>> 16);
    }
    let row = (hash << ROW_SHIFT) & lastWord;
    for (;;) {
      const bits = rows[row + ROW_TYPE];
      if (
        (bits & TYPE_BITS) === type &&
        rows[row] === low &&
        rows[row + 1] === high &&
        rows[row + 2] === lowFirst &&
        bits !== 0
      ) {
        this.#takeKnown(row, bits, side, tcp, nsec, captured);
        return;
      }
      if (bits === 0) break;
      row = (row + ROW_WORDS) & lastWord;
    }
    rows[row] = low;
    rows[row + 1] = high;
    rows[row + 2] = lowFirst;
    rows[row + ROW_TYPE] = type | ROW_USED;
    this.#beginFlow(row, side, tcp, nsec, captured);
    if (++this.#used * MOST_FILL_DIVISOR > (lastWord >>> ROW_SHIFT) * MOST_FILL) this.#renew();
  }

  /** A packet of the pair in the row at word `row`, whose word of bits is `bits`. */
  #takeKnown(row: number, bits: number, side: number, tcp: number, nsec: number, captured: number): void {
    const at = row + ROW_SEC + 2 * side;
    const rows = this.#rows;
    const { clock } = this;
    const sec = rows[at];
    if ((bits & (ROW_SEEN << side)) === 0 || clock.isOver(sec, rows[at + 1], nsec)) {
      this.#beginFlow(row, side, tcp, nsec, captured);
      return;
    }
    if (sec !== clock.sec) {
      clock.move(sec);
      rows[at] = clock.sec;
    }
    rows[at + 1] = nsec;
    if ((bits & (ROW_IS_B << side)) === 0) {
      this.#aPackets++;
      this.#aBytes += captured;
    } else {
      this.#bPackets++;
      this.#bBytes += captured;
    }
  }

  /** A packet begins a flow in the row at word `row`: beside one that is not over, it is the other one of the pair. */
  #beginFlow(row: number, side: number, tcp: number, nsec: number, captured: number): void {
    const rows = this.#rows;
    const { clock, figures } = this;
    const other = 1 - side;
    const bits = rows[row + ROW_TYPE];
    const at = row + ROW_SEC + 2 * side;
    const otherAt = row + ROW_SEC + 2 * other;
    const hasOther = (bits & (ROW_SEEN << other)) !== 0 && !clock.isOver(rows[otherAt], rows[otherAt + 1], nsec);
    const isB = hasOther && (bits & (ROW_IS_B << other)) === 0;
    const isReply = hasOther ? (bits & (ROW_IS_REPLY << other)) === 0 : isAnswer(tcp);
    clock.begin((bits & (ROW_SEEN << side)) !== 0 ? rows[at] : NEVER);
    rows[at] = clock.sec;
    rows[at + 1] = nsec;
    const cleared = bits & ~((ROW_IS_B | ROW_IS_REPLY) << side);
    rows[row + ROW_TYPE] =
      cleared | (ROW_SEEN << side) | (isB ? ROW_IS_B << side : 0) | (isReply ? ROW_IS_REPLY << side : 0);
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
      old[row + ROW_TYPE] !== 0 &&
      !(clock.isOver(old[row + ROW_SEC], 0, 0) && clock.isOver(old[row + ROW_SEC + 2], 0, 0));
    let left = 0;
    for (let row = 0; row < old.length; row += ROW_WORDS) if (isLeft(row)) left++;
    let places = LEAST_PLACES;
    while (places < 2 * left) places *= 2;
    this.#rows = new Int32Array(ROW_WORDS * places);
    this.#used = left;
    this.figures[F_PLACES] = 2 * places;
    for (let row = 0; row < old.length; row += ROW_WORDS) if (isLeft(row)) this.#put(old, row);
  }

  /** Puts the row at word `from` of `old` where its key belongs. */
  #put(old: Int32Array, from: number): void {
    const rows = this.#rows;
    let row = (hashIpv4(old[from], old[from + 1], old[from + 2]) << ROW_SHIFT) & (rows.length - 1);
    while (rows[row + ROW_TYPE] !== 0) row = (row + ROW_WORDS) & (rows.length - 1);
    for (let word = 0; word < ROW_WORDS; word++) rows[row + word] = old[from + word];
  }
}

/** The type of the flow of a packet without a segment, from its D_TCP. */
const flowType = (tcp: number): number => (tcp >>> FLOW_TYPE_SHIFT) & (LINK_FLOW | (LINK_FLOW - 1));

/** Whether a packet is a SYN/ACK, by its D_TCP. */
const isAnswer = (tcp: number): boolean => (isSegment(tcp) ? (tcp & SYN_ACK) === SYN_ACK : (tcp & FLOW_ANSWER) !== 0);
