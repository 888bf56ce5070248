/**
 * What is drawn to compare trackers with the model meets every rule of the model, so that no rule goes uncompared.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PEEK_MODEL_DEFAULTS, peekText, tcpeekModel } from '../model/tcpeek-model.js';
import { playHandshakes } from '../support/craft-handshake-playing.js';
import { handshakePlans, pcapOfCase, peekCaseOf, peekCases } from '../support/craft-handshakes.js';
import { readPcap } from '../support/pcap-naive.js';
import { checkProperty } from '../support/property.js';

const SEEDS = 300;

/** Of `tcpeek-states.ts` and `tcpeek-model.ts`. */
const RULES = [
  ...['opens a session', 'SYN with ECE or CWR', 'repeated SYN', 'SYN of the other side', 'SYN/ACK', 'repeated SYN/ACK'],
  ...['duplicate connection: wrong ack from LISTEN', 'duplicate connection: other numbers'],
  ...['duplicate connection: after SYN/ACK', 'SYN/ACK of one that sent a SYN', 'sequence error: SYN/ACK from LISTEN'],
  ...[
    'sequence error: SYN/ACK from SYN_SENT',
    'sequence error: SYN/ACK from SYN_RECV',
    'sequence error: ACK from LISTEN',
  ],
  ...['sequence error: ACK from SYN_SENT', 'sequence error: ACK from SYN_RECV', 'ACK establishes from SYN_SENT'],
  ...['ACK establishes from SYN_RECV', 'RST', 'RST+ACK', 'FIN', 'other flags', 'of no session', 'excluded by a filter'],
  ...['matches no filter', 'counts in several filters', 'of an address with itself', 'unreachable, of no session'],
  ...['IP checksum', 'TCP checksum', 'ICMP checksum', 'not received', 'received, not looked at', 'time goes back'],
  ...['several time-outs at a tick', 'ends before it began'],
  ...['success', 'timeout', 'reject', 'unreach', 'unknown'],
];

describe('drawn handshakes', () => {
  for (const classic of [false, true]) {
    test(`meet every rule ${classic ? 'of the original' : 'of the model'}`, () => {
      const hits = new Map<string, number>();
      for (let seed = 0; seed < SEEDS; seed++) {
        const { packets, options } = peekCaseOf(seed);
        for (const [rule, count] of tcpeekModel(packets, { ...options, classic }).rules) {
          hits.set(rule, (hits.get(rule) ?? 0) + count);
        }
      }
      assert.deepEqual(
        RULES.filter((rule) => !hits.has(rule)),
        [],
      );
      // And no rule is missing in the list.
      assert.deepEqual(
        [...hits.keys()].filter((rule) => !RULES.includes(rule)),
        [],
      );
    });
  }

  test('are the same for the same seed, and outlast a file', () => {
    const drawn = peekCaseOf(7);
    assert.deepEqual(peekCaseOf(7), drawn);
    const { packets, damaged } = readPcap(pcapOfCase(drawn));
    assert.equal(damaged, false);
    assert.deepEqual(packets, drawn.packets);
  });

  test('have right checksums where none is made wrong', () => {
    const plans = fc.sample(handshakePlans(40), { seed: 1, numRuns: 100 });
    const packets = plans.flatMap(({ steps, ...plan }) =>
      playHandshakes({ ...plan, steps: steps.map((step) => ({ ...step, form: 'plain' })) }),
    );
    const { notes, rules } = tcpeekModel(packets, { ...PEEK_MODEL_DEFAULTS, checksums: 2, icmp: true });
    assert.deepEqual(
      notes.filter(({ what }) => what.endsWith('checksum')),
      [],
    );
    assert.ok((rules.get('unreach') ?? 0) > 0 && (rules.get('success') ?? 0) > 0);
  });

  test('have counts that agree with their lines', (t) => {
    checkProperty(
      t,
      fc.property(peekCases(), ({ packets, options }) => {
        const { lines, filters, ...result } = tcpeekModel(packets, { ...options, quiet: false, unfinished: true });
        const ended = lines.filter((line) => !line.includes('(unknown)')).length;
        for (const { counts } of filters) {
          const [success, dupSyn, dupSynAck, failure, timeout, reject, unreach] = counts;
          assert.ok(dupSyn <= success && dupSynAck <= success && success + failure <= ended);
          assert.equal(failure, timeout + reject + unreach);
          if (filters.length === 1) assert.equal(success + failure, ended);
        }
        assert.ok(result.received <= packets.length && result.firstNs <= result.latestNs);
        const text = peekText({ lines, filters, ...result }, options.icmp).split('\n');
        assert.equal(text.filter((line) => line.includes(' | ') && !line.includes('TIMESTAMP')).length, lines.length);
      }),
    );
  });
});
