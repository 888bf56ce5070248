/**
 * One pass over the input that tracks sessions: starts reader and trackers, merges what they find, writes it. Owns what
 * a run is made of and what it came to.
 */
import type { AnalysisSums } from '../analysis/sums.js';
import type { ReadFigures, ReadSummary } from '../capture/news.js';
import { fileProblem, type InputProblem } from '../capture/problem.js';
import type { ReadPlan } from '../capture/read-captures.js';
import { MERGE_DONE, MERGE_MOMENT, MERGE_MORE, MERGE_NOTICE, MERGE_REPORT, Merger } from '../merge/merger.js';
import { addDirections, type DirectionCounts } from '../miruo/directions.js';
import { hasIds } from '../miruo/options.js';
import { addCounters, type MiruoCounters, zeroCounters } from '../miruo/statistics.js';
import { addPageSummaries, type RunClosing } from '../records/run-closing.js';
import { allocateResultRing, ResultReader } from '../ring/result-ring.js';
import { addChecksums, type ChecksumFigures } from '../tcpeek/checksum-figures.js';
import { addOpenings, namedCounts, type OpeningCounts } from '../tcpeek/counts.js';
import { namedFilters } from '../tcpeek/options.js';
import { SESSION_HEAD } from '../tcpeek/session-head.js';
import { builtFile } from '../text/built-file.js';
import { Patience } from './interrupted.js';
import type { LineOutput } from './line-output.js';
import type { TrackerWork } from './messages.js';
import { type BlockForm, Reading, type ReadingWatcher } from './reading.js';
import type { RecordOutput } from './record-output.js';
import { stopped, ThreadStuck, Threads } from './threads.js';
import { ToldQueue } from './told-queue.js';
import type { Analyses, TrackSummary } from './track-blocks.js';

/** What is to be run; every value decided. */
export interface RunPlan extends BlockForm, Analyses {
  readonly read: ReadPlan;
  /** Line that comes before the results of sessions, with its newline; nothing is printed when nothing could be read. */
  readonly firstLine: string;
  /** What is to be said beforehand. */
  readonly notice?: string | undefined;
  /** Files of the thread roles; a test puts its own in their place. */
  readonly workerFiles?: { readonly reader?: URL; readonly tracker?: URL };
}

/** Where the results of a run go; lines without a place are nobody's, and dropped. Several may be the same place. */
export interface RunOutputs {
  readonly miruo?: LineOutput | undefined;
  readonly tcpeek?: LineOutput | undefined;
  /** Messages about single packets. */
  readonly notes?: LineOutput | undefined;
  /** Records of the analysis. */
  readonly records?: RecordOutput | undefined;
  /** Reports, which come from elsewhere; that they cannot be written ends the run too. */
  readonly reports?: LineOutput | undefined;
}

/** How a run stands at a place in the stream that all shards have come to: at the end of a block, or at the moment of a report. */
export interface RunStanding {
  /** What the reader counted of the traffic: src/capture/traffic-figures.ts; without sense where it was not to be counted. */
  readonly read: Float64Array;
  /** What the trackers counted of flows: src/traffic/flow-figures.ts. */
  readonly flows: Float64Array;
  readonly activeFlowsMost: number;
  readonly miruo: MiruoCounters;
  readonly sessions: number;
  readonly activeSessions: number;
  /** Packets with a wrong checksum, where they are verified. */
  readonly wrongChecksums: number;
  /** As in `RunInProgress`. */
  readonly handshakes: ArrayLike<number>;
}

/** A run that goes on. */
export interface RunInProgress {
  /** Shared counters: src/ring/layout.ts. */
  readonly progress: Float64Array;
  /** Sessions so far, or, where only handshakes are watched, those that ended. */
  sessions(): number;
  /** COUNTS figures for each named filter: what was counted of handshakes so far. */
  readonly handshakes: ArrayLike<number>;
  /** How it stands now. */
  standing(): RunStanding;
  /** Ends it early, with what was read by then. */
  finish(): void;
  /** What was found so far, for a run that does not come to its end: what was read may be some blocks ahead of it. */
  figures(): RunFigures;
}

/** What a run tells while it goes on. */
export interface RunWatcher extends Omit<ReadingWatcher, 'onMoment' | 'onReport'> {
  onStart(run: RunInProgress): void;
  /** How things stand at a moment that the plan asked for; what was found until then is written. */
  onFigures(figures: RunFigures): void;
  /** How things stand at the moment of a report by packet time; likewise. */
  onStanding(standing: RunStanding): void;
}

