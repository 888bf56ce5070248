/**
 * Whether the checksum of what an IP header carries can be told from the frame: not from a fragment, and not when its
 * pseudo-header has other addresses than the IP header.
 */
import { PROTOCOL_AH } from './ip-protocols.js';
import { DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, IPV6_HEADER_BYTES, ROUTING } from './ipv6.js';

/** More fragments, and offset (RFC 791 3.1). */
const ANY_FRAGMENT_4 = 0x3fff;
/** The same in IPv6's header (RFC 8200 4.5). */
const ANY_FRAGMENT_6 = 0xfff9;

/** IPv4 options (RFC 791 3.1). */
const OPTIONS_AT = 20;
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const LOOSE_ROUTE = 131;
const STRICT_ROUTE = 137;

/** IPv6 options (RFC 8200 4.2, RFC 6275 6.3). */
const PAD1 = 0;
const HOME_ADDRESS = 201;

/** Whether it can for what the IPv4 header at byte `header` of `view` carries. */
export function isVerifiable4(view: DataView, header: number): boolean {
  if ((view.getUint16(header + 6) & ANY_FRAGMENT_4) !== 0) return false;
  const end = header + (view.getUint8(header) & 15) * 4;
  let option = header + OPTIONS_AT;
  while (option + 2 < end) {
    const kind = view.getUint8(option);
    if (kind === END_OF_OPTIONS) return true;
    const bytes = view.getUint8(option + 1);
    // On its way along a source route a packet is addressed to the next stop; the pointer behind all stops says that it is there.
    if (kind === LOOSE_ROUTE || kind === STRICT_ROUTE) return view.getUint8(option + 2) > bytes;
    if (kind !== NO_OPERATION && bytes < 2) return true;
    option += kind === NO_OPERATION ? 1 : bytes;
  }
  return true;
}

/** The same for IPv6, where what is carried is at byte `carried`, with nothing but extension headers before it. */
export function isVerifiable6(view: DataView, header: number, carried: number): boolean {
  let kind = view.getUint8(header + 6);
  let at = header + IPV6_HEADER_BYTES;
  while (at < carried) {
    const bytes = extensionBytes(view, at, kind);
    if (bytes === 0) return false;
    kind = view.getUint8(at);
    at += bytes;
  }
  return at === carried;
}

/** How long an extension header is; 0 when it is one that changes what the checksum is of, or may. */
function extensionBytes(view: DataView, at: number, kind: number): number {
  const units = view.getUint8(at + 1);
  switch (kind) {
    case HOP_BY_HOP:
      return (units + 1) * 8;
    case DESTINATION_OPTIONS:
      return hasHomeAddress(view, at + 2, at + (units + 1) * 8) ? 0 : (units + 1) * 8;
    case ROUTING:
      // RFC 8200 4.4 and 8.1: segments left; the destination is the next one's address until there are none.
      return view.getUint8(at + 3) !== 0 ? 0 : (units + 1) * 8;
    case FRAGMENT:
      return (view.getUint16(at + 2) & ANY_FRAGMENT_6) !== 0 ? 0 : 8;
    case PROTOCOL_AH:
      return (units + 2) * 4;
    default:
      // Mobility, HIP and Shim6 belong to hosts whose addresses are not those they are known by.
      return 0;
  }
}

/** RFC 6275 6.3: then the source is that address for the checksum. Options are from byte `from` to before byte `to`. */
function hasHomeAddress(view: DataView, from: number, to: number): boolean {
  for (let at = from; at < to; ) {
    const kind = view.getUint8(at);
    if (kind === HOME_ADDRESS) return true;
    if (kind === PAD1) at++;
    else if (at + 1 < to) at += 2 + view.getUint8(at + 1);
    else return false;
  }
  return false;
}
