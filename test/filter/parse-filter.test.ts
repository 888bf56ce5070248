import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FilterError } from '../../src/filter/filter-error.js';
import { parseFilter } from '../../src/filter/parse-filter.js';
import { filterText } from '../support/filter-text.js';

/** Steps without columns. */
const stepsOf = (text: string): unknown =>
  JSON.parse(JSON.stringify(parseFilter(text).steps, (key, value) => (key === 'column' ? undefined : value)));

const errorOf = (text: string): FilterError => {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  assert.fail(`no error: ${text.slice(0, 80)}`);
};

/** Pairs of which `tcpdump -O -d` makes the same program. */
const SAME: [text: string, same: string][] = [
  ['port 80 or 443', 'port 80 or port 443'],
  ['tcp dst port 21 or 20 or 53', 'tcp dst port 21 or tcp dst port 20 or tcp dst port 53'],
  ['port 80 or 81 and 82', '(port 80 or port 81) and port 82'],
  ['port (80 or 81 and 82)', '(port 80 or port 81) and port 82'],
  ['port (80 or (81 and 82))', 'port 80 or (port 81 and port 82)'],
  ['port 80 or (81 and 82)', 'port 80 or (port 81 and port 82)'],
  ['port 80 or not (81 and 82)', 'port 80 or not (port 81 and port 82)'],
  ['port 80 or not 81 and 82', '(port 80 or not port 81) and port 82'],
  ['port not 80 or 81', '(not port 80) or port 81'],
  ['port not (80 or 81)', 'not (port 80 or port 81)'],
  ['not port 80 or 81', '(not port 80) or port 81'],
  ['tcp or udp and ip', '(tcp or udp) and ip'],
  ['port 80 and (host 1.2.3.4) or 443', 'port 80 and host 1.2.3.4 or port 443'],
  ['port 80 and not (host 1.2.3.4) or 443', 'port 80 and not host 1.2.3.4 or port 443'],
  ['port 80 and not host 1.2.3.4 or 4.4.4.4', 'port 80 and not host 1.2.3.4 or host 4.4.4.4'],
  ['tcp port 80 or host 1.2.3.4 or 3.3.3.3', 'tcp port 80 or host 1.2.3.4 or host 3.3.3.3'],
  ['tcp port 80 or dst port 22 or 25', 'tcp port 80 or dst port 22 or dst port 25'],
  ['port 80 or ((net 3.3 or 4.4) or 25)', 'port 80 or ((net 3.3 or net 4.4) or port 25)'],
  ['port 80 or ((tcp) or 25)', 'port 80 or (tcp or port 25)'],
  ['port 80 or (not (tcp) or 25)', 'port 80 or ((not tcp) or port 25)'],
  ['port 80 or (len > 5) or 80', 'port 80 or len > 5 or port 80'],
  ['host 1.2.3.4 or (port 80 or 443) or 5.5.5.5', 'host 1.2.3.4 or (port 80 or port 443) or host 5.5.5.5'],
  ['net (10.0.0.0 mask 255.0.0.0 or 11)', 'net 10.0.0.0 mask 255.0.0.0 or net 11'],
  ['port (((80)) or 0x51)', 'port 80 or port 81'],
  ['src && dst 1.2.3.4', 'dst and src 1.2.3.4'],
  ['fddi[0] == 1', 'link[0] = 1'],
  ['lsu', 'lssu'],
  ['llc rulenum', 'llc \\rnr'],
  ['ip[0]&1+2=3', 'ip[0]&(1+2)=3'],
  ['ip[0]|1&2=3', 'ip[0]|(1&2)=3'],
  ['ip[0]&1|2=3', '(ip[0]&1)|2=3'],
  ['ip[0]<<1+2=3', 'ip[0]<<(1+2)=3'],
  ['ip[0]<<1&2=3', '(ip[0]<<1)&2=3'],
  ['ip[0]<<1>>2=3', '(ip[0]<<1)>>2=3'],
  ['ip[0]+1*2=3', 'ip[0]+(1*2)=3'],
  ['ip[0]*1+2=3', '(ip[0]*1)+2=3'],
  ['ip[0] - 1 - 2 = 3', '(ip[0] - 1) - 2 = 3'],
  ['ip[0]/1*2=3', '(ip[0]/1)*2=3'],
  ['-ip[0]/2=3', '(-ip[0])/2=3'],
  ['2*-ip[0]/2=3', '(2*(-ip[0]))/2=3'],
  ['ip[0]^1|2=3', 'ip[0]^(1|2)=3'],
  ['ip[0]*1^2=3', 'ip[0]*(1^2)=3'],
  ['ip[0]^1*2=3', 'ip[0]^(1*2)=3'],
  ['ip[0]*1%2=3', 'ip[0]*(1%2)=3'],
  ['ip[0]%1*2=3', 'ip[0]%(1*2)=3'],
  ['ip[0]%1%2=3', 'ip[0]%(1%2)=3'],
  ['-ip[0]^2=3', '-(ip[0]^2)=3'],
  ['-ip[0]%2=3', '-(ip[0]%2)=3'],
];