/** What was found up to some packet. */
export interface RunFigures {
  readonly read: ReadFigures;
  readonly miruo: MiruoCounters;
  readonly sessions: number;
  readonly activeSessions: number;
  readonly activeSessionsMost: number;
  readonly activeSegments: number;
  readonly activeSegmentsMost: number;
  /** As in `RunInProgress`. */
  readonly handshakes: ArrayLike<number>;
  /** What the analysed sessions that are over add up to. */
  readonly analysis: AnalysisSums;
}

/** What a run came to. */
export interface RunOutcome extends RunFigures {
  readonly read: ReadSummary;
  /** The first places where the input was damaged. */
  readonly problems: readonly InputProblem[];
  readonly directions: DirectionCounts;
  /** What became of sums, where they were verified. */
  readonly checksums: ChecksumFigures | undefined;
  readonly openings: OpeningCounts;
  readonly standing: RunStanding;
}

const RESULT_RING_BYTES = 4 << 20;
/** Events merged, and bytes of lines, before other callbacks of the main thread get a turn. */
const EVENTS_PER_TURN = 2000;
const BYTES_PER_TURN = 256 * 1024;

/** Problems that are told again at the end, of any number. */
const PROBLEMS_KEPT = 10;

const TRACKER_FILE = builtFile('workers/tracker.js');

/**
 * Runs the plan; lines go to the outputs. Rejects with a ThreadFailure, with an error of writing, or with the
 * reason of `stop` when that fires, or with a ThreadStuck around one of them; otherwise no thread is left running.
 */
export async function runPass(
  plan: RunPlan,
  outputs: RunOutputs,
  watcher: RunWatcher,
  stop: AbortSignal,
): Promise<RunOutcome> {
  const least = plan.trackers + 1;
  const threads = new Threads(least, least + 1);
  const rendering = outputs.records && startRendering(outputs.records);
  const moments = new ToldQueue<ReadFigures>();
  const problems = new ToldQueue<InputProblem>();
  const reports = new ToldQueue<Float64Array>();
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const reading = new Reading(threads, plan, {
    onProblem: (problem) => problems.put(problem),
    onInterface: (linkType) => watcher.onInterface?.(linkType),
    onMoment: (figures) => moments.put(figures),
    onReport: (traffic) => reports.put(traffic),
    onInput: (name, number) => {
      outputs.records?.noteInput(name, number);
      watcher.onInput?.(name, number);
    },
    onFirst: (moment) => {
      watcher.onFirst?.(moment);
      begin();
    },
  });
  const told = { moments, problems, reports, begun };
  const pass = new Pass(plan, threads, reading, told, outputs, watcher, stop);
  try {
    const outcome = await pass.run();
    await Promise.all([threads.end(), rendering?.threads.end()]);
    return outcome;
  } catch (error) {
    for (const problem of problems.takeAll()) pass.noteProblem(problem);
    // Of nothing there is no record, not even an empty file.
    const isOfSomething = reading.figures().packets > 0;
    if (isOfSomething) outputs.tcpeek?.begin();
    const ended = await Promise.all([
      threads.abort(error),
      rendering && endRendering(rendering, isOfSomething ? new Patience(error) : undefined, error, pass.closingSoFar()),
    ]);
    throw ended.find((reason) => reason instanceof ThreadStuck) ?? error;
  } finally {
    reading.endChildren();
  }
}

/** Records, and the threads that render them: apart from the others, which are ended before. */
interface Rendering {
  readonly records: RecordOutput;
  readonly threads: Threads;
}

function startRendering(records: RecordOutput): Rendering | undefined {
  if (records.threads === 0) return undefined;
  const threads = new Threads(records.threads, records.threads);
  records.start(threads);
  return { records, threads };
}

/** Ends it before its time for `reason`; what was added goes out first, if there is `patience`. As `Threads.abort`. */
async function endRendering(
  { records, threads }: Rendering,
  patience: Patience | undefined,
  reason: unknown,
  closing: RunClosing,
): Promise<unknown> {
  if (patience !== undefined) await records.conclude(patience, closing);
  patience?.end();
  return threads.abort(reason);
}

/** What the reader told of places in the stream. */
interface ToldByReader {
  readonly moments: ToldQueue<ReadFigures>;
  readonly problems: ToldQueue<InputProblem>;
  readonly reports: ToldQueue<Float64Array>;
  /** Resolves when the first packet's time was told. */
  readonly begun: Promise<void>;
}

class Pass {
  readonly #plan: RunPlan;
  readonly #threads: Threads;
  readonly #reading: Reading;
  readonly #told: ToldByReader;
  readonly #outputs: RunOutputs;
  /** Each of them once. */
  readonly #places: readonly Omit<LineOutput, 'append' | 'begin' | 'complete'>[];
  readonly #watcher: RunWatcher;
  readonly #stop: AbortSignal;
  /** Fires when the run is over before its end. */
  readonly #ended = new AbortController();
  /** What was said of the first places where the input was damaged. */
  readonly #problems: InputProblem[] = [];
  /** All such places. */
  #damaged = 0;
  /** Once it is under way. */
  #merger: Merger | undefined;
  #hasFirstLine = false;
  #hasHead = false;

