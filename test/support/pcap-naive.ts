/**
 * Classic pcap files for tests, read and written record by record. Independent of the production
 * reader; knows nothing of pcapng, of compression, or of what is inside a packet.
 */

import type { ModelPacket } from '../model/miruo-model.js';

export interface NaivePcap {
  packets: ModelPacket[];
  /** The last record is cut, or is followed by less than a record header. */
  damaged: boolean;
}

export interface PcapForm {
  linkType: number;
  /** Nanosecond magic; else microseconds, and what is below is cut. */
  nanosecond?: boolean;
  bigEndian?: boolean;
}

const MICRO_MAGIC = 0xa1b2c3d4;
const NANO_MAGIC = 0xa1b23c4d;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export function isPcap(file: Uint8Array): boolean {
  if (file.length < FILE_HEADER_BYTES) return false;
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return [data.getUint32(0), data.getUint32(0, true)].some((magic) => magic === MICRO_MAGIC || magic === NANO_MAGIC);
}

export function readPcap(file: Uint8Array): NaivePcap {
  if (!isPcap(file)) throw new Error('not a classic pcap file');
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const little = data.getUint32(0) !== MICRO_MAGIC && data.getUint32(0) !== NANO_MAGIC;
  const nanosecond = data.getUint32(0, little) === NANO_MAGIC;
  // The upper half of the field holds flags, not link type (pcap 4).
  const linkType = data.getUint32(20, little) & 0xffff;
  const packets: ModelPacket[] = [];
  let at = FILE_HEADER_BYTES;
  while (at + RECORD_HEADER_BYTES <= file.length) {
    const capturedBytes = data.getUint32(at + 8, little);
    const start = at + RECORD_HEADER_BYTES;
    if (start + capturedBytes > file.length) break;
    packets.push({
      sec: data.getUint32(at, little),
      nsec: data.getUint32(at + 4, little) * (nanosecond ? 1 : 1000),
      captured: file.slice(start, start + capturedBytes),
      wireLength: data.getUint32(at + 12, little),
      linkType,
    });
    at = start + capturedBytes;
  }
  return { packets, damaged: at !== file.length };
}

/** The packets' own link types are not looked at: a classic pcap file has one. */
export function writePcap(packets: readonly ModelPacket[], form: PcapForm): Uint8Array {
  const little = form.bigEndian !== true;
  const nanosecond = form.nanosecond === true;
  const recordBytes = packets.map((packet) => RECORD_HEADER_BYTES + packet.captured.length);
  const file = new Uint8Array(recordBytes.reduce((sum, bytes) => sum + bytes, FILE_HEADER_BYTES));
  const data = new DataView(file.buffer);
  data.setUint32(0, nanosecond ? NANO_MAGIC : MICRO_MAGIC, little);
  data.setUint16(4, 2, little);
  data.setUint16(6, 4, little);
  data.setUint32(16, 262144, little);
  data.setUint32(20, form.linkType, little);
  let at = FILE_HEADER_BYTES;
  for (const packet of packets) {
    data.setUint32(at, packet.sec, little);
    data.setUint32(at + 4, nanosecond ? packet.nsec : Math.floor(packet.nsec / 1000), little);
    data.setUint32(at + 8, packet.captured.length, little);
    data.setUint32(at + 12, packet.wireLength, little);
    file.set(packet.captured, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + packet.captured.length;
  }
  return file;
}
