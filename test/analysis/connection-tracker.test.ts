/**
 * When a connection is over and the next one begins, whose it is, what is told of it and in which order.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  C_INPUT,
  C_NSEC,
  C_ORIG_PACKETS,
  C_RESP_PACKETS,
  C_SEC,
  C_VLAN,
} from '../../src/analysis/connection-record.js';
import {
  CONNECTION_ROW_WORDS,
  countPacket,
  ipBytesOf,
  packetsOf,
  secAfter,
} from '../../src/analysis/connection-row.js';
import { RECORD_NUMBER } from '../../src/analysis/events.js';
import { ANALYSIS_DEFAULTS, type AnalysisOptions } from '../../src/analysis/options.js';
import { nsecSince } from '../../src/analysis/session-row.js';
import { KEY_WORDS } from '../../src/flow/session-table.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { decode, type ModelPacket } from '../model/model-packets.js';
import { type Ends, scriptPackets } from '../support/connection-play.js';
import { type ConnectionRow, connectionRows } from '../support/connection-rows.js';
import { fastCheckTraffic, tcpFrame } from '../support/craft.js';
import { writePcap } from '../support/pcap-naive.js';
import { checkProperty } from '../support/property.js';
import { runSingleThread, type ToldRecord } from '../support/single-thread.js';

const OPEN = '>S <SA >A';
const CLOSE = '>FA <FA >A';
/** What makes the clock tick on: a connection of others. */
const OTHERS: Ends = { src: '10.9.9.9', dst: '10.9.9.8', sport: 1111, dport: 2222 };

function records(
  packets: readonly ModelPacket[],
  options: Partial<AnalysisOptions> = {},
  trackers = 1,
): readonly ToldRecord[] {
  const file = writePcap(packets, { linkType: packets[0]?.linkType ?? 101, nanosecond: true });
  const analysis = { ...ANALYSIS_DEFAULTS, sessions: false, connections: true, ...options };
  return runSingleThread(file, MIRUO_DEFAULTS, { trackers, blockBytes: 1 << 16, analysis }).records;
}

const rows = (packets: readonly ModelPacket[], options: Partial<AnalysisOptions> = {}): ConnectionRow[] =>
  connectionRows(records(packets, options));

const byTime = (packets: readonly ModelPacket[]): ModelPacket[] =>
  [...packets].sort((a, b) => a.sec - b.sec || a.nsec - b.nsec);

const outlines = (found: readonly ConnectionRow[]): string[] =>
  found.map(({ conn_state, history, orig_pkts, resp_pkts }) => `${conn_state} ${history} ${orig_pkts}+${resp_pkts}`);

describe('a connection is over', () => {
  const cases: readonly (readonly [string, string, readonly string[], number?])[] = [
    ['5 s after the first SYN, if nothing answered', '>S @4.999 >S', ['S0 S 2+0']],
    ['... and what comes then is of the next', '>S @5.000 >S', ['S0 S 1+0', 'S0 S 1+0']],
    ['... whatever came of its side', '>S >A5 @4.9 >A5 @5.001 >A5', ['S0 SD 3+0', 'OTH D 1+0']],
    ['... to the microsecond', '@0.25 >S @5.249999 >S @5.25 >S', ['S0 S 2+0', 'S0 S 1+0']],
    ['not so if something answered', '>S <A @100 >A', ['S0 SaA 2+1']],
    ['100 ms after a RST', `${OPEN} @1 <R @1.099 <R%1 @1.1 <R%2`, ['RSTR ShArr 2+3', 'RSTRH ^r 0+1']],
    ['5 s after a FIN without a handshake', '>FA @4.9 <A @5 <A', ['SH Fa 1+1', 'OTH ^a 0+1']],
    ['5 s after both FINs', `${OPEN} @1 >FA @2 <FA @6.9 >A @7 >A`, ['SF ShAFf 4+2', 'OTH A 1+0']],
    ['not after one FIN of an established one', `${OPEN} >FA @100 <A5 @200 <FA`, ['SF ShAFdf 3+3']],
    ['at a SYN after both FINs', `${OPEN} ${CLOSE} >S <SA`, ['SF ShAFf 4+2', 'S1 Sh 1+1']],
    ['at a SYN after a FIN without a handshake', '>FA <A >S', ['SH Fa 1+1', 'S0 S 1+0']],
    ['at a SYN after a RST', '>S <RA >S <RA', ['REJ Sr 1+1', 'REJ Sr 1+1']],
    ['at a SYN the other way round', `${OPEN} ${CLOSE} <S`, ['SF ShAFf 4+2', 'S0 S 1+0']],
    ['not at a SYN+ACK then', `${OPEN} ${CLOSE} <SA%9`, ['SF ShAFfh 4+3']],
    ['not at a SYN in its midst', `${OPEN} >S%100`, ['S1 ShAS 3+1']],
    ['after a time of silence', `${OPEN} @29.999 >A @59.999 >A`, ['S1 ShA 3+1', 'OTH A 1+0'], 30],
    ['... not before', `${OPEN} @29.999 >A @59.998 >A`, ['S1 ShA 4+1'], 30],
    ['... sooner than by other rules', `>S @1.9 >S @3.9 >S`, ['S0 S 2+0', 'S0 S 1+0'], 2],
    ['not because a clock went back', '@9 >S @3 <SA @9.1 >A', ['S1 ShA 2+1']],
  ];
  for (const [what, script, expected, idleTimeoutSec] of cases) {
    const options = idleTimeoutSec === undefined ? {} : { idleTimeoutSec };
    it(`${what}: ${script}`, () => assert.deepEqual(outlines(rows(scriptPackets(script), options)), expected));
  }

  it('alike whether ticks come in between or not', () => {
    const ticking = scriptPackets(Array.from({ length: 240 }, (_, second) => `@${second}.5 >A`).join(' '), OTHERS);
    for (const [, script, expected, idleTimeoutSec] of cases) {
      // A clock that goes back is none by which others tick.
      if (script.includes('@3 <SA')) continue;
      const options = idleTimeoutSec === undefined ? {} : { idleTimeoutSec };
      const found = rows(byTime([...scriptPackets(script), ...ticking]), options);
      const own = found.filter(({ 'id.orig_h': address }) => !address.startsWith('10.9.9.'));
      assert.deepEqual(outlines(own), expected, script);
    }
  });
});

