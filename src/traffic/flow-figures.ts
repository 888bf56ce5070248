/**
 * Places of the figures that a tracker counts of flows: float64, since the start of the run. Owns their order, which is that in result rings.
 */

export const F_A_FLOWS = 0;
export const F_B_FLOWS = 1;
export const F_REQUESTS = 2;
export const F_REPLIES = 3;
export const F_A_PACKETS = 4;
export const F_B_PACKETS = 5;
export const F_A_BYTES = 6;
export const F_B_BYTES = 7;
/** Flows that a packet came of within the time-out, and as many as the table has places for. */
export const F_ACTIVE = 8;
export const F_PLACES = 9;
export const FLOW_FIGURES = 10;
