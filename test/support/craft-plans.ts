/**
 * What traffic can be made of: the tables that details are chosen from, and the shape of a plan.
 */

import type { Link } from './craft-frames.js';

export const OPENINGS = [
  ...['full', 'full', 'full', 'full', 'full', 'full', 'ece', 'ece', 'eceFallback', 'synOnly', 'synAckOnly'],
  ...['simultaneous', 'ackMissing', 'synAckFirst', 'synSynAckTwice', 'finInHandshake', 'none'],
] as const;
export const CLOSINGS = [
  ...['client', 'client', 'client', 'server', 'server', 'both', 'halfClose', 'reset', 'resetAck', 'resetAfterFin'],
  ...['resetAfterFinWait2', 'finOnly', 'finOnlyAnswered', 'finOnlyBoth', 'finAckNoAck', 'resetPeer', 'lateFin', 'none'],
] as const;
export const PERTURBATIONS = [
  ...[
    'repeat',
    'repeat',
    'repeat',
    'repeat',
    'repeat',
    'repeat',
    'repeatOtherOptions',
    'repeatOtherSize',
    'ack',
    'data',
  ],
  ...['synAgain', 'synOther', 'synEce', 'synPeer', 'synAck', 'fin', 'finAck', 'reset', 'resetAck', 'odd', 'odd'],
  ...['fragment', 'laterFragment', 'timeBack', 'gap', 'gap', 'snap', 'badOffset', 'badOptions', 'otherProtocol'],
  ...['ipOptions', 'overSecond', 'sameInstant', 'extensions', 'window'],
] as const;
export const PACES_US = [0, 40, 900, 20_000, 49_999, 51_000, 150_000, 700_000, 3_000_000, 29_000_000] as const;
export const GAPS_S = [20, 29, 30, 31, 32, 60, 120, 899, 900, 901, 902, 1000] as const;
/** Times from an original to its repetition, on both sides of the limits that options name (1, 1000 ms). */
export const REPEAT_DELAYS_US = [
  ...[0, 300, 999, 1000, 1001, 30_000, 200_000, 999_000, 999_999, 1_000_000],
  ...[1_000_001, 1_000_999, 1_001_000, 2_500_000, 7_000_000, 31_500_000, -400],
] as const;
export const ODD_FLAGS = [
  ...[0x00, 0x03, 0x06, 0x07, 0x20, 0x08, 0x30, 0x05, 0xff, 0x13, 0x16, 0x15, 0x50, 0x90, 0xd0, 0x22, 0x0a, 0x42],
] as const;

type Perturbation = (typeof PERTURBATIONS)[number];

export interface PlannedPerturbation {
  what: Perturbation;
  /** Where in the script: a share of its length, in 256ths. */
  at: number;
  side: 0 | 1;
  /** A number to choose details from. */
  knob: number;
}

export interface Conversation {
  client: number;
  server: number;
  clientPort: number;
  serverPort: number;
  ipVersion: 4 | 6;
  vlanDepth: number;
  /** Both ends the same address and port. */
  land: boolean;
  startUs: number;
  opening: (typeof OPENINGS)[number];
  /** How many times something is said and acknowledged. */
  exchanges: number;
  closing: (typeof CLOSINGS)[number];
  pace: number;
  perturbations: PlannedPerturbation[];
  /** Of what the script leaves open: sizes, sequence numbers, small differences of time. */
  seed: number;
}

export interface TrafficPlan {
  link: Link;
  startSec: number;
  conversations: Conversation[];
}

export const START_SECONDS = [1_700_000_000, 100_000, 2 ** 31 - 20, 4_294_800_000] as const;
export const HOSTS_4 = ['10.0.0.1', '10.0.0.2', '192.168.100.200', '9.9.9.9'];
export const HOSTS_6 = ['fd00::1', '2001:db8::1:0:0:1', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff', '::1'];
export const CLIENT_PORTS = [40_000, 65_535, 1024, 7];
export const SERVER_PORTS = [80, 443, 40_000, 8080];
