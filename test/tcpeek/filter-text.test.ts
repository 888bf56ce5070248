import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { FilterTextError, parseSessionFilter, sessionFilters } from '../../src/tcpeek/filter-text.js';
import type { FilterTarget, SessionFilter } from '../../src/tcpeek/options.js';
import { naiveRange } from '../support/naive-session-filter.js';
import { checkProperty } from '../support/property.js';
import { filterBody, rangeText } from '../support/session-filter-cases.js';

const ANY = { address: undefined, ports: [] };
const ONES = 0xffffffff;
const HOST = { words: [0xc0000201], mask: [ONES] };
const V6_HOST = { words: [0x20010db8, 0, 0, 1], mask: [ONES, ONES, ONES, ONES] };
const V6_NETWORK = { words: [0x20010db8, 0, 0, 0], mask: [ONES, 0, 0, 0] };

describe('a filter', () => {
  const cases: [text: string, direction: 'RX' | 'TX', name: string, ...targets: FilterTarget[]][] = [
    ['RX:RX@*:*', 'RX', 'RX', ANY],
    ['all:TX@%:%', 'TX', 'all', ANY],
    [':TX@%:53', 'TX', '', { address: undefined, ports: [53] }],
    ['web:TX@%:80:443', 'TX', 'web', { address: undefined, ports: [80, 443] }],
    ['web:rx@*:443:80:443', 'RX', 'web', { address: undefined, ports: [443, 80] }],
    ['web:tX@*:0:65535', 'TX', 'web', { address: undefined, ports: [0, 65535] }],
    ['web:RX@*:80:%:81', 'RX', 'web', ANY],
    ['web:RX@*:00080', 'RX', 'web', { address: undefined, ports: [80] }],
    ['a:RX@192.0.2.1:80', 'RX', 'a', { address: HOST, ports: [80] }],
    ['a:RX@192.0.2.1/32:80', 'RX', 'a', { address: HOST, ports: [80] }],
    ['a:RX@192.168.1.7/24:*', 'RX', 'a', { address: { words: [0xc0a80100], mask: [0xffffff00] }, ports: [] }],
    ['a:RX@255.255.255.255/0:*', 'RX', 'a', { address: { words: [0], mask: [0] }, ports: [] }],
    ['a:RX@[2001:db8::1]:80', 'RX', 'a', { address: V6_HOST, ports: [80] }],
    ['a:RX@[2001:DB8:0:0::1]:80', 'RX', 'a', { address: V6_HOST, ports: [80] }],
    ['a:RX@[2001:db8::7]/32:80', 'RX', 'a', { address: V6_NETWORK, ports: [80] }],
    ['a:RX@[2001:db8::/32]:80', 'RX', 'a', { address: V6_NETWORK, ports: [80] }],
    ['a:RX@[::]/0:*', 'RX', 'a', { address: { words: [0, 0, 0, 0], mask: [0, 0, 0, 0] }, ports: [] }],
    [
      'a:RX@[::ffff:192.0.2.1]:*',
      'RX',
      'a',
      { address: { words: [0, 0, 0xffff, 0xc0000201], mask: [ONES, ONES, ONES, ONES] }, ports: [] },
    ],
    [
      'a:RX@192.0.2.1:80:81,[2001:db8::]/32:%,*:22',
      'RX',
      'a',
      { address: HOST, ports: [80, 81] },
      { address: V6_NETWORK, ports: [] },
      { address: undefined, ports: [22] },
    ],
    ["it's @ work, 50 %:RX@*:*", 'RX', "it's @ work, 50 %", ANY],
    ['"\\{}/:RX@*:*', 'RX', '"\\{}/', ANY],
    ['東京 é:RX@*:*', 'RX', '東京 é', ANY],
  ];
  for (const [text, direction, name, ...targets] of cases) {
    it(text, () => assert.deepEqual(parseSessionFilter(text), { name, direction, targets }));
  }
});

