/**
 * The descriptors of a block: what the decoder found in each packet, entered in the lists of the shards, with the ticks of three clocks: that of
 * segments, that of handshakes, and, where the traffic is counted, that of all packets. Owns which packets have a descriptor.
 */
import type { BlockRingMemory } from '../ring/block-ring.js';
import {
  DESCRIPTOR_NEXT,
  TICK_MOMENT,
  TICK_PACKETS,
  TICK_REPORT,
  TICK_SEGMENTS,
  TICK_TRAFFIC,
} from '../ring/layout.js';
import type { FrameDecoder } from './decode.js';
import {
  D_FRAME,
  D_INDEX,
  D_NSEC,
  D_SEC,
  D_TCP,
  D_WHERE,
  D_WIRE,
  LATER_FRAGMENT_HERE,
  WHERE_UNKNOWN_LINK,
  WHERE_WHOLE,
} from './descriptor.js';
import { DescriptorLists } from './descriptor-lists.js';
import type { FillOptions } from './fill-options.js';
import type { CaptureFormat } from './format.js';
import { ICMP_MESSAGE, LATER_FRAGMENT } from './frame-reasons.js';
import { PacketClock } from './packet-clock.js';
import { SegmentClock } from './segment-clock.js';
import {
  DETAIL_MARKED,
  E_FRAGMENT,
  E_PIECE,
  E_VLAN,
  noteDetails,
  noteFragmentsBefore,
  notePiece,
  PIECE_IN_TUNNEL,
  pieceOf,
} from './segment-details.js';
import { StrayFragments } from './stray-fragments.js';
import type { CaptureTally } from './tally.js';
import { TrafficMeter } from './traffic-meter.js';

export class PacketEntries {
  readonly lists: DescriptorLists;
  readonly clock: PacketClock | undefined;
  readonly traffic: TrafficMeter | undefined;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #decoder: FrameDecoder;
  readonly #moments: FillOptions['moments'];
  readonly #reports: FillOptions['reports'];
  readonly #unreachables: boolean;
  readonly #trafficClock = new SegmentClock();
  readonly #strays = new StrayFragments();
  readonly #hasDetails: boolean;
  readonly #marks: FillOptions['marks'];
  /** What a packet's index in its block is added to for its number in its input, without those that were left out. */
  #numberBase = 0;

