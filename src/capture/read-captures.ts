/**
 * Reads captures one after the other into the block ring: the reader thread's work. Owns the order of inputs and what
 * they add up to; one capture is `CaptureReader`'s business.
 */
import { BlockProducer, type BlockRingMemory } from '../ring/block-ring.js';
import {
  PROGRESS_BYTES,
  PROGRESS_CLOCK_PACKETS,
  PROGRESS_DROPPED,
  PROGRESS_IF_DROPPED,
  PROGRESS_LEFT_BYTES,
  PROGRESS_PACKETS,
} from '../ring/layout.js';
import { BlockFiller } from './block-filler.js';
import type { ByteSource } from './byte-source.js';
import { CaptureReader, dropsOf, INTERRUPTED } from './capture-reader.js';
import type { ChosenSessions } from './chosen-sessions.js';
import { CONDITION_DROPPED } from './conditions.js';
import type { CutPlan } from './cut-shape.js';
import type { DecodeOptions } from './decode.js';
import { shareFigures } from './figures-so-far.js';
import { FileSource } from './file-source.js';
import type { TrafficCounting } from './fill-options.js';
import { FollowedFile } from './followed-file.js';
import { UNKNOWN_LINK_TYPE } from './frame-reasons.js';
import { LinkFilters, type ReadFilter } from './link-filters.js';
import { type MomentInterval, Moments, type ReadSoFar } from './moments.js';
import { type CaptureFacts, figuresOf, type ReaderNews, type ReadFigures, type ReadSummary } from './news.js';
import type { InputOpener, LiveInput, OpenInput } from './open-input.js';
import type { PacketClockOptions } from './packet-clock.js';
import { describeSystemError, type InputProblem, isSystemError } from './problem.js';
import { ReportMoments } from './report-moments.js';
import { PacketSelector, type Selection } from './selection.js';
import { FollowedSeries } from './series.js';
import { SessionPackets } from './session-packets.js';
import { sortByFirstPacket } from './sort-inputs.js';
import { storedBytes } from './stored-size.js';
import { CaptureTally, laterOf, type Moment } from './tally.js';
import { trafficFigures } from './traffic-figures.js';

/** What the reader is to read, and how. */
export interface ReadPlan {
  /** File names, or `-`; or interfaces to capture from. */
  readonly inputs: readonly (string | LiveInput)[];
  readonly decode: DecodeOptions;
  readonly selection: Selection;
  /** What packets within the selection's bounds must be; undefined for any. */
  readonly filter?: ReadFilter | undefined;
  /** Which segments are marked, where details are noted. */
  readonly marks?: ReadFilter | undefined;
  /** Whose packets are cut out, where it is those of sessions; there is no filter then. */
  readonly sessions?: ChosenSessions | undefined;
  /** How to cut packets out, where they are wanted and not what is in them. */
  readonly cut?: CutPlan | undefined;
  /** Go on after damage, where records are found again. */
  readonly resync: boolean;
  /** Read files in the order of their first packets. */
  readonly sortByTime: boolean;
  /** Go on with the series that the last file begins, until nothing came for so long. */
  readonly followTimeoutMs: number | undefined;
  /** Results are wanted for each capture by itself: tell of each, and mark its end in the stream of blocks. */
  readonly perCapture: boolean;
  /** Figures are wanted while reading goes on. */
  readonly moments?: MomentInterval | undefined;
  /** What is counted of the traffic as a whole, and, in seconds, the interval of reports by packet time. */
  readonly traffic?: TrafficCounting | undefined;
  /** Whether details of segments are noted (segment-details.ts). */
  readonly details?: boolean | undefined;
  readonly reportEverySec?: number | undefined;
  /** As in `FillOptions`. */
  readonly clock?: PacketClockOptions | undefined;
  readonly unreachables?: boolean | undefined;
  readonly notices?: boolean | undefined;
}

/** What the reader shares with the main thread beside the ring. */
export interface ReaderLinks {
  /** Counters for the progress: src/ring/layout.ts. */
  readonly progress: Float64Array;
  /** Word 0 is not 0 when reading is to stop at the next occasion, with what was read so far; TAKEN_WORD: reports that were come to. */
  readonly stop: Int32Array;
  readonly tell: (news: ReaderNews) => void;
}

