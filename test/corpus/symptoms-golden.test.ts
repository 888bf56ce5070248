/**
 * Symptoms of segments as tshark marks them: count and numbers of packets, of every row of the table of references, without
 * exception. The table does not have all that there are; what has no row is compared with tshark itself in sessions-tshark.test.ts.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Symptom } from '../../src/analysis/symptoms.js';
import { type AnalysedCapture, analyseFile, packetsWith } from '../support/analysis-records.js';
import { capturePath, corpusMissing, symptomRows } from '../support/corpus.js';

const skip = corpusMissing;

function check(capture: string, analysed: AnalysedCapture): void {
  const found = packetsWith(analysed.packets);
  const rows = symptomRows().filter((row) => row.capture === capture);
  assert.ok(rows.length > 0);
  for (const { symptom, count, sha256 } of rows) {
    const numbers = found.get(symptom as Symptom) ?? [];
    const digest = createHash('sha256').update(numbers.join(',')).digest('hex');
    assert.deepEqual({ count: numbers.length, digest }, { count, digest: sha256 }, `${capture} ${symptom}`);
  }
}

describe('symptoms', { skip }, () => {
  const captures = skip ? [] : [...new Set(symptomRows().map((row) => row.capture))];

  it('are those of the references', () => {
    let rows = 0;
    for (const capture of captures) {
      check(capture, analyseFile(capturePath(capture)));
      rows++;
    }
    assert.ok(rows > 50);
  });

  it('are the same with three trackers, as are the records of sessions', () => {
    for (const capture of captures) {
      const path = capturePath(capture);
      assert.deepEqual(analyseFile(path, 3), analyseFile(path, 1), capture);
    }
  });
});