describe('a text that is no filter', () => {
  const FOUR_NUMBERS = 'expected four numbers of 0 to 255 without leading zeros';
  const BRACKETS = 'an IPv6 address is written [2001:db8::1]';
  const cases: [text: string, reason: string][] = [
    ['', "missing ':' in front of the direction"],
    ['tcp port 80', "missing ':' in front of the direction"],
    ['RX@*', "missing ':' in front of the direction"],
    ['RX@*:80', "missing ':' in front of the direction"],
    ['tx@[2001:db8::1]:80', "missing ':' in front of the direction"],
    [':', "missing '@' behind the direction"],
    ['web:RX', "missing '@' behind the direction"],
    ['web:RX*:80', "missing '@' behind the direction"],
    ['web:RX:*:80', "missing '@' behind the direction"],
    ['web:@*:80', 'empty direction: expected RX or TX'],
    ['web:XX@*:80', "unknown direction 'XX': expected RX or TX"],
    ['web:ALL@*:80', "unknown direction 'ALL': expected RX or TX"],
    ['web: RX@*:80', "unknown direction ' RX': expected RX or TX"],
    ['web:RX:TX@*:80', "unknown direction 'RX:TX': expected RX or TX"],
    ['web:RXTX@*:80', "unknown direction 'RXTX': expected RX or TX"],
    ['web:RX@', "missing address behind '@'"],
    ['web:RX@*', "missing port behind '*'"],
    ['web:RX@192.0.2.1', "missing port behind '192.0.2.1'"],
    ['web:RX@192.0.2.0/24', "missing port behind '192.0.2.0/24'"],
    ['web:RX@[2001:db8::]/32', "missing port behind '[2001:db8::]/32'"],
    ['web:RX@*:', 'empty port'],
    ['web:RX@*:80:', 'empty port'],
    ['web:RX@*:80::81', 'empty port'],
    ['web:RX@*:%:', 'empty port'],
    ['web:RX@:80', 'empty address'],
    ['web:RX@/24:80', 'empty address'],
    ['web:RX@[]:80', 'empty address between brackets'],
    ['web:RX@[]/8:80', 'empty address between brackets'],
    ['web:RX@*:80,', "trailing ','"],
    ['web:RX@,*:80', "leading ','"],
    ['web:RX@,', "leading ','"],
    ['web:RX@*:80,,*:81', "doubled ','"],
    ['web:RX@*:80,81', `bad address '81': ${FOUR_NUMBERS}`],
    ['web:RX@*:80, *:81', "bad address ' *': expected an IPv4 or IPv6 address"],
    ['web:RX@10.0.0:80', `bad address '10.0.0': ${FOUR_NUMBERS}`],
    ['web:RX@10:80', `bad address '10': ${FOUR_NUMBERS}`],
    ['web:RX@10.0.0.0.1:80', `bad address '10.0.0.0.1': ${FOUR_NUMBERS}`],
    ['web:RX@10.0.0.256:80', `bad address '10.0.0.256': ${FOUR_NUMBERS}`],
    ['web:RX@10.0.0.:80', `bad address '10.0.0.': ${FOUR_NUMBERS}`],
    ['web:RX@010.0.0.1:80', `bad address '010.0.0.1': ${FOUR_NUMBERS}`],
    ['web:RX@host:80', "bad address 'host': expected an IPv4 or IPv6 address"],
    ['web:RX@*/8:80', "bad address '*': expected an IPv4 or IPv6 address"],
    ['web:RX@**:80', "bad address '**': expected an IPv4 or IPv6 address"],
    ['web:RX@192.0.2.1]:80', "bad address '192.0.2.1]': expected an IPv4 or IPv6 address"],
    ['web:RX@x@*:80', "bad address 'x@*': expected an IPv4 or IPv6 address"],
    ['web:RX@192.0.2.1/33:80', "prefix length '33' out of range: expected 0 to 32"],
    ['web:RX@[::1]/129:80', "prefix length '129' out of range: expected 0 to 128"],
    ['web:RX@[::1/129]:80', "prefix length '129' out of range: expected 0 to 128"],
    ['web:RX@192.0.2.1/:80', "empty prefix length behind '192.0.2.1'"],
    ['web:RX@192.0.2.1/-1:80', "bad prefix length '-1': expected a number"],
    ['web:RX@192.0.2.1/8/8:80', "bad prefix length '8/8': expected a number"],
    ['web:RX@10.0.0.0/255.0.0.0:80', "bad prefix length '255.0.0.0': expected a number"],
    ['web:RX@[::1/64]/64:80', "stray '/64' behind '::1/64'"],
    ['web:RX@[::1]x:80', "stray 'x' behind ']'"],
    ['web:RX@[::1:80', "missing ']' behind '[::1:80'"],
    ['web:RX@[::1/64:80', "missing ']' behind '[::1/64:80'"],
    ['web:RX@[::g]:80', "bad address '::g': expected an IPv6 address"],
    ['web:RX@[fe80::1%eth0]:80', "bad address 'fe80::1%eth0': expected an IPv6 address"],
    ['web:RX@[1.2.3.4::]:80', "bad address '1.2.3.4::': expected an IPv6 address"],
    ['web:RX@[192.0.2.1]:80', "bad address '192.0.2.1': only IPv6 addresses stand in brackets"],
    ['web:RX@[*]:80', "bad address '*': only IPv6 addresses stand in brackets"],
    ['web:RX@2001:db8::1:80', `missing brackets in '2001:db8::1:80': ${BRACKETS}`],
    ['web:RX@::1', `missing brackets in '::1': ${BRACKETS}`],
    ['web:RX@2001:db8::/32:80', `missing brackets in '2001:db8::/32:80': ${BRACKETS}`],
    ['web:RX@1:2:3:4:5:6:7:8:80', `missing brackets in '1:2:3:4:5:6:7:8:80': ${BRACKETS}`],
    ['web:RX@::ffff:192.0.2.1:80', `missing brackets in '::ffff:192.0.2.1:80': ${BRACKETS}`],
    ['web:RX@*:65536', "port '65536' out of range: expected 0 to 65535"],
    ['web:RX@*:*:65536', "port '65536' out of range: expected 0 to 65535"],
    ['web:RX@*:http', "bad port 'http': expected a number, % or *"],
    ['web:RX@*:80-90', "bad port '80-90': expected a number, % or *"],
    ['web:RX@*:-1', "bad port '-1': expected a number, % or *"],
    ['web:RX@*:0x50', "bad port '0x50': expected a number, % or *"],
    ['web:RX@*:80 ', "bad port '80 ': expected a number, % or *"],
    ['web:RX@*:80/tcp', "bad port '80/tcp': expected a number, % or *"],
    [' web:RX@*:80', "white space at an end of the name ' web'"],
    [' :RX@*:80', "white space at an end of the name ' '"],
    ['pcap:RX@*:80', "the name 'pcap' is taken by the figures of the capture"],
  ];
  for (const [text, reason] of cases) {
    it(text, () => {
      assert.throws(() => parseSessionFilter(text), { name: 'FilterTextError', text, reason });
      assert.throws(() => parseSessionFilter(text), { message: `filter '${text}' parse error: ${reason}` });
    });
  }

  it('is told printably, and pieces of it in few characters', () => {
    const inName = 'unprintable character in the name';
    const unprintable: [text: string, message: string][] = [
      ['a\nb:RX@*:80', `filter 'a\\u{a}b:RX@*:80' parse error: ${inName} 'a\\u{a}b'`],
      ['\u001b[31m:RX@*:80', `filter '\\u{1b}[31m:RX@*:80' parse error: ${inName} '\\u{1b}[31m'`],
      ['\u202e:RX@*:80', `filter '\\u{202e}:RX@*:80' parse error: ${inName} '\\u{202e}'`],
      ['\ud800:RX@*:80', `filter '\\u{d800}:RX@*:80' parse error: ${inName} '\\u{d800}'`],
      ['a:RX@*:\u0085', "filter 'a:RX@*:\\u{85}' parse error: bad port '\\u{85}': expected a number, % or *"],
    ];
    for (const [text, message] of unprintable) assert.throws(() => parseSessionFilter(text), { message });
    const digits = '9'.repeat(500);
    const reason = `port '${'9'.repeat(37)}...' out of range: expected 0 to 65535`;
    assert.throws(() => parseSessionFilter(`a:RX@*:${digits}`), {
      message: `filter 'a:RX@*:${digits}' parse error: ${reason}`,
    });
  });
});

