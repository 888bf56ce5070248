/**
 * What stands before the packets of a capture that is written: pcap's file header, a section of pcapng with one
 * interface. Owns their bytes, in the byte order of the capture they come from: link headers may have numbers in that order, too.
 */
import { MAGIC_MICROSECONDS, MAGIC_NANOSECONDS, MAX_CAPTURED_BYTES, PCAP_FILE_HEADER_BYTES } from './pcap.js';
import {
  BYTE_ORDER_MAGIC,
  DESCRIPTION_HEAD_BYTES,
  INTERFACE_DESCRIPTION,
  MAJOR_VERSION,
  SECTION_HEAD_BYTES,
  SECTION_HEADER,
  TRAILER_BYTES,
} from './pcapng-blocks.js';

/** What a capture of one interface says of its packets. */
export interface CaptureHead {
  readonly linkType: number;
  /** Most bytes captured of a packet; 0 for no limit. */
  readonly snaplen: number;
  readonly nanoseconds: boolean;
  readonly littleEndian: boolean;
  /** Bytes of frame check sequence at the end of each frame, where that is known. */
  readonly fcsBytes: number | undefined;
}

/** A section's length in bytes that nobody knows yet (pcapng 4.1): both words. */
const UNKNOWN_LENGTH = 0xffffffff;
/** Where it stands in a Section Header Block. */
const SECTION_LENGTH_AT = 16;

const IF_TSRESOL = 9;
const IF_FCSLEN = 13;
const NANOSECONDS = 9;

/** pcap's file header (draft-ietf-opsawg-pcap 4), version 2.4. */
export function pcapHead(head: CaptureHead): Uint8Array {
  const bytes = new Uint8Array(PCAP_FILE_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.nanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS, head.littleEndian);
  view.setUint16(4, 2, head.littleEndian);
  view.setUint16(6, 4, head.littleEndian);
  view.setUint32(16, head.snaplen === 0 ? MAX_CAPTURED_BYTES : head.snaplen, head.littleEndian);
  // Length in 16-bit words, and a bit that says it is known.
  const fcs = head.fcsBytes === undefined ? 0 : ((head.fcsBytes >>> 1) << 28) | 0x04000000;
  view.setUint32(20, (head.linkType | fcs) >>> 0, head.littleEndian);
  return bytes;
}

/** A section header and the description of its only interface (pcapng 4.1, 4.2). */
export function sectionHead(head: CaptureHead): Uint8Array {
  const options = [...(head.nanoseconds ? [[IF_TSRESOL, NANOSECONDS]] : [])];
  if (head.fcsBytes !== undefined) options.push([IF_FCSLEN, head.fcsBytes]);
  const optionBytes = options.length === 0 ? 0 : 8 * options.length + 4;
  const section = sectionHeader(head.littleEndian);
  const sectionBytes = section.length;
  const interfaceBytes = DESCRIPTION_HEAD_BYTES + optionBytes + TRAILER_BYTES;
  const bytes = new Uint8Array(sectionBytes + interfaceBytes);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number): void => view.setUint32(at, value, head.littleEndian);
  bytes.set(section);
  put(sectionBytes, INTERFACE_DESCRIPTION);
  put(sectionBytes + 4, interfaceBytes);
  view.setUint16(sectionBytes + 8, head.linkType, head.littleEndian);
  put(sectionBytes + 12, head.snaplen);
  for (const [index, [code, value]] of options.entries()) {
    const at = sectionBytes + DESCRIPTION_HEAD_BYTES + 8 * index;
    view.setUint16(at, code, head.littleEndian);
    view.setUint16(at + 2, 1, head.littleEndian);
    view.setUint8(at + 4, value);
  }
  put(sectionBytes + interfaceBytes - TRAILER_BYTES, interfaceBytes);
  return bytes;
}

/** A Section Header Block without options, of unknown length (pcapng 4.1). */
export function sectionHeader(littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(SECTION_HEAD_BYTES + TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SECTION_HEADER);
  view.setUint32(4, bytes.length, littleEndian);
  view.setUint32(8, BYTE_ORDER_MAGIC, littleEndian);
  view.setUint16(12, MAJOR_VERSION, littleEndian);
  forgetLength(view, 0);
  view.setUint32(SECTION_HEAD_BYTES, bytes.length, littleEndian);
  return bytes;
}

/** The section that begins at byte `at` will have fewer blocks than it says: its length is unknown from here on. */
export function forgetLength(view: DataView, at: number): void {
  // Reads the same in either byte order.
  view.setUint32(at + SECTION_LENGTH_AT, UNKNOWN_LENGTH);
  view.setUint32(at + SECTION_LENGTH_AT + 4, UNKNOWN_LENGTH);
}
