/**
 * Connections are those of Zeek's conn.log, in every column: the rows that its own test suite expects of its traces.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ANALYSIS_DEFAULTS } from '../../src/analysis/options.js';
import { MIRUO_DEFAULTS } from '../../src/miruo/options.js';
import { COLUMNS, type ConnectionRow, connectionRows, type ZeekRow, zeekRows } from '../support/connection-rows.js';
import { capturePath, corpusMissing } from '../support/corpus.js';
import { contentOf, runSingleThread, type ToldRecord } from '../support/single-thread.js';

/** Zeek's own, tcp_inactivity_timeout. */
const IDLE_SEC = 300;

/** Rows that are not ours, by the end of the capture's name and the originator: why, and what differs (`none`: there is no such connection). */
const EXCEPTIONS: Readonly<Record<string, { readonly why: string; readonly columns: readonly string[] }>> = {
  'tunnels/Teredo.pcap 2001:0:4137:9e50:8000:f12a:b9c8:2815 1286': {
    why: 'Teredo (RFC 4380) is a tunnel that is not looked into',
    columns: ['none'],
  },
  'vntag_vlan_sandwich_clean.pcap 10.10.10.1 443': {
    why: 'the headers of its packets make no segment: the row has no packets either',
    columns: ['none'],
  },
  'tunnels/gre-aruba-amsdu.pcap 157.240.18.16 443': {
    why: 'of an A-MSDU only the first frame is looked at; and that run knew no protocols, so 443 was no port of a server',
    columns: [
      ...['id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p'],
      ...['history', 'orig_pkts', 'orig_ip_bytes', 'resp_pkts', 'resp_ip_bytes'],
    ],
  },
  'tunnels/gtp/gtp2_different_udp_port.pcap 10.131.17.170 51803': {
    why: 'X: an analyser of Zeek gave the connection up',
    columns: ['history'],
  },
};

const captures: ReadonlyMap<string, ZeekRow[]> = corpusMissing ? new Map() : groupByCapture();

function groupByCapture(): Map<string, ZeekRow[]> {
  const groups = new Map<string, ZeekRow[]>();
  for (const row of zeekRows()) groups.set(row.capture, [...(groups.get(row.capture) ?? []), row]);
  return groups;
}

function recordsOf(capture: string, checksums: boolean, trackers: number): readonly ToldRecord[] {
  const analysis = { ...ANALYSIS_DEFAULTS, sessions: false, connections: true, checksums, idleTimeoutSec: IDLE_SEC };
  const form = { trackers, blockBytes: trackers === 1 ? 1 << 20 : 1 << 16, analysis };
  return runSingleThread(contentOf(capturePath(capture)), MIRUO_DEFAULTS, form).records;
}

interface Outcome {
  /** Rows of which everything is equal. */
  readonly equal: number;
  /** Differences, by the row that is wanted. */
  readonly different: ReadonlyMap<string, readonly string[]>;
  /** Connections that are in no row. */
  readonly more: readonly string[];
}

/** Pairs each wanted row with the one of `got` between the same ends that is most like it, and says what differs. */
function compare(wanted: readonly ZeekRow[], got: readonly ConnectionRow[]): Outcome {
  const left = new Set(got);
  const different = new Map<string, string[]>();
  let equal = 0;
  for (const { capture, row } of wanted) {
    const [best] = [...left]
      .filter((candidate) => endsOf(candidate) === endsOf(row))
      .sort((a, b) => differences(row, a).length - differences(row, b).length);
    const columns = best === undefined ? ['none'] : differences(row, best);
    if (best !== undefined) left.delete(best);
    if (columns.length === 0) equal++;
    else different.set(nameOf(capture, row), columns);
  }
  return { equal, different, more: [...left].map((row) => Object.values(row).join(' ')) };
}

const nameOf = (capture: string, row: ConnectionRow): string =>
  `${capture.replace(/^.*\/Traces\//, '')} ${row['id.orig_h']} ${row['id.orig_p']}`;

const endsOf = (row: ConnectionRow): string =>
  [`${row['id.orig_h']} ${row['id.orig_p']}`, `${row['id.resp_h']} ${row['id.resp_p']}`].sort().join(' ');

const differences = (wanted: ConnectionRow, got: ConnectionRow): string[] =>
  COLUMNS.filter((name) => (name === 'duration' ? !sameTime(wanted[name], got[name]) : wanted[name] !== got[name]));

/** Zeek's times are doubles, of which microseconds are told. */
const sameTime = (a: string, b: string): boolean => a === b || Math.abs(Number(a) - Number(b)) < 2e-6;

describe('connections of Zeek', { skip: corpusMissing }, () => {
  test('are ours, but for those that are named', (t) => {
    let rows = 0;
    let equal = 0;
    const seen = new Set<string>();
    for (const [capture, wanted] of captures) {
      const got = connectionRows(recordsOf(capture, wanted[0].verified, 1));
      const outcome = compare(wanted, got);
      assert.deepEqual(outcome.more, [], capture);
      for (const [name, columns] of outcome.different) {
        assert.deepEqual(columns, EXCEPTIONS[name]?.columns, name);
        seen.add(name);
      }
      rows += wanted.length;
      equal += outcome.equal;
    }
    assert.deepEqual(seen, new Set(Object.keys(EXCEPTIONS)));
    t.diagnostic(`${equal} of ${rows} rows are equal in all ${COLUMNS.length} columns`);
    assert.ok(rows >= 102 && equal / rows >= 0.95, `${equal} of ${rows}`);
  });

  test('are told alike by any number of trackers', () => {
    for (const capture of captures.keys()) {
      assert.deepEqual(recordsOf(capture, false, 3), recordsOf(capture, false, 1), capture);
    }
  });

  test('are not verified better: no row needs it, and captures of sending hosts lose theirs', (t) => {
    let plain = 0;
    let verified = 0;
    for (const [capture, wanted] of captures) {
      const without = compare(wanted, connectionRows(recordsOf(capture, false, 1))).equal;
      const withThem = compare(wanted, connectionRows(recordsOf(capture, true, 1))).equal;
      plain += without;
      verified += withThem;
      assert.ok(without >= withThem, capture);
    }
    t.diagnostic(`equal without verifying: ${plain}; with: ${verified}`);
    assert.ok(plain > verified);
  });
});
