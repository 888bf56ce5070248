/**
 * Handshakes of the product's parts against the naive model: drawn packets, any number of shards, any cutting into blocks.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import type { ModelPacket } from '../model/model-packets.js';
import { type PeekModelOptions, tcpeekModel } from '../model/tcpeek-model.js';
import { pcapOfCase, peekCases } from '../support/craft-handshakes.js';
import { productOptions } from '../support/peek-options.js';
import { checkProperty } from '../support/property.js';
import { runSingleThread, type SingleThreadForm } from '../support/single-thread.js';

const FORMS: readonly SingleThreadForm[] = [
  { trackers: 1, blockBytes: 1 << 16 },
  { trackers: 2, blockBytes: 1 << 16, oneRecordBlocks: true },
  { trackers: 3, blockBytes: 1 << 16, firstCounter: 0x7ffffff0 },
  { trackers: 8, blockBytes: 1 << 16, oneRecordBlocks: true },
];

const NOTES: readonly (readonly [RegExp, string])[] = [
  [/sequence error/, 'sequence error'],
  [/Duplicate connection/, 'duplicate connection'],
  [/ IP checksum/, 'IP checksum'],
  [/TCP checksum/, 'TCP checksum'],
  [/ICMP checksum/, 'ICMP checksum'],
];

const kindOf = (note: string): string => NOTES.find(([pattern]) => pattern.test(note))?.[1] ?? note;
const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const nanoseconds = (moment: { sec: number; nsec: number } | undefined): bigint =>
  moment === undefined ? 0n : BigInt(moment.sec) * 1_000_000_000n + BigInt(moment.nsec);

/** What the product makes of a capture, in the model's terms. */
function compare(packets: readonly ModelPacket[], options: PeekModelOptions, file: Uint8Array): void {
  const model = tcpeekModel([...packets], options);
  const tcpeek = productOptions(options);
  const expected = {
    lines: model.lines,
    notes: model.notes.map(({ what }) => what),
    counts: model.filters.flatMap(({ counts }) => [...counts]),
    received: model.received,
    first: model.firstNs,
    latest: model.latestNs,
  };
  for (const form of FORMS) {
    const miruo = { ...MIRUO_DEFAULTS, classic: options.classic };
    const { handshakes } = runSingleThread(file, miruo, { ...form, tcpeek });
    const { lines, notes, counts, clock } = handshakes;
    const actual = {
      lines: linesOf(lines),
      notes: linesOf(notes).map(kindOf),
      counts,
      received: clock?.packets,
      first: nanoseconds(clock?.first),
      latest: nanoseconds(clock?.latest),
    };
    assert.deepEqual(actual, expected, JSON.stringify(form));
  }
}

describe('handshakes against the model', () => {
  it('drawn ones', (t: TestContext) => {
    const property = fc.property(peekCases(160), (drawn) => {
      compare(drawn.packets, drawn.options, pcapOfCase(drawn));
    });
    checkProperty(t, property, 400);
  });
});
