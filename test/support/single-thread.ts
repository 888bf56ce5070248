/**
 * The whole pass without threads: reader, trackers and merger of the product take turns after each block, so
 * that every block size and every number of shards is quick to try, down to one record a block.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { RecordKind } from '../../src/analysis/events.js';
import type { AnalysisOptions } from '../../src/analysis/options.js';
import type { PageSummary } from '../../src/analysis/page-notes.js';
import { BlockFiller } from '../../src/capture/block-filler.js';
import type { DecodeOptions } from '../../src/capture/decode.js';
import { BAD_IP_HEADER, BAD_LINK_HEADER, BAD_TCP_HEADER } from '../../src/capture/frame-reasons.js';
import { LinkFilters } from '../../src/capture/link-filters.js';
import { Moments } from '../../src/capture/moments.js';
import type { ClockFigures } from '../../src/capture/packet-clock.js';
import { RECOGNISE_BYTES, recognise } from '../../src/capture/recognise.js';
import { ReportMoments } from '../../src/capture/report-moments.js';
import { PacketSelector } from '../../src/capture/selection.js';
import { trafficFigures } from '../../src/capture/traffic-figures.js';
import type { CountedProtocol } from '../../src/capture/traffic-meter.js';
import { readingFor } from '../../src/cli/tcpeek-plan.js';
import { NO_NAMES } from '../../src/filter/names.js';
import { MERGE_DONE, MERGE_MOMENT, MERGE_MORE, MERGE_REPORT, Merger } from '../../src/merge/merger.js';
import { hasIds, type MiruoOptions } from '../../src/miruo/options.js';
import { addCounters, type MiruoCounters } from '../../src/miruo/statistics.js';
import { ShardTracker } from '../../src/pipeline/track-blocks.js';
import { allocateBlockRing, BlockProducer } from '../../src/ring/block-ring.js';
import { layoutBlockRing, SLOT_FIGURES } from '../../src/ring/layout.js';
import { allocateResultRing, ResultReader, type ResultRingMemory } from '../../src/ring/result-ring.js';
import { namedFilters, type TcpeekOptions } from '../../src/tcpeek/options.js';

export interface SingleThreadForm {
  readonly trackers: number;
  readonly blockBytes: number;
  /** Every read gives one record, so every block holds one. */
  readonly oneRecordBlocks?: boolean;
  /** Where the rings' counters start. */
  readonly firstCounter?: number;
  /** What is watched of handshakes beside sessions. */
  readonly tcpeek?: TcpeekOptions | undefined;
  /** Figures are wanted every so many seconds. */
  readonly momentsSec?: number | undefined;
  /** The traffic is counted. */
  readonly traffic?: TrafficForm | undefined;
  /** Sessions are analysed. */
  readonly analysis?: AnalysisOptions | undefined;
  /** An expression without names: segments that it selects are marked for the analysis. */
  readonly marks?: string | undefined;
  /** What of decoding is not as usual. */
  readonly decode?: Partial<Omit<DecodeOptions, 'directOnly'>> | undefined;
}

export interface TrafficForm {
  readonly protocols: readonly CountedProtocol[];
  readonly flowTimeoutSec: number;
  /** Reports are wanted every so many seconds of packet time. */
  readonly reportSec?: number | undefined;
}

/** How things stood as a report tells it: as `RunStanding` of src/pipeline/run.ts, as plain data. */
export interface StandingFigures {
  readonly read: readonly number[];
  readonly flows: readonly number[];
  readonly activeFlowsMost: number;
  readonly miruo: MiruoCounters;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly handshakes: readonly number[];
}

/** What was counted of the traffic: at the end, and at the moments of reports. */
export interface TrafficResult {
  readonly standing: StandingFigures;
  readonly reports: readonly StandingFigures[];
}

/** How things stood at a moment. */
export interface MomentFigures {
  readonly counters: MiruoCounters;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly activeSessionsMost: number;
  readonly activeSegments: number;
  readonly activeSegmentsMost: number;
  readonly packets: number;
  /** Of the link layer, IP, TCP. */
  readonly badHeaders: readonly number[];
}

export interface SingleThreadResult extends Omit<MomentFigures, 'badHeaders'> {
  readonly stdout: string;
  readonly end: string;
  readonly moments: readonly MomentFigures[];
  readonly handshakes: HandshakeResult;
  /** Where it was counted. */
  readonly traffic: TrafficResult | undefined;
  /** What the analysis told. */
  readonly records: readonly ToldRecord[];
  /** What trackers noted for a page, where it was asked for. */
  readonly pages: readonly PageSummary[];
}

