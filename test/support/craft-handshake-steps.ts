/**
 * The words that plans of handshakes are made of: scripts, what may come between, forms of frames, gaps of time.
 */
import type { Link } from './craft-frames.js';

/** One segment of a script. S: SYN, A: ACK, R: RST, F: FIN, D: data; c: client, s: server; what comes after is an oddity. */
export const SCRIPTS = [
  ...[['c SYN', 's SYN/ACK', 'c ACK', 'c data', 's data', 'c FIN', 's FIN']],
  ...[['c SYN', 's SYN/ACK', 'c ACK']],
  ...[['c SYN', 's SYN/ACK', 'c data']],
  ...[['c SYN ECE', 's SYN/ACK ECE', 'c ACK']],
  ...[['c SYN', 'c SYN', 'c SYN', 's SYN/ACK', 's SYN/ACK', 'c ACK']],
  ...[['c SYN', 'c SYN ECE', 's SYN/ACK', 's SYN/ACK', 's RST']],
  ...[['c SYN']],
  ...[['c SYN', 's SYN/ACK']],
  ...[['c SYN', 's RST+ACK']],
  ...[['c SYN', 's SYN/ACK', 'c RST']],
  ...[['c SYN', 's SYN', 'c SYN/ACK', 's SYN/ACK', 'c ACK']],
  ...[['c SYN', 's SYN acking', 'c SYN/ACK', 'c SYN/ACK', 's ACK']],
  ...[['c SYN', 's SYN acking', 's SYN/ACK', 's SYN', 'c SYN/ACK', 'c ACK early', 'c ACK early']],
  ...[['c SYN', 's SYN/ACK', 's ACK', 's ACK odd']],
  ...[['c SYN', 's SYN/ACK', 'c ACK early', 'c ACK']],
  ...[['c SYN', 'c ACK early', 's ACK', 'c FIN', 's FIN', 'c ACK odd']],
  ...[['c SYN', 'c unreachable']],
  ...[['c SYN', 's SYN/ACK', 's unreachable']],
  ...[['c data', 's data', 's SYN/ACK', 'c ACK']],
] as const;

export type Line = (typeof SCRIPTS)[number][number];

/** What may come in place of the next line of a script. */
export const WHATS = [
  ...[
    'SYN',
    'SYN with other numbers',
    'SYN with wrong ack',
    'SYN and PSH',
    'SYN and URG',
    'SYN and RST',
    'SYN and FIN',
  ],
  ...[
    'SYN/ACK',
    'SYN/ACK with wrong ack',
    'SYN/ACK with other numbers',
    'ACK',
    'ACK odd',
    'RST',
    'RST+ACK',
    'FIN',
    'no flags',
  ],
  ...['PSH', 'all flags', 'data', 'other numbers', 'other protocol', 'garbage'],
  ...['unreachable', 'unreachable cut', 'unreachable with another code', 'unreachable about a later fragment'],
  ...['unreachable as a later fragment', 'unreachable about another protocol', 'unreachable snapped', 'script again'],
] as const;

/** How the frame is made. Those for another version than the pair's change nothing. */
export const FORMS = [
  ...[
    'plain',
    'vlan',
    'two vlans',
    'padded',
    'snapped in TCP',
    'snapped behind TCP',
    'snapped in IP',
    'no length',
    'options',
  ],
  ...[
    'wrong IP checksum',
    'wrong TCP checksum',
    'wrong checksums',
    'wrong TCP checksum',
    'first fragment',
    'later fragment',
    'IP options',
  ],
  ...['extensions', 'routing', 'authentication', 'bad offset'],
] as const;

const MS = 1_000_000;
const SECOND = 1000 * MS;

/** From packet to packet; `NaN`: to the next whole second. Small ones are many, so that handshakes come to their ends. */
export const GAPS_NS = [
  ...[0, 1, 999, 1000, 40_000, 300_000, 999_999, MS, 1_000_001, 15 * MS, 15 * MS, 40_000, 300_000, 20_500_000, 7 * MS],
  ...[0, 1, 999, 1000, 40_000, 300_000, 999_999, MS, 1_000_001, 15 * MS, 15 * MS, 40_000, 300_000, 20_500_000, 7 * MS],
  ...[0, 1, 999, 1000, 40_000, 300_000, 999_999, MS, 1_000_001, 15 * MS, 15 * MS, 40_000, 300_000, 20_500_000, 7 * MS],
  ...[700 * MS, SECOND - 1, SECOND, SECOND + 1, Number.NaN, Number.NaN, 3 * SECOND, 5 * SECOND, 21 * SECOND],
  ...[
    60 * SECOND - 1,
    60 * SECOND,
    200 * SECOND,
    -1,
    -400 * MS,
    -SECOND,
    -2 * SECOND,
    -5 * SECOND,
    -30 * SECOND,
    -300 * SECOND,
  ],
] as const;

export interface HandshakeStep {
  /** Of the pairs of the plan, counted round. */
  readonly pair: number;
  readonly what: (typeof WHATS)[number] | 'next';
  /** What the pair plays when it has come to an end. */
  readonly script: number;
  /** Who says it, where no script says so. */
  readonly side: 0 | 1;
  readonly form: (typeof FORMS)[number];
  readonly gap: number;
  /** A number to choose details from. */
  readonly knob: number;
}

export interface HandshakePlan {
  readonly link: Link;
  readonly startNsec: number;
  readonly pairs: number;
  readonly steps: readonly HandshakeStep[];
}
