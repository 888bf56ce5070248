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
  END_ICMP,
  END_LATER_FRAGMENT,
  END_OTHER,
  FOUND_TCP,
} from '../../src/wire/cursor.js';
import { isKnownLinkType } from '../../src/wire/link.js';
import { addVlan } from '../../src/wire/vlan-key.js';
import {
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
  mplsLabels,
  ppp4,
  pppoe,
  stack,
  TCP,
  udp,
  vlan,
  vxlan,
  wlan,
  zeros,
} from '../support/craft-layers.js';
import {
  CASES,
  ETHER,
  FRAME,
  IP,
  LINKS,
  LLC_TCP,
  overUdp,
  SHIMS,
  TCP4,
  TCP6,
  TUNNELS,
} from '../support/header-cases.js';
import { checkProperty } from '../support/property.js';
import { ALL, CLASSIC, walk } from '../support/walk.js';

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
    ['ARP', ETHER, ethernet(0x0806)(zeros(28)), END_OTHER],
    ['ICMP that quotes TCP', IP, stack(ipv4(1), before(3, 1, ...zeros(6)))(TCP4), END_ICMP],
    ['ICMPv6 that quotes TCP', IP, stack(ipv6(58), before(1, 0, ...zeros(6)))(TCP6), END_ICMP],
    ['ICMP over IPv6', IP, stack(ipv6(1), before(3, 1, ...zeros(6)))(TCP4), END_OTHER],
    ['ICMPv6 over IPv4', IP, stack(ipv4(58), before(1, 4, ...zeros(6)))(TCP6), END_OTHER],
    ['ESP', IP, ipv4(50)(zeros(40)), END_ENCRYPTED],
    ['ESP behind extension headers', IP, stack(ipv6(60), extension(50))(zeros(40)), END_ENCRYPTED],
    ['MACsec, encrypted', ETHER, stack(ethernet(0x88e5), before(0x0c, 0, 0, 0, 0, 1))(zeros(60)), END_ENCRYPTED],
    ['802.11, protected', 105, wlan({ flags: 0x41 })(zeros(60)), END_ENCRYPTED],
    ['802.11, a beacon', 105, wlan({ control: 0x80 })(zeros(60)), END_OTHER],
    ['802.11, no data', 105, wlan({ control: 0x48 })(zeros(60)), END_OTHER],
    ['802.11, a later fragment', 105, wlan({ fragment: 1 })(LLC_TCP), END_OTHER],
    ['an mPacket that goes on', 274, before(...new Array<number>(7).fill(0x55), 0x61)(FRAME), END_OTHER],
    ['PPPoE discovery', ETHER, stack(ethernet(0x8863), pppoe(9))(zeros(20)), END_OTHER],
    ['multilink, not the beginning', 9, before(0, 0x3d, 0x40, 0, 0, 1)(ppp4(TCP4)), END_OTHER],
    ['PPTP without payload', IP, stack(ipv4(47), gre(0x2081, 0x880b, ...zeros(8)))(TCP4), END_OTHER],
    ['VXLAN without the I bit', IP, overUdp(4789, before(0, 0, 0, 0, 0, 0, 1, 0))(FRAME), END_OTHER],
    ['the port of VXLAN at the source only', IP, stack(ipv4(17), udp(53, 4789), vxlan)(FRAME), END_OTHER],
    ['GTP-U, an echo', IP, overUdp(2152, before(0x32, 1, ...zeros(10)))(TCP4), END_OTHER],
    ['GTP-U without IP', IP, overUdp(2152, gtp(0x30))(zeros(40)), END_OTHER],
    ['L2TP, control', IP, overUdp(1701, before(0xc8, 2, ...zeros(10)))(TCP4), END_OTHER],
    ['Teredo, a bubble', IP, overUdp(3544)(ipv6(59)([])), END_OTHER],
    ['CAPWAP, encrypted', IP, overUdp(5247, before(1, 0, 0, 0, 0x16, 0xfe, 0xff, 0))(zeros(40)), END_OTHER],
    ['L2TPv3 whose payload makes no sense', IP, stack(ipv4(115), before(...four(7)))(zeros(80)), END_OTHER],
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

describe('ICMP', () => {
  const MESSAGE = zeros(8);
  const found = (frame: Bytes, linkType: number, options: CursorOptions = ALL): readonly unknown[] => {
    const { end, cursor } = walk(frame, linkType, options);
    return [end, cursor.offset, cursor.ip, cursor.isV6];
  };

  it('is where the innermost IP header ends, of either version', () => {
    assert.deepEqual(found(stack(ethernet(0x0800), ipv4(1, 0, 2))(MESSAGE), ETHER), [END_ICMP, 42, 14, false]);
    assert.deepEqual(found(ipv6(58)(MESSAGE), IP), [END_ICMP, 40, 0, true]);
    assert.deepEqual(found(stack(ipv6(60), extension(58))(MESSAGE), IP), [END_ICMP, 56, 0, true]);
    assert.deepEqual(found(stack(ipv6(4), ipv4(1))(MESSAGE), IP), [END_ICMP, 60, 40, false]);
    assert.deepEqual(found(stack(ipv4(41), ipv6(58))([]), IP), [END_ICMP, 60, 20, true]);
  });

  it('with --classic is that of IPv4, directly over the link layer', () => {
    assert.equal(found(stack(ethernet(0x0800), ipv4(1))(MESSAGE), ETHER, CLASSIC)[0], END_ICMP);
    const others: readonly [linkType: number, frame: Bytes][] = [
      [ETHER, stack(ethernet(0x86dd), ipv6(58))(MESSAGE)],
      [ETHER, stack(ethernet(0x0800), ipv4(58))(MESSAGE)],
      [ETHER, stack(ethernet(0x8100), vlan(5, 0x0800), ipv4(1))(MESSAGE)],
      [IP, stack(ipv4(4), ipv4(1))(MESSAGE)],
    ];
    for (const [linkType, frame] of others) assert.equal(found(frame, linkType, CLASSIC)[0], END_OTHER);
  });

  it('with --outer is that of the first IP header', () => {
    const options = { ...ALL, outer: true };
    assert.equal(found(ipv4(1)(MESSAGE), IP, options)[0], END_ICMP);
    assert.equal(found(stack(ipv6(60), extension(58))(MESSAGE), IP, options)[0], END_ICMP);
    assert.equal(found(stack(ipv4(4), ipv4(1))(MESSAGE), IP, options)[0], END_OTHER);
  });
});

