/**
 * Segments in fragments: each is one of its session when its datagram is complete, with the number and the wire length of the frame that completes it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ANALYSIS_DEFAULTS } from '../../src/analysis/options.js';
import {
  ofSide,
  R_LAST_NUMBER,
  R_SRC_PORT,
  S_FRAGMENTS,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_SNAPPED,
  S_WIRE_BYTES,
} from '../../src/analysis/session-record.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import type { ModelPacket } from '../model/model-packets.js';
import { analyse, analyseFile, type Fields } from '../support/analysis-records.js';
import { tcpFrame } from '../support/craft.js';
import { writePcap } from '../support/pcap-naive.js';
import { contentOf, runSingleThread } from '../support/single-thread.js';

const FRAGMENTS = 'datasets/fragments.pcap';
const FIELDS = [S_PACKETS, S_WIRE_BYTES, S_PAYLOAD_BYTES, S_FRAGMENTS, S_SNAPPED];

const figures = (fields: Fields): number[] =>
  [0, 1].flatMap((side) => FIELDS.map((field) => fields[ofSide(side, field)]));

/** The pieces of an IPv4 segment with `payload` bytes over the raw link layer, cut at those bytes of the datagram (multiples of 8). */
function pieces(id: number, seq: number, payload: number, cuts: readonly number[]): Uint8Array[] {
  const ends = { src: '10.0.0.1', dst: '10.0.0.2', sport: 4000, dport: 80 };
  const { captured } = tcpFrame({ link: 'raw', ipVersion: 4, ...ends, seq, ack: 1, flags: 0x10, payload } as never);
  const data = captured.subarray(20);
  return [0, ...cuts].map((from, i) => {
    const to = cuts[i] ?? data.length;
    const piece = Buffer.concat([captured.subarray(0, 20), data.subarray(from, to)]);
    piece.writeUInt16BE(piece.length, 2);
    piece.writeUInt16BE(id, 4);
    piece.writeUInt16BE((i < cuts.length ? 0x2000 : 0) | (from >> 3), 6);
    return piece;
  });
}

const captureOf = (frames: readonly Uint8Array[]): Uint8Array =>
  writePcap(
    frames.map(
      (captured, i): ModelPacket => ({
        ...{ sec: 1_700_000_000, nsec: i },
        captured,
        wireLength: captured.length,
        linkType: 101,
      }),
    ),
    { linkType: 101, nanosecond: true },
  );

/** Packets, wire bytes, payload bytes, fragments and snapped packets of the only session's sender, and its last packet. */
function sender(frames: readonly Uint8Array[]): number[] {
  const { sessions } = analyse(captureOf(frames));
  assert.equal(sessions.length, 1);
  return [...figures(sessions[0]).slice(0, FIELDS.length), sessions[0][R_LAST_NUMBER]];
}

const [A, B, C] = pieces(7, 100, 1000, [400, 800]);

describe('segments in fragments', () => {
  it('are those of tshark', () => {
    // From tshark -z conv,tcp and tcp.len; of the first session a datagram has not its whole TCP header in its first fragment.
    const expected = new Map([
      [53854, [6, 489, 85, 0, 0, 3, 206, 0, 0, 0]],
      [53866, [7, 625, 155, 0, 0, 5, 610, 1928, 5, 0]],
      [53882, [18, 1337, 81, 0, 0, 17, 6434, 19_128, 41, 0]],
    ]);
    const { sessions } = analyseFile(FRAGMENTS);
    assert.deepEqual(new Map(sessions.map((fields) => [fields[R_SRC_PORT], figures(fields)])), expected);
  });

  it('are the same in any blocks, with any trackers, and beside the counts of traffic', () => {
    const alone = analyseFile(FRAGMENTS).sessions;
    const analysis = ANALYSIS_DEFAULTS;
    for (const trackers of [1, 2, 3]) {
      for (const traffic of [undefined, { protocols: [], flowTimeoutSec: 100 }]) {
        const form = { trackers, blockBytes: 1 << 12, oneRecordBlocks: true, analysis, traffic };
        const { records } = runSingleThread(contentOf(FRAGMENTS), MIRUO_DEFAULTS, form);
        const found = records.map(({ fields }) => figures(fields)).sort();
        assert.deepEqual(found, alone.map(figures).sort());
      }
    }
  });

  it('come with the frame that completes them, in whatever order', () => {
    const [whole] = pieces(8, 1100, 10, []);
    assert.deepEqual(sender([A, B, C]), [1, C.length, 1000, 3, 0, 3]);
    assert.deepEqual(sender([A, C, B]), [1, B.length, 1000, 3, 0, 3]);
    assert.deepEqual(sender([A, B, B, A, C]), [1, C.length, 1000, 5, 0, 5]);
    assert.deepEqual(sender([A, whole, B, C]), [2, C.length + whole.length, 1010, 3, 0, 4]);
    assert.deepEqual(sender([C, B, A]), [1, A.length, 1000, 3, 0, 3]);
    assert.deepEqual(sender([A, B, C, C, whole]), [2, C.length + whole.length, 1010, 3, 0, 5]);
  });

  it('are none without the rest, but their fragments count', () => {
    const [whole] = pieces(8, 1100, 10, []);
    assert.deepEqual(analyse(captureOf([A, B])).sessions, []);
    assert.deepEqual(sender([A, B, whole]), [1, whole.length, 10, 2, 0, 3]);
    // Another datagram with the same identification.
    const [D] = pieces(7, 9000, 500, [400]);
    assert.deepEqual(sender([whole, A, B, D, C]), [1, whole.length, 10, 2 + 2, 0, 1]);
  });

  it('are given up when too many others are waited for, the oldest first', () => {
    const firsts = Array.from({ length: 1024 }, (_, i) => pieces(1000 + i, 5000, 1000, [400])[0]);
    const [whole] = pieces(8, 1100, 10, []);
    assert.equal(sender([whole, A, B, ...firsts.slice(1), C])[0], 2);
    assert.deepEqual(sender([whole, A, B, ...firsts, C]).slice(0, 4), [1, whole.length, 10, 1024 + 2]);
  });
});
