/**
 * Files of expectations: what they say, and that every fault has its line and column. Patterns of captures.
 */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { filesMatching } from '../../src/cli/capture-globs.js';
import { parseCheckFile } from '../../src/expect/check-file.js';
import { expectationText } from '../../src/expect/expectation.js';
import { GlobError, glob } from '../../src/expect/glob.js';
import { temporaryFolder } from '../support/launch.js';
import { checkProperty } from '../support/property.js';

const WHOLE = `# yaml-language-server: $schema=https://unpkg.com/tcploom/docs/tcploom.schema.json
version: 1
captures: [fixtures/**/*.pcap, "other.pcapng"]
filter: tcp port 443
tcpeek: ['web:RX@10.0.0.0/8:80']
reading:
  session_timeout: 60
  dedup: true
  checksum: 2
  local: [10.0.0.0/8]
allow_damaged: true
snapshot:
  folder: snapshots
  tolerance: 5%
  tolerances:
    handshake.p99: 20ms
    retransmissions: 3
expectations:
  - name: hardly anything is sent again
    expect: retransmissions <= 0.1%
    reason: the line must not lose anything
    captures: [fixtures/lan/*]
  - expect: 'sessions{dst_port=443}.rst == 0'
    allow_unknown: true
    allow_damaged: true
`;

function faultsOf(text: string): string[] {
  const parsed = parseCheckFile('tcploom.yml', text);
  if ('content' in parsed) return [];
  return parsed.map(({ place, message }) => `${place.line}:${place.column}: ${message}`);
}

