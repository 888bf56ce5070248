/**
 * What `tcploom stat` is to do, every value decided.
 */
import { type NamedSignal, signalCalled } from './signal-names.js';
import { UsageError } from './usage-error.js';

/** What was asked for; absent when not given. */
export interface StatOptions {
  readonly signal?: string;
  readonly pid?: readonly number[];
  readonly pids?: boolean;
  readonly list?: boolean;
  readonly ask?: boolean;
  readonly sudo?: boolean;
}

interface StatAim {
  /** Ids of the passes that are meant. Undefined: all. */
  readonly named: readonly number[] | undefined;
}

interface ListPlan extends StatAim {
  readonly kind: 'pids' | 'list';
}

export interface SendPlan extends StatAim {
  readonly kind: 'send';
  readonly signal: NamedSignal;
  /** Undefined: once. */
  readonly intervalSec: number | undefined;
  readonly isAsking: boolean;
  readonly hasSudo: boolean;
}

export type StatPlan = ListPlan | SendPlan;

const DEFAULT_SIGNAL = 'USR1';

/** Throws a UsageError. */
export function makeStatPlan(intervalSec: number | undefined, options: StatOptions, isTerminal: boolean): StatPlan {
  const { signal = DEFAULT_SIGNAL, pids = false, list = false, ask = false, sudo = false } = options;
  const { pid: named } = options;
  const toSend = signalCalled(signal);
  if (toSend === undefined) throw new UsageError(`there is no signal '${signal}'`);
  if (pids && list) throw new UsageError('-p and -l are two outputs: one at a time');
  if (pids || list) {
    const letter = pids ? '-p' : '-l';
    const isSending = intervalSec !== undefined || options.signal !== undefined || ask || sudo;
    if (isSending) throw new UsageError(`${letter} sends nothing: it goes with no interval, signal, -i or -s`);
    return { kind: pids ? 'pids' : 'list', named };
  }
  if (ask && !isTerminal) throw new UsageError('-i asks on the terminal, and standard input is none');
  return { kind: 'send', named, signal: toSend, intervalSec, isAsking: ask, hasSudo: sudo };
}
