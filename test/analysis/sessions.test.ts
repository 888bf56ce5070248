/**
 * Records of sessions by small captures made for one rule each: those that the corpus does not reach.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CLOSED_BY,
  ofSide,
  R_AMBIGUOUS,
  R_CLOSED_BY,
  R_GUESSED,
  R_SILENCE,
  R_SRC_PORT,
  R_SYN_TO_SYNACK,
  R_SYNACK_TO_ACK,
  S_DUPLICATES,
  S_MSS,
  S_PACKETS,
  S_RTT_MAX,
  S_RTT_MEAN,
  S_RTT_MIN,
  S_RTT_SAMPLES,
  S_SACK_PERMITTED,
  S_UNIQUE_BYTES,
  S_WINDOW_MAX,
  S_WINDOW_MIN,
  S_WINDOW_SCALE,
} from '../../src/analysis/session-record.js';
import { analyse, type Fields } from '../support/analysis-records.js';
import { ACK, FIN, RST, type Segment, SYN, segmentCapture } from '../support/segment-captures.js';

const START = 1_700_000_000_000_000_000n;
const SECOND = 1_000_000_000n;
type Form = Partial<Segment> & { atMs?: number };

/** A segment at so many milliseconds; of side 0 unless it says otherwise. */
const segment = ({ atMs = 0, ...form }: Form): Segment => ({
  ...{ session: 1, side: 0, seq: 100, ack: 500, flags: ACK, window: 1000, length: 0 },
  nsec: START + (BigInt(atMs) * SECOND) / 1000n,
  ...form,
});
const sessionsOf = (forms: readonly Form[], dedup = false): readonly Fields[] =>
  analyse(segmentCapture(forms.map(segment)), 1, { dedup }).sessions;
/** Sessions that are forgotten as soon as they are over by time. */
const forgottenOf = (forms: readonly Form[]): readonly Fields[] =>
  analyse(segmentCapture(forms.map(segment)), 1, { rememberedPackets: 0 }).sessions;
const closings = (sessions: readonly Fields[]): string[] => sessions.map((fields) => CLOSED_BY[fields[R_CLOSED_BY]]);
const other = (ms: number): Form => ({ session: 9, atMs: ms });

const HANDSHAKE: readonly Form[] = [
  { flags: SYN, seq: 99, ack: 0, options: [2, 4, 5, 180, 4, 2, 1, 1, 1, 3, 3, 2], window: 7000 },
  { side: 1, flags: SYN | ACK, seq: 499, ack: 100, options: [2, 4, 2, 0, 1, 3, 3, 1], atMs: 30 },
  { atMs: 50 },
];

describe('a session', () => {
  it('tells what its SYNs and its opening say', () => {
    const [fields] = sessionsOf([...HANDSHAKE, { side: 1, seq: 500, ack: 100, atMs: 60, window: 300 }]);
    assert.equal(fields[R_SYN_TO_SYNACK], 30e6);
    assert.equal(fields[R_SYNACK_TO_ACK], 20e6);
    assert.equal(fields[R_AMBIGUOUS], 0);
    assert.equal(fields[R_SILENCE], 30e6);
    const values = (field: number): number[] => [fields[ofSide(0, field)], fields[ofSide(1, field)]];
    assert.deepEqual(values(S_MSS), [1460, 512]);
    assert.deepEqual(values(S_WINDOW_SCALE), [2, 1]);
    assert.deepEqual(values(S_SACK_PERMITTED), [1, 0]);
    assert.deepEqual(values(S_WINDOW_MIN), [4000, 600]);
    assert.deepEqual(values(S_WINDOW_MAX), [4000, 600]);
  });

  it('is of who sent a SYN, got a SYN-ACK, or has the higher port', () => {
    const ports = (forms: readonly Form[]): number[] =>
      sessionsOf(forms).flatMap((fields) => [fields[R_SRC_PORT], fields[R_GUESSED]]);
    assert.deepEqual(ports([{ side: 1, flags: SYN }, { side: 0 }]), [80, 0]);
    assert.deepEqual(ports([{ side: 0, flags: SYN | ACK }, { side: 1 }]), [80, 0]);
    assert.deepEqual(ports([{ side: 1 }, { side: 0 }]), [40_000, 1]);
  });

  it('counts each byte of payload once, in whatever order', () => {
    const at = (seq: number, length: number): Form => ({ seq, length });
    const unique = (...forms: Form[]): number => sessionsOf(forms)[0][ofSide(0, S_UNIQUE_BYTES)];
    assert.equal(unique(at(100, 100), at(100, 100), at(150, 100)), 150);
    assert.equal(unique(at(100, 100), at(400, 100), at(250, 50), at(200, 200), at(0, 50), at(40, 100)), 500);
    assert.equal(unique(at(0xffffff00, 0x80), at(0x80, 0x80), at(0xffffff00, 0x200)), 0x200);
  });

  it('times every segment until it is acknowledged, but none that was sent again', () => {
    const [fields] = sessionsOf([
      { seq: 100, length: 10 },
      { seq: 110, length: 10, atMs: 10 },
      { side: 1, ack: 120, seq: 500, atMs: 40 },
      { seq: 120, length: 10, atMs: 50 },
      { seq: 130, length: 10, atMs: 51 },
      { seq: 120, length: 10, atMs: 300 },
      { side: 1, ack: 140, seq: 500, atMs: 310 },
    ]);
    const values = [S_RTT_SAMPLES, S_RTT_MIN, S_RTT_MEAN, S_RTT_MAX].map((field) => fields[ofSide(0, field)]);
    assert.deepEqual(values, [2, 30e6, 35e6, 40e6]);
  });

  it('counts capture duplicates, and leaves them out if asked to', () => {
    const twice: Form[] = [{ id: 7 }, { id: 7, atMs: 1 }, { id: 8, seq: 101 }, { id: 7, atMs: 1 }, { id: 7, atMs: 3 }];
    const figures = (dedup: boolean): number[] =>
      [S_DUPLICATES, S_PACKETS].map((field) => sessionsOf(twice, dedup)[0][ofSide(0, field)]);
    assert.deepEqual(figures(false), [2, 5]);
    assert.deepEqual(figures(true), [2, 3]);
  });
});

