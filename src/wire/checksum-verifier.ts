/**
 * Verifies the checksums of segments and ICMP messages, counts what fails, and tells failures that come from capturing on a host
 * that leaves checksums to its network card from those of packets that were damaged. What follows from a failure is not decided here.
 */
import {
  ICMP_CHECKSUM_AT,
  IPV4_CHECKSUM_AT,
  icmpChecksum,
  icmpv6Checksum,
  ipv4HeaderChecksum,
  isAccepted,
  pseudoHeaderSum,
  TCP_CHECKSUM_AT,
  tcpChecksum,
} from './checksum.js';
import { IPV6_HEADER_BYTES } from './ipv6.js';
import { TCP_HEADER_BYTES } from './tcp.js';
import { isVerifiable4, isVerifiable6 } from './verifiable.js';

/** All that was asked for is right. */
export const CHECKSUM_GOOD = 0;
/** Not asked for, or not to be told: not captured whole, a fragment, on its way along a source route, lengths that make no sense. */
export const CHECKSUM_UNKNOWN = 1;
export const CHECKSUM_BAD_IP = 2;
export const CHECKSUM_BAD_TCP = 3;
export const CHECKSUM_BAD_ICMP = 4;

/** What is verified: nothing, IP headers, TCP and ICMP too. */
export type ChecksumLevel = 0 | 1 | 2;
const LEVEL_NOTHING = 0;
const LEVEL_IP = 1;

/** The end of the checksum field: no message is shorter. */
const ICMP_LEAST_BYTES = 4;

export class ChecksumVerifier {
  /** Packets of which something was found good or bad. */
  verified = 0;
  failed = 0;
  /** Of those that failed, those that look as outgoing packets do where the network card puts the checksums in. */
  failedAsOffloaded = 0;
  /** Of the last packet that failed: what is in the field, and what should be there. */
  found = 0;
  expected = 0;
  readonly #level: ChecksumLevel;

  constructor(level: ChecksumLevel) {
    this.#level = level;
  }

  /**
   * Looks at the segment whose TCP header is at `tcp` and whose IP header is at `ip` of the frame at byte `at` of `view`, of
   * which `captured` bytes of `wireBytes` are there. Returns a CHECKSUM_ number. Both headers are known to be there.
   */
  verifyTcp(
    view: DataView,
    at: number,
    captured: number,
    wireBytes: number,
    ip: number,
    tcp: number,
    isV6: boolean,
  ): number {
    if (this.#level === LEVEL_NOTHING) return CHECKSUM_UNKNOWN;
    const header = this.#verifyHeader(view, at, ip, isV6);
    if (header === CHECKSUM_BAD_IP || this.#level === LEVEL_IP) return this.#count(header);
    const bytes = carriedBytes(view, at, captured, wireBytes, ip, tcp, isV6);
    if (bytes < TCP_HEADER_BYTES) return CHECKSUM_UNKNOWN;
    const found = view.getUint16(at + tcp + TCP_CHECKSUM_AT);
    const expected = tcpChecksum(view, at, ip, tcp, bytes, isV6);
    if (isAccepted(found, expected)) return this.#count(CHECKSUM_GOOD);
    this.#fail(found, expected, isOffloaded(found, view, at, ip, bytes, isV6));
    return this.#count(CHECKSUM_BAD_TCP);
  }

  /** The same for the message at `icmp`: ICMP over IPv4, or with `isV6` ICMPv6 over IPv6. */
  verifyIcmp(
    view: DataView,
    at: number,
    captured: number,
    wireBytes: number,
    ip: number,
    icmp: number,
    isV6: boolean,
  ): number {
    if (this.#level === LEVEL_NOTHING) return CHECKSUM_UNKNOWN;
    const header = this.#verifyHeader(view, at, ip, isV6);
    if (header === CHECKSUM_BAD_IP || this.#level === LEVEL_IP) return this.#count(header);
    const bytes = carriedBytes(view, at, captured, wireBytes, ip, icmp, isV6);
    if (bytes < ICMP_LEAST_BYTES) return CHECKSUM_UNKNOWN;
    const found = view.getUint16(at + icmp + ICMP_CHECKSUM_AT);
    const expected = isV6 ? icmpv6Checksum(view, at, ip, icmp, bytes) : icmpChecksum(view, at, icmp, bytes);
    if (isAccepted(found, expected)) return this.#count(CHECKSUM_GOOD);
    this.#fail(found, expected, false);
    return this.#count(CHECKSUM_BAD_ICMP);
  }

  /** IPv6 headers have no checksum. */
  #verifyHeader(view: DataView, at: number, ip: number, isV6: boolean): number {
    if (isV6) return CHECKSUM_UNKNOWN;
    const found = view.getUint16(at + ip + IPV4_CHECKSUM_AT);
    const expected = ipv4HeaderChecksum(view, at, ip);
    if (isAccepted(found, expected)) return CHECKSUM_GOOD;
    // Whoever leaves this one to the card leaves the field empty.
    this.#fail(found, expected, found === 0);
    return CHECKSUM_BAD_IP;
  }

  #fail(found: number, expected: number, asOffloaded: boolean): void {
    this.found = found;
    this.expected = expected;
    this.failed++;
    if (asOffloaded) this.failedAsOffloaded++;
  }

  #count(result: number): number {
    if (result !== CHECKSUM_UNKNOWN) this.verified++;
    return result;
  }
}

/** Linux writes the pseudo-header's sum, others leave the length out of it when the segment is still to be cut; some write nothing. */
function isOffloaded(found: number, view: DataView, at: number, ip: number, bytes: number, isV6: boolean): boolean {
  if (found === 0 || found === pseudoHeaderSum(view, at, ip, bytes, isV6)) return true;
  return found === pseudoHeaderSum(view, at, ip, 0, isV6);
}

/**
 * How many bytes the IP header says it carries from `carried` on; 0 when they are not all there, or their checksum cannot
 * be told. A length of 0 is that of a packet which is still to be cut, or of a jumbogram (RFC 2675): it ends with the frame.
 */
function carriedBytes(
  view: DataView,
  at: number,
  captured: number,
  wireBytes: number,
  ip: number,
  carried: number,
  isV6: boolean,
): number {
  const header = at + ip;
  const length = view.getUint16(header + (isV6 ? 4 : 2));
  const end = length === 0 ? wireBytes : ip + length + (isV6 ? IPV6_HEADER_BYTES : 0);
  if (end > captured || end <= carried) return 0;
  const isVerifiable = isV6 ? isVerifiable6(view, header, at + carried) : isVerifiable4(view, header);
  return isVerifiable ? end - carried : 0;
}
