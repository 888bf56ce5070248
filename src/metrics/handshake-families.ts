/**
 * The metrics of handshakes, by filter, and the same figures once more under names that follow those of tcpeek's JSON. Owns both sets of names.
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
} from '../tcpeek/counts.js';
import type { Label, MetricFamily, Sample } from './exposition.js';

/** A family over all filters: a figure for each, or several that one more label tells apart. */
interface FilterFamily {
  readonly name: string;
  readonly help: string;
  readonly figures: readonly (readonly [place: number, label?: Label])[];
}

const FAMILIES: readonly FilterFamily[] = [
  {
    name: 'tcploom_handshakes_total',
    help: 'TCP handshakes by what became of them; one counts for each filter that it matches.',
    figures: [
      [COUNT_SUCCESS, ['result', 'success']],
      [COUNT_FAILURE, ['result', 'failure']],
    ],
  },
  {
    name: 'tcploom_handshake_failures_total',
    help: 'TCP handshakes that failed, by cause.',
    figures: [
      [COUNT_TIMEOUT, ['cause', 'timeout']],
      [COUNT_REJECT, ['cause', 'reject']],
      [COUNT_UNREACH, ['cause', 'unreach']],
    ],
  },
  {
    name: 'tcploom_handshakes_repeated_total',
    help: 'TCP handshakes that succeeded with a segment sent again.',
    figures: [
      [COUNT_DUP_SYN, ['segment', 'syn']],
      [COUNT_DUP_SYNACK, ['segment', 'synack']],
    ],
  },
];

const alias = (path: string, place: number, of: string): FilterFamily => ({
  name: `tcpeek_${path}_total`,
  help: `The same as ${of}, by the name in tcpeek's JSON.`,
  figures: [[place]],
});

/** The path of a figure in the JSON that tcpeek's socket answers with, and _total where that does not end so already. */
const ALIASES: readonly FilterFamily[] = [
  alias('success', COUNT_SUCCESS, 'tcploom_handshakes_total, result success'),
  alias('success_dupsyn', COUNT_DUP_SYN, 'tcploom_handshakes_repeated_total, segment syn'),
  alias('success_dupsynack', COUNT_DUP_SYNACK, 'tcploom_handshakes_repeated_total, segment synack'),
  alias('failure', COUNT_FAILURE, 'tcploom_handshakes_total, result failure'),
  alias('failure_timeout', COUNT_TIMEOUT, 'tcploom_handshake_failures_total, cause timeout'),
  alias('failure_reject', COUNT_REJECT, 'tcploom_handshake_failures_total, cause reject'),
  alias('failure_unreach', COUNT_UNREACH, 'tcploom_handshake_failures_total, cause unreach'),
];

/** Figures of each filter, and those of the packets that tcpeek's clock goes by. */
export function handshakeFamilies(filters: readonly FilterCounts[], packets: PacketCounts): MetricFamily[] {
  const labels = filterLabels(filters);
  const family = ({ name, help, figures }: FilterFamily): MetricFamily => ({
    name,
    help,
    type: 'counter',
    samples: filters.flatMap(({ counts }, filter) =>
      figures.map(
        ([place, label]): Sample => ({
          labels: label === undefined ? labels[filter] : [...labels[filter], label],
          value: counts[place],
        }),
      ),
    ),
  });
  return [...FAMILIES.map(family), ...ALIASES.map(family), ...packetAliases(packets)];
}

/** Two filters may have one name, and two samples with the same labels are none at all to who reads them: the later ones are numbered. */
function filterLabels(filters: readonly FilterCounts[]): readonly (readonly Label[])[] {
  const seen = new Map<string, number>();
  return filters.map(({ name }) => {
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    const label: Label = ['filter', name];
    return number === 1 ? [label] : [label, ['number', String(number)]];
  });
}

const packetAliases = ({ received, dropped, droppedByInterface }: PacketCounts): MetricFamily[] =>
  [
    ['recv', 'Packets of TCP or ICMP by their outermost header', received] as const,
    ['drop', 'Packets lost by the system while capturing', dropped] as const,
    ['ifdrop', 'Packets lost by the interface', droppedByInterface] as const,
  ].map(([name, help, value]) => ({
    name: `tcpeek_pcap_stats_${name}_total`,
    help: `${help}, by the name in tcpeek's JSON.`,
    type: 'counter',
    samples: [{ value }],
  }));
