/**
 * Where the decoding of a frame stands, and the small numbers by which one header says what follows it. Owns what
 * every protocol of this folder shares: bounds, offset of the next header, and what was gathered on the way.
 *
 * One cursor serves all frames, so that no frame costs an allocation. A protocol is a function of the cursor: it
 * checks once that its header is there, moves `offset` behind it and returns a NEXT_ or an END_ number.
 */

import { MARK_IP_IN_IP, MARK_IPV4, MARK_IPV6 } from './marks.js';

/** The TCP header is at `offset`. */
export const FOUND_TCP = 0;

/** An ethertype, in `type`, has been read. */
export const NEXT_ETHERTYPE = 1;
/** An Ethernet header (destination address first). */
export const NEXT_ETHERNET = 2;
export const NEXT_IPV4 = 3;
export const NEXT_IPV6 = 4;
/** IP of either version: its first four bits tell. */
export const NEXT_IP = 5;
/** What an IP header carries; the protocol number is in `type`. */
export const NEXT_IP_PAYLOAD = 6;
/** LLC (IEEE 802.2). */
export const NEXT_LLC = 7;
/** PPP, perhaps with HDLC's address and control bytes. */
export const NEXT_PPP = 8;
/** A label stack. */
export const NEXT_MPLS = 9;
/** An 802.11 MAC header. */
export const NEXT_IEEE80211 = 10;
/** A link layer of its own; its LINKTYPE_ number is in `type`. */
export const NEXT_LINK = 11;
export const NEXT_NSH = 12;
/** Behind a PPPoE ethertype. */
export const NEXT_PPPOE = 13;
export const NEXT_CISCO_HDLC = 14;
export const NEXT_FRAME_RELAY = 15;
/** NLPID (ISO/IEC TR 9577). */
export const NEXT_NLPID = 16;

/** No TCP here: another protocol, or one that is not known. */
export const END_OTHER = -1;
/** Cut inside a header of the link layer or of something that stands for one. */
export const END_CUT_LINK = -2;
/** An IP header that is cut or wrong. */
export const END_BAD_IP = -3;
/** A fragment of TCP, or of what may be a tunnel, other than the first. */
export const END_LATER_FRAGMENT = -5;
export const END_UNKNOWN_LINK = -6;
export const END_ENCRYPTED = -7;
/** An ICMP message over IPv4, or one of ICMPv6 over IPv6: it starts at `offset`. Later fragments of one are END_OTHER. */
export const END_ICMP = -8;

/** More than any frame has. */
export const NO_END = 0x7fffffff;

export interface CursorOptions {
  /** Only IPv4 directly over the link layer counts. */
  readonly directOnly: boolean;
  /** The first IP header is the one that counts: no tunnel is looked into. */
  readonly outer: boolean;
  /** VLAN ids are gathered in `vlan`. */
  readonly vlanKey: boolean;
  /** USER0 to USER15 (link types 147 to 162) -> the link type that they stand for. */
  readonly userDlts: ReadonlyMap<number, number>;
}

export class Cursor {
  readonly directOnly: boolean;
  readonly outer: boolean;
  readonly vlanKey: boolean;
  readonly userDlts: ReadonlyMap<number, number>;
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Byte of `view` where the frame starts, and how many of its bytes are there. */
  at = 0;
  captured = 0;
  /** Of the next header, from the frame's start. */
  offset = 0;
  /** Ethertype, IP protocol or link type: see the NEXT_ numbers. */
  type = 0;
  /** The innermost IP header so far: offset, version 6, and that more fragments follow. */
  ip = 0;
  isV6 = false;
  moreFragments = false;
  /** After a later fragment: the protocol of what it is a piece of; else 0. */
  fragmentOf = 0;
  /** IP headers so far. */
  ipHeaders = 0;
  /** The frame's VLAN tags in one number: see vlan-key.ts. */
  vlan = 0;
  /** Id of the outermost tag + 1, or 0. */
  vlanId = 0;
  /** Where what the headers so far declare to be theirs ends, from the frame's start; NO_END where none says, or a fragment holds but a part. */
  declaredEnd = NO_END;
  /** Of the IP header that says that it is a fragment; see fragment-key.ts. */
  fragmentKey = 0;
  isFirstFragment = false;
  /**
   * What that fragment holds of its datagram: from which byte / 8 on, how many bytes (below 1 where nothing says so), where they end from the
   * frame's start, and whether others follow.
   */
  pieceUnit = 0;
  pieceBytes = 0;
  pieceEnd = 0;
  pieceIsLast = false;
  /** MARK_ bits (marks.ts) of the headers that were found. */
  marks = 0;
  /** Headers that were found, that of the link layer included; and of them VLAN tags and MPLS labels. */
  headers = 0;
  vlanTags = 0;
  mplsLabels = 0;
  /** Of the outermost Ethernet or 802.11 header: where destination and source address are; -1 for none. */
  addresses = -1;
  /** What the link layer says that it carries: ethertype, or DSAP where there is none; 0 when it says neither. */
  linkCode = 0;
  /** The outermost IP header: offset or -1, and version 6. */
  outerIp = -1;
  outerIsV6 = false;
  /**
   * The innermost IP header, be it that of a later fragment: offset or -1, the protocol that it carries, where that starts (-1 in a
   * later fragment), and whether it is any fragment's.
   */
  lastIp = -1;
  protocol = 0;
  payload = -1;
  isFragment = false;
  /**
   * IP headers of first fragments, and what the other fragments share with each: of the outermost (its key is `fragmentKey`, too, unless that
   * is a later one's further in), and of the innermost, which may be the same.
   */
  headIp = -1;
  headKey = 0;
  innerHeadIp = -1;
  innerHeadKey = 0;
  /** Headers of 802.1AE that were stepped over, over all frames. */
  macsecFrames = 0;

