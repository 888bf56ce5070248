/**
 * Where the link headers of each link type keep what filters look at. Owns the table; what the values in those places mean is
 * `link-protocols.ts`'s business. The places are those of libpcap 1.10, for a few types plainly too small ones among them
 * (Juniper's, BACnet's): it reads there, too.
 */

/** How a link type says which protocol it carries. */
export type LinkFamily =
  | 'ethernet'
  | 'llc'
  | '802.11'
  | 'HDLC'
  | 'cooked'
  | 'type field'
  | 'IP version'
  | 'IPv4'
  | 'IPv6'
  | 'PPP'
  | 'BSD/OS PPP'
  | 'address family'
  | 'PF log'
  | 'ARCNET'
  | 'LocalTalk'
  | 'Frame Relay'
  | 'magic'
  | 'IPNET'
  | 'SunATM'
  | 'none';

export interface LinkLayout {
  readonly family: LinkFamily;
  /** Byte offsets in the frame: the header with the addresses, the field with the protocol, what follows the header. */
  readonly header: number;
  readonly protocol: number;
  readonly payload: number;
  /** From the payload: network header behind LLC and SNAP, and behind LLC alone. */
  readonly network: number;
  readonly networkAfterLlc: number;
}

const layout = (family: LinkFamily, at: Partial<Omit<LinkLayout, 'family'>>): LinkLayout => ({
  family,
  header: 0,
  protocol: 0,
  payload: 0,
  network: 0,
  networkAfterLlc: 0,
  ...at,
});

const llc = (payload: number): LinkLayout => layout('llc', { payload, network: 8, networkAfterLlc: 3 });
const juniper = (network: number, afterLlc = network - 1): LinkLayout =>
  layout('magic', { network, networkAfterLlc: afterLlc });
/** Where libpcap knows no offset, it computes with -1 twice. */
const UNKNOWN_PLACE = -2;

/** By LINKTYPE_ number (tcpdump.org/linktypes). */
export const LINK_LAYOUTS: ReadonlyMap<number, LinkLayout> = new Map([
  [0, layout('address family', { payload: 4 })],
  [1, layout('ethernet', { protocol: 12, payload: 14, networkAfterLlc: 3 })],
  [6, llc(14)],
  [7, layout('ARCNET', { protocol: 2, payload: 6 })],
  [8, layout('IP version', { payload: 16 })],
  [9, layout('PPP', { protocol: 2, payload: 4 })],
  [10, llc(13)],
  [11, llc(0)],
  [12, layout('IP version', {})],
  [15, layout('IP version', { payload: 24 })],
  [16, layout('BSD/OS PPP', { protocol: 5, payload: 24 })],
  [19, llc(0)],
  [50, layout('PPP', { protocol: 2, payload: 4 })],
  [51, layout('PPP', { protocol: 6, payload: 8 })],
  [99, layout('type field', { protocol: 6, payload: 44 })],
  [100, llc(0)],
  [101, layout('IP version', {})],
  [102, layout('IP version', { payload: 24 })],
  [103, layout('BSD/OS PPP', { protocol: 5, payload: 24 })],
  [104, layout('HDLC', { protocol: 2, payload: 4 })],
  [105, layout('802.11', { network: 8, networkAfterLlc: 3 })],
  [106, llc(0)],
  [107, layout('Frame Relay', {})],
  [108, layout('address family', { payload: 4 })],
  [109, layout('address family', { payload: 12 })],
  [112, layout('HDLC', { protocol: 2, payload: 4 })],
  [113, layout('cooked', { protocol: 14, payload: 16 })],
  [114, layout('LocalTalk', {})],
  [117, layout('PF log', {})],
  [119, layout('802.11', { network: 8, networkAfterLlc: 3 })],
  [122, llc(16)],
  [123, layout('SunATM', { payload: 4, network: 8, networkAfterLlc: 3 })],
  [127, layout('802.11', { network: 8, networkAfterLlc: 3 })],
  [129, layout('ARCNET', { protocol: 4, payload: 8 })],
  [130, juniper(4)],
  [131, juniper(4)],
  [132, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [133, juniper(12)],
  [134, juniper(4)],
  [135, juniper(8, 18)],
  [136, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [137, juniper(4, 14)],
  [138, layout('type field', { protocol: 16, payload: 18 })],
  [163, layout('802.11', { network: 8, networkAfterLlc: 3 })],
  [164, juniper(12)],
  [165, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [166, layout('PPP', { protocol: 2, payload: 4 })],
  [167, juniper(32, 35)],
  [168, juniper(6)],
  [178, juniper(32, 35)],
  [179, juniper(4)],
  [180, juniper(4)],
  [181, juniper(4)],
  [183, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [192, layout('802.11', { network: 8, networkAfterLlc: 3 })],
  [194, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [200, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [226, layout('IPNET', { protocol: 1, payload: 24, networkAfterLlc: -1 })],
  [228, layout('IPv4', {})],
  [229, layout('IPv6', {})],
  [232, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [233, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [234, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [238, juniper(UNKNOWN_PLACE, UNKNOWN_PLACE)],
  [240, layout('ethernet', { header: 4, protocol: 16, payload: 18, networkAfterLlc: 3 })],
  [241, layout('ethernet', { header: 12, protocol: 24, payload: 26, networkAfterLlc: 3 })],
  [276, layout('type field', { protocol: 0, payload: 20 })],
  // libpcap 1.10 filters none of these: raw IP by another number; types behind a byte of direction; InfiniBand (RFC 4391 6);
  // Ethernet behind its preamble, or with a switch chip's tag before it or before its type.
  [14, layout('IP version', {})],
  [204, layout('PPP', { protocol: 3, payload: 5 })],
  [205, layout('HDLC', { protocol: 3, payload: 5 })],
  [206, layout('Frame Relay', { header: 1, payload: 5 })],
  [242, layout('type field', { protocol: 40, payload: 44 })],
  [274, layout('ethernet', { header: 8, protocol: 20, payload: 22, networkAfterLlc: 3 })],
  [281, layout('ethernet', { protocol: 16, payload: 18, networkAfterLlc: 3 })],
  [282, layout('ethernet', { header: 4, protocol: 16, payload: 18, networkAfterLlc: 3 })],
  [284, layout('ethernet', { protocol: 16, payload: 18, networkAfterLlc: 3 })],
  [285, layout('ethernet', { protocol: 20, payload: 22, networkAfterLlc: 3 })],
]);

/** For all other types: bytes and lengths can be compared, nothing is known of their headers. */
export const UNKNOWN_LAYOUT: LinkLayout = layout('none', {});

/** LINKTYPE_ numbers that conditions on single types need. */
export const LINK_NULL = 0;
export const LINK_ETHERNET = 1;
export const LINK_TOKEN_RING = 6;
export const LINK_SLIP = 8;
export const LINK_PPP = 9;
export const LINK_FDDI = 10;
export const LINK_HDLC = 104;
export const LINK_HDLC_ENCRYPTED = 112;
export const LINK_ENC = 109;
export const LINK_PRISM = 119;
export const LINK_IP_OVER_FC = 122;
export const LINK_RADIOTAP = 127;
export const LINK_AVS = 163;
export const LINK_BACNET = 165;
export const LINK_PPP_PPPD = 166;
export const LINK_PPI = 192;
export const LINK_SLL2 = 276;
