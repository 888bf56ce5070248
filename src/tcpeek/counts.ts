/**
 * What is counted of handshakes. Owns the figures of a filter and their order.
 */

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

/** The figures of a named filter. */
export interface FilterCounts {
  readonly name: string;
  /** COUNTS numbers, in the order above. */
  readonly counts: ArrayLike<number>;
}

/** First SYNs: those of no session that was known, and of them those that some filter counts. */
export interface SynCounts {
  readonly seen: number;
  readonly counted: number;
}

/** The packets behind them. */
export interface PacketCounts {
  readonly received: number;
  readonly dropped: number;
  readonly droppedByInterface: number;
}
