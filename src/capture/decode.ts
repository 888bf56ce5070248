/**
 * Frame to descriptor: decodes just far enough to know the conversation and what its tracker needs.
 * Runs once per packet in the reader; no allocation.
 *
 * A frame gives one segment at most: the innermost TCP header that counts, and of several frames in one (A-MSDU) the
 * first.
 */
import { hashIpv6, mixVlan } from '../wire/conversation-hash.js';
import { Cursor, type CursorOptions, FOUND_TCP, NO_END } from '../wire/cursor.js';
import { goToTcp } from '../wire/headers.js';
import { IcmpQuote } from '../wire/icmp.js';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP } from '../wire/ip-protocols.js';
import { isKnownLinkType } from '../wire/link.js';
import { addVlan } from '../wire/vlan-key.js';
import {
  D_ACK,
  D_DST,
  D_ICMP,
  D_ICMP_IP,
  D_INDEX,
  D_PORTS,
  D_SEQ,
  D_SRC,
  D_TCP,
  D_TSECR,
  D_TSVAL,
  D_VLAN,
  D_WHERE,
  MAX_IP_OFFSET,
  MAX_TCP_OFFSET,
  payloadBits,
  UNREACHABLE_HERE,
  WHERE_MORE_FRAGMENTS,
  WHERE_TIMESTAMPS,
  WHERE_V6,
} from './descriptor.js';
import { NO_PACKET } from './format.js';
import {
  BAD_TCP_HEADER,
  ICMP_MESSAGE,
  LATER_FRAGMENT,
  NO_SEGMENT,
  SEGMENT,
  UNKNOWN_LINK_TYPE,
} from './frame-reasons.js';

/** What counts. See `CursorOptions` for its other fields. */
export interface DecodeOptions extends CursorOptions {
  /** Link types whose frames are decoded; undefined: all that are known. Ethernet is among them. */
  readonly linkTypes?: ReadonlySet<number> | undefined;
}

const LINKTYPE_ETHERNET = 1;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
/** Version 4, a header of 5 words. */
const IPV4_WITHOUT_OPTIONS = 0x45;
/** More fragments, and offset (RFC 791 3.1). */
const ANY_FRAGMENT = 0x3fff;

/** NOP, NOP, kind 8, length 10: the usual form of a timestamps option (RFC 7323 appendix A). */
const NOP_NOP_TIMESTAMPS = 0x0101080a;

export class FrameDecoder {
  /**
   * After SEGMENT, whether some IP header of the frame is that of a first fragment: not only the innermost, of which
   * WHERE_MORE_FRAGMENTS tells.
   */
  isFirstFragment = false;
  /** Whether the last frame's headers were walked through; else `cursor` knows nothing of it. */
  hasWalked = false;
  /** After SEGMENT: the VLAN id of the outermost tag + 1, or 0. */
  vlanId = 0;
  readonly cursor: Cursor;
  readonly #directOnly: boolean;
  readonly #userDlts: ReadonlyMap<number, number>;
  readonly #linkTypes: ReadonlySet<number> | undefined;
  readonly #vlanKey: boolean;
  readonly #quote = new IcmpQuote();

  constructor(options: DecodeOptions) {
    this.cursor = new Cursor(options);
    this.#directOnly = options.directOnly;
    this.#userDlts = options.userDlts;
    this.#linkTypes = options.linkTypes;
    this.#vlanKey = options.vlanKey;
  }

  /** Whether frames of this link type are decoded at all. */
  decodes(linkType: number): boolean {
    const meant = this.#userDlts.get(linkType) ?? linkType;
    return isKnownLinkType(meant) && this.#linkTypes?.has(meant) !== false;
  }

  /**
   * After LATER_FRAGMENT, and when `isFirstFragment`: what all fragments of the packet share, hashed to an int32. When
   * several headers are those of first fragments it is the outermost one's.
   */
  get fragmentKey(): number {
    return this.cursor.fragmentKey;
  }

  /** After a frame without a segment, for `reason`: whether its innermost packet is one of TCP or ICMP all the same. */
  isTcpOrIcmp(reason: number): boolean {
    if (reason === ICMP_MESSAGE) return true;
    // Frames whose TCP header is cut may not have come to the cursor.
    if (reason === BAD_TCP_HEADER) return true;
    if (reason !== LATER_FRAGMENT && reason !== NO_SEGMENT) return false;
    const { fragmentOf, isV6 } = this.cursor;
    return fragmentOf === PROTOCOL_TCP || fragmentOf === (isV6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP);
  }

