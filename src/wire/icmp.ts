/**
 * What an ICMP message (RFC 792) or one of ICMPv6 (RFC 4443) quotes when it says that a destination cannot be reached: the
 * packet that was sent there. Owns which messages those are.
 */
import { Cursor, FOUND_TCP, NEXT_IP_PAYLOAD } from './cursor.js';
import { MOST_HEADERS } from './headers.js';
import { ipPayload } from './ip-payload.js';
import { ipv4 } from './ipv4.js';
import { ipv6 } from './ipv6.js';

/** Type, code, check sum, and four bytes that do not matter here (RFC 792, RFC 4443 3.1; RFC 4884 4). */
export const ICMP_HEADER_BYTES = 8;

/** RFC 792, Destination Unreachable Message. */
const V4_UNREACHABLE = 3;
const V4_HOST = 1;
const V4_PORT = 3;
/** RFC 4443 3.1. */
const V6_UNREACHABLE = 1;
const V6_ADDRESS = 3;
const V6_PORT = 4;

/** A router quotes at least the first 8 bytes of what the IP header carries (RFC 792); the ports are the first 4 of them. */
const PORTS_BYTES = 4;

/** The TCP segment that a message quotes. One object serves all messages, so that none costs an allocation. */
export class IcmpQuote {
  /** The quoted IP header, and the TCP header in it, from the frame's start. No more than the ports need have been captured. */
  ip = 0;
  tcp = 0;
  // The quoted packet is one of a host's conversations when TCP is the first thing that its IP header carries.
  readonly #cursor = new Cursor({ directOnly: false, outer: true, vlanKey: false, userDlts: new Map() });

  /**
   * Whether the message at `icmp` of the frame of `captured` bytes at byte `at` of `view` says that a host or port cannot be
   * reached, and quotes the begin of a TCP segment; then `ip` and `tcp` are where it is. `isV6`: the message is ICMPv6.
   */
  findUnreachable(view: DataView, at: number, captured: number, icmp: number, isV6: boolean): boolean {
    const c = this.#cursor;
    c.begin(view, at, captured);
    c.offset = icmp;
    if (!c.has(ICMP_HEADER_BYTES) || !isUnreachable(c.u8(0), c.u8(1), isV6)) return false;
    c.offset += ICMP_HEADER_BYTES;
    let next = isV6 ? ipv6(c) : ipv4(c);
    for (let headers = 0; next === NEXT_IP_PAYLOAD; headers++) {
      if (headers === MOST_HEADERS) return false;
      next = ipPayload(c);
    }
    if (next !== FOUND_TCP || !c.has(PORTS_BYTES)) return false;
    this.ip = c.ip;
    this.tcp = c.offset;
    return true;
  }
}

function isUnreachable(type: number, code: number, isV6: boolean): boolean {
  if (isV6) return type === V6_UNREACHABLE && (code === V6_ADDRESS || code === V6_PORT);
  return type === V4_UNREACHABLE && (code === V4_HOST || code === V4_PORT);
}
