/**
 * Asks the passes of tcploom that run on this machine for reports, or lists them. Owns the rounds, the outputs, and which outcome is which code.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../capture/problem.js';
import { spoken } from '../monitor/units.js';
import { EXIT_DONE, EXIT_FAILED, SIGNAL_EXITS } from './exit-codes.js';
import { listPasses, NoProcessList, type RunningPass } from './running-processes.js';
import { NoSudo, sendSignal } from './send-signal.js';
import type { SendPlan, StatPlan } from './stat-plan.js';
import { TerminalQuestions } from './terminal-questions.js';
import { timerMs } from './watching.js';

/** None runs. */
const EXIT_NONE = 1;

/** Does what the plan says; what cannot be done is told, and the code is 2. */
export async function executeStat(plan: StatPlan): Promise<number> {
  // Whoever reads may have had enough.
  process.stdout.on('error', () => {});
  try {
    const aim = new Aim(plan.named);
    const passes = aim.passes();
    if (passes.length === 0) {
      process.stderr.write('No running instance of tcploom found\n');
      return EXIT_NONE;
    }
    if (plan.kind === 'send') return await sendRounds(plan, aim, passes);
    process.stdout.write(plan.kind === 'pids' ? passes.map(({ pid }) => `${pid}\n`).join('') : table(passes));
    return EXIT_DONE;
  } catch (error) {
    if (!(error instanceof NoProcessList || error instanceof NoSudo)) throw error;
    complain(error.message);
    return EXIT_FAILED;
  }
}

function complain(message: string): void {
  process.stderr.write(`tcploom: ${printable(message)}\n`);
}

function table(passes: readonly RunningPass[]): string {
  const rows = [['PID', 'TIME', 'PERCENT', 'COMMAND'], ...passes.map(rowOf)];
  const width = (column: number): number => Math.max(...rows.map((row) => row[column].length));
  const widths = [width(0), width(1), width(2)];
  return rows
    .map((row) => `${[...widths.map((cells, column) => row[column].padStart(cells)), row[3]].join('  ')}\n`)
    .join('');
}

const rowOf = ({ pid, runningSec, percent, words }: RunningPass): string[] => [
  String(pid),
  spoken(runningSec),
  percent === undefined ? '-' : `${percent.toFixed(1)}%`,
  commandOf(words),
];

/** Another's title may say anything. */
const commandOf = (words: string): string => printable(`tcploom ${words}`.trimEnd());

/** The passes that are meant: all that run, or those named. */
class Aim {
  readonly #named: readonly number[] | undefined;
  /** By PID and start: those named that ran when it was looked first. What has the PID later is another. */
  #first: ReadonlySet<string> | undefined;

  constructor(named: readonly number[] | undefined) {
    this.#named = named;
  }

  passes(): readonly RunningPass[] {
    const named = this.#named;
    if (named === undefined) return listPasses();
    const found = listPasses().filter(({ pid }) => named.includes(pid));
    this.#first ??= new Set(found.map(keyOf));
    const first = this.#first;
    return found.filter((pass) => first.has(keyOf(pass)));
  }
}

/** Sends to all, again and again if asked, until none is left or somebody ends it. */
async function sendRounds(plan: SendPlan, aim: Aim, first: readonly RunningPass[]): Promise<number> {
  const stop = new AbortController();
  let ending: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    ending ??= name;
    stop.abort();
  };
  const endings = plan.intervalSec === undefined ? [] : (Object.keys(SIGNAL_EXITS) as NodeJS.Signals[]);
  for (const name of endings) process.on(name, onSignal);
  const round = new Round(plan, stop.signal);
  try {
    for (let passes = first; passes.length > 0; passes = aim.passes()) {
      const isAnyLeft = await round.send(passes);
      if (plan.intervalSec === undefined || !isAnyLeft || stop.signal.aborted) break;
      await sleep(timerMs(plan.intervalSec), undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) break;
    }
  } finally {
    round.close();
    for (const name of endings) process.off(name, onSignal);
  }
  // Ctrl-C is how it is ended.
  if (ending !== undefined && ending !== 'SIGINT') return SIGNAL_EXITS[ending] ?? EXIT_FAILED;
  return round.hasFailed ? EXIT_FAILED : EXIT_DONE;
}

/** One round after the other: what was said of a process, and what failed for it, holds for all later ones. */
class Round {
  readonly #plan: SendPlan;
  readonly #stop: AbortSignal;
  readonly #questions: TerminalQuestions | undefined;
  /** By PID and start: whether it is meant. */
  readonly #meant = new Map<string, boolean>();
  hasFailed = false;

  constructor(plan: SendPlan, stop: AbortSignal) {
    this.#plan = plan;
    this.#stop = stop;
    this.#questions = plan.isAsking ? new TerminalQuestions() : undefined;
  }

  /** Resolves with whether another round makes sense: one is left that is meant. */
  async send(passes: readonly RunningPass[]): Promise<boolean> {
    for (const pass of passes) {
      if (this.#stop.aborted) return false;
      if (!(await this.#isMeant(pass)) || this.#stop.aborted) continue;
      const failure = await sendSignal(pass, this.#plan.signal, this.#plan.hasSudo);
      if (failure === undefined) continue;
      complain(`process ${pass.pid}: ${failure}`);
      this.hasFailed = true;
      this.#meant.set(keyOf(pass), false);
      // Whoever was refused is not asked for the password of the next one too.
      if (this.#plan.hasSudo) return false;
    }
    return passes.some((pass) => this.#meant.get(keyOf(pass)) === true);
  }

  close(): void {
    this.#questions?.close();
  }

  async #isMeant(pass: RunningPass): Promise<boolean> {
    const key = keyOf(pass);
    let isMeant = this.#meant.get(key);
    if (isMeant === undefined) {
      isMeant = this.#questions === undefined || (await this.#ask(this.#questions, pass));
      this.#meant.set(key, isMeant);
    }
    return isMeant;
  }

  async #ask(questions: TerminalQuestions, { pid, words }: RunningPass): Promise<boolean> {
    const stopped = new Promise<boolean>((resolve) =>
      this.#stop.addEventListener('abort', () => resolve(false), { once: true }),
    );
    return Promise.race([
      questions.ask(`send ${this.#plan.signal.name} to process ${pid}, ${commandOf(words)}?`),
      stopped,
    ]);
  }
}

const keyOf = ({ pid, startTicks }: RunningPass): string => `${pid} ${startTicks}`;