describe('a file of expectations', () => {
  it('says all that it may say', () => {
    const parsed = parseCheckFile('tcploom.yml', WHOLE);
    assert.ok('content' in parsed, JSON.stringify(parsed));
    const [first, second] = parsed.expectations;
    assert.equal(first.name, 'hardly anything is sent again');
    assert.deepEqual(first.place, { file: 'tcploom.yml', line: 20, column: 13 });
    assert.deepEqual(first.captures, ['fixtures/lan/*']);
    assert.equal(expectationText(second.expectation), 'sessions{dst_port=443}.rst == 0 or unknown');
    assert.equal(second.name, 'sessions{dst_port=443}.rst == 0');
    assert.deepEqual(second.place, { file: 'tcploom.yml', line: 23, column: 14 });
    assert.equal(second.allowsDamage, true);
    assert.deepEqual(parsed.tolerances.usual, { isRelative: true, amount: 0.05 });
    assert.deepEqual(parsed.tolerances.of.get('handshake.p99'), { isRelative: false, amount: 0.02 });
    assert.deepEqual(parsed.tolerances.of.get('retransmissions'), { isRelative: false, amount: 3 });
    assert.deepEqual(parsed.placeOf('captures', 1), { file: 'tcploom.yml', line: 3, column: 32 });
  });

  for (const [what, text, ...faults] of [
    ['that is empty', '', '1:1: the file must be a mapping (key: value)'],
    ['without its version', 'captures: [a]\n', '1:1: the file needs "version"'],
    ['of another version', 'version: 2\n', '1:10: the file.version must be 1'.replace('the file.', '')],
    [
      'with a key that is not known',
      'version: 1\nexpectation:\n  - expect: rst == 0\n',
      '2:1: the file has no "expectation": is expectations meant?',
    ],
    [
      'with one deeper down',
      'version: 1\nexpectations:\n  - expect: rst == 0\n    resaon: so\n',
      '4:5: expectations[0] has no "resaon": is reason meant?',
    ],
    ['with a number for a text', 'version: 1\ncaptures: [1]\n', '2:12: captures[0] must be a text'],
    [
      'with another form of an option',
      'version: 1\nreading:\n  checksum: 3\n',
      '3:13: reading.checksum must be one of 0, 1, 2',
    ],
    ['without what is expected', 'version: 1\nexpectations:\n  - name: x\n', '3:5: expectations[0] needs "expect"'],
    [
      'with an expectation that is none',
      'version: 1\nexpectations:\n  - expect: rst == 0\n  - expect: handshake.p99 < 50\n',
      '4:29: handshake.p99 needs a unit behind the number: s, ms, us, ns',
    ],
    [
      'with one in quotes',
      'version: 1\nexpectations:\n  - expect: "retransmision == 0"\n',
      '3:14: there is no metric retransmision; is retransmission meant?',
    ],
    [
      'with one over several lines',
      'version: 1\nexpectations:\n  - expect: >-\n      rst\n      = 0\n',
      '3:13: equal is ==',
    ],
    [
      'with several faults',
      'version: 1\nfoo: 1\nexpectations:\n  - expect: 5\n',
      '2:1: the file has no "foo": expected version, captures, filter, tcpeek, reading, allow_damaged, snapshot, expectations',
      '4:13: expectations[0].expect must be a text',
    ],
    [
      'with a tolerance that is none',
      'version: 1\nsnapshot:\n  tolerance: 5ms\n',
      '3:14: "5ms" is no tolerance: expected a share, as 5%',
    ],
    [
      'with numbers that are too large',
      'version: 1\nreading: { session_timeout: 5000000000, handshake_timeout: 1e400, max_packets: 0 }\nsnapshot: { tolerance: .inf }\n',
      '2:29: reading.session_timeout must be at most 1073741824',
      '2:60: reading.handshake_timeout is too large or too small a number',
      '2:80: reading.max_packets must be at least 1',
      '3:24: snapshot.tolerance is too large or too small a number',
    ],
    [
      'with values of other types',
      'version: 1\nreading: { session_timeout: 1.5, icmp: 1, local: 10.0.0.1, checksum: "2" }\nsnapshot: { foo: 1 }\n',
      '2:29: reading.session_timeout must be a whole number',
      '2:40: reading.icmp must be true or false',
      '2:50: reading.local must be a list',
      '2:70: reading.checksum must be one of 0, 1, 2',
      '3:13: snapshot has no "foo": expected folder, tolerance, tolerances',
    ],
    [
      'with numbers that are not written out',
      'version: 1\nsnapshot: { tolerance: 1e2%, tolerances: { rst: 1e21 } }\nexpectations:\n  - expect: rst <= 1e400\n',
      '4:20: numbers are written out, as 1500 or 0.1, and have no exponent',
      '2:24: "1e2%" is no tolerance: numbers are written out, as 1500 or 0.1, and have no exponent',
      '2:49: "1e+21" is no tolerance: numbers are written out, as 1500 or 0.1, and have no exponent',
    ],
    [
      'with a tolerance of nothing',
      'version: 1\nsnapshot:\n  tolerances:\n    handshke: 5%\n',
      '4:5: snapshots have no figure "handshke"',
    ],
    ['with a key twice', 'version: 1\nversion: 1\n', '2:1: Map keys must be unique'],
  ] as const) {
    it(`${what} is refused, with the place`, () => assert.deepEqual(faultsOf(text), faults));
  }

  it('that is no YAML is refused, with the place', () => {
    const [fault] = faultsOf('version: 1\ncaptures: [a\nfilter: b\n');
    assert.match(fault, /^[23]:\d+: /);
  });
});

describe('what cannot be taken from a file of expectations', () => {
  const bomb = Array.from({ length: 8 }, (_, level) => `  - &a${level + 1} [${Array(9).fill(`*a${level}`)}]\n`).join(
    '',
  );
  for (const [what, text, line, column, message] of [
    ['a pattern', 'version: 1\ncaptures: ["[z-a].pcap"]\n', 2, 13, /^\[z-a\]\.pcap is no pattern: a range/],
    [
      'a pattern of an expectation',
      'version: 1\nexpectations:\n  - expect: rst == 0\n    captures: [a, "[é-e]"]\n',
      4,
      20,
      /^\[é-e\] is no pattern/,
    ],
    ['an alias of nothing', 'version: 1\ncaptures: [a.pcap, *b]\n', 2, 20, /^\*b stands for nothing/],
    ['an alias of what comes later', 'version: 1\ncaptures: [*b, &b x]\n', 2, 12, /^\*b stands for nothing/],
    ['an alias of itself', 'version: 1\ncaptures: &b [*b]\n', 2, 15, /./],
    [
      'names that would be many by themselves',
      `version: 1\ncaptures:\n  - &a0 [x, x]\n${bomb}`,
      11,
      42,
      /^aliases stand for more/,
    ],
  ] as const) {
    it(`is told with its place: ${what}`, () => {
      const faults = parseCheckFile('t.yml', text);
      assert.ok(!('content' in faults));
      assert.deepEqual(faults[0].place, { file: 't.yml', line, column });
      assert.match(faults[0].message, message);
    });
  }

  it('is no alias that has a meaning', () => {
    const parsed = parseCheckFile(
      't.yml',
      'version: 1\ncaptures: [&b x.pcap]\nexpectations:\n  - expect: rst == 0\n    captures: [*b]\n',
    );
    assert.ok('content' in parsed);
    assert.deepEqual(parsed.expectations[0].captures, ['x.pcap']);
  });
});

