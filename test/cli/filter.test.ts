/**
 * Filters as a user meets them: `--filter` gives what reading the packets that tcpdump selects would give, `tcploom filter`
 * writes them; and all that can be wrong with an expression, an output, or a capture it does not fit.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertMessages, bash, type Ended, tcploom, temporaryFolder } from '../support/launch.js';
import { packetColumns, tsvRows } from '../support/outcomes.js';
import { readPcap, writePcap } from '../support/pcap-naive.js';
import { BlockCrafter, concat, frameOf } from '../support/pcapng-craft.js';
import { missing, output } from '../support/programs.js';
import { connectionFile, FILE_HEADER_BYTES, RECORD_BYTES, SHOW_ALL } from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const ORIGINAL = 'datasets/lossy.pcap';
const EXPRESSION = 'tcp port 52634 or tcp[tcpflags] & tcp-syn != 0';

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

const linesOf = ({ stdout }: Ended): string => stdout.slice(stdout.indexOf('\n') + 1);

/** Standard output and error of a shell line as bytes would be: latin1. */
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

async function write(name: string, ...args: readonly string[]): Promise<{ run: Ended; path: string; bytes: Buffer }> {
  const path = join(FOLDER, name);
  const run = await tcploom(['filter', ...args, '-w', path]);
  return { run, path, bytes: existsSync(path) ? readFileSync(path) : Buffer.alloc(0) };
}

async function assertUsage(args: readonly string[], message: string | RegExp): Promise<void> {
  const run = await tcploom(args);
  assertMessages(run.stderr, [message]);
  assert.equal(run.stdout, '');
  assert.equal(run.code, 2);
}

describe('a filter', { skip: missing('tcpdump') }, () => {
  const selected = join(FOLDER, 'selected.pcap');
  output('tcpdump', ['-r', ORIGINAL, '-w', selected, EXPRESSION]);
  const { packets } = readPcap(readFileSync(selected));

  it('selects some packets and not all, or these tests would say nothing', () => {
    assert.ok(packets.length > 40 && packets.length < 200, `${packets.length}`);
  });

  it('gives the sessions of the packets that it selects', async () => {
    const expected = await tcploom([...SHOW_ALL, selected]);
    assert.ok(linesOf(expected).length > 1000);
    const fromFile = file('expression', `# a comment\n${EXPRESSION}\n# tcp\n`);
    const runs = [
      ['--filter', EXPRESSION, ORIGINAL],
      ['--filter-file', fromFile, ORIGINAL],
      ['--filter', EXPRESSION, '--workers', '3', '--block-size', '64K', ORIGINAL],
    ];
    for (const args of runs) {
      const run = await tcploom([...SHOW_ALL, ...args]);
      assert.equal(linesOf(run), linesOf(expected), args.join(' '));
      assert.equal(run.code, 0);
    }
    const miruo = await tcploom(['miruo', ...SHOW_ALL, '-f', ORIGINAL, ...EXPRESSION.split(' ')]);
    assert.equal(linesOf(miruo), linesOf(expected));
  });

  it('leaves out in info what it does not select', async () => {
    const expected = await tcploom(['info', '--tsv', selected]);
    const run = await tcploom(['info', '--tsv', '--filter', EXPRESSION, ORIGINAL]);
    assert.deepEqual(tsvRows(run.stdout).map(packetColumns), tsvRows(expected.stdout).map(packetColumns));
    const report = await tcploom(['info', '--filter', EXPRESSION, ORIGINAL]);
    assert.match(report.stdout, new RegExp(`^Packets +${packets.length}$`, 'm'));
    assert.match(report.stdout, new RegExp(`^Left out +${595 - packets.length} packets$`, 'm'));
  });

  it('writes what tcpdump writes, whatever blocks and workers are', async () => {
    const expected = readFileSync(selected);
    for (const more of [[], ['--block-size', '64K', '--workers', '3'], ['--block-size', '1M', '--workers', '1']]) {
      const { run, bytes } = await write('out.pcap', EXPRESSION, ORIGINAL, ...more);
      assertMessages(run.stderr, []);
      assert.equal(run.code, 0);
      assert.equal(bytes.compare(expected), 0, more.join(' '));
    }
  });

  it('reads and writes through pipes, and what is compressed', async () => {
    const zipped = file('lossy.pcap.gz', gzipSync(readFileSync(ORIGINAL)));
    const lines = [
      `$TCPLOOM filter '${EXPRESSION}' - -w - < ${ORIGINAL}`,
      `cat ${ORIGINAL} | $TCPLOOM filter '${EXPRESSION}' - -w - | cat`,
      `$TCPLOOM filter '${EXPRESSION}' ${zipped} -w /dev/stdout | cat`,
      `$TCPLOOM filter '${EXPRESSION}' <(cat ${zipped}) -w >(cat)`,
    ];
    for (const line of lines) {
      const run = await bash(line);
      assertMessages(run.stderr, []);
      assert.equal(bytesOf(run.stdout).compare(readFileSync(selected)), 0, line);
    }
  });

  it('counts over all files, behind bounds of time and before the number of packets', async () => {
    const count = async (...args: string[]): Promise<string> => (await tcploom(['filter', ...args, '-c'])).stdout;
    assert.equal(await count(EXPRESSION, ORIGINAL, ORIGINAL), `${2 * packets.length}\n`);
    assert.equal(await count('', ORIGINAL), '595\n');
    assert.equal(await count(EXPRESSION, ORIGINAL, '--max-packets', '7'), '7\n');
    assert.equal(await count('len > 60000', ORIGINAL), '0\n');
    const to = packets[20].sec - packets[0].sec;
    const bounds = ['--to', `${packets[0].sec + to}`];
    const within = packets.filter(
      ({ sec, nsec }) => sec < packets[0].sec + to || (sec === packets[0].sec + to && nsec === 0),
    );
    assert.ok(within.length > 0 && within.length < packets.length);
    assert.equal(await count(EXPRESSION, ORIGINAL, ...bounds), `${within.length}\n`);
  });
});

