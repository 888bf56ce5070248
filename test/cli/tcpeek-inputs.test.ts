/**
 * Handshakes of all kinds of inputs and with all kinds of streams: several captures, pipes, damage; closed and full outputs; local
 * addresses that a capture tells; packets whose checksums are left to the network card. The same bytes for any number of workers.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { generateFile } from '../../datasets/generate.js';
import { pseudoHeaderSum } from '../../src/wire/checksum.js';
import type { ModelPacket } from '../model/model-packets.js';
import {
  assertMessages,
  bash,
  type Ended,
  messagesOf,
  steady,
  tcploom,
  temporaryFolder,
  withoutReports,
} from '../support/launch.js';
import { BlockCrafter, concat, type Option } from '../support/pcapng-craft.js';
import {
  CLIENT,
  ETHERNET,
  NEIGHBOUR,
  PEEK_PACKETS,
  peekFile,
  played,
  printedOf,
  SERVER,
  SERVER_6,
} from '../support/peek-capture.js';

const FOLDER = temporaryFolder();

function file(name: string, bytes: Uint8Array): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

const WHOLE = file('whole.pcap', peekFile());
const PRINTED = printedOf();
const tcpeek = (...args: string[]): Promise<Ended> => tcploom(['tcpeek', ...args]);
const isWarning = (line: string): boolean => line.startsWith('[warning] ');

/** Standard error holds this summary, these messages that are no warnings about packets, and for each packet with one a warning. */
function assertRun(run: Ended, expected: typeof PRINTED, messages: readonly (string | RegExp)[], code: number): void {
  assert.equal(run.stdout, expected.lines);
  assert.ok(run.stderr.endsWith(expected.summary), run.stderr);
  assert.equal(messagesOf(run.stderr).filter(isWarning).length, expected.notes.length);
  const others = run.stderr.split('\n').filter((line) => !isWarning(line));
  assertMessages(others.join('\n'), messages);
  assert.equal(run.code, code);
}

describe('inputs of tcpeek', () => {
  /** From the first packet of a connection on. */
  const HALF = 12;
  const FIRST = file('first.pcap', peekFile(PEEK_PACKETS.slice(0, HALF)));
  const SECOND = file('second.pcap', peekFile(PEEK_PACKETS.slice(HALF)));

  it('several captures are one', async () => {
    const run = await tcpeek('-r', FIRST, '-r', SECOND);
    assertRun(run, PRINTED, [`reading from 2 files, ${FIRST} first`], 0);
    const sorted = await tcpeek('-r', SECOND, '-r', FIRST, '--sort-files');
    assertRun(sorted, PRINTED, ['reading from 2 files, in the order of their first packets'], 0);
  });

  it('gzip', async () => {
    const path = file('whole.pcap.gz', gzipSync(peekFile()));
    assertRun(await tcpeek('-r', path), PRINTED, [`reading from ${path}`], 0);
  });

  for (const [what, line] of [
    ['a file', `$TCPLOOM tcpeek -r - < ${WHOLE}`],
    ['a pipe', `cat ${WHOLE} | $TCPLOOM tcpeek -r -`],
    ['gzip', `gzip -c ${WHOLE} | $TCPLOOM tcpeek -r-`],
  ]) {
    it(`standard input: ${what}`, async () => assertRun(await bash(line), PRINTED, ['reading from -'], 0));
  }

  it('a FIFO', async () => {
    const path = join(FOLDER, 'whole.fifo');
    execFileSync('mkfifo', [path]);
    const run = await bash(`cat ${WHOLE} > ${path} & $TCPLOOM tcpeek -r ${path}; code=$?; wait; exit $code`);
    assertRun(run, PRINTED, [`reading from ${path}`], 0);
  });

  const CUT = file('cut.pcap', peekFile().subarray(0, peekFile(PEEK_PACKETS.slice(0, HALF)).length + 30));
  const CUT_MESSAGE = /^tcploom: \S+cut\.pcap at byte \d+: the file is cut: /;

  it('a damaged one: what came before, and exit code 1', async () => {
    const expected = printedOf({}, PEEK_PACKETS.slice(0, HALF));
    assert.ok(expected.lines.split('\n').length > 4);
    assertRun(await tcpeek('-r', CUT), expected, [`reading from ${CUT}`, CUT_MESSAGE], 1);
  });

  it('a damaged one before another: the rest all the same, and exit code 1', async () => {
    const expected = printedOf({}, [...PEEK_PACKETS.slice(0, HALF), ...PEEK_PACKETS]);
    const run = await tcpeek('-r', CUT, '-r', WHOLE);
    assertRun(run, expected, [`reading from 2 files, ${CUT} first`, CUT_MESSAGE], 1);
    const missing = await tcpeek('-r', join(FOLDER, 'missing.pcap'), '-r', WHOLE);
    assertRun(missing, PRINTED, [/^reading from 2 files, /, /missing\.pcap: no such file$/], 1);
  });

  it('none that can be read: no summary, and exit code 2', async () => {
    for (const path of [join(FOLDER, 'missing.pcap'), file('empty.pcap', new Uint8Array())]) {
      const run = await tcpeek('-r', path);
      assertMessages(run.stderr, [`reading from ${path}`, /: (no such file$|the file is empty)|at byte 0/]);
      assert.doesNotMatch(run.stderr, /SUMMARY/);
      assert.equal(run.stdout, '');
      assert.equal(run.code, 2);
    }
  });

  it('one without packets: a summary of nothing', async () => {
    const path = file('none.pcap', peekFile([]));
    assertRun(await tcpeek('-r', path), printedOf({}, []), [`reading from ${path}`], 0);
  });
});

