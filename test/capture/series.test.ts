/**
 * Names of rotated series: which file comes next, for the names that capture tools give.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FollowedSeries, nextOfSeries } from '../../src/capture/series.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tcploom-series-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The names from `first` on, as the series is gone through. */
function walk(names: readonly string[], first: string): string[] {
  for (const name of names) writeFileSync(join(folder, name), name);
  const seen: string[] = [];
  for (let next: string | undefined = join(folder, first); next !== undefined; next = nextOfSeries(next)) {
    seen.push(next.slice(folder.length + 1));
    assert.ok(seen.length <= names.length, `goes round: ${seen.join(' ')}`);
  }
  return seen;
}

describe('the file after a file', () => {
  const cases: readonly [what: string, names: readonly string[], others: readonly string[]][] = [
    [
      'tcpdump -C',
      ['out.pcap', 'out.pcap1', 'out.pcap2', 'out.pcap9', 'out.pcap10', 'out.pcap11'],
      ['out.pcapng', 'x.pcap3'],
    ],
    ['tcpdump -C -W', ['out.pcap00', 'out.pcap01', 'out.pcap09', 'out.pcap10'], ['out.pcap', 'other.pcap11']],
    ['tcpdump -C of a name with a number', ['eth0.pcap', 'eth0.pcap1', 'eth0.pcap2'], ['wlan0.pcap3']],
    [
      'tcpdump -G',
      [
        't-2026-11-21_23:59:30.pcap',
        't-2026-11-21_23:59:50.pcap',
        't-2026-11-22_00:00:10.pcap',
        't-2027-01-01_00:00:00.pcap',
      ],
      ['t-2026.pcap', 't-2026-11-22_00:00:10.pcap.gz'],
    ],
    ['tcpdump -G in seconds since 1970', ['c.999999999.cap', 'c.1000000000.cap', 'c.1763700000.cap'], ['c.cap']],
    [
      'dumpcap -b',
      [
        'cap_00001_20261121083000.pcapng',
        'cap_00002_20261121083010.pcapng',
        'cap_00010_20261121083020.pcapng',
        'cap_99999_20261121090000.pcapng',
        'cap_100000_20261121090001.pcapng',
      ],
      ['cap.pcapng', 'cap_00003.pcapng', 'cop_00003_20261121083010.pcapng'],
    ],
    ['dumpcap -b nametimenum', ['cap_20261121083000_00001.pcapng', 'cap_20261121083010_00002.pcapng'], []],
    ['numbers in front', ['1-lan.pcap', '2-lan.pcap', '10-lan.pcap'], ['2-wan.pcap', '3-lan.pcapng']],
  ];
  for (const [what, names, others] of cases) {
    it(what, () => assert.deepEqual(walk([...names, ...others].sort(), names[0]), names));
  }

  it('is none for a name without a number that nothing was added to', () => {
    assert.deepEqual(walk(['a.pcap', 'b.pcap', 'a1.pcap'], 'a.pcap'), ['a.pcap']);
  });

  it('fails when the folder is not there', () => {
    assert.throws(() => nextOfSeries(join(folder, 'missing', 'a1')), { code: 'ENOENT' });
  });
});

describe('a ring of files', () => {
  const write = (name: string, text: string, sec: number): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    utimesSync(path, sec, sec);
    return path;
  };

  it('is followed round when its first file was written anew, and then only to what is newer', () => {
    const series = new FollowedSeries();
    const [a, b, c] = ['r0', 'r1', 'r2'].map((name, i) => write(name, name, 1000 + i));
    for (const [file, next] of [
      [a, b],
      [b, c],
      [c, undefined],
    ] as const) {
      series.noteRead(file);
      assert.equal(series.after(file), next);
    }
    write('r0', 'anew', 1003);
    assert.equal(series.after(c), a);
    series.noteRead(a);
    assert.equal(series.after(a), undefined, 'r1 is still the old one');
    write('r1', 'anew', 1004);
    assert.equal(series.after(a), b);
  });

  it('is followed round to files before the one it was begun with', () => {
    const series = new FollowedSeries();
    const [a, b, c] = ['r0', 'r1', 'r2'].map((name, i) => write(name, name, 1000 + i));
    series.begin(b);
    series.noteRead(b);
    assert.equal(series.after(b), c);
    series.noteRead(c);
    assert.equal(series.after(c), undefined);
    write('r0', 'anew', 1003);
    assert.equal(series.after(c), a);
  });

  it('is followed round only when the file that was begun anew has its new time', () => {
    const series = new FollowedSeries();
    const [a, b] = ['r0', 'r1'].map((name, i) => write(name, name, 1000 + i));
    for (const file of [a, b]) series.noteRead(file);
    // What is seen between the two: it would be read as empty, and the old r1 after it.
    write('r0', '', 1000);
    assert.equal(series.after(b), undefined);
    write('r0', '', 1003);
    assert.equal(series.after(b), a);
    assert.equal(series.after(a), undefined);
  });

  it('is not seen in files that were only copied', () => {
    const series = new FollowedSeries();
    const [a, b] = [write('r0', 'a', 2000), write('r1', 'b', 1000)];
    series.noteRead(a);
    series.noteRead(b);
    assert.equal(series.after(b), undefined);
  });
});
