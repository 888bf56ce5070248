/**
 * `tcploom extract` as a user meets it: the packets of sessions between two ends are what tcpdump selects by hosts and ports; by number and by filter
 * they are whole sessions, whichever files they lie in; and all that can be wrong with a choice.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ExtractPlan, makeExtractPlan } from '../../src/cli/extract-plan.js';
import { parseArguments } from '../../src/cli/parse.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { ModelPacket } from '../model/miruo-model.js';
import { swapped, writePcapng } from '../support/capture-forms.js';
import { tcpFrame } from '../support/craft.js';
import { assertMessages, bash, type Ended, tcploom, temporaryFolder } from '../support/launch.js';
import { readPcap, writePcap } from '../support/pcap-naive.js';
import { missing, output } from '../support/programs.js';
import { connection, connectionFile, RAW_LINK_TYPE } from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const LOSSY = 'datasets/lossy.pcap';
const TUPLE = '10.66.0.2:80-10.66.0.1:52634';
const EXPRESSION = 'host 10.66.0.1 and host 10.66.0.2 and tcp port 52634';

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

interface Extracted {
  readonly run: Ended;
  readonly path: string;
  readonly bytes: Buffer;
}

async function extract(name: string, ...args: readonly string[]): Promise<Extracted> {
  const path = join(FOLDER, name);
  const run = await tcploom(['extract', ...args, '-w', path]);
  return { run, path, bytes: existsSync(path) ? readFileSync(path) : Buffer.alloc(0) };
}

function tcpdumps(expression: string, input: string): Buffer {
  const path = join(FOLDER, 'tcpdump.pcap');
  output('tcpdump', ['-r', input, '-w', path, expression]);
  return readFileSync(path);
}

function assertQuiet({ run }: Extracted, what?: string): void {
  assertMessages(run.stderr, []);
  assert.equal(run.stdout, '');
  assert.equal(run.code, 0, what);
}

/** Seconds of the packets that were written, from those of `connection`. */
const secondsOf = ({ bytes }: Extracted): number[] => readPcap(bytes).packets.map(({ sec }) => sec - 1_700_000_000);

