/**
 * `tcploom tcpeek` as its users run it, and the same results of `tcploom run`: every option does what it should, in every way to write
 * it, and wrong usage is told in one line.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseArguments, type Request } from '../../src/cli/parse.js';
import { prepareRun } from '../../src/cli/run-preparation.js';
import type { PeekModelOptions } from '../model/tcpeek-model.js';
import {
  assertMessages,
  type Ended,
  hasStatistics,
  messagesOf,
  tcploom,
  temporaryFolder,
  withoutReports,
} from '../support/launch.js';
import { CLIENT, type Printed, peekFile, printedOf, SERVER } from '../support/peek-capture.js';
import { PROGRAM } from '../support/program.js';

const FOLDER = temporaryFolder();
const CAPTURE = join(FOLDER, 'handshakes.pcap');
writeFileSync(CAPTURE, peekFile());
const FIRST_LINE = `reading from ${CAPTURE}`;

const tcpeek = (...args: string[]): Promise<Ended> => tcploom(['tcpeek', ...args]);

const NOTES: readonly (readonly [RegExp, string])[] = [
  [/^\[warning\] sequence error\. /, 'sequence error'],
  [/^\[warning\] Duplicate connection\. /, 'duplicate connection'],
  [/^\[warning\] IP checksum error\. [\dA-F]{4} \([\dA-F]{4}\)$/, 'IP checksum'],
  [/^\[warning\] TCP checksum error\. [\dA-F]{4} \([\dA-F]{4}\)$/, 'TCP checksum'],
];
const kindOf = (note: string): string => NOTES.find(([pattern]) => pattern.test(note))?.[1] ?? note;

const summaryIn = (stderr: string): string => /\n=+ TCPEEK SUMMARY =+\n[\s\S]*?\n={36}\n/.exec(stderr)?.[0] ?? 'none';

/** Lines on standard output; the start line, messages and the summary on standard error. */
function assertPrinted(run: Ended, { lines, summary, notes }: Printed, code = 0): void {
  assert.equal(run.stdout, lines);
  assert.ok(run.stderr.endsWith(summary), run.stderr);
  const [first, ...messages] = run.stderr.slice(0, -summary.length).split('\n').slice(0, -1);
  assert.equal(first, FIRST_LINE);
  assert.deepEqual(messages.map(kindOf), notes);
  assert.equal(run.code, code);
}

/** What a command line means, apart from how it is written. */
const meant = (...args: string[]): Request => parseArguments(['tcpeek', ...args], '1.2.3');

const LOCAL = ['--local', SERVER];
const OF_LOCAL = { locals: [SERVER] };

