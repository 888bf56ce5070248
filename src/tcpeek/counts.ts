/**
 * What is counted of handshakes. Owns the figures of a filter and their order.
 */
import { namedFilters, type TcpeekOptions } from './options.js';

/** Places of a filter's figures; those of the next filter follow. */
export const COUNT_SUCCESS = 0;
/** Successes with a repeated SYN, and with a repeated SYN/ACK. */
export const COUNT_DUP_SYN = 1;
export const COUNT_DUP_SYNACK = 2;
export const COUNT_FAILURE = 3;
/** Failures by cause. */
export const COUNT_TIMEOUT = 4;
export const COUNT_REJECT = 5;
export const COUNT_UNREACH = 6;
export const COUNTS = 7;
/** What they are called in JSON, in their order. */
export const COUNT_NAMES = ['success', 'dupsyn', 'dupsynack', 'failure', 'timeout', 'reject', 'unreach'] as const;

/** The figures of a named filter. */
export interface FilterCounts {
  readonly name: string;
  /** COUNTS numbers, in the order above. */
  readonly counts: ArrayLike<number>;
}

/** What was seen of openings and answers, by which it shows when captures hold one direction only. */
export interface OpeningCounts {
  /** SYNs of no session that was known, and of them those that some filter counts. */
  readonly syns: number;
  readonly counted: number;
  /** Segments of the sides that did not send the first SYN, and SYN/ACKs of no session that was known. */
  readonly answers: number;
  readonly strayAnswers: number;
}

/** The figures of each filter that has some, which lie one after the other in `counts`. */
export const namedCounts = (options: Pick<TcpeekOptions, 'filters'>, counts: ArrayLike<number>): FilterCounts[] =>
  namedFilters(options).map(({ name }, index) => ({
    name,
    counts: Array.from({ length: COUNTS }, (_, figure) => counts[COUNTS * index + figure]),
  }));

export const NO_OPENINGS: OpeningCounts = { syns: 0, counted: 0, answers: 0, strayAnswers: 0 };

/** Sum over shards. */
export function addOpenings(shards: readonly OpeningCounts[]): OpeningCounts {
  const sum = (figure: keyof OpeningCounts): number => shards.reduce((total, counts) => total + counts[figure], 0);
  return {
    syns: sum('syns'),
    counted: sum('counted'),
    answers: sum('answers'),
    strayAnswers: sum('strayAnswers'),
  };
}

/** Whether only one direction came: nobody answered, or everybody who did was asked by nobody. */
export const seemOneSided = ({ syns, counted, answers, strayAnswers }: OpeningCounts): boolean =>
  counted > 0 ? answers === 0 && strayAnswers === 0 : syns === 0 && strayAnswers > 0;

/** The packets behind them. */
export interface PacketCounts {
  readonly received: number;
  readonly dropped: number;
  readonly droppedByInterface: number;
}