describe('sessions between two ends', { skip: missing('tcpdump') }, () => {
  it('are written as tcpdump writes the packets of these hosts and ports', async () => {
    const expected = tcpdumps(EXPRESSION, LOSSY);
    assert.ok(expected.length > 4000);
    const turned = TUPLE.split('-').reverse().join('-');
    const zipped = file('lossy.pcap.gz', gzipSync(readFileSync(LOSSY)));
    for (const args of [
      ['--tuple', TUPLE, LOSSY],
      ['--tuple', turned, '--tuple', TUPLE, LOSSY, '--block-size', '64K'],
      ['--tuple', TUPLE, zipped],
    ]) {
      const extracted = await extract('ends.pcap', ...args);
      assertQuiet(extracted, args.join(' '));
      assert.equal(extracted.bytes.compare(expected), 0, args.join(' '));
    }
    const both = await extract('both.pcap', '--tuple', TUPLE, LOSSY, zipped);
    const { packets } = readPcap(expected);
    assert.deepEqual(readPcap(both.bytes).packets, [...packets, ...packets]);
  });

  it('may be of IPv6, in nanoseconds', async () => {
    const input = 'datasets/ipv6-nano.pcap';
    const ports = output('tcpdump', ['-n', '-r', input, '-c', '1', 'tcp'])
      .toString()
      .match(/fd66::1\.(\d+) >/);
    const port = ports![1];
    const extracted = await extract('v6.pcap', '--tuple', `[fd66::1]:${port}-[fd66:0::0002]:80`, input);
    assertQuiet(extracted);
    const expected = readPcap(tcpdumps(`tcp port ${port} and tcp port 80`, input));
    assert.ok(expected.packets.length > 4);
    // tcpdump cuts the times to microseconds.
    const found = readPcap(extracted.bytes).packets.map((packet) => ({
      ...packet,
      nsec: packet.nsec - (packet.nsec % 1000),
    }));
    assert.deepEqual(
      found,
      expected.packets.map((packet) => ({ ...packet, nsec: packet.nsec - (packet.nsec % 1000) })),
    );
  });

  it('come through pipes, in one pass', async () => {
    const expected = tcpdumps(EXPRESSION, LOSSY);
    for (const line of [
      `cat ${LOSSY} | $TCPLOOM extract --tuple ${TUPLE} - -w - | cat`,
      `$TCPLOOM extract --tuple ${TUPLE} <(gzip -c ${LOSSY}) -w >(cat)`,
    ]) {
      const run = await bash(line);
      assertMessages(run.stderr, []);
      assert.equal(Buffer.from(run.stdout, 'latin1').compare(expected), 0, line);
    }
  });

  it('do not have ICMP messages that quote them', async () => {
    const input = 'datasets/refused-and-unanswered.pcap';
    // An ICMP message that 10.66.0.10 cannot be reached comes from 10.66.0.2.
    const quoting = output('tcpdump', ['-n', '-r', input, 'icmp[28:2] = 54978']).toString();
    assert.match(quoting, /unreachable/);
    const extracted = await extract('quoted.pcap', '--tuple', '10.66.0.1:54978-10.66.0.10:80', input);
    const expected = tcpdumps('tcp port 54978', input);
    assert.equal(extracted.bytes.compare(expected), 0);
  });

  it('of pcapng keep what is between packets', async () => {
    const { packets } = readPcap(readFileSync(LOSSY));
    const form = { orders: ['BE', 'LE'], packetsPerSection: 200, resolutions: [9, 6] } as const;
    const input = file('lossy.pcapng', writePcapng(packets, form));
    const extracted = await extract('ends.pcapng', '--tuple', TUPLE, input);
    assertQuiet(extracted);
    const path = join(FOLDER, 'filtered.pcapng');
    await tcploom(['filter', EXPRESSION, input, '-w', path]);
    assert.equal(extracted.bytes.compare(readFileSync(path)), 0);
    const anew = await extract('ends.pcap', '--tuple', TUPLE, input, '--pcap');
    assert.deepEqual(readPcap(anew.bytes).packets, readPcap(tcpdumps(EXPRESSION, LOSSY)).packets);
  });

  it('that have no packet are told, and are a failure if none has one', async () => {
    const absent = '10.66.0.1:1-10.66.0.2:2';
    const some = await extract('some.pcap', '--tuple', absent, '--tuple', TUPLE, '--tuple', '[::1]:1-[::2]:3', LOSSY);
    assertMessages(some.run.stderr, [`tcploom: there is no packet of ${absent}, [::1]:1-[::2]:3`]);
    assert.equal(some.run.code, 0);
    assert.equal(readPcap(some.bytes).packets.length, 40);
    const none = await extract('none.pcap', '--tuple', absent, LOSSY);
    assertMessages(none.run.stderr, [`tcploom: there is no packet of ${absent}`]);
    assert.equal(none.run.code, 2);
  });

  it('of damaged captures are what could be read', async () => {
    const cut = file('cut.pcap', readFileSync(LOSSY).subarray(0, -5));
    const extracted = await extract('of-cut.pcap', '--tuple', TUPLE, cut);
    assertMessages(extracted.run.stderr, [/cut\.pcap at byte \d+: the file is cut: /]);
    assert.equal(extracted.run.code, 1);
    assert.equal(readPcap(extracted.bytes).packets.length, 40);
  });

  it('are not looked for where link layers are unknown, which is told', async () => {
    const unknown = file('unknown.pcap', connectionFile(1, 3, 250));
    const extracted = await extract('of-unknown.pcap', '--tuple', TUPLE, unknown);
    assertMessages(extracted.run.stderr, [
      /unknown\.pcap: link-layer type 250.*, which cannot be decoded \(3 packets\)/,
    ]);
    assert.equal(extracted.run.code, 2);
    const as = await extract(
      'as.pcap',
      '--user-dlt',
      '3=RAW',
      '--tuple',
      '10.0.0.1:40000-10.0.1.1:80',
      file('user.pcap', connectionFile(1, 3, 150)),
    );
    assertQuiet(as);
    assert.deepEqual(secondsOf(as), [1, 1, 1]);
  });
});

const SYN = 2;
const ACK = 16;