describe('a pattern of captures', () => {
  it('is any text but one with a range that is none', (t) =>
    checkProperty(
      t,
      fc.property(fc.string({ unit: fc.constantFrom(...'[]!^-&|\\*?/.azA09{}()+$ \u{1f600}') }), (text) => {
        try {
          assert.equal(typeof glob(text).matches('a'), 'boolean');
        } catch (error) {
          assert.ok(error instanceof GlobError && text.includes('-'), `${text}: ${error}`);
        }
      }),
    ));

  for (const [pattern, matching, others] of [
    ['*.pcap', ['a.pcap', './b.pcap'], ['a.pcapng', 'x/a.pcap', '.a.pcap']],
    ['x/**/*.pcap', ['x/a.pcap', 'x/y/a.pcap', 'x/y/z/a.pcap'], ['a.pcap', 'x/.y/a.pcap', 'xy/a.pcap']],
    ['**', ['a', 'x/y'], ['.a', 'x/.y']],
    ['?.pcap', ['a.pcap', '\u{1f600}.pcap'], ['.pcap', 'ab.pcap', '/.pcap']],
    ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
    ['[!a]x', ['bx'], ['ax', '/x']],
    ['[]]x', [']x'], ['x']],
    ['a[b', ['a[b'], ['ab']],
    ['a.pcap', ['a.pcap', './a.pcap', 'a.pcap'], ['axpcap']],
    ['a+(b)^$|.*', ['a+(b)^$|.pcap'], ['aab']],
    ['/tmp/*.pcap', ['/tmp/a.pcap'], ['tmp/a.pcap']],
    ['[a&&b].pcap', ['a.pcap', '&.pcap', 'b.pcap'], ['c.pcap', '.pcap']],
    ['[\\d^|]x', ['dx', '\\x', '^x', '|x'], ['1x']],
  ] as const) {
    it(`${pattern} matches what it should`, () => {
      const { matches } = glob(pattern);
      for (const path of matching) assert.ok(matches(path), path);
      for (const path of others) assert.ok(!matches(path), path);
    });
  }

  it('finds files, in the order of their names', () => {
    const folder = temporaryFolder();
    for (const name of ['b.pcap', 'a.pcap', 'a.pcap.tcploom.json', 'x/c.pcap', 'x/y/d.pcap', '.h/e.pcap']) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), '');
    }
    // A folder in itself, and a link that leads nowhere.
    symlinkSync('..', join(folder, 'x', 'round'));
    symlinkSync('nothing', join(folder, 'z.pcap'));
    const found = (pattern: string): string[] =>
      filesMatching(pattern, folder).map((path) => path.slice(folder.length + 1));
    assert.deepEqual(found('*.pcap'), ['a.pcap', 'b.pcap']);
    assert.deepEqual(found('**/*.pcap'), ['a.pcap', 'b.pcap', 'x/c.pcap', 'x/y/d.pcap']);
    assert.deepEqual(found('x/**'), ['x/c.pcap', 'x/y/d.pcap']);
    assert.deepEqual(found('*'), ['a.pcap', 'b.pcap']);
    assert.deepEqual(found('a.pcap'), ['a.pcap']);
    assert.deepEqual(found('nothing.pcap'), []);
    assert.deepEqual(found('nothing/*.pcap'), []);
    assert.deepEqual(filesMatching(`${folder}/*.pcap`, 'elsewhere'), [`${folder}/a.pcap`, `${folder}/b.pcap`]);
  });
});
