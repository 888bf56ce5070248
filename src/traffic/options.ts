/**
 * What may be chosen about the counting of flows.
 */

export interface FlowOptions {
  /** A flow without a packet for longer is over; whole seconds, at least 1. */
  readonly timeoutSec: number;
  /** Protocols whose packets are counted each. */
  readonly protocols: number;
}

/** As Tranalyzer2 has it. */
export const USUAL_FLOW_TIMEOUT_SEC = 182;
