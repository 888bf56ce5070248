/**
 * Reports of a pass that only reads, as `info` and `filter` do: how far it is, when asked by signal.
 */
import type { ReadPlan } from '../capture/read-captures.js';
import type { PacketState } from './report-state.js';
import { Reporter } from './reporter.js';
import type { OpenOutputs } from './run-outputs.js';
import type { Showing, Watching } from './watching.js';

export class PassReports {
  readonly #reporter: Reporter;
  #file: string;
  #fileNumber = 1;
  #files: number;

  /** Answers signals from now on; on `outputs`. */
  constructor({ inputs }: ReadPlan, version: string, showing: Showing, watching: Watching, outputs: OpenOutputs) {
    const [first] = inputs;
    this.#file = typeof first === 'string' ? first : first.name;
    this.#files = inputs.length;
    const plan = {
      ...{ format: 'human' as const, everySec: showing.intervalMs / 1000, isPeriodic: false, isByPackets: false },
      ...{ isDifferential: false, protocols: [], byNumber: false, isTold: false, flowTimeoutSec: undefined },
    };
    const view = (): ReturnType<typeof watching.progress.view> => watching.progress.view();
    const state = (): PacketState => ({ ...NOTHING, packets: view().packets });
    const write = (text: string): void => outputs.report(text);
    const isFull = (): boolean => outputs.isReportFull;
    const input = () => ({ file: this.#file, fileNumber: this.#fileNumber, files: this.#files });
    this.#reporter = new Reporter(plan, { version, analyses: [], state, view, input, write, isFull }, NOTHING);
  }

  /** Which input is read now. */
  noteInput(name: string, number: number): void {
    this.#file = name;
    this.#fileNumber = number;
    this.#files = Math.max(this.#files, number);
  }

  close(): void {
    this.#reporter.close();
  }
}

const NOTHING: PacketState = {
  first: undefined,
  latest: undefined,
  traffic: undefined,
  packets: 0,
  live: undefined,
  sections: [],
  alarms: 0,
};