describe('options of tcpeek', () => {
  const cases: readonly [what: string, model: Partial<PeekModelOptions>, spellings: readonly string[][]][] = [
    ['none', {}, [[], ['-c', '0'], ['-t60']]],
    [
      'time-out',
      { timeoutSec: 5 },
      [
        ...[['-t', '5'], ['-t5'], ['--timeout=5'], ['--timeout', '5'], ['--time', '5'], ['--time=5'], ['--t=5']],
        ...[['-timeout', '5'], ['-timeout=5'], ['-time', '5'], ['-ti', '5'], ['-t', '9', '-t', '5'], ['-t', '05']],
      ],
    ],
    [
      'checksums of IP',
      { checksums: 1 },
      [['-c', '1'], ['-c1'], ['--checksum=1'], ['--check', '1'], ['-checksum', '1']],
    ],
    ['checksums of TCP', { checksums: 2 }, [['-c', '2'], ['-c2'], ['--c=2'], ['-ch', '2']]],
    ['ICMP', { icmp: true }, [['--icmp'], ['-icmp'], ['--ic'], ['-ic']]],
    ['no lines', { quiet: true }, [['-q'], ['--quiet'], ['--q'], ['-quiet']]],
    [
      'several letters',
      { quiet: true, timeoutSec: 5, checksums: 1 },
      [
        ['-qt5', '-c1'],
        ['-qc1', '-t5'],
        ['-qc', '1', '-t', '5'],
      ],
    ],
    ['unfinished', { unfinished: true }, [['--unfinished'], ['--unf'], ['-unfinished']]],
    ['classic', { classic: true }, [['--classic'], ['-classic'], ['--cl']]],
    ['a level of a log, without effect', {}, [['-l', 'x'], ['-lx'], ['--loglevel=x'], ['--logl', 'x'], ['--lo', 'x']]],
    ['local addresses', OF_LOCAL, [LOCAL, [`--local=${SERVER}`], ['--loc', SERVER], ['-local', SERVER]]],
    ['a local network', { locals: ['10.0.1.0/24'] }, [['--local', '10.0.1.0/24']]],
    [
      'several local addresses',
      { locals: [CLIENT, SERVER, 'fd00::2'] },
      [
        ['--local', `${CLIENT},${SERVER},fd00::2`],
        ['--local', CLIENT, '--local', `${SERVER},fd00::2`],
      ],
    ],
  ];
  // Some are one option only where nothing begins alike, or are an option with a value that says the same.
  const SAME_RESULT_ONLY = ['none', 'a level of a log, without effect', 'several local addresses'];

  for (const [what, model, spellings] of cases) {
    it(`${what}: ${spellings[0].join(' ')}`, async () => {
      assertPrinted(await tcpeek('-r', CAPTURE, ...spellings[0]), printedOf(model));
      for (const other of spellings.slice(1)) {
        if (SAME_RESULT_ONLY.includes(what)) assertPrinted(await tcpeek(...other, '-r', CAPTURE), printedOf(model));
        else assert.deepEqual(meant('-r', 'a', ...other), meant('-r', 'a', ...spellings[0]), other.join(' '));
      }
    });
  }

  it('each change what is printed', () => {
    const texts = cases.map(([, model]) => JSON.stringify(printedOf(model)));
    // Those without effect.
    assert.equal(new Set(texts).size, texts.length - 1);
  });

  it('quietly: messages and the summary only', async () => {
    const run = await tcpeek('-q', '-c2', '-r', CAPTURE);
    assert.equal(run.stdout, '');
    assert.deepEqual(messagesOf(run.stderr).slice(1).map(kindOf), printedOf({ checksums: 2 }).notes);
    assert.equal(summaryIn(run.stderr), printedOf({ checksums: 2 }).summary);
  });

  it('version and help', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const option of ['-v', '--version', '--vers', '-version', '-V']) {
      assert.deepEqual(await tcpeek(option), { code: 0, stdout: `${version}\n`, stderr: '' }, option);
    }
    const help = await tcpeek('-h');
    assert.match(help.stdout, /^Usage: tcploom tcpeek \[options\] \[FILTER\.\.\.\]\n/);
    for (const part of ['-r, --file <FILE> ', '-t, --timeout <SEC> ', '-U, --socket <PATH> ', '-B, --buffer <MIB> ']) {
      assert.ok(help.stdout.includes(part), part);
    }
    assert.equal(help.code, 0);
    for (const option of ['--help', '--he', '-help']) assert.deepEqual(await tcpeek(option), help);
  });

  it('of an interface', () => {
    const requestOf = (...args: string[]): unknown => {
      const request = meant('-i', 'lo', ...args);
      if (request.kind !== 'run') return request;
      const { plan, surroundings } = prepareRun(request.files, request.options, false, PROGRAM);
      const [input] = plan.read.inputs;
      return typeof input === 'string' ? input : { ...input.request, socket: surroundings.socket };
    };
    const usual = {
      ...{ kind: 'live', devices: ['lo'], snaplen: 256, bufferMiB: 2, isPromiscuous: false },
      socket: { path: '/var/run/tcpeek/tcpeek.sock', isAskedFor: false },
    };
    assert.deepEqual(requestOf(), usual);
    for (const args of [['-B', '4'], ['-B4'], ['--buffer=4'], ['--buf', '4'], ['-buffer', '4']]) {
      assert.deepEqual(requestOf(...args), { ...usual, bufferMiB: 4 }, args.join(' '));
    }
    for (const arg of ['--promisc', '--promi', '-promisc', '-p']) {
      assert.deepEqual(requestOf(arg), { ...usual, isPromiscuous: true }, arg);
    }
    for (const args of [['-U', 'x'], ['-Ux'], ['--socket=x'], ['--sock', 'x'], ['-socket', 'x']]) {
      assert.deepEqual(requestOf(...args), { ...usual, socket: { path: 'x', isAskedFor: true } }, args.join(' '));
    }
    assert.deepEqual(requestOf('--classic'), { ...usual, snaplen: 138 });
    assert.deepEqual(requestOf('-c2'), { ...usual, snaplen: 262144 });
    for (const args of [['-ilo'], ['--interface=lo'], ['--in', 'lo'], ['-interface', 'lo']]) {
      assert.deepEqual(meant(...args), meant('-i', 'lo'), args.join(' '));
    }
  });
});

