/**
 * What is answered to those who ask for the counts of a run. Owns the two forms, which programs of others take apart: every byte of
 * them counts.
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

/** Answer to GET: all that was counted so far, with the packets behind it. One line without a newline. */
export function renderCounts(filters: readonly FilterCounts[], packets: PacketCounts): string {
  const elements = filters.map(({ name, counts }) =>
    // The space is the original's.
    filterText(name, counts, counts[COUNT_REJECT], `, "unreach":${counts[COUNT_UNREACH]}`),
  );
  const { received, dropped, droppedByInterface } = packets;
  elements.push(`{"pcap":{"stats":{"recv":${received},"drop":${dropped},"ifdrop":${droppedByInterface}}}}`);
  return `[${elements.join(',')}]`;
}

/**
 * Answer to REFRESH: what was counted since `before`, the figures of the same filters then (none of a filter: since the beginning).
 * Unreachable hosts and ports are among the rejects. One line without a newline.
 */
export function renderRefresh(filters: readonly FilterCounts[], before: readonly ArrayLike<number>[]): string {
  const elements = filters.map(({ name, counts }, index) => {
    const then = before[index];
    const since = then === undefined ? counts : Array.from(counts, (count, place) => count - then[place]);
    return filterText(name, since, since[COUNT_REJECT] + since[COUNT_UNREACH], '');
  });
  return `[${elements.join(',')}]`;
}

function filterText(name: string, counts: ArrayLike<number>, rejects: number, more: string): string {
  const success = `"total":${counts[COUNT_SUCCESS]},"dupsyn":${counts[COUNT_DUP_SYN]},"dupsynack":${counts[COUNT_DUP_SYNACK]}`;
  const failure = `"total":${counts[COUNT_FAILURE]},"timeout":${counts[COUNT_TIMEOUT]},"reject":${rejects}${more}`;
  return `{${JSON.stringify(name)}:{"success":{${success}},"failure":{${failure}}}}`;
}
