/**
 * Link layers, shims and tunnels, one after the other and stacked: the TCP header is found where it is; cut at any byte
 * a frame never gives one, and nothing is read behind its end (which would throw).
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  type CursorOptions,
  END_BAD_IP,
  END_CUT_LINK,
  END_ENCRYPTED,
  END_LATER_FRAGMENT,
  END_OTHER,
  FOUND_TCP,
} from '../../src/wire/cursor.js';
import { isKnownLinkType } from '../../src/wire/link.js';
import { addVlan } from '../../src/wire/vlan-key.js';
import {
  authentication,
  type Bytes,
  before,
  ethernet,
  extension,
  four,
  fragmentHeader,
  gre,
  gtp,
  ipv4,
  ipv6,
  type Layer,
  littleEndian4,
  mplsLabels,
  nothing,
  ppp4,
  pppoe,
  radiotap,
  snap,
  stack,
  TCP,
  udp,
  vlan,
  vxlan,
  wlan,
} from '../support/craft-layers.js';
import { checkProperty } from '../support/property.js';
import { ALL, CLASSIC, walk } from '../support/walk.js';

const TCP4 = ipv4(6)(TCP);
const TCP6 = ipv6(6)(TCP);
/** An Ethernet frame with TCP, as tunnels have it inside. */
const FRAME = ethernet(0x0800)(TCP4);
const LLC_TCP = snap(0x0800)(TCP4);

type Case = readonly [name: string, linkType: number, layer: Layer, inner: Bytes];
const ETHER = 1;
const IP = 101;

