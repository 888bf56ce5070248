/**
 * Reports by packet time are a result: the same bytes on every run, for any number of workers and any block size, however the packets come;
 * there is one whenever packet time has advanced by the interval; and they say what tshark counts.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { generateFile } from '../../datasets/generate.js';
import type { ModelPacket } from '../model/model-packets.js';
import { capturePath, corpusMissing } from '../support/corpus.js';
import { bash, tcploom, temporaryFolder } from '../support/launch.js';
import { runEach } from '../support/outcomes.js';
import { writePcap } from '../support/pcap-naive.js';
import { missing, output } from '../support/programs.js';
import { type MachineRow, machineRows, reportFigure, toldReports } from '../support/report-text.js';
import { connection, RAW_LINK_TYPE } from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const LIVE = 'own/live1.pcap';
/** With many seconds, all kinds of protocols, times that go backwards, several interfaces, compressed, damaged. */
const SAMPLE: readonly string[] = [
  LIVE,
  'seladb+PcapPlusPlus/Tests/ExamplesTest/pcap_examples/many-protocols.pcap',
  'seladb+PcapPlusPlus/Tests/ExamplesTest/pcap_examples/ip-frag.pcap',
  'idaholab+Malcolm-Test-Artifacts/pcap/protocols/Tunnels.pcap',
  'LibtraceTeam+libtrace/test/traces/ip-in-mpls.pcap.gz',
  'ntop+nDPI/tests/cfgs/default/pcap/ip_fragmented_garbage.pcap',
  'ntop+nDPI/tests/cfgs/default/pcap/fuzz-2006-06-26-2594.pcap',
  'ntop+nDPI/tests/cfgs/default/pcap/alexa-app.pcapng',
  'fpcap+fpcap/tracefiles/many_interfaces-1.pcapng',
  'zeek+zeek/testing/btest/Traces/wikipedia.pcap',
];
const BY_PACKETS = ['--report-time', 'pcap', '-o', 'miruo=/dev/null', '-o', 'report=-'];
const MACHINE = ['--report-format', 'machine'];
const HANDSHAKES = ['-o', `tcpeek=${join(FOLDER, 'handshakes')}`];
/** Workers and bytes of a block. */
const FORMS: readonly (readonly [string, string])[] = [
  ['1', '1M'],
  ['3', '200K'],
  ['8', '64K'],
  ['1', '64K'],
  ['2', '16M'],
  ['1', '1M'],
];
/** So many of them where the reports are the same figures in another dress. */
const FEW_FORMS = 3;

const PLAIN = join(FOLDER, 'plain.pcap');
const LOSSY = join(FOLDER, 'lossy.pcap');
before(() => {
  const common = { bytes: 1_500_000, sessions: 200, loss: 0.02, refused: 0.02, scan: 300 };
  generateFile({ ...common, profile: 'mixed', rate: 300 }, PLAIN);
  generateFile({ ...common, profile: 'small', rate: 1500, seed: 7, snaplen: 80 }, LOSSY);
});

const corpus = (): string[] => (corpusMissing ? [] : SAMPLE.map(capturePath).filter((path) => existsSync(path)));

