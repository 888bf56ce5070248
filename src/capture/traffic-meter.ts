/**
 * What the reader counts of the traffic, a packet at a time: protocols, headers, lengths. Owns the figures (traffic-figures.ts); which flow a
 * packet is of is flow-words.ts's business.
 */
import { Cursor, END_BAD_IP, END_OTHER, END_UNKNOWN_LINK, FOUND_TCP } from '../wire/cursor.js';
import { goToTcp } from '../wire/headers.js';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ip-protocols.js';
import {
  MARK_ARP,
  MARK_ETHERNET,
  MARK_FRAGMENT,
  MARK_GRE,
  MARK_ICMP,
  MARK_ICMPV6,
  MARK_IGMP,
  MARK_IPV4,
  MARK_IPV6,
  MARK_LLC,
  MARK_OTHER,
  MARK_SCTP,
  MARK_TCP,
  MARK_UDP,
  MARK_VLAN,
  MARK_VLANS,
} from '../wire/marks.js';
import {
  CONDITION_BAD_HEADER,
  CONDITION_FRAGMENT_WITHOUT_HEAD,
  CONDITION_IP_OVER_FRAME,
  CONDITION_SNAPPED,
  CONDITION_SNAPPED_HEADER,
  CONDITION_UNKNOWN_LINK,
} from './conditions.js';
import type { DecodeOptions, FrameDecoder } from './decode.js';
import { ipOffset } from './descriptor.js';
import { FlowWords } from './flow-words.js';
import { type CaptureFormat, NO_PACKET } from './format.js';
import { BAD_TCP_HEADER, SEGMENT } from './frame-reasons.js';
import { CUT, headerFault, WRONG } from './header-faults.js';
import {
  T_CAPTURED_BYTES,
  T_CONDITIONS,
  T_GRE_PACKETS,
  T_HEADERS,
  T_HEADERS_LEAST,
  T_HEADERS_MOST,
  T_ICMP_PACKETS,
  T_ICMPV6_PACKETS,
  T_IGMP_PACKETS,
  T_IP_BYTES,
  T_IPV4_FRAGMENTS,
  T_IPV4_PACKETS,
  T_IPV6_FRAGMENTS,
  T_IPV6_PACKETS,
  T_LLC_PACKETS,
  T_MARKS,
  T_MPLS_LABELS_MOST,
  T_OTHER_IP_PACKETS,
  T_PACKETS,
  T_PAD_BYTES,
  T_PROTOCOLS,
  T_SCTP_PACKETS,
  T_TCP_BYTES,
  T_TCP_PACKETS,
  T_UDP_BYTES,
  T_UDP_PACKETS,
  T_VLAN_TAGS_MOST,
  T_WIRE_BYTES,
  trafficFigures,
} from './traffic-figures.js';

/** Protocols whose packets and bytes are counted each: of IP by number, or of the link layer by ethertype or DSAP. */
export interface CountedProtocol {
  readonly layer: 'ip' | 'link';
  readonly number: number;
}

const PROTOCOL_IGMP = 2;
const PROTOCOL_SCTP = 132;
const CODE_IPV4 = 0x0800;
const CODE_IPV6 = 0x86dd;
const CODE_ARP = 0x0806;
const CODE_REVERSE_ARP = 0x8035;

/** Link layer, IP, TCP. */
const PLAIN_HEADERS = 3;
/** Where an IP header behind one VLAN tag starts. */
const TAGGED_IP = 18;

export class TrafficMeter {
  readonly #figures: Float64Array;
  /** By number, the place among the protocols + 1, or 0. */
  readonly #ipPlaces = new Uint8Array(256);
  readonly #linkPlaces = new Uint8Array(65536);
  /** TCP over plain IP over Ethernet, perhaps behind a VLAN tag: packets and bytes by version, and those with a tag. */
  #plain4 = 0;
  #plain4Bytes = 0;
  #plain6 = 0;
  #plain6Bytes = 0;
  #tagged = 0;
  #marks = 0;
  #conditions = 0;
  readonly #flowWords = new FlowWords();
  /** Of its own where the decoder looks at less than is counted here. */
  readonly #cursor: Cursor | undefined;

