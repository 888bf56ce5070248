/**
 * The command line: help, version, wrong usage (exit code 2, one line), and the ways to write an option that
 * `tcploom miruo` takes over from the original.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import { AmbiguousOption, expandLongOptions } from '../../src/cli/abbreviations.js';
import { makeFilterPlan } from '../../src/cli/filter-plan.js';
import type { OptionRow } from '../../src/cli/option-row.js';
import { OPTION_TABLE, optionsOf } from '../../src/cli/option-table.js';
import { parseArguments } from '../../src/cli/parse.js';
import type { ParsedOptions } from '../../src/cli/plan.js';
import { type PreparedRun, prepareRun } from '../../src/cli/run-preparation.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import { DEFAULT_REPORT_PROTOCOLS } from '../../src/monitor/report-protocols.js';
import type { RunPlan } from '../../src/pipeline/run.js';
import { assertMessages, hasStatistics, tcploom } from '../support/launch.js';
import { PROGRAM } from '../support/program.js';

const CAPTURE = 'datasets/web.pcap';
const VERSION = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;

/** Where to read more. */
const hintOf = (command = ''): string =>
  ` (see 'tcploom ${['miruo', 'info', 'filter'].includes(command) ? `${command} ` : ''}--help')`;

/** The plan that a command line comes to, without running it. */
function planOf(...args: string[]): RunPlan & { readonly miruo: MiruoOptions } {
  const { plan } = preparedBy(...args);
  return { ...plan, miruo: plan.miruo ?? assert.fail('no sessions are tracked') };
}

/** The same with what surrounds it, of whatever analyses. */
function preparedBy(...args: string[]): PreparedRun {
  const request = parseArguments(args, VERSION);
  if (request.kind === 'filter') makeFilterPlan(request.files, request.options, false);
  assert.equal(request.kind, 'run');
  return request.kind === 'run' ? prepareRun(request.files, request.options, false, PROGRAM) : assert.fail();
}

/** The text that a command line asks for. */
function textOf(...args: string[]): string {
  const request = parseArguments(args, VERSION);
  assert.equal(request.kind, 'text');
  return request.kind === 'text' ? request.text : '';
}

describe('a process that is asked for a text', () => {
  for (const [args, pattern] of [
    [['--help'], /^Usage: tcploom /],
    [['-h'], /^Usage: tcploom /],
    [['help'], /^Usage: tcploom /],
    [['run', '--help'], /^Usage: tcploom run /],
    [['miruo', '--help'], /^Usage: tcploom miruo /],
    [['miruo', '-h'], /^Usage: tcploom miruo /],
    [['--version'], new RegExp(`^${VERSION.replaceAll('.', '\\.')}\n$`)],
    [['-V'], new RegExp(`^${VERSION.replaceAll('.', '\\.')}\n$`)],
  ] as const) {
    it(`${args.join(' ')}: on standard output, exit code 0`, async () => {
      const run = await tcploom(args);
      assert.match(run.stdout, pattern);
      assert.equal(run.stderr, '');
      assert.equal(run.code, 0);
    });
  }
});

describe('help', () => {
  // Every message about wrong usage sends the reader here.
  it("of the program names the default command's options", () => {
    const text = textOf('--help');
    const missing = optionsOf('run').filter((row) => !text.includes(`--${row.names[0]}`));
    assert.deepEqual(
      missing.map((row) => row.names[0]),
      [],
    );
  });

  it('of each command names its options, their letters, values and choices', () => {
    for (const command of ['run', 'miruo'] as const) {
      const text = textOf(command, '--help').replace(/\s+/g, ' ');
      for (const row of optionsOf(command)) {
        const letter = command === 'miruo' && row.letter !== undefined ? `-${row.letter}, ` : '';
        const value = row.value === undefined ? '' : ` <${row.value}>`;
        assert.ok(text.includes(`${letter}--${row.names[0]}${value} `), `${command}: --${row.names[0]}`);
        assert.ok(text.includes(row.help), `${command}: what --${row.names[0]} does`);
      }
    }
  });

  it('comes before anything that is wrong with other arguments', () => {
    assert.match(textOf('--help', '--nonsense'), /^Usage/);
    assert.match(textOf('miruo', '-h', '-f', 'missing.pcap'), /^Usage/);
  });
});

