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
import { type PacketState, runClock } from './report-state.js';
import { timerMs } from './watching.js';

/** How far it is, as of `ProgressView`, which is one. */
export interface RunView extends Omit<InputProgress, 'file' | 'fileNumber' | 'files'> {
  readonly elapsedSec: number;
}

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
  /** Writes whole lines where reports go. */
  readonly write: (text: string) => void;
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
    const state = { ...nothing, ...this.#surroundings(plan.isByPackets) };
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
    if (this.#isPeriodic) this.#tell(state, false, this.#plan.isByPackets);
  }

  /** The pass is over, however it ended: the last report, and no more. */
  end(state: PacketState): void {
    if (this.#isOver) return;
    if (this.#plan.isTold && !this.#isTold(state)) this.#tell(state, true, this.#plan.isByPackets);
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
      // Who asks wants to know how far it is. Columns keep to one kind of time.
      this.#tell(this.#sources.state(), false, this.#plan.isByPackets && this.#plan.format === 'machine');
    } else {
      this.#isPeriodic = !this.#isPeriodic;
      this.#setTimer();
    }
  }

  #setTimer(): void {
    clearInterval(this.#timer);
    if (!this.#isPeriodic || this.#plan.isByPackets) return;
    this.#timer = setInterval(() => this.#tell(this.#sources.state(), false, false), timerMs(this.#plan.everySec));
  }

  #tell(packets: PacketState, isEnd: boolean, isByPackets: boolean): void {
    const state = { ...packets, ...this.#surroundings(isByPackets) };
    const report = { version: this.#sources.version, isEnd, state, since: this.#since };
    this.#toldPackets = state.packets;
    if (this.#plan.isDifferential) this.#since = state;
    if (this.#plan.format === 'human') {
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
  #surroundings(isLeftOut: boolean): Pick<ReportState, 'clock' | 'input'> {
    if (isLeftOut) return { clock: undefined, input: undefined };
    const view = this.#sources.view();
    const { totalBytes, bytes, bytesPerSec, remainingSec, finishMs } = view;
    const input = { ...this.#sources.input(), totalBytes, bytes, bytesPerSec, remainingSec, finishMs };
    return { clock: runClock(view.elapsedSec), input };
  }
}