  /** `options`: those of the decoder that is asked first. */
  constructor(protocols: readonly CountedProtocol[], options: DecodeOptions) {
    this.#figures = new Float64Array(trafficFigures(protocols.length));
    protocols.forEach(({ layer, number }, index) => {
      (layer === 'ip' ? this.#ipPlaces : this.#linkPlaces)[number] = index + 1;
    });
    if (options.directOnly || options.linkTypes !== undefined) {
      this.#cursor = new Cursor({ ...options, directOnly: false });
    }
  }

  /** Counts a segment that the decoder found without walking through headers, in plain IP. `where`: its D_WHERE; bytes on the `wire`. */
  takePlain(view: DataView, at: number, captured: number, wire: number, where: number): void {
    const figures = this.#figures;
    const ip = ipOffset(where);
    let length: number;
    if (where < 0) {
      this.#plain6++;
      this.#plain6Bytes += captured;
      length = 40 + view.getUint16(at + ip + 4);
    } else {
      this.#plain4++;
      this.#plain4Bytes += captured;
      length = view.getUint16(at + ip + 2);
    }
    if (ip === TAGGED_IP) this.#tagged++;
    figures[T_WIRE_BYTES] += wire;
    if (length === wire - ip) figures[T_IP_BYTES] += length;
    else this.#takeOddLength(length, wire - ip, where < 0);
  }

  /** Counts any other segment that the decoder found. */
  takeSegment(view: DataView, format: CaptureFormat, decoder: FrameDecoder): void {
    this.#take(view, format, decoder, SEGMENT);
  }

  /** Counts any other packet, which came to `reason` with the decoder; the descriptor at word `d` of `words` is then that of a packet of a flow. */
  takeOther(
    view: DataView,
    format: CaptureFormat,
    decoder: FrameDecoder,
    reason: number,
    words: Int32Array,
    d: number,
  ): void {
    this.#flowWords.fill(this.#take(view, format, decoder, reason), words, d);
  }

  /** Returns the cursor that walked through the packet's headers. */
  #take(view: DataView, format: CaptureFormat, decoder: FrameDecoder, reason: number): Cursor {
    const at = format.frameAt;
    const captured = format.capturedBytes;
    const wire = format.wireBytes >>> 0;
    const c = this.#cursor ?? decoder.cursor;
    let end = reason === BAD_TCP_HEADER ? FOUND_TCP : -reason;
    if (this.#cursor !== undefined || !decoder.hasWalked) {
      c.begin(view, at, captured);
      end = format.linkType === NO_PACKET ? END_OTHER : goToTcp(c, format.linkType);
    }
    if (c.isFragment || c.isFirstFragment) this.#noteFragment(c);
    this.#flowWords.find(c);
    this.#count(c, captured, wire);
    this.#judge(end, c, captured, wire);
    return c;
  }

