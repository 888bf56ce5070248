/**
 * Records whose addresses are mapped: nothing of the original ones is left, in any format.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECORD_CONNECTION, RECORD_PACKET, RECORD_SESSION, type RecordKind } from '../../src/analysis/events.js';
import { R_HOST_BYTES } from '../../src/analysis/session-record.js';
import { type RecordFormat, rendererOf, tableOf } from '../../src/records/formats.js';
import type { AddressMap } from '../../src/records/renderer.js';
import { type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';

/** Turns all bits. */
const MAP: AddressMap = {
  v4: (address) => ~address,
  v6: (words) => {
    for (let i = 0; i < 4; i++) words[i] = ~words[i];
  },
};

function render(kind: RecordKind, format: RecordFormat, records: readonly DrawnRecord[], map?: AddressMap): string {
  const renderer = rendererOf(kind, format, () => assert.fail(), map);
  for (const { fields, text } of records) renderer.add(fields, text);
  renderer.end();
  return Buffer.from(renderer.take()).toString('latin1');
}

/** The same with other addresses, and without a host. */
function mapped(kind: RecordKind, { fields, text }: DrawnRecord): DrawnRecord {
  const { tuple } = tableOf(kind);
  const others = fields.slice();
  for (const at of [tuple.src, tuple.dst]) {
    const words = fields[tuple.v6] === 1 ? 4 : 1;
    for (let i = 0; i < words; i++) others[at + i] = 2 ** 32 - 1 - fields[at + i];
  }
  if (kind === RECORD_SESSION) others[R_HOST_BYTES] = 0;
  return { fields: others, text };
}

describe('records with mapped addresses', () => {
  const forms: readonly [RecordKind, RecordFormat][] = [
    [RECORD_SESSION, 'ndjson'],
    [RECORD_SESSION, 'csv'],
    [RECORD_PACKET, 'tsv'],
    [RECORD_CONNECTION, 'zeek'],
    [RECORD_CONNECTION, 'zeek-json'],
  ];
  for (const [kind, format] of forms) {
    it(`are those of sessions between the mapped ones (${tableOf(kind).title.toLowerCase()}, ${format})`, () => {
      const draw = numbersFrom(11);
      const records = Array.from({ length: 100 }, (_, i) => drawRecord(tableOf(kind), draw, i));
      const before = records.map(({ fields }) => fields.slice());
      const text = render(kind, format, records, MAP);
      assert.equal(
        text,
        render(
          kind,
          format,
          records.map((record) => mapped(kind, record)),
        ),
      );
      assert.notEqual(text, render(kind, format, records));
      records.forEach(({ fields }, index) => {
        assert.deepEqual(fields, before[index]);
      });
    });
  }
});