describe('wrong usage', () => {
  const cases: readonly [args: string[], message: RegExp][] = [
    [[], /^tcploom: no capture to read was given /],
    [['run'], /^tcploom: no capture to read was given /],
    [['--'], /^tcploom: no capture to read was given /],
    [['--nonsense', CAPTURE], /^tcploom: unknown option '--nonsense' /],
    [['-z', CAPTURE], /^tcploom: unknown option '-z' /],
    [['--classi', CAPTURE], /^tcploom: unknown option '--classi'/],
    [['-f', CAPTURE], /^tcploom: unknown option '-f'/],
    [['--retransmit', 'soon', CAPTURE], /^tcploom: .*--retransmit.*'soon'.* whole number/],
    [['--retransmit', '-5', CAPTURE], /^tcploom: .*--retransmit.*'-5'.* whole number/],
    [['--retransmit', '1.5', CAPTURE], /^tcploom: .*--retransmit.*'1\.5'.* whole number/],
    [['--retransmit', '1e3', CAPTURE], /^tcploom: .*--retransmit.*'1e3'.* whole number/],
    [['--retransmit', '0x10', CAPTURE], /^tcploom: .*--retransmit.*'0x10'.* whole number/],
    [['--retransmit', '2147483648', CAPTURE], /^tcploom: .*--retransmit.*'2147483648'.* 2147483647/],
    [['--retransmit=', CAPTURE], /^tcploom: .*--retransmit.*'' is invalid/],
    [[CAPTURE, '--retransmit'], /^tcploom: .*--retransmit.*argument missing/],
    [['--color', 'yes', CAPTURE], /^tcploom: .*--color.*'yes'.* choices are 0, 1/],
    [['--rst', '3', CAPTURE], /^tcploom: .*--rst.*'3'.* choices are 0, 1, 2/],
    [['--dpi-mode', 'HTTP', CAPTURE], /^tcploom: .*--dpi-mode.*'HTTP'.* tcp, http, /],
    [['--dpi-mode', 'tcp:Host', CAPTURE], /^tcploom: .*--dpi-mode.*'tcp:Host'.* tcp, http, /],
    [['--dpi-mode', 'http:A:B:C', CAPTURE], /^tcploom: .*--dpi-mode.*'http:A:B:C'.* tcp, http, /],
    [['miruo', '-m', '', '-f', CAPTURE], /^tcploom: .*--dpi-mode.*'' is invalid/],
    [['--all=1', CAPTURE], /^tcploom: unknown option '--all=1'/],
    [['--workers', '0', CAPTURE], /^tcploom: --workers must be from 1 to 64, not 0 /],
    [['--workers', '65', CAPTURE], /^tcploom: --workers must be from 1 to 64, not 65 /],
    [['--workers', 'many', CAPTURE], /^tcploom: .*--workers.*'many'/],
    [['--block-size', '65535', CAPTURE], /^tcploom: --block-size must be from 65536 to 16777216 bytes, not 65535 /],
    [['--block-size', '17M', CAPTURE], /^tcploom: --block-size must be from 65536 to 16777216 bytes, not 17825792 /],
    [['--block-size', '1X', CAPTURE], /^tcploom: .*--block-size.*'1X'.* number of bytes/],
    [['help', 'nonsense'], /^tcploom: .*nonsense/],
    [['miruo'], /^tcploom: miruo needs a capture: -f FILE, or -i DEV /],
    [['miruo', '-f'], /^tcploom: .*--file.*argument missing/],
    [['miruo', 'tcp', 'port', '80'], /^tcploom: miruo needs a capture: -f FILE, or -i DEV /],
    [['--filter', 'tcp', '--filter', 'udp', CAPTURE], /^tcploom: .*--filter.*'udp'.* given once/],
    [['filter'], /^tcploom: filter needs an expression, '' for all packets, or -F FILE /],
    [['filter', 'tcp', '-c'], /^tcploom: no capture to read was given /],
    [['filter', '-F', 'x', '-c'], /^tcploom: no capture to read was given /],
    [['filter', 'tcp', CAPTURE], /^tcploom: filter needs -w OUT, or -c /],
    [['filter', 'tcp', CAPTURE, '-c', '-w', 'x'], /^tcploom: -w and -c cannot be had together/],
    [['filter', 'tcp', CAPTURE, '-c', '--pcap'], /^tcploom: with -c nothing is written in any format /],
    [
      ['filter', 'tcp', CAPTURE, '-w', 'x', '--pcap', '--pcapng'],
      /^tcploom: --pcap and --pcapng cannot be had together /,
    ],
    [['filter', 'tcp', CAPTURE, '-w', CAPTURE], /^tcploom: datasets\/web.pcap is one of the files that are read: /],
    [
      ['filter', 'tcp', 'a.pcap0', '--follow', '-w', './a.pcap1'],
      /^tcploom: \.\/a\.pcap1 would be taken for a file of the series /,
    ],
    [
      ['filter', 'tcp', 'a.pcap', '--follow', '-w', 'a.pcap3'],
      /^tcploom: a\.pcap3 would be taken for a file of the series /,
    ],
    [['filter', 'tcp', CAPTURE, '--outer', '-c'], /^tcploom: unknown option '--outer'/],
    [
      ['-o', 'pdf', CAPTURE],
      /^tcploom: there is no format 'pdf' of results: known are miruo, tcpeek, report, ndjson, csv, parquet, figures, conn, /,
    ],
    [['-o', 'miruo=', CAPTURE], /^tcploom: -o miruo= needs a path, or - for standard output /],
    [['-o', 'miruo', '--output', 'miruo=-', CAPTURE], /^tcploom: two results cannot go to standard output /],
    [['-o', 'miruo=x', '-o', 'miruo=./x', CAPTURE], /^tcploom: two results cannot go to \.\/x /],
    [['-o', `miruo=${CAPTURE}`, CAPTURE], /^tcploom: datasets\/web.pcap is one of the files that are read: /],
    [
      ['-o', 'miruo=a.pcap1', '--follow', 'a.pcap0'],
      /^tcploom: a\.pcap1 would be taken for a file of the series that is followed /,
    ],
    [['miruo', '-L', 'many', '-f', CAPTURE], /^tcploom: .*--session-limit.*'many'.* whole number/],
    [['miruo', '-l', '-1', '-f', CAPTURE], /^tcploom: .*--segment-limit.*'-1'.* whole number/],
    [['miruo', '-s', '', '-f', CAPTURE], /^tcploom: .*--stat.*'' is invalid/],
    [['miruo', '-limit=5', '-f', CAPTURE], /^tcploom: /],
    [['miruo', '-r', 'soon', '-f', CAPTURE], /^tcploom: .*--retransmit.*'soon'/],
    [['miruo', '-S', '2', '-f', CAPTURE], /^tcploom: .*--syn.*'2'.* choices are 0, 1/],
    [['miruo', '-C', '-f', CAPTURE], /^tcploom: .*--color.*'-f'/],
    [['miruo', '-z', '-f', CAPTURE], /^tcploom: unknown option '-z'/],
    [['miruo', '-qz', '-f', CAPTURE], /^tcploom: unknown option '-z'/],
    [['miruo', '--f', '0', '-f', CAPTURE], /^tcploom: option '--f' is ambiguous: --file, --fragment /],
    [['miruo', '--r=5', '-f', CAPTURE], /^tcploom: option '--r=5' is ambiguous: --retransmit, --rst /],
    [['miruo', '--long', '5', '-f', CAPTURE], /^tcploom: option '--long' is ambiguous: --long-connect, --long-delay /],
  ];

  for (const [args, message] of cases) {
    it(`${args.join(' ') || 'no arguments'}: told in one line`, () => {
      assert.throws(
        () => planOf(...args),
        (error: Error) => {
          assert.ok(error instanceof UsageError, `${error}`);
          assert.match(`tcploom: ${error.message}${hintOf(args[0])}`, message);
          assert.doesNotMatch(error.message, /\n/, 'more than one line');
          return true;
        },
      );
    });
  }

  // One of each way through the program; the rest is the same message on the same way.
  for (const args of [
    [],
    ['--nonsense', CAPTURE],
    ['--retransmit', 'soon', CAPTURE],
    ['--workers', '0', CAPTURE],
    ['miruo', 'tcp'],
    ['filter', 'tcp', CAPTURE],
    ['miruo', '--f', CAPTURE],
    ['miruo', '--color', '7', '-f', CAPTURE],
  ]) {
    it(`${args.join(' ') || 'no arguments'}: exit code 2, nothing on standard output`, async () => {
      const run = await tcploom(args);
      assert.ok(run.stderr.endsWith(`${hintOf(args[0])}\n`), run.stderr);
      assertMessages(run.stderr, [/^tcploom: .*$/]);
      assert.equal(hasStatistics(run.stderr), false);
      assert.equal(run.stdout, '');
      assert.equal(run.code, 2);
    });
  }
});

