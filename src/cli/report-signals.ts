/**
 * Signals that ask for reports, from the process's first line of JavaScript on. Owns what came before anybody could answer: also what node took
 * for a wish to debug before this listened. Imports nothing: it is loaded before all else.
 */

export type ReportSignal = 'SIGUSR1' | 'SIGUSR2';

const SIGNALS: readonly ReportSignal[] = ['SIGUSR1', 'SIGUSR2'];
/** A report may come 0.2 s after the signal. */
const LOOK_MS = 100;

let waiting: ReportSignal[] = [];
let answer: ((signal: ReportSignal) => void) | undefined;

/** Takes the signals from now on; neither ends the process any more, nor lets anybody debug it. */
export function takeReportSignals(): void {
  for (const signal of SIGNALS) process.on(signal, () => take(signal));
  if (!isDebuggerWanted()) watchDebugger();
}

/** `onSignal` answers from now on, at once for what came before; undefined: nobody does any more. */
export function answerReportSignals(onSignal: ((signal: ReportSignal) => void) | undefined): void {
  answer = onSignal;
  if (onSignal === undefined) return;
  const before = waiting;
  waiting = [];
  for (const signal of before) onSignal(signal);
}

function take(signal: ReportSignal): void {
  if (answer !== undefined) answer(signal);
  // One report answers any number of requests before it; an even number of switches is none.
  else if (signal === 'SIGUSR2' && waiting.includes(signal)) waiting = waiting.filter((other) => other !== signal);
  else if (!waiting.includes(signal)) waiting.push(signal);
}

/** Whether somebody started this to debug it. */
function isDebuggerWanted(): boolean {
  const options = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  return options.some((option) => /^--inspect(-brk|-wait)?(=|$)/.test(option));
}

/**
 * Closes the debugger's port that a SIGUSR1 opened before this listened, and takes it for that signal. It is looked for again and again: node
 * opens it in a thread of its own, which comes late on a busy machine.
 */
function watchDebugger(): void {
  // Node's module for it takes longer to load than all else here. The port that the launcher asks for is 0 until there is one.
  const isPortTold = process.execArgv.some((option) => option.startsWith('--inspect-port=') && option.endsWith(':0'));
  let inspector: { url(): string | undefined; close(): void } | undefined;
  let isSeen = false;
  const look = (): void => {
    if (inspector === undefined) {
      if (isPortTold && process.debugPort === 0) return;
      inspector = process.getBuiltinModule('node:inspector');
    }
    if (inspector.url() === undefined) return;
    if (isSeen) {
      isSeen = false;
      inspector.close();
      take('SIGUSR1');
    } else {
      // Node asks itself twice, of which one is done: closed before the other, it would be opened again.
      isSeen = true;
      setImmediate(() => setImmediate(look));
    }
  };
  if (isPortTold) setImmediate(look);
  setInterval(look, LOOK_MS).unref();
}
