/**
 * Snapshots and comparisons of captures: what is kept, what changed, what got worse, as text, JSON and a page.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { differencePage } from '../../src/expect/difference-page.js';
import { differenceJson, differenceText } from '../../src/expect/difference-text.js';
import { type Differences, differences } from '../../src/expect/differences.js';
import { type KeyFigures, keyFigures } from '../../src/expect/key-figures.js';
import {
  changesSince,
  changesText,
  NO_TOLERANCE,
  parseSnapshot,
  parseTolerance,
  SnapshotError,
  snapshotText,
} from '../../src/expect/snapshot.js';
import type { TopEntry } from '../../src/summary/figures.js';
import { captureFigures } from '../support/made-up-figures.js';

const FIGURES = keyFigures('a.pcap', captureFigures());
const EXACT = { usual: NO_TOLERANCE, of: new Map() };

/** Some values in place of those made up. */
const figures = (
  capture: string,
  values: Record<string, number>,
  pairs: KeyFigures['pairs'] = [],
  hasAllPairs = true,
): KeyFigures => ({ capture, values, pairs, hasAllPairs });
const pair = (key: string, sessions: number, retransmissions = 0): TopEntry => ({
  key,
  sessions,
  bytes: 1,
  packets: 1,
  retransmissions,
  error: 0,
});

