/** Which part of a run is said to be busy first. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { predict, predictBest, type ServiceTimes } from './scaling-model.js';

const TIMES: ServiceTimes = {
  readerPerPacket: 100,
  trackerPerPacket: 200,
  trackerPerForeignPacket: 0,
  mergerPerPacket: 20,
  readerPerTracker: 0,
  mergerPerTracker: 0,
  imbalance: 1,
};

describe('the model of scaling', () => {
  const cases: readonly [string, cores: number, trackers: number, weight: number, nsec: number, limit: string][] = [
    ['one tracker is slower than the reader', 16, 1, 1, 200, 'trackers'],
    ['three are not', 16, 3, 1, 100, 'reader'],
    ['heavier work needs more of them', 64, 7, 4, 800 / 7, 'trackers'],
    ['and has them', 64, 9, 4, 100, 'reader'],
    ['all cores are busy', 2, 3, 1, 160, 'cores'],
  ];
  for (const [what, cores, trackers, weight, nsec, limit] of cases) {
    it(what, () => {
      const predicted = predict(TIMES, cores, trackers, weight);
      assert.equal(predicted.limit, limit);
      assert.ok(Math.abs(predicted.packetsPerSec - 1e9 / nsec) < 1);
    });
  }

  it('the merger may be what is busy first', () => {
    assert.equal(predict({ ...TIMES, mergerPerPacket: 150 }, 16, 8, 1).limit, 'merger');
    assert.equal(predict({ ...TIMES, mergerPerTracker: 30 }, 16, 8, 1).limit, 'merger');
  });

  it('the fewest trackers are taken that are as fast as can be', () => {
    assert.equal(predictBest(TIMES, 64, 1).trackers, 2);
    assert.equal(predictBest(TIMES, 64, 8).trackers, 16);
    assert.equal(predictBest({ ...TIMES, imbalance: 1.5 }, 64, 8).trackers, 24);
    assert.equal(predictBest({ ...TIMES, readerPerTracker: 50 }, 64, 1).limit, 'reader');
  });
});
