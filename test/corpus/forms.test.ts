/**
 * The same packets give the same results whatever form they come in: format, byte order, resolution, compression, number
 * of files, kind of stream. Captures are converted by the programs that people convert them with.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ModelPacket } from '../model/miruo-model.js';
import { cutInto, swapped, writePcapng } from '../support/capture-forms.js';
import { generateTraffic } from '../support/craft.js';
import { bash, type Ended, tcploom, temporaryFolder } from '../support/launch.js';
import { assertSame, packetColumns, runEach, tsvRows } from '../support/outcomes.js';
import { readPcap, writePcap } from '../support/pcap-naive.js';
import { missing, output } from '../support/programs.js';

const FOLDER = temporaryFolder();
const ETHERNET = 1;

/** Command lines that show much, each but for its capture. */
const SHOWING: readonly (readonly [options: readonly string[], asLast: (file: string) => string])[] = [
  [['--all', '--retransmit', '1', '--unfinished'], (file) => file],
  [['miruo', '--classic', '--all', '-r', '1', '-v', '1'], (file) => `--file=${file}`],
];

type Compress = (bytes: Uint8Array) => Uint8Array;
const by =
  (program: string, ...args: string[]): Compress =>
  (bytes) =>
    output(program, ['-c', ...args], bytes);
/** Several members, cut anywhere. */
const inMembers: Compress = (bytes) =>
  Buffer.concat(cutInto([...bytes], 5).map((part) => gzipSync(Uint8Array.from(part))));

const COMPRESSIONS: readonly (readonly [name: string, compress: Compress, programs: readonly string[]])[] = [
  ['gzip', gzipSync, []],
  ['gzip in members', inMembers, []],
  ['zstd', by('zstd'), ['zstd']],
  ['lz4', by('lz4'), ['lz4']],
  ['xz', by('xz', '-0'), ['xz']],
  ['bzip2', by('bzip2'), ['bzip2']],
  ['gzip in zstd', (bytes) => by('zstd')(gzipSync(bytes)), ['zstd']],
  ['xz in gzip', (bytes) => gzipSync(by('xz', '-0')(bytes)), ['xz']],
];

interface Capture {
  readonly name: string;
  readonly path: string;
  readonly packets: readonly ModelPacket[];
}

/** Writes a file of this capture and gives its path. */
function fileOf(capture: Capture, form: string, bytes: Uint8Array): string {
  const path = join(FOLDER, capture.name, form.replaceAll(' ', '-'));
  writeFileSync(path, bytes);
  return path;
}

function captureOf(name: string, packets: readonly ModelPacket[]): Capture {
  mkdirSync(join(FOLDER, name));
  const capture = { name, path: join(FOLDER, name, 'original.pcap'), packets };
  writeFileSync(capture.path, writePcap(packets, { linkType: ETHERNET }));
  return capture;
}

/** Times that every format can hold: whole microseconds, fewer than a second of them. */
const inMicroseconds = (packets: readonly ModelPacket[]): ModelPacket[] =>
  packets.map((packet) => ({ ...packet, nsec: packet.nsec - (packet.nsec % 1000) })).filter(({ nsec }) => nsec < 1e9);

const packetsOf = (path: string): ModelPacket[] => readPcap(readFileSync(path)).packets;

const LOSSY = captureOf('lossy', packetsOf('datasets/lossy.pcap'));
/** IPv6, VLANs, fragments of several kinds, times that go back. */
const MIXED = captureOf(
  'mixed',
  inMicroseconds([...generateTraffic(7, 900, { concurrency: 12 }), ...packetsOf('datasets/fragments.pcap')]),
);

/** Forms in one file that need no other program. */
function writtenForms(capture: Capture): string[] {
  const { packets } = capture;
  const form = { orders: ['LE'], packetsPerSection: packets.length, resolutions: [6] } as const;
  const nanosecond = writePcap(packets, { linkType: ETHERNET, nanosecond: true });
  const files: Record<string, Uint8Array> = {
    'us BE': swapped(readFileSync(capture.path)),
    'ns LE': nanosecond,
    'ns BE': swapped(nanosecond),
    'pcapng LE': writePcapng(packets, form),
    'pcapng BE': writePcapng(packets, { ...form, orders: ['BE'], resolutions: [9] }),
    'pcapng with an offset': writePcapng(packets, { ...form, offsetSec: 1_600_000_000 }),
    'pcapng of many sections': writePcapng(packets, {
      orders: ['LE', 'BE', 'BE'],
      packetsPerSection: 41,
      resolutions: [6, 9, 7],
    }),
  };
  return Object.entries(files).map(([name, bytes]) => fileOf(capture, name, bytes));
}

