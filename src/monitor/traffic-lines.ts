/**
 * Traffic as a whole in lines for people: packets, what they carry, flows. Owns the words, and what a share is a share of: packets are
 * shares of all packets, bytes of all captured bytes, flows of all flows.
 */
import type { FlowTraffic, ReadTraffic, TrafficFigures } from '../traffic/figures.js';
import { bandwidthText, countText, fixed, meanText, shareText } from './figure-text.js';
import type { LiveFigures } from './report.js';

/** `whole`: the share is told of it. */
export const countLine = (label: string, value: number, whole?: number): string =>
  `${label}: ${countText(value)}${whole === undefined ? '' : shareText(value, whole)}`;

/** Nothing where there is nothing to divide by. */
const meanLine = (label: string, value: number, count: number): string[] =>
  count > 0 ? [`${label}: ${meanText(value / count)}`] : [];

/** Packets and bytes by direction and version; `packets` is what shares are of. */
export function packetLines(packets: number, { read, flows: { a, b } }: TrafficFigures): string[] {
  return [
    countLine('Number of processed bytes', read.capturedBytes),
    countLine('Number of raw bytes', read.wireBytes),
    countLine('Number of pad bytes', read.padBytes),
    countLine('Number of IPv4 packets', read.ipv4Packets, packets),
    countLine('Number of IPv6 packets', read.ipv6Packets, packets),
    countLine('Number of A packets', a.packets, packets),
    countLine('Number of B packets', b.packets, packets),
    countLine('Number of A bytes', a.bytes, read.capturedBytes),
    countLine('Number of B bytes', b.bytes, read.capturedBytes),
    ...meanLine('Average A packet load', a.bytes, a.packets),
    ...meanLine('Average B packet load', b.bytes, b.packets),
  ];
}

/** What came from interfaces, and what was lost on the way. */
export function liveLines({ received, droppedBySystem, droppedByInterface }: LiveFigures): string[] {
  return [
    countLine('Number of received packets', received),
    countLine('Number of packets dropped by the system', droppedBySystem),
    countLine('Number of packets dropped by the interface', droppedByInterface),
  ];
}

/** Headers and protocols. */
export function protocolLines(packets: number, read: ReadTraffic): string[] {
  const { headersLeast, headersMost, headers, tcp, udp } = read;
  const lines: string[] = [];
  if (read.packets > 0) {
    lines.push(`Headers count: min: ${headersLeast}, max: ${headersMost}, average: ${fixed(headers / read.packets)}`);
  }
  if (read.vlanTagsMost > 0) lines.push(countLine('Max VLAN header count', read.vlanTagsMost));
  if (read.mplsLabelsMost > 0) lines.push(countLine('Max MPLS header count', read.mplsLabelsMost));
  return [
    ...lines,
    countLine('Number of LLC packets', read.llcPackets, packets),
    countLine('Number of GRE packets', read.grePackets, packets),
    countLine('Number of IGMP packets', read.igmpPackets, packets),
    countLine('Number of ICMP packets', read.icmpPackets, packets),
    countLine('Number of ICMPv6 packets', read.icmpv6Packets, packets),
    countLine('Number of SCTP packets', read.sctpPackets, packets),
    countLine('Number of TCP packets', tcp.packets, packets),
    countLine('Number of TCP bytes', tcp.bytes, read.capturedBytes),
    countLine('Number of UDP packets', udp.packets, packets),
    countLine('Number of UDP bytes', udp.bytes, read.capturedBytes),
    countLine('Number of IPv4 fragmented packets', read.ipv4Fragments, packets),
    countLine('Number of IPv6 fragmented packets', read.ipv6Fragments, packets),
  ];
}

/** Flows, and what goes on in a second of packet time; `sec` may be none. */
export function flowLines(packets: number, sec: number, { read, flows }: TrafficFigures): string[] {
  const { aFlows, bFlows, requestFlows, replyFlows, a, b } = flows;
  const all = aFlows + bFlows;
  return [
    countLine('Number of processed   flows', all),
    countLine('Number of processed A flows', aFlows, all),
    countLine('Number of processed B flows', bFlows, all),
    countLine('Number of request flows', requestFlows, all),
    countLine('Number of reply flows', replyFlows, all),
    ...asymmetryLine('Total A/B flow asymmetry', aFlows, bFlows),
    ...asymmetryLine('Total req/rply flow asymmetry', requestFlows, replyFlows),
    ...meanLine('Number of processed packets/flows', packets, all),
    ...meanLine('Number of processed A packets/A flows', a.packets, aFlows),
    ...meanLine('Number of processed B packets/B flows', b.packets, bFlows),
    ...meanLine('Number of processed packets/s', packets, sec),
    ...meanLine('Number of processed A+B packets/s', a.packets + b.packets, sec),
    ...meanLine('Number of processed A packets/s', a.packets, sec),
    ...meanLine('Number of processed B packets/s', b.packets, sec),
    ...meanLine('Number of average processed flows/s', all, sec),
    ...bandwidthLine('Average full raw bandwidth', read.wireBytes, sec),
    ...bandwidthLine('Average snapped bandwidth', read.capturedBytes, sec),
    ...bandwidthLine('Average full bandwidth', read.ipBytes, sec),
  ];
}

/** How full tables are; how large they are depends on the number of threads, so that it is told with `places` only. */
export function tableLines({ activeFlows, activeFlowsMost, places }: FlowTraffic, withPlaces: boolean): string[] {
  const whole = withPlaces ? places : undefined;
  return [
    countLine('Fill size of main hash map', activeFlows, whole),
    countLine('Max number of flows in memory', activeFlowsMost, whole),
  ];
}

/** All one way is 1 or -1; as much both ways is 0. */
function asymmetryLine(label: string, there: number, back: number): string[] {
  const all = there + back;
  return all > 0 ? [`${label}: ${fixed((there - back) / all)}`] : [];
}

const bandwidthLine = (label: string, bytes: number, sec: number): string[] =>
  sec > 0 ? [`${label}: ${bandwidthText((bytes * 8) / sec)}`] : [];