describe('the filters of a run', () => {
  it('begin with RX and TX', () => {
    const texts = ['web:TX@%:80:443', ':TX@%:53', 'all:TX@*:*', ':RX@*:22'];
    const first = [parseSessionFilter('RX:RX@*:*'), parseSessionFilter('TX:TX@*:*')];
    assert.deepEqual(sessionFilters(texts, true), [...first, ...texts.map(parseSessionFilter)]);
    assert.deepEqual(sessionFilters([], true), first);
  });

  it('are only ALL when no address is local', () => {
    assert.deepEqual(sessionFilters([], false), [{ name: 'ALL', direction: 'ALL', targets: [ANY] }]);
  });

  const cases: [what: string, texts: string[], hasLocal: boolean, message: string][] = [
    [
      'need local addresses',
      ['web:TX@*:80'],
      false,
      "filter 'web:TX@*:80' parse error: TX asks which addresses are local, and none is known: give --local",
    ],
    [
      'that exclude need them too',
      [':rx@*:80'],
      false,
      "filter ':rx@*:80' parse error: RX asks which addresses are local, and none is known: give --local",
    ],
    [
      'are told what is wrong with them first',
      ['web:TX'],
      false,
      "filter 'web:TX' parse error: missing '@' behind the direction",
    ],
  ];
  for (const [what, texts, hasLocal, message] of cases) {
    it(what, () => assert.throws(() => sessionFilters(texts, hasLocal), { name: 'FilterTextError', message }));
  }

  it('may have the same name, in any case', () => {
    const texts = ['rx:RX@*:1', 'ALL:RX@*:1', 'all:RX@*:1', 'RX:TX@*:80', 'all:RX@*:2'];
    const names = sessionFilters(texts, true).map(({ name }) => name);
    assert.deepEqual(names, ['RX', 'TX', 'rx', 'ALL', 'all', 'RX', 'all']);
  });
});

