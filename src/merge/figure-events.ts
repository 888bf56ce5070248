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
    const readDoubles = read?.length ?? 0;
    const at = this.#ring.append(FIGURES, 0, readDoubles, 8 * (SHARD_DOUBLES + readDoubles));
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
  activeFlowsMost = 0;
  /** The reader's, up to the end of the block: src/capture/traffic-figures.ts. */
  readonly read = new Float64Array(SLOT_FIGURES);
  /** Of each shard, what it told last, and what of that counts. */
  readonly #told: readonly Float64Array[];
  readonly #shards: readonly Float64Array[];
  readonly #nextRead = new Float64Array(SLOT_FIGURES);
  #hasRead = false;
  /** Sums of active flows at the ticks that not all shards have come to, and how many of them each has. */
  #ticks: number[] = [];
  readonly #ticksOf: Int32Array;

  constructor(shards: number) {
    this.#told = Array.from({ length: shards }, () => new Float64Array(SHARD_DOUBLES));
    this.#shards = Array.from({ length: shards }, () => new Float64Array(SHARD_DOUBLES));
    this.#ticksOf = new Int32Array(shards);
  }

  /** Sums over shards: flow-figures.ts. */
  get flows(): Float64Array {
    return Float64Array.from({ length: FLOW_FIGURES }, (_, figure) => this.#sum(figure));
  }

  get counters(): MiruoCounters {
    const sums = COUNTER_NAMES.map((name, i) => [name, this.#sum(FLOW_FIGURES + i)]);
    return Object.fromEntries(sums) as unknown as MiruoCounters;
  }

  get wrongChecksums(): number {
    return this.#sum(SHARD_DOUBLES - 1);
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
    // Sums are made when somebody asks: blocks may be short.
    for (let shard = 0; shard < this.#shards.length; shard++) this.#shards[shard].set(this.#told[shard]);
    if (this.#ticks.length > 0) {
      for (const active of this.#ticks) if (active > this.activeFlowsMost) this.activeFlowsMost = active;
      this.#ticks = [];
      this.#ticksOf.fill(0);
    }
    const active = this.#sum(F_ACTIVE);
    if (active > this.activeFlowsMost) this.activeFlowsMost = active;
    if (this.#hasRead) this.read.set(this.#nextRead);
    this.#hasRead = false;
  }

  #takeFigures(shard: number, ring: ResultReader, at: number): void {
    const from = (4 * at + RECORD_HEADER_BYTES) >> 3;
    this.#told[shard].set(ring.doubles.subarray(from, from + SHARD_DOUBLES));
    const readDoubles = ring.words[at + RECORD_ROW];
    if (readDoubles === 0) return;
    this.#nextRead.set(ring.doubles.subarray(from + SHARD_DOUBLES, from + SHARD_DOUBLES + readDoubles));
    this.#hasRead = true;
  }

  #takeTicks(shard: number, words: Int32Array, at: number): void {
    for (let i = 1; i <= words[at]; i++) {
      const tick = this.#ticksOf[shard]++;
      this.#ticks[tick] = (this.#ticks[tick] ?? 0) + words[at + i];
    }
  }

  #sum(figure: number): number {
    let sum = 0;
    for (const shard of this.#shards) sum += shard[figure];
    return sum;
  }
}
