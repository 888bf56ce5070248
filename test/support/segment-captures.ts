/**
 * Captures of bare segments: IPv4 over the raw link layer, nothing captured of payloads. Every session has two hosts of its own.
 */
import { Random } from './random.js';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

export interface Segment {
  readonly session: number;
  /** 1: the server sends it. */
  readonly side: number;
  readonly nsec: bigint;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly length: number;
  /** Bytes of options, a multiple of 4. */
  readonly options?: readonly number[];
  /** Identification of IP; otherwise its number in the capture. */
  readonly id?: number;
}

const SERVER_PORT = 80;
const CLIENT_PORT = 40_000;

/** The capture as a pcap file with nanoseconds. */
export function segmentCapture(segments: readonly Segment[]): Uint8Array {
  const parts: Uint8Array[] = [fileHeader()];
  for (const [index, segment] of segments.entries()) parts.push(record(segment, index + 1));
  return Buffer.concat(parts);
}

function fileHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, 0xa1b23c4d, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 101, true);
  return new Uint8Array(view.buffer);
}

function record(segment: Segment, number: number): Uint8Array {
  const { options = [] } = segment;
  const captured = 40 + options.length;
  const view = new DataView(new ArrayBuffer(16 + captured));
  view.setUint32(0, Number(segment.nsec / 1_000_000_000n), true);
  view.setUint32(4, Number(segment.nsec % 1_000_000_000n), true);
  view.setUint32(8, captured, true);
  view.setUint32(12, captured + segment.length, true);
  view.setUint16(16, 0x4500);
  view.setUint16(18, captured + segment.length);
  view.setUint16(20, (segment.id ?? number) & 0xffff);
  view.setUint16(24, 0x4006);
  const hosts = [0x0a000000 + segment.session, 0x0b000000 + segment.session];
  view.setUint32(28, hosts[segment.side]);
  view.setUint32(32, hosts[segment.side ^ 1]);
  const ports = [CLIENT_PORT, SERVER_PORT];
  view.setUint16(36, ports[segment.side]);
  view.setUint16(38, ports[segment.side ^ 1]);
  view.setUint32(40, segment.seq >>> 0);
  view.setUint32(44, segment.ack >>> 0);
  view.setUint16(48, ((5 + options.length / 4) << 12) | segment.flags);
  view.setUint16(50, segment.window);
  new Uint8Array(view.buffer).set(options, 56);
  return new Uint8Array(view.buffer);
}

const START_NSEC = 1_700_000_000_000_000_000n;
const STARTS = [0, 1, 2, 0xffffffff, 0xffffff38, 0x7fffff00, 1_000_000] as const;
const LENGTHS = [0, 0, 0, 1, 1, 2, 100, 100, 1460] as const;
const WINDOWS = [0, 0, 1, 100, 1000, 65_535] as const;
const SHIFTS = [-1, -1, 0, 1, 7, 14, 15, 255] as const;
const FLAGS = [...Array<number>(24).fill(ACK), PSH | ACK, FIN | ACK, FIN, RST, RST | ACK, 0, SYN, SYN | ACK, SYN | FIN];
const PAUSES_NSEC = [
  ...[0, 1, 1000, 100_000, 100_000, 1_000_000, 2_999_999, 3_000_000, 3_000_001, 10_000_000],
  ...[19_999_999, 20_000_000, 20_000_001, 100_000_000, 1_000_000_000, -1_000_000],
] as const;

interface Side {
  next: number;
  ack: number;
  window: number;
  /** Sequence numbers that it began segments with. */
  used: number[];
}

/** Segments of `sessions` sessions one after the other, of `each` packets or more: whatever hosts may do, and what none does. */
export function drawSegments(seed: number, sessions: number, each: number): Segment[] {
  const random = new Random(seed);
  const segments: Segment[] = [];
  for (let session = 1; session <= sessions; session++) drawSession(random, session, each, segments);
  return segments;
}

function drawSession(random: Random, session: number, each: number, into: Segment[]): void {
  const sides: Side[] = [0, 1].map(() => {
    const start = random.below(3) === 0 ? random.pick(STARTS) : random.below(2 ** 32);
    return { next: start, ack: 0, window: 1000, used: [start] };
  });
  let nsec = START_NSEC + BigInt(session) * 10_000_000n;
  const pauses = random.below(2) === 0 ? PAUSES_NSEC : PAUSES_NSEC.slice(0, 6);
  const send = (side: number, form: Pick<Segment, 'seq' | 'ack' | 'flags' | 'window' | 'length' | 'options'>): void => {
    nsec += BigInt(random.pick(pauses));
    into.push({ session, side, nsec, ...form });
    const own = sides[side];
    const end = (form.seq + form.length + ((form.flags & (SYN | FIN)) !== 0 ? 1 : 0)) >>> 0;
    if (((end - own.next) | 0) > 0) own.next = end;
    own.ack = form.ack;
    own.window = form.window;
    own.used.push(form.seq);
  };
  if (random.below(4) > 0) {
    const [client, server] = sides;
    const opening = { window: random.pick(WINDOWS), length: 0 };
    if (random.below(8) > 0) send(0, { ...opening, seq: client.next, ack: 0, flags: SYN, options: synOptions(random) });
    const answer = { seq: server.next, ack: client.next, flags: SYN | ACK, options: synOptions(random) };
    if (random.below(8) > 0) send(1, { ...opening, ...answer });
    if (random.below(8) > 0) send(0, { ...opening, seq: client.next, ack: server.next, flags: ACK, options: [] });
  }
  for (let packet = 0; packet < each; packet++) {
    const side = random.below(2);
    const form = drawSegment(random, sides[side], sides[side ^ 1]);
    // Runs of the same, as duplicate ACKs come.
    const times = random.below(6) === 0 ? 1 + random.below(4) : 1;
    for (let time = 0; time < times; time++) send(side, form);
  }
}

function drawSegment(random: Random, own: Side, other: Side): Omit<Segment, 'session' | 'side' | 'nsec'> {
  let length: number = random.pick(LENGTHS);
  const flags = random.pick(FLAGS);
  const seqs = [own.next, own.next, own.next, own.next, own.next, own.next - 1, own.next - length];
  seqs.push(own.next + random.pick([1, 2, 100, 1460]), other.ack, random.pick(own.used), own.next - random.below(3000));
  const seq = random.pick(seqs) >>> 0;
  if (random.below(12) === 0) {
    const left = (other.ack + other.window - seq) >>> 0;
    if (left < 3000) length = left;
  }
  const acks = [own.ack, own.ack, own.ack, own.ack, other.next, other.next, other.next];
  acks.push(random.pick(other.used), other.next + random.pick([1, 100, 1460]), 0);
  const window = random.below(3) > 0 ? own.window : random.pick(WINDOWS);
  const options = (flags & SYN) === 0 ? [] : synOptions(random);
  return { seq, ack: random.pick(acks) >>> 0, flags, window, length, options };
}

/** MSS, and a shift of the window if it is one. */
function synOptions(random: Random): number[] {
  const shift = random.pick(SHIFTS);
  return shift < 0 ? [2, 4, 5, 180] : [2, 4, 5, 180, 1, 3, 3, shift];
}