const body = filterBody(rangeText);
const name = fc.constantFrom('', 'web', 'a b', 'x@y', '%');

/** What a valid text says, from pieces of the text. */
function naiveFilter(text: string): SessionFilter {
  const [, filterName, direction, list] = /^([^:]*):(..)@(.*)$/.exec(text)!;
  const targets = list.split(',').map((target) => {
    const [, address, ports] = /^((?:\[[^\]]*\])?[^:]*):(.*)$/.exec(target)!;
    const numbers = ports.split(':').map((port) => (/\d/.test(port) ? Number(port) : undefined));
    return {
      address: /^[%*]$/.test(address) ? undefined : naiveWords(address),
      ports: numbers.includes(undefined) ? [] : [...new Set(numbers as number[])],
    };
  });
  return { name: filterName, direction: direction.toUpperCase() as 'RX' | 'TX', targets };
}

function naiveWords(address: string): { words: number[]; mask: number[] } {
  const { isV6, first, last } = naiveRange(address);
  const split = (value: bigint): number[] =>
    (isV6 ? [96n, 64n, 32n, 0n] : [0n]).map((shift) => Number((value >> shift) & 0xffffffffn));
  const ones = 2n ** (isV6 ? 128n : 32n) - 1n;
  return { words: split(first), mask: split(ones - (last - first)) };
}

/** Whether the text is a filter, by node's own idea of addresses. */
function isFilter(text: string): boolean {
  const parts = /^([^:]*):[RrTt][Xx]@(.*)$/su.exec(text);
  if (parts === null) return false;
  const [, filterName, list] = parts;
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s|\s$|^pcap$/u.test(filterName)) return false;
  return list.split(',').every((target) => {
    const pieces = /^(?:([%*])|([\d.]+)(?:\/(\d+))?|\[([^\]/]*)(?:\/(\d+))?\]|\[([^\]/]*)\]\/(\d+)):([\d%*:]+)$/.exec(
      target,
    );
    if (pieces === null) return false;
    const [, any, v4, v4Bits = '0', v6a, v6aBits = '0', v6b, v6bBits = '0', ports] = pieces;
    const v6 = v6a ?? v6b;
    const isAddress =
      any !== undefined ||
      (v4 !== undefined && isIPv4(v4) && Number(v4Bits) <= 32) ||
      (v6 !== undefined && isIPv6(v6) && !v6.includes('%') && Number(v6aBits) <= 128 && Number(v6bBits) <= 128);
    return isAddress && ports.split(':').every((port) => /^([%*]|\d+)$/.test(port) && !(Number(port) > 65535));
  });
}

/** The filter, or undefined for what is refused with a message of one printable line. */
function parsed(text: string): SessionFilter | undefined {
  try {
    return parseSessionFilter(text);
  } catch (error) {
    assert.ok(error instanceof FilterTextError, `${error}`);
    assert.match(error.message, /^filter '.*' parse error: \P{C}+$/u);
    return undefined;
  }
}

describe('texts', () => {
  it('that are filters say what they say', (t: TestContext) => {
    const property = fc.property(name, body, (filterName, rest) => {
      const text = `${filterName}:${rest}`;
      assert.deepEqual(parseSessionFilter(text), naiveFilter(text));
    });
    checkProperty(t, property, 3000);
  });

  it('of any kind are filters or refused', (t: TestContext) => {
    const property = fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
      assert.equal(parsed(text) !== undefined, isFilter(text), text);
    });
    checkProperty(t, property, 3000);
  });

  it('that were filters before a piece was changed are filters or refused', (t: TestContext) => {
    const sign = fc.constantFrom(
      ...':@,[]/%*.:,0123456789abf \n\0é\u202e',
      '::',
      'RX',
      '65536',
      '/33',
      '/129',
      '0',
      '',
    );
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat(2), sign });
    const tally = { accepted: 0, refused: 0 };
    const property = fc.property(
      name,
      body,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (first, rest, changes) => {
        let text = `${first}:${rest}`;
        for (const { at, drop, sign } of changes) {
          const place = Math.floor(at * (text.length + 1));
          text = text.slice(0, place) + sign + text.slice(place + drop);
        }
        const isAccepted = parsed(text) !== undefined;
        assert.equal(isAccepted, isFilter(text), text);
        tally[isAccepted ? 'accepted' : 'refused']++;
      },
    );
    checkProperty(t, property, 10_000);
    t.diagnostic(JSON.stringify(tally));
    assert.ok(Math.min(tally.accepted, tally.refused) > 1000, JSON.stringify(tally));
  });
});
