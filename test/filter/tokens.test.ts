import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FilterError } from '../../src/filter/filter-error.js';
import { readToken, type Token } from '../../src/filter/tokens.js';

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; at = tokens.at(-1)!.end) {
    const token = readToken(text, at);
    if (token.kind === 'end') return tokens;
    tokens.push(token);
  }
}

/** Kind and text of each; how tcpdump reads the same was seen in what its messages name. */
const CASES: [text: string, ...tokens: string[]][] = [
  [''],
  [' \t\r\n'],
  ['tcp', 'protocol tcp'],
  ['TCP', 'name TCP'],
  ['tcp-', 'protocol tcp', 'arithmetic -'],
  ['tcp-syn', 'number tcp-syn'],
  ['tcpdump', 'name tcpdump'],
  ['a-b.c_d', 'name a-b.c_d'],
  ['a--b', 'name a--b'],
  ['a.b.', 'name a.b.'],
  ['a-.', 'name a-.'],
  ['a-', 'name a', 'arithmetic -'],
  ['1a', 'name 1a'],
  ['1-2', 'name 1-2'],
  ['80-90', 'name 80-90'],
  ['80 -90', 'number 80', 'arithmetic -', 'number 90'],
  ['1+2', 'number 1', 'arithmetic +', 'number 2'],
  ['0x', 'name 0x'],
  ['0x1g', 'name 0x1g'],
  ['\\tcp', 'name tcp'],
  ['\\\\tcp', 'name \\tcp'],
  ['\\a=b!c', 'name a=b', 'not !', 'name c'],
  ['\\a(b', 'name a', 'bracket (', 'name b'],
  ['$1a', 'arcnet 1a'],
  ['$aab', 'arcnet aa', 'name b'],
  ['1.2', 'dotted 1.2'],
  ['1.2.3.4', 'dotted 1.2.3.4'],
  ['0x1.2.3.4', 'dotted 0x1.2.3.4'],
  ['1.2.3.4.5', 'name 1.2.3.4.5'],
  ['1.2.3.', 'name 1.2.3.'],
  ['1.2.3.4-', 'dotted 1.2.3.4', 'arithmetic -'],
  ['1.2.3.4-5', 'name 1.2.3.4-5'],
  ['10.0.0.0/8', 'dotted 10.0.0.0', 'arithmetic /', 'number 8'],
  ['0:1:2:a:b:c', 'mac 0:1:2:a:b:c'],
  ['00-11-22-aa-bb-cc', 'mac 00-11-22-aa-bb-cc'],
  ['0.1.2.3.4.5', 'mac 0.1.2.3.4.5'],
  ['0.1.2.3.4.5.6', 'name 0.1.2.3.4.5.6'],
  ['1234.5678.9012', 'mac 1234.5678.9012'],
  ['1234-5678-9abc', 'name 1234-5678-9abc'],
  ['123456789012', 'mac 123456789012'],
  ['abcdefabcdef', 'mac abcdefabcdef'],
  ['abcdefabcde', 'name abcdefabcde'],
  ['::', 'ip6 ::'],
  ['::1', 'ip6 ::1'],
  ['1::', 'ip6 1::'],
  ['a::b', 'ip6 a::b'],
  ['1:2:3:4:5:6:7:8', 'ip6 1:2:3:4:5:6:7:8'],
  ['1:2:3:4:5:6:7::', 'ip6 1:2:3:4:5:6:7::'],
  ['::2:3:4:5:6:7:8', 'ip6 ::2:3:4:5:6:7:8'],
  ['::ffff:1.2.3.4', 'ip6 ::ffff:1.2.3.4'],
  ['1:2:3:4:5:6:1.2.3.4', 'ip6 1:2:3:4:5:6:1.2.3.4'],
  ['::12345', 'ip6 ::1234', 'number 5'],
  ['0:2', 'number 0', 'bracket :', 'number 2'],
  ['abcde::f', 'name abcde', 'ip6 ::f'],
  ['&&||&|', 'logical &&', 'logical ||', 'arithmetic &', 'arithmetic |'],
  ['!==', 'relation !=', 'relation ='],
  ['>=<=<<>><>', 'relation >=', 'relation <=', 'arithmetic <<', 'arithmetic >>', 'relation <', 'relation >'],
];

const NUMBERS: [text: string, value: number][] = [
  ['0', 0],
  ['80', 80],
  ['0x50', 80],
  ['0X50', 80],
  ['010', 8],
  ['00000000000000000000000001', 1],
  ['0x00000000000000000001', 1],
  ['4294967295', 4294967295],
  ['0xffffffff', 4294967295],
  ['tcp-ece', 64],
  ['icmp6-multicastrouterterm', 153],
  ['tcpflags', 13],
];

const ERRORS: [text: string, column: number][] = [
  ['tcp or 4294967296', 8],
  ['len = 0x100000000', 7],
  ['port 08', 6],
  ['host _a', 6],
  ['port 80 ; tcp', 9],
  ['host \\', 6],
  ['host \\ a', 6],
  ['host $g', 6],
  ['host 1:2:3', 6],
  ['host 1:2:3:4:5:6:7:8:9', 6],
  ['host 1::2::3', 6],
  ['host ::1.2.3.256', 6],
  ['host ::1.2.3.04', 6],
  ['tcp[0:1:2] = 1', 5],
  ['host é', 6],
  ['tcp \u0000', 5],
];

describe('tokens', () => {
  for (const [text, ...expected] of CASES) {
    it(JSON.stringify(text), () => {
      const found = tokensOf(text).map((token) => `${token.kind} ${token.text}`);
      assert.deepEqual(found, expected);
    });
  }

  for (const [text, value] of NUMBERS) {
    it(`${text} is the number ${value}`, () => {
      const tokens = tokensOf(text);
      assert.deepEqual(
        tokens.map((token) => [token.kind, token.value]),
        [['number', value]],
      );
    });
  }

  for (const [text, column] of ERRORS) {
    it(`${JSON.stringify(text)} is wrong at column ${column}`, () => {
      assert.throws(
        () => tokensOf(text),
        (error) => error instanceof FilterError && error.column === column,
      );
    });
  }

  it('have one symbol for all spellings, and names have none', () => {
    const symbols = tokensOf('ether wlan && and || or ! not == = length address1 \\or \\=').map(
      (token) => token.symbol,
    );
    assert.deepEqual(symbols, 'link link and and or or not not = = len addr1'.split(' ').concat('', ''));
  });

  it('know the column where they begin', () => {
    const columns = tokensOf(' tcp\tport (80)').map((token) => token.column);
    assert.deepEqual(columns, [2, 6, 11, 12, 14]);
  });
});
