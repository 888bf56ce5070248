/**
 * The metrics of a run: in files that are replaced while it goes on and at its end, at other places at its end, and over HTTP for whoever asks. Owns
 * when they are told, and from what they are made. What goes by the clock is told over HTTP only: a file's last state is the same on every run.
 */
import { BAD_IP_HEADER, BAD_LINK_HEADER, BAD_TCP_HEADER } from '../capture/frame-reasons.js';
import type { ReadFigures } from '../capture/news.js';
import { renderMetrics } from '../metrics/families.js';
import type { ClockState, MetricsState, ReadState } from '../metrics/metrics-state.js';
import { zeroCounters } from '../miruo/statistics.js';
import type { ProgressView } from '../monitor/progress.js';
import { isLoopback, type MetricsAddress } from '../pipeline/metrics-address.js';
import type { MetricsServer } from '../pipeline/metrics-server.js';
import { OutputFailure } from '../pipeline/output-failure.js';
import { ReplacedFile } from '../pipeline/replaced-file.js';
import type { RunFigures, RunInProgress, RunPlan } from '../pipeline/run.js';
import { COUNTS, namedCounts } from '../tcpeek/counts.js';
import { namedFilters } from '../tcpeek/options.js';
import type { OpenOutputs } from './run-outputs.js';

/** What metrics are made from, and where they go. */
export interface MetricsSources {
  readonly version: string;
  readonly outputs: OpenOutputs;
  readonly view: () => ProgressView;
  readonly address: MetricsAddress | undefined;
  /** Between two states of a file, while the run goes on. */
  readonly everyMs: number;
}

const START_SEC = Date.now() / 1000 - process.uptime();

export class RunMetrics {
  /** Once it is under way. */
  run: RunInProgress | undefined;
  readonly #plan: RunPlan;
  readonly #sources: MetricsSources;
  readonly #files: readonly ReplacedFile[];
  #inputs = 0;
  #damaged = 0;
  #server: MetricsServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;
  #isOver = false;
  /** That a file could not be written on the way is told once. */
  #hasComplained = false;

  constructor(plan: RunPlan, sources: MetricsSources) {
    this.#plan = plan;
    this.#sources = sources;
    this.#files = sources.outputs.replaced.map(({ path, name }) => new ReplacedFile(path, name));
  }

  /** Listens, and makes sure that files can be written. Rejects with a MetricsPortError or an OutputFailure. */
  async open(): Promise<void> {
    const { address, everyMs, outputs } = this.#sources;
    for (const file of this.#files) await file.claim();
    if (this.#files.length > 0) this.#timer = setInterval(() => void this.#tellFiles(), everyMs).unref();
    if (address === undefined) return;
    // Few runs are asked for it.
    const { MetricsServer } = await import('../pipeline/metrics-server.js');
    this.#server = await MetricsServer.open(address, () => renderMetrics(this.#now(true)));
    const others = isLoopback(address.host) ? '' : ', for whoever reaches that address';
    outputs.say(`tcploom: metrics at ${this.#server.url}${others}\n`);
  }

  /** Something is there that can be read. */
  noteOpen(): void {
    this.#isOpen = true;
  }

  noteInput(number: number): void {
    this.#inputs = Math.max(this.#inputs, number);
  }

  noteProblem(): void {
    this.#damaged++;
  }

  /** The run is over, or is to be: the last state. `isComplete`: it came to its end by itself. Rejects with an OutputFailure. */
  async end(figures: RunFigures, isComplete: boolean): Promise<void> {
    clearInterval(this.#timer);
    this.#isOver = true;
    const { metrics } = this.#sources.outputs;
    if (this.#files.length === 0 && metrics === undefined) return;
    const text = renderMetrics(this.#state(figures, isComplete, false));
    metrics?.append(new TextEncoder().encode(text));
    await Promise.all([metrics?.flush(), ...this.#files.map((file) => file.replace(text))]);
  }

  /** Answers no more. */
  close(): void {
    clearInterval(this.#timer);
    this.#server?.close();
    this.#server = undefined;
  }

  async #tellFiles(): Promise<void> {
    // Before anything is known, what the run before has left is better than nothing.
    if (this.run === undefined || !this.#isOpen || this.#files.some((file) => file.isBusy)) return;
    const text = renderMetrics(this.#now(false));
    for (const file of this.#files) {
      // What is older may not come behind the last state.
      if (this.#isOver) return;
      try {
        await file.replace(text);
      } catch (error) {
        if (!(error instanceof OutputFailure)) throw error;
        if (!this.#hasComplained) this.#sources.outputs.say(`tcploom: ${error.message}; it will be tried again\n`);
        this.#hasComplained = true;
      }
    }
  }

  #now(hasClock: boolean): MetricsState {
    return this.#state(this.run?.figures(), false, hasClock);
  }

  /** `figures`: undefined before the run began. */
  #state(figures: RunFigures | undefined, isComplete: boolean, hasClock: boolean): MetricsState {
    const { miruo, tcpeek, analysis } = this.#plan;
    const view = this.#sources.view();
    const percent = isComplete ? 100 : view.percent;
    const read = this.#read(figures?.read);
    return {
      version: this.#sources.version,
      read,
      miruo: miruo && {
        counters: figures?.miruo ?? zeroCounters(),
        sessions: figures?.sessions ?? 0,
        activeSessions: figures?.activeSessions ?? 0,
        activeSessionsMost: figures?.activeSessionsMost ?? 0,
        activeSegments: figures?.activeSegments ?? 0,
        activeSegmentsMost: figures?.activeSegmentsMost ?? 0,
      },
      tcpeek: tcpeek && {
        filters: namedCounts(tcpeek, figures?.handshakes ?? new Float64Array(COUNTS * namedFilters(tcpeek).length)),
        packets: {
          received: figures?.read.clock?.packets ?? 0,
          dropped: read.droppedBySystem,
          droppedByInterface: read.droppedByInterface,
        },
      },
      analysis: analysis?.sessions ? figures?.analysis : undefined,
      progressRatio: percent === undefined ? undefined : percent / 100,
      isComplete,
      clock: hasClock ? clockState(view) : undefined,
    };
  }

  #read(read: ReadFigures | undefined): ReadState {
    const { packets = 0, capturedBytes = 0, wireBytes = 0, first, latest, drops, reasons } = read ?? {};
    return {
      inputs: this.#inputs,
      damaged: this.#damaged,
      packets,
      capturedBytes,
      wireBytes,
      // Before the first packet there is nothing, not even that there is no time.
      first: packets === 0 ? undefined : first,
      latest: packets === 0 ? undefined : latest,
      droppedBySystem: drops?.bySystem ?? 0,
      droppedByInterface: drops?.byInterface ?? 0,
      badLinkHeaders: reasons?.[BAD_LINK_HEADER] ?? 0,
      badIpHeaders: reasons?.[BAD_IP_HEADER] ?? 0,
      badTcpHeaders: reasons?.[BAD_TCP_HEADER] ?? 0,
    };
  }
}

function clockState(view: ProgressView): ClockState {
  const { user, system } = process.cpuUsage();
  return { view, residentBytes: process.memoryUsage.rss(), cpuSec: (user + system) / 1e6, startSec: START_SEC };
}
