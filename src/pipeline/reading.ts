/**
 * The reading half of any run: the block ring, the reader thread, and the feeder thread when an input needs one. Owns
 * what the reader says while it reads.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { SHARED_FIGURES, sharedFigures } from '../capture/figures-so-far.js';
import type { CaptureFacts, ReaderNews, ReadFigures, ReadSummary } from '../capture/news.js';
import type { InputProblem } from '../capture/problem.js';
import { type ReadPlan, STOP_WORDS, TAKEN_WORD } from '../capture/read-captures.js';
import type { Moment } from '../capture/tally.js';
import { endChildren } from '../feed/children.js';
import type { FeederMemory } from '../feed/serve.js';
import { allocateBlockRing, type BlockRingMemory } from '../ring/block-ring.js';
import { allocateByteRing, askToFinish, type ByteRingMemory, firstRequest } from '../ring/byte-ring.js';
import { layoutBlockRing } from '../ring/layout.js';
import { builtFile } from '../text/built-file.js';
import type { ReaderWork } from './messages.js';
import type { Threads } from './threads.js';

/** How blocks are cut and shared out. */
export interface BlockForm {
  readonly trackers: number;
  readonly blockBytes: number;
  /** Blocks on their way at once, a power of two. */
  readonly blockSlots: number;
}

/** What is told while reading goes on. */
export interface ReadingWatcher {
  onProblem(problem: InputProblem): void;
  /** The first interface of the first capture is known: the input is open. */
  onInterface?(linkType: number): void;
  onInput?(name: string, number: number): void;
  /** The first packet was read: its time, if it has one. Nobody has come to that packet yet. */
  onFirst?(moment: Moment | undefined): void;
  onCapture?(capture: CaptureFacts): void;
  /** In the order of the moments; the trackers come to them later. */
  onMoment?(figures: ReadFigures): void;
  /** Likewise, of reports by packet time: what the reader counted of the traffic (src/capture/traffic-figures.ts). */
  onReport?(traffic: Float64Array): void;
}

/** What a feeder is ahead of the reader at most. */
const FED_BYTES = 8 << 20;
/** Less than the reader may be ahead. */
const REPORTS_TOLD_AT_ONCE = 256;
const READER_FILE = builtFile('workers/reader.js');
const FEEDER_FILE = builtFile('workers/feeder.js');

export class Reading {
  readonly blocks: BlockRingMemory;
  /** Shared progress counters: src/ring/layout.ts. */
  readonly progress: Float64Array;
  readonly #threads: Threads;
  readonly #watcher: ReadingWatcher;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4 * STOP_WORDS));
  readonly #ring: ByteRingMemory = allocateByteRing(FED_BYTES);
  readonly #feederPort: MessagePort;
  readonly #readerPort: MessagePort;
  #told = 0;
  #reportsTaken = 0;
  #onTold = (): void => {};
  #failFeeder: (error: unknown) => void = () => {};

  constructor(threads: Threads, form: BlockForm, watcher: ReadingWatcher) {
    this.#threads = threads;
    this.#watcher = watcher;
    this.blocks = allocateBlockRing(layoutBlockRing(form.blockSlots, form.blockBytes, form.trackers));
    this.progress = new Float64Array(new SharedArrayBuffer(8 * SHARED_FIGURES));
    const { port1, port2 } = new MessageChannel();
    this.#readerPort = port1;
    this.#feederPort = port2;
  }

  /** Reads all inputs; resolves once the reader is done and all it said was told. `file`: a test's own reader. */
  async run(plan: ReadPlan, file: URL = READER_FILE): Promise<ReadSummary> {
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (news: ReaderNews) => this.#onNews(news));
    const work: ReaderWork = {
      plan,
      blocks: this.blocks,
      progress: this.progress.buffer as SharedArrayBuffer,
      stop: this.#stop.buffer as SharedArrayBuffer,
      news: port2,
      feed: { ring: this.#ring, port: this.#readerPort },
    };
    const feederFailed = new Promise<never>((_, reject) => {
      this.#failFeeder = reject;
    });
    void firstRequest(this.#ring).then(() => this.#startFeeder());
    try {
      const reading = this.#threads.run<ReadSummary>('the reader', file, 'read', work, [port2, this.#readerPort]);
      const summary = await Promise.race([reading, feederFailed]);
      while (this.#told < summary.news) {
        await new Promise<void>((resolve) => {
          this.#onTold = resolve;
        });
      }
      return summary;
    } finally {
      port1.close();
    }
  }

  /** What was read so far. */
  figures(): ReadFigures {
    return sharedFigures(this.progress);
  }

  /** Asks the reader to end at the next occasion, with what it has read by then. */
  stop(): void {
    Atomics.store(this.#stop, 0, 1);
    askToFinish(this.#ring);
  }

  /** A report by packet time was come to: the reader may be waiting for that. */
  noteReport(): void {
    // A call for each would cost more than the report; the reader waits for far more than these.
    if (++this.#reportsTaken % REPORTS_TOLD_AT_ONCE !== 0) return;
    Atomics.store(this.#stop, TAKEN_WORD, this.#reportsTaken | 0);
    Atomics.notify(this.#stop, TAKEN_WORD);
  }

  /** Ends child processes that the feeder had to leave behind. */
  endChildren(): void {
    endChildren(this.#ring);
  }

  #onNews(news: ReaderNews): void {
    this.#told++;
    if (news.kind === 'problem') this.#watcher.onProblem(news.problem);
    if (news.kind === 'interface') this.#watcher.onInterface?.(news.linkType);
    if (news.kind === 'input') this.#watcher.onInput?.(news.name, news.number);
    if (news.kind === 'first') this.#watcher.onFirst?.(news.moment);
    if (news.kind === 'capture') this.#watcher.onCapture?.(news.capture);
    if (news.kind === 'moment') this.#watcher.onMoment?.(news.figures);
    if (news.kind === 'reports') {
      for (let at = 0; at < news.traffic.length; at += news.length) {
        this.#watcher.onReport?.(news.traffic.subarray(at, at + news.length));
      }
    }
    this.#onTold();
  }

  #startFeeder(): void {
    const work: FeederMemory = { ring: this.#ring, port: this.#feederPort };
    this.#threads.run('the feeder', FEEDER_FILE, 'feed', work, [this.#feederPort]).catch(this.#failFeeder);
  }
}