describe('filters', () => {
  const FILTERS = ['web:RX@%:80:81', 'all:TX@*:*', ':RX@10.0.0.0/8:81'];
  const MODEL = { ...OF_LOCAL, filters: FILTERS };

  it('are the last words', async () => {
    assertPrinted(await tcpeek('-r', CAPTURE, ...LOCAL, ...FILTERS), printedOf(MODEL));
  });

  for (const args of [
    [...FILTERS, '-r', CAPTURE, ...LOCAL],
    [FILTERS[0], '-r', CAPTURE, FILTERS[1], ...LOCAL, FILTERS[2]],
    ['-r', CAPTURE, FILTERS[0], ...LOCAL, '--', FILTERS[1], FILTERS[2]],
  ]) {
    it(`may be anywhere: ${args.map((arg) => arg.replace(`${FOLDER}/`, '')).join(' ')}`, async () => {
      assertPrinted(await tcpeek(...args), printedOf(MODEL));
    });
  }

  it('without a name exclude', () => {
    assert.notEqual(printedOf(MODEL).summary, printedOf({ ...MODEL, filters: FILTERS.slice(0, 2) }).summary);
  });
});

describe('wrong usage of tcpeek', () => {
  // Where it was read all the same, more than one line would come.
  const R = ['-r', join(FOLDER, 'missing.pcap')];
  const cases: readonly [args: readonly string[], message: RegExp][] = [
    [[], /^tcpeek needs a capture: -r FILE, or -i DEV/],
    [['web:RX@%:80'], /^tcpeek needs a capture/],
    [[...R, ...LOCAL, 'web'], /^filter 'web' parse error: missing ':' in front of the direction/],
    [[...R, ...LOCAL, 'web:RX'], /^filter 'web:RX' parse error: missing '@'/],
    [[...R, ...LOCAL, 'web:UP@%:80'], /^filter 'web:UP@%:80' parse error: unknown direction 'UP'/],
    [[...R, ...LOCAL, 'web:RX@%'], /^filter 'web:RX@%' parse error: missing port/],
    [[...R, ...LOCAL, 'web:RX@%:99999'], /^filter 'web:RX@%:99999' parse error: port '99999' out of range/],
    [[...R, ...LOCAL, 'web:RX@10.0.0.300:80'], /^filter 'web:RX@10\.0\.0\.300:80' parse error: /],
    [[...R, 'web:RX@%:80'], /^filter 'web:RX@%:80' parse error: RX asks .* give --local/],
    [[...R, ':TX@%:80'], /^filter ':TX@%:80' parse error: TX asks .* give --local/],
    [[...R, '--local', '10.0.0'], /^--local '10\.0\.0': /],
    [[...R, '--local', '10.0.0.0/33'], /^--local '10\.0\.0\.0\/33': /],
    [[...R, '--local', '10.0.0.1,'], /^--local '10\.0\.0\.1,': /],
    [[...R, '--local', ''], /^--local '': /],
    [[...R, '--local', '::1/129'], /^--local '::1\/129': /],
    [[...R, '-t', '0'], /^a handshake needs a second at least to time out, not 0/],
    [[...R, '-t', 'x'], /^option '-t, --timeout <SEC>' argument 'x' is invalid/],
    [[...R, '-t', '-1'], /^option '-t, --timeout <SEC>' argument '-1' is invalid/],
    [[...R, '-t'], /^option '-t, --timeout <SEC>' argument missing/],
    [[...R, '-c', '3'], /^option '-c, --checksum <0\|1\|2>' argument '3' is invalid/],
    [[...R, '-c', '01'], /^option '-c, --checksum <0\|1\|2>' argument '01' is invalid/],
    [[...R, '-u', 'nobody'], /^--user needs an interface/],
    [['-i', 'lo', '-u', 'no such user'], /^--user: there is no user 'no such user'/],
    [['-i', 'lo', '-u', '54321987'], /^--user: there is no user '54321987'/],
    [['-i', 'lo', '-u', ''], /^--user: there is no user ''/],
    [['-i', 'lo', '-i', 'eth0', '-u', 'nobody'], /^--user is for one interface/],
    [[...R, '-i', 'lo'], /^captures and an interface cannot be read together/],
    [[...R, '-B', '4'], /^--buffer needs an interface/],
    [['-i', 'lo', '-B', '0'], /^--buffer must be from 1 to 2047, not 0/],
    [[...R, '--promisc'], /^--promisc needs an interface/],
    [[...R, '-x'], /^unknown option '-x'/],
    [[...R, '--nothing'], /^unknown option '--nothing'/],
    [[...R, '--i'], /^option '--i' is ambiguous: --icmp, --interface/],
    [[...R, '--output', 'miruo'], /^unknown option '--output'/],
    [[...R, '--workers', '0'], /^--workers must be from 1 to 64/],
  ];
  for (const [args, message] of cases) {
    it(args.map((arg) => arg.replace(`${FOLDER}/`, '')).join(' ') || 'nothing', async () => {
      const run = await tcpeek(...args);
      assert.match(run.stderr, /^tcploom: [^\n]* \(see 'tcploom tcpeek --help'\)\n$/);
      assert.match(run.stderr.slice('tcploom: '.length), message);
      assert.equal(run.stdout, '');
      assert.equal(run.code, 2);
    });
  }
});

