/**
 * Signals that ask for reports, from the process's first line of JavaScript on. Owns what came before anybody could answer. Imports nothing: it
 * is loaded before all else.
 */

export type ReportSignal = 'SIGUSR1' | 'SIGUSR2';

const SIGNALS: readonly ReportSignal[] = ['SIGUSR1', 'SIGUSR2'];

let waiting: ReportSignal[] = [];
let answer: ((signal: ReportSignal) => void) | undefined;

/** Takes the signals from now on; neither ends the process any more. */
export function takeReportSignals(): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (answer !== undefined) answer(signal);
      // One report answers any number of requests before it; an even number of switches is none.
      else if (signal === 'SIGUSR2' && waiting.includes(signal)) waiting = waiting.filter((other) => other !== signal);
      else if (!waiting.includes(signal)) waiting.push(signal);
    });
  }
}

/** `onSignal` answers from now on, at once for what came before; undefined: nobody does any more. */
export function answerReportSignals(onSignal: ((signal: ReportSignal) => void) | undefined): void {
  answer = onSignal;
  if (onSignal === undefined) return;
  const before = waiting;
  waiting = [];
  for (const signal of before) onSignal(signal);
}