describe('the end of a session', () => {
  const FINS: readonly Form[] = [
    { flags: FIN | ACK },
    { side: 1, flags: FIN | ACK, seq: 500, ack: 101, atMs: 1 },
    { seq: 101, ack: 501, atMs: 2 },
  ];

  it('is how it was closed', () => {
    assert.deepEqual(closings(sessionsOf(FINS)), ['fin']);
    assert.deepEqual(closings(sessionsOf([...FINS, { flags: RST, seq: 101, atMs: 3 }])), ['fin']);
    assert.deepEqual(closings(sessionsOf([{}, { side: 1, flags: RST, atMs: 1 }])), ['rst']);
    assert.deepEqual(closings(sessionsOf([{}])), ['end of capture']);
    assert.deepEqual(closings(sessionsOf([{ flags: SYN }, { flags: SYN, seq: 9, atMs: 1 }])), [
      'port reuse',
      'end of capture',
    ]);
  });

  it('leaves late packets to a closed one for a minute', () => {
    const late = (ms: number): number => forgottenOf([...FINS, other(ms), { seq: 101, ack: 501, atMs: ms }]).length;
    assert.equal(late(60_000), 2);
    assert.equal(late(61_000), 3);
  });

  it('comes to an unanswered SYN after 75 s, to others after an hour', () => {
    const later = (form: Form, ms: number): string[] => closings(forgottenOf([form, other(ms), { ...form, atMs: ms }]));
    assert.deepEqual(later({ flags: SYN }, 75_000), ['end of capture', 'end of capture']);
    assert.deepEqual(later({ flags: SYN }, 76_000), ['timeout', 'end of capture', 'end of capture']);
    assert.deepEqual(later({}, 3_600_000), ['end of capture', 'end of capture']);
    assert.deepEqual(later({}, 3_601_000), ['timeout', 'end of capture', 'end of capture']);
  });

  it('comes no sooner than after so many packets of the whole run', () => {
    const HOUR_MS = 3_600_000;
    assert.deepEqual(closings(sessionsOf([...FINS, other(2 * HOUR_MS), { seq: 101, atMs: 3 * HOUR_MS }])), [
      'fin',
      'end of capture',
    ]);
    // A session, so many packets of another one in a second or two later, a tick, and the session once more.
    const forms = (between: number, stepMs: number): Form[] => [
      ...FINS,
      ...Array.from({ length: between }, (_, i) => other(100_000 + i * stepMs)),
      other(2 * HOUR_MS),
      { seq: 101, ack: 501, atMs: 2 * HOUR_MS },
    ];
    const rememberedPackets = 2000;
    const capture = (between: number, stepMs: number): Uint8Array =>
      segmentCapture(forms(between, stepMs).map(segment));
    const count = (between: number, stepMs: number, trackers = 1, blockBytes = 1 << 20): number =>
      analyse(capture(between, stepMs), trackers, { rememberedPackets }, blockBytes).sessions.length;
    // The other session is older than an hour when the tick comes, but had packets.
    assert.equal(count(1990, 1), 2);
    assert.equal(count(2260, 1), 3);
    assert.equal(count(1990, 100), 2);
    assert.equal(count(2260, 100), 3);
    for (const trackers of [1, 2, 3]) {
      for (const blockBytes of [1 << 12, 1 << 14]) {
        const alone = analyse(capture(5000, 400), 1, { rememberedPackets });
        assert.deepEqual(analyse(capture(5000, 400), trackers, { rememberedPackets }, blockBytes), alone);
      }
    }
  });
});
