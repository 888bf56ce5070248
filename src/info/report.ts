/**
 * What there is to say of a capture, and the two forms of saying it: a row of a table, and lines for people. Owns
 * both forms; computes nothing but sums, shares and rates, and reads nothing.
 */
import type { CaptureInterface } from '../capture/format.js';
import {
  counted,
  durationText,
  epochText,
  grouped,
  localText,
  type PacketTime,
  secondsBetween,
  share,
  visible,
} from './text-forms.js';

/** Frames that are no TCP segment, by reason. */
export interface FrameReasons {
  readonly notTcp: number;
  readonly badLinkHeader: number;
  readonly badIpHeader: number;
  readonly badTcpHeader: number;
  readonly unknownLinkType: number;
  readonly encrypted: number;
}

export interface CaptureReport {
  readonly file: string;
  /** `pcap us LE` */
  readonly format: string;
  /** `gzip`, `zstd` */
  readonly compression?: string | undefined;
  /** Bytes as stored, and after decompression as far as it is known. */
  readonly inputBytes: number;
  readonly contentBytes?: number | undefined;
  readonly packets: number;
  readonly capturedBytes: number;
  readonly wireBytes: number;
  /** Times in the order of the file, and of the clock. */
  readonly first?: PacketTime | undefined;
  readonly last?: PacketTime | undefined;
  readonly earliest?: PacketTime | undefined;
  readonly latest?: PacketTime | undefined;
  /** Packets whose time is before that of the packet before. */
  readonly backwards: number;
  readonly interfaces: readonly CaptureInterface[];
  readonly tcpPackets: number;
  readonly conversations: number;
  /** IP fragments but the first of each packet. */
  readonly laterFragments: number;
  readonly reasons: FrameReasons;
  /** Packets that a selection left out: they are in no other figure. */
  readonly leftOut?: number | undefined;
  /** What kept the capture from being read whole, a line each. */
  readonly problems: readonly string[];
  /** Packets that the capture says were dropped; undefined when it does not say. */
  readonly drops: number | undefined;
}

/** Name of a LINKTYPE_ number. */
export type LinkTypeName = (linkType: number) => string;

/** The columns of the table, in order. */
const COLUMNS: readonly (readonly [title: string, value: (r: CaptureReport, nameOf: LinkTypeName) => string])[] = [
  ['file', (r) => r.file],
  ['packets', (r) => String(r.packets)],
  ['captured bytes', (r) => String(r.capturedBytes)],
  ['wire bytes', (r) => String(r.wireBytes)],
  ['first', (r) => (r.first === undefined ? '' : epochText(r.first))],
  ['last', (r) => (r.last === undefined ? '' : epochText(r.last))],
  ['interfaces', (r) => String(r.interfaces.length)],
  ['TCP packets', (r) => String(r.tcpPackets)],
  ['TCP conversations', (r) => String(r.conversations)],
  ['format', (r) => r.format],
  ['compression', (r) => r.compression ?? ''],
  ['link types', (r, nameOf) => linkTypesText(r.interfaces, nameOf)],
  ['snaplen', (r) => [...new Set(r.interfaces.map((face) => face.snaplen))].join(',')],
  ['out-of-order packets', (r) => String(r.backwards)],
  ['later fragments', (r) => String(r.laterFragments)],
  ['dropped packets', (r) => (r.drops === undefined ? '' : String(r.drops))],
  ['damage', (r) => r.problems.join('; ')],
];

/** Titles of the columns, tab separated, ended by a newline. */
export function renderTsvHeader(): string {
  return `${COLUMNS.map(([title]) => title).join('\t')}\n`;
}

/** The row of a capture, ended by a newline; in values `\t`, `\n`, `\r`, `\\` and `\xNN` stand for what would break it. */
export function renderTsvRow(report: CaptureReport, nameOf: LinkTypeName): string {
  return `${COLUMNS.map(([, value]) => visible(value(report, nameOf), true)).join('\t')}\n`;
}

/** `EN10MB`, or with several link types their packets, too: `EN10MB:62,NULL:2`, most first, then in order of appearance. */
function linkTypesText(interfaces: readonly CaptureInterface[], nameOf: LinkTypeName): string {
  const packets = new Map<number, number>();
  for (const face of interfaces) packets.set(face.linkType, (packets.get(face.linkType) ?? 0) + face.packets);
  if (packets.size === 1) return nameOf(interfaces[0].linkType);
  const mostFirst = [...packets].sort(([, a], [, b]) => b - a);
  return mostFirst.map(([linkType, count]) => `${nameOf(linkType)}:${count}`).join(',');
}

/** The report for people, lines with aligned labels; a line that would say nothing is left out. */
export function renderInfo(report: CaptureReport, nameOf: LinkTypeName): string {
  const lines: Line[] = [
    ['File', visible(report.file)],
    ['Format', formatText(report)],
    ['Size', counted(report.inputBytes, 'byte')],
    ['Packets', grouped(report.packets)],
    ['Bytes', `${grouped(report.capturedBytes)} captured, ${grouped(report.wireBytes)} on the wire`],
    ...timeLines(report),
    ...rateLines(report),
    ...interfaceLines(report.interfaces, nameOf),
    ['TCP packets', grouped(report.tcpPackets) + share(report.tcpPackets, report.packets)],
    ['Conversations', conversationsText(report)],
    ...exceptionLines(report),
    ...report.problems.map((problem): Line => ['Damage', visible(problem)]),
  ];
  return lines
    .map(([label, text]) => `${label.padEnd(LABEL_WIDTH)}${text}`.trimEnd())
    .join('\n')
    .concat('\n');
}