describe('streams of a run that watches handshakes', () => {
  const LARGE = join(FOLDER, 'large.pcap');
  let sessions: Ended;
  let handshakes: Ended;
  before(async () => {
    generateFile({ bytes: 3_000_000, profile: 'small', sessions: 300, segments: 4, refused: 0.3 }, LARGE);
    [sessions, handshakes] = [await tcploom([LARGE]), await tcpeek('-r', LARGE)];
    // More than a pipe holds, on both streams.
    for (const text of [sessions.stdout, sessions.stderr, handshakes.stdout]) {
      assert.ok(text.length > 200_000, `${text.length}`);
    }
  });

  for (const [what, redirection] of [
    ['closed', '2>&-'],
    ['closed after a line', '2> >(head -1 > /dev/null)'],
    ['closed before anything came', '2> >(exec true)'],
  ]) {
    it(`standard error ${what}: no result is lost on standard output`, async () => {
      const both = await bash(`$TCPLOOM ${LARGE} ${redirection}`);
      assert.equal(both.stdout, sessions.stdout);
      assert.equal(both.code, 0);
      const one = await bash(`$TCPLOOM tcpeek -r ${LARGE} ${redirection}`);
      assert.equal(one.stdout, handshakes.stdout);
      assert.equal(one.code, 0);
    });

    it(`standard error ${what}: the exit code of damage stays`, async () => {
      const run = await bash(`head -c 1000000 ${LARGE} | $TCPLOOM - ${redirection}`);
      assert.ok(run.stdout.length > 50_000);
      assert.equal(run.code, 1);
      assert.equal((await bash(`$TCPLOOM tcpeek -r ${FOLDER}/missing.pcap ${redirection}`)).code, 2);
    });
  }

  it('standard error full: handshakes that cannot be written there end the run, messages that cannot do not', async () => {
    const both = await bash(`$TCPLOOM ${LARGE} 2> /dev/full`);
    assert.equal(both.code, 2);
    assert.ok(sessions.stdout.startsWith(both.stdout));
    const one = await bash(`$TCPLOOM tcpeek -r ${LARGE} 2> /dev/full`);
    assert.equal(one.stdout, handshakes.stdout);
    assert.equal(one.code, 0);
    const others = await bash(`$TCPLOOM -o miruo ${LARGE} 2> /dev/full`);
    assert.equal(others.stdout, sessions.stdout);
    assert.equal(others.code, 0);
  });

  it('both in one place: the start line, the lines, the summary', async () => {
    const run = await bash(`$TCPLOOM tcpeek -r ${LARGE} 2>&1`);
    const start = handshakes.stderr.indexOf('\n') + 1;
    const { stdout, stderr } = handshakes;
    assert.equal(run.stdout, `${stderr.slice(0, start)}${stdout}${stderr.slice(start)}`);
  });

  it('both in one pipe that is read slowly: sessions and handshakes in whole lines, each in their order', async () => {
    const slow = '{ sleep 0.5; dd bs=3000 status=none; }';
    const run = await bash(`set -o pipefail; $TCPLOOM ${LARGE} 2>&1 | ${slow}`);
    assert.equal(run.code, 0);
    const told = withoutReports(run.stdout);
    const end = told.indexOf('\n========== TCPEEK');
    const lines = told.slice(0, end).split('\n');
    assert.equal(lines[0], `reading from ${LARGE}`);
    const isOfSession = (line: string): boolean => /^(reading from |\d{4}[: ])/.test(line);
    assert.equal(`${lines.filter(isOfSession).join('\n')}\n`, sessions.stdout);
    assert.equal(lines.filter((line) => !isOfSession(line)).join('\n'), handshakes.stdout);
  });

  it('standard output closed early: exit code 0 and without a word more', async () => {
    const run = await bash(`set -o pipefail; $TCPLOOM tcpeek -r ${LARGE} | head -1`);
    assert.equal(run.stdout, handshakes.stdout.slice(0, handshakes.stdout.indexOf('\n') + 1));
    assertMessages(
      run.stderr
        .split('\n')
        .filter((line) => !isWarning(line))
        .join('\n'),
      [`reading from ${LARGE}`],
    );
    assert.doesNotMatch(run.stderr, /SUMMARY/);
    assert.equal(run.code, 0);
  });

  it('an output that is full: exit code 2, one message', {
    skip: !existsSync('/dev/full') && 'no /dev/full',
  }, async () => {
    const place = await tcploom(['-o', 'tcpeek=/dev/full', WHOLE]);
    assertMessages(
      place.stderr
        .split('\n')
        .filter((line) => !isWarning(line))
        .join('\n'),
      ['tcploom: writing /dev/full: no space left on the device'],
    );
    assert.equal(place.code, 2);
    const stdout = await bash(`$TCPLOOM tcpeek -r ${WHOLE} > /dev/full`);
    assert.match(stdout.stderr, /\ntcploom: writing standard output: no space left on the device\n$/);
    assert.doesNotMatch(stdout.stderr, /SUMMARY/);
    assert.equal(stdout.code, 2);
  });

  it('are the same bytes for any number of workers', async () => {
    for (const workers of ['1', '2', '3', '8']) {
      assert.deepEqual(await tcpeek('-r', LARGE, '--workers', workers), handshakes, `${workers} workers`);
      const both = await tcploom([LARGE, '--workers', workers]);
      assert.equal(both.stdout, sessions.stdout);
      const withoutProcess = ({ stderr }: Ended): string => steady(stderr);
      assert.equal(withoutProcess(both), withoutProcess(sessions));
    }
  });
});

