/**
 * The text of metrics: its syntax, and that any label comes back as it was, as Prometheus' client library reads it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type MetricFamily, renderExposition } from '../../src/metrics/exposition.js';
import { missingClient, samplesOf } from '../support/prometheus.js';
import { checkProperty } from '../support/property.js';

const family = (samples: MetricFamily['samples'], help = 'What it is.'): MetricFamily => ({
  name: 'a_total',
  help,
  type: 'counter',
  samples,
});

describe('the text of metrics', () => {
  it('has a family with HELP, TYPE and its samples', () => {
    const text = renderExposition([
      family([
        { value: 1 },
        {
          labels: [
            ['b', 'x'],
            ['c', 'y'],
          ],
          value: '1700000000.000000001',
        },
      ]),
      { name: 'd', help: 'Another.', type: 'gauge', samples: [{ value: 0.5 }] },
    ]);
    const lines = [
      '# HELP a_total What it is.',
      '# TYPE a_total counter',
      'a_total 1',
      'a_total{b="x",c="y"} 1700000000.000000001',
      '# HELP d Another.',
      '# TYPE d gauge',
      'd 0.5',
    ];
    assert.equal(text, `${lines.join('\n')}\n`);
  });

  it('has no family without samples', () => {
    assert.equal(renderExposition([family([])]), '');
  });

  for (const [value, text] of [
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [NaN, 'NaN'],
    [1e21, '1e+21'],
    [2 ** 53, '9007199254740992'],
  ] as const) {
    it(`has ${value} as ${text}`, () => {
      assert.match(renderExposition([family([{ value }])]), new RegExp(`^a_total ${text.replace('+', '\\+')}$`, 'm'));
    });
  }

  for (const [label, text] of [
    ['a "b"', 'a \\"b\\"'],
    ['a\\b', 'a\\\\b'],
    ['a\nb', 'a\\nb'],
    ['\\n', '\\\\n'],
    ['\\"', '\\\\\\"'],
    ['{a="b"} 1 # é', '{a=\\"b\\"} 1 # é'],
  ]) {
    it(`has the label ${JSON.stringify(label)} escaped`, () => {
      const lines = renderExposition([family([{ labels: [['l', label]], value: 1 }])]).split('\n');
      assert.equal(lines[2], `a_total{l="${text}"} 1`);
      assert.equal(lines.length, 4);
    });
  }

  it('has help without ends of lines', () => {
    assert.match(renderExposition([family([{ value: 1 }], 'a\\b\n"c"')]), /^# HELP a_total a\\\\b\\n"c"$/m);
  });

  it('is read as what was written', { skip: missingClient() }, (t) => {
    // One run of the other program reads many.
    const texts = fc.array(fc.string({ unit: fc.constantFrom(...'\\\\\\"\n{}=, #né\t𝄞') }), {
      size: '+2',
      maxLength: 200,
    });
    const property = fc.property(texts, (labels) => {
      const samples = labels.map((label, value) => ({ labels: [['l', label] as const], value }));
      const read = samplesOf(renderExposition([family(samples)]));
      assert.deepEqual(
        read.map(({ labels: { l }, value }) => [l, value]),
        labels.map((label, value) => [label, value]),
      );
    });
    checkProperty(t, property, 5);
  });
});