describe('expandLongOptions', () => {
  const rows = optionsOf('miruo');
  const cases: readonly [given: string[], expanded: string[]][] = [
    [[], []],
    [
      ['--retransmit', '5'],
      ['--retransmit', '5'],
    ],
    [
      ['--ret', '5'],
      ['--retransmit', '5'],
    ],
    [['--ret=5'], ['--retransmit=5']],
    [['-retransmit=5'], ['--retransmit=5']],
    [
      ['-retransmit', '5'],
      ['--retransmit', '5'],
    ],
    [
      ['-re', '5'],
      ['--retransmit', '5'],
    ],
    [
      ['--flagment', '0'],
      ['--fragment', '0'],
    ],
    [['--flag=0'], ['--fragment=0']],
    [['--fr=0'], ['--fragment=0']],
    [
      ['-file', 'x'],
      ['--file', 'x'],
    ],
    // A whole name is never ambiguous, whatever else begins with it.
    [
      ['--long-connect', '1', '--long-d', '2'],
      ['--long-connect', '1', '--long-delay', '2'],
    ],
    // Letters, with values and clustered, are the parser's.
    [
      ['-r5', '-qq', '-qr5', '-v', '2'],
      ['-r5', '-qq', '-qr5', '-v', '2'],
    ],
    [
      ['-q', '-all'],
      ['-q', '--all'],
    ],
    // What is a value is left alone even when it looks like an option.
    [
      ['-f', '--ret'],
      ['-f', '--ret'],
    ],
    [
      ['--fil', '-all'],
      ['--file', '-all'],
    ],
    [
      ['--al', '--ret'],
      ['--all', '--retransmit'],
    ],
    [
      ['--quiet', '--al'],
      ['--quiet', '--all'],
    ],
    [
      ['--', '--ret', '-all'],
      ['--', '--ret', '-all'],
    ],
    [
      ['--al', '--', '--ret'],
      ['--all', '--', '--ret'],
    ],
    // Unknown ones are the parser's to refuse.
    [
      ['--nonsense', '-', '-z', 'word'],
      ['--nonsense', '-', '-z', 'word'],
    ],
    [['--ret=a=b'], ['--retransmit=a=b']],
    [['--ret=a\nb'], ['--retransmit=a\nb']],
  ];
  for (const [given, expanded] of cases) {
    it(JSON.stringify(given.join(' ')), () => assert.deepEqual(expandLongOptions(given, rows), expanded));
  }

  it('refuses what could be several, naming them', () => {
    assert.throws(() => expandLongOptions(['--f', '0'], rows), AmbiguousOption);
    assert.throws(() => expandLongOptions(['--lo', '0'], rows), {
      message: "option '--lo' is ambiguous: --long-connect, --long-delay",
    });
  });

  it('takes a whole name for what it is though others begin with it', () => {
    const named = (name: string): OptionRow => ({ names: [name], kind: 'switch', help: '', commands: ['miruo'] });
    const three = [named('live-all'), named('live'), named('live-long')];
    assert.deepEqual(expandLongOptions(['--live', '-live', '--live-a'], three), ['--live', '--live', '--live-all']);
    assert.throws(() => expandLongOptions(['--liv'], three), AmbiguousOption);
  });

  it('takes every unique beginning of every name, of the original first, with one dash and with two', () => {
    for (const row of rows) {
      for (const name of row.names) {
        for (let length = 2; length <= name.length; length++) {
          const begin = name.slice(0, length);
          const all = rows.filter((other) => other.names.some((candidate) => candidate.startsWith(begin)));
          const originals = all.filter((other) => other.isOriginal === true);
          const others = originals.length > 0 ? originals : all;
          // A whole name is that name, whatever else begins with it.
          const exact = rows.find((other) => other.names.includes(begin));
          if (exact === undefined ? others.length > 1 || others[0] !== row : exact !== row) continue;
          for (const dashes of ['-', '--']) {
            assert.deepEqual(expandLongOptions([`${dashes}${begin}`], rows), [`--${row.names[0]}`], dashes + begin);
          }
        }
      }
    }
  });
});

