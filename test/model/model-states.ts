/**
 * What a segment does to the two states of its session (miruo.md section 4, step 4), as the table there reads.
 */

import type { Colour, State } from './model-session.js';

export interface NextStates {
  sender: State;
  peer: State;
  shown: boolean;
  /** Absent: the segment keeps the colour it has. */
  colour?: Colour;
  reset?: 'break' | 'after close';
}

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

export function nextStates(flagsByte: number, sender: State, peer: State): NextStates {
  let s = sender;
  let p = peer;
  let shown = false;
  let colour: Colour | undefined;
  let reset: NextStates['reset'];
  const show = (painted?: Colour): void => {
    shown = true;
    if (painted !== undefined) colour = painted;
  };

  const flags = flagsByte & (FIN | SYN | RST | ACK);
  if (flags === SYN) {
    // No effect.
  } else if (flags === (SYN | ACK)) {
    if (s !== 'SYN_RECV') show('red');
    if (p === 'SYN_SENT') {
      p = 'ESTABLISHED';
      show('yellow');
    } else {
      show('red');
    }
  } else if (flags === ACK) {
    if (s === 'ESTABLISHED' && p === 'FIN_WAIT1') {
      s = 'CLOSE_WAIT';
      show();
    } else if (s === 'FIN_WAIT2' && p === 'LAST_ACK') {
      s = 'TIME_WAIT';
      show();
    }
    if (p === 'SYN_RECV') {
      p = 'ESTABLISHED';
      show('yellow');
    } else if (p === 'FIN_WAIT1') {
      p = 'FIN_WAIT2';
      show();
    } else if (p === 'LAST_ACK') {
      p = 'CLOSED';
      show();
    }
    if (s === 'TIME_WAIT' && p === 'CLOSED') show('blue');
  } else if (flags === FIN) {
    if (s === 'ESTABLISHED') {
      s = 'FIN_WAIT1';
      show();
    } else if (s === 'CLOSE_WAIT') {
      s = 'LAST_ACK';
      show('red');
    } else {
      show('red');
    }
    if (p === 'FIN_WAIT2') {
      p = 'TIME_WAIT';
      show('red');
    } else if (p !== 'ESTABLISHED') {
      show('red');
    }
  } else if (flags === (FIN | ACK)) {
    if (s === 'SYN_RECV') {
      s = 'FIN_WAIT1';
      show();
    } else if (s === 'ESTABLISHED') {
      if (p === 'ESTABLISHED') {
        s = 'FIN_WAIT1';
        show();
      }
      if (p === 'FIN_WAIT1') {
        s = 'LAST_ACK';
        show();
      }
    } else if (s === 'CLOSE_WAIT') {
      s = 'LAST_ACK';
      show();
    } else {
      show('red');
    }
    if (p === 'FIN_WAIT1') {
      p = 'FIN_WAIT2';
      show();
    } else if (p !== 'ESTABLISHED' && p !== 'FIN_WAIT2') {
      show('red');
    }
  } else if (flags === RST || flags === (RST | ACK)) {
    const afterClose =
      (s === 'CLOSE_WAIT' && (p === 'FIN_WAIT1' || p === 'FIN_WAIT2')) ||
      (p === 'CLOSE_WAIT' && (s === 'FIN_WAIT1' || s === 'FIN_WAIT2'));
    reset = afterClose ? 'after close' : 'break';
    s = 'CLOSED';
    p = 'CLOSED';
    show('red');
  } else {
    show('red');
  }
  return { sender: s, peer: p, shown, ...(colour && { colour }), ...(reset && { reset }) };
}