/** A record of the analysis: src/analysis/events.ts. */
export interface ToldRecord {
  readonly kind: RecordKind;
  readonly fields: readonly number[];
  readonly text: string;
}

/** What came of handshakes. */
export interface HandshakeResult {
  readonly lines: string;
  readonly notes: string;
  readonly counts: readonly number[];
  readonly ended: number;
  readonly clock: ClockFigures | undefined;
}

const SLOTS = 2;
/** Large enough for the results of any block: nobody empties the ring while a tracker writes. */
const RESULT_RING_BYTES = 16 << 20;

/** Rings of runs that came to their end: of a small capture making them would take longer than the run. */
const emptied: ResultRingMemory[] = [];

function takeResultRing(firstCounter: number | undefined): ResultRingMemory {
  if (firstCounter !== undefined) return allocateResultRing(RESULT_RING_BYTES, firstCounter & ~7);
  return emptied.pop() ?? allocateResultRing(RESULT_RING_BYTES);
}

/** Runs a capture's bytes through the product's parts in one thread. */
export function runSingleThread(file: Uint8Array, options: MiruoOptions, form: SingleThreadForm): SingleThreadResult {
  const { tcpeek, traffic, analysis } = form;
  const flows = traffic && { timeoutSec: traffic.flowTimeoutSec, protocols: traffic.protocols.length };
  const layout = layoutBlockRing(SLOTS, form.blockBytes, form.trackers);
  const blocks = allocateBlockRing(layout, form.firstCounter);
  const results = Array.from({ length: form.trackers }, () => takeResultRing(form.firstCounter));
  const analyses = { miruo: options, tcpeek, flows, analysis };
  const shards = results.map((ring, shard) => new ShardTracker(shard, analyses, blocks, ring));
  const records: ToldRecord[] = [];
  const chunks: Buffer[] = [];
  const rings = results.map((ring) => new ResultReader(ring));
  const named = tcpeek === undefined ? 0 : namedFilters(tcpeek).length;
  const handshakes: Buffer[] = [];
  const notes: Buffer[] = [];
  const merger = new Merger(
    rings,
    { hasIds: hasIds(options), namedFilters: named },
    {
      sessions: (bytes) => chunks.push(Buffer.from(bytes)),
      handshakes: (bytes) => handshakes.push(Buffer.from(bytes)),
      notes: (bytes) => notes.push(Buffer.from(bytes)),
      records: (kind, fields, text) =>
        records.push({ kind, fields: [...fields], text: Buffer.from(text).toString('latin1') }),
    },
  );
  let state = MERGE_MORE;
  const read: Pick<MomentFigures, 'packets' | 'badHeaders'>[] = [];
  const moments: MomentFigures[] = [];
  const noteMoment = (): void => {
    const told = read.shift();
    if (told === undefined) throw new Error('a moment that the reader did not tell of');
    moments.push({ ...told, counters: merger.counters, ...figuresOf(merger) });
  };
  const toldReports: Float64Array[] = [];
  const reports: StandingFigures[] = [];
  const protocols = traffic?.protocols.length ?? 0;
  const noteReport = (): void => {
    const told = toldReports.shift();
    if (told === undefined) throw new Error('a report that the reader did not tell of');
    reports.push(standingOf(merger, told, protocols));
  };
  const turn = (): void => {
    for (const shard of shards) shard.step();
    do {
      state = merger.step(1000, 1 << 20);
      if (state === MERGE_MOMENT) noteMoment();
      if (state === MERGE_REPORT) noteReport();
    } while (state === MERGE_MORE || state === MERGE_MOMENT || state === MERGE_REPORT);
    for (const ring of rings) ring.release();
  };
  const decode = {
    directOnly: options.classic,
    outer: false,
    vlanKey: false,
    userDlts: new Map<number, number>(),
    ...form.decode,
  };
  const interval = { everySec: form.momentsSec ?? 0, byClock: false };
  const wanted = new Moments(interval, ({ packets, tally: { reasons } }) => {
    const badHeaders = [BAD_LINK_HEADER, BAD_IP_HEADER, BAD_TCP_HEADER].map((reason) => reasons[reason]);
    read.push({ packets, badHeaders });
  });
  const fill = {
    ...{ decode, selector: new PacketSelector({}), resync: false },
    moments: form.momentsSec === undefined ? undefined : wanted,
    ...(tcpeek === undefined ? {} : readingFor(tcpeek, decode, false)),
    traffic,
    details: analysis !== undefined,
    marks:
      form.marks === undefined ? undefined : new LinkFilters({ text: form.marks, names: NO_NAMES }, decode.userDlts),
    reports:
      traffic?.reportSec === undefined
        ? undefined
        : new ReportMoments(traffic.reportSec, (latest) => {
            const figures = new Float64Array(SLOT_FIGURES);
            filler.writeFigures(figures, latest);
            toldReports.push(figures);
          }),
  };
  const filler: BlockFiller = new BlockFiller(blocks, new BlockProducer(blocks), fill, turn, () => true);
  filler.input = 1;
  const source = new MemorySource(file, form.oneRecordBlocks ?? false);
  source.read(filler.bytes, filler.blockAt - RECOGNISE_BYTES, RECOGNISE_BYTES);
  const format = recognise(filler.view, filler.blockAt - RECOGNISE_BYTES);
  if (!('next' in format)) throw new Error(`not a capture: ${format.found}`);
  const end = filler.fill(source, format, 0, () => {});
  filler.end();
  if (state !== MERGE_DONE) throw new Error('the merger did not come to an end');
  if (form.firstCounter === undefined) emptied.push(...results);
  return {
    stdout: Buffer.concat(chunks).toString('latin1'),
    counters: addCounters(shards.map((shard) => shard.summary().miruo)),
    ...figuresOf(merger),
    packets: filler.packets,
    end,
    moments,
    handshakes: {
      lines: Buffer.concat(handshakes).toString('latin1'),
      notes: Buffer.concat(notes).toString('latin1'),
      counts: [...merger.handshakes.counts],
      ended: merger.handshakes.ended,
      clock: filler.clock?.figures,
    },
    traffic: traffic && { standing: standingOf(merger, merger.standing.read, protocols), reports },
    records,
    pages: shards.map((shard) => shard.summary().page).filter((page) => page !== undefined),
  };
}

