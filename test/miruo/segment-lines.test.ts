/**
 * Lines kept for segments: they come back as they were put in, whatever other sessions do, and their memory is used again.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { NO_LINES, SegmentLines } from '../../src/miruo/segment-lines.js';
import { checkProperty } from '../support/property.js';

type Entry = readonly [number: number, text: string];

const MOST_BYTES = 30_000;

function add(lines: SegmentLines, row: number, [number, text]: Entry): void {
  // What lies behind the text is whatever was there before.
  const buffer = new Uint8Array(MOST_BYTES).fill(0x21);
  buffer.set(Buffer.from(text, 'latin1'));
  lines.add(row, number, buffer, text.length);
}

function entriesOf(lines: SegmentLines, row: number): Entry[] {
  const entries: Entry[] = [];
  const into = new Uint8Array(MOST_BYTES);
  lines.goToFirst(row);
  while (lines.number !== NO_LINES) {
    const { number } = lines;
    const bytes = lines.take(into);
    entries.push([number, Buffer.from(into.subarray(0, bytes)).toString('latin1')]);
  }
  return entries;
}

const textOf = (length: number, seed: number): string =>
  Array.from({ length }, (_, i) => String.fromCharCode((seed + i * 7) & 0xff)).join('');

describe('lines of segments', () => {
  it('are those of their session, in order, until it ends', (t: TestContext) => {
    const step = fc.record({
      row: fc.constantFrom(0, 1, 2, 1023, 1024, 70_000),
      length: fc.oneof(fc.nat(12), fc.integer({ min: 100, max: 130 }), fc.nat(MOST_BYTES)),
      isEnd: fc.nat(5).map((n) => n === 0),
    });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lines = new SegmentLines();
      const expected = new Map<number, Entry[]>();
      steps.forEach(({ row, length, isEnd }, i) => {
        if (isEnd) {
          lines.end(row);
          expected.delete(row);
        } else {
          const entry: Entry = [i === 0 ? 0xffff_fff0 : i * 3, textOf(length, i)];
          add(lines, row, entry);
          expected.set(row, [...(expected.get(row) ?? []), entry]);
        }
        assert.deepEqual(entriesOf(lines, row), expected.get(row) ?? []);
      });
      for (const row of [0, 1, 2, 1023, 1024, 70_000, 200_000]) {
        assert.deepEqual(entriesOf(lines, row), expected.get(row) ?? []);
      }
    });
    checkProperty(t, property, 150);
  });

  it('take memory that is used again when sessions have ended', () => {
    const lines = new SegmentLines();
    const text = textOf(3000, 1);
    const before = process.memoryUsage().arrayBuffers;
    // 600 MB of text, of which never more than 30 KB are kept.
    for (let round = 0; round < 20_000; round++) {
      for (let row = 0; row < 10; row++) lines.add(row, round, BYTES, text.length);
      for (let row = 0; row < 10; row++) lines.end(row);
    }
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 40 * 1024 * 1024, `${grown} bytes more`);
  });
});

const BYTES = new Uint8Array(3000);