  constructor(
    plan: RunPlan,
    threads: Threads,
    reading: Reading,
    told: ToldByReader,
    outputs: RunOutputs,
    watcher: RunWatcher,
    stop: AbortSignal,
  ) {
    this.#plan = plan;
    this.#threads = threads;
    this.#reading = reading;
    this.#told = told;
    this.#outputs = outputs;
    this.#places = [
      ...new Set([outputs.miruo, outputs.tcpeek, outputs.notes, outputs.records, outputs.reports]),
    ].filter((place) => place !== undefined);
    this.#watcher = watcher;
    this.#stop = stop;
  }

  async run(): Promise<RunOutcome> {
    const { trackers, miruo, tcpeek, flows, analysis, addressKey, read: readPlan, workerFiles } = this.#plan;
    const reading = this.#reading;
    const results = Array.from({ length: trackers }, () => allocateResultRing(RESULT_RING_BYTES));
    const rings = results.map((ring) => new ResultReader(ring));
    const form = {
      hasIds: miruo !== undefined && hasIds(miruo),
      namedFilters: tcpeek === undefined ? 0 : namedFilters(tcpeek).length,
    };
    const merger = new Merger(rings, form, {
      sessions: (bytes) => this.#append(bytes),
      handshakes: (bytes) => this.#appendHandshake(bytes),
      notes: (bytes) => this.#appendNote(bytes),
      records: (kind, fields, text) => this.#outputs.records?.add(kind, fields, text),
    });
    this.#merger = merger;
    this.#watcher.onStart({
      progress: reading.progress,
      sessions: () => (miruo === undefined ? merger.handshakes.ended : merger.ordinals.created),
      handshakes: merger.handshakes.counts,
      standing: () => standingOf(merger),
      finish: () => reading.stop(),
      figures: () => ({ ...figuresOf(merger.standing.counters, merger), read: reading.figures() }),
    });
    const tracking = results.map((ring, shard) => {
      const work: TrackerWork = {
        shard,
        analyses: { miruo, tcpeek, flows, analysis, addressKey },
        blocks: reading.blocks,
        results: ring,
      };
      return this.#threads.run<TrackSummary>(`tracker ${shard}`, workerFiles?.tracker ?? TRACKER_FILE, 'track', work);
    });
    const readingDone = reading.run(readPlan, workerFiles?.reader);
    // What is told of the first packet comes before what is found of it.
    const begun = Promise.race([this.#told.begun, readingDone]);
    const finish = async (): Promise<RunOutcome> => {
      const [read, tracked] = await Promise.all([
        readingDone,
        Promise.all(tracking),
        begun.then(() => this.#merge(merger, rings)),
      ]);
      const counters = addCounters(tracked.map((summary) => summary.miruo));
      // Of what nobody could read there is no result, not even an empty one.
      if (read.filesRead > 0) {
        this.#begin();
        this.#outputs.tcpeek?.begin();
        await this.#outputs.records?.finish(this.#closing(read, tracked, counters));
      }
      await Promise.all(this.#places.map((place) => place.flush()));
      const directions = addDirections(tracked.map((summary) => summary.directions));
      const checksums = addChecksums(tracked.map((summary) => summary.checksums));
      const figures = figuresOf(counters, merger);
      const openings = addOpenings(tracked.map((summary) => summary.openings));
      const standing = standingOf(merger);
      return { ...figures, read, problems: this.#problems, directions, checksums, openings, standing };
    };
    // The last lines are a part of the run too: a signal ends the wait for whoever reads them.
    const all = [finish(), this.#stopped(), ...this.#places.map((place) => place.failed)];
    return await Promise.race(all).catch((error: unknown) => {
      this.#ended.abort(error);
      throw error;
    });
  }

  #closing(
    { packets, wireBytes: bytes, problems: damaged, isCutShort }: ReadSummary,
    tracked: readonly TrackSummary[],
    counters: MiruoCounters,
  ): RunClosing {
    const problems = this.#problems.map(fileProblem);
    const noted = addPageSummaries(tracked.map(({ page }) => page));
    return { packets, bytes, damaged, problems, isCutShort, ...this.#counts(counters), ...noted };
  }

  /** What is known of a run that does not come to its end: trackers are not asked for what they noted. */
  closingSoFar(): RunClosing {
    const { packets, wireBytes: bytes } = this.#reading.figures();
    const problems = this.#problems.map(fileProblem);
    const counts = this.#counts(this.#merger?.standing.counters ?? zeroCounters());
    return { packets, bytes, damaged: this.#damaged, problems, isCutShort: true, ...counts, ...addPageSummaries([]) };
  }

  /** What was counted of handshakes and, with these counters, of sessions, as far as they are looked at. */
  #counts(counters: MiruoCounters): Pick<RunClosing, 'handshakes' | 'miruo'> {
    const { miruo, tcpeek } = this.#plan;
    return {
      handshakes: tcpeek === undefined ? [] : namedCounts(tcpeek, this.#merger?.handshakes.counts ?? []),
      miruo: miruo === undefined ? undefined : counters,
    };
  }

  /** As `stopped`. What there is goes out while the threads are ended. */
  async #stopped(): Promise<never> {
    try {
      return await stopped(this.#stop);
    } finally {
      for (const place of this.#places) place.push();
    }
  }

  #append(bytes: Uint8Array): void {
    this.#begin();
    this.#outputs.miruo?.append(bytes);
  }

  /** Where all goes to one place, the first line comes first. */
  #begin(): void {
    if (this.#hasFirstLine) return;
    this.#hasFirstLine = true;
    this.#outputs.miruo?.append(new TextEncoder().encode(this.#plan.firstLine));
  }

  #appendHandshake(bytes: Uint8Array): void {
    this.#begin();
    const output = this.#outputs.tcpeek;
    if (!this.#hasHead) output?.append(new TextEncoder().encode(SESSION_HEAD));
    this.#hasHead = true;
    output?.append(bytes);
  }

  #appendNote(bytes: Uint8Array): void {
    this.#begin();
    this.#outputs.notes?.append(bytes);
  }

  async #merge(merger: Merger, rings: readonly ResultReader[]): Promise<void> {
    for (;;) {
      // Whoever ends the run at once wants nothing more written than what there is; whatever else ends it, all outputs end at one event.
      this.#stop.throwIfAborted();
      this.#ended.signal.throwIfAborted();
      const outcome = merger.step(EVENTS_PER_TURN, BYTES_PER_TURN);
      if (outcome === MERGE_DONE) return;
      for (const place of this.#places) if (place.isFull) await place.ready();
      if (outcome === MERGE_MOMENT) {
        await this.#tellFigures(merger);
      } else if (outcome === MERGE_REPORT) {
        await this.#tellStanding(merger);
      } else if (outcome === MERGE_NOTICE) {
        this.noteProblem(await this.#told.problems.take());
      } else if (outcome === MERGE_MORE) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else {
        for (const ring of rings) ring.release();
        for (const place of this.#places) place.push();
        await rings[outcome].wait();
      }
    }
  }

  noteProblem(problem: InputProblem): void {
    this.#damaged++;
    if (this.#problems.length < PROBLEMS_KEPT) this.#problems.push(problem);
    this.#watcher.onProblem(problem);
  }

  /** The merger came to a moment: the reader told of it before, though that may arrive only now. */
  async #tellFigures(merger: Merger): Promise<void> {
    const figures = figuresOf(merger.counters, merger);
    const read = await this.#told.moments.take();
    // Where both are seen in one place, what was found before comes before.
    for (const place of this.#places) await place.flush();
    this.#watcher.onFigures({ ...figures, read });
  }

  /** The merger came to the moment of a report by packet time, likewise. */
  async #tellStanding(merger: Merger): Promise<void> {
    const standing = standingOf(merger);
    const read = await this.#told.reports.take();
    this.#reading.noteReport();
    // Results and reports that are seen in one place go through one writer.
    this.#watcher.onStanding({ ...standing, read });
  }
}

function standingOf({ standing, ordinals, activeSessions, handshakes }: Merger): RunStanding {
  return {
    read: standing.read.slice(),
    flows: standing.flows.slice(),
    activeFlowsMost: standing.activeFlowsMost,
    miruo: standing.counters,
    sessions: ordinals.created,
    activeSessions,
    wrongChecksums: standing.wrongChecksums,
    handshakes: handshakes.counts.slice(),
  };
}

/** What the trackers counted, with what the merger counted over all of them. */
function figuresOf(miruo: MiruoCounters, merger: Merger): Omit<RunFigures, 'read'> {
  return {
    miruo,
    sessions: merger.ordinals.created,
    activeSessions: merger.activeSessions,
    activeSessionsMost: merger.activeSessionsMost,
    activeSegments: merger.segments.active,
    activeSegmentsMost: merger.segments.most,
    handshakes: merger.handshakes.counts,
    analysis: merger.records.sums,
  };
}