const LINKS: readonly Case[] = [
  ['Ethernet', ETHER, ethernet(0x0800), TCP4],
  ['Ethernet, IPv6', ETHER, ethernet(0x86dd), TCP6],
  ['raw IPv4', 12, before(), TCP4],
  ['raw IPv6', 14, before(), TCP6],
  ['raw', IP, before(), TCP4],
  ['NULL', 0, before(2, 0, 0, 0), TCP4],
  ['LOOP', 108, before(0, 0, 0, 30), TCP6],
  ['LINUX_SLL', 113, before(0, 0, 0, 1, 0, 6, ...nothing(8), 8, 0), TCP4],
  ['LINUX_SLL2', 276, before(0x86, 0xdd, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, ...nothing(8)), TCP6],
  ['PPP', 9, ppp4, TCP4],
  ['PPP with address and control', 9, before(0xff, 3, 0, 0x57), TCP6],
  ['PPP with a protocol of one byte', 9, before(0x21), TCP4],
  ['PPP_HDLC', 50, before(0xff, 3, 0, 0x21), TCP4],
  ['PPP_HDLC that is Cisco HDLC', 50, before(0x0f, 0, 8, 0), TCP4],
  ['PPP_ETHER', 51, stack(pppoe(), ppp4), TCP4],
  ['PPP_WITH_DIR', 204, before(1, 0xff, 3, 0, 0x21), TCP4],
  ['PPP_PPPD', 166, before(1, 3, 0, 0x21), TCP4],
  ['C_HDLC', 104, before(0x8f, 0, 0x86, 0xdd), TCP6],
  ['C_HDLC_WITH_DIR', 205, before(0, 0x0f, 0, 8, 0), TCP4],
  ['FRELAY', 107, before(0x18, 0x41, 3, 0xcc), TCP4],
  ['FRELAY, four bytes of address', 107, before(0x18, 0x40, 0, 1, 3, 0x8e), TCP6],
  ['FRELAY with SNAP and padding', 107, before(0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0), TCP4],
  ['FRELAY with bridged Ethernet', 107, before(0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7), FRAME],
  ['FRELAY of Cisco', 107, before(0x18, 0x41, 8, 0), TCP4],
  ['FRELAY with PPP', 107, before(0x18, 0x41, 3, 0xcf, 0, 0x21), TCP4],
  ['FRELAY_WITH_DIR', 206, before(1, 0x18, 0x41, 3, 0xcc), TCP4],
  ['IEEE802_11', 105, wlan(), LLC_TCP],
  ['IEEE802_11, four addresses', 105, wlan({ flags: 3, fourth: true }), LLC_TCP],
  ['IEEE802_11, QoS', 105, wlan({ control: 0x88, qos: 0 }), LLC_TCP],
  ['IEEE802_11, QoS with HT control', 105, wlan({ control: 0x88, qos: 0, flags: 0x81, ht: true }), LLC_TCP],
  ['IEEE802_11, A-MSDU', 105, stack(wlan({ control: 0x88, qos: 0x80 }), before(...nothing(14))), LLC_TCP],
  ['radiotap', 127, stack(radiotap(0), wlan()), LLC_TCP],
  [
    'radiotap that tells of padding',
    127,
    stack(radiotap(0x20, true), wlan({ control: 0x88, qos: 0 }), before(0, 0)),
    LLC_TCP,
  ],
  [
    'radiotap with more words',
    127,
    stack(radiotap(0x20, true, 2), wlan({ control: 0x88, qos: 0 }), before(0, 0)),
    LLC_TCP,
  ],
  ['Prism', 119, stack(before(0, 0, 0, 0x44, 144, 0, 0, 0, ...nothing(136)), wlan()), LLC_TCP],
  ['Prism that is AVS', 119, stack(before(0x80, 0x21, 0x10, 1, 0, 0, 0, 64, ...nothing(56)), wlan()), LLC_TCP],
  ['AVS', 163, stack(before(0x80, 0x21, 0x10, 2, 0, 0, 0, 64, ...nothing(56)), wlan()), LLC_TCP],
  ['PPI with 802.11', 192, stack(before(0, 0, 16, 0, 105, 0, 0, 0, ...nothing(8)), wlan()), LLC_TCP],
  ['PPI with Ethernet', 192, before(0, 0, 8, 0, 1, 0, 0, 0), FRAME],
  ['NFLOG', 239, before(2, 0, 0, 1, 6, 0, 10, 0, 65, 0, 0, 0, 200, 0, 9, 0), TCP4],
  ['NFLOG, big-endian', 239, before(10, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0, 0, 0, 99, 0, 9), TCP6],
  ['PFLOG', 117, before(61, 2, ...nothing(62)), TCP4],
  ['PFLOG, IPv6', 117, before(100, 24, ...nothing(98)), TCP6],
  ['ENC', 109, before(2, 0, 0, 0, ...nothing(8)), TCP4],
  ['ENC, big-endian', 109, before(0, 0, 0, 24, ...nothing(8)), TCP6],
  ['IPNET', 226, before(1, 26, ...nothing(22)), TCP6],
  ['FDDI', 10, before(0x50, ...nothing(12)), LLC_TCP],
  ['token ring', 6, before(0x10, 0x40, ...nothing(12)), LLC_TCP],
  [
    'token ring with source routing',
    6,
    before(0x10, 0x40, ...nothing(6), 0x80, ...nothing(5), 6, 0, 0, 1, 0, 2),
    LLC_TCP,
  ],
  ['ATM_RFC1483', 100, before(), LLC_TCP],
  ['ATM_RFC1483, bridged', 100, before(0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0), FRAME],
  ['ATM_RFC1483, NLPID', 100, before(0xfe, 0xfe, 3, 0xcc), TCP4],
  ['ATM_CLIP', 106, before(), TCP4],
  ['ATM_CLIP with LLC', 106, before(), LLC_TCP],
  ['SUNATM', 123, before(2, 0, 0, 33), LLC_TCP],
  ['SUNATM, LANE', 123, before(1, 0, 0, 33, 0, 1), FRAME],
  ['JUNIPER_ETHER', 178, before(0x4d, 0x47, 0x43, 0x80, 0, 6, 1, 1, 2, 2, 1, 3), FRAME],
  ['JUNIPER_ETHER without link layer', 178, before(0x4d, 0x47, 0x43, 0x02, 2, 0, 0, 0), TCP4],
  ['JUNIPER_PPP', 179, before(0x4d, 0x47, 0x43, 0, 0xff, 3, 0, 0x21), TCP4],
  ['JUNIPER_CHDLC', 181, before(0x4d, 0x47, 0x43, 0, 0x0f, 0, 8, 0), TCP4],
  ['MPLS', 219, mplsLabels(16, 17), TCP4],
  ['SLIP', 8, before(...nothing(16)), TCP4],
  ['IP_OVER_FC', 122, before(...nothing(16)), LLC_TCP],
  ['APPLE_IP_OVER_IEEE1394', 138, before(...nothing(16), 8, 0), TCP4],
  ['DOCSIS', 143, before(1, 3, 0, 0, 9, 9, 9, 0, 0), FRAME],
  ['ERF', 197, before(...nothing(8), 0x82, ...nothing(7), 0, ...nothing(7), 0, 0), FRAME],
  ['NETANALYZER', 240, before(...nothing(4)), FRAME],
  ['IPOIB', 242, before(...nothing(40), 8, 0, 0, 0), TCP4],
  ['PKTAP', 258, before(...littleEndian4(20), 1, 0, 0, 0, 1, 0, 0, 0, ...nothing(8)), FRAME],
  ['ETHERNET_MPACKET', 274, before(...new Array<number>(7).fill(0x55), 0xd5), FRAME],
  ['DSA_TAG_BRCM_PREPEND', 282, before(...nothing(4)), FRAME],
  ['DSA_TAG_DSA', 284, before(...nothing(16), 8, 0), TCP4],
  ['DSA_TAG_EDSA', 285, before(...nothing(20), 8, 0), TCP4],
  ['SLL with 802.11 and radiotap', 113, stack(before(0, 0, 3, 35, ...nothing(12)), radiotap(0), wlan()), LLC_TCP],
];

