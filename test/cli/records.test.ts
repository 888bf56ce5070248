/**
 * Records of sessions, connections and packets as users get them: the same bytes for any number of workers, in any place, beside other results.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SYMPTOMS } from '../../src/analysis/symptoms.js';
import { capturePath, corpusMissing } from '../support/corpus.js';
import { assertMessages, bash, tcploom, temporaryFolder } from '../support/launch.js';
import { tsvRows } from '../support/outcomes.js';
import { readPcap, writePcap } from '../support/pcap-naive.js';

const FOLDER = temporaryFolder();
const LOSSY = 'datasets/lossy.pcap';
/** By format, the command line's word for it. */
const FORMATS = ['ndjson', 'csv', 'parquet', 'conn', 'conn-json', 'packets', 'packets-tsv'];
const WORKERS: readonly (readonly string[])[] = [
  ['--workers', '1'],
  ['--workers', '2', '--block-size', '64K'],
  ['--workers', '3'],
  ['--workers', '8', '--block-size', '64K'],
];
const SAMPLE = [
  'own/live1.pcap',
  'zeek+zeek/testing/btest/Traces/wikipedia.pcap',
  'zeek+zeek/testing/btest/Traces/tcp/fin_retransmission.pcap',
  'fpcap+fpcap/tracefiles/many_interfaces-1.pcapng',
];

/** All formats at once, by name, and what else was said. */
async function recordsOf(
  name: string,
  ...args: readonly string[]
): Promise<{ files: Map<string, Buffer>; code: number; stdout: string; stderr: string }> {
  const path = (format: string): string => join(FOLDER, `${name}.${format}`);
  const places = FORMATS.flatMap((format) => ['-o', `${format}=${path(format)}`]);
  const { code, stdout, stderr } = await tcploom([...places, ...args]);
  return { files: new Map(FORMATS.map((format) => [format, readFileSync(path(format))])), code, stdout, stderr };
}

type Json = Readonly<Record<string, string | number | boolean | null>>;
const objects = (file: Buffer | string): Json[] =>
  String(file)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('records', () => {
  const captures = [LOSSY, ...(corpusMissing ? [] : SAMPLE.map(capturePath).filter((path) => existsSync(path)))];

  for (const [index, capture] of captures.entries()) {
    it(`${capture.split('/').at(-1)}: the same bytes for any number of workers, alone and together`, async () => {
      const expected = await recordsOf(`${index}`, ...WORKERS[0], capture);
      assert.equal(expected.code, 0, expected.stderr);
      assert.equal(expected.stdout, '');
      assertMessages(expected.stderr, []);
      for (const workers of WORKERS.slice(1)) {
        const { files } = await recordsOf(`${index}w`, ...workers, capture);
        for (const format of FORMATS) assert.ok(files.get(format)!.equals(expected.files.get(format)!), format);
      }
      const beside = await tcploom(['-o', 'ndjson=-', '-o', `miruo=${join(FOLDER, 'beside')}`, capture]);
      assert.equal(beside.stdout, String(expected.files.get('ndjson')));
    });
  }

  it('hold every TCP packet once', async () => {
    for (const capture of captures) {
      const { stdout } = await tcploom(['-o', 'ndjson', capture]);
      const packets = objects(stdout).reduce((sum, row) => sum + Number(row.packets_src) + Number(row.packets_dst), 0);
      const [row] = tsvRows((await tcploom(['info', '--tsv', capture])).stdout);
      assert.equal(packets, Number(row.get('TCP packets')), capture);
    }
  });

  it('of sessions are counted from 0 in the order in which these begin', async () => {
    const rows = objects((await tcploom(['-o', 'ndjson', LOSSY])).stdout);
    const ids = rows.map(({ session }) => Number(session));
    assert.deepEqual(
      ids.toSorted((a, b) => a - b),
      [...ids.keys()],
    );
    const byId = rows.toSorted((a, b) => Number(a.session) - Number(b.session));
    const first = byId.map((row) => Number(row.first_packet));
    assert.deepEqual(
      first,
      first.toSorted((a, b) => a - b),
    );
  });

  it('several captures: each session has the name of the file that it begins in', async () => {
    const { stdout } = await tcploom(['-o', 'ndjson', LOSSY, 'datasets/web.pcap']);
    const files = new Set(objects(stdout).map(({ file }) => file));
    assert.deepEqual([...files].toSorted(), [LOSSY, 'datasets/web.pcap']);
  });
});

describe('tcploom packets', () => {
  it('prints a line for each segment that has a symptom, as -o packets does', async () => {
    const { code, stdout, stderr } = await tcploom(['packets', LOSSY]);
    assert.equal(code, 0);
    assertMessages(stderr, []);
    assert.equal(stdout, (await tcploom(['-o', 'packets', LOSSY])).stdout);
    const rows = objects(stdout);
    assert.ok(rows.length > 5);
    const sessions = objects((await tcploom(['-o', 'ndjson', LOSSY])).stdout);
    for (const symptom of SYMPTOMS) {
      const inPackets = rows.filter(({ symptoms }) => String(symptoms).split(',').includes(symptom)).length;
      const inSessions = sessions.reduce(
        (sum, row) => sum + Number(row[`${symptom}_src`]) + Number(row[`${symptom}_dst`]),
        0,
      );
      assert.equal(inPackets, inSessions, symptom);
    }
  });

  it('--tsv prints columns', async () => {
    const rows = tsvRows((await tcploom(['packets', '--tsv', LOSSY])).stdout);
    const lines = objects((await tcploom(['packets', LOSSY])).stdout);
    assert.deepEqual(
      rows.map((row) => row.get('symptoms')),
      lines.map((line) => String(line.symptoms).replaceAll(',', ' ')),
    );
  });
});