/** Forms that capture programs write. */
function convertedForms(capture: Capture): string[] {
  const { path } = capture;
  const to = (name: string): string => join(FOLDER, capture.name, name);
  for (const format of ['nsecpcap', 'modpcap', 'pcapng']) output('editcap', ['-F', format, path, to(format)]);
  output('tcpdump', ['-r', path, '-w', to('tcpdump'), '--time-stamp-precision=nano']);
  const halves = cutInto(capture.packets, 2).map((packets, half) =>
    fileOf(capture, `half ${half}`, writePcap(packets, { linkType: ETHERNET })),
  );
  output('mergecap', ['-a', '-w', to('merged'), ...halves]);
  output('mergecap', ['-a', '-F', 'nsecpcap', '-w', to('merged-ns'), ...halves]);
  const sections = halves.map((half) => {
    output('editcap', ['-F', 'pcapng', half, `${half}.ng`]);
    return readFileSync(`${half}.ng`);
  });
  return [
    ...['nsecpcap', 'modpcap', 'pcapng', 'tcpdump', 'merged', 'merged-ns'].map(to),
    fileOf(capture, 'modpcap BE', swapped(readFileSync(to('modpcap')))),
    fileOf(capture, 'two sections', Buffer.concat(sections)),
  ];
}

/** Every compression that is there, in turn of a pcap and of a pcapng file. */
function compressedForms(capture: Capture): string[] {
  const plain = [capture.path, join(FOLDER, capture.name, 'pcapng-BE')].map((path) => readFileSync(path));
  return COMPRESSIONS.filter(([, , programs]) => !missing(...programs)).map(([name, compress], index) =>
    fileOf(capture, `compressed ${name}`, compress(plain[index % 2])),
  );
}

const MOST_PIECES = 20;

/** Lists of files, of 1 to 20 pieces each, in formats and compressions that change from piece to piece. */
function lists(capture: Capture): string[] {
  const { packets } = capture;
  const compressions = COMPRESSIONS.filter(([, , programs]) => !missing(...programs)).map(([, compress]) => compress);
  const ways: Compress[] = [(bytes) => bytes, ...compressions];
  return Array.from({ length: MOST_PIECES }, (_, fewer) => fewer + 1).flatMap((count) => {
    const pieces = cutInto(packets, count);
    const plain = pieces.map((piece, i) =>
      fileOf(capture, `piece ${i} of ${count}`, writePcap(piece, { linkType: ETHERNET })),
    );
    const mixed = pieces.map((piece, i) => {
      const written = [
        writePcap(piece, { linkType: ETHERNET, bigEndian: true }),
        writePcapng(piece, { orders: ['BE', 'LE'], packetsPerSection: 30, resolutions: [9, 6] }),
        writePcap(piece, { linkType: ETHERNET, nanosecond: true }),
      ][i % 3];
      return fileOf(capture, `mixed piece ${i} of ${count}`, ways[i % ways.length](written));
    });
    // Plain and mixed in turn, and both where it is cheap or there are most.
    const kinds = count === 1 || count === MOST_PIECES ? [plain, mixed] : [count % 2 === 0 ? plain : mixed];
    return kinds.map((files, i) =>
      fileOf(capture, `list ${i} of ${count}`, Buffer.from(files.map((file) => `${file}\n`).join(''))),
    );
  });
}