  /** After SEGMENT: where it ends at the latest, from the frame's start, as headers around it declare; NO_END where none was asked. */
  get declaredEnd(): number {
    return this.hasWalked ? this.cursor.declaredEnd : NO_END;
  }

  /**
   * After ICMP_MESSAGE: whether it says that the host or port of a segment cannot be reached; the descriptor at word `d` of `words`
   * is then of that segment's conversation.
   */
  decodeUnreachable(words: Int32Array, d: number): boolean {
    const { view, at, captured, ip, offset, isV6, vlan } = this.cursor;
    const quote = this.#quote;
    if (!quote.findUnreachable(view, at, captured, offset, isV6)) return false;
    if (quote.ip > MAX_IP_OFFSET || quote.tcp > MAX_TCP_OFFSET) return false;
    words[d + D_ICMP_IP] = ip;
    words[d + D_ICMP] = offset;
    words[d + D_VLAN] = vlan;
    words[d + D_WHERE] = (isV6 ? WHERE_V6 : 0) | (quote.ip << 16) | quote.tcp;
    words[d + D_TCP] = UNREACHABLE_HERE;
    words[d + D_PORTS] = view.getInt32(at + quote.tcp);
    if (isV6) {
      words[d + D_SRC] = mixVlan(hashIpv6(view, at + quote.ip + 8, words[d + D_PORTS]), vlan);
      words[d + D_DST] = 0;
    } else {
      words[d + D_SRC] = view.getInt32(at + quote.ip + 12);
      words[d + D_DST] = view.getInt32(at + quote.ip + 16);
    }
    return true;
  }

  /** Frames so far whose header of 802.1AE, without encryption, was stepped over. */
  get macsecFrames(): number {
    return this.cursor.macsecFrames;
  }

  /**
   * Decodes the frame of `captured` bytes at byte `at` of `view` into the descriptor at word `d` of `words`.
   * Returns SEGMENT or the reason.
   */
  decode(view: DataView, at: number, captured: number, linkType: number, words: Int32Array, d: number): number {
    this.hasWalked = false;
    // The commonest case by itself, small enough to be inlined into the reader's loop: Ethernet, IPv4 without options and
    // not fragmented, TCP. Whatever is unusual or wrong starts over below.
    if (
      linkType === LINKTYPE_ETHERNET &&
      captured >= 54 &&
      view.getUint16(at + 12) === ETHERTYPE_IPV4 &&
      view.getUint8(at + 14) === IPV4_WITHOUT_OPTIONS &&
      view.getUint8(at + 23) === PROTOCOL_TCP &&
      (view.getUint16(at + 20) & ANY_FRAGMENT) === 0
    ) {
      this.isFirstFragment = false;
      this.vlanId = 0;
      words[d + D_VLAN] = 0;
      words[d + D_SRC] = view.getInt32(at + 26);
      words[d + D_DST] = view.getInt32(at + 30);
      return decodeTcp(view, at, 34, captured, 14 << 16, words, d) ? SEGMENT : BAD_TCP_HEADER;
    }
    return this.#decodeCommon(view, at, captured, linkType, words, d);
  }

