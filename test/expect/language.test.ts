/**
 * The language of expectations: what texts mean, what is refused and where, that printing and parsing agree, and what is found to hold.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { expectationText, holds, OPERATORS } from '../../src/expect/expectation.js';
import { ExpectationError, marked } from '../../src/expect/expectation-error.js';
import { METRICS } from '../../src/expect/metrics.js';
import { type ConditionCheck, parseExpectation } from '../../src/expect/parse-expectation.js';
import { amountOf, amountText, unitNamed, unitsOf } from '../../src/expect/units.js';
import { judge, type Verdict } from '../../src/expect/verdict.js';
import { wantedFigures } from '../../src/expect/wanted-figures.js';
import type { CaptureFigures } from '../../src/summary/figures.js';
import { captureFigures, emptyGroup, exampleSession, groupFigures } from '../support/made-up-figures.js';
import { checkProperty } from '../support/property.js';

function faultOf(text: string, check?: ConditionCheck): string {
  try {
    parseExpectation(text, check);
  } catch (error) {
    if (error instanceof ExpectationError) return `${error.message}\n${marked(error, '')}`;
    throw error;
  }
  return assert.fail(`${text} was understood`);
}

function verdictOn(text: string, figures: CaptureFigures): Verdict {
  const expectation = parseExpectation(text);
  const { places } = wantedFigures([expectation]);
  return judge({ name: text, expectation, reason: undefined, place: undefined }, figures, places[0]);
}

describe('an expectation', () => {
  for (const [text, canonical, amount] of [
    ['retransmissions <= 0.1%', 'retransmissions <= 0.1%', 0.001],
    ['retransmissions<=5', 'retransmissions <= 5', 5],
    ['  retransmission  <=  5  ', 'retransmissions <= 5', 5],
    ['handshake.p99 < 50ms', 'handshake.p99 < 50ms', 0.05],
    ['handshake.p99 < 50 ms', 'handshake.p99 < 50ms', 0.05],
    ['rtt.mean > 0', 'rtt.mean > 0s', 0],
    ['rtt.mean > 3µs', 'rtt.mean > 3us', 3e-6],
    ['tcpeek.reject == 0', 'tcpeek.reject == 0', 0],
    ['tcpeek.web.reject == 0', 'tcpeek.web.reject == 0', 0],
    ['tcpeek."a b".reject == 0', 'tcpeek."a b".reject == 0', 0],
    ['miruo.Lookup == 0', 'miruo.Lookup == 0', 0],
    ['sessions >= 3', 'sessions >= 3', 3],
    ['sessions{dst_port=443} >= 3', 'sessions{dst_port=443} >= 3', 3],
    ['sessions {dst_port == 443 ,src=10.0.0.0/8}.rst == 0', 'sessions{dst_port=443, src=10.0.0.0/8}.rst == 0', 0],
    ['sessions{http_host="a b, \\"c\\""}.rst == 0', 'sessions{http_host="a b, \\"c\\""}.rst == 0', 0],
    ['sessions{addr=2001:db8::/32}.zero_windows != 0', 'sessions{addr=2001:db8::/32}.zero_window != 0', 0],
    ['sessions.packets > 10', 'sessions.packets > 10', 10],
    ['packets > 10', 'packets > 10', 10],
    ['payload.p99 <= 1.5kiB', 'payload.p99 <= 1.5KiB', 1536],
    ['bytes < 1500', 'bytes < 1500', 1500],
    ['bytes < 1MB/s', 'bytes < 1MB/s', 1e6],
    ['rst < 3/s', 'rst < 3/s', 3],
    ['throughput >= 8Mbit/s', 'throughput >= 8Mbit/s', 1e6],
    ['zero_window.sessions <= 5% or unknown', 'zero_window.sessions <= 5% or unknown', 0.05],
    ['handshake.p99 < 50ms  or   unknown ', 'handshake.p99 < 50ms or unknown', 0.05],
    ['silence.max > 0 or unknown', 'silence.max > 0s or unknown', 0],
  ] as const) {
    it(`${text} is understood`, () => {
      const expectation = parseExpectation(text);
      assert.equal(expectationText(expectation), canonical);
      assert.equal(expectation.amount, amount);
      assert.equal(expectationText(parseExpectation(canonical)), canonical);
    });
  }

  for (const [text, message, place] of [
    ['', 'expected a metric, and here it ends', '^'],
    ['handshake.p99 < 50', 'handshake.p99 needs a unit behind the number: s, ms, us, ns', '                ^^'],
    [
      'handshake.p99 < 50%',
      'handshake.p99 is no share of anything; its units are s, ms, us, ns',
      '                  ^',
    ],
    ['handshake.p99 < 50sec', 'handshake.p99 has no unit sec: seconds are s', '                  ^^^'],
    ['bytes < 5KB', 'bytes has no unit KB: kB is 1000 bytes, KiB 1024', '         ^^'],
    [
      'throughput > 5Mbps',
      'throughput has no unit Mbps: bits a second are bit/s, kbit/s, Mbit/s, Gbit/s',
      '              ^^^^',
    ],
    ['sessions <= 10k', 'sessions has no unit k: write the number out', '              ^'],
    [
      'retransmissions <= 0.1',
      'retransmissions is a count, 0.1 is none; is 0.1% of segments meant?',
      '                   ^^^',
    ],
    ['retransmissions <= 1,5', 'expected a number as 1500 or 0.1', '                   ^^^'],
    ['retransmissions <= .5', 'expected a number', '                   ^'],
    ['retransmissions <= -5', 'values are never below 0', '                   ^'],
    ['retransmissions = 5', 'equal is ==', '                ^'],
    ['retransmissions ~ 5', 'expected one of <= >= == != < >', '                ^'],
    ['retransmissions', 'expected one of <= >= == != < >, and here it ends', '               ^'],
    [
      'retransmissions <= 5 please',
      'retransmissions has no unit please: its units are %, /s',
      '                     ^^^^^^',
    ],
    ['retransmissions <= 5% 6', 'expected nothing more behind 5%', '                      ^'],
    ['retransmisions == 0', 'there is no metric retransmisions; is retransmissions meant?', '^^^^^^^^^^^^^^'],
    ['handshake < 50ms', /^handshake is several: expected one of handshake\.count, handshake\.min, /, '^^^^^^^^^'],
    ['sessions{dst_prt=1} == 0', 'records of sessions have no column dst_prt; is dst_port meant?', '         ^^^^^^^'],
    ['sessions{dst_port=1 == 0', "expected ',' or '}'", '                    ^'],
    ['sessions{dst_port=1', "this '{' has no '}'", '        ^'],
    ['sessions{dst_port} == 0', 'expected one of = != < <= > >=', '                 ^'],
    ['sessions{} == 0', 'expected a column of the records of sessions', '         ^'],
    ['sessions{http_host="a} == 0', 'these quotes have no end', '                   ^'],
    [
      'sessions{dst_port=1}.damaged == 0',
      'damaged is of the whole capture: no sessions can be chosen for it',
      '^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
    ],
    ['ключ == 0', 'expected a metric', '^'],
  ] as const) {
    it(`'${text}' is refused`, () => {
      const [said, shown, mark] = faultOf(text).split('\n');
      if (typeof message === 'string') assert.equal(said, message);
      else assert.match(said, message);
      assert.equal(shown, text);
      assert.equal(mark, place);
    });
  }

  it('has no number that is larger than any', () => {
    for (const [text, at, length] of [
      [`rst <= ${'9'.repeat(400)}`, 7, 400],
      [`bytes <= ${'9'.repeat(300)} TB`, 9, 303],
    ] as const) {
      assert.throws(
        () => parseExpectation(text),
        (error) =>
          error instanceof ExpectationError &&
          error.message === 'this number is too large' &&
          error.at === at &&
          error.length === length,
      );
    }
  });

  it('has no control characters where it is shown', () => {
    assert.match(faultOf('rst == 0 \x1b[31m\n'), /\nrst == 0 \?\[31m\?\n {9}\^+$/);
  });

  it('has conditions that somebody else may know more of', () => {
    const check: ConditionCheck = ({ value }) =>
      value === 'x' ? { part: 'value', message: 'it is no port' } : undefined;
    assert.equal(
      faultOf('sessions{src_port=1, dst_port=x} == 0', check),
      `it is no port\nsessions{src_port=1, dst_port=x} == 0\n${' '.repeat(30)}^`,
    );
  });

  it('is the same when printed and read again', (t) => {
    const metrics = fc.constantFrom(...METRICS);
    const values = fc.oneof(fc.string(), fc.constantFrom('443', '10.0.0.0/8', '::1', 'a"b', '\\', '}', 'or unknown'));
    const columns = fc.constantFrom('dst_port', 'src', 'http_host', 'addr', 'duration');
    const comparisons = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
    const selectors = fc.option(fc.array(fc.tuple(columns, comparisons, values), { minLength: 1, maxLength: 3 }));
    const numbers = fc.oneof(
      fc.nat().map(String),
      fc.tuple(fc.nat(9999), fc.nat(9999)).map(([a, b]) => `${a}.${b}`),
    );
    const blanks = fc.constantFrom('', ' ', '  ', '\t');
    let understood = 0;
    checkProperty(
      t,
      fc.property(
        metrics,
        selectors,
        fc.constantFrom(...OPERATORS),
        numbers,
        fc.nat(),
        blanks,
        fc.boolean(),
        (metric, chosen, operator, decimal, unitNumber, blank, isAllowed) => {
          const units = unitsOf(metric.quantity);
          const unit = units[unitNumber % units.length].text;
          const conditions = chosen?.map(([column, sign, value]) => `${column}${blank}${sign}${JSON.stringify(value)}`);
          const sessions =
            metric.scope === 'capture'
              ? ''
              : conditions === undefined
                ? 'sessions.'
                : `sessions{${conditions.join(`,${blank}`)}}.`;
          const tail = isAllowed ? ' or unknown' : '';
          const text = `${sessions}${metric.name}${blank}${operator}${blank}${decimal}${unit}${tail}`;
          let first: ReturnType<typeof parseExpectation>;
          try {
            first = parseExpectation(text);
          } catch (error) {
            // A share of nothing, a part of a count, no unit.
            assert.ok(error instanceof ExpectationError, text);
            assert.ok(error.at >= 0 && error.at <= text.length);
            return;
          }
          understood++;
          const printed = expectationText(first);
          const second = parseExpectation(printed);
          assert.equal(expectationText(second), printed);
          assert.equal(second.metric.name, first.metric.name);
          assert.equal(second.amount, first.amount);
          assert.deepEqual(second.selector, first.selector);
        },
      ),
      500,
    );
    assert.ok(understood > 50, `${understood} were understood`);
  });

  it('of any text is understood or refused, and never anything else', (t) => {
    const pieces = fc.constantFrom(
      'sessions',
      '{',
      '}',
      '.',
      'rst',
      '==',
      '=',
      '5',
      '%',
      ' ',
      '"',
      '\\',
      'ms',
      ',',
      'or',
      '\u{1f600}',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    checkProperty(
      t,
      fc.property(texts, (text) => {
        try {
          parseExpectation(text);
        } catch (error) {
          assert.ok(error instanceof ExpectationError, String(error));
          marked(error);
        }
      }),
      500,
    );
  });
});

describe('values', () => {
  it('of shares are those of the division, to the last bit', () => {
    for (let part = 0; part <= 1000; part++) {
      const decimal = (part / 10).toFixed(1);
      assert.equal(amountOf(decimal, unitNamed('%', 'count')!), part / 1000, decimal);
    }
  });

  for (const [value, quantity, form, text] of [
    [0.0352, 'seconds', 'value', '35.2 ms'],
    [1.5, 'seconds', 'value', '1.5 s'],
    [0, 'seconds', 'value', '0 s'],
    [0.000001, 'seconds', 'value', '1 us'],
    [1500, 'bytes', 'value', '1.5 kB'],
    [0, 'bytes', 'value', '0 B'],
    [125000, 'rate', 'value', '125 kB/s'],
    [7, 'count', 'value', '7'],
    [1234567, 'count', 'value', '1234567'],
    [0.00352, 'count', 'share', '0.352 %'],
    [1, 'count', 'share', '100 %'],
    [2.5, 'count', 'per second', '2.5 a second'],
    [2500, 'bytes', 'per second', '2.5 kB/s'],
  ] as const) {
    it(`${value} ${quantity} is ${text}`, () => assert.equal(amountText(value, quantity, form), text));
  }

  it('are compared as the sign says', () => {
    const results = OPERATORS.map((operator) => [1, 2, 3].map((found) => holds(found, operator, 2)));
    assert.deepEqual(results, [
      [true, true, false],
      [false, true, true],
      [false, true, false],
      [true, false, true],
      [true, false, false],
      [false, false, true],
    ]);
  });
});

describe('a verdict', () => {
  const lossy = captureFigures({
    groups: [
      emptyGroup({ sessions: 4, segments: 1000, symptoms: { ...groupFigures().symptoms, retransmission: 7 } }),
      emptyGroup({ sessions: 1, rst: 1 }),
    ],
    examples: [[exampleSession()]],
  });

  it('tells count and share', () => {
    assert.equal(verdictOn('retransmissions <= 0.7%', lossy).outcome, 'holds');
    const { outcome, found, examples } = verdictOn('retransmissions < 0.7%', lossy);
    assert.equal(outcome, 'fails');
    assert.equal(found, '0.7 % (7 of 1000 segments)');
    assert.equal(examples.length, 1);
    const more = verdictOn('retransmissions <= 5', lossy);
    assert.equal(more.outcome, 'fails');
    assert.equal(more.found, '7');
    assert.equal(more.examples.length, 1);
  });

  it('is about the sessions that were chosen', () => {
    const { outcome } = verdictOn('sessions{dst_port=443}.rst == 0', lossy);
    assert.equal(outcome, 'fails');
    assert.equal(verdictOn('rst == 0', lossy).outcome, 'holds');
  });

  it('has no examples where there is too little of something', () => {
    assert.deepEqual(verdictOn('retransmissions >= 50', lossy).examples, []);
  });

  it('knows what happened every second', () => {
    const verdict = verdictOn('retransmissions <= 0.6/s', lossy);
    assert.equal(verdict.found, '0.6667 a second (7 in 10.5 s)');
    assert.equal(verdict.outcome, 'fails');
    const { sessions } = lossy;
    const still = { ...lossy, sessions: { ...sessions, last: sessions.first } };
    assert.equal(verdictOn('retransmissions <= 5/s', still).outcome, 'unknown');
  });

  const nothing = captureFigures({ groups: [emptyGroup()] });
  it('says that something is not known, and why', () => {
    const verdict = verdictOn('handshake.p99 < 50ms', nothing);
    assert.equal(verdict.outcome, 'unknown');
    assert.equal(verdict.found, 'handshake.p99 is not known: there are no sessions');
    const some = captureFigures({ groups: [emptyGroup({ sessions: 2 })] });
    assert.equal(
      verdictOn('handshake.p99 < 50ms', some).found,
      'handshake.p99 is not known: no session has SYN, SYN-ACK and ACK',
    );
    assert.equal(verdictOn('retransmissions <= 1%', some).found, 'retransmissions is not known: 0 of 0 segments');
    assert.equal(
      verdictOn('tcpeek.web.reject == 0', some).found,
      'tcpeek.web.reject is not known: there is no filter web in this run',
    );
  });

  it('lets hold what is not known where that is allowed, and counts of nothing', () => {
    assert.equal(verdictOn('handshake.p99 < 50ms or unknown', nothing).outcome, 'holds');
    assert.equal(verdictOn('rst == 0', nothing).outcome, 'holds');
  });
});

describe('what is asked of a capture', () => {
  it('is each choice of sessions and each list of examples once', () => {
    const texts = [
      'rst == 0',
      'sessions{dst_port=443}.rst == 0',
      'sessions{dst_port==443}.rst_packets == 0',
      'sessions{dst_port=443}.handshake.p99 < 1s',
      'sessions{dst_port=80} > 0',
      'sessions.retransmissions < 5',
    ];
    const { plan, places } = wantedFigures(texts.map((text) => parseExpectation(text)));
    assert.equal(plan.groups.length, 2);
    assert.deepEqual(
      places.map(({ group }) => group),
      [0, 1, 1, 1, 2, 0],
    );
    assert.deepEqual(
      places.map(({ examples }) => examples),
      [0, 1, 1, 2, undefined, 3],
    );
    assert.deepEqual(plan.examples[2], { group: 1, by: 'handshake', most: 5 });
  });
});
