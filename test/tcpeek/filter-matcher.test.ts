import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { parseAddressRange } from '../../src/tcpeek/address-range.js';
import { FilterMatcher, type SessionEnds } from '../../src/tcpeek/filter-matcher.js';
import { sessionFilters } from '../../src/tcpeek/filter-text.js';
import type { AddressRange } from '../../src/tcpeek/options.js';
import { type NaiveSession, naiveMatch, naiveRange } from '../support/naive-session-filter.js';
import { checkProperty } from '../support/property.js';
import { filterCase } from '../support/session-filter-cases.js';

const ENDS: SessionEnds = { isV6: false, src: new Int32Array(4), dst: new Int32Array(4), dstPort: 0 };

/** What was written for IPv6 before stays in words 1 to 3 of an IPv4 address, as it may when the object is used again. */
function fillEnds({ src, dst, dstPort }: NaiveSession): SessionEnds {
  ENDS.isV6 = src.includes(':');
  for (const [into, text] of [[ENDS.src, src] as const, [ENDS.dst, dst] as const]) {
    const { first } = naiveRange(text);
    if (!ENDS.isV6) into[0] = Number(first) | 0;
    else for (let i = 0; i < 4; i++) into[i] = Number((first >> BigInt(96 - 32 * i)) & 0xffffffffn) | 0;
  }
  ENDS.dstPort = dstPort;
  return ENDS;
}

/** Names of the filters that match, in order, from the bits; words around those of the matcher must stay as they were. */
class Matching {
  readonly words: number;
  readonly #matcher: FilterMatcher;
  readonly #names: readonly string[];

  constructor(texts: readonly string[], locals: readonly string[]) {
    const ranges = locals.map((text) => parseAddressRange(text) as AddressRange);
    const filters = sessionFilters(texts, locals.length > 0);
    this.#matcher = new FilterMatcher(filters, ranges);
    this.#names = filters.map(({ name }) => name).filter((name) => name !== '');
    this.words = this.#matcher.words;
  }

