/**
 * The same packets written in other forms: pcap in the other byte order, pcapng of any order, resolution and number of
 * sections and interfaces. Independent of the production reader.
 */
import type { ModelPacket } from '../model/miruo-model.js';
import { BlockCrafter, concat, type Option, type Order } from './pcapng-craft.js';

const FILE_HEADER_BYTES = 24;
const MODIFIED_MAGIC_BYTE = 0x34;

/** A little-endian pcap file, perhaps a modified one, with every field in the other order. */
export function swapped(file: Uint8Array): Uint8Array {
  const turned = Uint8Array.from(file);
  const isModified = file[0] === MODIFIED_MAGIC_BYTE;
  const turn = (at: number, bytes: number): void => {
    turned.subarray(at, at + bytes).reverse();
  };
  turn(0, 4);
  turn(4, 2);
  turn(6, 2);
  for (let at = 8; at < FILE_HEADER_BYTES; at += 4) turn(at, 4);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = FILE_HEADER_BYTES; at < file.length; ) {
    for (let field = 0; field < 16; field += 4) turn(at + field, 4);
    if (isModified) {
      turn(at + 16, 4);
      turn(at + 20, 2);
    }
    at += (isModified ? 24 : 16) + view.getUint32(at + 8, true);
  }
  return turned;
}

export interface PcapngForm {
  /** One section after the other takes the next order, in turn. */
  readonly orders: readonly Order[];
  readonly packetsPerSection: number;
  /** Digits of the time stamps after the point, of one interface each. */
  readonly resolutions: readonly number[];
  /** Seconds that are not in the time stamps (if_tsoffset). */
  readonly offsetSec?: number;
}

const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

/** A pcapng file of the packets, which share their link type. */
export function writePcapng(packets: readonly ModelPacket[], form: PcapngForm): Uint8Array {
  const { orders, packetsPerSection, resolutions, offsetSec = 0 } = form;
  const blocks: Uint8Array[] = [];
  for (let first = 0; first < packets.length; first += packetsPerSection) {
    const crafter = new BlockCrafter(orders[(first / packetsPerSection) % orders.length]);
    blocks.push(crafter.section());
    for (const digits of resolutions) {
      const options: Option[] = [{ code: IF_TSRESOL, value: Uint8Array.of(digits) }];
      if (offsetSec !== 0) options.push({ code: IF_TSOFFSET, value: crafter.u64(BigInt(offsetSec)) });
      blocks.push(crafter.description(packets[0].linkType, 262_144, options));
    }
    packets.slice(first, first + packetsPerSection).forEach((packet, index) => {
      const face = index % resolutions.length;
      const nsec = BigInt(packet.sec - offsetSec) * 1_000_000_000n + BigInt(packet.nsec);
      const stamp = nsec / 10n ** BigInt(9 - resolutions[face]);
      blocks.push(crafter.enhanced(face, stamp, packet.captured, packet.wireLength));
    });
  }
  return concat(...blocks);
}

/** Files of the packets in order, cut into `pieces` runs of about equal length. */
export function cutInto<T>(packets: readonly T[], pieces: number): T[][] {
  const perPiece = Math.ceil(packets.length / pieces);
  return Array.from({ length: pieces }, (_, piece) => packets.slice(piece * perPiece, (piece + 1) * perPiece));
}
