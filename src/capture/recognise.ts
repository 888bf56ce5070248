/**
 * Which format a capture is in, by its first bytes, never by its name. The one place that knows all formats:
 * a new one is added here and nowhere else. What is compressed has been decompressed before.
 */
import type { CaptureFormat, Problem } from './format.js';
import { isPcapMagic, openPcap, PCAP_FILE_HEADER_BYTES } from './pcap.js';
import { openPcapng } from './pcapng.js';
import { SECTION_HEADER } from './pcapng-blocks.js';

/** Bytes of a file that recognising it takes; shorter files are no captures. The first record is behind them. */
export const RECOGNISE_BYTES = PCAP_FILE_HEADER_BYTES;

const EXPECTED = 'a pcap or pcapng capture';

/** First bytes of captures in other formats, all of which editcap reads. */
const OTHER_CAPTURES: readonly [start: string, name: string][] = [
  ['snoop\0\0\0', 'a snoop capture'],
  ['btsnoop\0', 'a btsnoop capture'],
  ['RTSS', 'a Microsoft Network Monitor 1 capture'],
  ['GMBU', 'a Microsoft Network Monitor 2 capture'],
  ['TRSNIFF data', 'a Sniffer capture'],
  ['XCP\0', 'a Sniffer or NetXray capture'],
  ['\x7fver', 'an EtherPeek or OmniPeek capture'],
  ['iptrace ', 'an AIX iptrace capture'],
  ['\x1c\0\x01\xab', 'an Ixia capture'],
  ['\x1c\0\x01\xac', 'an Ixia capture'],
  ['\xab\x01\0\x1c', 'an Ixia capture'],
  ['\xac\x01\0\x1c', 'an Ixia capture'],
];

/** First bytes of what is none at all. */
const NO_CAPTURES: readonly [start: string, name: string][] = [
  ['\x7fELF', 'a program'],
  ['%PDF', 'a PDF document'],
  ['PK\x03\x04', 'a ZIP archive'],
];

/** The format of the capture whose first RECOGNISE_BYTES lie at byte `at` of `view`, or what is wrong with it. */
export function recognise(view: DataView, at: number): CaptureFormat | Problem {
  const magic = view.getUint32(at);
  if (magic === SECTION_HEADER) return openPcapng(view, at);
  if (isPcapMagic(magic) || isPcapMagic(view.getUint32(at, true))) return openPcap(view, at);
  let start = '';
  for (let byte = 0; byte < RECOGNISE_BYTES; byte++) start += String.fromCharCode(view.getUint8(at + byte));
  const other = nameOf(start, OTHER_CAPTURES);
  if (other !== undefined) return { found: other, expected: `${EXPECTED}; editcap can convert it` };
  const found = nameOf(start, NO_CAPTURES) ?? (isText(start) ? 'a text file' : unknown(magic));
  return { found, expected: EXPECTED };
}

function nameOf(start: string, names: readonly [start: string, name: string][]): string | undefined {
  return names.find(([known]) => start.startsWith(known))?.[1];
}

/** ASCII, or UTF-8 with some. */
function isText(start: string): boolean {
  return /^[\t\n\f\r -~\x80-\xff]*$/.test(start) && /[ -~]{4}/.test(start);
}

function unknown(magic: number): string {
  return `a file that begins with 0x${magic.toString(16).padStart(8, '0')}`;
}
