/**
 * The Community ID of a 4-tuple (version 1 of the Community ID flow hashing specification): base64 of SHA-1 over seed, addresses, protocol and ports, the
 * smaller endpoint first, so that both directions have the same.
 */
import { ascii } from '../text/line-writer.js';
import type { TupleFields } from './record-table.js';
import { Sha1Block } from './sha1-block.js';

/** `1:` and 28 characters. */
const COMMUNITY_ID_BYTES = 30;

const TCP = 6;
const SEED_BYTES = 2;
const BASE64 = ascii('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

export class CommunityId {
  readonly bytes = new Uint8Array(COMMUNITY_ID_BYTES);
  readonly #sha1 = new Sha1Block();
  readonly #view = new DataView(this.#sha1.message.buffer);
  readonly #seed: number;

  constructor(seed = 0) {
    this.#seed = seed;
    this.bytes.set(ascii('1:'));
    this.bytes[COMMUNITY_ID_BYTES - 1] = 0x3d;
  }

  /** Makes `bytes` the id of the TCP tuple in `fields`. */
  make(fields: Float64Array, tuple: TupleFields): void {
    const view = this.#view;
    const words = fields[tuple.v6] === 1 ? 4 : 1;
    const { src, dst, srcPort, dstPort } = tuple;
    const isTurned = isAfter(fields, src, srcPort, dst, dstPort, words);
    const low = isTurned ? dst : src;
    const high = isTurned ? src : dst;
    view.setUint16(0, this.#seed);
    let at = SEED_BYTES;
    for (let i = 0; i < words; i++, at += 4) view.setUint32(at, fields[low + i]);
    for (let i = 0; i < words; i++, at += 4) view.setUint32(at, fields[high + i]);
    // Protocol and a byte of padding.
    view.setUint16(at, TCP << 8);
    view.setUint16(at + 2, fields[isTurned ? dstPort : srcPort]);
    view.setUint16(at + 4, fields[isTurned ? srcPort : dstPort]);
    this.#sha1.digest(at + 6);
    this.#encode(this.#sha1.words);
  }

  /** Base64 of 20 bytes: six groups of three, and one of two. */
  #encode(words: Int32Array): void {
    const { bytes } = this;
    const view = this.#view;
    for (let i = 0; i < 5; i++) view.setInt32(4 * i, words[i]);
    const { message } = this.#sha1;
    message[20] = 0;
    let to = 2;
    for (let from = 0; from < 20; from += 3) {
      const group = (message[from] << 16) | (message[from + 1] << 8) | message[from + 2];
      bytes[to++] = BASE64[group >> 18];
      bytes[to++] = BASE64[(group >> 12) & 63];
      bytes[to++] = BASE64[(group >> 6) & 63];
      if (from < 18) bytes[to++] = BASE64[group & 63];
    }
  }
}

/** Whether the first endpoint comes after the second. */
function isAfter(
  fields: Float64Array,
  src: number,
  srcPort: number,
  dst: number,
  dstPort: number,
  words: number,
): boolean {
  for (let i = 0; i < words; i++) {
    if (fields[src + i] !== fields[dst + i]) return fields[src + i] > fields[dst + i];
  }
  return fields[srcPort] > fields[dstPort];
}