const id = (identifier: object, qualifiers: object = {}): object => ({ kind: 'identifier', identifier, ...qualifiers });
const num = (value: number): object => ({ kind: 'number', value });

const STEPS: [text: string, steps: object[]][] = [
  ['', []],
  [' \n', []],
  ['ip6', [{ kind: 'protocol', protocol: 'ip6' }]],
  ['tcp src port http', [id({ form: 'name', text: 'http' }, { protocol: 'tcp', direction: 'src', type: 'port' })]],
  ['dst or src 1.2', [id({ form: 'dotted', text: '1.2' }, { direction: 'src or dst' })]],
  ['src and dst net ::/0', [id({ form: 'ip6', text: '::', prefixBits: 0 }, { direction: 'src and dst', type: 'net' })]],
  ['net 10.0.0.0/8', [id({ form: 'dotted', text: '10.0.0.0', prefixBits: 8 }, { type: 'net' })]],
  ['net 10.0 mask 255.0', [id({ form: 'dotted', text: '10.0', mask: '255.0' }, { type: 'net' })]],
  ['wlan addr4 0:1:2:3:4:5', [id({ form: 'mac', text: '0:1:2:3:4:5' }, { protocol: 'link', direction: 'addr4' })]],
  ['host $1a', [id({ form: 'arcnet', text: '1a' }, { type: 'host' })]],
  ['ip proto \\tcp', [id({ form: 'name', text: 'tcp' }, { protocol: 'ip', type: 'proto' })]],
  ['ip6 protochain 6', [id({ form: 'number', value: 6 }, { protocol: 'ip6', type: 'protochain' })]],
  ['gateway (gw)', [id({ form: 'name', text: 'gw' }, { type: 'gateway' })]],
  ['tcp-syn = len', [{ kind: 'relation', operator: '=', left: [num(2)], right: [{ kind: 'len' }] }]],
  ['broadcast', [{ kind: 'broadcast' }]],
  ['ip6 multicast', [{ kind: 'multicast', protocol: 'ip6' }]],
  ['less 5', [{ kind: 'less', bytes: 5 }]],
  ['greater 0x10', [{ kind: 'greater', bytes: 16 }]],
  ['byte 12 & 8', [{ kind: 'byte', offset: 12, operator: '&', value: 8 }]],
  ['outbound', [{ kind: 'outbound' }]],
  ['ifindex 3', [{ kind: 'ifindex', value: 3 }]],
  ['vlan', [{ kind: 'vlan' }]],
  ['pppoes ((5))', [{ kind: 'pppoes', value: 5 }]],
  ['pppoed', [{ kind: 'pppoed' }]],
  ['on em0', [{ kind: 'pf', field: 'ifname', value: 'em0' }]],
  ['rset a', [{ kind: 'pf', field: 'ruleset', value: 'a' }]],
  ['rnr 1', [{ kind: 'pf', field: 'rulenum', value: 1 }]],
  ['srnr 1', [{ kind: 'pf', field: 'subrulenum', value: 1 }]],
  ['reason 3', [{ kind: 'pf', field: 'reason', value: 3 }]],
  ['action pass', [{ kind: 'pf', field: 'action', value: 'pass' }]],
  ['wlan type 0 subtype beacon', [{ kind: 'wlan type', type: 0, subtype: 'beacon' }]],
  ['subtype beacon', [{ kind: 'wlan type', subtype: 'beacon' }]],
  ['direction tods', [{ kind: 'wlan dir', value: 'tods' }]],
  ['llc', [{ kind: 'llc' }]],
  ['llc rnr', [{ kind: 'llc', value: 'rnr' }]],
  ['lane', [{ kind: 'atm', word: 'lane' }]],
  ['vci <= 5', [{ kind: 'atm field', field: 'vci', operator: '<=', value: 5 }]],
  ['hfisu', [{ kind: 'mtp2', word: 'hfisu' }]],
  [
    'hopc (1 or 2 or 3)',
    [
      { kind: 'mtp3', field: 'hopc', operator: '=', value: 1 },
      { kind: 'mtp3', field: 'hopc', operator: '=', value: 2 },
      { kind: 'or' },
      { kind: 'mtp3', field: 'hopc', operator: '=', value: 3 },
      { kind: 'or' },
    ],
  ],
  [
    '(ip[0] & 0xf) > ether[len - 4 : 2]',
    [
      {
        kind: 'relation',
        operator: '>',
        left: [num(0), { kind: 'load', protocol: 'ip', bytes: 1 }, num(15), { kind: 'binary', operator: '&' }],
        right: [
          { kind: 'len' },
          num(4),
          { kind: 'binary', operator: '-' },
          { kind: 'load', protocol: 'link', bytes: 2 },
        ],
      },
    ],
  ],
  [
    'port 1 or (not 2) and (3) > 4',
    [
      id({ form: 'number', value: 1 }, { type: 'port' }),
      id({ form: 'number', value: 2 }, { type: 'port' }),
      { kind: 'not' },
      { kind: 'or' },
      { kind: 'relation', operator: '>', left: [num(3)], right: [num(4)] },
      { kind: 'and' },
    ],
  ],
];

