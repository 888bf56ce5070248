/**
 * Ethernet (IEEE 802.3) and what an ethertype announces: IP, VLAN tags, or one of the headers of ethertype-shims.ts.
 */
import {
  type Cursor,
  END_CUT_LINK,
  END_OTHER,
  NEXT_ETHERNET,
  NEXT_ETHERTYPE,
  NEXT_IPV4,
  NEXT_IPV6,
  NEXT_LLC,
  NEXT_MPLS,
  NEXT_NSH,
  NEXT_PPP,
  NEXT_PPPOE,
} from './cursor.js';
import {
  batman,
  ciscoMetaData,
  fabricPath,
  highAvailabilityTag,
  macsec,
  portExtenderTag,
  providerBackbone,
  redundancyTag,
  trill,
  vnTag,
} from './ethertype-shims.js';
import { addVlan } from './vlan-key.js';

export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_IPV6 = 0x86dd;
export const ETHERNET_BYTES = 14;
/** IEEE 802.3 3.2.6: up to here the field is a length, and LLC follows. */
export const MOST_LENGTH = 1500;

/** Destination, source, and an ethertype or a length. */
export function ethernet(c: Cursor): number {
  return c.skipToEthertype(ETHERNET_BYTES);
}

/** What the ethertype in `c.type` announces, at `c.offset`. */
export function afterEthertype(c: Cursor): number {
  if (c.type === ETHERTYPE_IPV4) return NEXT_IPV4;
  if (c.directOnly) return END_OTHER;
  switch (c.type) {
    case ETHERTYPE_IPV6:
      return NEXT_IPV6;
    // IEEE 802.1Q and 802.1ad, and the tags of switches older than 802.1ad.
    case 0x8100:
    case 0x88a8:
    case 0x9100:
    case 0x9200:
      return vlanTag(c);
    case 0x8847:
    case 0x8848:
      return NEXT_MPLS;
    case 0x8864:
      return NEXT_PPPOE;
    case 0x880b:
      return NEXT_PPP;
    case 0x6558:
      return NEXT_ETHERNET;
    case 0x88e7:
      return providerBackbone(c);
    case 0x88e5:
      return macsec(c);
    case 0x8903:
      return fabricPath(c);
    case 0x8926:
      return vnTag(c);
    case 0x8909:
      return ciscoMetaData(c);
    case 0x894f:
      return NEXT_NSH;
    case 0x893f:
      return portExtenderTag(c);
    case 0x892f:
      return highAvailabilityTag(c);
    case 0xf1c1:
      return redundancyTag(c);
    case 0x22f3:
      return trill(c);
    case 0x4305:
      return batman(c);
    // draft-ietf-isis-ext-eth: LLC in frames too long for a length field.
    case 0x8870:
      return NEXT_LLC;
    default:
      if (c.type > MOST_LENGTH) return END_OTHER;
      c.noteEnd(c.offset + c.type);
      return NEXT_LLC;
  }
}

/** IEEE 802.1Q 9.6: priority 3 bits, DEI 1 bit, id 12 bits; then the next ethertype. */
function vlanTag(c: Cursor): number {
  if (!c.has(4)) return END_CUT_LINK;
  c.vlanTags++;
  const id = c.u16(0) & 0xfff;
  if (c.vlanTags === 1) c.vlanId = id + 1;
  if (c.vlanKey) c.vlan = addVlan(c.vlan, id);
  c.type = c.u16(2);
  return c.skip(4, NEXT_ETHERTYPE);
}

/** Whether the bytes `ahead` of the cursor look like an Ethernet header over something that this folder knows. */
export function isPlausibleEthernet(c: Cursor, ahead: number): boolean {
  if (!c.has(ahead + ETHERNET_BYTES)) return false;
  switch (c.u16(ahead + 12)) {
    case ETHERTYPE_IPV4:
      return !c.has(ahead + 15) || c.u8(ahead + 14) >>> 4 === 4;
    case ETHERTYPE_IPV6:
      return !c.has(ahead + 15) || c.u8(ahead + 14) >>> 4 === 6;
    case 0x0806:
    case 0x8100:
    case 0x88a8:
    case 0x8847:
    case 0x8848:
    case 0x8863:
    case 0x8864:
      return true;
    default:
      return false;
  }
}