describe('an expression', () => {
  it('that is none is told with its column before anything is read', async () => {
    const message = "tcploom: the filter: column 5: found 'prt', expected 'and' or 'or'";
    await assertUsage(['--filter', 'tcp prt 80', '/nowhere'], message);
    await assertUsage(['info', '--filter', 'tcp prt 80', '/nowhere'], message);
    await assertUsage(['miruo', '-f', '/nowhere', 'tcp', 'prt', '80'], message);
    await assertUsage(['filter', 'tcp prt 80', '/nowhere', '-c'], message);
    await assertUsage(
      ['filter', '-F', file('wrong', '# one\ntcp prt 80'), '/nowhere', '-c'],
      /: line 2, column 5: found 'prt'/,
    );
  });

  it('with a name that nobody knows is told so too', async () => {
    await assertUsage(
      ['filter', 'host no-such-host-here', '/nowhere', '-c'],
      /^tcploom: the filter: column 6: .*'no-such-host-here'/,
    );
    await assertUsage(
      ['filter', 'port no-such-port', '/nowhere', '-c'],
      /^tcploom: the filter: column 6: .*'no-such-port'/,
    );
  });

  it('may name what the files of the system name', async () => {
    const run = await tcploom(['filter', 'host localhost or port http', ORIGINAL, '-c']);
    const same = await tcploom(['filter', 'host 127.0.0.1 or host ::1 or port 80', ORIGINAL, '-c']);
    assert.equal(run.stdout, same.stdout);
    assert.notEqual(run.stdout, '0\n');
  });

  it('comes from one place', async () => {
    await assertUsage(
      ['--filter', 'tcp', '--filter-file', 'x', ORIGINAL],
      /^tcploom: a filter is an expression or in a file, not both /,
    );
    await assertUsage(
      ['--filter-file', '/nowhere/x', ORIGINAL],
      /^tcploom: the filter file \/nowhere\/x: no such file /,
    );
    await assertUsage(['--resolve', ORIGINAL], /^tcploom: --resolve needs a filter /);
  });

  it('may be longer than an argument can be', async () => {
    const path = file('long', `tcp port 52634${' or host 1.2.3.4'.padEnd(70).repeat(2000)}`);
    const run = await tcploom(['filter', '-F', path, ORIGINAL, '-c']);
    assertMessages(run.stderr, []);
    assert.equal(run.stdout, (await tcploom(['filter', 'tcp port 52634', ORIGINAL, '-c'])).stdout);
  });
});

