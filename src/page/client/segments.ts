/**
 * The segments of one session, with numbers that count from its beginning. Pure.
 */
import { SYMPTOMS } from '../../analysis/symptoms.js';
import type { PageSegments } from '../page-data.js';
import { type Column, columnOf } from './unpack.js';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;
const FLAGS: readonly (readonly [number, string])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
  [URG, 'URG'],
  [64, 'ECE'],
  [128, 'CWR'],
];

export interface Segments {
  readonly told: PageSegments;
  readonly length: number;
  readonly time: Column;
  readonly side: Column;
  readonly flags: Column;
  readonly seq: Column;
  readonly ack: Column;
  readonly payload: Column;
  readonly window: Column;
  readonly symptoms: Column;
  /** Sequence number that each side counts from; null where nothing tells. */
  readonly bases: readonly [number | null, number | null];
}

export function readSegments(told: PageSegments): Segments {
  const columns = {
    time: columnOf(told.time),
    side: columnOf(told.side),
    flags: columnOf(told.flags),
    seq: columnOf(told.seq),
    ack: columnOf(told.ack),
    payload: columnOf(told.payload),
    window: columnOf(told.window),
    symptoms: columnOf(told.symptoms),
  };
  return { told, length: told.length, ...columns, bases: [baseOf(columns, 0), baseOf(columns, 1)] };
}

type Numbers = Pick<Segments, 'side' | 'flags' | 'seq' | 'ack'>;

/** That of a SYN; else one before the first number, sent or acknowledged. */
function baseOf({ side, flags, seq, ack }: Numbers, of: number): number | null {
  for (let row = 0; row < side.length; row++) {
    if (side[row] === of) return flags[row] & SYN ? seq[row] : (seq[row] - 1) >>> 0;
    if (flags[row] & ACK) return (ack[row] - 1) >>> 0;
  }
  return null;
}

/** Distance of two sequence numbers; a little before the base is negative. */
const distance = (number: number, base: number | null): number => {
  const ahead = (number - (base ?? 0)) >>> 0;
  return ahead > 0xffff0000 ? ahead - 2 ** 32 : ahead;
};

export const seqOf = (segments: Segments, row: number): number =>
  distance(segments.seq[row], segments.bases[segments.side[row]]);
export const ackOf = (segments: Segments, row: number): number =>
  distance(segments.ack[row], segments.bases[1 - segments.side[row]]);

export function flagsText(flags: number): string {
  const names = FLAGS.filter(([bit]) => flags & bit).map(([, name]) => name);
  return names.length === 0 ? 'none' : names.join(' ');
}

/** Names of a set of symptoms, as of a record. */
export const symptomNames = (set: number): (typeof SYMPTOMS)[number][] =>
  SYMPTOMS.filter((_, bit) => (set >>> bit) & 1);

/** How many are missing, all at one place. */
export const missing = ({ told, length }: Segments): number => told.total - length;
