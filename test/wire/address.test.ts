import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import { checkProperty } from '../support/property.js';

/** Eight groups written out, as the table's four words; each word signed, as they come from frames. */
function words(groups: string): number[] {
  const values = groups.split(':').map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((at) => (values[at] << 16) | values[at + 1]);
}

/** How the WHATWG URL parser writes an address: RFC 5952 section 4, but an IPv4-mapped one in hexadecimal. */
const urlText = (text: string): string => new URL(`http://[${text}]/`).hostname.slice(1, -1);

const colonGroups = (list: readonly number[]): string => list.map((group) => group.toString(16)).join(':');

const group = fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.constantFrom(1, 0xffff), fc.nat(0xffff));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

describe('IPv4 addresses', () => {
  const cases: [word: number, text: string][] = [
    [0, '0.0.0.0'],
    [-1, '255.255.255.255'],
    [0x0a000001, '10.0.0.1'],
    [0xc0a864c8 | 0, '192.168.100.200'],
    [0xc0a864c8, '192.168.100.200'],
  ];
  for (const [word, text] of cases) it(text, () => assert.equal(ipv4Text(word), text));

  it('reads back as the same word', (t: TestContext) => {
    const property = fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (word) => {
      const text = ipv4Text(word);
      assert.ok(isIPv4(text), text);
      assert.equal(
        text.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0),
        word,
      );
    });
    checkProperty(t, property, 500);
  });
});

describe('IPv6 addresses', () => {
  const cases: [rule: string, groups: string, text: string][] = [
    ['RFC 5952 4.1: no leading zeros', '2001:0db8:0:0:0:0:0:0001', '2001:db8::1'],
    ['4.1: one zero in a group of zeros', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.1: as short as possible', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['4.2.2: not for one group', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.2: not for one group, at the end', '2001:db8:1:1:1:1:1:0', '2001:db8:1:1:1:1:1:0'],
    ['4.2.3: the longest run', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['4.2.3: the first of equal runs', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['4.3: lower case', '2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:FFFF', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'],
    ['2: loopback', '0:0:0:0:0:0:0:1', '::1'],
    ['unspecified', '0:0:0:0:0:0:0:0', '::'],
    ['a run at the end', 'fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['runs at both ends, the first longer', '0:0:0:1:2:3:0:0', '::1:2:3:0:0'],
    ['runs at both ends, the last longer', '0:0:1:2:3:0:0:0', '0:0:1:2:3::'],
    ['5: IPv4-mapped', '0:0:0:0:0:ffff:c000:0201', '::ffff:192.0.2.1'],
    ['5: mapped zero', '0:0:0:0:0:ffff:0:0', '::ffff:0.0.0.0'],
    ['not mapped: ffff one group too early', '0:0:0:0:ffff:0:c000:201', '::ffff:0:c000:201'],
    ['not mapped: not all zero in front', '1:0:0:0:0:ffff:c000:201', '1::ffff:c000:201'],
  ];
  for (const [rule, full, text] of cases) it(`${rule}: ${text}`, () => assert.equal(ipv6Text(words(full)), text));

  it('writes what node’s URL writes, and what reads back as the same address', (t: TestContext) => {
    const property = fc.property(groups, (list) => {
      const full = colonGroups(list);
      const text = ipv6Text(words(full));
      assert.ok(isIPv6(text), text);
      assert.equal(urlText(text), urlText(full));
      if (!text.includes('.')) assert.equal(text, urlText(full));
    });
    checkProperty(t, property, 2000);
  });
});