  names(session: NaiveSession): string[] {
    const into = new Int32Array(this.words + 2).fill(0x5a5a5a5a);
    const isRecorded = this.#matcher.match(fillEnds(session), into, 1);
    assert.equal(into[0], 0x5a5a5a5a);
    assert.equal(into[this.words + 1], 0x5a5a5a5a);
    const bits = Array.from({ length: 32 * this.words }, (_, bit) => (into[1 + (bit >>> 5)] >>> (bit & 31)) & 1);
    assert.ok(!bits.includes(1, this.#names.length), 'bits of no filter');
    const names = this.#names.filter((_, bit) => bits[bit] === 1);
    assert.equal(isRecorded, names.length > 0);
    return names;
  }
}

const session = (src: string, dst: string, dstPort = 80): NaiveSession => ({ src, dst, dstPort });

describe('a session', () => {
  const NEAR = '192.0.2.1';
  const FAR = '198.51.100.7';
  const LOCALS = ['192.0.2.0/24', '2001:db8::1'];
  const cases: [what: string, texts: string[], found: NaiveSession, names: string[]][] = [
    ['to a local address is RX', [], session(FAR, NEAR), ['RX']],
    ['from a local address is TX', [], session(NEAR, FAR), ['TX']],
    ['between local addresses is both', [], session(NEAR, '192.0.2.2'), ['RX', 'TX']],
    ['between others is recorded nowhere', [], session(FAR, '203.0.113.1'), []],
    ['over IPv6 has its own local addresses', [], session('2001:db8::2', '2001:db8::1'), ['RX']],
    ['over IPv6 is not of an IPv4 network', ['a:RX@0.0.0.0/0:*'], session('2001:db8::2', '2001:db8::1'), ['RX']],
    ['over IPv4 is not of an IPv6 network', ['a:RX@[::]/0:*'], session(FAR, NEAR), ['RX']],
    ['of an IPv4-mapped address is one over IPv6', [`a:TX@${FAR}:*`], session('2001:db8::1', `::ffff:${FAR}`), ['TX']],
    ['counts by its source in RX', [`a:RX@${FAR}:*`, `b:RX@${NEAR}:*`], session(FAR, NEAR), ['RX', 'a']],
    ['counts by its destination in TX', [`a:TX@${FAR}:*`, `b:TX@${NEAR}:*`], session(NEAR, FAR), ['TX', 'a']],
    [
      'counts by its destination port',
      ['a:RX@*:80', 'b:RX@*:81', 'c:RX@*:81:80:443'],
      session(FAR, NEAR),
      ['RX', 'a', 'c'],
    ],
    ['counts once in a filter', [`a:RX@*:80,${FAR}:80`], session(FAR, NEAR), ['RX', 'a']],
    ['is excluded by a filter in front', [':RX@*:80', 'a:RX@*:80'], session(FAR, NEAR), []],
    ['is excluded by a filter behind', ['a:RX@*:80', ':RX@*:80'], session(FAR, NEAR), []],
    ['is excluded by the second target of a filter', [`:RX@*:81,${FAR}/8:80`], session(FAR, NEAR), []],
    ['is not excluded in the other direction', [':TX@*:*'], session(FAR, NEAR), ['RX']],
    ['goes by ports of its own target', [`a:RX@*:81,203.0.113.1:80`], session(FAR, NEAR), ['RX']],
  ];
  for (const [what, texts, found, names] of cases) {
    it(what, () => {
      assert.deepEqual(new Matching(texts, LOCALS).names(found), names);
      assert.deepEqual(naiveMatch(texts, LOCALS, found), names, 'naive');
    });
  }

  it('is ALL when no address is local', () => {
    const matching = new Matching([], []);
    assert.deepEqual(matching.names(session(FAR, NEAR)), ['ALL']);
    assert.deepEqual(matching.names(session('2001:db8::2', '2001:db8::1', 0)), ['ALL']);
    assert.equal(matching.words, 1);
  });

  it('counts in as many filters as there are', () => {
    const texts = Array.from({ length: 70 }, (_, index) => `n${index}:RX@*:${index % 2 === 0 ? 80 : 81}`);
    const matching = new Matching(texts, LOCALS);
    assert.equal(matching.words, 3);
    const even = Array.from({ length: 35 }, (_, index) => `n${2 * index}`);
    assert.deepEqual(matching.names(session(FAR, NEAR)), ['RX', ...even]);
  });

  it('meets each port of a long list', () => {
    const ports = Array.from({ length: 65536 }, (_, index) => index).filter((port) => port % 7 === 3);
    const matching = new Matching([`a:RX@*:${ports.toReversed().join(':')}`], LOCALS);
    for (let port = 0; port < 65536; port++) {
      const expected = port % 7 === 3 ? ['RX', 'a'] : ['RX'];
      assert.deepEqual(matching.names(session(FAR, NEAR, port)), expected, `port ${port}`);
    }
  });
});

describe('filters', () => {
  it('without a named one have no words', () => {
    const matcher = new FilterMatcher([], []);
    assert.equal(matcher.words, 0);
    assert.equal(matcher.match(fillEnds(session('192.0.2.1', '192.0.2.2')), new Int32Array(0), 0), false);
  });

  it('match what their texts say', (t: TestContext) => {
    const tally = { sessions: 0, recorded: 0, inNamed: 0, excluded: 0 };
    const property = fc.property(filterCase, ({ texts, locals, sessions }) => {
      const matching = new Matching(texts, locals);
      for (const one of sessions) {
        const expected = naiveMatch(texts, locals, one);
        assert.deepEqual(matching.names(one), expected);
        tally.sessions++;
        if (expected.length > 0) tally.recorded++;
        if (expected.some((name) => name.startsWith('n'))) tally.inNamed++;
        if (expected.length === 0 && naiveMatch([], locals, one).length > 0) tally.excluded++;
      }
    });
    checkProperty(t, property, 4000);
    t.diagnostic(JSON.stringify(tally));
    // Else the comparison would say little.
    for (const part of ['recorded', 'inNamed', 'excluded'] as const) {
      assert.ok(tally[part] > tally.sessions / 20, `${part}: ${tally[part]} of ${tally.sessions}`);
    }
  });
});