describe('records of connections', () => {
  it('are told in the order in which connections end, of a tick or of the end in that of their beginning', () => {
    const ends = (host: number): Ends => ({ src: `10.0.0.${host}`, dst: '10.0.1.1', sport: 4000, dport: 80 });
    const packets = byTime([
      ...scriptPackets('@0.1 >S', ends(1)),
      ...scriptPackets('@0.2 >A5', ends(2)),
      ...scriptPackets('@0.3 >S', ends(3)),
      ...scriptPackets('@0.4 >S <RA @0.45 >S <RA', ends(4)),
      ...scriptPackets('@0.35 >A5 @9 >A5', ends(5)),
    ]);
    for (const trackers of [1, 2, 3, 7]) {
      const told = records(packets, {}, trackers);
      const outline = connectionRows(told).map((row) => `${row['id.orig_h']} ${row.conn_state}`);
      assert.deepEqual(outline, [
        '10.0.0.4 REJ',
        ...['10.0.0.1 S0', '10.0.0.3 S0', '10.0.0.4 REJ'],
        ...['10.0.0.2 OTH', '10.0.0.5 OTH'],
      ]);
      assert.deepEqual(
        told.map(({ fields }) => fields[RECORD_NUMBER]),
        [4, 0, 2, 5, 1, 3],
      );
    }
  });

  it('have all fields', () => {
    const [found] = rows(scriptPackets(`@1.5 >S <SA >A >A100 <A >A10%50 @2.25 <A <FA20 >FA >A <A`));
    assert.deepEqual(found, {
      'id.orig_h': '10.0.0.1',
      'id.orig_p': '40000',
      'id.resp_h': '10.0.0.2',
      'id.resp_p': '80',
      // From the first packet to the last FIN: the final ACK does not count.
      duration: '0.752000',
      orig_bytes: '160',
      resp_bytes: '20',
      conn_state: 'SF',
      missed_bytes: '50',
      history: 'ShADaGfdF',
      orig_pkts: '6',
      orig_ip_bytes: `${6 * 40 + 110}`,
      resp_pkts: '5',
      resp_ip_bytes: `${5 * 40 + 20}`,
    });
  });

  it('have time, input and VLAN of the first packet', () => {
    const frame = tcpFrame({
      ...{ link: 'ether', vlan: [7, 8], ipVersion: 6, src: 'fd00:0:0:0:0:0:0:1', dst: 'fd00:0:0:0:0:0:0:2' },
      ...{ sport: 5000, dport: 443, seq: 1, ack: 0, flags: 2, payload: 0 },
    });
    const told = records([{ sec: 4_000_000_000, nsec: 123_456_789, ...frame }]);
    const [{ fields }] = told;
    assert.deepEqual([fields[C_SEC], fields[C_NSEC], fields[C_INPUT], fields[C_VLAN]], [4e9, 123_456_789, 1, 7]);
    const [row] = connectionRows(told);
    assert.deepEqual([row['id.orig_h'], row['id.resp_h'], row.orig_ip_bytes], ['fd00::1', 'fd00::2', '60']);
  });

  it('leave what has no duration unset, and the VLAN where there is none', () => {
    const told = records(scriptPackets('>A5'));
    assert.ok(Number.isNaN(told[0].fields[C_VLAN]));
    const [{ duration, orig_bytes, resp_bytes }] = connectionRows(told);
    assert.deepEqual([duration, orig_bytes, resp_bytes], ['-', '-', '-']);
  });

  it('count the bytes that IP headers say, which say none of segments that are still to be cut up', () => {
    const packets = scriptPackets(`${OPEN} >A1000 <A`);
    packets[3].captured.set([0, 0], 2);
    const [row] = rows(packets);
    assert.deepEqual([row.orig_ip_bytes, row.orig_bytes, row.missed_bytes, row.history], ['80', '1000', '0', 'ShADa']);
  });
});

