/**
 * All captures of the corpus agree with what tshark says of them: counts, lengths, times, interfaces, record by record
 * where tshark is there to be asked.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { timeText, type Walked, walkFile } from '../support/walk-format.js';

const GOLDEN = join(process.cwd(), '..', 'shared', 'golden', 'captures.tsv');
const goldenMissing = corpusMissing || (!existsSync(GOLDEN) && 'the reference table is not there');
const has = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

type Row = readonly string[];

/** Rows in which the reference table is not right, by what we have instead. */
const WE_SAY: Readonly<Record<string, Row>> = {
  // Microseconds of 2^31: tshark multiplies by 1000 in 32 bits, which gives 0; tcpdump prints them. Here they carry.
  'the-tcpdump-group+tcpdump/tests/timestamp_invalid_micro.pcap': [
    ...['pcap us LE', '3', '220', '220', '1418145369.999999000', '1418147517.483648000', '1'],
  ],
  // Nanoseconds of 2^31: a negative number for tshark, which it prints with the sign in front of all.
  'the-tcpdump-group+tcpdump/tests/timestamp_invalid_nano.pcap': [
    ...['pcap ns LE', '3', '220', '220', '1418145369.999999999', '1418145372.147483648', '1'],
  ],
  // Bytes changed at random behind the first packet. tshark tries other layouts of record headers then, takes one in
  // which a second packet of 1 byte fits, and fails at the third; tcpdump, as we do, stops behind the first.
  'OISF+suricata-verify/tests/bug-6875-01/fuzz.pcap': [
    ...['pcap us LE', '1', '188', '188', '1508525002.992213000', '1508525002.992213000', '1'],
  ],
};

const pathOf = (name: string): string => join(process.cwd(), '..', 'shared', 'captures', name);

function readCapture(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** The row of the reference table that the walk amounts to. */
function rowOf({ records, format }: Walked): string[] {
  const sum = (field: 'capturedBytes' | 'wireBytes'): string =>
    `${records.reduce((total, record) => total + record[field], 0)}`;
  return [
    format.describe(),
    `${records.length}`,
    sum('capturedBytes'),
    sum('wireBytes'),
    timeText(records.find((record) => record.hasTime)),
    timeText(records.at(-1)),
    `${format.interfaces.length}`,
  ];
}

describe('the reference table of captures', { skip: goldenMissing }, () => {
  const rows = goldenMissing ? [] : readFileSync(GOLDEN, 'utf8').split('\n').slice(1);
  for (const line of rows.filter((row) => row !== '')) {
    const [name, form, , ...rest] = line.split('\t');
    it(name, () => {
      const file = readCapture(pathOf(name));
      const weSay = WE_SAY[name];
      const row = rowOf(walkFile(file));
      assert.deepEqual(row, weSay ?? rowToExpect([form, ...rest], row));
    });
  }
});

/** The table's columns; times of packets without one are empty, other empty cells say nothing. */
function rowToExpect(cells: readonly string[], own: Row): Row {
  return own.map((cell, column) => (cells[column] === '' && column !== 4 && column !== 5 ? cell : cells[column]));
}

/** What tshark prints of each record: time, lengths, interface. */
function tsharkRecords(path: string): string[] {
  const fields = ['frame.time_epoch', 'frame.cap_len', 'frame.len', 'frame.interface_id'];
  // Fields of the frame alone need no other protocol.
  const args = ['-r', path, '--disable-protocol', 'ip', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const { stdout } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return stdout.split('\n').filter((line) => line !== '');
}

function ownRecords(path: string, digits = 9): string[] {
  return walkFile(readCapture(path)).records.map((record) =>
    [
      cutTime(timeText(record), digits),
      record.capturedBytes,
      record.wireBytes,
      record.interfaceIndex < 0 ? '' : record.interfaceIndex,
    ].join('\t'),
  );
}

const SEVERAL_SECTIONS = /^brimdata.*overlap|^brimdata.*extra|\/difficult\//;

const cutLine = (line: string, columns: number): string => line.split('\t').slice(0, columns).join('\t');

/** The time with what is behind so many digits as zeros. */
const cutTime = (time: string, digits: number): string =>
  time === '' ? '' : time.slice(0, time.length - 9 + digits) + '0'.repeat(9 - digits);

describe('tshark, record by record', { skip: goldenMissing || (!has('tshark') && 'tshark is not there') }, () => {
  const isPcapng = (path: string): boolean => readCapture(path).subarray(0, 4).join() === '10,13,13,10';
  for (const { name, path } of goldenMissing ? [] : corpusFiles().filter((file) => isPcapng(file.path))) {
    it(name, () => {
      // tshark's interface numbers begin anew with each section.
      const columns = SEVERAL_SECTIONS.test(name) ? 3 : 4;
      const theirs = tsharkRecords(path).map((line) => cutLine(line, columns));
      const own = ownRecords(path).map((line) => cutLine(line, columns));
      assert.deepEqual(own, theirs);
    });
  }
});

describe('editcap', { skip: goldenMissing || (!has('editcap') && 'editcap is not there') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-editcap-'));
  after(() => rmSync(folder, { recursive: true }));
  const FORMS: readonly [type: string, form: string, digits: number][] = [
    ['pcap', 'pcap us LE', 6],
    ['nsecpcap', 'pcap ns LE', 9],
    ['modpcap', 'pcap us LE modified', 6],
    ['pcapng', 'pcapng LE', 9],
  ];
  for (const name of [
    'seladb+PcapPlusPlus/Tests/Pcap++Test/PcapExamples/nanosecs_big_endian.pcap',
    'LibtraceTeam+libtrace/test/traces/100_packetsns.pcap',
    'zeek+zeek/testing/btest/Traces/redis/django-cloud.pcapng',
    'zeek+zeek/testing/btest/Traces/tcp/retransmit-fast009.pcap',
  ]) {
    for (const [type, form, digits] of FORMS) {
      it(`${type} of ${name}`, () => {
        const path = join(folder, `converted.${type}`);
        assert.equal(spawnSync('editcap', ['-F', type, pathOf(name), path]).status, 0);
        const { format } = walkFile(readCapture(path));
        assert.equal(format.describe(), form);
        const original = ownRecords(pathOf(name), digits);
        assert.ok(original.length > 0);
        assert.deepEqual(ownRecords(path), original);
      });
    }
  }
});
