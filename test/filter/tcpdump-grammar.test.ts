/** The grammar against the tcpdump that is installed: a table of expressions, and expressions nobody thought of. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { FilterError } from '../../src/filter/filter-error.js';
import { parseFilter } from '../../src/filter/parse-filter.js';
import { filterText } from '../support/filter-text.js';
import { missing } from '../support/programs.js';
import { checkProperty } from '../support/property.js';
import { TcpdumpVerdict } from '../support/tcpdump-verdict.js';

const TABLE = readFileSync('test/filter/expressions.txt', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ class: line.slice(0, 8).trim(), text: line.slice(10) }));
/** Ethernet, 802.11, SunATM, MTP2, pf log, Linux cooked: every word has a meaning for one of them. */
const LINK_TYPES = [1, 105, 123, 140, 117, 113];

const skip = missing('tcpdump');

function parses(text: string): boolean {
  try {
    parseFilter(text);
    return true;
  } catch (error) {
    if (error instanceof FilterError) return false;
    throw error;
  }
}

// Names here are such that nobody asks a name server for them.
const WORDS =
  `( ) [ ] : and or && || not ! 80 0x10 5 2 4 1.2.3.4 10.0 ::1 0:1:2:3:4:5 $1a \\http \\tcp host net port portrange
  proto protochain src dst tcp ip ip6 udp ether wlan = != > <= + - * / % & | ^ << >> len tcp-syn vlan mpls vpi sio less byte
  gateway mask 1.0.0.0 ra addr1 type subtype mgt beacon dir tods llc rnr i lane oam on reason action rulenum ifindex inbound
  broadcast multicast msu radio`.split(/\s+/);
const HEADS = [
  'port',
  'tcp port',
  'src port',
  'src or dst port',
  'portrange',
  'ip proto',
  'net',
  'ip net',
  'src net',
  'dst',
];
const PRIMITIVES = ['tcp', 'ip', 'vlan 5', 'vlan', 'less 5', 'byte 0 = 1', 'ip6 multicast', 'vlan (5)', 'link[0] = 1'];
const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'];

const number = fc.constantFrom('1', '80', '0x10', '010', 'tcp-syn', '(80)', '((5))');
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(' '));
const word = (text: string): fc.Arbitrary<string> => fc.constant(text);

const { expression } = fc.letrec<Record<'value' | 'id' | 'ids' | 'condition' | 'expression', string>>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    number,
    word('len'),
    word('ip[0]'),
    joined(word('('), tie('value'), word(')')),
    joined(word('-'), tie('value')),
    joined(word('tcp ['), tie('value'), fc.constantFrom(']', ': 2 ]', ': 4 ]')),
    joined(tie('value'), fc.constantFrom(...OPERATORS), tie('value')),
  ),
  id: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    number,
    joined(word('not'), tie('id')),
    joined(word('('), tie('ids'), word(')')),
  ),
  ids: fc.oneof({ depthSize: 'small' }, tie('id'), joined(tie('id'), fc.constantFrom('or', 'and'), tie('ids'))),
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...PRIMITIVES),
    joined(fc.constantFrom(...HEADS), tie('id')),
    joined(tie('value'), fc.constantFrom('=', '>', '!=', '<='), tie('value')),
    joined(word('not'), tie('condition')),
    joined(word('('), tie('expression'), word(')')),
  ),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('condition'),
    joined(tie('expression'), fc.constantFrom('or', 'and', '&&'), tie('condition')),
    joined(tie('expression'), fc.constantFrom('or', 'and', '||'), tie('id')),
  ),
}));

/** Words at random, or an expression with one word put in, left out or replaced. */
const soup = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 9 }).map((words) => words.join(' ')),
  fc.tuple(expression, fc.nat(), fc.nat(1), fc.constantFrom('', ...WORDS)).map(([text, at, removed, put]) => {
    const words = text.split(' ');
    words.splice(at % words.length, removed, put);
    return words.join(' ');
  }),
);

describe('the table of expressions', () => {
  it('has enough of each class', () => {
    for (const kind of ['compiles', 'parses', 'rejected']) {
      assert.ok(TABLE.filter((row) => row.class === kind).length > 100, kind);
    }
  });

  it('is what the parser says', () => {
    const wrong = TABLE.filter((row) => parses(row.text) !== (row.class !== 'rejected'));
    assert.deepEqual(wrong, []);
  });
});

describe('tcpdump', { skip }, () => {
  const tcpdump = new TcpdumpVerdict();
  after(() => tcpdump.close());

  it('says to the table what the table says', () => {
    const wrong = TABLE.filter((row) => {
      const verdict = tcpdump.askAny(row.text, LINK_TYPES);
      const said = 'program' in verdict ? 'compiles' : 'rejected' in verdict ? 'rejected' : 'parses';
      return said !== row.class;
    });
    assert.deepEqual(wrong, []);
  });

  it('rejects what the parser rejects, and the parser what tcpdump does for its grammar', (t: TestContext) => {
    const property = fc.property(soup, (text) => {
      const verdict = tcpdump.ask(text);
      if (parses(text)) assert.ok(!('rejected' in verdict), `tcpdump: ${JSON.stringify(verdict)}`);
      else assert.ok(!('program' in verdict), 'tcpdump compiles it');
    });
    checkProperty(t, property, 600);
  });

  it('makes the same program of an expression and of its steps written out', (t: TestContext) => {
    let compared = 0;
    const property = fc.property(expression, (text) => {
      const verdict = tcpdump.ask(text);
      if (!('program' in verdict)) return;
      compared++;
      const written = filterText(parseFilter(text).steps);
      assert.deepEqual(tcpdump.ask(written), verdict, written);
    });
    checkProperty(t, property, 300);
    assert.ok(compared > 50, `only ${compared} of 300 compile`);
  });
});