type Line = readonly [label: string, text: string];

const LABEL_WIDTH = 17;

function formatText({ format, compression, contentBytes, inputBytes }: CaptureReport): string {
  if (compression === undefined) return format;
  const isRatioKnown = contentBytes !== undefined && inputBytes > 0;
  return `${format}, ${compression}${isRatioKnown ? ` (${grouped(contentBytes / inputBytes, 2)} : 1)` : ''}`;
}

function timeLines(report: CaptureReport): Line[] {
  const { first, last } = report;
  if (first === undefined || last === undefined) return [];
  const { earliest = first, latest = last } = report;
  const lines: Line[] = [
    ['First packet', localText(first)],
    ['Last packet', localText(last)],
  ];
  if (secondsBetween(earliest, first) !== 0) lines.push(['Earliest packet', localText(earliest)]);
  if (secondsBetween(latest, last) !== 0) lines.push(['Latest packet', localText(latest)]);
  lines.push(['Duration', durationText(earliest, latest)]);
  return lines;
}

function rateLines(report: CaptureReport): Line[] {
  const { first, last, packets, wireBytes } = report;
  const lines: Line[] = [];
  if (first !== undefined && last !== undefined) {
    const sec = secondsBetween(report.earliest ?? first, report.latest ?? last);
    if (sec > 0) {
      const bits = rateText((8 * wireBytes) / sec);
      lines.push(['Average rate', `${rateText(packets / sec)} packets/s, ${bits} bit/s on the wire`]);
    }
  }
  if (packets > 0) lines.push(['Average size', `${grouped(wireBytes / packets, 1)} bytes on the wire`]);
  return lines;
}

/** Slow captures would round to nothing without a decimal. */
const rateText = (perSecond: number): string => grouped(perSecond, perSecond < 100 ? 2 : 0);

function interfaceLines(interfaces: readonly CaptureInterface[], nameOf: LinkTypeName): Line[] {
  if (interfaces.length === 1) {
    const [face] = interfaces;
    return [['Interface', interfaceText(face, nameOf, false)], ...detailLines(face)];
  }
  return [
    ['Interfaces', grouped(interfaces.length)],
    ...interfaces.flatMap((face, number): Line[] => [
      [`  ${number}`, interfaceText(face, nameOf, true)],
      ...detailLines(face),
    ]),
  ];
}

function interfaceText(face: CaptureInterface, nameOf: LinkTypeName, withPackets: boolean): string {
  const parts = face.name === undefined ? [] : [visible(face.name)];
  parts.push(nameOf(face.linkType), face.snaplen === 0 ? 'no snaplen' : `snaplen ${grouped(face.snaplen)}`);
  if (withPackets) parts.push(counted(face.packets, 'packet'));
  return parts.join(', ');
}

/** What only some interfaces have, below the line of theirs. */
function detailLines(face: CaptureInterface): Line[] {
  const drops: string[] = [];
  if (face.droppedByInterface !== undefined) drops.push(`${grouped(face.droppedByInterface)} by the interface`);
  if (face.droppedBySystem !== undefined) drops.push(`${grouped(face.droppedBySystem)} by the system`);
  const lines: Line[] = drops.length === 0 ? [] : [['', `dropped: ${drops.join(', ')}`]];
  if (face.filter !== undefined) lines.push(['', `filter: ${visible(face.filter)}`]);
  return lines;
}

function conversationsText({ conversations, tcpPackets }: CaptureReport): string {
  if (conversations === 0) return '0';
  return `${grouped(conversations)} (${grouped(tcpPackets / conversations, 1)} TCP packets each)`;
}

/** What is told only when there is any of it. */
function exceptionLines(report: CaptureReport): Line[] {
  const { reasons, packets } = report;
  const counts: readonly (readonly [label: string, count: number])[] = [
    ['Not TCP', reasons.notTcp],
    ['Later fragments', report.laterFragments],
    ['Encrypted', reasons.encrypted],
    ['Unknown link', reasons.unknownLinkType],
    ['Bad link header', reasons.badLinkHeader],
    ['Bad IP header', reasons.badIpHeader],
    ['Bad TCP header', reasons.badTcpHeader],
    ['Out of order', report.backwards],
  ];
  const lines = counts
    .filter(([, count]) => count > 0)
    .map(([label, count]): Line => [label, `${counted(count, 'packet')}${share(count, packets)}`]);
  if (report.leftOut !== undefined && report.leftOut > 0) lines.push(['Left out', counted(report.leftOut, 'packet')]);
  if (report.drops !== undefined && report.drops > 0) lines.push(['Dropped', counted(report.drops, 'packet')]);
  return lines;
}