describe('a link type that an expression means nothing for', () => {
  const raw = file('raw.pcap', connectionFile());
  const ethernet = 'datasets/web.pcap';
  const told = new RegExp(
    `^tcploom: ${raw}: the filter cannot be used on its link type RAW: column 12: .*; such packets were not read$`,
  );
  const expression = 'ether host 1:2:3:4:5:6 or tcp';

  it('is a problem of the captures that have it', async () => {
    for (const args of [
      ['--filter', expression],
      ['info', '--filter', expression],
    ]) {
      const both = await tcploom([...args, raw, ethernet]);
      assertMessages(both.stderr, [told]);
      assert.equal(both.code, 1, args.join(' '));
      const alone = await tcploom([...args, raw]);
      assertMessages(alone.stderr, [told]);
      assert.equal(alone.code, 2, args.join(' '));
    }
  });

  it('leaves a count of the others, or none', async () => {
    const both = await tcploom(['filter', expression, raw, ethernet, '-c']);
    assertMessages(both.stderr, [told]);
    assert.equal(both.stdout, (await tcploom(['filter', expression, ethernet, '-c'])).stdout);
    assert.equal(both.code, 1);
    const alone = await tcploom(['filter', expression, raw, '-c']);
    assert.equal(alone.stdout, '');
    assert.equal(alone.code, 2);
  });

  it('may stand for another', async () => {
    const user = file('user.pcap', connectionFile(1, 3, 150));
    const run = await tcploom(['filter', 'tcp', user, '-c', '--user-dlt', '3=RAW']);
    assert.equal(run.stdout, '3\n');
    const written = await write('user-out.pcap', 'tcp', user, '--user-dlt', '3=RAW');
    assert.equal(written.bytes.compare(readFileSync(user)), 0);
  });

  it('does not fit into pcap behind another, which is told and counted', async () => {
    const { run, bytes } = await write('mixed.pcap', 'tcp', raw, 'datasets/any-sll.pcap');
    assertMessages(run.stderr, [
      /^tcploom: datasets\/any-sll\.pcap: \d+ packets were not written: a pcap file has the link type RAW /,
    ]);
    assert.equal(run.code, 1);
    assert.equal(readPcap(bytes).packets.length, 3);
    const pcapng = await write('mixed.pcapng', 'tcp', raw, 'datasets/any-sll.pcap', '--pcapng');
    assertMessages(pcapng.run.stderr, []);
    const count = await tcploom(['filter', '', pcapng.path, '-c']);
    assert.equal(count.stdout, (await tcploom(['filter', 'tcp', raw, 'datasets/any-sll.pcap', '-c'])).stdout);
  });
});