  constructor(options: CursorOptions) {
    this.directOnly = options.directOnly;
    this.outer = options.outer;
    this.vlanKey = options.vlanKey;
    this.userDlts = options.userDlts;
  }

  /** Goes to the first byte of the frame of `captured` bytes at byte `at` of `view`. */
  begin(view: DataView, at: number, captured: number): void {
    this.view = view;
    this.at = at;
    this.captured = captured;
    this.offset = 0;
    this.type = 0;
    this.ip = 0;
    this.isV6 = false;
    this.moreFragments = false;
    this.fragmentOf = 0;
    this.ipHeaders = 0;
    this.vlan = 0;
    this.vlanId = 0;
    this.declaredEnd = NO_END;
    this.fragmentKey = 0;
    this.isFirstFragment = false;
    this.marks = 0;
    this.headers = 0;
    this.vlanTags = 0;
    this.mplsLabels = 0;
    this.addresses = -1;
    this.linkCode = 0;
    this.outerIp = -1;
    this.outerIsV6 = false;
    this.lastIp = -1;
    this.protocol = 0;
    this.payload = -1;
    this.isFragment = false;
    this.headIp = -1;
    this.headKey = 0;
    this.innerHeadIp = -1;
    this.innerHeadKey = 0;
  }

  /** Notes that an IP header is at `offset`, of version 6 if `isV6`. */
  noteIp(isV6: boolean): void {
    if (this.outerIp < 0) {
      this.outerIp = this.offset;
      this.outerIsV6 = isV6;
    } else {
      this.marks |= MARK_IP_IN_IP;
    }
    this.marks |= isV6 ? MARK_IPV6 : MARK_IPV4;
    this.lastIp = this.offset;
    this.isV6 = isV6;
    this.isFragment = false;
  }

  /** Notes what a fragment holds of the datagram with this key: `bytes` that begin `ahead` of `offset`. */
  notePiece(key: number, unit: number, ahead: number, bytes: number, isLast: boolean): void {
    this.fragmentKey = key;
    this.pieceUnit = unit;
    this.pieceBytes = bytes;
    this.pieceEnd = this.offset + ahead + bytes;
    this.pieceIsLast = isLast;
  }

  /** Notes that the IP header at `ip` is a first fragment's, of a datagram with this key; `bytes` of it begin `ahead` of `offset`. */
  noteFirstFragment(key: number, ahead: number, bytes: number): void {
    this.isFragment = true;
    this.declaredEnd = NO_END;
    this.innerHeadIp = this.ip;
    this.innerHeadKey = key;
    if (this.isFirstFragment) return;
    // Later fragments of the outermost packet that is cut into pieces have but its header to be known by.
    this.isFirstFragment = true;
    this.notePiece(key, 0, ahead, bytes, false);
    this.headIp = this.ip;
    this.headKey = key;
  }

  /** Notes that a header declares that what it is of ends at `end`, from the frame's start: no more than what is around it. */
  noteEnd(end: number): void {
    if (end < this.declaredEnd) this.declaredEnd = end;
  }

  /** Whether `bytes` more are there from `offset` on. What is read below must have been asked for. */
  has(bytes: number): boolean {
    return this.captured - this.offset >= bytes;
  }

  /** The byte `ahead` of `offset`. */
  u8(ahead: number): number {
    return this.view.getUint8(this.at + this.offset + ahead);
  }

  /** Big-endian, as all of the following unless they say otherwise. */
  u16(ahead: number): number {
    return this.view.getUint16(this.at + this.offset + ahead);
  }

  u32(ahead: number): number {
    return this.view.getUint32(this.at + this.offset + ahead);
  }

  u16LittleEndian(ahead: number): number {
    return this.view.getUint16(this.at + this.offset + ahead, true);
  }

  u32LittleEndian(ahead: number): number {
    return this.view.getUint32(this.at + this.offset + ahead, true);
  }

  /** Steps over `bytes` that are known to be there, to what `next` says. */
  skip(bytes: number, next: number): number {
    this.offset += bytes;
    return next;
  }

  /** Steps over `bytes` of a link-like header if they are there. */
  skipLink(bytes: number, next: number): number {
    if (!this.has(bytes)) return END_CUT_LINK;
    this.offset += bytes;
    return next;
  }

  /** Steps over `bytes` whose last two are an ethertype, which is then in `type`. */
  skipToEthertype(bytes: number): number {
    if (!this.has(bytes)) return END_CUT_LINK;
    this.type = this.u16(bytes - 2);
    this.offset += bytes;
    return NEXT_ETHERTYPE;
  }
}
