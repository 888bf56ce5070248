/**
 * The state machine of a session's two sides, as a table: for each combination of flags and states, what they
 * become and how the segment is shown. Owns the rules (section 4, step 4 of the behaviour); no memory of sessions.
 *
 * The table is filled once from the rules written out below, so that a packet costs one load.
 */
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../wire/tcp.js';
import { COLOUR_BLUE, COLOUR_RED, COLOUR_YELLOW } from './segment-layout.js';

export const CLOSED = 0;
export const LISTEN = 1;
export const SYN_SENT = 2;
export const SYN_RECV = 3;
export const ESTABLISHED = 4;
export const FIN_WAIT1 = 5;
export const FIN_WAIT2 = 6;
export const CLOSE_WAIT = 7;
export const LAST_ACK = 8;
export const TIME_WAIT = 9;
const STATES = 10;

export const STATE_NAMES: readonly string[] = [
  'CLOSED',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
];

/** What a segment does. Bits: sender's state 0-3, peer's state 4-7, colour 8-10 (0 keeps the one it has), the rest below. */
export const T_PEER_SHIFT = 4;
export const T_COLOUR_SHIFT = 8;
export const T_COLOUR = 7 << T_COLOUR_SHIFT;
export const T_SHOWN = 1 << 11;
/** A reset after one side closed; a reset that breaks the session. */
export const T_RST_AFTER_CLOSE = 1 << 12;
export const T_RST_BREAK = 1 << 13;

class Transition {
  self: number;
  peer: number;
  colour = 0;
  shown = false;
  reset = 0;

  constructor(self: number, peer: number) {
    this.self = self;
    this.peer = peer;
  }

  show(): void {
    this.shown = true;
  }

  paint(colour: number): void {
    this.colour = colour;
    this.shown = true;
  }

  pack(): number {
    const shown = this.shown ? T_SHOWN : 0;
    return this.self | (this.peer << T_PEER_SHIFT) | (this.colour << T_COLOUR_SHIFT) | shown | this.reset;
  }
}

function onSynAck(t: Transition): void {
  if (t.self !== SYN_RECV) t.paint(COLOUR_RED);
  if (t.peer === SYN_SENT) {
    t.peer = ESTABLISHED;
    t.paint(COLOUR_YELLOW);
  } else {
    t.paint(COLOUR_RED);
  }
}

function onAck(t: Transition): void {
  if (t.self === ESTABLISHED && t.peer === FIN_WAIT1) {
    t.self = CLOSE_WAIT;
    t.show();
  }
  if (t.self === FIN_WAIT2 && t.peer === LAST_ACK) {
    t.self = TIME_WAIT;
    t.show();
  }
  if (t.peer === SYN_RECV) {
    t.peer = ESTABLISHED;
    t.paint(COLOUR_YELLOW);
  } else if (t.peer === FIN_WAIT1) {
    t.peer = FIN_WAIT2;
    t.show();
  } else if (t.peer === LAST_ACK) {
    t.peer = CLOSED;
    t.show();
  }
  if (t.self === TIME_WAIT && t.peer === CLOSED) t.paint(COLOUR_BLUE);
}

function onFin(t: Transition): void {
  if (t.self === ESTABLISHED) {
    t.self = FIN_WAIT1;
    t.show();
  } else {
    if (t.self === CLOSE_WAIT) t.self = LAST_ACK;
    t.paint(COLOUR_RED);
  }
  if (t.peer === ESTABLISHED) return;
  if (t.peer === FIN_WAIT2) t.peer = TIME_WAIT;
  t.paint(COLOUR_RED);
}

function onFinAck(t: Transition): void {
  if (t.self === SYN_RECV) {
    t.self = FIN_WAIT1;
    t.show();
  } else if (t.self === ESTABLISHED) {
    if (t.peer === ESTABLISHED) {
      t.self = FIN_WAIT1;
      t.show();
    }
    if (t.peer === FIN_WAIT1) {
      t.self = LAST_ACK;
      t.show();
    }
  } else if (t.self === CLOSE_WAIT) {
    t.self = LAST_ACK;
    t.show();
  } else {
    t.paint(COLOUR_RED);
  }
  if (t.peer === FIN_WAIT1) {
    t.peer = FIN_WAIT2;
    t.show();
  } else if (t.peer !== ESTABLISHED && t.peer !== FIN_WAIT2) {
    t.paint(COLOUR_RED);
  }
}

function onReset(t: Transition): void {
  const isWaiting = (state: number): boolean => state === FIN_WAIT1 || state === FIN_WAIT2;
  const isAfterClose = (t.self === CLOSE_WAIT && isWaiting(t.peer)) || (t.peer === CLOSE_WAIT && isWaiting(t.self));
  t.reset = isAfterClose ? T_RST_AFTER_CLOSE : T_RST_BREAK;
  t.self = CLOSED;
  t.peer = CLOSED;
  t.paint(COLOUR_RED);
}

function applyRules(flags: number, t: Transition): void {
  switch (flags) {
    case TCP_SYN:
      break;
    case TCP_SYN | TCP_ACK:
      onSynAck(t);
      break;
    case TCP_ACK:
      onAck(t);
      break;
    case TCP_FIN:
      onFin(t);
      break;
    case TCP_FIN | TCP_ACK:
      onFinAck(t);
      break;
    case TCP_RST:
    case TCP_RST | TCP_ACK:
      onReset(t);
      break;
    default:
      t.paint(COLOUR_RED);
  }
}

/** FIN, SYN, RST are bits 0 to 2 of the flags byte; ACK becomes bit 3. */
const flagsIndex = (flags: number): number => (flags & 7) | ((flags & TCP_ACK) >>> 1);

const TABLE: Int32Array = (() => {
  const table = new Int32Array(16 * 16 * 16);
  for (let flags = 0; flags < 0x20; flags++) {
    if ((flags & ~(TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)) !== 0) continue;
    for (let self = 0; self < STATES; self++) {
      for (let peer = 0; peer < STATES; peer++) {
        const transition = new Transition(self, peer);
        applyRules(flags, transition);
        table[(flagsIndex(flags) << 8) | (self << 4) | peer] = transition.pack();
      }
    }
  }
  return table;
})();

/** What a segment with these flags does when sender and peer are in these states: the T_ bits. */
export function transition(flags: number, self: number, peer: number): number {
  return TABLE[(flagsIndex(flags) << 8) | (self << 4) | peer];
}

/** Whether a session in these states is over. */
export function isOver(state0: number, state1: number): boolean {
  if (state0 === CLOSED) return state1 === CLOSED || state1 === TIME_WAIT;
  return state0 === TIME_WAIT && state1 === CLOSED;
}

/** Whether a side in this state makes the session time out soon. */
export function isShortLived(state: number): boolean {
  return state !== CLOSED && state !== LISTEN && state !== ESTABLISHED && state !== TIME_WAIT;
}
