/**
 * What the model remembers: sessions, and their segments with the states after each.
 */

import type { Counted } from './model-packets.js';

export type State =
  | 'LISTEN'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'ESTABLISHED'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'CLOSED'
  | 'TIME_WAIT';
export type Colour = '' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

export interface Segment {
  number: number;
  packet: Counted;
  fromSide: 0 | 1;
  states: [State, State];
  colour: Colour;
  shown: boolean;
  /** A line was written for it already (`live`). */
  printed: boolean;
  httpLines: string[];
}

export interface Session {
  id: number;
  ends: [string, string];
  states: [State, State];
  segments: Segment[];
  totalSegments: number;
  totalBytes: number;
  marked: boolean;
  contextCredit: number;
  /** The clock (whole seconds) when the last segment was stored. */
  lastStoredClock: number;
}
