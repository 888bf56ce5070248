/**
 * Filters by themselves: what they say of single packets where no tcpdump can be asked or it is wrong, their errors, and
 * expressions of any size. That they select what tcpdump does is tested in against-tcpdump.test.ts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkFilter, compileFilter } from '../../src/filter/compile-filter.js';
import { FilterError } from '../../src/filter/filter-error.js';
import { NO_NAMES, type ResolvedNames, wantedNames } from '../../src/filter/names.js';
import { parseFilter } from '../../src/filter/parse-filter.js';

const ETHERNET = 1;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** IPv4 with TCP from 10.1.2.3:80 to 10.9.8.7:1024, with SYN. */
const IP_TCP = `4500 0028 0001 0000 4006 0000 0a010203 0a090807 0050 0400 00000001 00000000 5002 2000 0000 0000`;
/** Ethernet from 2:0:0:0:0:3 to 2:0:0:0:0:7. */
const MACS = '020000000007 020000000003';
const TCP_FRAME = bytesOf(`${MACS} 0800 ${IP_TCP}`);

function selects(expression: string, frame: Uint8Array, linkType = ETHERNET, names: ResolvedNames = NO_NAMES): boolean {
  return compileFilter(parseFilter(expression), names, linkType)(frame, 0, frame.length, frame.length);
}

