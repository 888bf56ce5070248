import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { END_BAD_IP, END_CUT_LINK, END_OTHER, END_UNKNOWN_LINK, FOUND_TCP } from '../../src/wire/cursor.js';
import { isKnownLinkType } from '../../src/wire/link.js';
import { linkTypeName, linkTypeNumber } from '../../src/wire/link-types.js';
import { LINK_TYPE, type Link, linkHeaderBytes, type TcpFrameForm, tcpFrame } from '../support/craft.js';
import { ALL, CLASSIC, walk } from '../support/walk.js';

const LINKS: readonly Link[] = ['ether', 'sll', 'null', 'loop', 'raw'];

const form = (link: Link, ipVersion: 4 | 6, vlans: number): TcpFrameForm => ({
  link,
  vlan: Array.from({ length: vlans }, (_, index) => 100 + index),
  ipVersion,
  src: ipVersion === 4 ? '10.0.0.1' : 'fd00::1',
  dst: ipVersion === 4 ? '10.0.0.2' : 'fd00::2',
  sport: 1,
  dport: 2,
  seq: 3,
  ack: 4,
  flags: 2,
});

/** Where the IP header is, whole or not, or how it ended before one. */
function locate(frame: ArrayLike<number>, linkType: number, directOnly = false): number {
  const { end, cursor } = walk(frame, linkType, directOnly ? CLASSIC : ALL);
  if (end === FOUND_TCP) return cursor.ip;
  return end === END_BAD_IP ? cursor.offset : end;
}

describe('link layers', () => {
  for (const link of LINKS) {
    for (const ipVersion of [4, 6] as const) {
      for (const vlans of link === 'ether' || link === 'sll' ? [0, 1, 2, 3, 4, 9] : [0]) {
        const about = `${link}, ${vlans} VLAN tags, IPv${ipVersion}`;
        const made = form(link, ipVersion, vlans);
        const { captured, linkType } = tcpFrame(made);
        const header = linkHeaderBytes(made);

        it(`finds the IP header: ${about}`, () => {
          assert.equal(locate(captured, linkType), header);
          assert.equal(locate(captured, linkType, true), vlans === 0 && ipVersion === 4 ? header : END_OTHER);
          assert.equal(captured[header] >> 4, ipVersion, 'the test looks at the right place');
        });

        it(`says which frames are cut in the link header: ${about}`, () => {
          for (let bytes = 0; bytes < header; bytes++) {
            assert.equal(locate(captured.subarray(0, bytes), linkType), END_CUT_LINK, `${bytes} bytes`);
          }
          // The header alone is enough; but a raw frame's version is in its first byte.
          const least = link === 'raw' ? 1 : header;
          for (let bytes = least; bytes < header + 4; bytes++) {
            assert.equal(locate(captured.subarray(0, bytes), linkType), header, `${bytes} bytes`);
          }
        });
      }
    }
  }

  it('does not cut a tag short with directOnly: what is no IP is not looked at', () => {
    const { captured } = tcpFrame(form('ether', 4, 2));
    assert.equal(locate(captured.subarray(0, 14), LINK_TYPE.ether, true), END_OTHER);
    assert.equal(locate(captured.subarray(0, 14), LINK_TYPE.ether), END_CUT_LINK);
  });

  const others: [name: string, linkType: number, frame: number[], expected: number][] = [
    ['ARP over Ethernet', 1, [...new Array<number>(12).fill(0), 8, 6, ...new Array<number>(28).fill(0)], END_OTHER],
    ['an LLC length', 1, [...new Array<number>(12).fill(0), 0, 38, ...new Array<number>(38).fill(0)], END_OTHER],
    ['ARP under a VLAN tag', 1, [...new Array<number>(12).fill(0), 0x81, 0, 0, 1, 8, 6], END_OTHER],
    ['SLL with another protocol', 113, [...new Array<number>(14).fill(0), 8, 6], END_OTHER],
    ['IPv4 without link layer', 228, [0x45], 0],
    ['IPv6 without link layer', 229, [0x60], 0],
    ['an empty frame of IPv4 without link layer', 228, [], 0],
    ['an empty frame of IPv6 without link layer', 229, [], 0],
    ['an empty frame of IP without link layer', 101, [], 0],
    ['an unknown link type', 147, new Array<number>(60).fill(0x45), END_UNKNOWN_LINK],
  ];
  for (const [name, linkType, frame, expected] of others) {
    it(name, () => assert.equal(locate(frame, linkType), expected));
  }

  const families: [family: number, version: number][] = [
    [2, 4],
    [10, 6],
    [24, 6],
    [28, 6],
    [30, 6],
    [0, 0],
    [7, 0],
    [23, 0],
  ];
  for (const [family, version] of families) {
    it(`BSD loopback, address family ${family}, in either byte order`, () => {
      // A header of that version is taken for it, one of the other is wrong.
      for (const ipVersion of [4, 6] as const) {
        const { captured } = tcpFrame(form('null', ipVersion, 0));
        const ip = captured.subarray(4);
        const expected = version === 0 ? END_OTHER : version === ipVersion ? FOUND_TCP : END_BAD_IP;
        assert.equal(walk([family, 0, 0, 0, ...ip], 0).end, expected);
        assert.equal(walk([0, 0, 0, family, ...ip], 0).end, expected);
        assert.equal(walk([0, 0, 0, family, ...ip], 108).end, expected);
      }
    });
  }

  it('BSD loopback: a family is all four bytes', () => {
    for (const bytes of [
      [2, 0, 0, 1],
      [30, 1, 0, 0],
      [1, 0, 0, 2],
      [0, 0, 1, 2],
    ]) {
      assert.equal(locate(bytes, 0), END_OTHER, bytes.join(' '));
    }
  });

  it('knows a link type exactly when frames of it are not of an unknown one', () => {
    for (let linkType = -1; linkType < 0x1000; linkType++) {
      for (const first of [0, 0x45, 0x60, 0xff]) {
        const { end } = walk(new Array<number>(80).fill(first), linkType);
        if (linkType === 192 || linkType === 258) continue;
        assert.equal(end !== END_UNKNOWN_LINK, isKnownLinkType(linkType), `${linkType}`);
      }
    }
  });

  it('takes a USER type for what the user says, but not for another USER type', () => {
    const { captured } = tcpFrame(form('ether', 4, 1));
    for (let user = 147; user <= 162; user++) {
      assert.equal(isKnownLinkType(user), false);
      assert.equal(walk(captured, user).end, END_UNKNOWN_LINK);
      assert.equal(walk(captured, user, { ...ALL, userDlts: new Map([[user, 1]]) }).end, FOUND_TCP);
      assert.equal(walk(captured, user, { ...ALL, userDlts: new Map([[user, user]]) }).end, END_UNKNOWN_LINK);
    }
  });
});

