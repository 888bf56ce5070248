/**
 * Symptoms, numbers of sessions and initial round trips against tshark, packet by packet, over generated captures that leave no rule untouched.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { P_NUMBER, P_SYMPTOMS } from '../../src/analysis/packet-record.js';
import { R_FIRST_NUMBER, R_INITIAL_RTT } from '../../src/analysis/session-record.js';
import { SYMPTOMS } from '../../src/analysis/symptoms.js';
import { analyse } from '../support/analysis-records.js';
import { missing } from '../support/programs.js';
import { seedOf } from '../support/property.js';
import { ACK, drawSegments, type Segment, SYN, segmentCapture } from '../support/segment-captures.js';
import { segmentsByTshark } from '../support/tshark-symptoms.js';

const CAPTURES = process.env.TCPLOOM_ALL_CAPTURES === '1' ? 12 : 2;
const SESSIONS = 150;
const PACKETS = 40;

/** In each session one segment whose numbers are about half of 2^32 from those of before. */
function segmentsHalfRound(): Segment[] {
  const ISN = 1000;
  const common = { window: 1000, length: 0, options: [] };
  const offsets = [-1, 0, 1].map((offset) => ISN + 1 + 2 ** 31 + offset);
  const numbers = [...offsets.map((seq) => ({ seq, ack: ISN + 1 })), ...offsets.map((ack) => ({ seq: ISN + 1, ack }))];
  return numbers.flatMap((last, index) => {
    const of = { ...common, session: index + 1 };
    const nsec = 1_700_000_000_000_000_000n + 1_000_000n * BigInt(index);
    return [
      { ...of, side: 0, nsec, seq: ISN, ack: 0, flags: SYN },
      { ...of, side: 1, nsec: nsec + 1000n, seq: ISN, ack: ISN + 1, flags: SYN | ACK },
      { ...of, side: 0, nsec: nsec + 2000n, seq: ISN + 1, ack: ISN + 1, flags: ACK },
      { ...of, ...last, side: 0, nsec: nsec + 3000n, flags: ACK, length: 100 },
      { ...of, side: 1, nsec: nsec + 4000n, seq: ISN + 1, ack: last.seq, flags: ACK },
    ];
  });
}

describe('numbers half of 2^32 apart', { skip: missing('tshark') }, () => {
  it('come after each other as for tshark', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tcploom-symptoms-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = segmentCapture(segmentsHalfRound());
    const path = join(folder, 'segments.pcap');
    writeFileSync(path, file);
    const symptoms = new Map(analyse(file, 1, {}, 1 << 17).packets.map((f) => [f[P_NUMBER], f[P_SYMPTOMS]]));
    const expected = segmentsByTshark(path, 1).map(({ number, symptoms: set }) => [number, namesOf(set)]);
    assert.deepEqual(
      expected.map(([number]) => [number, namesOf(symptoms.get(Number(number)) ?? 0)]),
      expected,
    );
  });
});

describe('generated captures', { skip: missing('tshark') }, () => {
  it('have the symptoms that tshark says', (t) => {
    const seed = seedOf(t);
    const folder = mkdtempSync(join(tmpdir(), 'tcploom-symptoms-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const found = new Set<number>();
    for (let capture = 0; capture < CAPTURES; capture++) {
      const segments = drawSegments(seed + capture, SESSIONS, PACKETS);
      const file = segmentCapture(segments);
      const path = join(folder, 'segments.pcap');
      writeFileSync(path, file);
      const seen = segmentsByTshark(path, 1);
      const { sessions, packets } = analyse(file, 1 + (capture % 3), {}, 1 << 17);
      const symptoms = new Map(packets.map((fields) => [fields[P_NUMBER], fields[P_SYMPTOMS]]));
      for (const { number, symptoms: expected } of seen) {
        const told = symptoms.get(number) ?? 0;
        if (told !== expected) {
          const session = segments[number - 1].session;
          const shown = segments.map((segment, index) => ({ number: index + 1, ...segment }));
          const course = shown.filter((segment) => segment.session === session && segment.number <= number);
          const lines = course.map(
            (segment) => `${Object.values(segment).join(' ')} ${namesOf(seen[segment.number - 1].symptoms)}`,
          );
          assert.fail(
            `packet ${number} of ${seed + capture}: ${namesOf(told)}, not ${namesOf(expected)}\n${lines.join('\n')}`,
          );
        }
        for (const [bit] of SYMPTOMS.entries()) if ((told & (1 << bit)) !== 0) found.add(bit);
      }
      const firsts = new Map<number, number>();
      for (const { number, stream } of seen) if (!firsts.has(stream)) firsts.set(stream, number);
      assert.deepEqual(
        sessions.map((fields) => fields[R_FIRST_NUMBER]),
        [...firsts.values()],
      );
      const rtts = new Map(seen.filter(({ initialRtt }) => initialRtt !== '').map((packet) => [packet.stream, packet]));
      for (const [number, { initialRtt }] of rtts) {
        const told = (sessions[number][R_INITIAL_RTT] / 1e9).toFixed(9);
        assert.equal(told, initialRtt, `initial round trip of session ${number} of ${seed + capture}`);
      }
    }
    assert.equal(found.size, SYMPTOMS.length, 'every symptom occurs');
  });
});

const namesOf = (bits: number): string => SYMPTOMS.filter((_, bit) => (bits & (1 << bit)) !== 0).join(' ') || 'nothing';