/** What is said about it. */
function complaint(expression: string, linkType = ETHERNET): string {
  try {
    compileFilter(parseFilter(expression), NO_NAMES, linkType);
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('a filter', () => {
  it('looks at the packet alone, wherever it lies', () => {
    const accepts = compileFilter(parseFilter('tcp dst port 1024 and tcp[tcpflags] = tcp-syn'), NO_NAMES, ETHERNET);
    const around = new Uint8Array(200).fill(0xff);
    around.set(TCP_FRAME, 77);
    assert.equal(accepts(around, 77, TCP_FRAME.length, TCP_FRAME.length), true);
    for (let captured = 0; captured < 48; captured++) assert.equal(accepts(around, 77, captured, 1500), false);
  });

  it('rejects a packet whose captured bytes end before what it looks at, under not as well', () => {
    assert.equal(selects('not ether[60] = 1', TCP_FRAME), false);
    assert.equal(selects('not (ip6 and ether[60] = 1)', TCP_FRAME), true);
    assert.equal(selects('tcp or ether[60] = 1', TCP_FRAME), true);
    assert.equal(selects('not (ether[60] = 1 and 1 = 2)', TCP_FRAME), false);
    assert.equal(selects('ether[60] << 40 - 1 = 0', TCP_FRAME), false);
  });

  it('compares the length on the wire, not the one captured', () => {
    const accepts = compileFilter(parseFilter('len = 0xfffffff0 and greater 100'), NO_NAMES, ETHERNET);
    assert.equal(accepts(TCP_FRAME, 0, TCP_FRAME.length, 0xfffffff0), true);
  });

  it('computes in unsigned 32 bits, and rejects what divides by zero', () => {
    for (const holds of [
      '0 - 1 = 0xffffffff',
      '0xffffffff + len > 5',
      '0x10000 * 0x10000 = 0',
      'len * 0x80000001 = len',
      'len - 55 = 0xffffffff',
      '-len > 0xff000000',
      'len / 7 * 7 + (len % 7) = len',
      '(ip[0] ^ 0xff) & 0x0f = 0x0a',
      'ip[8] << ip[0] = 0',
      '1 << ip[8] = 0 or 1 << ip[8] = 1',
    ]) {
      assert.equal(selects(holds, TCP_FRAME), true, holds);
    }
    assert.equal(selects('not len / ip[7] = 5', TCP_FRAME), false);
    assert.equal(selects('not len % (ip[7] + 0) = 5', TCP_FRAME), false);
  });

  it('knows address families in both byte orders', () => {
    const little = bytesOf(`02000000 ${IP_TCP}`);
    const big = bytesOf(`00000002 ${IP_TCP}`);
    const expression = parseFilter('tcp port 80');
    const accepts = (frame: Uint8Array, isBigEndian: boolean): boolean =>
      compileFilter(expression, NO_NAMES, 0, isBigEndian)(frame, 0, frame.length, frame.length);
    assert.deepEqual([accepts(little, false), accepts(big, false)], [true, false]);
    assert.deepEqual([accepts(little, true), accepts(big, true)], [false, true]);
  });

  it('ends on authentication headers that lead back to themselves', () => {
    const header = '6000 0000 0010 33 40 20010db8000000000000000000000001 20010db8000000000000000000000002';
    const endless = bytesOf(`${MACS} 86dd ${header} 3308 ${'33'.repeat(100)}`);
    assert.equal(selects('ip6 protochain 6', endless), false);
  });
});

describe('filters of link types that libpcap refuses', () => {
  const cases: readonly [name: string, linkType: number, frame: string][] = [
    ['raw IP by another number', 14, IP_TCP],
    ['PPP with direction', 204, `00 ff03 0021 ${IP_TCP}`],
    ['Cisco HDLC with direction', 205, `01 0f00 0800 ${IP_TCP}`],
    ['Frame Relay with direction', 206, `00 1841 03cc ${IP_TCP}`],
    ['IP over InfiniBand', 242, `${'00'.repeat(40)} 0800 0000 ${IP_TCP}`],
    ['Ethernet with preamble', 274, `55555555555555d5 ${MACS} 0800 ${IP_TCP}`],
    ['Broadcom tag', 281, `${MACS} 01020304 0800 ${IP_TCP}`],
    ['Broadcom tag in front', 282, `01020304 ${MACS} 0800 ${IP_TCP}`],
    ['DSA tag', 284, `${MACS} 01020304 0800 ${IP_TCP}`],
    ['long DSA tag', 285, `${MACS} dada000001020304 0800 ${IP_TCP}`],
  ];
  for (const [name, linkType, frame] of cases) {
    it(name, () => {
      const bytes = bytesOf(frame);
      assert.equal(selects('tcp src port 80 and host 10.9.8.7 and tcp[13] = 2', bytes, linkType), true);
      assert.equal(selects('udp or host 10.9.8.6', bytes, linkType), false);
    });
  }

  it('say so where nothing is known of the headers', () => {
    assert.match(complaint('tcp', 143), /^column 1: the headers of this link type cannot be filtered$/);
    assert.equal(selects('link[0] = 5 and len = 1', bytesOf('05'), 143), true);
  });
});

describe('where tcpdump is wrong', () => {
  it('an ARCNET address is that address', () => {
    const frame = bytesOf(`1a 02 d4 00 0000 ${IP_TCP}`);
    assert.deepEqual([selects('link src $1a', frame, 7), selects('link src $d1', frame, 7)], [true, false]);
  });

  it('!= is not =, for circuits of ATM and fields of SS7', () => {
    const cell = bytesOf('02 05 0021 aaaa03000000 0800');
    assert.deepEqual([selects('vpi != 5', cell, 123), selects('vpi != 4', cell, 123)], [false, true]);
    const unit = bytesOf('0000 3f 83 05804003 00');
    assert.deepEqual([selects('sio != 131', unit, 140), selects('sio != 1', unit, 140)], [false, true]);
  });

  it('a division is wrong only where the divisor is zero', () => {
    assert.equal(selects('ip[2:2] / ip[0] = 0', TCP_FRAME), true);
  });

  it('frames in PPI have types', () => {
    const frame = bytesOf(`0000 0800 69000000 80000000 ${'02'.repeat(20)}`);
    assert.deepEqual([selects('subtype beacon', frame, 192), selects('type ctl', frame, 192)], [true, false]);
  });

  it('`byte` looks at the byte', () => {
    assert.deepEqual([selects('byte 14 & 4', TCP_FRAME), selects('byte 14 & 2', TCP_FRAME)], [true, false]);
  });

  it('arithmetic leaves the length of the link header alone', () => {
    const frame = bytesOf(`0000 0800 00000000 ${'08000000'}${'02'.repeat(20)} aaaa03000000 0800 ${IP_TCP}`);
    assert.equal(selects('len > 50 and tcp', frame, 127), true);
  });
});

describe('names', () => {
  const names: ResolvedNames = {
    hosts: new Map([['web', ['10.9.8.7', '2001:db8::7']]]),
    networks: new Map([['lab', '10.1']]),
    ethers: new Map([['web', '02:00:00:00:00:07']]),
    ports: new Map([
      ['app', { tcp: 1024, udp: 1024 }],
      ['log', { udp: 80 }],
    ]),
    protocols: new Map([['own', 6]]),
  };

  it('stand for what was found', () => {
    for (const holds of [
      'dst host web',
      'web',
      'net lab or src net lab',
      'ether dst web',
      'dst port app',
      'portrange http-app',
      'ip proto \\own',
      'tcp port http',
      'gateway web or dst host web',
    ]) {
      assert.equal(selects(holds.replace(/^web$/, 'host web'), TCP_FRAME, ETHERNET, names), true, holds);
    }
    assert.equal(selects('port log', TCP_FRAME, ETHERNET, names), false);
  });

  it('are wanted by kind, each once', () => {
    const expression = parseFilter(
      'host a or b or a and port x or portrange x-y and net n and ether src m and proto \\p',
    );
    assert.deepEqual(wantedNames(expression), {
      hosts: ['a', 'b'],
      networks: ['n'],
      ethers: ['m'],
      ports: ['x', 'x-y', 'y'],
      protocols: ['p'],
    });
  });

  it('of well-known ports and protocols need no files', () => {
    assert.equal(selects('tcp port http and ip proto \\tcp', TCP_FRAME), true);
  });

  it('never reach into the program', () => {
    for (const name of ['constructor', 'toString', 'valueOf', 'hasOwnProperty']) {
      assert.match(complaint(`host ${name}`), /is not known/);
      assert.match(complaint(`port ${name}`), /is not known/);
      assert.match(complaint(`ip proto \\${name}`), /is not known/);
    }
  });
});

describe('errors', () => {
  const cases: readonly [expression: string, message: RegExp][] = [
    ['ip and port 99999', /^column 13: found port 99999, expected at most 65535$/],
    ['host 300.1.1.1', /^column 6: '300\.1\.1\.1' is no IPv4 address/],
    ['net 10.0.0.1/8', /^column 5: '10\.0\.0\.1\/8' has bits set that are not the network's$/],
    ['net 10.0.0.0/33', /^column 5: found a prefix of 33 bits, expected at most 32$/],
    ['tcp or vlan 5000', /^column 8: found VLAN 5000, expected at most 4095$/],
    ['udp port ssh', /^column 10: the port is not one of udp$/],
    ['ip and ip6', /^column 1: the expression rejects all packets$/],
    ['len / 0 = 1', /^column 5: division by zero$/],
    ['stp[0] = 1', /^column 1: 'stp' has no bytes/],
    ['inbound', /^column 1: 'inbound': packets of this link type do not say their direction$/],
  ];
  for (const [expression, message] of cases) it(expression, () => assert.match(complaint(expression), message));

  it('that any link type has are found without one', () => {
    assert.throws(() => checkFilter(parseFilter('port 70000'), NO_NAMES), FilterError);
    for (const fine of ['inbound', 'type mgt', 'ip and ip6', 'vpi 5', 'reason match']) {
      checkFilter(parseFilter(fine), NO_NAMES);
    }
  });
});

describe('an expression of any size', () => {
  const list = (count: number, term: (index: number) => string, operator: string): string =>
    Array.from({ length: count }, (_, index) => term(index)).join(` ${operator} `);
  const address = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  const cases: readonly [name: string, expression: string, selected: boolean][] = [
    ['10,000 parentheses', `${'('.repeat(10_000)}tcp${')'.repeat(10_000)}`, true],
    ['100,001 times not', `${'not '.repeat(100_001)}tcp`, false],
    ['alternating', `${'ip6 or (tcp and ('.repeat(10_000)}ip${'))'.repeat(10_000)}`, true],
    ['a megabyte of hosts', `${list(50_000, (i) => `host ${address(i + 0x20000)}`, 'or')} or dst host 10.9.8.7`, true],
    ['many ports that are not it', list(10_000, (i) => `not port ${i + 2000}`, 'and'), true],
    ['a long sum', `${list(100_000, () => 'len', '+')} = 100000 * len`, true],
    ['nested offsets', `${'ip['.repeat(5000)}2${']'.repeat(5000)} = 0x45 or tcp`, false],
    ['a right-hand sum', `${'len + ('.repeat(10_000)}len${')'.repeat(10_000)} = 10001 * len`, true],
    ['thousands of tags', list(5000, () => 'vlan', 'or'), false],
    ['thousands of tunnels', `ip or (${list(1000, () => 'geneve', 'and')})`, true],
  ];
  for (const [name, expression, selected] of cases) {
    it(name, () => assert.equal(selects(expression, TCP_FRAME), selected));
  }

  it('that nests without end is refused', () => {
    const depth = 40_000;
    const expressions = [
      `${'port 5 or (tcp and not ('.repeat(depth)}ip${'))'.repeat(depth)}`,
      `${'ether[0] & 0 + ether['.repeat(2 * depth)}1${']'.repeat(2 * depth)} = 0`,
    ];
    for (const expression of expressions) assert.match(complaint(expression), /: the expression is nested too deep$/);
  });

  it('is decided in the order of its alternatives where a packet is too short for some', () => {
    const hosts = list(100, (i) => `host ${address(i)}`, 'or');
    const accepts = compileFilter(parseFilter(`${hosts} or src host 10.1.2.3`), NO_NAMES, ETHERNET);
    // The first alternative looks at the destination before the last one finds the source.
    for (const captured of [29, 30, 33]) assert.equal(accepts(TCP_FRAME, 0, captured, 54), false, String(captured));
    assert.equal(accepts(TCP_FRAME, 0, 34, 54), true);
    // Nor do conditions that decide by themselves keep it from looking at others first.
    const others = list(100, (i) => `not host ${address(i)}`, 'and');
    for (const text of [`not (${others} and ip6)`, `not (tcp and ${others} and ip6)`, `not (ip and ${others})`]) {
      const rejects = compileFilter(parseFilter(text), NO_NAMES, ETHERNET);
      assert.deepEqual([rejects(TCP_FRAME, 0, 25, 54), rejects(TCP_FRAME, 0, 33, 54)], [false, false], text);
    }
    const first = compileFilter(parseFilter(`src host 10.1.2.3 or ${hosts}`), NO_NAMES, ETHERNET);
    assert.deepEqual([first(TCP_FRAME, 0, 29, 54), first(TCP_FRAME, 0, 30, 54)], [false, true]);
  });
});