describe('handshakes of tcploom run', () => {
  const SESSION_FILTERS = ['web:RX@%:80', ':RX@%:82'];
  const WANTED = [
    ...SESSION_FILTERS.flatMap((filter) => ['--session-filter', filter]),
    ...[...LOCAL, '--handshake-timeout', '5', '--icmp', '--checksum', '1'],
  ];
  const MODEL = { ...OF_LOCAL, filters: SESSION_FILTERS, timeoutSec: 5, icmp: true, checksums: 1 } as const;

  /** Sessions alone. */
  const sessionsOf = async (): Promise<string> => (await tcploom(['-o', 'miruo', CAPTURE])).stdout;

  it('are on standard error beside sessions on standard output', async () => {
    const run = await tcploom([CAPTURE]);
    const said = withoutReports(run.stderr);
    assert.notEqual(said, run.stderr);
    const { lines, summary } = printedOf();
    assert.equal(run.stdout, await sessionsOf());
    assert.match(run.stdout, new RegExp(`^${FIRST_LINE}\n.*Total`));
    assert.ok(said.startsWith(lines.slice(0, lines.indexOf('\n'))), said);
    const messages = messagesOf(said);
    const handshakes = said.split('\n').filter((line) => !messages.includes(line));
    assert.ok(handshakes.join('\n').startsWith(`${lines}${summary}`), said);
    assert.deepEqual(messages.map(kindOf), printedOf().notes);
    assert.ok(hasStatistics(run.stderr));
    assert.equal(run.code, 0);
  });

  it('are watched as asked', async () => {
    const run = await tcploom(['-o', 'tcpeek', ...WANTED, CAPTURE]);
    const { lines, summary, notes } = printedOf(MODEL);
    assert.equal(run.stdout, lines);
    assert.equal(summaryIn(run.stderr), summary);
    assert.deepEqual(messagesOf(run.stderr).map(kindOf), notes);
    assert.equal(hasStatistics(run.stderr), false, 'statistics of sessions that nobody asked for');
    assert.equal(run.code, 0);
  });

  it('change nothing of the sessions', async () => {
    assert.equal((await tcploom([...WANTED, CAPTURE])).stdout, await sessionsOf());
  });

  it('are on standard output for a dash', async () => {
    const run = await tcploom(['-o', 'tcpeek=-', CAPTURE]);
    assert.equal(run.stdout, printedOf().lines);
  });

  it('go to a file', async () => {
    const path = join(FOLDER, 'alone.txt');
    const run = await tcploom(['-o', `tcpeek=${path}`, ...WANTED, CAPTURE]);
    assert.equal(run.stdout, '');
    assert.equal(readFileSync(path, 'utf8'), printedOf(MODEL).lines);
    assert.equal(summaryIn(run.stderr), printedOf(MODEL).summary);
    assert.equal(run.code, 0);
  });

  it('go to a file beside sessions', async () => {
    const path = join(FOLDER, 'beside.txt');
    const run = await tcploom(['-o', 'miruo', '-o', `tcpeek=${path}`, CAPTURE]);
    assert.equal(run.stdout, await sessionsOf());
    assert.equal(readFileSync(path, 'utf8'), printedOf().lines);
    const messages = messagesOf(run.stderr);
    assert.deepEqual(messages.map(kindOf), printedOf().notes);
    assert.ok(run.stderr.includes(`${messages.at(-1)}\n${printedOf().summary}`), run.stderr);
    assert.ok(hasStatistics(run.stderr));
  });

  it('cannot share a place with sessions', async () => {
    const run = await tcploom(['-o', 'miruo', '-o', 'tcpeek', CAPTURE]);
    assertMessages(run.stderr, [/^tcploom: two results cannot go to standard output/]);
    assert.equal(run.code, 2);
  });

  for (const option of [
    ['--local', SERVER],
    ['--session-filter', 'web:RX@%:80'],
    ['--handshake-timeout', '5'],
    ['--icmp'],
    ['--checksum', '1'],
    ['--socket', join(FOLDER, 'refused.sock')],
  ]) {
    it(`are not there for ${option[0]} where only sessions are wanted`, async () => {
      const run = await tcploom(['-o', 'miruo', ...option, join(FOLDER, 'missing.pcap')]);
      const message = `${option[0]} is about handshakes, which are not asked for: -o tcpeek (see 'tcploom --help')`;
      assert.equal(run.stderr, `tcploom: ${message}\n`);
      assert.equal(run.code, 2);
      assert.equal(existsSync(join(FOLDER, 'refused.sock')), false);
    });
  }

  for (const [option, message] of [
    [['--session-filter', 'web:RX@%:80'], /^tcploom: filter 'web:RX@%:80' parse error: RX asks .* give --local/],
    [['--handshake-timeout', '0'], /^tcploom: a handshake needs a second at least/],
    [['--local', 'here'], /^tcploom: --local 'here': /],
    [['--checksum', '9'], /^tcploom: option '--checksum <0\|1\|2>' argument '9' is invalid/],
    [['-t', '5'], /^tcploom: unknown option '-t'/],
    [['--user', 'nobody'], /^tcploom: unknown option '--user'/],
  ] as const) {
    it(`are told of wrong usage: ${option.join(' ')}`, async () => {
      const run = await tcploom([...option, join(FOLDER, 'missing.pcap')]);
      assertMessages(run.stderr, [message]);
      assert.equal(run.stdout, '');
      assert.equal(run.code, 2);
    });
  }
});