/** How things stand with the merger, and with the reader by the figures `read`. */
function standingOf(merger: Merger, read: Float64Array, protocols: number): StandingFigures {
  const { standing, handshakes, ordinals, activeSessions } = merger;
  return {
    read: [...read.subarray(0, trafficFigures(protocols))],
    flows: [...standing.flows],
    activeFlowsMost: standing.activeFlowsMost,
    miruo: standing.counters,
    sessions: ordinals.created,
    activeSessions,
    handshakes: [...handshakes.counts],
  };
}

/** What the merger counts. */
function figuresOf(merger: Merger): Omit<MomentFigures, 'packets' | 'badHeaders' | 'counters'> {
  return {
    sessions: merger.ordinals.created,
    activeSessions: merger.activeSessions,
    activeSessionsMost: merger.activeSessionsMost,
    activeSegments: merger.segments.active,
    activeSegmentsMost: merger.segments.most,
  };
}

/** Bytes in memory; after the file header, if asked to, one record a read, or of a pcapng capture a few bytes. */
class MemorySource {
  readonly #file: Uint8Array;
  readonly #view: DataView;
  readonly #oneRecord: boolean;
  bytesRead = 0;
  #at = 0;

  constructor(file: Uint8Array, oneRecord: boolean) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    this.#oneRecord = oneRecord;
  }

  read(into: Uint8Array, at: number, length: number): number {
    const left = this.#file.length - this.#at;
    let bytes = Math.min(length, left);
    if (this.#oneRecord && this.#at > 0) bytes = Math.min(bytes, this.#pieceBytes(left));
    into.set(this.#file.subarray(this.#at, this.#at + bytes), at);
    this.#at += bytes;
    this.bytesRead += bytes;
    return bytes;
  }

  #pieceBytes(left: number): number {
    const magic = this.#view.getUint32(0);
    if (magic === PCAPNG_MAGIC) return PCAPNG_PIECE_BYTES;
    if (left < 16) return left;
    const isModified = magic === 0xa1b2cd34 || magic === 0x34cdb2a1;
    return (isModified ? 24 : 16) + this.#view.getUint32(this.#at + 8, this.#file[0] !== 0xa1);
  }
}

const PCAPNG_MAGIC = 0x0a0d0d0a;
const PCAPNG_PIECE_BYTES = 251;

/** The bytes of a capture, decompressed where it is gzip. */
export function contentOf(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** Whether these are the bytes of a capture. */
export function isReadable(file: Uint8Array): boolean {
  if (file.length < RECOGNISE_BYTES) return false;
  return 'next' in recognise(new DataView(file.buffer, file.byteOffset, file.byteLength), 0);
}
