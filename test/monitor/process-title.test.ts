/**
 * Titles of processes: what is put in comes out, also of one that was cut.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTitle, renderTitle, shownArguments } from '../../src/monitor/process-title.js';
import { checkProperty } from '../support/property.js';

describe('a title', () => {
  for (const [percent, args, title] of [
    [42.4, ['-o', 'miruo', 'big.pcap'], 'tcploom 42.4% -o miruo big.pcap'],
    [0, ['a.pcap'], 'tcploom 0.0% a.pcap'],
    [100, ['a.pcap'], 'tcploom 100.0% a.pcap'],
    [101, [], 'tcploom 100.0%'],
    [-0.01, [], 'tcploom 0.0%'],
    [Number.NaN, ['-'], 'tcploom - -'],
    [undefined, ['-'], 'tcploom - -'],
    [undefined, [], 'tcploom -'],
    [7, ['--filter', 'tcp port 80', 'a\nb\0\x1b[2J'], 'tcploom 7.0% --filter tcp port 80 a\\x0ab\\x00\\x1b[2J'],
    [7, ['', ''], 'tcploom 7.0%  '],
  ] as const) {
    it(title, () => assert.equal(renderTitle(percent, args), title));
  }

  const percents = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined });
  const argLists = fc.array(
    fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('5.0%', '-', ' ', '\n')),
  );

  it('says when it is parsed what it was made of', (t) => {
    checkProperty(
      t,
      fc.property(percents, argLists, (percent, args) => {
        const title = renderTitle(percent, args);
        assert.doesNotMatch(title, /\p{Cc}/u);
        const expected = percent === undefined ? undefined : Number(percent.toFixed(1));
        assert.deepEqual(parseTitle(title), { percent: expected, words: shownArguments(args) });
      }),
      500,
    );
  });

  it('that was cut says a part of it, and nothing else', (t) => {
    checkProperty(
      t,
      fc.property(percents, argLists, fc.nat(), (percent, args, at) => {
        const title = renderTitle(percent, args);
        const length = 'tcploom'.length + (at % (title.length - 6));
        const facts = parseTitle(title.slice(0, length))!;
        assert.ok(shownArguments(args).startsWith(facts.words), facts.words);
        assert.ok(facts.percent === undefined || facts.percent === Number(percent?.toFixed(1)), String(facts.percent));
      }),
      500,
    );
  });
});

describe('no title', () => {
  for (const title of [
    '',
    'tcploo',
    'node tcploom',
    'tcploom a.pcap',
    'tcploomx',
    'tcploom 42.4%x',
    'tcploom -x',
    ' tcploom -',
  ]) {
    it(JSON.stringify(title), () => assert.equal(parseTitle(title), undefined));
  }
});
