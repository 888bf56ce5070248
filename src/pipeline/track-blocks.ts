/**
 * The tracker thread's loop: takes block after block, walks its shard's list of descriptors, and lets the
 * analyses see each segment and each tick in order. Owns the order; knows no protocol.
 */
import { Analysis } from '../analysis/analysis.js';
import type { AnalysisOptions } from '../analysis/options.js';
import type { PageSummary } from '../analysis/page-notes.js';
import {
  D_INDEX,
  D_NSEC,
  D_SEC,
  D_TCP,
  isSegment,
  LATER_FRAGMENT_HERE,
  packetIndex,
  UNREACHABLE_HERE,
} from '../capture/descriptor.js';
import { conversationHash } from '../capture/descriptor-hash.js';
import { trafficFigures } from '../capture/traffic-figures.js';
import { EventWriter } from '../merge/events.js';
import { type DirectionCounts, zeroDirections } from '../miruo/directions.js';
import type { MiruoOptions } from '../miruo/options.js';
import { M_FLOWS } from '../miruo/session-row.js';
import { type MiruoCounters, zeroCounters } from '../miruo/statistics.js';
import { MiruoTracker } from '../miruo/tracker.js';
import { BlockConsumer, type BlockRingMemory } from '../ring/block-ring.js';
import {
  BLOCK_END,
  BLOCK_MOMENT,
  DESCRIPTOR_NEXT,
  DESCRIPTOR_WORDS,
  DETAIL_WORDS,
  SLOT_HEADS,
  SLOT_KIND,
  SLOT_NOW,
  SLOT_TICKS,
  TICK_DESCRIPTOR,
  TICK_MOMENT,
  TICK_NOTICE,
  TICK_PACKETS,
  TICK_REPORT,
  TICK_SEGMENTS,
  TICK_TRAFFIC,
} from '../ring/layout.js';
import { type ResultRingMemory, ResultWriter } from '../ring/result-ring.js';
import type { ChecksumFigures } from '../tcpeek/checksum-figures.js';
import { NO_OPENINGS, type OpeningCounts } from '../tcpeek/counts.js';
import type { TcpeekOptions } from '../tcpeek/options.js';
import { HandshakeTracker } from '../tcpeek/tracker.js';
import { AddressMapper } from '../text/crypto-pan.js';
import { FlowTable, mayLodge } from '../traffic/flow-table.js';
import type { FlowOptions } from '../traffic/options.js';
import type { ChecksumVerifier } from '../wire/checksum-verifier.js';

/** The analyses of a run, each by its options; at least one. */
export interface Analyses {
  readonly miruo?: MiruoOptions | undefined;
  readonly tcpeek?: TcpeekOptions | undefined;
  /** Counting of flows, of every packet. */
  readonly flows?: FlowOptions | undefined;
  /** Symptoms and records of sessions; the reader notes details then. */
  readonly analysis?: AnalysisOptions | undefined;
  /** What addresses are shown as follows from it (src/text/crypto-pan.ts); undefined: they are shown as they are. */
  readonly addressKey?: Uint8Array | undefined;
}

const NO_COUNTERS: MiruoCounters = zeroCounters();

/** What a tracker returns when the stream is done. */
export interface TrackSummary {
  readonly miruo: MiruoCounters;
  readonly directions: DirectionCounts;
  readonly checksums: ChecksumFigures | undefined;
  readonly openings: OpeningCounts;
  /** Where a page was asked for. */
  readonly page: PageSummary | undefined;
}

/** Tracks shard `shard` of the block ring to its end; results go to the result ring. */
export function trackBlocks(
  shard: number,
  analyses: Analyses,
  blocks: BlockRingMemory,
  results: ResultRingMemory,
): TrackSummary {
  const tracker = new ShardTracker(shard, analyses, blocks, results);
  while (tracker.step());
  return tracker.summary();
}