const SHIMS: readonly Case[] = [
  ['802.3 with LLC and SNAP', ETHER, ethernet(100), LLC_TCP],
  ['802.3 with the SAP of IP', ETHER, stack(ethernet(100), before(6, 6, 3)), TCP4],
  ['a VLAN tag before a length', ETHER, stack(ethernet(0x8100), vlan(5, 100)), LLC_TCP],
  ['QinQ', ETHER, stack(ethernet(0x88a8), vlan(5, 0x8100), vlan(6, 0x0800)), TCP4],
  [
    'nine tags',
    ETHER,
    stack(ethernet(0x9100), ...[1, 2, 3, 4, 5, 6, 7].map((id) => vlan(id, 0x9200)), vlan(8, 0x86dd)),
    TCP6,
  ],
  ['MPLS', ETHER, stack(ethernet(0x8847), mplsLabels(16)), TCP4],
  ['MPLS, IPv6, three labels', ETHER, stack(ethernet(0x8848), mplsLabels(16, 1, 2)), TCP6],
  ['a pseudowire with control word', ETHER, stack(ethernet(0x8847), mplsLabels(16), before(0, 0, 0, 1)), FRAME],
  ['a pseudowire without one', ETHER, stack(ethernet(0x8847), mplsLabels(16)), FRAME],
  [
    'a pseudowire to an address that begins with 0x45',
    ETHER,
    stack(ethernet(0x8847), mplsLabels(16), before(0x45)),
    FRAME.slice(1),
  ],
  ['PPPoE', ETHER, stack(ethernet(0x8864), pppoe(), ppp4), TCP4],
  ['QinQ and PPPoE', ETHER, stack(ethernet(0x88a8), vlan(1, 0x8100), vlan(2, 0x8864), pppoe(), before(0, 0x57)), TCP6],
  ['PPPoE with multilink', ETHER, stack(ethernet(0x8864), pppoe(), before(0, 0x3d, 0xc0, 0, 0, 1), ppp4), TCP4],
  ['PPPoE with bridging', ETHER, stack(ethernet(0x8864), pppoe(), before(0, 0x31, 0, 1)), FRAME],
  ['PBB', ETHER, stack(ethernet(0x88e7), before(0, 0, 0, 7)), FRAME],
  ['PBB in a backbone VLAN', ETHER, stack(ethernet(0x88a8), vlan(9, 0x88e7), before(0, 0, 0, 7)), FRAME],
  ['MACsec, integrity only', ETHER, stack(ethernet(0x88e5), before(0, 0, 0, 0, 0, 1, 8, 0)), TCP4],
  [
    'MACsec with SCI',
    ETHER,
    stack(ethernet(0x88e5), before(0x20, 0, 0, 0, 0, 1, ...nothing(8), 0x81, 0), vlan(4, 0x0800)),
    TCP4,
  ],
  ['FabricPath', ETHER, stack(ethernet(0x8903), before(0, 0)), FRAME],
  ['VN-tag', ETHER, stack(ethernet(0x8926), before(0, 0, 0, 7, 8, 0)), TCP4],
  ['E-tag', ETHER, stack(ethernet(0x893f), before(0, 0, 0, 0, 0, 7, 8, 0)), TCP4],
  ['Cisco MetaData', ETHER, stack(ethernet(0x8909), before(1, 1, 0, 1, 0, 3, 8, 0)), TCP4],
  ['NSH with IP', ETHER, stack(ethernet(0x894f), before(0x0f, 0xc2, 1, 1, ...nothing(4))), TCP4],
  ['NSH with Ethernet and context', ETHER, stack(ethernet(0x894f), before(0x0f, 0xc6, 1, 3, ...nothing(20))), FRAME],
  ['HSR', ETHER, stack(ethernet(0x892f), before(0, 0, 0, 1, 8, 0)), TCP4],
  ['TRILL', ETHER, stack(ethernet(0x22f3), before(0, 0x40, 0, 1, 0, 2, 9, 9, 9, 9)), FRAME],
  ['batman-adv', ETHER, stack(ethernet(0x4305), before(0x40, 15, 50, 0, ...nothing(6))), FRAME],
];

