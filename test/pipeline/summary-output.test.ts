/**
 * Sessions that are summed up in a thread: they come to what they come to here.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECORD_CONNECTION, RECORD_SESSION } from '../../src/analysis/events.js';
import { SummaryOutput } from '../../src/pipeline/summary-output.js';
import { ThreadFailure, Threads } from '../../src/pipeline/threads.js';
import { tableOf } from '../../src/records/formats.js';
import { MappedAddresses } from '../../src/records/mapped-addresses.js';
import { FiguresRenderer } from '../../src/summary/figures-renderer.js';
import type { SummaryPlan } from '../../src/summary/selector.js';
import { AddressMapper } from '../../src/text/crypto-pan.js';
import { DRAWN_INPUTS, type DrawnRecord, drawRecord, numbersFrom } from '../support/draw-records.js';

const TABLE = tableOf(RECORD_SESSION);
const PLAN: SummaryPlan = {
  groups: [[{ column: 'file', comparison: '=', value: DRAWN_INPUTS[1] }]],
  examples: [{ group: 1, by: 'duration', most: 5 }],
};
const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);

function draw(count: number): DrawnRecord[] {
  const next = numbersFrom(count);
  return Array.from({ length: count }, (_, number) => drawRecord(TABLE, next, number));
}

/** Runs `work` with threads that are all ended afterwards. */
async function withThreads(work: (threads: Threads) => Promise<void>): Promise<void> {
  const threads = new Threads(1, 2);
  try {
    await work(threads);
    await threads.end();
  } catch (error) {
    throw await threads.abort(error);
  }
}

describe('sessions that are summed up in a thread', () => {
  for (const key of [undefined, KEY]) {
    it(`come to the same as here${key === undefined ? '' : ', with other addresses'}`, async () => {
      const records = draw(1500);
      const plain = new FiguresRenderer(PLAN);
      const here = key === undefined ? plain : new MappedAddresses(TABLE, new AddressMapper(key), plain);
      DRAWN_INPUTS.forEach((name, index) => {
        here.name(index + 1, name);
      });
      for (const { fields, text } of records) here.add(fields, text);
      here.end();
      await withThreads(async (threads) => {
        const output = new SummaryOutput(PLAN, key);
        output.start(threads);
        DRAWN_INPUTS.forEach((name, index) => {
          output.noteInput(name, index + 1);
        });
        for (const { fields, text } of records) {
          output.add(RECORD_SESSION, fields, text);
          output.add(RECORD_CONNECTION, fields, text);
          if (output.isFull) await output.ready();
        }
        assert.equal(output.figures, undefined);
        await output.finish();
        const expected = JSON.parse(Buffer.from(here.take()).toString());
        assert.ok(expected.examples[0].length === 5);
        assert.deepEqual(output.figures, expected);
      });
    });
  }

  it('end with a plan that cannot be', async () => {
    await withThreads(async (threads) => {
      const output = new SummaryOutput({ groups: [[{ column: 'x', comparison: '=', value: '' }]], examples: [] });
      output.start(threads);
      await assert.rejects(output.failed, ThreadFailure);
      await assert.rejects(output.finish(), ThreadFailure);
    });
  });
});