describe('names of link types', () => {
  const names: [number, string][] = [
    [0, 'NULL'],
    [1, 'EN10MB'],
    [12, 'RAW12'],
    [101, 'RAW'],
    [113, 'LINUX_SLL'],
    [127, 'IEEE802_11_RADIO'],
    [147, 'USER0'],
    [162, 'USER15'],
    [274, 'ETHERNET_MPACKET'],
    [276, 'LINUX_SLL2'],
  ];
  for (const [number, name] of names) {
    it(name, () => {
      assert.equal(linkTypeName(number), name);
      assert.equal(linkTypeNumber(name), number);
    });
  }

  it('are one for each number, and go back to it', () => {
    for (let number = -1; number < 0x400; number++) {
      if (number >= 0) assert.equal(linkTypeNumber(linkTypeName(number)), number);
      if (isKnownLinkType(number)) assert.notEqual(linkTypeName(number), String(number), `${number} has a name`);
    }
    assert.equal(linkTypeName(65_000), '65000');
  });

  it('are understood in small letters, with prefixes, and as the registry has them', () => {
    assert.equal(linkTypeNumber('dlt_en10mb'), 1);
    assert.equal(linkTypeNumber('LINKTYPE_ETHERNET'), 1);
    assert.equal(linkTypeNumber('token_ring'), 6);
    assert.equal(linkTypeNumber('276'), 276);
    assert.equal(linkTypeNumber('nothing'), undefined);
    assert.equal(linkTypeNumber(''), undefined);
  });
});
