/**
 * The product's parts over bytes in memory, in one thread and many times over: recognising, walking, decoding, and if
 * wanted tracking, rendering and merging. What is shared between runs is what a run over many files shares.
 */
import { BlockFiller } from '../../src/capture/block-filler.js';
import type { ByteSource } from '../../src/capture/byte-source.js';
import { CaptureReader } from '../../src/capture/capture-reader.js';
import type { DecodeOptions } from '../../src/capture/decode.js';
import type { FeedOutcome } from '../../src/capture/feed-messages.js';
import type { CaptureEnd } from '../../src/capture/fill-options.js';
import type { CaptureFacts } from '../../src/capture/news.js';
import type { InputProblem } from '../../src/capture/problem.js';
import { PacketSelector } from '../../src/capture/selection.js';
import { readingFor } from '../../src/cli/tcpeek-plan.js';
import { MERGE_DONE, MERGE_MORE, Merger } from '../../src/merge/merger.js';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import { addCounters, type MiruoCounters } from '../../src/miruo/statistics.js';
import { ShardTracker } from '../../src/pipeline/track-blocks.js';
import { allocateBlockRing, BlockConsumer, BlockProducer, type BlockRingMemory } from '../../src/ring/block-ring.js';
import { layoutBlockRing } from '../../src/ring/layout.js';
import { allocateResultRing, ResultReader, type ResultRingMemory } from '../../src/ring/result-ring.js';
import { sessionFilters } from '../../src/tcpeek/filter-text.js';
import { namedFilters, type TcpeekOptions } from '../../src/tcpeek/options.js';

/** What became of a capture's bytes. */
export interface Read {
  readonly end: CaptureEnd;
  /** Undefined where nothing of it could be read. */
  readonly facts: CaptureFacts | undefined;
  readonly problems: readonly InputProblem[];
}

/** The same with what was made of its packets. */
export interface Tracked extends Read {
  readonly text: string;
  readonly counters: MiruoCounters;
  readonly sessions: number;
}

export interface PassForm {
  readonly blockBytes: number;
  readonly trackers: number;
  readonly resync: boolean;
  readonly decode?: Partial<DecodeOptions>;
  /** Room for all results of one block: nobody empties the ring while a tracker writes. A power of two. */
  readonly resultBytes?: number;
}

const DECODE: DecodeOptions = { directOnly: false, outer: false, vlanKey: false, userDlts: new Map([[147, 1]]) };
const SLOTS = 2;
/** Enough for small captures. */
const RESULT_BYTES = 8 << 20;
const NAME = 'capture';

/** Everything that can be shown is shown, so that as much as possible runs. */
export const SHOW_ALL: MiruoOptions = {
  ...MIRUO_DEFAULTS,
  contextSegments: 1,
  longDelayMs: 100,
  longConnectMs: 1000,
  retransmitMs: 1,
  resets: 2,
  all: true,
  unfinished: true,
};

/** Likewise of handshakes. */
const TCPEEK: TcpeekOptions = {
  filters: sessionFilters([], false),
  localAddresses: [],
  timeoutSec: 5,
  checksums: 2,
  quiet: false,
  icmp: true,
  unfinished: true,
  classic: false,
};

/** Reads captures one after the other through one block filler; nobody tracks what they hold. */
export class ReadingPass {
  readonly #captures: CaptureReader;
  #problems: InputProblem[] = [];

  constructor(form: PassForm) {
    const memory = allocateBlockRing(layoutBlockRing(SLOTS, form.blockBytes, form.trackers));
    const consumers = Array.from({ length: form.trackers }, (_, shard) => new BlockConsumer(memory, shard));
    const onBlock = (): void => {
      for (const consumer of consumers) {
        consumer.take();
        consumer.release();
      }
    };
    this.#captures = new CaptureReader(
      fillerOf(memory, form, onBlock),
      (problem) => this.#problems.push(problem),
      yes,
      true,
    );
  }

  /** `outcome`: what a feeder said of how these bytes came about. */
  read(file: Uint8Array, outcome?: FeedOutcome): Read {
    this.#problems = [];
    const source = new BytesSource(file);
    const fed =
      outcome === undefined ? undefined : Object.assign(source, { outcome, compressions: outcome.compressions });
    const { end, facts } = this.#captures.read(NAME, { source, fed }, source);
    return { end, facts, problems: this.#problems };
  }
}