  constructor({ layout, buffer }: BlockRingMemory, decoder: FrameDecoder, options: FillOptions) {
    this.#words = new Int32Array(buffer);
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.lists = new DescriptorLists(layout, this.#words);
    this.#decoder = decoder;
    this.#moments = options.moments;
    this.#reports = options.reports;
    this.#unreachables = options.unreachables ?? false;
    this.#hasDetails = options.details ?? false;
    this.#marks = options.marks;
    if (options.clock !== undefined) this.clock = new PacketClock(options.clock, options.decode.userDlts);
    if (options.traffic !== undefined) this.traffic = new TrafficMeter(options.traffic.protocols, options.decode);
  }

  /** The packets to be entered next are those of a walk whose first one has `index` in its block, when `tally` stands as it does. */
  beginWalk(index: number, tally: CaptureTally): void {
    this.#numberBase = tally.packets + 1 - index;
  }

  /**
   * Enters the segment that the descriptor at word `d`, the next one, was decoded to: the packet of the format's record, with `index` in its
   * block and `before` packets in blocks before.
   */
  enterSegment(
    format: CaptureFormat,
    words: Int32Array,
    d: number,
    index: number,
    before: number,
    tally: CaptureTally,
  ): void {
    const { lists, clock, traffic } = this;
    noteRecord(format, words, d);
    words[d + D_INDEX] |= index;
    const sec = format.sec >>> 0;
    let ticks = 0;
    if (clock !== undefined) {
      if (format.capturedBytes >= format.wireBytes >>> 0) words[d + D_WHERE] |= WHERE_WHOLE;
      if (!clock.knows(format)) words[d + D_WHERE] |= WHERE_UNKNOWN_LINK;
      if (clock.takesSegment(format, this.#bytes, words[d + D_WHERE])) ticks = TICK_PACKETS;
    }
    if (traffic !== undefined) {
      const captured = format.capturedBytes;
      const wire = format.wireBytes >>> 0;
      if (!this.#decoder.hasWalked) traffic.takePlain(this.#view, format.frameAt, captured, wire, words[d + D_WHERE]);
      else traffic.takeSegment(this.#view, format, this.#decoder);
      lists.noteLength(captured);
      if (format.hasTime && this.#trafficClock.isNewSecond(sec)) ticks |= TICK_TRAFFIC;
    }
    if (this.#hasDetails) {
      const number = this.#numberBase + index + tally.leftOut;
      const { vlanId, declaredEnd } = this.#decoder;
      const wireBytes = format.wireBytes >>> 0;
      // Of a datagram in pieces the rest is elsewhere.
      const end = this.#decoder.isFirstFragment ? declaredEnd : Math.min(wireBytes, declaredEnd);
      if (format.capturedBytes >= wireBytes) words[d + D_WHERE] |= WHERE_WHOLE;
      noteDetails(this.#view, format.frameAt, wireBytes, end, number, vlanId, words, d, lists.details);
      if (this.#decoder.isFirstFragment) this.#noteFirstPiece(words, lists.details);
    }
    if (this.#marks?.selects(format, this.#bytes) === true) words[lists.details + E_VLAN] |= DETAIL_MARKED;
    const shard = lists.enter(d);
    if (this.#decoder.isFirstFragment) lists.noteFirstFragment(this.#decoder.fragmentKey, shard);
    if (lists.isNewSecond(sec)) {
      ticks |= TICK_SEGMENTS;
      if (this.#moments?.isAfter(sec, before + index + 1, tally, format) === true) ticks |= TICK_MOMENT;
    }
    if (this.#reports?.isAfter(format, (ticks & TICK_TRAFFIC) !== 0) === true) ticks |= TICK_REPORT;
    if (ticks !== 0) lists.tick(lists.count - 1, ticks);
  }

  /** A frame without a segment, for `reason`: its descriptor, at word `d`, is entered if some shard or a clock has use for it. */
  enterOther(
    format: CaptureFormat,
    reason: number,
    words: Int32Array,
    d: number,
    index: number,
    tally: CaptureTally,
  ): void {
    const { lists, traffic } = this;
    const count = lists.count;
    const isTcpOrIcmp = this.clock !== undefined && this.#decoder.isTcpOrIcmp(reason);
    let unreachable = d;
    noteRecord(format, words, d);
    words[d + D_INDEX] = index;
    if (traffic !== undefined) {
      // The decoder may be asked below what it found, and the meter may walk on with its cursor.
      if (reason === LATER_FRAGMENT && !lists.knowsFragment(this.#decoder.fragmentKey)) tally.strayFragments++;
      traffic.takeOther(this.#view, format, this.#decoder, reason, words, d);
      lists.noteLength(format.capturedBytes);
      lists.enter(d);
      unreachable = lists.next;
      noteRecord(format, words, unreachable);
      words[unreachable + D_INDEX] = index;
      if (reason === LATER_FRAGMENT && this.#hasDetails) this.#enterFragment(words, unreachable, index, tally);
    } else if (reason === LATER_FRAGMENT && !this.#enterFragment(words, d, index, tally)) {
      tally.strayFragments++;
    }
    if (reason === ICMP_MESSAGE && this.#unreachables && this.#decoder.decodeUnreachable(words, unreachable)) {
      if (this.clock?.knows(format) === false) words[unreachable + D_WHERE] |= WHERE_UNKNOWN_LINK;
      if (format.capturedBytes >= format.wireBytes >>> 0) words[unreachable + D_WHERE] |= WHERE_WHOLE;
      lists.enter(unreachable);
    }
    let ticks = 0;
    if (this.clock?.takesOther(format, this.#bytes, isTcpOrIcmp) === true) ticks |= TICK_PACKETS;
    const isNewSecond = traffic !== undefined && format.hasTime && this.#trafficClock.isNewSecond(format.sec >>> 0);
    if (isNewSecond) ticks |= TICK_TRAFFIC;
    const isReport = this.#reports?.isAfter(format, isNewSecond) === true;
    if (ticks === 0 && !isReport) return;
    // A descriptor in no list: only its time is of interest.
    if (lists.count === count) lists.count++;
    // Of two descriptors the clocks come before the first, a report after the second.
    if (isReport && lists.count === count + 1) ticks |= TICK_REPORT;
    if (ticks !== 0) lists.tick(count, ticks);
    if (isReport && (ticks & TICK_REPORT) === 0) lists.tick(lists.count - 1, TICK_REPORT);
  }

  /** Enters the later fragment in the descriptor at word `d`, the next one, where its first one went; false when that was not seen. */
  #enterFragment(words: Int32Array, d: number, index: number, tally: CaptureTally): boolean {
    const { lists } = this;
    const key = this.#decoder.fragmentKey;
    words[d + D_TCP] = LATER_FRAGMENT_HERE;
    if (this.#hasDetails) {
      const piece = pieceOf(this.#decoder.cursor);
      if (!lists.knowsFragment(key)) this.#strays.note(key, piece);
      notePiece(words, lists.details, this.#numberBase + index + tally.leftOut, key, piece);
    }
    return lists.enterFragment(key);
  }

  /** What the first fragment at the cursor is, in the details at word `e`. */
  #noteFirstPiece(words: Int32Array, e: number): void {
    const { cursor } = this.#decoder;
    const piece = pieceOf(cursor);
    const isInTunnel = cursor.headIp !== cursor.ip;
    const fragments = this.#strays.take(cursor.headKey);
    // What came before it had no place to go to: it is looked at here, be it complete or not.
    if (fragments > 0) {
      const isWhole = !isInTunnel && this.#strays.isWholeWith(piece);
      noteFragmentsBefore(words, e, fragments, isWhole ? this.#strays.bytes : 0);
    } else if (piece !== 0) {
      words[e + E_FRAGMENT] = cursor.headKey;
      words[e + E_PIECE] = piece | (isInTunnel ? PIECE_IN_TUNNEL : 0);
    }
  }
}

/** The words that say which record a descriptor is of. */
function noteRecord(format: CaptureFormat, words: Int32Array, d: number): void {
  words[d + D_FRAME] = format.frameAt;
  words[d + D_WIRE] = format.wireBytes;
  words[d + D_SEC] = format.sec;
  words[d + D_NSEC] = format.nsec;
  words[d + DESCRIPTOR_NEXT] = 0;
}
