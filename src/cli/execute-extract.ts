/**
 * Writes the packets of chosen sessions: finds out where they are, if that is not known, then reads again and writes. Messages on standard error or in the
 * log, each once.
 */
import type { ChosenSessions } from '../capture/chosen-sessions.js';
import type { ReadSummary } from '../capture/news.js';
import { describeProblem, type InputProblem } from '../capture/problem.js';
import { type FilterWatcher, runFilter } from '../pipeline/filter-pass.js';
import { FLUSH_MS, HURRIED_FLUSH_MS } from '../pipeline/interrupted.js';
import { type RunPlan, type RunWatcher, runPass } from '../pipeline/run.js';
import { stopped } from '../pipeline/threads.js';
import { EXIT_FAILED, exitCodeOf } from './exit-codes.js';
import type { ExtractPlan } from './extract-plan.js';
import type { Log } from './log.js';
import { PassReports } from './pass-reports.js';
import { OpenOutputs } from './run-outputs.js';
import { EndingSignals } from './signals.js';
import { type ProgramFacts, type Showing, Watching } from './watching.js';

/** Runs a plan. */
export async function executeExtract(
  plan: ExtractPlan,
  showing: Showing,
  program: ProgramFacts,
  log?: Log,
): Promise<number> {
  const { read } = plan.writing;
  const watching = await Watching.begin(read, showing, program, log, plan.finding === undefined ? 1 : 2);
  const outputs = new OpenOutputs([], watching.line, log);
  const reports = new PassReports(read, program.version, showing, watching, outputs);
  const signals = new EndingSignals(read);
  try {
    const extraction = new Extraction(plan, { watching, outputs, reports, signals });
    const { code, isCutShort } = await extraction.run();
    await Promise.race([outputs.settle(), stopped(signals.stop)]);
    return signals.exitCode(code, isCutShort);
  } catch (error) {
    watching.end(false);
    await outputs.settleSoon(signals.stop.aborted ? HURRIED_FLUSH_MS : FLUSH_MS);
    throw error;
  } finally {
    reports.close();
    signals.close();
  }
}

interface ExtractParts {
  readonly watching: Watching;
  readonly outputs: OpenOutputs;
  readonly reports: PassReports;
  readonly signals: EndingSignals;
}

interface ExtractOutcome {
  readonly code: number;
  readonly isCutShort: boolean;
}

class Extraction {
  readonly #plan: ExtractPlan;
  readonly #parts: ExtractParts;
  /** Problems that were told: the second pass meets them again. */
  readonly #told = new Set<string>();
  #isStarted = false;

  constructor(plan: ExtractPlan, parts: ExtractParts) {
    this.#plan = plan;
    this.#parts = parts;
  }

  async run(): Promise<ExtractOutcome> {
    const { choice, finding, mostPackets } = this.#plan;
    const { watching, signals } = this.#parts;
    if (finding !== undefined) {
      const found = await this.#find(finding);
      if (found.isCutShort || signals.isAsked) {
        watching.end(false);
        this.#say(['nothing was written: the run was ended before all sessions were known']);
        return { code: EXIT_FAILED, isCutShort: true };
      }
      const isRead = found.filesRead > 0;
      if (isRead) this.#say(choice.missing());
      if (!isRead || !choice.hasSome) {
        watching.end(true);
        return { code: EXIT_FAILED, isCutShort: false };
      }
    }
    const chosen = choice.chosen(mostPackets);
    const read = await this.#write(chosen);
    watching.end(!read.isCutShort);
    const isWhole = read.filesRead > 0 && !read.isCutShort;
    if (isWhole) this.#say(choice.missingPackets(chosen));
    const isFound = chosen.found.includes(1);
    const code = isFound ? exitCodeOf({ problems: this.#told.size, filesRead: read.filesRead }) : EXIT_FAILED;
    return { code, isCutShort: read.isCutShort };
  }

  async #find(plan: RunPlan): Promise<ReadSummary> {
    const watcher: RunWatcher = {
      ...this.#watcher,
      onStart: ({ progress, finish }) => this.#begin(progress, finish),
      onFigures: () => {},
      onStanding: () => {},
    };
    const { read } = await runPass(plan, { records: this.#plan.choice }, watcher, this.#parts.signals.stop);
    return read;
  }

  #write(sessions: ChosenSessions): Promise<ReadSummary> {
    const { writing } = this.#plan;
    const watcher: FilterWatcher = {
      ...this.#watcher,
      onStart: (progress, finish) => this.#begin(progress, finish),
    };
    return runFilter({ ...writing, read: { ...writing.read, sessions } }, watcher, this.#parts.signals.stop);
  }

  get #watcher(): Pick<RunWatcher, 'onProblem' | 'onInput'> {
    return {
      onProblem: (problem) => this.#tell(problem),
      onInput: (name, number) => this.#parts.reports.noteInput(name, number),
    };
  }

  #tell(problem: InputProblem): void {
    const text = `${describeProblem(problem)}\n`;
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#parts.outputs.say(text);
  }

  #say(lines: readonly string[]): void {
    for (const line of lines) this.#parts.outputs.say(`tcploom: ${line}\n`);
  }

  #begin(progress: Float64Array, finish: () => void): void {
    const { watching, signals, outputs } = this.#parts;
    signals.finish = finish;
    // Asked between the passes.
    if (signals.isAsked) finish();
    if (this.#isStarted) watching.goOn(progress);
    else {
      watching.start(
        progress,
        () => undefined,
        (text) => outputs.say(text),
      );
    }
    this.#isStarted = true;
  }
}
