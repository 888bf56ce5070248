/**
 * Inputs that are no captures, or not whole ones: each problem is one line with file and byte offset, the exit
 * code says how bad it was, and what could be read is reported in full.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  assertMessages,
  built,
  type Ended,
  ended,
  hasStatistics,
  messagesOf,
  tcploom,
  temporaryFolder,
} from '../support/launch.js';
import { writePcap } from '../support/pcap-naive.js';
import { noise } from '../support/random.js';
import {
  connection,
  connectionFile,
  FILE_HEADER_BYTES,
  RAW_LINK_TYPE,
  RECORD_BYTES,
  RECORD_HEADER_BYTES,
  SHOW_ALL,
} from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const TEXT = 'Dear reader, this is a letter and no capture.\n';
const NOT_PCAP_REST = new Uint8Array(60).fill(7);
/** LINKTYPE_BLUETOOTH_HCI_H4. */
const UNKNOWN_LINK_TYPE = 187;

/** Writes a file and gives its path, which holds neither spaces nor anything a pattern would read. */
function file(name: string, bytes: Uint8Array | string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

const WHOLE = file('whole.pcap', connectionFile(1));
const OTHER = file('other.pcap', connectionFile(2));

/** Lines of results, without the first, which names the input. */
const resultsOf = (stdout: string): string[] => stdout.split('\n').slice(1);

/** Results of a capture of these packets when nothing is wrong with it. */
async function resultsWithout(bytes: Uint8Array): Promise<string[]> {
  const run = await tcploom([...SHOW_ALL, file('reference.pcap', bytes)]);
  assert.equal(run.code, 0);
  assertMessages(run.stderr, []);
  return resultsOf(run.stdout);
}

/** Nothing could be read: exit code 2, one line, nothing else on either stream. */
function assertNothingRead(run: Ended, message: string): void {
  assertMessages(run.stderr, [message]);
  assert.equal(hasStatistics(run.stderr), false, 'statistics of nothing');
  assert.equal(run.stdout, '');
  assert.equal(run.code, 2);
}

describe('an input of which nothing can be read', () => {
  const EXPECTED_CAPTURE = 'expected a capture, whose header has 24 bytes';
  const EXPECTED_FORMAT = 'expected a pcap or pcapng capture';
  mkdirSync(join(FOLDER, 'folder.pcap'));
  const cases: readonly [what: string, path: string, problem: string][] = [
    ['missing', join(FOLDER, 'missing.pcap'), ': no such file'],
    ['in a missing folder', join(FOLDER, 'missing', 'a.pcap'), ': no such file'],
    ['below a file', join(WHOLE, 'a.pcap'), ': a part of the path is not a directory'],
    ['a directory', join(FOLDER, 'folder.pcap'), ': is a directory'],
    ['empty', file('empty.pcap', ''), ` at byte 0: the file is empty, ${EXPECTED_CAPTURE}`],
    [
      'shorter than a header',
      file('short.pcap', 'abc'),
      ` at byte 3: the file ends after 3 bytes, ${EXPECTED_CAPTURE}`,
    ],
    ['text', file('text.pcap', TEXT), ` at byte 0: a text file, ${EXPECTED_FORMAT}`],
    [
      'a capture of another format',
      file('snoop.pcap', Buffer.concat([Buffer.from('snoop\0\0\0'), NOT_PCAP_REST])),
      ` at byte 0: a snoop capture, ${EXPECTED_FORMAT}; editcap can convert it`,
    ],
    [
      'of a link type that cannot be decoded',
      file('bluetooth.pcap', connectionFile(1, 3, UNKNOWN_LINK_TYPE)),
      `: link-layer type ${UNKNOWN_LINK_TYPE} (BLUETOOTH_HCI_H4), which cannot be decoded (3 packets)`,
    ],
  ];
  for (const [what, path, problem] of cases) {
    it(`${what}: exit code 2, one line, no output`, async () => {
      assertNothingRead(await tcploom([path]), `tcploom: ${path}${problem}`);
    });
  }

  it('not permitted: exit code 2, one line', {
    skip: process.getuid?.() === 0 && 'root may read everything',
  }, async () => {
    const path = file('secret.pcap', connectionFile());
    chmodSync(path, 0);
    assertNothingRead(await tcploom([path]), `tcploom: ${path}: permission denied`);
  });

  it("tells the drop-in command's user the same", async () => {
    const path = join(FOLDER, 'missing.pcap');
    assertNothingRead(await tcploom(['miruo', '-f', path]), `tcploom: ${path}: no such file`);
  });
});

describe('a capture without packets', () => {
  it('is no problem: exit code 0, the first line, statistics', async () => {
    const path = file('none.pcap', writePcap([], { linkType: RAW_LINK_TYPE }));
    const run = await tcploom([path]);
    assertMessages(run.stderr, []);
    assert.equal(run.stdout, `reading from ${path}\n`);
    assert.match(run.stderr, /^Total Sessions {2}: 0$/m);
    assert.equal(run.code, 0);
  });

  it('is none even when its link type could not be decoded', async () => {
    const run = await tcploom([file('none-of-it.pcap', writePcap([], { linkType: UNKNOWN_LINK_TYPE }))]);
    assertMessages(run.stderr, []);
    assert.equal(run.code, 0);
  });
});

describe('a capture that ends too early', () => {
  const PACKETS = 2;
  const bytes = connectionFile(1, PACKETS);
  /** What must be said of the file cut to `length` bytes; undefined when it ends where a record does. */
  function problemAt(length: number): string | undefined {
    if (length === 0) return ' at byte 0: the file is empty, expected a capture, whose header has 24 bytes';
    if (length < FILE_HEADER_BYTES) {
      return ` at byte ${length}: the file ends after ${length} bytes, expected a capture, whose header has 24 bytes`;
    }
    const inRecord = (length - FILE_HEADER_BYTES) % RECORD_BYTES;
    if (inRecord === 0) return undefined;
    const place = ` at byte ${length - inRecord}: the file is cut: `;
    if (inRecord < RECORD_HEADER_BYTES) return `${place}${inRecord} bytes of a record header, expected 16`;
    return `${place}${inRecord - RECORD_HEADER_BYTES} bytes of a packet, expected 40`;
  }

  /** A capture of the whole records before the cut, and what is right for it. */
  async function expectations(): Promise<string[][]> {
    const results: string[][] = [];
    for (let packets = 0; packets <= PACKETS; packets++) results.push(await resultsWithout(connectionFile(1, packets)));
    assert.equal(new Set(results.map((lines) => lines.join('\n'))).size, results.length, 'each packet shows');
    return results;
  }

  it('at every byte: the offset of the record, and the results of the records before it', async () => {
    const results = await expectations();
    const lengths = Array.from({ length: bytes.length + 1 }, (_, length) => length);
    const paths = lengths.map((length) => file(`cut-${length}.pcap`, bytes.subarray(0, length)));
    const args = [built('test/support/run-each.ts'), ...SHOW_ALL, '--workers', '1', '--', ...paths];
    const run = await ended(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    assert.equal(run.code, 0, run.stderr);
    const [outputs, errors] = [run.stdout, run.stderr].map((text) => text.split(/^#end (\d)\n/m));
    for (const length of lengths) {
      const path = paths[length];
      const problem = problemAt(length);
      const [stdout, stderr, code] = [outputs[2 * length], errors[2 * length], Number(errors[2 * length + 1])];
      assertMessages(stderr, problem === undefined ? [] : [`tcploom: ${path}${problem}`]);
      if (length < FILE_HEADER_BYTES) {
        assert.deepEqual([code, stdout], [2, ''], `cut at ${length}`);
      } else {
        assert.equal(code, problem === undefined ? 0 : 1, `cut at ${length}`);
        const whole = Math.floor((length - FILE_HEADER_BYTES) / RECORD_BYTES);
        assert.deepEqual(stdout.split('\n'), [`reading from ${path}`, ...results[whole]], `cut at ${length}`);
      }
    }
  });

  it('in the first and last byte of each part: the exit code of the process too', async () => {
    const second = FILE_HEADER_BYTES + RECORD_BYTES;
    const lengths = [1, 23, 25, 39, 40, 79, second + 1, second + 15, second + 16, second + RECORD_BYTES - 1];
    for (const length of lengths) {
      const path = file('cut.pcap', bytes.subarray(0, length));
      const run = await tcploom([path]);
      assertMessages(run.stderr, [`tcploom: ${path}${problemAt(length)}`]);
      assert.equal(run.code, length < FILE_HEADER_BYTES ? 2 : 1, `cut at ${length}`);
    }
  });

  it('where it is longer than several blocks', async () => {
    const many = Array.from({ length: 200 }, (_, index) => connection(1 + index)).flat();
    const long = writePcap(Array.from({ length: 15 }, () => many).flat(), { linkType: RAW_LINK_TYPE });
    const results = await resultsWithout(long.subarray(0, long.length - RECORD_BYTES));
    const path = file('long.pcap', long.subarray(0, long.length - 1));
    const run = await tcploom([...SHOW_ALL, '--block-size', '64K', path]);
    const at = long.length - RECORD_BYTES;
    assertMessages(run.stderr, [`tcploom: ${path} at byte ${at}: the file is cut: 39 bytes of a packet, expected 40`]);
    assert.equal(run.code, 1);
    assert.deepEqual(resultsOf(run.stdout), results);
  });
});

describe('a record that cannot be one', () => {
  for (const [name, length] of [
    ['the largest number', 0xffffffff],
    ['a negative one', 0x80000000],
    ['one more than libpcap takes', 262_145],
  ] as const) {
    it(`captured length ${name}: exit code 1, its offset, results of what was before`, async () => {
      const bytes = connectionFile(1, 3);
      const at = FILE_HEADER_BYTES + 2 * RECORD_BYTES;
      new DataView(bytes.buffer).setUint32(at + 8, length, true);
      const path = file('absurd.pcap', bytes);
      const results = await resultsWithout(connectionFile(1, 2));
      const run = await tcploom([...SHOW_ALL, path]);
      const problem = `a captured length of ${length} bytes, expected at most 262144`;
      assertMessages(run.stderr, [`tcploom: ${path} at byte ${at}: ${problem}`]);
      assert.equal(run.code, 1);
      assert.deepEqual(resultsOf(run.stdout), results);
    });
  }

  it('right after the file header: exit code 1, no results', async () => {
    const bytes = connectionFile(1, 1);
    new DataView(bytes.buffer).setUint32(FILE_HEADER_BYTES + 8, 0x7fffffff, true);
    const run = await tcploom([...SHOW_ALL, file('absurd-first.pcap', bytes)]);
    assertMessages(run.stderr, [/ at byte 24: a captured length of 2147483647 bytes, expected at most 262144$/]);
    assert.equal(run.code, 1);
    assert.deepEqual(resultsOf(run.stdout), ['']);
  });
});

describe('damage in what was compressed', () => {
  const bytes = Uint8Array.from(connectionFile(1, 3));
  new DataView(bytes.buffer).setUint32(FILE_HEADER_BYTES + 8, 0x7fffffff, true);
  // Much follows it, so that its place is told long before the end of the file is reached.
  const path = file('damaged.pcap.gz', gzipSync(Buffer.concat([bytes, noise(4_000_000)])));

  for (const options of [[], ['--resync']]) {
    it(`is told by its place in that, before the end is known${options.map((option) => `: ${option}`)}`, async () => {
      const run = await tcploom([...options, path]);
      assert.equal(messagesOf(run.stderr)[0].startsWith(`tcploom: ${path} at byte 24 of what was compressed: `), true);
      assert.equal(run.code, 1);
    });
  }

  it('leaves the compression known to info', async () => {
    const run = await tcploom(['info', path]);
    assert.match(run.stdout, /^Format +pcap us LE, gzip/m);
  });
});

describe('several files', () => {
  const missing = join(FOLDER, 'missing.pcap');
  const text = file('letter.pcap', TEXT);
  const bad = [missing, text, file('bluetooth-too.pcap', connectionFile(1, 3, UNKNOWN_LINK_TYPE))];

  it('are read as one', async () => {
    const together = writePcap([...connection(1), ...connection(2)], { linkType: RAW_LINK_TYPE });
    const results = await resultsWithout(together);
    const run = await tcploom([...SHOW_ALL, WHOLE, OTHER]);
    assert.equal(run.code, 0);
    assertMessages(run.stderr, []);
    assert.equal(run.stdout.split('\n')[0], `reading from 2 files, ${WHOLE} first`);
    assert.deepEqual(resultsOf(run.stdout), results);
  });

  for (const path of bad) {
    it(`one of them bad, wherever it stands (${path.slice(FOLDER.length + 1)}): exit code 1, the results of the others`, async () => {
      const clean = await tcploom([...SHOW_ALL, WHOLE, OTHER]);
      for (const files of [
        [path, WHOLE, OTHER],
        [WHOLE, path, OTHER],
        [WHOLE, OTHER, path],
      ]) {
        const run = await tcploom([...SHOW_ALL, ...files]);
        assert.equal(run.code, 1);
        assert.equal(messagesOf(run.stderr).length, 1);
        assertMessages(run.stderr, [new RegExp(`^tcploom: ${path}[: ]`)]);
        assert.deepEqual(resultsOf(run.stdout), resultsOf(clean.stdout));
      }
    });
  }

  it('one of them cut: exit code 1, the results of the others and of what is whole in it', async () => {
    const cut = file('cut-middle.pcap', connectionFile(1, 3).subarray(0, FILE_HEADER_BYTES + 3 * RECORD_BYTES - 5));
    const whole = writePcap([...connection(1, 2), ...connection(2)], { linkType: RAW_LINK_TYPE });
    const results = await resultsWithout(whole);
    const run = await tcploom([...SHOW_ALL, cut, OTHER]);
    assertMessages(run.stderr, [`tcploom: ${cut} at byte 136: the file is cut: 35 bytes of a packet, expected 40`]);
    assert.equal(run.code, 1);
    assert.deepEqual(resultsOf(run.stdout), results);
  });

  it('all of them bad: exit code 2, a line for each in order, no output', async () => {
    const run = await tcploom(bad);
    assertMessages(
      run.stderr,
      bad.map((path) => new RegExp(`^tcploom: ${path}[: ]`)),
    );
    assert.equal(run.stdout, '');
    assert.equal(hasStatistics(run.stderr), false);
    assert.equal(run.code, 2);
  });

  it('of different link types and byte orders are no problem', async () => {
    const swapped = file(
      'swapped.pcap',
      writePcap(connection(2), { linkType: RAW_LINK_TYPE, bigEndian: true, nanosecond: true }),
    );
    const clean = await tcploom([...SHOW_ALL, WHOLE, OTHER]);
    const run = await tcploom([...SHOW_ALL, WHOLE, swapped]);
    assertMessages(run.stderr, []);
    assert.deepEqual(resultsOf(run.stdout), resultsOf(clean.stdout));
  });
});

it('a name with spaces and signs of another alphabet is told as it is', () => {
  const path = join(FOLDER, 'не захват №1.pcap');
  const run = spawnSync(process.execPath, [built('bin/tcploom.ts'), path], { encoding: 'utf8' });
  assert.equal(run.stderr, `tcploom: ${path}: no such file\n`);
  assert.equal(run.status, 2);
});
