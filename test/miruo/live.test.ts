/**
 * One session that is longer than what --live holds of it: where the bound lies, and what it changes.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { tcpFrame } from '../support/craft-frames.js';
import { writePcap } from '../support/pcap-naive.js';
import { runSingleThread, type SingleThreadResult } from '../support/single-thread.js';

const SYN = 0x02;
const ACK = 0x10;
const SIZE = 10;
const ENDS = { link: 'raw', ipVersion: 4, src: '10.0.0.1', dst: '10.0.0.2', sport: 4000, dport: 80 } as const;
const MOST_HELD = 65536;
const KEPT = 32767;

/** A SYN, then data segments 1 to `segments`, a millisecond each, and then those of `repeats` again, two seconds later. */
function sessionOf(segments: number, repeats: readonly number[]): Uint8Array {
  const packet = (number: number, ms: number): ModelPacket => {
    const seq = number === 0 ? 100 : 101 + SIZE * (number - 1);
    const kind = number === 0 ? { flags: SYN, payload: 0, ack: 0 } : { flags: ACK, payload: SIZE, ack: 7 };
    return { sec: 1000 + Math.floor(ms / 1000), nsec: (ms % 1000) * 1e6, ...tcpFrame({ ...ENDS, ...kind, seq }) };
  };
  const first = Array.from({ length: segments + 1 }, (_, number) => packet(number, number));
  const again = repeats.map((number, i) => packet(number, segments + 2000 + i));
  return writePcap([...first, ...again], { linkType: 101, nanosecond: true });
}

const run = (file: Uint8Array, options: Partial<MiruoOptions>): SingleThreadResult =>
  runSingleThread(file, { ...MIRUO_DEFAULTS, live: true, ...options }, { trackers: 1, blockBytes: 1 << 20 });

describe('a long session with --live', () => {
  it('is held whole up to the bound: repeats of the oldest segments are found', () => {
    const result = run(sessionOf(MOST_HELD - 3, [1, 2]), {});
    assert.equal(result.counters.retransmit, 2);
    assert.deepEqual([result.activeSegments, result.activeSegmentsMost], [MOST_HELD - 1, MOST_HELD - 1]);
  });

  it('loses its oldest segments beyond, and nothing of its lines', () => {
    const segments = MOST_HELD;
    // Held are the SYN, and as many of the newest as make up the rest.
    const oldestHeld = segments - (KEPT - 1) + 1;
    const result = run(sessionOf(segments, [1, oldestHeld - 1, oldestHeld, segments, 0]), {});
    assert.equal(result.counters.retransmit, 3);
    assert.equal(result.activeSegmentsMost, segments);
    assert.equal(result.activeSegments, KEPT - 1 + 5);
    const lines = result.stdout.trimEnd().split('\n');
    assert.equal(lines.length, segments + 1 + 5);
    assert.match(lines.at(-1)!, new RegExp(`^0001:${segments + 5} `));
  });

  it('is held whole with a limit of segments', () => {
    const result = run(sessionOf(MOST_HELD + 1000, [1]), { segmentLimit: 1_000_000 });
    assert.equal(result.counters.retransmit, 1);
    assert.equal(result.activeSegments, MOST_HELD + 1001);
  });
});