const overUdp = (port: number, ...layers: Layer[]): Layer => stack(ipv4(17), udp(port), ...layers);
const TUNNELS: readonly Case[] = [
  ['IP in IP', IP, ipv4(4), TCP4],
  ['6in4', IP, ipv4(41, 0, 3), TCP6],
  ['4in6', IP, ipv6(4), TCP4],
  ['6in6', IP, ipv6(41), TCP6],
  ['GRE', IP, stack(ipv4(47), gre(0, 0x0800)), TCP4],
  ['GRE with key, sequence and check sum', IP, stack(ipv4(47), gre(0xb000, 0x86dd, ...nothing(12))), TCP6],
  ['GRE with routing', IP, stack(ipv4(47), gre(0x4000, 0x0800, 0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0)), TCP4],
  ['NVGRE', IP, stack(ipv4(47), gre(0x2000, 0x6558, 0, 0, 1, 0)), FRAME],
  ['GRE with MPLS', IP, stack(ipv6(47), gre(0, 0x8847), mplsLabels(3)), TCP4],
  ['PPTP', IP, stack(ipv4(47), gre(0x3081, 0x880b, 0, 9, 0, 1, ...nothing(8)), before(0xff, 3, 0, 0x21)), TCP4],
  [
    'PPTP without acknowledgment',
    IP,
    stack(ipv4(47), gre(0x3001, 0x880b, 0, 9, 0, 1, ...nothing(4)), before(0x21)),
    TCP4,
  ],
  ['ERSPAN I', IP, stack(ipv4(47), gre(0, 0x88be)), FRAME],
  ['ERSPAN II', IP, stack(ipv4(47), gre(0x1000, 0x88be, 0, 0, 0, 1, 0x10, 5, ...nothing(6))), FRAME],
  ['ERSPAN III', IP, stack(ipv4(47), gre(0x1000, 0x22eb, 0, 0, 0, 1, 0x20, 5, ...nothing(10))), FRAME],
  [
    'ERSPAN III with subheader',
    IP,
    stack(ipv4(47), gre(0x1000, 0x22eb, 0, 0, 0, 1, 0x20, 5, ...nothing(9), 1, ...nothing(8))),
    FRAME,
  ],
  ['WCCP', IP, stack(ipv4(47), gre(0, 0x883e, 0, 0, 0, 0)), TCP4],
  ['Aruba', IP, stack(ipv4(47), gre(0, 0x8240), wlan()), LLC_TCP],
  ['EoIP', IP, stack(ipv4(47), gre(0x2001, 0x6400, 1, 0, 2, 0)), FRAME],
  ['EtherIP', IP, stack(ipv4(97), before(0x30, 0)), FRAME],
  ['MPLS in IP', IP, stack(ipv4(137), mplsLabels(16, 17)), TCP6],
  ['Ethernet in IPv6', IP, ipv6(143), FRAME],
  ['VXLAN', IP, overUdp(4789, vxlan), FRAME],
  ['VXLAN of Linux over IPv6', IP, stack(ipv6(17), udp(8472), vxlan), FRAME],
  ['VXLAN with group policy', IP, overUdp(4789, before(0x88, 0, 0, 7, 0, 0, 42, 0)), FRAME],
  ['VXLAN-GPE', IP, overUdp(4790, before(0x0c, 0, 0, 2, 0, 0, 42, 0)), TCP6],
  [
    'VXLAN-GPE with NSH',
    IP,
    overUdp(4790, before(0x0c, 0, 0, 4, 0, 0, 42, 0), before(0x0f, 0xc2, 1, 1, ...nothing(4))),
    TCP4,
  ],
  ['Geneve', IP, overUdp(6081, before(0, 0, 0x65, 0x58, 0, 0, 42, 0)), FRAME],
  ['Geneve with options', IP, overUdp(6081, before(2, 0, 8, 0, 0, 0, 42, 0, ...nothing(8))), TCP4],
  ['GTP-U', IP, overUdp(2152, gtp(0x30)), TCP4],
  ['GTP-U with sequence', IP, overUdp(2152, gtp(0x32, 0, 1, 0, 0)), TCP6],
  ['GTP-U with extension headers', IP, overUdp(2152, gtp(0x34, 0, 0, 0, 0x85, 1, 0, 0, 0xc0, 1, 0, 0, 0)), TCP4],
  ['GTP-U in a VLAN', ETHER, stack(ethernet(0x8100), vlan(7, 0x0800), overUdp(2152, gtp(0x30))), TCP4],
  ['Teredo', IP, overUdp(3544), TCP6],
  [
    'Teredo with authentication and origin',
    IP,
    overUdp(3544, before(0, 1, 2, 1, ...nothing(12)), before(0, 0, 1, 2, 3, 4, 5, 6)),
    TCP6,
  ],
  ['L2TPv2', IP, overUdp(1701, before(0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21)), TCP4],
  ['L2TPv2 with all fields', IP, overUdp(1701, before(0x4a, 2, 0, 99, 0, 1, 0, 2, 0, 0, 0, 0, 0, 2, 9, 9, 0x21)), TCP4],
  ['L2TPv3 over IP, Ethernet', IP, stack(ipv4(115), before(...four(7), ...four(1), ...four(0))), FRAME],
  ['L2TPv3 over IP, PPP, no cookie', IP, stack(ipv4(115), before(...four(7), 0xff, 3, 0, 0x21)), TCP4],
  ['L2TPv3 over UDP', IP, overUdp(1701, before(0, 3, 0, 0, ...four(7), ...nothing(8))), FRAME],
  ['CAPWAP with 802.3', IP, overUdp(5247, before(0, 0x10, 2, 0, 0, 0, 0, 0)), FRAME],
  ['CAPWAP with 802.11', IP, overUdp(5247, before(0, 0x10, 3, 0, 0, 0, 0, 0), wlan({ flags: 1 })), LLC_TCP],
  [
    'CAPWAP with swapped frame control',
    IP,
    overUdp(5247, before(0, 0x10, 3, 0, 0, 0, 0, 0), wlan({ control: 2, flags: 8 })),
    LLC_TCP,
  ],
  ['AYIYA', IP, overUdp(5072, before(0x44, 0x52, 0x11, 41, ...nothing(4), ...nothing(36))), TCP6],
  ['MPLS in UDP', IP, overUdp(6635, mplsLabels(16)), TCP4],
  ['AH', IP, stack(ipv4(51), authentication(6)), TCP],
  ['AH and IP in IP', IP, stack(ipv6(51), authentication(4)), TCP4],
  [
    'extension headers in odd order',
    IP,
    stack(
      ipv6(60),
      extension(0),
      extension(135),
      extension(139),
      extension(140),
      extension(43),
      extension(51),
      authentication(60),
      extension(6),
    ),
    TCP,
  ],
  ['an atomic fragment', IP, stack(ipv6(44), fragmentHeader(6, 0)), TCP],
  [
    'a mirrored mobile user',
    ETHER,
    stack(
      ethernet(0x8100),
      vlan(3, 0x0800),
      ipv4(47),
      gre(0x1000, 0x88be, 0, 0, 0, 1, 0x10, 5, ...nothing(6)),
      ethernet(0x8100),
      vlan(4, 0x0800),
      overUdp(2152, gtp(0x30)),
    ),
    TCP4,
  ],
];