  /** The next most common cases, without a call for each header: Ethernet, perhaps a VLAN tag, plain IP, TCP. */
  #decodeCommon(view: DataView, at: number, captured: number, linkType: number, words: Int32Array, d: number): number {
    if (linkType === LINKTYPE_ETHERNET && captured >= 38 && !this.#directOnly) {
      let ip = 14;
      let ethertype = view.getUint16(at + 12);
      let vlan = 0;
      this.vlanId = 0;
      if (ethertype === ETHERTYPE_VLAN) {
        const id = view.getUint16(at + 14) & 0xfff;
        this.vlanId = id + 1;
        if (this.#vlanKey) vlan = addVlan(0, id);
        ip = 18;
        ethertype = view.getUint16(at + 16);
      }
      const header = at + ip;
      if (ethertype === ETHERTYPE_IPV4) {
        const tcp = ip + 20;
        if (
          captured >= tcp &&
          view.getUint8(header) === IPV4_WITHOUT_OPTIONS &&
          view.getUint8(header + 9) === PROTOCOL_TCP &&
          (view.getUint16(header + 6) & ANY_FRAGMENT) === 0
        ) {
          this.isFirstFragment = false;
          words[d + D_VLAN] = vlan;
          words[d + D_SRC] = view.getInt32(header + 12);
          words[d + D_DST] = view.getInt32(header + 16);
          return decodeTcp(view, at, tcp, captured, ip << 16, words, d) ? SEGMENT : BAD_TCP_HEADER;
        }
      } else if (ethertype === ETHERTYPE_IPV6) {
        const tcp = ip + 40;
        if (captured >= tcp && view.getUint8(header + 6) === PROTOCOL_TCP && view.getUint8(header) >>> 4 === 6) {
          this.isFirstFragment = false;
          return decodeTcp6(view, at, ip, tcp, captured, 0, vlan, words, d);
        }
      }
    }
    return this.#decodeOther(view, at, captured, linkType, words, d);
  }

  #decodeOther(view: DataView, at: number, captured: number, linkType: number, words: Int32Array, d: number): number {
    const c = this.cursor;
    c.begin(view, at, captured);
    this.hasWalked = true;
    if (linkType === NO_PACKET) return NO_SEGMENT;
    if (this.#linkTypes !== undefined && !this.decodes(linkType)) return UNKNOWN_LINK_TYPE;
    const end = goToTcp(c, linkType);
    this.isFirstFragment = c.isFirstFragment;
    this.vlanId = c.vlanId;
    if (end !== FOUND_TCP) return -end;
    const ip = c.ip;
    const tcp = c.offset;
    if (ip > MAX_IP_OFFSET || tcp > MAX_TCP_OFFSET) return NO_SEGMENT;
    const more = c.moreFragments ? WHERE_MORE_FRAGMENTS : 0;
    if (c.isV6) return decodeTcp6(view, at, ip, tcp, captured, more, c.vlan, words, d);
    words[d + D_VLAN] = c.vlan;
    words[d + D_SRC] = view.getInt32(at + ip + 12);
    words[d + D_DST] = view.getInt32(at + ip + 16);
    return decodeTcp(view, at, tcp, captured, (ip << 16) | more, words, d) ? SEGMENT : BAD_TCP_HEADER;
  }
}

/** TCP over the IPv6 header at `ip`. `more`: WHERE_MORE_FRAGMENTS or 0. */
function decodeTcp6(
  view: DataView,
  at: number,
  ip: number,
  tcp: number,
  captured: number,
  more: number,
  vlan: number,
  words: Int32Array,
  d: number,
): number {
  if (!decodeTcp(view, at, tcp, captured, (ip << 16) | WHERE_V6 | more, words, d)) return BAD_TCP_HEADER;
  words[d + D_VLAN] = vlan;
  words[d + D_SRC] = mixVlan(hashIpv6(view, at + ip + 8, words[d + D_PORTS]), vlan);
  words[d + D_DST] = 0;
  return SEGMENT;
}

/** Fills the TCP words and the payload bits of D_INDEX; false when the header is cut or its data offset is below 5. */
function decodeTcp(
  view: DataView,
  at: number,
  tcp: number,
  captured: number,
  where: number,
  words: Int32Array,
  d: number,
): boolean {
  if (captured < tcp + 20) return false;
  const p = at + tcp;
  const word = view.getInt32(p + 12);
  const headerBytes = (word >>> 28) * 4;
  if (headerBytes < 20 || captured < tcp + headerBytes) return false;
  words[d + D_INDEX] = payloadBits(captured - tcp - headerBytes);
  words[d + D_PORTS] = view.getInt32(p);
  words[d + D_SEQ] = view.getInt32(p + 4);
  words[d + D_ACK] = view.getInt32(p + 8);
  words[d + D_TCP] = word;
  if (headerBytes === 32 && view.getInt32(p + 20) === NOP_NOP_TIMESTAMPS) {
    words[d + D_TSVAL] = view.getInt32(p + 24);
    words[d + D_TSECR] = view.getInt32(p + 28);
    words[d + D_WHERE] = where | WHERE_TIMESTAMPS | tcp;
  } else {
    words[d + D_WHERE] = where | tcp;
  }
  return true;
}