/** Four sessions one after the other on the same addresses and ports, of three packets each, and one beside them; a packet a second. */
function reused(): ModelPacket[] {
  const client = { src: '10.0.0.1', dst: '10.0.0.2', sport: 40000, dport: 80 };
  const server = { src: client.dst, dst: client.src, sport: client.dport, dport: client.sport };
  const times = [0, 1, 2, 3].flatMap((session) => [
    { ...client, seq: 1000 * session, ack: 0, flags: SYN },
    { ...server, seq: 50_000 * (session + 1), ack: 1000 * session + 1, flags: SYN | ACK },
    { ...client, seq: 1000 * session + 1, ack: 50_000 * (session + 1) + 1, flags: ACK, payload: 10 * session },
  ]);
  const beside = { ...client, sport: 40001, seq: 5, ack: 5, flags: ACK };
  return [times.slice(0, 4), [beside], times.slice(4), [beside]].flat().map((form, index) => ({
    sec: 1_700_000_000 + index,
    nsec: 0,
    ...tcpFrame({ link: 'raw', ipVersion: 4, ...form }),
  }));
}

describe('sessions by number', () => {
  const packets = reused();
  const whole = file('reused.pcap', writePcap(packets, { linkType: RAW_LINK_TYPE }));
  const pieces = [
    file('piece-1.pcap', writePcap(packets.slice(0, 2), { linkType: RAW_LINK_TYPE })),
    file('piece-2.pcap.gz', gzipSync(swapped(writePcap(packets.slice(2, 8), { linkType: RAW_LINK_TYPE })))),
    file('piece-3.pcap', writePcap(packets.slice(8), { linkType: RAW_LINK_TYPE })),
  ];
  /** By number: the second one's first packet comes before the one beside it. */
  const SECONDS = [
    [0, 1, 2],
    [3, 5, 6],
    [4, 13],
    [7, 8, 9],
    [10, 11, 12],
  ];

  it('are their own packets, where others had the same addresses and ports, in one file or in several', async () => {
    for (const [id, expected] of SECONDS.entries()) {
      if (id === 0 || id === 4) continue;
      const extracted = await extract('one.pcap', '--sessions', `${id}`, ...(id % 2 === 0 ? [whole] : pieces));
      assertQuiet(extracted);
      assert.deepEqual(secondsOf(extracted), expected, `session ${id}`);
    }
    const some = await extract(
      'some.pcap',
      '--sessions',
      '3,1',
      '--sessions',
      '4',
      '--workers',
      '3',
      '--block-size',
      '64K',
      ...pieces,
    );
    assertQuiet(some);
    assert.deepEqual(secondsOf(some), [3, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('are named in a file, and by records', async () => {
    const list = file('ids', '\ufeff# two of them\n2\n\n 4 # the last\r\n');
    const ndjson = file('records.ndjson', '{"session":0,"src":"10.0.0.1"}\n{"src":"x", "session" : 4}\n');
    const extracted = await extract('listed.pcap', '--sessions-from', list, '--sessions-from', ndjson, whole);
    assertQuiet(extracted);
    assert.deepEqual(secondsOf(extracted), [0, 1, 2, 4, 10, 11, 12, 13]);
    const piped = await bash(`echo 2 | $TCPLOOM extract --sessions-from - ${whole} -w - | cat`);
    assert.deepEqual(readPcap(Buffer.from(piped.stdout, 'latin1')).packets.length, 2);
  });

  it('have the numbers of what is read with the same options', async () => {
    const from = await extract('from.pcap', '--from', '1700000004', '--sessions', '1', whole);
    // The first one's is now that of the packet beside, the second one's what is left of the one before.
    assert.deepEqual(secondsOf(from), [5, 6]);
    const first = await extract('first.pcap', '--max-packets', '6', '--sessions', '1,2', whole);
    assertQuiet(first);
    assert.deepEqual(secondsOf(first), [3, 4, 5]);
  });

  it('that are not there are told; nothing is begun if none is', async () => {
    const some = await extract('there.pcap', '--sessions', '9,7,2,70,80,11,12', whole);
    assertMessages(some.run.stderr, [
      'tcploom: there is no session 7, 9, 11, 12, 70 and 1 others: there are 5, numbered from 0',
    ]);
    assert.equal(some.run.code, 0);
    assert.deepEqual(secondsOf(some), [4, 13]);
    file('kept.pcap', 'kept');
    const none = await extract('kept.pcap', '--sessions', '5', whole);
    assertMessages(none.run.stderr, ['tcploom: there is no session 5: there are 5, numbered from 0']);
    assert.equal(none.run.code, 2);
    assert.equal(none.bytes.toString(), 'kept');
  });

  it('go together with others', async () => {
    const filter = 'tcp[4:4] = 2000';
    const extracted = await extract(
      'together.pcap',
      '--sessions',
      '0',
      '--filter',
      filter,
      '--tuple',
      '10.0.0.2:80-10.0.0.1:40001',
      whole,
    );
    assertQuiet(extracted);
    assert.deepEqual(secondsOf(extracted), [0, 1, 2, 4, 7, 8, 9, 13]);
  });

  it('tell of damage once', async () => {
    const cut = file('cut-reused.pcap', readFileSync(whole).subarray(0, -5));
    const extracted = await extract('of-cut.pcap', '--sessions', '2', cut, '/nowhere', whole);
    assertMessages(extracted.run.stderr, [
      /cut-reused\.pcap at byte \d+: the file is cut: /,
      /\/nowhere: no such file/,
    ]);
    assert.equal(extracted.run.code, 1);
    assert.deepEqual(secondsOf(extracted), [4, 4, 13]);
    const nothing = await extract('never.pcap', '--sessions', '2', '/nowhere');
    assertMessages(nothing.run.stderr, ['tcploom: /nowhere: no such file']);
    assert.equal(nothing.run.code, 2);
    assert.equal(existsSync(nothing.path), false);
  });
});

describe('sessions by number, of a run that verifies checksums', () => {
  it('are those of its records', async () => {
    const { packets } = readPcap(readFileSync('datasets/web.pcap'));
    const isOfFirst = ({ captured }: ModelPacket): boolean =>
      [34, 36].some((at) => captured[at] * 256 + captured[at + 1] === 52564);
    for (const packet of packets.filter(isOfFirst)) packet.captured[50] ^= 0xff;
    const broken = file('broken.pcap', writePcap(packets, { linkType: 1 }));
    const records = (await tcploom(['-o', 'ndjson', '--checksum', '2', broken])).stdout.trim().split('\n');
    const [{ session, src_port, packets_src, packets_dst }] = records.map((line) => JSON.parse(line));
    assert.deepEqual([session, src_port], [0, 52574]);
    const chosen = await extract('sound.pcap', '--sessions', '0', '--checksum', '2', broken);
    assertQuiet(chosen);
    assert.equal(readPcap(chosen.bytes).packets.length, packets_src + packets_dst);
    const other = await extract('first.pcap', '--sessions', '0', broken);
    assert.equal(readPcap(other.bytes).packets.length, packets.filter(isOfFirst).length);
  });
});

describe('sessions by filter', () => {
  const input = file(
    'three.pcap',
    writePcap(
      [1, 2, 3].flatMap((host) => connection(host)),
      { linkType: RAW_LINK_TYPE },
    ),
  );

  it('are whole if one packet is selected', async () => {
    const of = async (...args: readonly string[]): Promise<number[]> => {
      const extracted = await extract('filtered.pcap', ...args, input);
      assertQuiet(extracted, args.join(' '));
      return secondsOf(extracted);
    };
    assert.deepEqual(await of('--filter', 'tcp[tcpflags] & tcp-syn != 0 and src host 10.0.0.2'), [2, 2, 2]);
    assert.deepEqual(
      await of('-F', file('expression', 'dst host 10.0.0.1 # and\n or src 10.0.0.3')),
      [1, 1, 1, 3, 3, 3],
    );
    assert.deepEqual(await of('--filter', ''), [1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  it('are a failure if there is none', async () => {
    const { run, path } = await extract('no-filtered.pcap', '--filter', 'udp', input);
    assertMessages(run.stderr, ['tcploom: no session has a packet that the filter selects']);
    assert.equal(run.code, 2);
    assert.equal(existsSync(path), false);
  });
});

/** The plan that a command line comes to, if it is in order. */
function planOf(...args: readonly string[]): ExtractPlan {
  const request = parseArguments(['extract', ...args], '0.0.0');
  return request.kind === 'extract' ? makeExtractPlan(request.files, request.options, false) : assert.fail();
}

describe('a choice that is none', () => {
  const input = file('input.pcap', connectionFile());
  const fifo = join(FOLDER, 'fifo');
  output('mkfifo', [fifo]);
  const twice = 'sessions by number or by filter need two passes over the input; --tuple needs one';
  const hint = " (see 'tcploom extract --help')";
  const form = 'expected ADDR:PORT-ADDR:PORT, as 10.0.0.1:80-10.0.0.2:1234 or [::1]:80-[::2]:1234';
  const number = 'the number of a session, or a record with the member "session"';
  const list = file('wrong-ids', '1\n# 2\n3-4\n');
  const record = file('wrong.ndjson', '{"session":1}\n{"id":1}\n');
  const empty = file('no-ids', '# none\n');
  const cases: readonly (readonly [readonly string[], string | RegExp])[] = [
    [[input, '-w', 'x'], 'extract needs sessions: --sessions ID, --sessions-from FILE, --tuple or --filter'],
    [[input, '--sessions', '1'], 'extract needs -w OUT'],
    [['--sessions', '1', '-w', 'x'], 'no capture to read was given'],
    [[input, '--sessions', '1', '-w', input], /is one of the files that are read: it would be overwritten/],
    [[input, '--sessions-from', list, '-w', list], /expected the number|is one of the files that are read/],
    [[input, '--sessions', '1', '-w', 'x', '--pcap', '--pcapng'], '--pcap and --pcapng cannot be had together'],
    [['-', '--sessions', '1', '-w', 'x'], `standard input cannot be read twice: ${twice}`],
    [[input, fifo, '--filter', 'tcp', '-w', 'x'], `${fifo} cannot be read twice: ${twice}`],
    [['-i', 'lo', '--sessions', '1', '-w', 'x'], `an interface cannot be read twice: ${twice}`],
    [[input, '--follow', '--sessions', '1', '-w', 'x'], `a series that is followed cannot be read twice: ${twice}`],
    [[input, '--sessions', '1,x', '-w', 'x'], "--sessions: found 'x', expected the number of a session"],
    [[input, '--sessions', '', '-w', 'x'], "--sessions: found '', expected the number of a session"],
    [[input, '--sessions', '-1', '-w', 'x'], /'-1'|argument missing/],
    [[input, '--sessions-from', list, '-w', 'x'], `${list}: line 3: found '3-4', expected ${number}`],
    [[input, '--sessions-from', record, '-w', 'x'], `${record}: line 2: found '{"id":1}', expected ${number}`],
    [[input, '--sessions-from', empty, '-w', 'x'], `${empty} names no session: one a line was expected`],
    [[input, '--sessions-from', '/nowhere', '-w', 'x'], 'the list of sessions /nowhere: no such file'],
    ...[
      '10.0.0.1:80',
      '10.0.0:80-10.0.0.2:1',
      '10.0.0.1:80-[::1]:80',
      '::1:80-::2:80',
      '10.0.0.1:80-10.0.0.2:65536',
      '[x]:1-[::]:2',
    ].map((text) => [[input, '--tuple', text, '-w', 'x'], `--tuple: found '${text}', ${form}`] as const),
  ];
  for (const [args, message] of cases) {
    it(`is told: ${args.slice(0, -2).join(' ')}`, () => {
      assert.throws(
        () => planOf(...args),
        (error: unknown) => {
          assert.ok(error instanceof UsageError, String(error));
          if (typeof message === 'string') assert.equal(error.message, message);
          else assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('ends the program before anything is read or written', async () => {
    const run = await tcploom(['extract', '--sessions', '1', '-', '-w', join(FOLDER, 'refused.pcap')]);
    assertMessages(run.stderr, [`tcploom: standard input cannot be read twice: ${twice}${hint}`]);
    assert.equal(run.stdout, '');
    assert.equal(run.code, 2);
    assert.equal(existsSync(join(FOLDER, 'refused.pcap')), false);
  });

  it('of an expression is told as of any', async () => {
    const run = await tcploom(['extract', '--filter', 'tcp prt 80', input, '-w', 'x']);
    assertMessages(run.stderr, ["tcploom: the filter: column 5: found 'prt', expected 'and' or 'or'"]);
    assert.equal(run.code, 2);
  });
});
