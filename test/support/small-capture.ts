/**
 * One small capture for tests of the program as a whole, where what matters is the file and not the traffic:
 * every packet leaves something in the output, and every byte's place is known.
 */
import type { ModelPacket } from '../model/miruo-model.js';
import { tcpFrame } from './craft.js';
import { writePcap } from './pcap-naive.js';

export const FILE_HEADER_BYTES = 24;
export const RECORD_HEADER_BYTES = 16;
/** IPv4 and TCP header without options, raw link layer. */
export const FRAME_BYTES = 40;
export const RECORD_BYTES = RECORD_HEADER_BYTES + FRAME_BYTES;
export const RAW_LINK_TYPE = 101;

const SYN = 2;
const RST = 4;
const ACK = 16;

/** With these, each packet of `connection` shows: a session still open is printed too, resets are. */
export const SHOW_ALL: readonly string[] = ['--unfinished', '--all', '--rst', '2'];

/** SYN, then SYN+ACK, then RST+ACK, a tenth of a second apart; `host` tells several connections apart. */
export function connection(host = 1, packets = 3): ModelPacket[] {
  const client = { src: `10.0.0.${host}`, dst: '10.0.1.1', sport: 40000, dport: 80 };
  const server = { src: client.dst, dst: client.src, sport: client.dport, dport: client.sport };
  const segments = [
    { ...client, seq: 100, ack: 0, flags: SYN },
    { ...server, seq: 900, ack: 101, flags: SYN | ACK },
    { ...server, seq: 901, ack: 101, flags: RST | ACK },
  ];
  return segments.slice(0, packets).map((segment, index) => ({
    sec: 1_700_000_000 + host,
    nsec: index * 100_000_000,
    ...tcpFrame({ link: 'raw', ipVersion: 4, ...segment }),
  }));
}

/** The connection as a file. */
export function connectionFile(host = 1, packets = 3, linkType = RAW_LINK_TYPE): Uint8Array {
  return writePcap(connection(host, packets), { linkType });
}
