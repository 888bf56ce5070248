/**
 * What trackers tell the merger of how things stand, for reports: the kinds of records and their payloads, beside those of events.ts. Owns the
 * encoding, both ways, and the sums over shards. These records have no place in the order of packets: they count once all shards have come to the
 * end of the block, or to the moment, that they stand before.
 */
import { COUNTER_NAMES, type MiruoCounters } from '../miruo/statistics.js';
import { SLOT_FIGURES } from '../ring/layout.js';
import { RECORD_HEADER_BYTES, RECORD_ROW, type ResultReader, type ResultWriter } from '../ring/result-ring.js';
import { F_ACTIVE, FLOW_FIGURES } from '../traffic/flow-figures.js';

/** How a shard stands; payload: figures of flows, counters of sessions, wrong checksums, and, of shard 0 at the end of a block, the reader's, all as float64. */
export const FIGURES = 16;
/** Active flows of the shard at ticks; payload: how many ticks, then as many words. */
export const FLOW_TICKS = 17;

const COUNTERS = COUNTER_NAMES.length;
const SHARD_DOUBLES = FLOW_FIGURES + COUNTERS + 1;
const READ = 1;
const TICKS_AT_ONCE = 1024;

const NO_FLOWS = new Float64Array(FLOW_FIGURES);

export class FigureEventWriter {
  readonly #ring: ResultWriter;
  readonly #ticks = new Int32Array(TICKS_AT_ONCE);
  #tickCount = 0;

  constructor(ring: ResultWriter) {
    this.#ring = ring;
  }

  /** A second of packet time is over with so many active flows. */
  tick(activeFlows: number): void {
    this.#ticks[this.#tickCount++] = activeFlows;
    if (this.#tickCount === TICKS_AT_ONCE) this.#tellTicks();
  }

  /** How things stand. `read`: figures of the reader, of the same moment. */
  figures(
    flows: Float64Array | undefined,
    counters: MiruoCounters,
    wrongChecksums: number,
    read: Float64Array | undefined,
  ): void {
    if (this.#tickCount > 0) this.#tellTicks();
    const doubles = SHARD_DOUBLES + (read === undefined ? 0 : SLOT_FIGURES);
    const at = this.#ring.append(FIGURES, 0, read === undefined ? 0 : READ, 8 * doubles);
    let to = (at + RECORD_HEADER_BYTES) >> 3;
    this.#ring.doubles.set(flows ?? NO_FLOWS, to);
    to += FLOW_FIGURES;
    for (const name of COUNTER_NAMES) this.#ring.doubles[to++] = counters[name];
    this.#ring.doubles[to++] = wrongChecksums;
    if (read !== undefined) this.#ring.doubles.set(read, to);
  }

  #tellTicks(): void {
    const at = this.#ring.append(FLOW_TICKS, 0, 0, 4 * (1 + this.#tickCount));
    const word = (at + RECORD_HEADER_BYTES) >> 2;
    this.#ring.words[word] = this.#tickCount;
    this.#ring.words.set(this.#ticks.subarray(0, this.#tickCount), word + 1);
    this.#tickCount = 0;
  }
}

/** How all shards stand, at a place that all have come to. */
export class FigureTotals {
  /** Sums over shards: flow-figures.ts. */
  readonly flows = new Float64Array(FLOW_FIGURES);
  activeFlowsMost = 0;
  counters: MiruoCounters;
  wrongChecksums = 0;
  /** The reader's, up to the end of the block: src/capture/traffic-figures.ts. */
  readonly read = new Float64Array(SLOT_FIGURES);
  readonly #shards: Float64Array[];
  readonly #nextRead = new Float64Array(SLOT_FIGURES);
  #hasRead = false;
  /** Sums of active flows at the ticks that not all shards have come to, and how many of them each has. */
  #ticks: number[] = [];
  readonly #ticksOf: Int32Array;

  constructor(shards: number) {
    this.#shards = Array.from({ length: shards }, () => new Float64Array(SHARD_DOUBLES));
    this.#ticksOf = new Int32Array(shards);
    this.counters = countersOf(this.#shards);
  }

  /** Takes the record at word `at` of the ring of `shard`, if it is one of those above. */
  take(shard: number, ring: ResultReader, kind: number, at: number): boolean {
    if (kind === FIGURES) this.#takeFigures(shard, ring, at);
    else if (kind === FLOW_TICKS) this.#takeTicks(shard, ring.words, at + RECORD_HEADER_BYTES / 4);
    else return false;
    return true;
  }

  /** All shards have come to the same place: what they told until there counts. */
  settle(): void {
    this.flows.fill(0);
    for (const shard of this.#shards) for (let i = 0; i < FLOW_FIGURES; i++) this.flows[i] += shard[i];
    for (const active of this.#ticks) if (active > this.activeFlowsMost) this.activeFlowsMost = active;
    if (this.flows[F_ACTIVE] > this.activeFlowsMost) this.activeFlowsMost = this.flows[F_ACTIVE];
    this.#ticks = [];
    this.#ticksOf.fill(0);
    this.counters = countersOf(this.#shards);
    this.wrongChecksums = this.#shards.reduce((sum, shard) => sum + shard[SHARD_DOUBLES - 1], 0);
    if (this.#hasRead) this.read.set(this.#nextRead);
    this.#hasRead = false;
  }

  #takeFigures(shard: number, ring: ResultReader, at: number): void {
    const from = (4 * at + RECORD_HEADER_BYTES) >> 3;
    this.#shards[shard].set(ring.doubles.subarray(from, from + SHARD_DOUBLES));
    if (ring.words[at + RECORD_ROW] !== READ) return;
    this.#nextRead.set(ring.doubles.subarray(from + SHARD_DOUBLES, from + SHARD_DOUBLES + SLOT_FIGURES));
    this.#hasRead = true;
  }

  #takeTicks(shard: number, words: Int32Array, at: number): void {
    for (let i = 1; i <= words[at]; i++) {
      const tick = this.#ticksOf[shard]++;
      this.#ticks[tick] = (this.#ticks[tick] ?? 0) + words[at + i];
    }
  }
}

function countersOf(shards: readonly Float64Array[]): MiruoCounters {
  const sums = COUNTER_NAMES.map((_, i) => shards.reduce((sum, shard) => sum + shard[FLOW_FIGURES + i], 0));
  return Object.fromEntries(COUNTER_NAMES.map((name, i) => [name, sums[i]])) as unknown as MiruoCounters;
}