describe('a snapshot', () => {
  it('is read as it was written', () => {
    assert.deepEqual(parseSnapshot(snapshotText(FIGURES)), FIGURES);
    assert.deepEqual(changesSince(FIGURES, parseSnapshot(snapshotText(FIGURES)), EXACT), []);
  });

  for (const [text, message] of [
    ['x', 'it is no JSON'],
    ['[]', 'it is no snapshot of tcploom'],
    ['{"format":"tcploom snapshot","version":2}', 'it is of version 2, expected 1'],
    ['{"format":"tcploom snapshot","version":1}', 'its "capture" is no text'],
    [
      '{"format":"tcploom snapshot","version":1,"capture":"a","values":{"rst":"1"},"pairs":[]}',
      'its value of "rst" is no number',
    ],
    [
      '{"format":"tcploom snapshot","version":1,"capture":"a","values":{"rts":1},"pairs":[]}',
      'there is no metric "rts"',
    ],
    [
      '{"format":"tcploom snapshot","version":1,"capture":"a","values":{},"pairs":[1]}',
      'its "pairs" are no list of endpoints',
    ],
  ] as const) {
    it(`that is none is refused: ${message}`, () =>
      assert.throws(
        () => parseSnapshot(text),
        (error) => error instanceof SnapshotError && error.message === message,
      ));
  }

  it('says what changed, beyond the tolerance', () => {
    const before = figures('a', { rst: 10, 'handshake.p99': 0.05, sessions: 4, 'rtt.p50': 1 });
    const after = figures('a', { rst: 11, 'handshake.p99': 0.06, sessions: 4, packets: 5 });
    assert.equal(
      changesText(changesSince(before, after, EXACT)),
      '3 figures changed: rst was 10, is 11; handshake.p99 was 50 ms, is 60 ms; rtt.p50 was 1 s, is not known',
    );
    const tolerances = {
      usual: parseTolerance('10%')!,
      of: new Map([['handshake.p99', parseTolerance('10ms', 'handshake.p99')!]]),
    };
    assert.deepEqual(
      changesSince(before, after, tolerances).map(({ key }) => key),
      ['rtt.p50'],
    );
    assert.match(
      changesText(changesSince(figures('a', { bytes: 100001 }), figures('a', { bytes: 100002 }), EXACT)),
      /bytes was 100001, is 100002/,
    );
  });

  it('says what changed of pairs', () => {
    const [web, mail] = [pair('a > b:80', 5), pair('a > b:25', 2, 1)];
    const before = figures('a', {}, [web, { ...mail, bytes: 1000 }]);
    const textOf = (pairs: KeyFigures['pairs'], tolerance = '0', hasAllPairs = true): string => {
      const tolerances = {
        usual: parseTolerance(tolerance)!,
        of: new Map([['sessions', parseTolerance('1', 'sessions')!]]),
      };
      return changesText(changesSince(before, figures('a', {}, pairs, hasAllPairs), tolerances));
    };
    assert.equal(
      textOf([
        { ...web, sessions: 6 },
        { ...mail, bytes: 1000 },
      ]),
      '0 figures changed: ',
    );
    // What the snapshot does not have is not compared.
    assert.equal(textOf([...before.pairs, pair('a > b:81', 9)]), '0 figures changed: ');
    assert.equal(
      textOf([{ ...web, sessions: 7 }]),
      '5 figures changed: sessions of a > b:80 was 5, is 7; sessions of a > b:25 was 2, is 0; payload of a > b:25 was 1 kB, is 0 B; sessions.packets of a > b:25 was 1, is 0; retransmissions of a > b:25 was 1, is 0',
    );
    const last = { ...web, bytes: 900 };
    const gone = '1 figure changed: payload of a > b:25 was 1 kB, is that of no pair among the first 100';
    assert.equal(textOf([{ ...last, bytes: 1 }], '5%', false), gone);
    // It may be the next one.
    const mostly = figures('a', {}, [before.pairs[1]]);
    const changed = (amount: string): number =>
      changesSince(mostly, figures('a', {}, [last], false), { usual: parseTolerance(amount)!, of: new Map() }).length;
    assert.deepEqual([changed('5%'), changed('10%')], [1, 0]);
  });

  it('keeps pairs with what is not exact of them, and knows whether there are others', () => {
    const keyed = (count: number, error = 0): KeyFigures => {
      const pairs = Array.from({ length: count }, (_, index) => ({ ...pair(`a > b:${index}`, 1), error }));
      return keyFigures('a', captureFigures({ top: { talkers: [], ports: [], pairs } }));
    };
    assert.deepEqual([keyed(99).pairs.length, keyed(99).hasAllPairs], [99, true]);
    assert.deepEqual([keyed(100).pairs.length, keyed(100).hasAllPairs], [100, false]);
    const inexact = keyed(100, 1);
    assert.deepEqual([inexact.pairs.length, inexact.pairs[99].error, inexact.hasAllPairs], [100, 1, false]);
    assert.deepEqual(parseSnapshot(snapshotText(inexact)), inexact);
    assert.ok(!('error' in keyed(1).pairs[0]));
    // They may be taken out.
    const { pairs, all_pairs, ...rest } = JSON.parse(snapshotText(keyed(3)));
    assert.deepEqual([pairs.length, all_pairs], [3, true]);
    const read = parseSnapshot(JSON.stringify(rest));
    assert.deepEqual([read.pairs, read.hasAllPairs], [[], false]);
  });

  it('compares of what is not exact what is known', () => {
    const web = { ...pair('a > b:80', 5, 2), bytes: 1000 };
    const texts = (was: TopEntry, is: readonly TopEntry[], tolerance = '0', hasAllPairs = false): string => {
      const tolerances = { usual: parseTolerance(tolerance)!, of: new Map() };
      return changesText(changesSince(figures('a', {}, [was]), figures('a', {}, is, hasAllPairs), tolerances));
    };
    const none = '0 figures changed: ';
    const about = { ...web, error: 100 };
    assert.equal(texts(about, [about]), none);
    assert.equal(texts(web, [{ ...about, bytes: 1100, sessions: 3, packets: 0, retransmissions: 0 }]), none);
    assert.equal(texts({ ...about, bytes: 1100, sessions: 3, packets: 0, retransmissions: 0 }, [web]), none);
    assert.equal(
      texts(web, [{ ...about, bytes: 1101, sessions: 6 }]),
      '2 figures changed: sessions of a > b:80 was 5, is at least 6; payload of a > b:80 was 1 kB, is at most 1.101 kB',
    );
    assert.equal(texts(web, [{ ...about, bytes: 1111, packets: 1 }], '2%'), none);
    // One that is not kept may have what the last one may have.
    const last = { ...pair('a > b:81', 1), bytes: 900, error: 800 };
    const gone = 'is that of no pair among the first 100';
    assert.equal(texts(web, [last]), `1 figure changed: payload of a > b:80 was 1 kB, ${gone}`);
    assert.equal(
      texts({ ...web, error: 99 }, [last]),
      `1 figure changed: payload of a > b:80 was at most 1 kB, ${gone}`,
    );
    assert.equal(texts(about, [last]), none);
  });

  it('has tolerances as shares and in units', () => {
    assert.deepEqual(parseTolerance('5%'), { isRelative: true, amount: 0.05 });
    assert.deepEqual(parseTolerance('0'), NO_TOLERANCE);
    assert.deepEqual(parseTolerance('3', 'rst'), { isRelative: false, amount: 3 });
    for (const [text, key] of [
      ['3'],
      ['5ms'],
      ['3', 'handshake.p99'],
      ['5ms', 'rst'],
      ['-1%'],
      ['x'],
      ['3/s', 'rst'],
    ]) {
      assert.equal(parseTolerance(text, key), undefined, text);
    }
  });
});