for (const [capture, [options, asLast]] of [
  [LOSSY, SHOWING[1]],
  [MIXED, SHOWING[0]],
] as const) {
  describe(`the packets of ${capture.name}`, () => {
    let expected: Ended;

    before(async () => {
      expected = await tcploom([...options, asLast(capture.path)]);
      assert.equal(expected.code, 0, expected.stderr);
      assert.ok(expected.stdout.length > 10_000);
    });

    async function check(lasts: readonly string[]): Promise<void> {
      const runs = await runEach(options, lasts);
      for (const [at, run] of runs.entries()) assertSame(run, expected, lasts[at]);
    }

    async function checkInfo(files: readonly string[]): Promise<void> {
      const { stdout, stderr } = await tcploom(['info', '--tsv', capture.path, ...files]);
      assert.equal(stderr, '');
      const [original, ...rows] = tsvRows(stdout);
      assert.equal(rows.length, files.length);
      for (const row of rows) assert.deepEqual(packetColumns(row), packetColumns(original), row.get('file'));
    }

    async function checkBoth(files: readonly string[]): Promise<void> {
      await check(files.map(asLast));
      await checkInfo(files);
    }

    it('in every format', async () => checkBoth(writtenForms(capture)));

    it('as capture programs convert them', { skip: missing('editcap', 'mergecap', 'tcpdump') }, async () =>
      checkBoth(convertedForms(capture)),
    );

    it('compressed', async (t) => {
      const files = compressedForms(capture);
      t.diagnostic(`${files.length} of ${COMPRESSIONS.length} ways`);
      await checkBoth(files);
    });

    it('in several files', async () => check(lists(capture).map((list) => `--files-from=${list}`)));
  });
}

describe('through a stream', () => {
  const [options] = SHOWING[0];
  const told = options.join(' ');
  const ng = fileOf(
    MIXED,
    'stream.pcapng',
    writePcapng(MIXED.packets, { orders: ['BE'], packetsPerSection: 500, resolutions: [9] }),
  );
  const packed = fileOf(MIXED, 'stream.gz', gzipSync(readFileSync(ng)));
  let expected: Ended;

  before(async () => {
    expected = await tcploom([...options, MIXED.path]);
  });

  const lines: readonly string[] = [
    `cat ${MIXED.path} | $TCPLOOM ${told} -`,
    `cat ${ng} | $TCPLOOM ${told} /dev/stdin`,
    `cat ${packed} | $TCPLOOM ${told} -`,
    `$TCPLOOM ${told} - < ${MIXED.path}`,
    `$TCPLOOM ${told} /dev/stdin < ${ng}`,
    `$TCPLOOM ${told} - < ${packed}`,
    `$TCPLOOM ${told} <(cat ${ng})`,
    `$TCPLOOM ${told} <(gzip -dc ${packed})`,
    `mkfifo ${FOLDER}/fifo; cat ${packed} > ${FOLDER}/fifo & $TCPLOOM ${told} ${FOLDER}/fifo`,
    `(head -c 1000; sleep 0.3; head -c 30; sleep 0.2; cat) < ${ng} | $TCPLOOM ${told} -`,
  ];
  for (const line of lines) {
    it(line.replaceAll(FOLDER, '').replaceAll(told, ''), async () => assertSame(await bash(line), expected, line));
  }

  it('as one of several inputs', async () => {
    const [first, second, third] = cutInto(MIXED.packets, 3).map((packets, i) =>
      fileOf(MIXED, `third ${i}`, writePcap(packets, { linkType: ETHERNET })),
    );
    const line = `gzip -c ${second} | $TCPLOOM ${told} ${first} - <(cat ${third})`;
    assertSame(await bash(line), expected, line);
  });
});

describe('with any number of workers and size of blocks', () => {
  const [options] = SHOWING[0];
  const files = [
    fileOf(
      MIXED,
      'blocks.pcapng',
      writePcapng(MIXED.packets, { orders: ['LE', 'BE'], packetsPerSection: 99, resolutions: [6] }),
    ),
    fileOf(MIXED, 'blocks.gz', inMembers(readFileSync(MIXED.path))),
  ];
  for (const workers of ['1', '2', '3', '8']) {
    it(`${workers} workers`, async () => {
      const expected = await tcploom([...options, MIXED.path]);
      for (const size of ['64K', '1M']) {
        const form = ['--workers', workers, '--block-size', size];
        for (const run of await runEach([...options, ...form], files)) assertSame(run, expected, form.join(' '));
      }
    });
  }
});