describe('MPLS that might be either', () => {
  /** The check sum of a header of 20 bytes. */
  const checked = (packet: Bytes): Bytes => {
    let sum = 0;
    for (let at = 0; at < 20; at += 2) sum += (packet[at] << 8) | packet[at + 1];
    sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    return [...packet.slice(0, 10), sum >> 8, sum & 255, ...packet.slice(12)];
  };
  const over = (packet: Bytes) => walk(stack(ethernet(0x8847), mplsLabels(16))(packet), ETHER);

  it('is IPv4 when its check sum is right, though its source 8.0.69.1 looks like an ethertype and IPv4', () => {
    const packet = checked([...TCP4.slice(0, 12), 8, 0, 0x45, 1, ...TCP4.slice(16)]);
    assert.deepEqual([over(packet).end, over(packet).cursor.ip], [FOUND_TCP, 18]);
  });

  it('is IPv4 when nothing speaks for Ethernet, whatever its check sum', () => {
    const packet = [...TCP4.slice(0, 12), 136, 71, 1, 1, ...TCP4.slice(16)];
    assert.deepEqual([over(packet).end, over(packet).cursor.ip], [FOUND_TCP, 18]);
  });

  it('is Ethernet to an address that begins with 6 when the IPv4 header in it is right, else IPv6', () => {
    const frame = [0x60, ...FRAME.slice(1, 14)];
    assert.deepEqual([over([...frame, ...checked(TCP4)]).cursor.ip], [32]);
    const packet = [...TCP6.slice(0, 12), 8, 0, 0x45, 1, ...TCP6.slice(16)];
    assert.deepEqual([over(packet).end, over(packet).cursor.ip], [FOUND_TCP, 18]);
  });
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
    const later = of(ipv4(6, 5)(zeros(40)));
    assert.deepEqual(first, { end: FOUND_TCP, key: first.key, isFirst: true, more: true });
    assert.deepEqual([later.end, later.key], [END_LATER_FRAGMENT, first.key]);
    assert.notEqual(of(ipv4(17, 5)(zeros(40))).key, first.key);
    assert.notEqual(of(ipv4(6, 5, 0, 3)(zeros(40))).key, first.key);
  });

  it('of IPv6, whatever the next header says', () => {
    const first = of(stack(ipv6(44), fragmentHeader(6, 1))(TCP));
    assert.deepEqual(first, { end: FOUND_TCP, key: first.key, isFirst: true, more: true });
    for (const next of [6, 60, 41]) {
      const later = of(stack(ipv6(44), fragmentHeader(next, 8))(zeros(16)));
      assert.deepEqual([later.end, later.key], [END_LATER_FRAGMENT, first.key]);
    }
    assert.equal(of(stack(ipv6(44), fragmentHeader(58, 8))(zeros(16))).end, END_OTHER);
  });

  it('of a tunnel: the key is that of the header that is a fragment, and the innermost is none', () => {
    for (const [protocol, inner] of [
      [4, TCP4],
      [17, stack(udp(4789), vxlan)(FRAME)],
      [47, gre(0, 0x0800)(TCP4)],
    ] as const) {
      const first = of(ipv4(protocol, MORE)(inner));
      const later = of(ipv4(protocol, 0xb9)(zeros(40)));
      assert.deepEqual([first.end, first.isFirst, first.more], [FOUND_TCP, true, false]);
      assert.deepEqual([later.end, later.key], [END_LATER_FRAGMENT, first.key]);
    }
  });

  it('inside a tunnel: the key is that of the inner header', () => {
    const first = of(ipv4(4, 0, 0, 9)(ipv4(6, MORE)(TCP)));
    const later = of(ipv4(4, 0, 0, 9)(ipv4(6, 7)(zeros(30))));
    assert.deepEqual([first.more, later.end, later.key], [true, END_LATER_FRAGMENT, first.key]);
    assert.equal(of(ipv4(6, 7)(zeros(30))).key, first.key, 'the outer header does not matter');
  });

  it('of what leads to no TCP are none that count', () => {
    assert.equal(of(ipv4(1, 7)(zeros(30))).end, END_OTHER);
    assert.deepEqual([of(ipv4(1, MORE)(zeros(30))).end, of(ipv4(1, MORE)(zeros(30))).more], [END_ICMP, true]);
    assert.equal(of(stack(ipv6(44), fragmentHeader(58, 1))(zeros(16))).end, END_ICMP);
    assert.equal(walk(ipv4(17, 7)(zeros(30)), IP, { ...ALL, outer: true }).end, END_OTHER);
    assert.equal(walk(ipv4(17, 7)(zeros(30)), IP, CLASSIC).end, END_OTHER);
    assert.equal(walk(ipv4(6, 7)(zeros(30)), IP, CLASSIC).end, END_LATER_FRAGMENT);
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