describe('two captures', () => {
  const before = figures(
    'a.pcap',
    {
      retransmissions: 1,
      segments: 1000,
      rst: 0,
      sessions: 10,
      'handshake.p50': 0.01,
      'handshake.p99': 0.02,
      throughput: 1e6,
      'rtt.p50': 0.01,
    },
    [pair('10.0.0.1 > 10.0.0.2:80', 5), pair('10.0.0.1 > 10.0.0.2:81', 5)],
  );
  const after = figures(
    'b.pcap',
    {
      retransmissions: 50,
      segments: 1000,
      rst: 1,
      sessions: 10,
      'handshake.p50': 0.04,
      'handshake.p99': 0.02,
      throughput: 2e6,
    },
    [pair('10.0.0.1 > 10.0.0.2:80', 9, 50), pair('10.0.0.1 > 10.0.0.2:81', 5)],
  );
  const found = differences(before, after);

  it('are compared by shares and times, the most first', () => {
    assert.deepEqual(
      found.worse.map(({ key }) => key),
      ['rst', 'retransmissions', 'handshake.p50'],
    );
    assert.deepEqual(
      found.better.map(({ key }) => key),
      ['throughput'],
    );
    assert.equal(found.same, 1);
    assert.deepEqual(found.unknown, ['rtt.p50']);
    assert.deepEqual(
      found.endpoints.map(({ key }) => key),
      ['10.0.0.1 > 10.0.0.2:80'],
    );
  });

  it('change places when they are compared the other way round', () => {
    const back = differences(after, before);
    assert.deepEqual(
      back.better.map(({ key }) => key),
      found.worse.map(({ key }) => key),
    );
    assert.deepEqual(differences(before, before).worse, []);
  });

  it('are told as text', () => {
    assert.equal(
      differenceText(found),
      `from a.pcap to b.pcap

what got worse:
  rst              0 %    ->  10 %           of sessions
  retransmissions  0.1 %  ->  5 %    x 50    of segments
  handshake.p50    10 ms  ->  40 ms  x 4.00

what got better:
  throughput  1 MB/s  ->  2 MB/s  x 2.00

sessions and retransmissions by endpoint:
  10.0.0.1 > 10.0.0.2:80  sessions 5 -> 9  retransmissions 0 -> 50

known of one of both only: rtt.p50

1 other figure is the same within 2 %
`,
    );
  });

  it('say of a pair that is gone that it has nothing, or that it is not known', () => {
    const mail = pair('10.0.0.1 > 10.0.0.2:25', 900);
    const whole = differences({ ...before, pairs: [...before.pairs, mail] }, after);
    assert.deepEqual(whole.endpoints[0], {
      key: mail.key,
      before: mail,
      after: { key: mail.key, sessions: 0, bytes: 0, packets: 0, retransmissions: 0 },
    });
    assert.match(
      differenceText(whole),
      /\n {2}10\.0\.0\.1 > 10\.0\.0\.2:25 {2}sessions 900 -> 0 {2}retransmissions 0 -> 0\n/,
    );
    const cut = differences({ ...before, pairs: [...before.pairs, mail] }, { ...after, hasAllPairs: false });
    // What is known comes first.
    assert.deepEqual(cut.endpoints[1], { key: mail.key, before: mail, after: null, not_among_first: 100 });
    assert.match(
      differenceText(cut),
      /\nsessions and retransmissions by endpoint \(-: not among the 100 pairs that are kept\):\n.*\n.*:25 {2}sessions 900 -> - {2}retransmissions 0 -> -\n/,
    );
    const note = 'or retransmissions (-: not among the 100 pairs that are kept)</caption>';
    assert.ok(differencePage(cut, 'x').includes(note));
    assert.ok(!differencePage(whole, 'x').includes('not among'));
  });

  it('say of a pair that is not exact what is known', () => {
    const web = { ...before.pairs[0], sessions: 1, retransmissions: 0 };
    const of = (is: KeyFigures['pairs']): Differences =>
      differences({ ...before, pairs: [web] }, { ...after, pairs: is, hasAllPairs: false });
    assert.deepEqual(of([{ ...web, error: 100 }]).endpoints, []);
    const more = of([{ ...web, sessions: 3, error: 100 }]);
    assert.equal(more.endpoints[0].after?.error, 100);
    assert.match(differenceText(more), /:80 {2}sessions 1 -> 3 or more {2}retransmissions 0 -> 0 or more\n/);
    assert.ok(differencePage(more, 'x').includes('<td>1 -&gt; 3 or more</td>'));
  });

  it('are told as JSON', () => assert.deepEqual(JSON.parse(differenceJson(found)) as Differences, found));

  it('are told as a page that asks for nothing and runs nothing', () => {
    const evil = '"><script>alert(1)</script>\x00';
    const page = differencePage(
      differences({ ...before, capture: evil, pairs: [pair(evil, 3)] }, { ...after, capture: evil }),
      'tcploom 1.2.3',
    );
    assert.doesNotMatch(page, /<script|alert\(1\)<\/script>|\0|\bsrc=|\bhref=|url\(|@import/);
    assert.match(page, /&lt;script&gt;/);
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)!;
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!;
    const hash = createHash('sha256').update(style).digest('base64');
    assert.equal(
      policy.replaceAll('&#39;', "'"),
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    assert.match(page, /<td>handshake\.p50<\/td><td class="number">10 ms<\/td><td class="number">40 ms<\/td>/);
  });
});