/** So many inputs that were not read are named, each on a line. */
const MOST_NAMED = 5;

/** Where the main thread counts reports by packet time that it came to, and how many words there are. */
export const TAKEN_WORD = 1;
export const STOP_WORDS = 2;
/** Each is some hundred bytes; a capture of a quiet line has one for every packet. */
const MOST_REPORTS_AHEAD = 4096;

/** Reads all inputs of the plan into the ring and ends the stream. */
export function readCaptures(
  plan: ReadPlan,
  memory: BlockRingMemory,
  links: ReaderLinks,
  opener: InputOpener,
): ReadSummary {
  return new CapturesReader(plan, memory, links, opener).run();
}

class CapturesReader {
  readonly #plan: ReadPlan;
  readonly #links: ReaderLinks;
  readonly #opener: InputOpener;
  readonly #filler: BlockFiller;
  readonly #captures: CaptureReader;
  readonly #series = new FollowedSeries();
  readonly #total = new CaptureTally();
  #source: ByteSource | undefined;
  #isFed = false;
  #bytesOfFormerInputs = 0;
  #inputs = 0;
  /** Figures of the reports in the block being filled. */
  #reports = new Float64Array(0);
  #reportCount = 0;
  #reportsTold = 0;
  #leftBytes = 0;
  #filesRead = 0;
  #problems = 0;
  #news = 0;
  #isCutShort = false;
  /** What the filler counted of a capture is among the total. */
  #isCounted = false;
  #droppedBySystem = 0;
  #droppedByInterface = 0;

