/**
 * The reports of a pass: at its start, by signal, periodically, at its end. Owns when there is one, and since when a differential one counts.
 */
import type { Moment } from '../capture/tally.js';
import { renderHumanReport } from '../monitor/human-report.js';
import { type MachineLayout, machineLayout, renderMachineHeader, renderMachineRow } from '../monitor/machine-report.js';
import type { InputProgress, ReportState } from '../monitor/report.js';
import { renderStartReport } from '../monitor/start-report.js';
import type { ReportPlan } from './report-plan.js';
import { answerReportSignals, type ReportSignal } from './report-signals.js';
import { type PacketState, wallClock } from './report-state.js';
import { timerMs } from './watching.js';

/** How far it is, as of `ProgressView`, which is one. */
export interface RunView extends Omit<InputProgress, 'file' | 'fileNumber' | 'files'> {
  readonly elapsedSec: number;
}

/** What a report is for: a moment of packet time; somebody who asks, or the clock; the end. */
type Occasion = 'by packets' | 'now' | 'complete' | 'ended';

/** What reports are made from, and where they go. */
export interface ReportSources {
  readonly version: string;
  /** Names of what is done. */
  readonly analyses: readonly string[];
  /** How things stand by now. */
  readonly state: () => PacketState;
  readonly view: () => RunView;
  /** The input being read, from 1, of how many. */
  readonly input: () => Pick<InputProgress, 'file' | 'fileNumber' | 'files'>;
  /** Writes whole lines where reports go; and whether whoever reads them is behind. */
  readonly write: (text: string) => void;
  readonly isFull: () => boolean;
}

export class Reporter {
  readonly #plan: ReportPlan;
  readonly #sources: ReportSources;
  readonly #layout: MachineLayout;
  #since: ReportState | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isPeriodic: boolean;
  #hasHeader = false;
  #isStarted = false;
  #isOver = false;
  /** Packets of the report before. */
  #toldPackets = 0;

  /** Answers signals from now on. `nothing`: how things stand before anything was read. */
  constructor(plan: ReportPlan, sources: ReportSources, nothing: PacketState) {
    this.#plan = plan;
    this.#sources = sources;
    const state = { ...nothing, ...this.#surroundings(plan.isByPackets, false) };
    this.#layout = machineLayout(state, plan.protocols, plan.byNumber);
    if (plan.isDifferential) this.#since = { ...state, clock: state.clock && { ...state.clock, elapsedSec: 0 } };
    this.#isPeriodic = plan.isPeriodic;
    if (plan.isTold && plan.format === 'machine') this.#writeHeader();
    this.#setTimer();
    answerReportSignals((signal) => this.#answer(signal));
  }

  /** The input is open: link types of its interfaces, and, of captures, the time of the first packet. Once. */
  start(linkTypes: readonly number[], first: Moment | undefined): void {
    if (this.#isStarted || !this.#plan.isTold || this.#plan.format === 'machine') return;
    this.#isStarted = true;
    const { version, analyses, write } = this.#sources;
    write(
      renderStartReport({ version, analyses, linkTypes, first, pid: this.#plan.isByPackets ? undefined : process.pid }),
    );
  }

  /** Packet time has advanced by the interval; how things stand at that packet. */
  tellByPackets(state: PacketState): void {
    if (this.#isPeriodic) this.#tell(state, 'by packets');
  }

  /** The pass is over, however it ended: the last report, and no more. `isComplete`: it came to its end by itself. */
  end(state: PacketState, isComplete: boolean): void {
    if (this.#isOver) return;
    if (this.#plan.isTold && !this.#isTold(state)) this.#tell(state, isComplete ? 'complete' : 'ended');
    this.close();
  }

  /** No more reports; signals end nothing all the same. */
  close(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    answerReportSignals(() => {});
  }

  /** Whether a row of the last packet is there already: a second one would tell of no time at all. */
  #isTold({ packets }: PacketState): boolean {
    return this.#plan.isByPackets && this.#plan.format === 'machine' && packets > 0 && packets === this.#toldPackets;
  }

  #answer(signal: ReportSignal): void {
    if (signal === 'SIGUSR1') {
      this.#tellNow();
    } else {
      this.#isPeriodic = !this.#isPeriodic;
      this.#setTimer();
    }
  }

  #setTimer(): void {
    clearInterval(this.#timer);
    if (!this.#isPeriodic || this.#plan.isByPackets) return;
    this.#timer = setInterval(() => this.#tellNow(), timerMs(this.#plan.everySec));
  }

  /** A report between those by packets. One that nobody takes would only take memory. */
  #tellNow(): void {
    if (this.#sources.isFull()) return;
    const state = this.#sources.state();
    // Columns by packet time begin when there is one.
    if (this.#plan.isByPackets && this.#plan.format === 'machine' && state.latest === undefined) return;
    this.#tell(state, 'now');
  }

  #tell(packets: PacketState, occasion: Occasion): void {
    const { isByPackets, isDifferential, format } = this.#plan;
    const isEnd = occasion === 'complete' || occasion === 'ended';
    // Who asks wants to know how far it is. Columns keep to one kind of time.
    const isLeftOut = isByPackets && (occasion !== 'now' || format === 'machine');
    const isComplete = occasion === 'complete';
    const state = { ...packets, ...this.#surroundings(isLeftOut, isComplete) };
    const report = { version: this.#sources.version, isEnd, isComplete, state, since: this.#since };
    // What is asked for in between changes nothing of those by packets.
    if (!isByPackets || occasion === 'by packets') {
      this.#toldPackets = state.packets;
      if (isDifferential) this.#since = state;
    }
    if (format === 'human') {
      this.#sources.write(renderHumanReport(report));
    } else {
      this.#writeHeader();
      this.#sources.write(renderMachineRow(report, this.#layout));
    }
  }

  #writeHeader(): void {
    if (this.#hasHeader) return;
    this.#hasHeader = true;
    this.#sources.write(renderMachineHeader(this.#layout));
  }

  /** What of a report differs from run to run. */
  #surroundings(isLeftOut: boolean, isComplete: boolean): Pick<ReportState, 'clock' | 'input'> {
    if (isLeftOut) return { clock: undefined, input: undefined };
    const view = this.#sources.view();
    const { totalBytes, bytes, bytesPerSec, remainingSec, finishMs } = view;
    const percent = isComplete && totalBytes !== undefined ? 100 : view.percent;
    const input = { ...this.#sources.input(), totalBytes, bytes, percent, bytesPerSec, remainingSec, finishMs };
    return { clock: wallClock(view.elapsedSec), input };
  }
}