describe('options of the drop-in command, as the original takes them', () => {
  const retransmitMs = (...args: string[]): number => planOf('miruo', ...args, '-f', CAPTURE).miruo.retransmitMs;

  it('abbreviated, with one dash, with the value in any place', () => {
    for (const args of [
      ['--retransmit', '5'],
      ['--retransmit=5'],
      ['--ret', '5'],
      ['--re=5'],
      ['-retransmit', '5'],
      ['-retransmit=5'],
      ['-r', '5'],
      ['-r5'],
      ['-qr5'],
      ['-qr', '5'],
      ['-r', '7', '-r', '5'],
    ]) {
      assert.equal(retransmitMs(...args), 5, args.join(' '));
    }
  });

  it('after the file too', () => {
    assert.equal(planOf('miruo', '-f', CAPTURE, '-r', '5').miruo.retransmitMs, 5);
  });

  it('-m, with the headers that are asked for', () => {
    const http = (...args: string[]): unknown => planOf('miruo', ...args, '-f', CAPTURE).miruo.http;
    assert.equal(http(), undefined);
    assert.equal(http('-m', 'tcp'), undefined);
    assert.equal(http('-m', 'http', '-m', 'tcp'), undefined);
    assert.deepEqual(http('-m', 'http'), { request: [], response: [] });
    assert.deepEqual(http('-mhttp:A,b'), { request: ['A', 'b'], response: [] });
    assert.deepEqual(http('--dpi=http::S,T'), { request: [], response: ['S', 'T'] });
    assert.deepEqual(http('-dpi-mode', 'http:%,,A:S,'), { request: ['%', 'A'], response: ['S'] });
  });

  it('-m http with an interface captures payloads, unless told how much to capture', () => {
    const snaplen = (...args: string[]): unknown => {
      const [input] = planOf('miruo', '-i', 'lo', ...args).read.inputs;
      return typeof input === 'string' ? assert.fail() : input.request.snaplen;
    };
    assert.equal(snaplen(), 256);
    assert.equal(snaplen('-m', 'tcp'), 256);
    // All headers that are captured without it, and the 2047 bytes that are looked at.
    assert.equal(snaplen('-m', 'http'), 256 + 2048);
    assert.equal(snaplen('-m', 'http', '--snaplen', '96'), 96);
  });

  it('-q once and more often, clustered or not', () => {
    const quiet = (...args: string[]): number => planOf('miruo', ...args, '-f', CAPTURE).miruo.quiet;
    assert.deepEqual([quiet(), quiet('-q'), quiet('-q', '-q'), quiet('-qq'), quiet('-qqq')], [0, 1, 2, 2, 2]);
    assert.deepEqual([quiet('--quiet'), quiet('--qu', '-q'), quiet('-quiet', '-quiet')], [1, 2, 2]);
    assert.equal(planOf('miruo', '-qqf', CAPTURE).miruo.quiet, 2);
  });

  it('with both spellings of a name', () => {
    for (const name of ['--fragment', '--flagment', '-flagment', '--fl']) {
      assert.equal(planOf('miruo', name, '0', '-f', CAPTURE).miruo.fragments, false, name);
    }
  });

  it('several files', () => {
    assert.deepEqual(planOf('miruo', '-f', 'a', '--file=b', '-fc').read.inputs, ['a', 'b', 'c']);
  });

  it('help and version abbreviated too', () => {
    for (const help of ['--help', '--hel', '-help', '-h']) assert.match(textOf('miruo', help), /^Usage: tcploom miruo/);
    for (const version of ['--version', '--vers', '-V'])
      assert.equal(textOf('miruo', version), `${VERSION}\n`, version);
  });
});

