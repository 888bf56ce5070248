/**
 * Which format a capture is in, by its first bytes, never by its name. The one place that knows all formats:
 * a new one is added here and nowhere else.
 */
import type { CaptureFormat, Problem } from './format.js';
import { openPcap, PCAP_FILE_HEADER_BYTES } from './pcap.js';

/** Bytes of a file that recognising it takes; shorter files are no captures. */
export const RECOGNISE_BYTES = PCAP_FILE_HEADER_BYTES;

/** First bytes of what is known but not read. */
const OTHERS: readonly [magic: number, mask: number, name: string][] = [
  [0x0a0d0d0a, 0xffffffff, 'a pcapng file'],
  [0x1f8b0000, 0xffff0000, 'gzip data'],
  [0x28b52ffd, 0xffffffff, 'zstd data'],
  [0x04224d18, 0xffffffff, 'lz4 data'],
  [0xfd377a58, 0xffffffff, 'xz data'],
  [0x425a6800, 0xffffff00, 'bzip2 data'],
  [0xa1b2cd34, 0xffffffff, 'a modified (Kuznetzov) pcap file'],
  [0x34cdb2a1, 0xffffffff, 'a modified (Kuznetzov) pcap file'],
];

/** The format of the capture whose first RECOGNISE_BYTES lie at byte `at` of `view`, or what is wrong with it. */
export function recognise(view: DataView, at: number): CaptureFormat | Problem {
  const magic = view.getUint32(at);
  for (const [value, mask, name] of OTHERS) {
    if ((magic & mask) >>> 0 === value)
      return { found: `${name}, which cannot be read yet`, expected: 'a classic pcap file' };
  }
  return openPcap(view, at);
}