const CASES = [...LINKS, ...SHIMS, ...TUNNELS];

describe('headers', () => {
  for (const [name, linkType, layer, inner] of CASES) {
    const frame = layer(inner);
    it(`${name}: TCP is found, and in no cut of the frame`, () => {
      const { end, cursor } = walk(frame, linkType);
      assert.equal(end, FOUND_TCP);
      assert.equal(cursor.offset, frame.length - TCP.length);
      for (let bytes = 0; bytes < frame.length - TCP.length; bytes++) {
        const cut = walk(frame.slice(0, bytes), linkType).end;
        const isExpected = [END_OTHER, END_CUT_LINK, END_BAD_IP].includes(cut);
        assert.ok(isExpected, `${bytes} bytes: ${cut}`);
      }
      for (const options of [CLASSIC, { ...ALL, outer: true }, { ...ALL, vlanKey: true }]) {
        for (let bytes = 0; bytes <= frame.length; bytes++) walk(frame.slice(0, bytes), linkType, options);
      }
    });
  }

  it('every link type that is known has a case', () => {
    const known = Array.from({ length: 400 }, (_, type) => type).filter(isKnownLinkType);
    const tried = new Set(CASES.map(([, linkType]) => linkType));
    // Those without one differ from a neighbour in the number alone.
    assert.deepEqual(
      known.filter((type) => !tried.has(type)),
      [102, 167, 180, 228, 229, 241, 281],
    );
  });
});