/** One shard's tracking, block by block. */
export class ShardTracker {
  readonly #consumer: BlockConsumer;
  readonly #events: EventWriter;
  readonly #miruo: MiruoTracker | undefined;
  readonly #tcpeek: HandshakeTracker | undefined;
  readonly #analysis: Analysis | undefined;
  readonly #walker: ShardWalker;

  constructor(
    shard: number,
    { miruo, tcpeek, flows, analysis, addressKey }: Analyses,
    blocks: BlockRingMemory,
    results: ResultRingMemory,
  ) {
    this.#consumer = new BlockConsumer(blocks, shard);
    this.#events = new EventWriter(new ResultWriter(results));
    const addresses = addressKey && new AddressMapper(addressKey);
    const table = flows && new FlowTable(flows.timeoutSec);
    this.#miruo = miruo && new MiruoTracker(miruo, this.#events, addresses, table);
    this.#analysis = analysis && new Analysis(analysis, this.#events.records);
    this.#tcpeek = tcpeek && new HandshakeTracker(tcpeek, this.#events.handshakes, addresses);
    const parts = {
      miruo: this.#miruo,
      tcpeek: this.#tcpeek,
      flows: table,
      analysis: this.#analysis,
    };
    this.#walker = new ShardWalker(shard, blocks, this.#events, parts, trafficFigures(flows?.protocols ?? 0));
  }

  /** Takes the next block, waiting for it, and tracks it; false when it was the one that ends the stream. */
  step(): boolean {
    const slot = this.#consumer.take();
    const isEnd = this.#walker.walk(slot);
    this.#walker.tellStanding(slot);
    this.#consumer.release();
    if (isEnd) this.#events.streamDone();
    else this.#events.blockDone();
    return !isEnd;
  }

  summary(): TrackSummary {
    return {
      miruo: this.#miruo?.counters ?? zeroCounters(),
      directions: this.#miruo?.directions ?? zeroDirections(),
      checksums: this.#tcpeek?.checksumFigures ?? figuresOf(this.#analysis?.verifier),
      openings: this.#tcpeek?.openings ?? NO_OPENINGS,
      page: this.#analysis?.pageSummary,
    };
  }
}

function figuresOf(verifier: ChecksumVerifier | undefined): ChecksumFigures | undefined {
  if (verifier === undefined) return undefined;
  const { verified, failed, failedAsOffloaded } = verifier;
  return { verified, failed, failedAsOffloaded };
}

interface ShardAnalyses {
  readonly miruo: MiruoTracker | undefined;
  readonly tcpeek: HandshakeTracker | undefined;
  readonly flows: FlowTable | undefined;
  readonly analysis: Analysis | undefined;
}

class ShardWalker {
  readonly #shard: number;
  readonly #descriptorsOffset: number;
  readonly #ticksOffset: number;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #doubles: Float64Array;
  readonly #events: EventWriter;
  readonly #miruo: MiruoTracker | undefined;
  readonly #tcpeek: HandshakeTracker | undefined;
  readonly #flows: FlowTable | undefined;
  readonly #analysis: Analysis | undefined;
  readonly #detailsOffset: number;
  readonly #lengthsOffset: number;
  readonly #figuresOffset: number;
  readonly #readFigures: number;
  /** Words of the ticks in the block that are still to come. */
  #tick = 0;
  #ticksEnd = 0;
  #isClockRunning = false;

  constructor(
    shard: number,
    blocks: BlockRingMemory,
    events: EventWriter,
    { miruo, tcpeek, flows, analysis }: ShardAnalyses,
    readFigures: number,
  ) {
    this.#readFigures = readFigures;
    this.#shard = shard;
    this.#descriptorsOffset = blocks.layout.descriptorsOffset;
    this.#ticksOffset = blocks.layout.ticksOffset;
    this.#words = new Int32Array(blocks.buffer);
    this.#view = new DataView(blocks.buffer);
    this.#doubles = new Float64Array(blocks.buffer);
    this.#events = events;
    this.#miruo = miruo;
    this.#tcpeek = tcpeek;
    this.#flows = flows;
    this.#analysis = analysis;
    this.#detailsOffset = blocks.layout.detailsOffset;
    this.#lengthsOffset = blocks.layout.lengthsOffset;
    this.#figuresOffset = blocks.layout.figuresOffset;
  }

