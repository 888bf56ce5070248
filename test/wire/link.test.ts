import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IP_HEADER_V6, isKnownLinkType, LINK_NOT_IP, LINK_SHORT, locateIp } from '../../src/wire/link.js';
import { LINK_TYPE, type Link, linkHeaderBytes, type TcpFrameForm, tcpFrame } from '../support/craft.js';

const LINKS: readonly Link[] = ['ether', 'sll', 'null', 'loop', 'raw'];
/** The frame lies somewhere in the view, and nothing lies behind it. */
const AT = 3;

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

function locate(frame: ArrayLike<number>, linkType: number, directOnly = false): number {
  const bytes = new Uint8Array(AT + frame.length);
  bytes.set(frame, AT);
  return locateIp(new DataView(bytes.buffer), AT, frame.length, linkType, directOnly);
}

describe('link layers', () => {
  for (const link of LINKS) {
    for (const ipVersion of [4, 6] as const) {
      for (const vlans of link === 'ether' || link === 'sll' ? [0, 1, 2, 3, 4, 9] : [0]) {
        const about = `${link}, ${vlans} VLAN tags, IPv${ipVersion}`;
        const made = form(link, ipVersion, vlans);
        const { captured, linkType } = tcpFrame(made);
        const header = linkHeaderBytes(made);
        const found = header + (ipVersion === 6 ? IP_HEADER_V6 : 0);

        it(`finds the IP header: ${about}`, () => {
          assert.equal(locate(captured, linkType), found);
          assert.equal(locate(captured, linkType, true), vlans === 0 ? found : LINK_NOT_IP);
          assert.equal(captured[header] >> 4, ipVersion, 'the test looks at the right place');
        });

        it(`says which frames are cut in the link header: ${about}`, () => {
          for (let bytes = 0; bytes < header; bytes++) {
            assert.equal(locate(captured.subarray(0, bytes), linkType), LINK_SHORT, `${bytes} bytes`);
          }
          // The header alone is enough; but a raw frame's version is in its first byte.
          const least = link === 'raw' ? 1 : header;
          for (let bytes = least; bytes < header + 4; bytes++) {
            assert.equal(locate(captured.subarray(0, bytes), linkType), found, `${bytes} bytes`);
          }
        });
      }
    }
  }

  it('does not cut a tag short with directOnly: what is no IP is not looked at', () => {
    const { captured } = tcpFrame(form('ether', 4, 2));
    assert.equal(locate(captured.subarray(0, 14), LINK_TYPE.ether, true), LINK_NOT_IP);
    assert.equal(locate(captured.subarray(0, 14), LINK_TYPE.ether), LINK_SHORT);
  });

  const others: [name: string, linkType: number, frame: number[], expected: number][] = [
    ['ARP over Ethernet', 1, [...new Array<number>(12).fill(0), 8, 6, ...new Array<number>(28).fill(0)], LINK_NOT_IP],
    ['an LLC length', 1, [...new Array<number>(12).fill(0), 0, 38, ...new Array<number>(38).fill(0)], LINK_NOT_IP],
    ['ARP under a VLAN tag', 1, [...new Array<number>(12).fill(0), 0x81, 0, 0, 1, 8, 6], LINK_NOT_IP],
    ['SLL with another protocol', 113, [...new Array<number>(14).fill(0), 8, 6], LINK_NOT_IP],
    ['IPv4 without link layer', 228, [0x45], 0],
    ['IPv6 without link layer', 229, [0x60], IP_HEADER_V6],
    ['an empty frame of IPv4 without link layer', 228, [], 0],
    ['an empty frame of IPv6 without link layer', 229, [], IP_HEADER_V6],
    ['an unknown link type', 147, new Array<number>(60).fill(0x45), LINK_NOT_IP],
  ];
  for (const [name, linkType, frame, expected] of others) {
    it(name, () => assert.equal(locate(frame, linkType), expected));
  }

  for (const linkType of [12, 14, 101]) {
    it(`raw IP, link type ${linkType}: the version is the frame's`, () => {
      assert.equal(locate([0x45, 0], linkType), 0);
      assert.equal(locate([0x6f, 0], linkType), IP_HEADER_V6);
    });
  }

  const families: [family: number, expected: number][] = [
    [2, 4],
    [10, 4 + IP_HEADER_V6],
    [24, 4 + IP_HEADER_V6],
    [28, 4 + IP_HEADER_V6],
    [30, 4 + IP_HEADER_V6],
    [0, LINK_NOT_IP],
    [7, LINK_NOT_IP],
    [23, LINK_NOT_IP],
  ];
  for (const [family, expected] of families) {
    it(`BSD loopback, address family ${family}, in either byte order`, () => {
      assert.equal(locate([family, 0, 0, 0], 0), expected);
      assert.equal(locate([0, 0, 0, family], 0), expected);
      assert.equal(locate([0, 0, 0, family], 108), expected);
    });
  }

  it('BSD loopback: a family is all four bytes', () => {
    for (const bytes of [
      [2, 0, 0, 1],
      [30, 1, 0, 0],
      [1, 0, 0, 2],
      [0, 0, 1, 2],
    ]) {
      assert.equal(locate(bytes, 0), LINK_NOT_IP, bytes.join(' '));
    }
  });

  it('knows its link types and no other', () => {
    const known = [0, 1, 12, 14, 101, 108, 113, 228, 229];
    for (let linkType = 0; linkType < 0x10000; linkType++) {
      assert.equal(isKnownLinkType(linkType), known.includes(linkType), `${linkType}`);
    }
  });
});