describe('every spelling of an option of the original', () => {
  const miruo = (plan: RunPlan): MiruoOptions => plan.miruo ?? assert.fail('no sessions are tracked');
  const everySec = (plan: RunPlan): number | undefined => plan.read.moments?.everySec;
  /** Letter, long names, shortest beginnings, a value, and where it arrives. */
  const cases: readonly [string, readonly string[], readonly string[], string, unknown, (plan: RunPlan) => unknown][] =
    [
      ['v', ['view-data'], ['vi'], '3', 3, (plan) => miruo(plan).contextSegments],
      ['T', ['long-connect'], ['long-c'], '4', 4, (plan) => miruo(plan).longConnectMs],
      ['t', ['long-delay'], ['long-d'], '5', 5, (plan) => miruo(plan).longDelayMs],
      ['r', ['retransmit'], ['re'], '6', 6, (plan) => miruo(plan).retransmitMs],
      ['s', ['stat', 'stat-interval'], ['st', 'stat-'], '7', 7, everySec],
      ['S', ['syn'], ['sy'], '0', false, (plan) => miruo(plan).synRetransmits],
      ['R', ['rst'], ['rs'], '2', 2, (plan) => miruo(plan).resets],
      ['F', ['fragment', 'flagment'], ['fr', 'fl'], '0', false, (plan) => miruo(plan).fragments],
      ['C', ['color'], ['co'], '1', true, (plan) => miruo(plan).colour],
      ['L', ['session-limit', 'limit-session'], ['ses', 'limit-ses'], '8', 8, (plan) => miruo(plan).sessionLimit],
      ['l', ['segment-limit', 'limit-segment'], ['seg', 'limit-seg'], '9', 9, (plan) => miruo(plan).segmentLimit],
    ];
  for (const [letter, names, beginnings, value, expected, read] of cases) {
    it(`-${letter}, --${names.join(', --')}`, () => {
      const long = [...names, ...beginnings].flatMap((name) => [`-${name}`, `--${name}`]);
      const spellings = [
        [`-${letter}`, value],
        [`-${letter}${value}`],
        [`-q${letter}`, value],
        ...long.map((name) => [name, value]),
        ...long.map((name) => [`${name}=${value}`]),
      ];
      for (const spelling of spellings) {
        assert.deepEqual(read(planOf('miruo', ...spelling, '-f', CAPTURE)), expected, spelling.join(' '));
        assert.deepEqual(read(planOf('miruo', '-f', CAPTURE, ...spelling)), expected, `-f FILE ${spelling.join(' ')}`);
      }
      const others = planOf('miruo', '-f', CAPTURE);
      assert.notDeepEqual(read(others), expected, 'the default is another value');
    });
  }

  it('--all and --live, which have no letter', () => {
    for (const [spelling, all, live] of [
      ['--all', true, false],
      ['-all', true, false],
      ['--al', true, false],
      ['-a', true, false],
      ['--live', true, true],
      ['-live', true, true],
      ['--liv', true, true],
    ] as const) {
      const plan = planOf('miruo', spelling, '-f', CAPTURE);
      assert.deepEqual([plan.miruo.all, plan.miruo.live], [all, live], spelling);
    }
  });

  it('-f and -i, --file and --interface', () => {
    for (const name of ['-f', '--file', '-file', '--fi', '-fi']) {
      assert.deepEqual(planOf('miruo', name, CAPTURE).read.inputs, [CAPTURE], name);
    }
    for (const name of ['-i', '--interface', '-interface', '--in', '-in']) {
      const [input] = planOf('miruo', name, 'any').read.inputs;
      assert.ok(typeof input === 'object' && input.name === 'any', name);
    }
  });
});

