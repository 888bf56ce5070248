/**
 * The reports of a run: what the run tells of itself goes to a Reporter. Owns what is known of the input by then.
 */
import type { Moment } from '../capture/tally.js';
import type { LiveFigures } from '../monitor/report.js';
import type { RunInProgress, RunPlan, RunStanding } from '../pipeline/run.js';
import { PROGRESS_DROPPED, PROGRESS_IF_DROPPED, PROGRESS_PACKETS } from '../ring/layout.js';
import type { RunSurroundings } from './execute-run.js';
import { nothingYet, type PacketState, packetState, type StateForm } from './report-state.js';
import { Reporter } from './reporter.js';
import type { OpenOutputs } from './run-outputs.js';
import type { Watching } from './watching.js';

export class RunReports {
  /** Once it is under way. */
  run: RunInProgress | undefined;
  readonly #form: StateForm;
  readonly #isLive: boolean;
  readonly #reporter: Reporter;
  readonly #linkTypes: number[] = [];
  #file: string;
  #fileNumber = 1;
  #files: number;

  /** Answers signals from now on. */
  constructor(plan: RunPlan, { reports, program }: RunSurroundings, watching: Watching, outputs: OpenOutputs) {
    const { inputs } = plan.read;
    const nameOf = (input: (typeof inputs)[number]): string => (typeof input === 'string' ? input : input.name);
    const isCounted = reports.flowTimeoutSec !== undefined;
    this.#file = nameOf(inputs[0]);
    this.#files = inputs.length;
    this.#isLive = inputs.some((input) => typeof input !== 'string');
    this.#form = {
      hasMiruo: plan.miruo !== undefined,
      tcpeek: plan.tcpeek,
      protocols: isCounted ? reports.protocols.length : undefined,
    };
    const analyses = [
      ...(plan.miruo === undefined ? [] : ['miruo']),
      ...(plan.tcpeek === undefined ? [] : ['tcpeek']),
      ...(isCounted ? ['traffic'] : []),
    ];
    const sources = {
      version: program.version,
      analyses,
      state: () => this.#state(),
      view: () => watching.progress.view(),
      input: () => ({ file: this.#file, fileNumber: this.#fileNumber, files: this.#files }),
      write: (text: string) => outputs.report(text),
      isFull: () => outputs.isReportFull,
    };
    this.#reporter = new Reporter(reports, sources, nothingYet(this.#form, this.#live));
  }

  /** Which input is read now; series may have more than was known. */
  noteInput(name: string, number: number): void {
    this.#file = name;
    this.#fileNumber = number;
    this.#files = Math.max(this.#files, number);
  }

  /** The first interface of the first input. An interface's packets may be long in coming. */
  noteLink(linkType: number): void {
    this.#linkTypes.push(linkType);
    if (this.#isLive) this.#reporter.start(this.#linkTypes, undefined);
  }

  noteFirst(moment: Moment | undefined): void {
    this.#reporter.start(this.#linkTypes, moment);
  }

  /** The moment of a report by packet time. */
  tellByPackets(standing: RunStanding): void {
    this.#reporter.tellByPackets(packetState(this.#form, standing, this.#live));
  }

  /** The run is over, or is to be: the last report. `isComplete`: it came to its end by itself. */
  end(standing: RunStanding, isComplete: boolean): void {
    this.#reporter.start(this.#linkTypes, undefined);
    this.#reporter.end(packetState(this.#form, standing, this.#live), isComplete);
  }

  close(): void {
    this.#reporter.close();
  }

  #state(): PacketState {
    if (this.run === undefined) return nothingYet(this.#form, this.#live);
    return packetState(this.#form, this.run.standing(), this.#live);
  }

  /** As far as who captures has said. */
  get #live(): LiveFigures | undefined {
    if (!this.#isLive) return undefined;
    const { progress } = this.run ?? {};
    return {
      received: progress?.[PROGRESS_PACKETS] ?? 0,
      droppedBySystem: progress?.[PROGRESS_DROPPED] ?? 0,
      droppedByInterface: progress?.[PROGRESS_IF_DROPPED] ?? 0,
    };
  }
}
