/**
 * Signals by name and number, and the options that name one, as kill(1) has them: -USR1, -SIGUSR1, -10.
 */
import { constants } from 'node:os';

export interface NamedSignal {
  /** As SIGUSR1. */
  readonly name: NodeJS.Signals;
  readonly number: number;
}

/** The signal that a name, with or without SIG, or a number means. */
export function signalCalled(text: string): NamedSignal | undefined {
  const upper = text.toUpperCase();
  const all = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const found = all.find(([name, number]) =>
    /^\d+$/.test(text) ? number === Number(text) : name === upper || name === `SIG${upper}`,
  );
  return found && { name: found[0], number: found[1] };
}

/** `args` with -NAME and -NUMBER as --signal=..., but for what is made up of `letters` of options. */
export function expandSignals(args: readonly string[], letters: string): string[] {
  const end = args.indexOf('--');
  const isSignal = (arg: string): boolean =>
    /^-(\d+|[A-Za-z][\w+-]+)$/.test(arg) && ![...arg.slice(1)].every((letter) => letters.includes(letter));
  return args.map((arg, index) => (isSignal(arg) && (end < 0 || index < end) ? `--signal=${arg.slice(1)}` : arg));
}
