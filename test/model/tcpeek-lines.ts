/**
 * What tcpeek's model prints (tcpeek.md section 4). Times are nanoseconds since the epoch, shown in local time.
 */
import {
  COUNT_DUP_SYN,
  COUNT_DUP_SYNACK,
  COUNT_FAILURE,
  COUNT_REJECT,
  COUNT_SUCCESS,
  COUNT_TIMEOUT,
  COUNT_UNREACH,
  type FilterCounts,
} from '../../src/tcpeek/counts.js';
import type { Ends } from './tcpeek-packets.js';

export type Outcome = 'success' | 'timeout' | 'reject' | 'unreach' | 'unknown';

export interface EndedSession {
  readonly ends: Ends;
  readonly firstNs: bigint;
  readonly endNs: bigint;
  readonly dupSyn: number;
  readonly dupSynAck: number;
}

/** What a summary is made of. */
export interface Summed {
  readonly filters: readonly FilterCounts[];
  readonly received: number;
  readonly firstNs: bigint;
  readonly latestNs: bigint;
}

export const HEAD = [
  ' TIME(s) |       TIMESTAMP       |      SRC IP:PORT            DST IP:PORT     |      RESULTS      | DUP SYN  DUP S/A ',
  '-'.repeat(118),
];

const RESULTS: Record<Outcome, string> = {
  success: '     success     ',
  timeout: 'failure (timeout)',
  reject: 'failure (reject) ',
  unreach: 'failure (unreach)',
  unknown: 'failure (unknown)',
};

export function sessionLine({ ends, firstNs, endNs, dupSyn, dupSynAck }: EndedSession, outcome: Outcome): string {
  const [source, destination] = [
    [ends.src, ends.sport],
    [ends.dst, ends.dport],
  ].map(([address, port]) => endText(address as Ends['src'], port as number));
  const time = `${dateText(firstNs).slice(2)}.${String((firstNs / 1_000_000n) % 1000n).padStart(3, '0')}`;
  const repeats = `${String(dupSyn).padStart(7)}  ${String(dupSynAck).padStart(7)} `;
  return `${secondsText(endNs - firstNs, 4)} | ${time} | ${source} ${destination} | ${RESULTS[outcome]} | ${repeats}`;
}

/** The summary, which begins with an empty line. */
export function summaryLines({ filters, received, firstNs, latestNs }: Summed, icmp: boolean): string[] {
  const rule = '-'.repeat(36);
  return [
    ...['', '========== TCPEEK SUMMARY =========='],
    `     from : ${dateText(firstNs)}`,
    `       to : ${dateText(latestNs)}`,
    `     time : ${secondsText(latestNs - firstNs, 9)} (sec)`,
    rule,
    ...filters.flatMap(({ name, counts }) => [...filterLines(name, counts, icmp), rule]),
    ...[' pcap stats', `   recv   : ${received}`, '   drop   : 0', '   ifdrop : 0', '='.repeat(36)],
  ];
}

function filterLines(name: string, counts: ArrayLike<number>, icmp: boolean): string[] {
  const row = (what: string, place: number): string => `     ${what} : ${String(counts[place]).padStart(6)}`;
  return [
    ` ${name}`,
    `   Success: ${counts[COUNT_SUCCESS]} session`,
    row('SYN Segment Duplicate', COUNT_DUP_SYN),
    row('S/A Segment Duplicate', COUNT_DUP_SYNACK),
    `   Failure: ${counts[COUNT_FAILURE]} session`,
    row('Connection Timed Out ', COUNT_TIMEOUT),
    row('Connection Rejected  ', COUNT_REJECT),
    ...(icmp ? [row('ICMP Unreachable     ', COUNT_UNREACH)] : []),
  ];
}

/** IPv6 in brackets; what is wider than its column moves what follows. */
function endText(address: Ends['src'], port: number): string {
  const text = address.version === 4 ? address.text : `[${address.text}]`;
  return `${text.padStart(15)}:${String(port).padEnd(5)}`;
}

/** `%Nd.%03d`, cut towards 0; the sign of a negative one, which the reference outputs do not have, is before the seconds. */
function secondsText(ns: bigint, width: number): string {
  const ms = (ns < 0n ? -ns : ns) / 1_000_000n;
  const sign = ns < 0n && ms > 0n ? '-' : '';
  return `${`${sign}${ms / 1000n}`.padStart(width)}.${String(ms % 1000n).padStart(3, '0')}`;
}

/** YYYY-MM-DD HH:MM:SS. */
function dateText(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000_000n) * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