describe('what counts', () => {
  const ends = (frame: Bytes, linkType: number, options: CursorOptions): number => walk(frame, linkType, options).end;

  it('with --classic: IPv4 directly over any link layer, and nothing else', () => {
    for (const [name, linkType, layer, inner] of LINKS) {
      const isDirect =
        (inner === TCP4 || inner === LLC_TCP || inner === FRAME) && linkType !== 113 && !/FRELAY with PPP/.test(name);
      if (isDirect || name === 'LINUX_SLL') assert.equal(ends(layer(inner), linkType, CLASSIC), FOUND_TCP, name);
      if (inner === TCP6) assert.equal(ends(layer(inner), linkType, CLASSIC), END_OTHER, name);
    }
    for (const [name, linkType, layer, inner] of [...SHIMS, ...TUNNELS]) {
      assert.equal(ends(layer(inner), linkType, CLASSIC), END_OTHER, name);
    }
  });

  it('with --outer: the first IP header, whatever is inside', () => {
    const options = { ...ALL, outer: true };
    for (const [name, linkType, layer, inner] of [...LINKS, ...SHIMS]) {
      assert.equal(ends(layer(inner), linkType, options), FOUND_TCP, name);
    }
    for (const [name, linkType, layer, inner] of TUNNELS) {
      const isTunnel = !/^(AH|extension headers.*|an atomic fragment)$/.test(name);
      assert.equal(ends(layer(inner), linkType, options), isTunnel ? END_OTHER : FOUND_TCP, name);
    }
  });
});

describe('what is no segment', () => {
  const cases: readonly [name: string, linkType: number, frame: Bytes, end: number][] = [
    ['ARP', ETHER, ethernet(0x0806)(nothing(28)), END_OTHER],
    ['ICMP that quotes TCP', IP, stack(ipv4(1), before(3, 1, ...nothing(6)))(TCP4), END_OTHER],
    ['ICMPv6 that quotes TCP', IP, stack(ipv6(58), before(1, 0, ...nothing(6)))(TCP6), END_OTHER],
    ['ESP', IP, ipv4(50)(nothing(40)), END_ENCRYPTED],
    ['ESP behind extension headers', IP, stack(ipv6(60), extension(50))(nothing(40)), END_ENCRYPTED],
    ['MACsec, encrypted', ETHER, stack(ethernet(0x88e5), before(0x0c, 0, 0, 0, 0, 1))(nothing(60)), END_ENCRYPTED],
    ['802.11, protected', 105, wlan({ flags: 0x41 })(nothing(60)), END_ENCRYPTED],
    ['802.11, a beacon', 105, wlan({ control: 0x80 })(nothing(60)), END_OTHER],
    ['802.11, no data', 105, wlan({ control: 0x48 })(nothing(60)), END_OTHER],
    ['802.11, a later fragment', 105, wlan({ fragment: 1 })(LLC_TCP), END_OTHER],
    ['an mPacket that goes on', 274, before(...new Array<number>(7).fill(0x55), 0x61)(FRAME), END_OTHER],
    ['PPPoE discovery', ETHER, stack(ethernet(0x8863), pppoe(9))(nothing(20)), END_OTHER],
    ['multilink, not the beginning', 9, before(0, 0x3d, 0x40, 0, 0, 1)(ppp4(TCP4)), END_OTHER],
    ['PPTP without payload', IP, stack(ipv4(47), gre(0x2081, 0x880b, ...nothing(8)))(TCP4), END_OTHER],
    ['VXLAN without the I bit', IP, overUdp(4789, before(0, 0, 0, 0, 0, 0, 1, 0))(FRAME), END_OTHER],
    ['the port of VXLAN at the source only', IP, stack(ipv4(17), udp(53, 4789), vxlan)(FRAME), END_OTHER],
    ['GTP-U, an echo', IP, overUdp(2152, before(0x32, 1, ...nothing(10)))(TCP4), END_OTHER],
    ['GTP-U without IP', IP, overUdp(2152, gtp(0x30))(nothing(40)), END_OTHER],
    ['L2TP, control', IP, overUdp(1701, before(0xc8, 2, ...nothing(10)))(TCP4), END_OTHER],
    ['Teredo, a bubble', IP, overUdp(3544)(ipv6(59)([])), END_OTHER],
    ['CAPWAP, encrypted', IP, overUdp(5247, before(1, 0, 0, 0, 0x16, 0xfe, 0xff, 0))(nothing(40)), END_OTHER],
    ['L2TPv3 whose payload makes no sense', IP, stack(ipv4(115), before(...four(7)))(nothing(80)), END_OTHER],
    ['a bad IP header inside', IP, ipv4(4)([0x65, ...TCP4.slice(1)]), END_BAD_IP],
    ['an inner frame that is cut', IP, overUdp(4789, vxlan)(FRAME.slice(0, 13)), END_CUT_LINK],
    ['17 IP headers', IP, stack(...new Array<Layer>(16).fill(ipv4(4)))(TCP4), END_OTHER],
    ['16 IP headers', IP, stack(...new Array<Layer>(15).fill(ipv4(4)))(TCP4), FOUND_TCP],
    [
      'a thousand VLAN tags',
      ETHER,
      stack(ethernet(0x8100), ...new Array<Layer>(999).fill(vlan(1, 0x8100)))(TCP4),
      END_OTHER,
    ],
  ];
  for (const [name, linkType, frame, end] of cases) it(name, () => assert.equal(walk(frame, linkType).end, end));
});

