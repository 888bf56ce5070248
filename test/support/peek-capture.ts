/**
 * One small capture of handshakes for tests of the command, in which every option of tcpeek changes something, and what should be
 * printed of it: the model's word.
 */
import type { ModelPacket } from '../model/model-packets.js';
import { PEEK_MODEL_DEFAULTS, type PeekModelOptions, peekText, tcpeekModel } from '../model/tcpeek-model.js';
import { type TcpFrameForm, tcpFrame } from './craft-frames.js';
import { unreachableFrame, withWrongChecksum } from './craft-unreachable.js';
import { writePcap } from './pcap-naive.js';

const START_SEC = 1_700_000_000;
export const ETHERNET = 1;
export const CLIENT = '10.0.0.1';
export const SERVER = '10.0.1.1';
/** In the same network as the server. */
export const NEIGHBOUR = '10.0.1.9';
export const SERVER_6 = 'fd00::2';

const SYN = 2;
const RST_ACK = 20;
const SYN_ACK = 18;
const ACK = 16;
type Step = 'SYN' | 'SYN/ACK' | 'ACK' | 'RST';

interface Ends {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
}

/** A segment of the connection `ends`, whose first SYN has sequence number 100. */
function formOf({ src, dst, sport, dport }: Ends, step: Step): TcpFrameForm {
  const common = { link: 'ether' as const, ipVersion: src.includes(':') ? (6 as const) : (4 as const) };
  const there = { ...common, src, dst, sport, dport };
  const back = { ...common, src: dst, dst: src, sport: dport, dport: sport };
  switch (step) {
    case 'SYN':
      return { ...there, seq: 100, ack: 0, flags: SYN };
    case 'SYN/ACK':
      return { ...back, seq: 900, ack: 101, flags: SYN_ACK };
    case 'ACK':
      return { ...there, seq: 101, ack: 901, flags: ACK };
    case 'RST':
      return { ...back, seq: 0, ack: 101, flags: RST_ACK };
  }
}

const at = (seconds: number): Pick<ModelPacket, 'sec' | 'nsec'> => ({
  sec: START_SEC + Math.floor(seconds),
  nsec: Math.round((seconds % 1) * 1000) * 1_000_000,
});

/** Steps a tenth of a second apart. */
export function played(ends: Ends, startSec: number, ...steps: readonly Step[]): ModelPacket[] {
  return steps.map((step, index) => ({ ...at(startSec + index / 10), ...tcpFrame(formOf(ends, step)) }));
}

const from = (sport: number, dport: number, dst = SERVER): Ends => ({ src: CLIENT, dst, sport, dport });

function badSum(packet: ModelPacket, damage: 'ip' | 'tcp'): ModelPacket {
  const frame = { captured: packet.captured, wireLength: packet.wireLength, linkType: packet.linkType };
  return { ...packet, ...withWrongChecksum(frame, { link: 'ether', ipVersion: 4 }, damage) };
}

function unreachable(ends: Ends, seconds: number): ModelPacket {
  return { ...at(seconds), ...unreachableFrame({ about: formOf(ends, 'SYN'), type: 3, code: 3 }) };
}

/** Ten seconds of connections: each to a port of its own, named for what is special about it. */
function connections(): ModelPacket[] {
  const badIp = played(from(40005, 84), 4, 'SYN', 'SYN/ACK', 'ACK');
  const badTcp = played(from(40006, 85), 5, 'SYN', 'SYN/ACK', 'ACK');
  const outgoing = { src: SERVER, dst: CLIENT, sport: 40007, dport: 8080 };
  const over6 = { src: 'fd00::1', dst: SERVER_6, sport: 40010, dport: 80 };
  const packets = [
    ...played(from(40001, 80), 0, 'SYN', 'SYN', 'SYN/ACK', 'SYN/ACK', 'ACK'),
    ...played(from(40002, 81), 1, 'SYN', 'RST'),
    ...played(from(40003, 82), 2, 'SYN'),
    ...played(from(40004, 83), 3, 'SYN'),
    unreachable(from(40004, 83), 3.1),
    ...[badSum(badIp[0], 'ip'), ...badIp.slice(1)],
    ...[...badTcp.slice(0, 2), badSum(badTcp[2], 'tcp')],
    ...played(outgoing, 6, 'SYN', 'SYN/ACK', 'ACK'),
    ...played(from(40009, 80, NEIGHBOUR), 7, 'SYN', 'RST'),
    ...played(over6, 8, 'SYN', 'SYN/ACK', 'ACK'),
    // A sequence number that does not fit, and no end.
    ...played(from(40008, 86), 9, 'SYN', 'SYN'),
  ];
  const last = packets[packets.length - 1];
  last.captured.set(tcpFrame({ ...formOf(from(40008, 86), 'SYN'), seq: 5555 }).captured);
  return packets;
}

export const PEEK_PACKETS: readonly ModelPacket[] = connections();

/** As a file. */
export const peekFile = (packets: readonly ModelPacket[] = PEEK_PACKETS): Uint8Array =>
  writePcap(packets, { linkType: ETHERNET });

/** What should be printed. */
export interface Printed {
  /** Head and lines. */
  readonly lines: string;
  readonly summary: string;
  /** Messages about packets, by their kind. */
  readonly notes: readonly string[];
}

export function printedOf(
  options: Partial<PeekModelOptions> = {},
  packets: readonly ModelPacket[] = PEEK_PACKETS,
): Printed {
  const all = { ...PEEK_MODEL_DEFAULTS, ...options };
  const result = tcpeekModel(packets, all);
  const text = peekText(result, all.icmp);
  const start = text.indexOf('\n========== TCPEEK');
  return { lines: text.slice(0, start), summary: text.slice(start), notes: result.notes.map(({ what }) => what) };
}
