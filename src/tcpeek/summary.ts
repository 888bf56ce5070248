/**
 * The summary of handshakes at the end of a run. Owns its text (section 4 of the behaviour).
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
  type PacketCounts,
} from './counts.js';

/** A moment: seconds since 1970, nanoseconds. */
interface SummaryTime {
  readonly sec: number;
  readonly nsec: number;
}

/** What a summary shows. */
export interface SummaryFigures {
  /** Time of the first packet that counts, and the latest; undefined without one. */
  readonly first: SummaryTime | undefined;
  readonly latest: SummaryTime | undefined;
  readonly filters: readonly FilterCounts[];
  readonly packets: PacketCounts;
  /** Whether ICMP messages were looked at. */
  readonly hasUnreach: boolean;
}

const EPOCH: SummaryTime = { sec: 0, nsec: 0 };
const LINE = '------------------------------------';

const two = (value: number): string => String(value).padStart(2, '0');
const six = (value: number): string => String(value).padStart(6);

/** The summary, first line empty, last line ended; times are local. */
export function renderSummary({ first = EPOCH, latest = EPOCH, filters, packets, hasUnreach }: SummaryFigures): string {
  const borrow = latest.nsec < first.nsec ? 1 : 0;
  const sec = latest.sec - first.sec - borrow;
  const ms = Math.floor((latest.nsec - first.nsec + borrow * 1e9) / 1e6);
  return `
========== TCPEEK SUMMARY ==========
     from : ${dateAndTime(first.sec)}
       to : ${dateAndTime(latest.sec)}
     time : ${String(sec).padStart(9)}.${String(ms).padStart(3, '0')} (sec)
${LINE}
${filters.map((filter) => renderFilter(filter, hasUnreach)).join('')} pcap stats
   recv   : ${packets.received}
   drop   : ${packets.dropped}
   ifdrop : ${packets.droppedByInterface}
====================================
`;
}

function renderFilter({ name, counts }: FilterCounts, hasUnreach: boolean): string {
  const unreach = hasUnreach ? `     ICMP Unreachable      : ${six(counts[COUNT_UNREACH])}\n` : '';
  return ` ${name}
   Success: ${counts[COUNT_SUCCESS]} session
     SYN Segment Duplicate : ${six(counts[COUNT_DUP_SYN])}
     S/A Segment Duplicate : ${six(counts[COUNT_DUP_SYNACK])}
   Failure: ${counts[COUNT_FAILURE]} session
     Connection Timed Out  : ${six(counts[COUNT_TIMEOUT])}
     Connection Rejected   : ${six(counts[COUNT_REJECT])}
${unreach}${LINE}
`;
}

/** YYYY-MM-DD HH:MM:SS, in local time. */
function dateAndTime(sec: number): string {
  const date = new Date(sec * 1000);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
