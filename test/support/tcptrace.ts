/**
 * What tcptrace says of the connections of a capture, and, of what its figures hold beside ours, the round trips of FINs, which tshark tells.
 */
import { spawnSync } from 'node:child_process';
import { parseIp6 } from '../../src/filter/address-text.js';
import { ipv6Text } from '../../src/wire/address.js';

const MOST_OUTPUT_BYTES = 1 << 28;

/** What one side of a connection sent. */
export interface TracedSide {
  /** Address and port, with a space between them. */
  readonly from: string;
  readonly packets: number;
  readonly payloadBytes: number;
  readonly uniqueBytes: number;
  /** Data that was seen before, that comes late but was not seen before, that probes a window of 0. */
  readonly repeatedPackets: number;
  readonly latePackets: number;
  readonly probes: number;
  /** Only the segment whose end an ACK names gives one; SYN and FIN give some too. */
  readonly rttSamples: number;
  readonly rttMeanMs: number;
  /** Segments that an ACK of a later one covered. */
  readonly coveredSegments: number;
}

export type TracedConnection = readonly [TracedSide, TracedSide];

/** The connections of the capture at `path`, in the order in which they began; undefined where tcptrace cannot read it. */
export function connectionsByTcptrace(path: string): TracedConnection[] | undefined {
  const args = ['-l', '-r', '-n', '--csv', path];
  const { stdout, status, error } = spawnSync('tcptrace', args, { encoding: 'latin1', maxBuffer: MOST_OUTPUT_BYTES });
  if (error !== undefined) throw error;
  if (status !== 0) return undefined;
  const lines = stdout.split('\n');
  const names = lines.find((line) => line.startsWith('conn_#'))?.split(',') ?? [];
  return lines
    .filter((line) => /^\d+,/.test(line))
    .map((line) => {
      const values = line.split(',').map((value) => value.trim());
      const row = new Map(names.map((name, index) => [name, values[index]]));
      return [sideOf(row, 'a', 'a2b'), sideOf(row, 'b', 'b2a')];
    });
}

function sideOf(row: ReadonlyMap<string, string>, host: string, direction: string): TracedSide {
  const figure = (name: string): number => Number(row.get(`${name}_${direction}`));
  return {
    from: `${addressOf(row.get(`host_${host}`)!)} ${row.get(`port_${host}`)}`,
    packets: figure('total_packets'),
    payloadBytes: figure('actual_data_bytes'),
    uniqueBytes: figure('unique_bytes_sent'),
    repeatedPackets: figure('rexmt_data_pkts'),
    latePackets: figure('outoforder_pkts'),
    probes: figure('zwnd_probe_pkts'),
    rttSamples: figure('RTT_samples'),
    rttMeanMs: figure('RTT_avg'),
    coveredSegments: figure('segs_cum_acked'),
  };
}

/** It writes `:0001` for `::1`. */
function addressOf(text: string): string {
  const words = text.includes(':') ? parseIp6(text.replace(/^:(?!:)/, '::')) : undefined;
  return words === undefined ? text : ipv6Text([...words]);
}

/**
 * Round trips, in milliseconds, of the FINs without payload that exactly one ACK names: by `SENDER RECEIVER`, both address and port. Of ports that were used
 * for several of these, none.
 */
export function finRoundTrips(path: string): ReadonlyMap<string, number> {
  const fields = ['frame.number', 'ip.src', 'ipv6.src', 'tcp.srcport', 'ip.dst', 'ipv6.dst', 'tcp.dstport']
    .concat('tcp.flags.fin', 'tcp.len', 'tcp.analysis.acks_frame', 'tcp.analysis.ack_rtt')
    .flatMap((name) => ['-e', name]);
  const shown = 'tcp.flags.fin == 1 || tcp.analysis.acks_frame';
  const args = ['-n', '-r', path, '-Y', shown, '-T', 'fields', '-E', 'occurrence=l', ...fields];
  const { stdout } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: MOST_OUTPUT_BYTES });
  const sent = new Map<string, string>();
  const found = new Map<string, number[]>();
  for (const line of stdout.split('\n')) {
    const [number, src4, src6, srcPort, dst4, dst6, dstPort, fin, length, acked, rttSec] = line.split('\t');
    const way = `${src4 || src6} ${srcPort} ${dst4 || dst6} ${dstPort}`;
    if (fin === '1') {
      found.set(way, found.get(way) ?? []);
      if (length === '0') sent.set(number, way);
      else found.get(way)!.push(Number.NaN);
    }
    if (acked !== undefined && sent.has(acked)) found.get(sent.get(acked)!)!.push(1000 * Number(rttSec));
  }
  return new Map(
    [...found].filter(([, times]) => times.length === 1 && times[0] >= 0).map(([way, [time]]) => [way, time]),
  );
}