/** Memory of runs that track: allocating it for each would take longer than the run. */
export class TrackingPass {
  readonly #form: PassForm;
  readonly #options: MiruoOptions;
  #blocks: BlockRingMemory | undefined;
  #results: ResultRingMemory[] = [];

  constructor(form: PassForm, options: MiruoOptions = SHOW_ALL) {
    this.#form = form;
    this.#options = options;
  }

  /** One run over one capture, from the beginning to the end. */
  run(file: Uint8Array): Tracked {
    const form = this.#form;
    const blocks = this.#blocks ?? allocateBlockRing(layoutBlockRing(SLOTS, form.blockBytes, form.trackers));
    const results =
      this.#results.length > 0
        ? this.#results
        : Array.from({ length: form.trackers }, () => allocateResultRing(form.resultBytes ?? RESULT_BYTES));
    // What a run that throws leaves behind is of no use to the next one.
    this.#blocks = undefined;
    this.#results = [];
    const tracked = this.#run(file, blocks, results);
    this.#blocks = blocks;
    this.#results = results;
    return tracked;
  }

  #run(file: Uint8Array, blocks: BlockRingMemory, results: readonly ResultRingMemory[]): Tracked {
    const shards = results.map(
      (ring, shard) => new ShardTracker(shard, { miruo: this.#options, tcpeek: TCPEEK }, blocks, ring),
    );
    const rings = results.map((ring) => new ResultReader(ring));
    const chunks: Buffer[] = [];
    const form = { hasIds: this.#options.quiet === 0, namedFilters: namedFilters(TCPEEK).length };
    const keep = (bytes: Uint8Array): void => {
      chunks.push(Buffer.from(bytes));
    };
    const merger = new Merger(rings, form, { sessions: keep, handshakes: keep, notes: keep });
    let state = MERGE_MORE;
    const onBlock = (): void => {
      for (const shard of shards) shard.step();
      do state = merger.step(1000, 1 << 20);
      while (state === MERGE_MORE);
      for (const ring of rings) ring.release();
    };
    const problems: InputProblem[] = [];
    const filler = fillerOf(blocks, this.#form, onBlock);
    const captures = new CaptureReader(filler, (problem) => problems.push(problem), yes, true);
    const source = new BytesSource(file);
    const { end, facts } = captures.read(NAME, { source, fed: undefined }, source);
    filler.end();
    if (state !== MERGE_DONE) throw new Error('the merger did not come to an end');
    return {
      end,
      facts,
      problems,
      text: Buffer.concat(chunks).toString('latin1'),
      counters: addCounters(shards.map((shard) => shard.summary().miruo)),
      sessions: merger.ordinals.created,
    };
  }
}

function fillerOf(memory: BlockRingMemory, form: PassForm, onBlock: () => void): BlockFiller {
  const reading = readingFor(TCPEEK, { ...DECODE, ...form.decode }, true);
  const fill = { selector: new PacketSelector({}), resync: form.resync, ...reading };
  return new BlockFiller(memory, new BlockProducer(memory), fill, onBlock, yes);
}

const yes = (): boolean => true;

class BytesSource implements ByteSource {
  bytesRead = 0;
  readonly #file: Uint8Array;

  constructor(file: Uint8Array) {
    this.#file = file;
  }

  get inputBytes(): number {
    return this.bytesRead;
  }

  read(into: Uint8Array, at: number, length: number): number {
    const bytes = Math.min(length, this.#file.length - this.bytesRead);
    into.set(this.#file.subarray(this.bytesRead, this.bytesRead + bytes), at);
    this.bytesRead += bytes;
    return bytes;
  }

  close(): void {}
}