describe('VLAN key', () => {
  const key = (frame: Bytes): number => {
    const { end, cursor } = walk(frame, ETHER, { ...ALL, vlanKey: true });
    assert.equal(end, FOUND_TCP);
    return cursor.vlan;
  };
  const tagged = (...ids: number[]): Bytes =>
    stack(ethernet(0x8100), ...ids.map((id, i) => vlan(id, i === ids.length - 1 ? 0x0800 : 0x8100)))(TCP4);

  it('is 0 without tags, and when VLANs do not count', () => {
    assert.equal(key(ethernet(0x0800)(TCP4)), 0);
    assert.equal(walk(tagged(5, 6), ETHER).cursor.vlan, 0);
  });

  it('is exact for one tag and for two, and never one for the other', () => {
    const seen = new Set<number>();
    for (let id = 1; id < 4096; id++) seen.add(key(tagged(id)));
    for (let id = 1; id < 4096; id += 7) for (const other of [1, 2, id, 4095]) seen.add(addVlan(addVlan(0, other), id));
    assert.equal(key(tagged(5, 6)), addVlan(addVlan(0, 5), 6));
    const pairs = new Set<string>();
    for (let id = 1; id < 4096; id += 7) for (const other of [1, 2, id, 4095]) pairs.add(`${other} ${id}`);
    assert.equal(seen.size, 4095 + pairs.size);
    assert.notEqual(key(tagged(5, 6)), key(tagged(6, 5)));
  });

  it('leaves priority tags aside, and the priority of others', () => {
    assert.equal(key(tagged(0)), 0);
    assert.equal(key(tagged(0, 0xe005)), key(tagged(5)));
  });

  it('has tags of any depth and of both sides of a tunnel, and stays a number of 26 bits', () => {
    const deep = key(tagged(1, 2, 3, 4));
    assert.notEqual(deep, key(tagged(1, 2, 4, 3)));
    assert.ok(deep > 0 && deep < 1 << 26);
    const tunnel = stack(ethernet(0x8100), vlan(5, 0x0800), overUdp(4789, vxlan), ethernet(0x8100), vlan(6, 0x0800));
    assert.equal(key(tunnel(TCP4)), key(tagged(5, 6)));
  });
});