  /** Leaves all figures but times in `out`, with `conditions` (CONDITION_ bits) of inputs. */
  writeTo(out: Float64Array, conditions: number): void {
    out.set(this.#figures);
    const plain = this.#plain4 + this.#plain6;
    const bytes = this.#plain4Bytes + this.#plain6Bytes;
    out[T_PACKETS] += plain;
    out[T_CAPTURED_BYTES] += bytes;
    out[T_IPV4_PACKETS] += this.#plain4;
    out[T_IPV6_PACKETS] += this.#plain6;
    out[T_TCP_PACKETS] += plain;
    out[T_TCP_BYTES] += bytes;
    out[T_HEADERS] += PLAIN_HEADERS * plain + this.#tagged;
    let marks = this.#marks;
    if (plain > 0) {
      const least = this.#tagged < plain ? PLAIN_HEADERS : PLAIN_HEADERS + 1;
      if (out[T_HEADERS_LEAST] === 0 || least < out[T_HEADERS_LEAST]) out[T_HEADERS_LEAST] = least;
      out[T_HEADERS_MOST] = Math.max(out[T_HEADERS_MOST], PLAIN_HEADERS + Math.sign(this.#tagged));
      out[T_VLAN_TAGS_MOST] = Math.max(out[T_VLAN_TAGS_MOST], Math.sign(this.#tagged));
      marks |= MARK_ETHERNET | MARK_TCP;
      if (this.#plain4 > 0) marks |= MARK_IPV4;
      if (this.#plain6 > 0) marks |= MARK_IPV6;
      if (this.#tagged > 0) marks |= MARK_VLAN;
    }
    addTo(out, this.#linkPlaces[CODE_IPV4], this.#plain4, this.#plain4Bytes);
    addTo(out, this.#linkPlaces[CODE_IPV6], this.#plain6, this.#plain6Bytes);
    addTo(out, this.#ipPlaces[PROTOCOL_TCP], plain, bytes);
    out[T_MARKS] = marks;
    const isSnapped = out[T_CAPTURED_BYTES] < out[T_WIRE_BYTES];
    out[T_CONDITIONS] = this.#conditions | conditions | (isSnapped ? CONDITION_SNAPPED : 0);
  }

  #count(c: Cursor, captured: number, wire: number): void {
    const figures = this.#figures;
    figures[T_PACKETS]++;
    figures[T_CAPTURED_BYTES] += captured;
    figures[T_WIRE_BYTES] += wire;
    figures[T_HEADERS] += c.headers;
    const least = figures[T_HEADERS_LEAST];
    if (c.headers > 0 && (least === 0 || c.headers < least)) figures[T_HEADERS_LEAST] = c.headers;
    if (c.headers > figures[T_HEADERS_MOST]) figures[T_HEADERS_MOST] = c.headers;
    if (c.vlanTags > figures[T_VLAN_TAGS_MOST]) figures[T_VLAN_TAGS_MOST] = c.vlanTags;
    if (c.mplsLabels > figures[T_MPLS_LABELS_MOST]) figures[T_MPLS_LABELS_MOST] = c.mplsLabels;
    if ((c.marks & MARK_LLC) !== 0) figures[T_LLC_PACKETS]++;
    if ((c.marks & MARK_GRE) !== 0) figures[T_GRE_PACKETS]++;
    if (c.outerIp >= 0) this.#countOuterIp(c, wire);
    this.#marks |= c.marks | (c.vlanTags > 0 ? MARK_VLAN : 0) | (c.vlanTags > 1 ? MARK_VLANS : 0);
    const code = c.lastIp < 0 ? c.linkCode : c.isV6 ? CODE_IPV6 : CODE_IPV4;
    addTo(figures, this.#linkPlaces[code], 1, captured);
    if (c.lastIp >= 0) this.#countIp(c, captured);
    else if (code === CODE_ARP || code === CODE_REVERSE_ARP) this.#marks |= MARK_ARP;
    else if ((c.marks & MARK_LLC) === 0) this.#marks |= MARK_OTHER;
  }

  #countIp(c: Cursor, captured: number): void {
    const figures = this.#figures;
    const { protocol } = this.#flowWords;
    figures[c.isV6 ? T_IPV6_PACKETS : T_IPV4_PACKETS]++;
    if (c.isFragment) {
      figures[c.isV6 ? T_IPV6_FRAGMENTS : T_IPV4_FRAGMENTS]++;
      this.#marks |= MARK_FRAGMENT;
    }
    addTo(figures, this.#ipPlaces[protocol], 1, captured);
    switch (protocol) {
      case PROTOCOL_TCP:
        figures[T_TCP_PACKETS]++;
        figures[T_TCP_BYTES] += captured;
        this.#marks |= MARK_TCP;
        break;
      case PROTOCOL_UDP:
        figures[T_UDP_PACKETS]++;
        figures[T_UDP_BYTES] += captured;
        this.#marks |= MARK_UDP;
        break;
      case PROTOCOL_ICMP:
        figures[T_ICMP_PACKETS]++;
        this.#marks |= MARK_ICMP;
        break;
      case PROTOCOL_ICMPV6:
        figures[T_ICMPV6_PACKETS]++;
        this.#marks |= MARK_ICMPV6;
        break;
      case PROTOCOL_IGMP:
        figures[T_IGMP_PACKETS]++;
        this.#marks |= MARK_IGMP;
        break;
      case PROTOCOL_SCTP:
        figures[T_SCTP_PACKETS]++;
        this.#marks |= MARK_SCTP;
        break;
      default:
        break;
    }
  }

  /** The outermost IP packet's length, by its header (RFC 791 3.1, RFC 8200 3), against its frame's. */
  #countOuterIp({ view, at, outerIp, outerIsV6 }: Cursor, wire: number): void {
    const length = outerIsV6 ? 40 + view.getUint16(at + outerIp + 4) : view.getUint16(at + outerIp + 2);
    this.#takeOddLength(length, wire - outerIp, outerIsV6);
  }

  /** `room`: bytes of the frame from the IP header on. */
  #takeOddLength(length: number, room: number, isV6: boolean): void {
    const figures = this.#figures;
    // Left to the network card to fill in, or a jumbogram (RFC 2675).
    if (length === (isV6 ? 40 : 0)) {
      figures[T_IP_BYTES] += room;
      return;
    }
    figures[T_IP_BYTES] += length;
    if (length > room) this.#conditions |= CONDITION_IP_OVER_FRAME;
    else figures[T_PAD_BYTES] += room - length;
  }

  #noteFragment(c: Cursor): void {
    if (!this.#flowWords.noteFragment(c)) this.#conditions |= CONDITION_FRAGMENT_WITHOUT_HEAD;
  }

  /** What is wrong with a packet whose headers ended with `end` (FOUND_TCP, END_ numbers). */
  #judge(end: number, c: Cursor, captured: number, wire: number): void {
    if (end === END_UNKNOWN_LINK) this.#conditions |= CONDITION_UNKNOWN_LINK;
    if (end === END_BAD_IP && c.lastIp < 0 && c.has(1)) {
      const version = c.u8(0) >>> 4;
      if (version !== 4 && version !== 6) this.#figures[T_OTHER_IP_PACKETS]++;
    }
    const isSnapped = captured < wire;
    switch (headerFault(end, c)) {
      case CUT:
        this.#conditions |= isSnapped ? CONDITION_SNAPPED_HEADER : CONDITION_BAD_HEADER;
        break;
      case WRONG:
        this.#conditions |= CONDITION_BAD_HEADER;
        break;
      default:
        break;
    }
  }
}

/** Adds to the protocol at `place` - 1, if it has one. */
function addTo(figures: Float64Array, place: number, packets: number, bytes: number): void {
  if (place === 0) return;
  const at = T_PROTOCOLS + 2 * (place - 1);
  figures[at] += packets;
  figures[at + 1] += bytes;
}