  /** Walks the block in the slot at byte `slot`; true when it is the one that ends the stream. */
  walk(slot: number): boolean {
    const words = this.#words;
    const header = slot >> 2;
    if (words[header + SLOT_KIND] === BLOCK_END) {
      this.#events.key = 0;
      this.#miruo?.onEnd(words[header + SLOT_NOW] >>> 0, (words[header + SLOT_NOW + 1] / 1000) | 0);
      this.#tcpeek?.onEnd();
      this.#analysis?.onEnd();
      return true;
    }
    const view = this.#view;
    const miruo = this.#miruo;
    const tcpeek = this.#tcpeek;
    const flows = this.#flows;
    const analysis = this.#analysis;
    const events = this.#events;
    const details = (slot + this.#detailsOffset) >> 2;
    analysis?.beginBlock(words, header);
    const lengths = (slot + this.#lengthsOffset) >> 2;
    const first = (slot + this.#descriptorsOffset) >> 2;
    this.#tick = (slot + this.#ticksOffset) >> 2;
    this.#ticksEnd = this.#tick + words[header + SLOT_TICKS];
    // Ticks and own descriptors are both in packet order; a tick comes before the segment of the same packet.
    let nextTick = this.#nextTick();
    for (let next = words[header + SLOT_HEADS + this.#shard]; next !== 0; ) {
      const descriptor = next - 1;
      let after = 0;
      if (nextTick <= descriptor) {
        after = this.#passTicks(first, descriptor);
        nextTick = this.#nextTick();
      }
      const d = first + descriptor * DESCRIPTOR_WORDS;
      events.key = 2 * packetIndex(words[d + D_INDEX]);
      if (isSegment(words[d + D_TCP])) {
        const hash = conversationHash(words, d);
        miruo?.onSegment(words, d, view, hash);
        tcpeek?.onSegment(words, d, view, hash);
        if (flows !== undefined) {
          const row = miruo === undefined ? -1 : miruo.row;
          this.#countFlow(flows, row, words, d, words[lengths + descriptor], hash);
        }
        analysis?.onSegment(words, d, view, hash, details + descriptor * DETAIL_WORDS);
      } else if (words[d + D_TCP] === UNREACHABLE_HERE) {
        tcpeek?.onUnreachable(words, d, view, conversationHash(words, d));
      } else if (words[d + D_TCP] === LATER_FRAGMENT_HERE) {
        analysis?.onFragment(words, d, details + descriptor * DETAIL_WORDS);
      } else if (flows !== undefined) {
        this.#countOtherFlow(flows, words, d, words[lengths + descriptor]);
      }
      if (after !== 0) this.#tellAfter(after);
      next = words[d + DESCRIPTOR_NEXT];
    }
    this.#passTicks(first, TICK_DESCRIPTOR);
    if (words[header + SLOT_KIND] === BLOCK_MOMENT) this.#tellMoment();
    return false;
  }

  /** Counts the packet of the descriptor at word `d`, of the session in row `row`, after miruo has seen it: there, if there is one, where its flows lodge. */
  #countFlow(flows: FlowTable, row: number, words: Int32Array, d: number, captured: number, hash: number): void {
    if (row < 0 || !mayLodge(words, d)) {
      flows.onPacket(words, d, this.#view, captured, hash);
      return;
    }
    const { table, side } = this.#miruo!;
    flows.onLodger(table.page(row), table.at(row) + M_FLOWS, side, words, d, captured, hash);
  }

  /** Counts a packet that is no segment for miruo: part of a datagram, or, with --classic, below a VLAN tag. */
  #countOtherFlow(flows: FlowTable, words: Int32Array, d: number, captured: number): void {
    const hash = conversationHash(words, d);
    const isOfSession = this.#miruo !== undefined && mayLodge(words, d);
    this.#countFlow(flows, isOfSession ? this.#miruo!.find(words, d, this.#view, hash) : -1, words, d, captured, hash);
  }

  /** The descriptor of the next tick, more than any when there is none. */
  #nextTick(): number {
    return this.#tick < this.#ticksEnd ? this.#words[this.#tick] & TICK_DESCRIPTOR : TICK_DESCRIPTOR;
  }

  /**
   * Passes the ticks up to that of descriptor `last`, the first of which is at word `first`. Returns what comes after the packet of
   * `last` itself (TICK_MOMENT, TICK_REPORT); what comes after other shards' packets is told.
   */
  #passTicks(first: number, last: number): number {
    while (this.#tick < this.#ticksEnd) {
      const word = this.#words[this.#tick];
      const descriptor = word & TICK_DESCRIPTOR;
      if (descriptor > last) return 0;
      this.#tick++;
      this.#onTick(word, first + descriptor * DESCRIPTOR_WORDS);
      const after = word & (TICK_MOMENT | TICK_REPORT);
      if (after === 0) continue;
      if (descriptor === last) return after;
      this.#tellAfter(after);
    }
    return 0;
  }

  /** The tick `word`, at the packet of the descriptor at word `d`. What miruo says of it comes first, in every shard. */
  #onTick(word: number, d: number): void {
    if ((word & TICK_NOTICE) !== 0) {
      this.#events.notice();
      return;
    }
    const words = this.#words;
    const sec = words[d + D_SEC] >>> 0;
    this.#events.key = 2 * packetIndex(words[d + D_INDEX]) - 1;
    if ((word & TICK_SEGMENTS) !== 0) {
      if (this.#isClockRunning) this.#miruo?.onTick(sec, (words[d + D_NSEC] / 1000) | 0);
      else this.#miruo?.startClock(sec);
      this.#isClockRunning = true;
    }
    if ((word & TICK_PACKETS) !== 0) this.#tcpeek?.onTick(sec);
    if ((word & TICK_TRAFFIC) !== 0) this.#passSecond(sec);
    if ((word & TICK_SEGMENTS) !== 0) this.#analysis?.onTick(sec, packetIndex(words[d + D_INDEX]));
  }

  #passSecond(sec: number): void {
    const flows = this.#flows;
    if (flows === undefined) return;
    this.#events.standing.tick(flows.clock.active);
    flows.clock.tick(sec);
  }

  /** How the shard stands, with what the reader told at the end of the block in the slot at byte `slot`, if that is where it stands. */
  tellStanding(slot: number | undefined): void {
    this.#tcpeek?.endBlock();
    let read: Float64Array | undefined;
    if (this.#shard === 0 && slot !== undefined) {
      const from = (slot + this.#figuresOffset) >> 3;
      read = this.#doubles.subarray(from, from + this.#readFigures);
    }
    const counters = this.#miruo?.counters ?? NO_COUNTERS;
    const wrongChecksums = this.#tcpeek?.checksumFigures?.failed ?? 0;
    this.#events.standing.figures(this.#flows?.standing(), counters, wrongChecksums, read);
  }

  /** What comes after a packet: TICK_MOMENT, TICK_REPORT. */
  #tellAfter(ticks: number): void {
    if ((ticks & TICK_MOMENT) !== 0) this.#tellMoment();
    if ((ticks & TICK_REPORT) === 0) return;
    this.tellStanding(undefined);
    this.#events.report();
  }

  #tellMoment(): void {
    this.#events.moment(this.#miruo?.counters ?? NO_COUNTERS);
  }
}