describe('--analysis', () => {
  it('says at the end how many segments have which symptom', async () => {
    const { stdout, stderr } = await tcploom(['--analysis', '-o', 'miruo', LOSSY]);
    assert.equal(stdout, (await tcploom(['-o', 'miruo', LOSSY])).stdout);
    const rows = objects((await tcploom(['-o', 'ndjson', LOSSY])).stdout);
    const sum = (name: string, of = rows): number =>
      of.reduce((all, row) => all + Number(row[`${name}_src`]) + Number(row[`${name}_dst`]), 0);
    assert.match(stderr, new RegExp(`^segments +: ${sum('packets')} in ${rows.length} sessions$`, 'm'));
    for (const symptom of SYMPTOMS) {
      const having = rows.filter((row) => sum(symptom, [row]) > 0).length;
      const line = new RegExp(`^${symptom} +: ${sum(symptom)} in ${having} sessions$`, 'm');
      if (having > 0) assert.match(stderr, line);
      else assert.doesNotMatch(stderr, new RegExp(`^${symptom} `, 'm'));
    }
  });
});

describe('options about records', () => {
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [['--dedup', LOSSY], /--dedup is about records, which are not asked for: -o ndjson/],
    [['--session-timeout', '5', LOSSY], /--session-timeout is about records/],
    [['-o', 'conn', '--http', LOSSY], /--http is about records of sessions/],
    [['-o', 'conn', '--dedup', LOSSY], /--dedup is about records of sessions and packets/],
    [['-o', 'ndjson', '--session-timeout', '0', LOSSY], /--session-timeout must be from 1 to /],
    [['-o', 'ndjson', '-o', 'csv', LOSSY], /two results cannot go to standard output/],
  ];
  for (const [args, message] of refusals) {
    it(`${args.slice(0, -1).join(' ')}: refused`, async () => {
      const { code, stdout, stderr } = await tcploom(args);
      assert.deepEqual([code, stdout], [2, '']);
      assertMessages(stderr, [message]);
    });
  }

  it('--checksum 2 says so when what it leaves out looks as if the network card was to put the sums in', async () => {
    const { packets } = readPcap(readFileSync('datasets/web.pcap'));
    // Of TCP in IPv4 behind Ethernet: a sum of 0, as such packets have.
    for (const { captured } of packets) if (captured[23] === 6) captured.fill(0, 50, 52);
    const path = join(FOLDER, 'offloaded.pcap');
    writeFileSync(path, writePcap(packets, { linkType: 1 }));
    for (const format of ['ndjson', 'conn-json']) {
      const { stdout, stderr } = await tcploom(['-o', format, '--checksum', '2', path]);
      assert.equal(stdout, '');
      assertMessages(stderr, [
        /^tcploom: \d+ segments with a wrong checksum were left out/,
        /packets with a wrong checksum look as if they were captured before the network card/,
      ]);
    }
  });

  it('--checksum 2 says how many segments it leaves out, and how many of them are of no session', async () => {
    const { packets } = readPcap(readFileSync('datasets/web.pcap'));
    const isTcp = ({ captured }: { captured: Uint8Array }): boolean => captured[23] === 6;
    const ports = ({ captured }: { captured: Uint8Array }): string =>
      Buffer.from(captured.subarray(34, 38)).toString('hex');
    const tcp = packets.filter(isTcp);
    // All of a conversation, and one in the midst of another.
    const first = ports(tcp[0]);
    const other = tcp.filter((packet) => ports(packet) !== first && ports(packet).slice(4) === first.slice(4))[3];
    const isolated = tcp.filter((packet) => [first, first.slice(4) + first.slice(0, 4)].includes(ports(packet)));
    for (const { captured } of [...isolated, other]) captured[50] ^= 0x55;
    const path = join(FOLDER, 'wrong.pcap');
    writeFileSync(path, writePcap(packets, { linkType: 1 }));
    const count = isolated.length + 1;
    const left = `tcploom: ${count} segments with a wrong checksum were left out`;
    for (const [format, message] of [
      ['ndjson', `${left}, ${isolated.length} of them of no session that is known`],
      ['conn', left],
      ['packets', left],
    ]) {
      const { code, stdout, stderr } = await tcploom(['-o', format, '--checksum', '2', path]);
      assert.equal(code, 0);
      assertMessages(stderr, [message]);
      if (format !== 'ndjson') continue;
      const counted = objects(stdout).map((row) => Number(row.wrong_checksums_src) + Number(row.wrong_checksums_dst));
      assert.equal(
        counted.reduce((sum, wrong) => sum + wrong, 0),
        1,
      );
    }
    assertMessages((await tcploom(['-o', 'ndjson', '--checksum', '2', 'datasets/web.pcap'])).stderr, []);
  });

  it('--http tells method, host and status', async () => {
    const rows = objects((await tcploom(['-o', 'ndjson', '--http', 'datasets/web.pcap'])).stdout);
    const found = rows.filter(({ http_method }) => http_method !== null);
    assert.ok(found.length > 0);
    for (const row of found) assert.ok(typeof row.http_host === 'string' && Number(row.http_status) >= 100);
    const without = objects((await tcploom(['-o', 'ndjson', 'datasets/web.pcap'])).stdout);
    assert.ok(without.every(({ http_method }) => http_method === null));
  });

  it('records go through a pipe that is closed early without a word', async () => {
    const { code, stderr } = await bash(`$TCPLOOM -o ndjson ${LOSSY} | head -1 > /dev/null; exit \${PIPESTATUS[0]}`);
    assert.deepEqual([code, stderr], [0, '']);
  });
});
