/**
 * The frames of a whole capture in memory, pcap or pcapng, gzipped or not, each with its link type: written apart
 * from the product's reader, whose word is not to be taken where it is checked. Stops at the first thing it does not understand.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface LinkFrame {
  readonly linkType: number;
  readonly bytes: Uint8Array;
  readonly wireBytes: number;
}

export function framesOf(path: string): LinkFrame[] {
  let file: Uint8Array = readFileSync(path);
  if (file[0] === 0x1f && file[1] === 0x8b) file = gunzipSync(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 24) return [];
  return view.getUint32(0) === 0x0a0d0d0a ? ofPcapng(file, view) : ofPcap(file, view);
}

function ofPcap(file: Uint8Array, view: DataView): LinkFrame[] {
  const isLittle = [0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0, true));
  if (!isLittle && ![0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0))) return [];
  const linkType = view.getUint32(20, isLittle) & 0xffff;
  const frames: LinkFrame[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const end = at + 16 + view.getUint32(at + 8, isLittle);
    if (end > file.length) break;
    const bytes = file.subarray(at + 16, end);
    frames.push({ linkType, bytes, wireBytes: view.getUint32(at + 12, isLittle) });
    at += 16 + bytes.length;
  }
  return frames;
}

function ofPcapng(file: Uint8Array, view: DataView): LinkFrame[] {
  const frames: LinkFrame[] = [];
  let interfaces: { linkType: number; snaplen: number }[] = [];
  let isLittle = true;
  for (let at = 0; at + 12 <= file.length; ) {
    const type = view.getUint32(at, isLittle);
    if (type === 0x0a0d0d0a) {
      isLittle = view.getUint32(at + 8, true) === 0x1a2b3c4d;
      interfaces = [];
    }
    const length = view.getUint32(at + 4, isLittle);
    if (length < 12 || at + length > file.length) break;
    const u32 = (byte: number): number => view.getUint32(at + byte, isLittle);
    const frame = (interfaceId: number, from: number, captured: number, wireBytes: number): void => {
      const bytes = file.subarray(at + from, at + from + captured);
      frames.push({ linkType: interfaces[interfaceId]?.linkType ?? -1, bytes, wireBytes });
    };
    if (type === 1) interfaces.push({ linkType: u32(8) & 0xffff, snaplen: u32(12) });
    if (type === 1 && !isLittle) interfaces[interfaces.length - 1].linkType = view.getUint16(at + 8);
    if (type === 2) frame(view.getUint16(at + 8, isLittle), 28, u32(20), u32(24));
    if (type === 3) frame(0, 12, Math.min(u32(8), interfaces[0]?.snaplen || length, length - 16), u32(8));
    if (type === 6) frame(u32(8), 28, u32(20), u32(24));
    at += length;
  }
  return frames;
}
