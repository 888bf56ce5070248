/**
 * IEEE 802.11 data frames, and the headers that radios put before a frame: radiotap, Prism, AVS, PPI.
 * Of an A-MSDU the first subframe is read: a descriptor holds one segment of a frame.
 */
import { type Cursor, END_CUT_LINK, END_ENCRYPTED, END_OTHER, NEXT_IEEE80211, NEXT_LINK, NEXT_LLC } from './cursor.js';
import { MARK_IEEE80211 } from './marks.js';

/** Frame control (IEEE 802.11 9.2.4.1), first byte. */
const VERSION_AND_TYPE = 0x0f;
const DATA = 0x08;
const NO_DATA = 0x40;
const QOS = 0x80;
/** Second byte. */
const TO_DS = 0x01;
const FROM_DS = 0x02;
const PROTECTED = 0x40;
const ORDER = 0x80;

const A_MSDU = 0x80;
const A_MSDU_SUBFRAME_BYTES = 14;

/**
 * `padded`: the header is filled up to whole words, as some drivers do and radiotap tells. `swapped`: so are the two
 * bytes of frame control.
 */
export function ieee80211(c: Cursor, padded: boolean, swapped: boolean): number {
  if (!c.has(2)) return END_CUT_LINK;
  const control = c.u8(swapped ? 1 : 0);
  const flags = c.u8(swapped ? 0 : 1);
  c.marks |= MARK_IEEE80211;
  // Control frames (type 1) need not have a transmitter's address.
  if (c.addresses < 0 && (control & 0x0c) !== 0x04 && c.has(16)) c.addresses = c.offset + 4;
  if ((control & VERSION_AND_TYPE) !== DATA || (control & NO_DATA) !== 0) return END_OTHER;
  let bytes = 24;
  if ((flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS)) bytes += 6;
  const qosAt = bytes;
  const isQos = (control & QOS) !== 0;
  // IEEE 802.11 9.2.4.1.10: with QoS the bit tells of an HT control field.
  if (isQos) bytes += (flags & ORDER) !== 0 ? 6 : 2;
  if (!c.has(bytes)) return END_CUT_LINK;
  if ((flags & PROTECTED) !== 0) return END_ENCRYPTED;
  // 9.2.4.4: the number of a fragment; only the first begins with LLC.
  if ((c.u8(22) & 15) !== 0) return END_OTHER;
  if (isQos && (c.u8(qosAt) & A_MSDU) !== 0) bytes += A_MSDU_SUBFRAME_BYTES;
  else if (padded) bytes = (bytes + 3) & ~3;
  return c.skipLink(bytes, NEXT_LLC);
}

/** radiotap.org: version, padding, length, words of presence bits (bit 31: one more), fields. */
export function radiotap(c: Cursor): number {
  if (!c.has(8)) return END_CUT_LINK;
  const length = c.u16LittleEndian(2);
  if (c.u8(0) !== 0 || length < 8) return END_OTHER;
  if (!c.has(length)) return END_CUT_LINK;
  const present = c.u32LittleEndian(4);
  let fields = 8;
  for (let word = present; word >>> 31 !== 0 && fields + 4 <= length; fields += 4) word = c.u32LittleEndian(fields);
  // Bit 0, TSFT, has 8 bytes on a boundary of 8; bit 1, flags, one byte, of which 0x20 tells of padding.
  if ((present & 1) !== 0) fields = ((fields + 7) & ~7) + 8;
  const isPadded = (present & 2) !== 0 && fields < length && (c.u8(fields) & 0x20) !== 0;
  c.offset += length;
  return ieee80211(c, isPadded, false);
}

/** Prism: message code, length of the header in the host's byte order. Some drivers write AVS headers under that type. */
export function prism(c: Cursor): number {
  if (!c.has(8)) return END_CUT_LINK;
  if (isAvs(c.u32(0))) return avs(c);
  const littleEndian = c.u32LittleEndian(4);
  const length = littleEndian <= 0xffff ? littleEndian : c.u32(4);
  return length < 8 ? END_OTHER : c.skipLink(length, NEXT_IEEE80211);
}

/** AVS: version, length of the header, both big-endian. */
export function avs(c: Cursor): number {
  if (!c.has(8)) return END_CUT_LINK;
  const length = c.u32(4);
  return !isAvs(c.u32(0)) || length < 8 ? END_OTHER : c.skipLink(length, NEXT_IEEE80211);
}

const isAvs = (version: number): boolean => version >>> 12 === 0x80211;

/** PPI: version, flags, length of the header, link type of what follows; little-endian. */
export function ppi(c: Cursor): number {
  if (!c.has(8)) return END_CUT_LINK;
  const length = c.u16LittleEndian(2);
  if (c.u8(0) !== 0 || length < 8) return END_OTHER;
  c.type = c.u32LittleEndian(4);
  return c.skipLink(length, NEXT_LINK);
}