describe('what is written', () => {
  it('is never what is read', async () => {
    const path = file('same.pcap', connectionFile());
    const before = readFileSync(path);
    const message = /is one of the files that are read: it would be overwritten/;
    const link = join(FOLDER, 'link.pcap');
    assert.equal((await bash(`ln ${path} ${link}`)).code, 0);
    for (const out of [path, link]) await assertUsage(['filter', 'tcp', ORIGINAL, path, '-w', out], message);
    for (const line of [`$TCPLOOM filter tcp ${path} -w - >> ${path}`, `$TCPLOOM filter tcp - -w ${path} < ${path}`]) {
      const run = await bash(line);
      assertMessages(run.stderr, [message]);
      assert.equal(run.code, 2);
    }
    assert.deepEqual(readFileSync(path), before);
    const expression = file('kept-expression', 'tcp');
    await assertUsage(['filter', '-F', expression, ORIGINAL, '-w', expression], message);
    const list = file('kept-list', `${ORIGINAL}\n`);
    await assertUsage(['filter', 'tcp', '--files-from', list, '-w', list], message);
    assert.deepEqual(
      [expression, list].map((one) => readFileSync(one, 'utf8')),
      ['tcp', `${ORIGINAL}\n`],
    );
  });

  it('is not begun when nothing can be read', async () => {
    const { run, path } = await write('never.pcap', 'tcp', '/nowhere');
    assertMessages(run.stderr, ['tcploom: /nowhere: no such file']);
    assert.equal(run.code, 2);
    assert.equal(existsSync(path), false);
  });

  it('holds what could be read of damaged captures', async () => {
    const whole = connectionFile();
    const cut = file('cut.pcap', whole.slice(0, -5));
    const { run, bytes } = await write('of-cut.pcap', 'tcp', cut);
    const place = `at byte ${FILE_HEADER_BYTES + 2 * RECORD_BYTES}`;
    assertMessages(run.stderr, [new RegExp(`^tcploom: ${cut} ${place}: the file is cut: `)]);
    assert.equal(run.code, 1);
    assert.equal(bytes.compare(whole.subarray(0, FILE_HEADER_BYTES + 2 * RECORD_BYTES)), 0);
  });

  it('is of no capture that was read when nothing describes its packets, with a filter or without', async () => {
    const craft = new BlockCrafter('LE');
    const path = file('undescribed.pcapng', concat(craft.section(), craft.enhanced(0, 1n, frameOf(60))));
    for (const expression of ['', 'len > 1']) {
      const run = await tcploom(['filter', expression, path, '-c']);
      assertMessages(run.stderr, [`tcploom: ${path}: 1 packets are of interfaces that the capture does not describe`]);
      assert.equal(run.stdout, '');
      assert.equal(run.code, 2, expression);
    }
  });

  it('needs room: one message, exit code 2', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
    const run = await tcploom(['filter', 'tcp', ORIGINAL, '-w', '/dev/full']);
    assertMessages(run.stderr, ['tcploom: writing /dev/full: no space left on the device']);
    assert.equal(run.code, 2);
  });

  it('that has too little room holds whole packets', async () => {
    const path = join(FOLDER, 'limited.pcap');
    const inputs = new Array(20).fill(ORIGINAL).join(' ');
    const run = await bash(`ulimit -f 300; node dist/bin/tcploom.js filter '' ${inputs} --block-size 64K -w ${path}`);
    const aside = `what could be written is in ${path}.partial`;
    assertMessages(run.stderr, [`tcploom: writing ${path}: the file would be too large; ${aside}`]);
    assert.equal(run.code, 2);
    assert.equal(existsSync(path), false);
    const info = await tcploom(['info', '--tsv', `${path}.partial`]);
    assert.deepEqual([info.code, info.stderr], [0, '']);
    assert.ok(Number(info.stdout.split('\n')[1].split('\t')[1]) > 100, 'packets of the first writes');
  });

  it('leaves what was there alone where the filter is of no use, and goes by the captures where it is', async () => {
    const raw = file('raw.pcap', writePcap(readPcap(readFileSync(ORIGINAL)).packets.slice(0, 3), { linkType: 101 }));
    const path = file('kept.pcap', bytesOf('kept'));
    const none = await tcploom(['filter', 'not vlan', raw, '-w', path]);
    assert.equal(none.code, 2);
    assert.equal(readFileSync(path, 'latin1'), 'kept');
    const both = await tcploom(['filter', 'not vlan', raw, ORIGINAL, '-w', path]);
    assertMessages(both.stderr, [/raw\.pcap: the filter cannot be used on its link type RAW: /]);
    assert.equal(both.code, 1);
    // Several captures have the largest snaplen; all else is the second one's.
    assert.deepEqual(readPcap(readFileSync(path)).packets, readPcap(readFileSync(ORIGINAL)).packets);
    assert.equal(readFileSync(path).readUInt32LE(20), 1);
  });

  it('needs a place', async () => {
    const run = await tcploom(['filter', 'tcp', ORIGINAL, '-w', join(FOLDER, 'no', 'x.pcap')]);
    assertMessages(run.stderr, [/^tcploom: writing .*\/no\/x\.pcap: no such file$/]);
    assert.equal(run.code, 2);
  });

  it('may be closed by who reads it', async () => {
    const big = file('big.pcap', manyPackets(40_000));
    const run = await bash(`$TCPLOOM filter '' ${big} -w - | head -c 10 | wc -c; echo \${PIPESTATUS[0]}`);
    assertMessages(run.stderr, []);
    assert.equal(run.stdout, '10\n0\n');
  });

  it('has whole packets after a signal', async () => {
    const pipe = join(FOLDER, 'fifo');
    const out = join(FOLDER, 'ended.pcap');
    const source = file('long.pcap', manyPackets(3000));
    const { size: bytes } = statSync(source);
    // The FIFO stays open behind the packets: the run waits for more.
    const line = [
      `mkfifo ${pipe}; (cat ${source}; exec sleep 3600) > ${pipe} & feeder=$!`,
      `$TCPLOOM filter tcp ${pipe} -w ${out} & run=$!`,
      `for i in $(seq 3000); do [ "$(stat -c %s ${out} 2>/dev/null || echo 0)" -ge ${bytes} ] && break; sleep 0.05; done`,
      'kill -INT $run; wait $run; code=$?; kill $feeder; exit $code',
    ].join('\n');
    const run = await bash(line);
    assert.equal(run.code, 130);
    const written = readPcap(readFileSync(out));
    assert.equal(written.damaged, false);
    assert.equal(written.packets.length, 3000);
  });
});

function manyPackets(count: number): Uint8Array {
  const { packets } = readPcap(connectionFile());
  const many = Array.from({ length: count }, (_, index) => ({ ...packets[index % 3], sec: packets[0].sec + index }));
  return writePcap(many, { linkType: packets[0].linkType });
}
