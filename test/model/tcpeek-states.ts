/**
 * The states of a handshake in tcpeek's model (tcpeek.md section 3): what each segment does to them, and which rule that was.
 */
import type { Segment } from './tcpeek-packets.js';

export type PeekState = 'CLOSED' | 'LISTEN' | 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED';

export interface Handshake {
  /** Of the side that sent the first SYN, and the other. */
  readonly states: [PeekState, PeekState];
  /** The last ones remembered of each side; 0 of one that has said nothing that was accepted. */
  readonly seq: [number, number];
  readonly ack: [number, number];
  dupSyn: number;
  dupSynAck: number;
}

/** What a segment of a session was. Those that begin with what is told of them are told. */
export type PeekRule =
  | `duplicate connection: ${string}`
  | `sequence error: ${string}`
  | 'repeated SYN'
  | 'SYN of the other side'
  | 'SYN/ACK'
  | 'SYN/ACK of one that sent a SYN'
  | 'repeated SYN/ACK'
  | 'ACK establishes from SYN_SENT'
  | 'ACK establishes from SYN_RECV'
  | 'RST'
  | 'RST+ACK'
  | 'FIN'
  | 'other flags';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

export function newHandshake({ seq, ack }: Segment): Handshake {
  return { states: ['SYN_SENT', 'LISTEN'], seq: [seq, 0], ack: [ack, 0], dupSyn: 0, dupSynAck: 0 };
}

/**
 * A segment of side `self`. Of what is refused, reference outputs show only SYNs of the other side; the rest is by the page alone.
 * Other flags than these four are not looked at, ECE and CWR of a SYN neither.
 */
export function changeStates(handshake: Handshake, self: 0 | 1, segment: Segment): PeekRule {
  const { states } = handshake;
  switch (segment.flags & (FIN | SYN | RST | ACK)) {
    case SYN:
      return syn(handshake, self, segment);
    case SYN | ACK:
      return synAck(handshake, self, segment);
    case ACK:
      return ack(handshake, self, segment);
    case RST:
    case RST | ACK:
      states.fill('CLOSED');
      return (segment.flags & ACK) === 0 ? 'RST' : 'RST+ACK';
    case FIN:
    case FIN | ACK:
      return 'FIN';
    default:
      return 'other flags';
  }
}

function syn(handshake: Handshake, self: 0 | 1, segment: Segment): PeekRule {
  const { states } = handshake;
  if (states[self] === 'LISTEN') {
    if (!acknowledges(handshake, self, segment)) return 'duplicate connection: wrong ack from LISTEN';
    // Its numbers are remembered, since a SYN/ACK that follows is compared with them.
    remember(handshake, self, segment);
    states[self] = 'SYN_SENT';
    return 'SYN of the other side';
  }
  if (states[self] === 'SYN_SENT') {
    if (!isAsBefore(handshake, self, segment)) return 'duplicate connection: other numbers';
    handshake.dupSyn++;
    return 'repeated SYN';
  }
  return 'duplicate connection: after SYN/ACK';
}

function synAck(handshake: Handshake, self: 0 | 1, segment: Segment): PeekRule {
  const { states } = handshake;
  if (states[self] === 'LISTEN') {
    if (!acknowledges(handshake, self, segment)) return 'sequence error: SYN/ACK from LISTEN';
    remember(handshake, self, segment);
    states[self] = 'SYN_RECV';
    return 'SYN/ACK';
  }
  if (states[self] === 'SYN_SENT') {
    const isRight = segment.seq === handshake.seq[self] && acknowledges(handshake, self, segment);
    if (!isRight) return 'sequence error: SYN/ACK from SYN_SENT';
    // With its ack too, which a repetition is compared with.
    remember(handshake, self, segment);
    states[self] = 'SYN_RECV';
    return 'SYN/ACK of one that sent a SYN';
  }
  if (!isAsBefore(handshake, self, segment)) return 'sequence error: SYN/ACK from SYN_RECV';
  handshake.dupSynAck++;
  return 'repeated SYN/ACK';
}

/** One side's ACK is enough for both. */
function ack(handshake: Handshake, self: 0 | 1, segment: Segment): PeekRule {
  const { states, seq } = handshake;
  const before = states[self];
  if (before !== 'SYN_SENT' && before !== 'SYN_RECV') return 'sequence error: ACK from LISTEN';
  const refusedSeq = before === 'SYN_SENT' ? seq[self] : plusOne(seq[self]);
  if (segment.seq === refusedSeq && acknowledges(handshake, self, segment)) return `sequence error: ACK from ${before}`;
  states.fill('ESTABLISHED');
  return before === 'SYN_SENT' ? 'ACK establishes from SYN_SENT' : 'ACK establishes from SYN_RECV';
}

/** Of a peer that has said nothing yet, 1. */
function acknowledges({ seq }: Handshake, self: 0 | 1, segment: Segment): boolean {
  return segment.ack === plusOne(seq[1 - self]);
}

function isAsBefore({ seq, ack }: Handshake, self: 0 | 1, segment: Segment): boolean {
  return segment.seq === seq[self] && segment.ack === ack[self];
}

function remember({ seq, ack }: Handshake, self: 0 | 1, segment: Segment): void {
  seq[self] = segment.seq;
  ack[self] = segment.ack;
}

function plusOne(number: number): number {
  return (number + 1) % 2 ** 32;
}