describe('options of the default command', () => {
  it('are written out, with or without its name', () => {
    for (const first of [[], ['run']]) {
      const plan = planOf(...first, '--view-data', '3', 'a', '--all', 'b', '--quiet', '--quiet');
      assert.deepEqual(plan.read.inputs, ['a', 'b']);
      assert.deepEqual([plan.miruo.contextSegments, plan.miruo.all, plan.miruo.quiet], [3, true, 2]);
    }
  });

  it('leave what follows -- alone', () => {
    assert.deepEqual(planOf('--', '--all', '-x').read.inputs, ['--all', '-x']);
  });
});

describe('the plan of a run', () => {
  const plan = (
    given: ParsedOptions = {},
    files: readonly string[] = ['a'],
    isTerminal = false,
  ): RunPlan & { readonly miruo: MiruoOptions } => {
    const { plan } = prepareRun(files, given, isTerminal, PROGRAM);
    return { ...plan, miruo: plan.miruo ?? assert.fail('no sessions are tracked') };
  };

  it('decides everything when nothing is given', () => {
    const { miruo, tcpeek, ...rest } = plan();
    const trackers = Math.max(1, availableParallelism());
    const decode = { directOnly: false, outer: false, vlanKey: false, userDlts: new Map(), linkTypes: undefined };
    const read = {
      inputs: ['a'],
      decode,
      filter: undefined,
      selection: { from: undefined, to: undefined, maxPackets: undefined, endsAtTo: false },
      resync: false,
      sortByTime: false,
      followTimeoutMs: undefined,
      perCapture: false,
      moments: undefined,
      clock: { outermostOnly: false, linkTypes: undefined },
      unreachables: false,
      notices: true,
      traffic: { protocols: DEFAULT_REPORT_PROTOCOLS },
      reportEverySec: undefined,
    };
    const form = { trackers, blockBytes: 1 << 20, blockSlots: 8 };
    assert.deepEqual(rest, {
      read,
      firstLine: 'reading from a\n',
      notice: undefined,
      analysis: undefined,
      addressKey: undefined,
      flows: { timeoutSec: 182, protocols: DEFAULT_REPORT_PROTOCOLS.length },
      ...form,
    });
    assert.deepEqual(miruo, { ...MIRUO_DEFAULTS, colour: false });
    assert.deepEqual(tcpeek, {
      filters: [{ name: 'ALL', direction: 'ALL', targets: [{ address: undefined, ports: [] }] }],
      ...{ localAddresses: [], timeoutSec: 60, checksums: 0 },
      ...{ quiet: false, icmp: false, unfinished: false, classic: false },
    });
  });

  it('cannot be changed afterwards', () => {
    const { plan: made } = prepareRun(['a'], {}, false, PROGRAM);
    for (const part of [made, made.miruo, made.tcpeek]) assert.ok(Object.isFrozen(part));
  });

  it('names several files by the first', () => {
    assert.equal(plan({}, ['a', 'b', 'c']).firstLine, 'reading from 3 files, a first\n');
  });

  it('has colours on a terminal, unless told otherwise', () => {
    assert.equal(plan({}, ['a'], true).miruo.colour, true);
    assert.equal(plan({ color: '0' }, ['a'], true).miruo.colour, false);
    assert.equal(plan({ color: '1' }, ['a'], false).miruo.colour, true);
  });

  it('has time-outs unless they are switched off or the original had none', () => {
    assert.deepEqual(
      [plan(), plan({ timeout: false }), plan({ classic: true }), plan({ timeout: true })].map((p) => p.miruo.timeouts),
      [true, false, false, true],
    );
    assert.equal(planOf('--no-timeout', 'a').miruo.timeouts, false);
  });

  it('takes every value over', () => {
    const given = planOf(
      ...['--view-data', '1', '--long-connect', '2', '--long-delay', '3', '--retransmit', '4', '--syn', '0'],
      ...['--rst', '2', '--fragment', '0', '--color', '1', '--quiet', '--all', '--classic', '--unfinished'],
      ...['--live', '--stat', '5', '--dpi-mode', 'http:A:B', '--workers', '64', '--block-size', '64K', 'a'],
    );
    assert.deepEqual(given.miruo, {
      ...{ contextSegments: 1, longConnectMs: 2, longDelayMs: 3, retransmitMs: 4, synRetransmits: false },
      ...{ resets: 2, fragments: false, colour: true, quiet: 1, all: true, classic: true, timeouts: false },
      ...{ unfinished: true, live: true, sessionLimit: undefined, segmentLimit: undefined },
      ...{ http: { request: ['A'], response: ['B'] } },
    });
    assert.deepEqual([given.trackers, given.blockBytes], [64, 65536]);
    assert.deepEqual(given.read.moments, { everySec: 5, byClock: false });
  });

  it('has one tracker and says so when sessions or segments are limited', () => {
    for (const limit of [{ sessionLimit: 8 }, { segmentLimit: 0 }]) {
      const { trackers, notice, miruo } = plan({ workers: 3, ...limit });
      assert.equal(trackers, 1);
      assert.match(notice ?? '', /one tracker/);
      assert.deepEqual([miruo.sessionLimit, miruo.segmentLimit], [limit.sessionLimit, limit.segmentLimit]);
    }
  });

  it('asks for statistics on the way by packet time, or by the clock from an interface; 0 is for none', () => {
    assert.deepEqual(plan({ stat: 3 }).read.moments, { everySec: 3, byClock: false });
    assert.deepEqual(plan({ stat: 3, interface: ['lo'] }, []).read.moments, { everySec: 3, byClock: true });
    assert.equal(plan({ stat: 0 }).read.moments, undefined);
  });

  it('shows all that closes with --live', () => assert.equal(plan({ live: true }).miruo.all, true));

  it('knows units of bytes', () => {
    for (const [text, bytes] of [
      ['65536', 65536],
      ['64k', 65536],
      ['64KiB', 65536],
      ['1M', 1 << 20],
      ['16mb', 1 << 24],
    ] as const) {
      assert.equal(planOf('--block-size', text, 'a').blockBytes, bytes, text);
    }
  });

  it('refuses sizes out of range, whole ranges included', () => {
    assert.deepEqual([plan({ workers: 1 }).trackers, plan({ workers: 64 }).trackers], [1, 64]);
    for (const workers of [0, 65]) assert.throws(() => plan({ workers }), UsageError);
    assert.deepEqual(
      [plan({ blockSize: 1 << 16 }).blockBytes, plan({ blockSize: 1 << 24 }).blockBytes],
      [65536, 1 << 24],
    );
    for (const blockSize of [0, (1 << 16) - 1, (1 << 24) + 1]) assert.throws(() => plan({ blockSize }), UsageError);
    assert.throws(() => plan({}, []), UsageError);
  });
});

describe('the option table', () => {
  it('has no name and no letter twice for a command', () => {
    for (const command of ['run', 'miruo', 'info', 'filter', 'plot'] as const) {
      const names = optionsOf(command).flatMap((row) => row.names);
      const letters = optionsOf(command).flatMap((row) => row.letter ?? []);
      assert.ok(names.length > 10);
      assert.equal(new Set(names).size, names.length, command);
      assert.equal(new Set(letters).size, letters.length, command);
    }
  });

  it('has choices for a choice and a value for each option that takes one', () => {
    for (const row of OPTION_TABLE) {
      assert.equal(row.choices !== undefined, row.kind === 'choice', row.names[0]);
      assert.equal(row.value === undefined, row.kind === 'switch' || row.kind === 'repeated', row.names[0]);
    }
  });
});
