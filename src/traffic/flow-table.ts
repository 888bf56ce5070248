/**
 * The flows of a shard: one direction of a 5-tuple, or of a MAC pair and type, is a flow, the two of a pair are a row (flow-rows.ts). Owns when a
 * flow begins, which of a pair is A, and who asks; the figures are flow-figures.ts's.
 *
 * Rows are in one of two tables: a small one, whose lines stay in the cache, has those of which a packet came lately. When it is full, the others go
 * to a large one, from where a packet brings a row back. What is over is left out when a table is filled anew.
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
import { FlowRows, ROW_BITS, ROW_IS_B, ROW_IS_REPLY, ROW_SEC, ROW_SEEN, TYPE_V6 } from './flow-rows.js';

/** Rows without a packet for so many seconds leave the small table when it is full. */
const LATELY_SEC = 2;
/** SYN and ACK in the word of data offset, flags and window. */
const SYN_ACK = 0x12 << 16;

export class FlowTable {
  readonly figures = new Float64Array(FLOW_FIGURES);
  readonly clock: FlowClock;
  readonly #recent = new FlowRows();
  readonly #others = new FlowRows();
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
    figures[F_PLACES] = 2 * (this.#recent.places + this.#others.places);
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
    let row = this.#recent.find(low, high, lowFirst, type, hash);
    if (row < 0) row = this.#bring(low, high, lowFirst, type, hash, ~row);
    this.#takeKnown(row, side, tcp, nsec, captured);
  }

  /** Brings the row with this key to the empty place at word `row` of the small table: from the large one, or it is a new one. */
  #bring(low: number, high: number, ports: number, type: number, hash: number, place: number): number {
    const recent = this.#recent;
    const others = this.#others;
    let row = place;
    if (recent.isFull) {
      this.#putAway();
      row = ~recent.find(low, high, ports, type, hash);
    }
    const from = others.taken === 0 ? -1 : others.find(low, high, ports, type, hash);
    if (from < 0) {
      recent.begin(row, low, high, ports, type);
    } else {
      recent.copy(row, others.words, from);
      others.remove(from);
    }
    return row;
  }

  /** Takes the rows of which no packet came lately to the large table. */
  #putAway(): void {
    const { clock } = this;
    const recent = this.#recent;
    const others = this.#others;
    const { words } = recent;
    const idleSec = (row: number): number => clock.sec - Math.max(words[row + ROW_SEC], words[row + ROW_SEC + 2]);
    const room = recent.taken;
    if (others.taken + room > others.places / 2) {
      const rows = others.words;
      others.renew((row) => !isOver(clock, rows, row), room);
    }
    recent.renew((row) => {
      if (idleSec(row) < LATELY_SEC) return true;
      if (!isOver(clock, words, row)) others.add(words, row);
      return false;
    }, 0);
  }

  /** A packet of the pair in the row at word `row` of the small table. */
  #takeKnown(row: number, side: number, tcp: number, nsec: number, captured: number): void {
    const at = row + ROW_SEC + 2 * side;
    const rows = this.#recent.words;
    const { clock } = this;
    const bits = rows[row + ROW_BITS];
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
    const rows = this.#recent.words;
    const { clock, figures } = this;
    const other = 1 - side;
    const bits = rows[row + ROW_BITS];
    const at = row + ROW_SEC + 2 * side;
    const otherAt = row + ROW_SEC + 2 * other;
    const hasOther = (bits & (ROW_SEEN << other)) !== 0 && !clock.isOver(rows[otherAt], rows[otherAt + 1], nsec);
    const isB = hasOther && (bits & (ROW_IS_B << other)) === 0;
    const isReply = hasOther ? (bits & (ROW_IS_REPLY << other)) === 0 : isAnswer(tcp);
    clock.begin((bits & (ROW_SEEN << side)) !== 0 ? rows[at] : NEVER);
    rows[at] = clock.sec;
    rows[at + 1] = nsec;
    const cleared = bits & ~((ROW_IS_B | ROW_IS_REPLY) << side);
    rows[row + ROW_BITS] =
      cleared | (ROW_SEEN << side) | (isB ? ROW_IS_B << side : 0) | (isReply ? ROW_IS_REPLY << side : 0);
    figures[isB ? F_B_FLOWS : F_A_FLOWS]++;
    figures[isReply ? F_REPLIES : F_REQUESTS]++;
    figures[isB ? F_B_PACKETS : F_A_PACKETS]++;
    figures[isB ? F_B_BYTES : F_A_BYTES] += captured;
  }
}

/** The type of the flow of a packet without a segment, from its D_TCP. */
const flowType = (tcp: number): number => (tcp >>> FLOW_TYPE_SHIFT) & (LINK_FLOW | (LINK_FLOW - 1));

/** Whether a packet is a SYN/ACK, by its D_TCP. */
const isAnswer = (tcp: number): boolean => (isSegment(tcp) ? (tcp & SYN_ACK) === SYN_ACK : (tcp & FLOW_ANSWER) !== 0);

/** Whether both flows of the row at word `row` are over, or have been for a while. */
const isOver = (clock: FlowClock, rows: Int32Array, row: number): boolean =>
  clock.isOver(rows[row + ROW_SEC], 0, 0) && clock.isOver(rows[row + ROW_SEC + 2], 0, 0);
