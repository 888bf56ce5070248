import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureInterface } from '../../src/capture/format.js';
import {
  type CaptureReport,
  type FrameReasons,
  renderInfo,
  renderTsvHeader,
  renderTsvRow,
} from '../../src/info/report.js';

const NAMES: Readonly<Record<number, string>> = { 0: 'NULL', 1: 'EN10MB', 12: 'RAW12' };
const nameOf = (linkType: number): string => NAMES[linkType];

const NO_REASONS: FrameReasons = {
  notTcp: 0,
  badLinkHeader: 0,
  badIpHeader: 0,
  badTcpHeader: 0,
  unknownLinkType: 0,
  encrypted: 0,
};

const interfaceOf = (linkType: number, packets: number, more: Partial<CaptureInterface> = {}): CaptureInterface => ({
  linkType,
  snaplen: 65535,
  timeUnit: 'us',
  addresses: [],
  packets,
  received: undefined,
  droppedByInterface: undefined,
  droppedBySystem: undefined,
  ...more,
});

const time = (sec: number, nsec: number): { sec: number; nsec: number; decimals: number } => ({
  sec,
  nsec,
  decimals: 9,
});

const PLAIN: CaptureReport = {
  file: 'a.pcap',
  format: 'pcap us LE',
  inputBytes: 1_234_567,
  packets: 4000,
  capturedBytes: 1_000_000,
  wireBytes: 2_000_000,
  first: time(1_000, 500),
  last: time(1_100, 500),
  backwards: 0,
  interfaces: [interfaceOf(1, 4000)],
  tcpPackets: 3000,
  conversations: 60,
  laterFragments: 0,
  reasons: NO_REASONS,
  problems: [],
  drops: undefined,
};

const EMPTY: CaptureReport = {
  ...PLAIN,
  format: 'pcapng LE',
  inputBytes: 28,
  packets: 0,
  capturedBytes: 0,
  wireBytes: 0,
  first: undefined,
  last: undefined,
  interfaces: [],
  tcpPackets: 0,
  conversations: 0,
};

const columnsOf = (report: CaptureReport): Record<string, string> => {
  const titles = renderTsvHeader().trimEnd().split('\t');
  const row = renderTsvRow(report, nameOf);
  assert.match(row, /^[^\n]*\n$/);
  const values = row.slice(0, -1).split('\t');
  assert.equal(values.length, titles.length);
  return Object.fromEntries(titles.map((title, index) => [title, values[index]]));
};

describe('the table', () => {
  it('has a row with every column', () => {
    assert.deepEqual(columnsOf(PLAIN), {
      file: 'a.pcap',
      packets: '4000',
      'captured bytes': '1000000',
      'wire bytes': '2000000',
      first: '1000.000000500',
      last: '1100.000000500',
      interfaces: '1',
      'TCP packets': '3000',
      'TCP conversations': '60',
      format: 'pcap us LE',
      compression: '',
      'link types': 'EN10MB',
      snaplen: '65535',
      'out-of-order packets': '0',
      'later fragments': '0',
      'dropped packets': '',
      damage: '',
    });
  });

  it('leaves empty what is not known', () => {
    const row = columnsOf(EMPTY);
    for (const title of ['first', 'last', 'link types', 'snaplen', 'dropped packets']) assert.equal(row[title], '');
    assert.equal(row.packets, '0');
  });

  const linkTypes: [interfaces: CaptureInterface[], text: string, snaplens: string][] = [
    [[interfaceOf(1, 5), interfaceOf(1, 2)], 'EN10MB', '65535'],
    [[interfaceOf(1, 0), interfaceOf(0, 0)], 'EN10MB:0,NULL:0', '65535'],
    [
      [interfaceOf(1, 60), interfaceOf(0, 2), interfaceOf(12, 0), interfaceOf(1, 2)],
      'EN10MB:62,NULL:2,RAW12:0',
      '65535',
    ],
    [[interfaceOf(1, 59), interfaceOf(0, 100, { snaplen: 0 })], 'NULL:100,EN10MB:59', '65535,0'],
  ];
  for (const [interfaces, text, snaplens] of linkTypes) {
    it(`shows link types as ${text}`, () => {
      const row = columnsOf({ ...PLAIN, interfaces });
      assert.equal(row['link types'], text);
      assert.equal(row.snaplen, snaplens);
      assert.equal(row.interfaces, String(interfaces.length));
    });
  }

  it('stays a table whatever a name holds', () => {
    const row = columnsOf({
      ...PLAIN,
      file: 'a\tb\nc\\d',
      problems: ['one\ttwo', 'three'],
      drops: 7,
      compression: 'zstd',
    });
    assert.equal(row.file, 'a\\tb\\nc\\\\d');
    assert.equal(row.damage, 'one\\ttwo; three');
    assert.equal(row['dropped packets'], '7');
    assert.equal(row.compression, 'zstd');
  });
});

