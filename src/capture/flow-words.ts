/**
 * The words by which a packet's flow is told, for packets without a segment. Owns which ports a later fragment has.
 */
import { hashIpv6, mixVlan } from '../wire/conversation-hash.js';
import type { Cursor } from '../wire/cursor.js';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ip-protocols.js';
import {
  D_DST,
  D_PORTS,
  D_SRC,
  D_TCP,
  D_VLAN,
  D_WHERE,
  FLOW_ANSWER,
  FLOW_HERE,
  FLOW_TYPE_SHIFT,
  LINK_FLOW,
  MAX_IP_OFFSET,
  WHERE_V6,
} from './descriptor.js';
import { FragmentHeads } from './fragment-heads.js';

/** RFC 4340 5.1, RFC 9260 3.1, RFC 3828 3.1: ports where TCP and UDP have them. */
const PROTOCOL_DCCP = 33;
const PROTOCOL_SCTP = 132;
const PROTOCOL_UDP_LITE = 136;

/** SYN and ACK among the flags of a TCP header. */
const SYN_ACK = 0x12;

export class FlowWords {
  /** Of the frame that `find` was asked of last: the protocol of its innermost IP packet; ports as in D_PORTS, 0 where there are none. */
  protocol = 0;
  ports = 0;
  readonly #heads = new FragmentHeads();
  #isOrphan = false;

  /** Takes note of a fragment at the cursor; false when it is a later one whose first was not seen. */
  noteFragment(c: Cursor): boolean {
    this.#isOrphan = false;
    if (c.isFirstFragment) {
      this.find(c);
      this.#noteHead(c, c.headIp, c.headKey);
      if (c.innerHeadIp !== c.headIp) this.#noteHead(c, c.innerHeadIp, c.innerHeadKey);
    }
    this.#isOrphan = c.payload < 0 && c.lastIp >= 0 && c.isFragment && !this.#heads.find(c.fragmentKey);
    return !this.#isOrphan;
  }

  /** The ports of a first fragment are those of its own datagram, not of one in a tunnel. */
  #noteHead(c: Cursor, ip: number, key: number): void {
    const isOwn = ip === c.lastIp;
    this.#heads.note(key, isOwn ? c.protocol : -1, isOwn ? this.ports : 0);
  }

  /** Finds out protocol and ports of the frame at the cursor, of which a fragment was noted before. */
  find(c: Cursor): void {
    this.protocol = c.protocol;
    this.ports = 0;
    if (c.payload >= 0) {
      if (hasPorts(c.protocol) && c.captured >= c.payload + 4) this.ports = c.view.getInt32(c.at + c.payload);
    } else if (c.isFragment && !this.#isOrphan && this.#heads.find(c.fragmentKey)) {
      if (this.#heads.protocol >= 0) this.protocol = this.#heads.protocol;
      this.ports = this.#heads.ports;
    }
  }

  /** Makes the descriptor at word `d` that of a packet of the flow that was found. */
  fill(c: Cursor, words: Int32Array, d: number): void {
    const { view, at, lastIp } = c;
    words[d + D_VLAN] = c.vlan;
    if (lastIp < 0 || lastIp > MAX_IP_OFFSET) {
      this.#fillLink(c, words, d);
      return;
    }
    const answer = this.protocol === PROTOCOL_TCP && isAnswer(c) ? FLOW_ANSWER : 0;
    words[d + D_TCP] = FLOW_HERE | (this.protocol << FLOW_TYPE_SHIFT) | answer;
    words[d + D_PORTS] = this.ports;
    if (c.isV6) {
      words[d + D_WHERE] = WHERE_V6 | (lastIp << 16);
      words[d + D_SRC] = mixVlan(hashIpv6(view, at + lastIp + 8, this.ports), c.vlan);
      words[d + D_DST] = 0;
    } else {
      words[d + D_WHERE] = lastIp << 16;
      words[d + D_SRC] = view.getInt32(at + lastIp + 12);
      words[d + D_DST] = view.getInt32(at + lastIp + 16);
    }
  }

  /** Of a frame without IP: two addresses of 48 bits, destination first, or 0 where there are none, and what the link layer carries. */
  #fillLink({ view, at, addresses, linkCode }: Cursor, words: Int32Array, d: number): void {
    words[d + D_TCP] = FLOW_HERE | ((LINK_FLOW | linkCode) << FLOW_TYPE_SHIFT);
    words[d + D_WHERE] = 0;
    const from = at + addresses;
    const hasAddresses = addresses >= 0;
    words[d + D_SRC] = hasAddresses ? view.getInt32(from + 8) : 0;
    words[d + D_DST] = hasAddresses ? view.getInt32(from + 2) : 0;
    words[d + D_PORTS] = hasAddresses ? (view.getUint16(from + 6) << 16) | view.getUint16(from) : 0;
  }
}

function hasPorts(protocol: number): boolean {
  switch (protocol) {
    case PROTOCOL_TCP:
    case PROTOCOL_UDP:
    case PROTOCOL_SCTP:
    case PROTOCOL_DCCP:
    case PROTOCOL_UDP_LITE:
      return true;
    default:
      return false;
  }
}

/** Whether a TCP header that is there as far as its flags is that of a SYN/ACK. */
const isAnswer = ({ view, at, payload, captured }: Cursor): boolean =>
  payload >= 0 && captured >= payload + 14 && (view.getUint8(at + payload + 13) & SYN_ACK) === SYN_ACK;
