/**
 * Kinds of headers that a frame was found to have, as bits of an int32. Owns the bits: they are the lower half of what reports show as the
 * conditions of a run, so a bit keeps its meaning for good.
 */

export const MARK_ETHERNET = 1 << 0;
export const MARK_IEEE80211 = 1 << 1;
/** Another link layer than Ethernet, or what stands for one: Linux' cooked captures, the BSDs' loopback, radiotap, PPP. */
export const MARK_COOKED = 1 << 2;
export const MARK_LLC = 1 << 3;
export const MARK_SNAP = 1 << 4;
export const MARK_VLAN = 1 << 5;
/** Two and more VLAN tags. */
export const MARK_VLANS = 1 << 6;
export const MARK_MPLS = 1 << 7;
export const MARK_PPP = 1 << 8;
export const MARK_PPPOE = 1 << 9;
export const MARK_ARP = 1 << 10;
/** Another tag or shim between link layer and network layer: MACsec, TRILL, provider backbone and so on. */
export const MARK_SHIM = 1 << 11;
export const MARK_IPV4 = 1 << 12;
export const MARK_IPV6 = 1 << 13;
/** An IP header within another one's packet. */
export const MARK_IP_IN_IP = 1 << 14;
export const MARK_IPV6_EXTENSION = 1 << 15;
export const MARK_FRAGMENT = 1 << 16;
export const MARK_TCP = 1 << 17;
export const MARK_UDP = 1 << 18;
export const MARK_ICMP = 1 << 19;
export const MARK_ICMPV6 = 1 << 20;
export const MARK_IGMP = 1 << 21;
export const MARK_SCTP = 1 << 22;
export const MARK_GRE = 1 << 23;
export const MARK_L2TP = 1 << 24;
export const MARK_GTP = 1 << 25;
/** VXLAN, its generic extension, and Geneve. */
export const MARK_VXLAN = 1 << 26;
export const MARK_TEREDO = 1 << 27;
export const MARK_CAPWAP = 1 << 28;
/** ESP or AH. */
export const MARK_IPSEC = 1 << 29;
/** A frame that has nothing of the above behind its link layer. */
export const MARK_OTHER = 1 << 30;