describe('reports by packet time are the same bytes', () => {
  for (const format of ['machine', 'human']) {
    for (const interval of ['1', '10']) {
      for (const kind of [[], ['--report-diff']]) {
        it(`${format}, every ${interval} s${kind.length > 0 ? ', differential' : ''}`, async (t) => {
          // The others have few seconds, so that they are tried with the short interval alone.
          const isWide = format === 'machine' && interval === '1' && kind.length > 0;
          const files = [PLAIN, LOSSY, ...(isWide ? corpus() : [])];
          const options = [
            ...BY_PACKETS,
            ...HANDSHAKES,
            '--report-format',
            format,
            '--report-interval',
            interval,
            ...kind,
          ];
          let expected: string[] | undefined;
          let reports = 0;
          const forms = isWide ? FORMS : FORMS.slice(0, FEW_FORMS);
          for (const [workers, block] of forms) {
            const form = ['--workers', workers, '--block-size', block];
            const runs = await runEach([...options, ...form], files, 180_000);
            const told = runs.map(({ stdout }) => stdout);
            for (const [index, text] of told.entries()) {
              assert.ok(text === (expected ?? told)[index], `${files[index]}: ${form.join(' ')}: other reports`);
              if (expected === undefined) reports += countOf(text, format);
            }
            expected ??= told;
          }
          t.diagnostic(`${files.length} captures, ${reports} reports, ${forms.length} runs`);
          assert.ok(reports > files.length, 'too few reports');
        });
      }
    }
  }

  it('also compressed, through a pipe and a FIFO in pieces', async () => {
    const options = [...BY_PACKETS, ...HANDSHAKES, ...MACHINE, '--report-diff'];
    for (const path of [PLAIN, ...corpus().slice(0, 1)]) {
      const expected = (await tcploom([...options, path])).stdout;
      assert.ok(machineRows(expected).length > 5);
      const packed = join(FOLDER, 'packed.gz');
      writeFileSync(packed, gzipSync(readFileSync(path)));
      assert.equal((await tcploom([...options, packed])).stdout, expected);
      const piped = await bash(`cat ${path} | $TCPLOOM ${options.join(' ')} -`);
      assert.equal(piped.stdout, expected);
      // In pieces: blocks end elsewhere.
      const pieces = await bash(`dd if=${path} bs=7777 status=none | $TCPLOOM ${options.join(' ')} -`);
      assert.equal(pieces.stdout, expected, pieces.stderr);
      const fifo = join(FOLDER, 'packets.fifo');
      const fed = await bash(
        `mkfifo ${fifo}; dd if=${path} of=${fifo} bs=7777 status=none & $TCPLOOM ${options.join(' ')} ${fifo}; rm ${fifo}`,
      );
      assert.equal(fed.stdout, expected, fed.stderr);
    }
  });
});

function countOf(text: string, format: string): number {
  if (format === 'machine') return machineRows(text).length;
  const { starts, reports, ends } = toldReports(text);
  assert.deepEqual([starts.length, ends.length], [1, 1]);
  return reports.length + ends.length;
}

/** SYNs at these times, in seconds since the first. */
function synsAt(name: string, ...times: readonly number[]): string {
  const [syn] = connection();
  const packets: ModelPacket[] = times.map((time) => ({
    ...syn,
    sec: syn.sec + Math.floor(time),
    nsec: Math.round(1e6 * (time % 1)) * 1000,
  }));
  const path = join(FOLDER, name);
  writeFileSync(path, writePcap(packets, { linkType: RAW_LINK_TYPE }));
  return path;
}

/** Duration and packets of each row. */
async function rowsOf(path: string, ...options: readonly string[]): Promise<number[][]> {
  const run = await tcploom([...BY_PACKETS, ...MACHINE, ...options, path]);
  assert.equal(run.code, 0, run.stderr);
  return machineRows(run.stdout).map(({ figures }) => [figures.get('dur')!, figures.get('numPkts')!]);
}

describe('there is a report by packet time', () => {
  const every = (sec: number, until: number): number[] =>
    Array.from({ length: Math.floor(until / sec) + 1 }, (_, index) => index * sec);

  it('for each 10 s of a minute, however fast it is read', async () => {
    const minute = synsAt('minute.pcap', ...every(0.25, 60));
    const expected = [1, 2, 3, 4, 5, 6].map((index) => [10 * index, 40 * index + 1]);
    // The last packet has its row: there is no other at the end.
    assert.deepEqual(await rowsOf(minute, '--report-interval', '10'), expected);
    const differences = expected.map(([, packets], index) => [10, index === 0 ? packets : 40]);
    assert.deepEqual(await rowsOf(minute, '--report-interval', '10', '--report-diff'), differences);
    const human = toldReports((await tcploom([...BY_PACKETS, '--report-interval', '10', minute])).stdout);
    assert.deepEqual(
      human.reports.map((report) => [
        reportFigure(report, 'PCAP duration'),
        reportFigure(report, 'Number of processed packets'),
      ]),
      expected,
    );
  });

  it('at the first packet at or past the tick; ticks stay where they are', async () => {
    const path = synsAt('ticks.pcap', 0, 9.999999, 12, 19.5, 20, 20.000001, 34, 39);
    assert.deepEqual(await rowsOf(path, '--report-interval', '10'), [
      ...[
        [12, 3],
        [20, 5],
        [34, 7],
      ],
      [39, 8],
    ]);
    assert.deepEqual(await rowsOf(path, '--report-interval', '2.5', '--report-diff'), [
      ...[
        [9.999999, 2],
        [2.000001, 1],
        [7.5, 1],
        [0.5, 1],
        [14, 2],
        [5, 1],
      ],
    ]);
  });

  it('one for a pause of hours, with its length', async () => {
    const path = synsAt('pause.pcap', 0, 1, 2, 2 + 4 * 3600, 3 + 4 * 3600);
    assert.deepEqual(await rowsOf(path, '--report-diff'), [
      [1, 2],
      [1, 1],
      [14400, 1],
      [1, 1],
    ]);
  });

  it('at the end alone where packets have one time, or there are none', async () => {
    assert.deepEqual(await rowsOf(synsAt('one.pcap', 5)), [[0, 1]]);
    assert.deepEqual(await rowsOf(synsAt('none.pcap')), [[0, 0]]);
  });
});