  constructor(plan: ReadPlan, memory: BlockRingMemory, links: ReaderLinks, opener: InputOpener) {
    this.#plan = plan;
    this.#links = links;
    this.#opener = opener;
    const { decode, selection, filter, resync, cut, clock, unreachables, notices } = plan;
    const filters = filter === undefined ? undefined : new LinkFilters(filter, decode.userDlts);
    const moments = plan.moments && new Moments(plan.moments, (soFar) => this.#tellMoment(soFar));
    const options = {
      decode,
      selector: new PacketSelector(selection),
      filters,
      marks: plan.marks && new LinkFilters(plan.marks, decode.userDlts, 'such packets choose no session'),
      sessions: plan.sessions && new SessionPackets(plan.sessions, decode, new DataView(memory.buffer)),
      resync,
      cut,
      moments,
      traffic: plan.traffic,
      reports:
        plan.reportEverySec === undefined
          ? undefined
          : new ReportMoments(plan.reportEverySec, (latest) => this.#tellReport(latest)),
      clock,
      unreachables,
      notices,
      details: plan.details,
    };
    // What a feeder delivers ends by itself then, with what there was until then.
    const goesOn = (): boolean => !this.#isToStop || this.#isFed;
    const onBlock = (): void => {
      this.#noteProgress();
      this.#sendReports();
    };
    this.#filler = new BlockFiller(memory, new BlockProducer(memory), options, onBlock, goesOn);
    this.#filler.onFirstInterface = ({ linkType }) => this.#send({ kind: 'interface', linkType });
    this.#filler.onFirstPacket = (moment) => this.#send({ kind: 'first', moment });
    const decodes = !plan.perCapture && cut === undefined;
    this.#captures = new CaptureReader(
      this.#filler,
      (problem, isDamage) => this.#tellProblem(problem, isDamage),
      goesOn,
      decodes,
    );
  }

  run(): ReadSummary {
    const { inputs, sortByTime, followTimeoutMs } = this.#plan;
    const ordered = sortByTime ? sortByFirstPacket(inputs, this.#opener, () => !this.#isToStop) : inputs;
    for (const [index, input] of ordered.entries()) {
      const isFollowed = followTimeoutMs !== undefined && index === ordered.length - 1 && typeof input === 'string';
      const goesOn = isFollowed ? this.#readSeries(input, followTimeoutMs) : this.#readInput(input);
      if (goesOn) continue;
      if (this.#isToStop) this.#tellUnread(ordered.slice(index + 1));
      break;
    }
    this.#filler.end();
    return this.#summary();
  }

  /** Tells of inputs that the end of the run kept from being read; one line for many. */
  #tellUnread(inputs: readonly (string | LiveInput)[]): void {
    if (inputs.length === 0) return;
    this.#isCutShort = true;
    const names = inputs.map((input) => (typeof input === 'string' ? input : input.name));
    const named = names.length <= MOST_NAMED ? names : names.slice(0, 1);
    for (const file of named) {
      const others = names.length - named.length;
      const more = others === 0 ? '' : `, nor ${others} files after it`;
      this.#tellProblem({ file, found: `not read${more}: ${INTERRUPTED}` }, false);
    }
  }

  /** Reads the file and what comes after it in its series; false when enough was read. */
  #readSeries(first: string, timeoutMs: number): boolean {
    this.#beginSeries(first);
    for (let name: string | undefined = first; name !== undefined; ) {
      const file: string = name;
      let followed: FollowedFile | undefined;
      const follow = ({ source }: OpenInput): ByteSource => {
        // What a feeder delivers is complete when it ends.
        if (!(source instanceof FileSource)) return source;
        followed = new FollowedFile(file, source, this.#series, timeoutMs);
        return followed;
      };
      if (!this.#readInput(file, follow)) return false;
      this.#series.noteRead(file);
      name = (followed as FollowedFile | undefined)?.next ?? this.#nextOf(file);
    }
    return true;
  }

  #beginSeries(first: string): void {
    try {
      this.#series.begin(first);
    } catch (error) {
      // Reading the file will tell what is wrong with its folder.
      if (!isSystemError(error)) throw error;
    }
  }

  /** The file that is there after `file`, which may be one that could not be read. */
  #nextOf(file: string): string | undefined {
    try {
      return this.#series.after(file);
    } catch (error) {
      // A folder that is not there or cannot be listed: what follows from it for the file itself was told.
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }

  /** Reads one input to its end; false when nothing more is to be read. */
  #readInput(input: string | LiveInput, wrap = ({ source }: OpenInput): ByteSource => source): boolean {
    const name = typeof input === 'string' ? input : input.name;
    this.#filler.input = ++this.#inputs;
    this.#send({ kind: 'input', name, number: this.#inputs });
    try {
      const opened = this.#opener.open(input);
      if ('found' in opened) {
        this.#tellProblem({ file: name, ...opened });
        return true;
      }
      this.#source = wrap(opened);
      this.#isFed = opened.fed !== undefined;
      this.#isCounted = false;
      const { end, facts } = this.#captures.read(name, opened, this.#source);
      if (end === 'interrupted') this.#isCutShort = true;
      // Where input has an end of its own, that of a pipe which said nothing yet was missed too.
      if (facts === undefined && end === 'stopped' && !this.#isEndless) this.#tellUnread([input]);
      if (facts !== undefined) this.#add(facts);
      return end !== 'enough' && !this.#isToStop;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#tellProblem({ file: name, found: describeSystemError(error) });
      return true;
    } finally {
      const bytes = this.#source?.inputBytes ?? 0;
      this.#bytesOfFormerInputs += bytes;
      if (typeof input === 'string') this.#leftBytes += Math.max(0, (storedBytes(input) ?? 0) - bytes);
      this.#source?.close();
      this.#source = undefined;
      this.#filler.flush();
      this.#noteProgress();
    }
  }

  #add(facts: CaptureFacts): void {
    const { tally } = this.#filler;
    this.#total.add(tally);
    this.#isCounted = true;
    // A capture whose packets nobody here can decode was not read, unless it is only described.
    const isRead = this.#plan.perCapture || tally.packets === 0 || tally.reasons[UNKNOWN_LINK_TYPE] < tally.packets;
    // Nor was one of whose packets nobody can say whether they are wanted, or what they are.
    const unjudged = (this.#filler.judge?.unjudged ?? 0) + (this.#filler.cutter?.undescribed ?? 0);
    const isJudged = unjudged === 0 || unjudged < tally.packets + tally.leftOut;
    if (isRead && isJudged) this.#filesRead++;
    this.#droppedBySystem += facts.drops.bySystem;
    this.#droppedByInterface += facts.drops.byInterface;
    if (this.#droppedBySystem + this.#droppedByInterface > 0) this.#filler.noteConditions(CONDITION_DROPPED);
    if (!this.#plan.perCapture) return;
    this.#filler.endCapture();
    this.#send({ kind: 'capture', capture: facts });
  }

  /** The figures of a moment: of the captures before this one, and of this one so far. */
  #tellMoment({ packets, last, tally, interfaces }: ReadSoFar): void {
    const drops = dropsOf(interfaces);
    this.#send({
      kind: 'moment',
      figures: {
        ...this.#figuresWith(tally),
        packets,
        last,
        drops: {
          bySystem: this.#droppedBySystem + drops.bySystem,
          byInterface: this.#droppedByInterface + drops.byInterface,
        },
      },
    });
  }

  /** Figures of the captures before, and of one that is not among them yet. */
  #figuresWith(tally: CaptureTally): ReadFigures {
    return {
      packets: this.#filler.packets,
      capturedBytes: this.#total.capturedBytes + tally.capturedBytes,
      wireBytes: this.#total.wireBytes + tally.wireBytes,
      latest: laterOf(this.#total.latest, tally.latest),
      reasons: [...this.#total.reasons].map((count, reason) => count + tally.reasons[reason]),
      first: this.#total.first ?? tally.first,
      last: tally.packets > 0 ? tally.last : this.#total.last,
      drops: { bySystem: this.#droppedBySystem, byInterface: this.#droppedByInterface },
      clock: this.#filler.clock?.figures,
    };
  }

  #tellProblem(problem: InputProblem, isDamage = true): void {
    this.#problems++;
    this.#filler.noteProblem(isDamage);
    this.#send({ kind: 'problem', problem });
  }

  #tellReport(latest: Moment): void {
    const length = trafficFigures(this.#plan.traffic?.protocols.length ?? 0);
    if (this.#reports.length < (this.#reportCount + 1) * length) {
      const larger = new Float64Array(Math.max(2 * this.#reports.length, 16 * length));
      larger.set(this.#reports);
      this.#reports = larger;
    }
    this.#filler.writeFigures(
      this.#reports.subarray(this.#reportCount * length, (this.#reportCount + 1) * length),
      latest,
    );
    this.#reportCount++;
  }

  /** Tells of the moments of reports in the block that was published, and waits while too many of them were not come to. */
  #sendReports(): void {
    if (this.#reportCount === 0) return;
    const length = trafficFigures(this.#plan.traffic?.protocols.length ?? 0);
    this.#send({ kind: 'reports', traffic: this.#reports.slice(0, this.#reportCount * length), length });
    this.#reportsTold = (this.#reportsTold + this.#reportCount) | 0;
    this.#reportCount = 0;
    const { stop } = this.#links;
    for (;;) {
      const taken = Atomics.load(stop, TAKEN_WORD);
      // All that were told are in published blocks, so whoever takes them comes to them.
      if (((this.#reportsTold - taken) | 0) <= MOST_REPORTS_AHEAD) return;
      Atomics.wait(stop, TAKEN_WORD, taken);
    }
  }

  #send(news: ReaderNews): void {
    this.#news++;
    this.#links.tell(news);
  }

  #noteProgress(): void {
    const { progress } = this.#links;
    progress[PROGRESS_BYTES] = this.#bytesOfFormerInputs + (this.#source?.inputBytes ?? 0);
    progress[PROGRESS_PACKETS] = this.#filler.packets;
    progress[PROGRESS_CLOCK_PACKETS] = this.#filler.clock?.packets ?? 0;
    progress[PROGRESS_DROPPED] = this.#droppedBySystem;
    progress[PROGRESS_IF_DROPPED] = this.#droppedByInterface;
    progress[PROGRESS_LEFT_BYTES] = this.#leftBytes;
    shareFigures(progress, this.#figuresWith(this.#isCounted ? NOTHING : this.#filler.tally));
  }

  get #isEndless(): boolean {
    const { followTimeoutMs, inputs } = this.#plan;
    return followTimeoutMs !== undefined || inputs.some((input) => typeof input !== 'string');
  }

  get #isToStop(): boolean {
    return Atomics.load(this.#links.stop, 0) !== 0;
  }

  #summary(): ReadSummary {
    return {
      ...figuresOf(this.#total),
      filesRead: this.#filesRead,
      problems: this.#problems,
      drops: { bySystem: this.#droppedBySystem, byInterface: this.#droppedByInterface },
      macsecFrames: this.#filler.macsecFrames,
      clock: this.#filler.clock?.figures,
      isCutShort: this.#isCutShort,
      news: this.#news,
    };
  }
}

const NOTHING = new CaptureTally();