describe('a row', () => {
  it('has more than 2^32 bytes of each side, and times to the nanosecond', () => {
    const page = new Int32Array(2 + KEY_WORDS + CONNECTION_ROW_WORDS);
    for (let n = 0; n < 70_000; n++) countPacket(page, 2, 1, 65_535);
    countPacket(page, 2, 0, 40);
    assert.deepEqual([packetsOf(page, 2, 0), ipBytesOf(page, 2, 0)], [1, 40]);
    assert.deepEqual([packetsOf(page, 2, 1), ipBytesOf(page, 2, 1)], [70_000, 70_000 * 65_535]);
    page[0] = 4_000_000_000 | 0;
    page[1] = 999_999_999;
    assert.equal(nsecSince(page, 0, 4_000_000_001, 1), 2);
    assert.equal(secAfter(page, 0, 1), 4_000_000_001);
    assert.equal(secAfter(page, 0, 2), 4_000_000_002);
  });
});

describe('who began', () => {
  const cases: readonly (readonly [string, number, number, string])[] = [
    ['>S', 80, 40000, 'S'],
    ['>SA', 80, 40000, '^h'],
    ['>SA', 40000, 80, '^h'],
    ['>A5', 80, 40000, '^d'],
    ['>A5', 40000, 80, 'D'],
    ['>A5', 40000, 40001, 'D'],
    ['>A5', 40001, 40000, 'D'],
    ['>A5', 80, 22, 'D'],
    ['>A5', 1080, 8000, 'D'],
    ['>R', 443, 999, '^r'],
  ];
  for (const [script, sport, dport, history] of cases) {
    it(`${script} from port ${sport} to ${dport}`, () => {
      const [row] = rows(scriptPackets(script, { src: '10.0.0.1', dst: '10.0.0.2', sport, dport }));
      const isTurned = history.startsWith('^');
      assert.deepEqual([row.history, row['id.orig_p']], [history, `${isTurned ? dport : sport}`]);
    });
  }
});

describe('with checksums verified', () => {
  const broken = (packets: ModelPacket[], index: number, at: number): ModelPacket[] => {
    packets[index].captured[at] ^= 0xff;
    return packets;
  };
  const script = `${OPEN} >A5 <A >A5 <A`;
  const IP_SUM = 10;
  const TCP_SUM = 36;

  it('a segment whose TCP checksum is wrong is a letter and no more', () => {
    const packets = (): ModelPacket[] => broken(scriptPackets(script), 3, TCP_SUM);
    assert.deepEqual(outlines(rows(packets(), { checksums: true })), ['S1 ShACaDG 3+3']);
    assert.deepEqual(outlines(rows(packets())), ['S1 ShADa 4+3']);
  });

  it('one whose IP checksum is wrong is nothing', () => {
    const packets = broken(scriptPackets(script), 5, IP_SUM);
    assert.deepEqual(outlines(rows(packets, { checksums: true })), ['S1 ShADa 3+3']);
  });

  it('none begins a connection', () => {
    assert.deepEqual(rows(broken(scriptPackets('>S'), 0, TCP_SUM), { checksums: true }), []);
  });

  it('what was not captured whole is believed', () => {
    const packets = broken(scriptPackets(script), 3, TCP_SUM);
    packets[3].captured = packets[3].captured.slice(0, 42);
    assert.deepEqual(outlines(rows(packets, { checksums: true })), ['S1 ShADa 4+3']);
  });
});

describe('any traffic', () => {
  it('gives the same records with any number of trackers, each packet in one of them', (t) => {
    checkProperty(
      t,
      fc.property(fastCheckTraffic(), (packets) => {
        const alone = records(packets, { idleTimeoutSec: 20 });
        assert.deepEqual(records(packets, { idleTimeoutSec: 20 }, 3), alone);
        const numbers = alone.map(({ fields }) => fields[RECORD_NUMBER]).sort((a, b) => a - b);
        assert.deepEqual(numbers, [...numbers.keys()]);
        const counted = alone.reduce((sum, { fields }) => sum + fields[C_ORIG_PACKETS] + fields[C_RESP_PACKETS], 0);
        // A first fragment counts when all others have come.
        const segments = packets.map((packet) => decode(packet, false)).filter((found) => typeof found !== 'string');
        assert.ok(counted <= segments.length);
        assert.ok(counted >= segments.filter(({ moreFragments }) => !moreFragments).length);
      }),
      60,
    );
  });
});