describe('local addresses that a capture tells', () => {
  const IPV4 = 4;
  const IPV6 = 5;
  const bytesOf = (address: string): number[] => address.split('.').map(Number);
  const option4 = (address: string, mask: string): Option => ({
    code: IPV4,
    value: Uint8Array.from([...bytesOf(address), ...bytesOf(mask)]),
  });
  /** fd00:: and a last byte. */
  const option6 = (last: number, prefixBits: number): Option => ({
    code: IPV6,
    value: Uint8Array.from([0xfd, ...new Array<number>(14).fill(0), last, prefixBits]),
  });

  /** A pcapng capture of interfaces with these options; the packets are the last one's. */
  function pcapng(order: 'LE' | 'BE', ...interfaces: Option[][]): Uint8Array {
    const crafter = new BlockCrafter(order);
    const packets = PEEK_PACKETS.map(({ sec, nsec, captured, wireLength }) => {
      const stamp = BigInt(sec) * 1_000_000n + BigInt(Math.floor(nsec / 1000));
      return crafter.enhanced(interfaces.length - 1, stamp, captured, wireLength);
    });
    const descriptions = interfaces.map((options) => crafter.description(ETHERNET, 65535, options));
    return concat(crafter.section(), ...descriptions, ...packets);
  }

  const FILTERS = ['web:RX@%:80', 'out:TX@%:%'];
  const NETWORK = option4(SERVER, '255.255.255.0');

  for (const [what, bytes, locals] of [
    ['IPv4: that address, not its network', pcapng('LE', [NETWORK]), [SERVER]],
    ['IPv4, big-endian', pcapng('BE', [NETWORK]), [SERVER]],
    ['IPv4, whose mask is nothing', pcapng('LE', [option4(CLIENT, '0.0.0.0')]), [CLIENT]],
    ['IPv6: that address, not its network', pcapng('LE', [option6(2, 64)]), [SERVER_6]],
    [
      'several',
      pcapng('LE', [NETWORK, option4(NEIGHBOUR, '255.255.255.0'), option6(2, 64)]),
      [SERVER, NEIGHBOUR, SERVER_6],
    ],
    ['of several interfaces', pcapng('LE', [option4(NEIGHBOUR, '255.0.0.0')], [NETWORK]), [SERVER, NEIGHBOUR]],
  ] as const) {
    it(what, async () => {
      const expected = printedOf({ locals: [...locals], filters: FILTERS });
      const path = file('told.pcapng', bytes);
      assertRun(await tcpeek('-r', path, ...FILTERS), expected, [`reading from ${path}`], 0);
      const zipped = file('told.pcapng.gz', gzipSync(bytes));
      assertRun(await tcpeek('-r', zipped, ...FILTERS), expected, [`reading from ${zipped}`], 0);
      const run = await tcploom(['-o', 'tcpeek', ...FILTERS.flatMap((text) => ['--session-filter', text]), path]);
      assertRun(run, expected, [], 0);
    });
  }

  it('of another host: a hint', async () => {
    const path = file('told.pcapng', pcapng('LE', [option6(3, 64)]));
    const messages = [`reading from ${path}`, /^tcploom: none of \d+ SYNs was from or to a local address: --local /];
    const options = { locals: ['fd00::3'], filters: FILTERS };
    assertRun(await tcpeek('-r', path, ...FILTERS), printedOf(options), messages, 0);
    // Whoever excludes some may have excluded them all.
    const excluding = [...FILTERS, ':RX@%:%'];
    const expected = printedOf({ ...options, filters: excluding });
    assertRun(await tcpeek('-r', path, ...excluding), expected, messages.slice(0, 1), 0);
  });

  it("that are nobody's are none", async () => {
    const path = file('nobody.pcapng', pcapng('LE', [option4('0.0.0.0', '0.0.0.0')]));
    assertRun(await tcpeek('-r', path), printedOf(), [`reading from ${path}`], 0);
  });

  it('give way to those of the command line', async () => {
    const path = file('told.pcapng', pcapng('LE', [NETWORK]));
    const run = await tcpeek('-r', path, '--local', CLIENT, ...FILTERS);
    assertRun(run, printedOf({ locals: [CLIENT], filters: FILTERS }), [`reading from ${path}`], 0);
  });

  it('are those of all captures', async () => {
    const paths = [file('plain.pcap', peekFile([])), file('told.pcapng', pcapng('LE', [NETWORK]))];
    const run = await tcpeek('-r', paths[0], '-r', paths[1], ...FILTERS);
    assertRun(run, printedOf({ locals: [SERVER], filters: FILTERS }), [/^reading from 2 files/], 0);
  });

  it('are none where none are told', async () => {
    const path = file('silent.pcapng', pcapng('LE', []));
    assertRun(await tcpeek('-r', path), printedOf(), [`reading from ${path}`], 0);
    assert.match(
      (await tcpeek('-r', path, ...FILTERS)).stderr,
      /^tcploom: filter 'web:.* give --local \(see [^\n]*\n$/,
    );
  });
});

