/**
 * Every reference output of the original tcpeek is reproduced byte for byte, by the product's parts for any number of trackers, and by
 * the command with its threads.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { COUNTS } from '../../src/tcpeek/counts.js';
import { namedFilters } from '../../src/tcpeek/options.js';
import { SESSION_HEAD } from '../../src/tcpeek/session-head.js';
import { renderSummary } from '../../src/tcpeek/summary.js';
import { capturePath, corpusMissing } from '../support/corpus.js';
import { tcploom } from '../support/launch.js';
import { commandArguments, productOptions } from '../support/peek-options.js';
import { normalised, type PeekRow, peekRows, sha256Of } from '../support/peek-rows.js';
import { contentOf, runSingleThread, type SingleThreadForm } from '../support/single-thread.js';

const FORMS: readonly SingleThreadForm[] = [
  { trackers: 1, blockBytes: 1 << 20 },
  { trackers: 2, blockBytes: 512 * 1024, oneRecordBlocks: true },
  { trackers: 3, blockBytes: 64 * 1024 },
  { trackers: 8, blockBytes: 64 * 1024, firstCounter: 2 ** 31 - 8 },
];
const MIRUO = { ...MIRUO_DEFAULTS, classic: true };
/** Of the rows, this many are run as a user does. */
const COMMAND_STEP = 30;

/** Head, lines and summary that the product's parts give. */
function partsText({ capture, options }: PeekRow, form: SingleThreadForm): string {
  const tcpeek = productOptions(options);
  const { handshakes } = runSingleThread(contentOf(capturePath(capture)), MIRUO, { ...form, tcpeek });
  const { lines, counts, clock } = handshakes;
  const summary = renderSummary({
    first: clock?.first,
    latest: clock?.latest,
    filters: namedFilters(tcpeek).map(({ name }, index) => ({
      name,
      counts: counts.slice(COUNTS * index, COUNTS * (index + 1)),
    })),
    packets: { received: clock?.packets ?? 0, dropped: 0, droppedByInterface: 0 },
    hasUnreach: tcpeek.icmp,
  });
  return `${lines === '' ? '' : SESSION_HEAD}${lines}${summary}`;
}

describe('reference outputs of tcpeek', { skip: corpusMissing }, () => {
  const rows = corpusMissing ? [] : peekRows();

  for (const set of ['rx', 'tx', 'cksum']) {
    for (const form of FORMS) {
      test(`option set ${set}, ${JSON.stringify(form)}`, (t) => {
        const chosen = rows.filter((row) => row.set === set);
        const different = chosen.filter((row) => sha256Of(normalised(partsText(row, form))) !== row.sha256);
        t.diagnostic(`${chosen.length} captures compared`);
        assert.deepEqual(
          different.map(({ capture }) => capture),
          [],
        );
        assert.ok(chosen.length >= 61, 'too little was compared');
      });
    }
  }

  rows.forEach((row, index) => {
    if (index % COMMAND_STEP !== 0) return;
    test(`the command, option set ${row.set}, ${row.capture}`, async () => {
      const args = ['tcpeek', '-r', capturePath(row.capture), ...commandArguments(row.options)];
      const usual = await tcploom(args);
      assert.equal(sha256Of(normalised(usual.stdout + usual.stderr)), row.sha256);
      for (const workers of ['1', '2', '3', '8']) {
        assert.deepEqual(await tcploom([...args, '--workers', workers]), usual, `${workers} workers`);
      }
    });
  });
});