const skip = corpusMissing || missing('tshark') || (existsSync(capturePath(LIVE)) ? false : 'not in the corpus');

describe('rows of a capture made on an interface', { skip }, () => {
  interface Seen {
    readonly time: string;
    readonly counts: Readonly<Record<string, number>>;
    readonly wireBytes: number;
  }

  /** What tshark says of the packets up to each. */
  function seenByTshark(path: string): Seen[] {
    const fields = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'eth.type', 'ip.proto', 'ipv6.nxt'];
    const args = ['-r', path, '-T', 'fields', '-E', 'occurrence=f', ...fields.flatMap((name) => ['-e', name])];
    const counts: Record<string, number> = {};
    const add = (name: string, value: number): void => {
      counts[name] = (counts[name] ?? 0) + value;
    };
    let wireBytes = 0;
    const lines = output('tshark', args).toString().replace(/\n$/, '').split('\n');
    return lines.map((line) => {
      const [time, wire, captured, type, proto, next] = line.split('\t');
      wireBytes += Number(wire);
      const ethertype = `0x${Number(type).toString(16).padStart(4, '0')}`;
      const transport = new Map([
        ['1', 'ICMP'],
        ['2', 'IGMP'],
        ['6', 'TCP'],
        ['17', 'UDP'],
        ['58', 'ICMPv6'],
      ]).get(proto || next);
      for (const name of ['num', ethertype, transport]) {
        if (name === undefined) continue;
        add(`${name}Pkts`, 1);
        add(`${name}Bytes`, Number(captured));
      }
      if (proto !== '') add('numV4Pkts', 1);
      if (next !== '') add('numV6Pkts', 1);
      return { time: time.slice(0, -3), counts: { ...counts }, wireBytes };
    });
  }

  const NAMES = [
    ...['numPkts', 'numBytes', 'numV4Pkts', 'numV6Pkts', '0x0806Pkts', '0x0806Bytes', '0x0800Pkts', '0x0800Bytes'],
    ...['0x86ddPkts', 'TCPPkts', 'TCPBytes', 'UDPPkts', 'UDPBytes', 'ICMPPkts', 'ICMPv6Pkts', 'IGMPPkts'],
  ];

  for (const interval of [1, 10]) {
    it(`every ${interval} s: what tshark counts`, async () => {
      const path = capturePath(LIVE);
      const seen = seenByTshark(path);
      const run = await tcploom([...BY_PACKETS, ...MACHINE, '--report-interval', String(interval), path]);
      const rows = machineRows(run.stdout);
      const lines = run.stdout.split('\n').slice(1);
      const base = Number(seen[0].time);
      let tick = interval;
      const due = seen.filter(({ time }) => {
        const passed = Number((Number(time) - base).toFixed(6));
        if (passed < tick) return false;
        while (tick <= passed) tick += interval;
        return true;
      });
      const last = seen.at(-1)!;
      const expected = due.at(-1) === last ? due : [...due, last];
      assert.equal(rows.length, expected.length);
      for (const [index, { counts, time, wireBytes }] of expected.entries()) {
        assert.equal(lines[index].split('\t')[1], time);
        for (const name of NAMES) assert.equal(figure(rows[index], name), counts[name] ?? 0, `${name} at ${time}`);
        const kbits = (wireBytes * 8) / 1000 / figure(rows[index], 'dur');
        assert.ok(Math.abs(figure(rows[index], 'rawBandwidth') - kbits) < 0.001);
      }
    });
  }
});

function figure({ figures }: MachineRow, name: string): number {
  const value = figures.get(name);
  assert.ok(value !== undefined, `no column ${name}`);
  return value;
}