describe('packets whose checksums are left to the network card', () => {
  const ETHERNET_BYTES = 14;
  const TCP_AT = ETHERNET_BYTES + 20;

  /** As it is captured before the card has it. */
  function leftToCard(packet: ModelPacket): ModelPacket {
    const captured = packet.captured.slice();
    const view = new DataView(captured.buffer);
    const bytes = captured.length - TCP_AT;
    view.setUint16(TCP_AT + 16, pseudoHeaderSum(view, 0, ETHERNET_BYTES, bytes, false));
    return { ...packet, captured };
  }

  const SESSIONS = 40;
  const packets = Array.from({ length: SESSIONS }, (_, index) =>
    played({ src: CLIENT, dst: SERVER, sport: 1000 + index, dport: 80 }, index / 2, 'SYN', 'SYN/ACK', 'ACK'),
  ).flat();
  const isOutgoing = ({ captured }: ModelPacket): boolean => captured[ETHERNET_BYTES + 14] === 1;
  const offloaded = packets.map((packet) => (isOutgoing(packet) ? leftToCard(packet) : packet));
  const OUTGOING = offloaded.filter((packet, index) => packet !== packets[index]).length;
  const path = file('offloaded.pcap', peekFile(offloaded));
  const HINT = `tcploom: ${OUTGOING} of the ${OUTGOING} packets with a wrong checksum look as if they were captured before the network card put it in; they count without --checksum, or with 1 where only TCP's is wrong`;

  it('are ignored with -c 2, with a warning each and one hint, the same for any number of workers', async () => {
    assert.ok(OUTGOING === SESSIONS || OUTGOING === 2 * SESSIONS, `${OUTGOING}`);
    const usual = await tcpeek('-c', '2', '-r', path);
    const expected = printedOf({ checksums: 2 }, offloaded);
    assert.equal(expected.notes.length, OUTGOING);
    assertRun(usual, expected, [`reading from ${path}`, HINT], 0);
    assert.equal(usual.stderr.split('[warning] TCP checksum error. ').length - 1, OUTGOING);
    for (const workers of ['1', '2', '3', '8']) {
      assert.deepEqual(await tcpeek('-c2', '-r', path, '--workers', workers), usual, `${workers} workers`);
    }
  });

  it('count without -c 2, and there is no hint', async () => {
    const expected = printedOf({}, packets);
    assert.equal(expected.lines.split('success').length - 1, SESSIONS);
    for (const args of [[], ['-c', '1']]) {
      assertRun(await tcpeek(...args, '-r', path), expected, [`reading from ${path}`], 0);
    }
  });

  it('are no hint where packets are damaged otherwise', async () => {
    const run = await tcpeek('-c', '2', '-r', WHOLE);
    assertRun(run, printedOf({ checksums: 2 }), [`reading from ${WHOLE}`], 0);
  });
});