describe('fragments', () => {
  const MORE = 0x2000;
  const of = (frame: Bytes, linkType = IP) => {
    const { end, cursor } = walk(frame, linkType);
    return { end, key: cursor.fragmentKey, isFirst: cursor.isFirstFragment, more: cursor.moreFragments };
  };

  it('of IPv4: later ones have the key of their first, others have another', () => {
    const first = of(ipv4(6, MORE)(TCP));
    const later = of(ipv4(6, 5)(nothing(40)));
    assert.deepEqual(first, { end: FOUND_TCP, key: first.key, isFirst: true, more: true });
    assert.deepEqual([later.end, later.key], [END_LATER_FRAGMENT, first.key]);
    assert.notEqual(of(ipv4(17, 5)(nothing(40))).key, first.key);
    assert.notEqual(of(ipv4(6, 5, 0, 3)(nothing(40))).key, first.key);
  });

  it('of IPv6, whatever the next header says', () => {
    const first = of(stack(ipv6(44), fragmentHeader(6, 1))(TCP));
    assert.deepEqual(first, { end: FOUND_TCP, key: first.key, isFirst: true, more: true });
    for (const next of [6, 60, 41]) {
      const later = of(stack(ipv6(44), fragmentHeader(next, 8))(nothing(16)));
      assert.deepEqual([later.end, later.key], [END_LATER_FRAGMENT, first.key]);
    }
    assert.equal(of(stack(ipv6(44), fragmentHeader(58, 8))(nothing(16))).end, END_OTHER);
  });

  it('of a tunnel: the key is that of the header that is a fragment, and the innermost is none', () => {
    for (const [protocol, inner] of [
      [4, TCP4],
      [17, stack(udp(4789), vxlan)(FRAME)],
      [47, gre(0, 0x0800)(TCP4)],
    ] as const) {
      const first = of(ipv4(protocol, MORE)(inner));
      const later = of(ipv4(protocol, 0xb9)(nothing(40)));
      assert.deepEqual([first.end, first.isFirst, first.more], [FOUND_TCP, true, false]);
      assert.deepEqual([later.end, later.key], [END_LATER_FRAGMENT, first.key]);
    }
  });

  it('inside a tunnel: the key is that of the inner header', () => {
    const first = of(ipv4(4, 0, 0, 9)(ipv4(6, MORE)(TCP)));
    const later = of(ipv4(4, 0, 0, 9)(ipv4(6, 7)(nothing(30))));
    assert.deepEqual([first.more, later.end, later.key], [true, END_LATER_FRAGMENT, first.key]);
    assert.equal(of(ipv4(6, 7)(nothing(30))).key, first.key, 'the outer header does not matter');
  });

  it('of what leads to no TCP are none that count', () => {
    assert.equal(of(ipv4(1, 7)(nothing(30))).end, END_OTHER);
    assert.equal(walk(ipv4(17, 7)(nothing(30)), IP, { ...ALL, outer: true }).end, END_OTHER);
    assert.equal(walk(ipv4(17, 7)(nothing(30)), IP, CLASSIC).end, END_OTHER);
    assert.equal(walk(ipv4(6, 7)(nothing(30)), IP, CLASSIC).end, END_LATER_FRAGMENT);
  });
});

describe('frames of the 802.1AE without encryption', () => {
  it('are counted', () => {
    const [, linkType, layer, inner] = SHIMS.find(([name]) => name.startsWith('MACsec'))!;
    assert.equal(walk(layer(inner), linkType).cursor.macsecFrames, 1);
  });
});

describe('any bytes', () => {
  const linkTypes = Array.from({ length: 400 }, (_, type) => type).filter(isKnownLinkType);
  const options = fc.constantFrom(ALL, CLASSIC, { ...ALL, outer: true }, { ...ALL, vlanKey: true });

  for (const linkType of linkTypes) {
    it(`link type ${linkType}: are gone through without reading behind their end`, (t: TestContext) => {
      const property = fc.property(fc.uint8Array({ maxLength: 120 }), options, (bytes, chosen) => {
        assert.ok(walk(bytes, linkType, chosen).end <= FOUND_TCP);
      });
      checkProperty(t, property, 300);
    });
  }

  it('in the place of some of a good frame’s: the same', (t: TestContext) => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const property = fc.property(
      fc.constantFrom(...CASES),
      damage,
      fc.nat(250),
      options,
      (made, bytes, cut, chosen) => {
        const [, linkType, layer, inner] = made;
        const frame = [...layer(inner)];
        for (const [at, value] of bytes) frame[at % frame.length] = value;
        assert.ok(walk(frame.slice(0, cut), linkType, chosen).end <= FOUND_TCP);
      },
    );
    checkProperty(t, property, 20_000);
  });
});