const MESSAGES: [text: string, message: string][] = [
  ['ip[0] > > 5', "column 9: found '>', expected a value: a number, len, or a protocol with [...]"],
  ['tcp and', 'column 8: the expression ends here, expected a condition'],
  ['(tcp or udp', "column 12: the expression ends here, expected 'and', 'or' or ')'"],
  ['tcp udp', "column 5: found 'udp', expected 'and' or 'or'"],
  ['len', 'column 4: the expression ends here, expected an operator or a comparison'],
  ['tcp[0', "column 6: the expression ends here, expected an operator, ':' or ']'"],
  ['1.2.3.4', "column 1: found '1.2.3.4', expected a qualifier before it, such as host or port"],
  [
    'tcp or 443',
    "column 8: found '443', expected a qualifier before it, such as host or port: there is none to take over",
  ],
  ['tcp or net', 'column 11: the expression ends here, expected a name, an address, a number'],
  ['tcp[0:3] = 1', "column 7: found '3', expected a size of 1, 2 or 4 bytes"],
  ['tcp port', 'column 9: the expression ends here, expected a name, an address, a number'],
  ['1 + tcp > 2', "column 9: found '>', expected '[' behind tcp"],
  ['net 1.2 mask 3', "column 14: found '3', expected a mask"],
  ['host ((a) or b)', "column 11: found 'or', expected no list in parentheses at the start of another one"],
  ['vpi (1 and 2)', "column 8: found 'and', expected 'or' or ')'"],
  ['len = 4294967296', "column 7: found '4294967296', expected a number of at most 32 bits"],
  ['tcp \u001b', "column 5: found '\\u{1b}', which means nothing in an expression"],
  ['port \\a\u0007 b', "column 10: found 'b', expected 'and' or 'or'"],
  ['tcp \\\u001b[2J', "column 5: found '\\\\u{1b}[2J', expected 'and' or 'or'"],
];

describe('a filter expression', () => {
  for (const [text, steps] of STEPS) it(`${JSON.stringify(text)}`, () => assert.deepEqual(stepsOf(text), steps));

  for (const [text, same] of SAME) {
    it(`${text} is ${same}`, () => {
      assert.deepEqual(stepsOf(text), stepsOf(same));
      assert.deepEqual(stepsOf(filterText(parseFilter(text).steps)), stepsOf(text));
    });
  }

  it('keeps its text, and the column of each step', () => {
    const { text, steps } = parseFilter('not tcp or\tlen > 5');
    assert.equal(text, 'not tcp or\tlen > 5');
    assert.deepEqual(
      steps.map(({ kind, column }) => [kind, column]),
      [
        ['protocol', 5],
        ['not', 1],
        ['relation', 16],
        ['or', 9],
      ],
    );
  });
});

describe('the error of a filter expression', () => {
  for (const [text, message] of MESSAGES) {
    it(JSON.stringify(text), () => assert.equal(errorOf(text).message.slice(0, message.length), message));
  }

  it('is short whatever was written', () => {
    for (const text of [`tcp ${'a'.repeat(1e6)}`, `host ${'1:'.repeat(5e5)}`, `len = ${'9'.repeat(1e6)}`]) {
      assert.ok(errorOf(text).message.length < 200, text.slice(0, 10));
    }
  });
});

describe('a filter expression of great length or depth', () => {
  const times = (count: number, text: string): string => text.repeat(count);
  /** How many steps come of it, or the error's column. A parser that recurses or looks again does not get through. */
  const cases: [name: string, text: string, steps: number][] = [
    ['a million parentheses', `${times(500_000, '(')}tcp${times(500_000, ')')}`, 1],
    ['a million parentheses around a value', `${times(500_000, '(')}1${times(500_000, ')')} = len`, 1],
    ['parentheses around a number', `port ${times(500_000, '(')}1${times(500_000, ')')}`, 1],
    ['100,000 not', `${times(100_000, 'not ')}tcp`, 100_001],
    ['a million !', `${times(1_000_000, '!')}tcp`, 1_000_001],
    ['a megabyte of hosts', `${times(62_500, 'host 1.2.3.4 or ')}tcp`, 125_001],
    ['lists in lists', `port ${times(100_000, '(80 or ')}80${times(100_000, ')')}`, 200_001],
    ['a sum', `${times(500_000, '1+')}1 = len`, 1],
    ['operators that all wait', `${times(500_000, '1^')}1 = len`, 1],
    ['a million minus signs', `${times(1_000_000, '-')}1 = len`, 1],
    ['accesses in accesses', `${times(300_000, 'ip[')}0${times(300_000, ']')} = 1`, 1],
    ['a long list of a field', `vpi (1${times(200_000, ' or 1')})`, 400_001],
  ];
  for (const [name, text, steps] of cases) it(name, () => assert.equal(parseFilter(text).steps.length, steps));

  it('ends in an error where it does not end', () => {
    for (const open of ['(', '!', '-', 'ip[', 'host (not ', 'tcp and ', '1+']) {
      assert.equal(errorOf(times(200_000, open)).column > 0, true, open);
    }
  });
});
