/**
 * Headers that operating systems write in place of a link layer: Linux's cooked captures and netfilter log, the BSDs'
 * loopback, packet filter and IPsec interfaces, Solaris' IPNET, Apple's PKTAP.
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_OTHER,
  NEXT_ETHERTYPE,
  NEXT_IEEE80211,
  NEXT_IP,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_LINK,
  NEXT_LLC,
} from './cursor.js';

/** Linux' ARPHRD_ numbers of wireless interfaces, whose frames follow whole. */
const HARDWARE_80211 = 801;
const HARDWARE_80211_PRISM = 802;
const HARDWARE_80211_RADIOTAP = 803;
/** linux/if_ether.h ETH_P_802_2: LLC without a length. */
const PROTOCOL_LLC = 4;

/** LINKTYPE_LINUX_SLL: packet type, hardware type, address with its length, protocol. */
export function linuxSll(c: Cursor): number {
  if (!c.has(16)) return END_CUT_LINK;
  return afterSll(c, 16, c.u16(2), c.u16(14));
}

/** LINKTYPE_LINUX_SLL2: protocol, reserved, interface, hardware type, packet type, address with its length. */
export function linuxSll2(c: Cursor): number {
  if (!c.has(20)) return END_CUT_LINK;
  return afterSll(c, 20, c.u16(8), c.u16(0));
}

function afterSll(c: Cursor, bytes: number, hardware: number, protocol: number): number {
  c.offset += bytes;
  if (!c.directOnly) {
    if (hardware === HARDWARE_80211) return NEXT_IEEE80211;
    if (hardware === HARDWARE_80211_PRISM) return link(c, 119);
    if (hardware === HARDWARE_80211_RADIOTAP) return link(c, 127);
    if (protocol === PROTOCOL_LLC) return NEXT_LLC;
  }
  c.type = protocol;
  // Numbers below are Linux' own, not lengths.
  return protocol < 0x0600 ? END_OTHER : NEXT_ETHERTYPE;
}

function link(c: Cursor, linkType: number): number {
  c.type = linkType;
  return NEXT_LINK;
}

/** BSD loopback: the address family, in the byte order of the capturing host or (LOOP) big-endian. */
export function loopback(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  const family = c.u32(0);
  return c.skip(4, afterFamily((family & 0xffffff) === 0 ? family >>> 24 : family));
}

/** AF_INET is 2 everywhere; AF_INET6 is 10 (Linux), 24, 28 or 30 (the BSDs). */
function afterFamily(family: number): number {
  if (family === 2) return NEXT_IPV4;
  if (family === 10 || family === 24 || family === 28 || family === 30) return NEXT_IPV6;
  return END_OTHER;
}

/** LINKTYPE_ENC: address family in the host's byte order, SPI, flags. */
export function enc(c: Cursor): number {
  if (!c.has(12)) return END_CUT_LINK;
  const family = c.u32(0);
  return c.skip(12, afterFamily((family & 0xffffff) === 0 ? family >>> 24 : family));
}

/** LINKTYPE_PFLOG: length of the header without its padding, address family. */
export function pflog(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  const bytes = (c.u8(0) + 3) & ~3;
  return bytes < 48 ? END_OTHER : c.skipLink(bytes, afterFamily(c.u8(1)));
}

/** LINKTYPE_IPNET: version 1, address family (Solaris: 2 and 26), 22 bytes that do not matter here. */
export function ipnet(c: Cursor): number {
  if (!c.has(24)) return END_CUT_LINK;
  if (c.u8(0) !== 1) return END_OTHER;
  const family = c.u8(1);
  return c.skip(24, family === 26 ? NEXT_IPV6 : afterFamily(family));
}

/** LINKTYPE_NFLOG: address family, version 0, resource; then attributes, of which number 9 is the packet. */
export function nflog(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  if (c.u8(1) !== 0) return END_OTHER;
  c.offset += 4;
  while (c.has(4)) {
    // Length and number are in the host's byte order; numbers are small, so the zero byte tells which it was.
    const littleEndian = c.u8(3) === 0;
    const length = littleEndian ? c.u16LittleEndian(0) : c.u16(0);
    const number = littleEndian ? c.u16LittleEndian(2) : c.u16(2);
    if (length < 4) return END_OTHER;
    if (number === 9) return c.skip(4, NEXT_IP);
    c.offset += (length + 3) & ~3;
  }
  return END_CUT_LINK;
}

/** LINKTYPE_PKTAP: length of the header, kind of record (1: a packet follows), its link type; little-endian. */
export function pktap(c: Cursor): number {
  if (!c.has(12)) return END_CUT_LINK;
  const bytes = c.u32LittleEndian(0);
  if (c.u32LittleEndian(4) !== 1 || bytes < 12) return END_OTHER;
  c.type = c.u32LittleEndian(8);
  return c.skipLink(bytes, NEXT_LINK);
}