/** Lines of the report as label and text. */
const linesOf = (report: CaptureReport): string[][] => {
  const text = renderInfo(report, nameOf);
  assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'));
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => [line.slice(0, 17).trim(), line.slice(17)]);
};
const textOf = (report: CaptureReport, label: string): string[] =>
  linesOf(report)
    .filter(([its]) => its === label)
    .map(([, text]) => text);

describe('the report for people', () => {
  it('of a plain capture has nothing but what there is', { skip: process.env.TZ !== 'UTC' && 'TZ is not UTC' }, () => {
    assert.deepEqual(linesOf(PLAIN), [
      ['File', 'a.pcap'],
      ['Format', 'pcap us LE'],
      ['Size', '1,234,567 bytes'],
      ['Packets', '4,000'],
      ['Bytes', '1,000,000 captured, 2,000,000 on the wire'],
      ['First packet', '1970-01-01 00:16:40.000000500 +00:00'],
      ['Last packet', '1970-01-01 00:18:20.000000500 +00:00'],
      ['Duration', '100.000000000 s (1 m 40 s)'],
      ['Average rate', '40.00 packets/s, 160,000 bit/s on the wire'],
      ['Average size', '500.0 bytes on the wire'],
      ['Interface', 'EN10MB, snaplen 65,535'],
      ['TCP packets', '3,000 (75.0 %)'],
      ['Conversations', '60 (50.0 TCP packets each)'],
    ]);
  });

  it('of an empty capture has neither times nor shares', () => {
    assert.deepEqual(
      linesOf(EMPTY).map(([label]) => label),
      ['File', 'Format', 'Size', 'Packets', 'Bytes', 'Interfaces', 'TCP packets', 'Conversations'],
    );
  });

  it('of one packet has no rate', () => {
    assert.deepEqual(textOf({ ...PLAIN, packets: 1, last: PLAIN.first }, 'Average rate'), []);
  });

  it('tells where the clock disagrees with the order', () => {
    const report = { ...PLAIN, earliest: time(999, 0), latest: time(1_200, 0), backwards: 2 };
    assert.equal(textOf(report, 'Earliest packet').length, 1);
    assert.equal(textOf(report, 'Latest packet').length, 1);
    assert.deepEqual(textOf(report, 'Duration'), ['201.000000000 s (3 m 21 s)']);
    assert.deepEqual(textOf(report, 'Out of order'), ['2 packets (0.1 %)']);
  });

  it('has a line for each of several interfaces', () => {
    const report: CaptureReport = {
      ...PLAIN,
      interfaces: [
        interfaceOf(1, 3999, { name: 'eth0', filter: 'tcp\tport 80', droppedBySystem: 1200, droppedByInterface: 0 }),
        interfaceOf(0, 1, { snaplen: 0 }),
      ],
    };
    assert.deepEqual(linesOf(report).slice(10, 15), [
      ['Interfaces', '2'],
      ['0', 'eth0, EN10MB, snaplen 65,535, 3,999 packets'],
      ['', 'dropped: 0 by the interface, 1,200 by the system'],
      ['', 'filter: tcp\\tport 80'],
      ['1', 'NULL, no snaplen, 1 packet'],
    ]);
  });

  it('tells the compression and how much it saved', () => {
    assert.deepEqual(textOf({ ...PLAIN, compression: 'gzip', contentBytes: 2_469_134 }, 'Format'), [
      'pcap us LE, gzip (2.00 : 1)',
    ]);
    assert.deepEqual(textOf({ ...PLAIN, compression: 'gzip' }, 'Format'), ['pcap us LE, gzip']);
  });

  it('tells what is no TCP, and what is damaged, where there is any', () => {
    const reasons: FrameReasons = {
      notTcp: 1,
      badLinkHeader: 2,
      badIpHeader: 3,
      badTcpHeader: 4,
      unknownLinkType: 5,
      encrypted: 4000,
    };
    const report = { ...PLAIN, reasons, laterFragments: 6, drops: 1, problems: ['cut\u001b', 'bad'] };
    assert.deepEqual(linesOf(report).slice(13), [
      ['Not TCP', '1 packet (0.0 %)'],
      ['Later fragments', '6 packets (0.1 %)'],
      ['Encrypted', '4,000 packets (100.0 %)'],
      ['Unknown link', '5 packets (0.1 %)'],
      ['Bad link header', '2 packets (0.1 %)'],
      ['Bad IP header', '3 packets (0.1 %)'],
      ['Bad TCP header', '4 packets (0.1 %)'],
      ['Dropped', '1 packet'],
      ['Damage', 'cut\\x1b'],
      ['Damage', 'bad'],
    ]);
  });

  it('fits 80 columns when names do', () => {
    const report = { ...PLAIN, packets: 9e9, wireBytes: 9e12, capturedBytes: 9e12, interfaces: [interfaceOf(1, 9e9)] };
    for (const line of renderInfo(report, nameOf).split('\n')) assert.ok(line.length <= 80, line);
  });
});
