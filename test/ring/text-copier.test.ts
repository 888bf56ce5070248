import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { allocateResultRing, RECORD_HEADER_BYTES, ResultReader, ResultWriter } from '../../src/ring/result-ring.js';
import { TextCopier } from '../../src/ring/text-copier.js';
import { checkProperty } from '../support/property.js';

describe('text copied into a result ring', () => {
  it('is what it was, from anywhere in any buffer, and touches no other record', (t: TestContext) => {
    const piece = fc.record({ buffer: fc.nat(3), from: fc.nat(40), length: fc.nat(60) });
    const property = fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const memory = allocateResultRing(4096);
      const writer = new ResultWriter(memory);
      const copier = new TextCopier(writer);
      // The last one lies as no words do.
      const buffers = [100, 101, 103, 104].map((size, n) =>
        new Uint8Array(size + n).fill(0).map((_, i) => (i * 7 + n) & 0xff),
      );
      buffers[3] = new Uint8Array(buffers[3].buffer, 1);
      for (const { buffer, from, length } of pieces) {
        const at = writer.append(1, 0, 0, 4 + length);
        copier.copy(at + RECORD_HEADER_BYTES + 4, buffers[buffer], from, from + length);
      }
      writer.publish();
      const reader = new ResultReader(memory);
      for (const { buffer, from, length } of pieces) {
        const start = 4 * reader.peek() + RECORD_HEADER_BYTES + 4;
        const expected = buffers[buffer].slice(from, from + length);
        assert.deepEqual(reader.bytes.slice(start, start + length), expected);
        reader.next();
      }
    });
    checkProperty(t, property, 300);
  });
});
