/**
 * `tcploom check` and `tcploom diff` with made-up figures in place of a pass: which captures and expectations are meant, exit codes, outputs, snapshots.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { executeCheck } from '../../src/cli/execute-check.js';
import { executeDiff } from '../../src/cli/execute-diff.js';
import { parseArguments } from '../../src/cli/parse.js';
import type { ParsedOptions } from '../../src/cli/plan.js';
import { numberingOf } from '../../src/cli/session-numbering.js';
import type { Summarize, SummarizeOptions } from '../../src/cli/summarize.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { Interrupted } from '../../src/pipeline/interrupted.js';
import { OutputFailure } from '../../src/pipeline/output-failure.js';
import { ThreadFailure } from '../../src/pipeline/threads.js';
import type { CaptureFigures } from '../../src/summary/figures.js';
import { assertMessages, type Ended, ended, LAUNCHER, tcploom, temporaryFolder } from '../support/launch.js';
import { captureFigures, emptyGroup, exampleSession } from '../support/made-up-figures.js';
import { PROGRAM } from '../support/program.js';
import { sarifFaults } from '../support/sarif-schema.js';

const { symptoms } = emptyGroup();
/** Captures by the ends of their names. */
const FIGURES: Readonly<Record<string, CaptureFigures | undefined>> = {
  'good.pcap': captureFigures({
    groups: Array(4).fill(emptyGroup({ sessions: 4, segments: 1000 })),
    examples: [[], [], []],
  }),
  'lossy.pcap': captureFigures({
    groups: Array(4).fill(emptyGroup({ sessions: 4, segments: 1000, symptoms: { ...symptoms, retransmission: 30 } })),
    examples: Array(3).fill([exampleSession()]),
  }),
  'cut.pcap': captureFigures({
    groups: Array(4).fill(emptyGroup({ sessions: 1 })),
    damaged: 1,
    problems: ['at byte 24: cut'],
    examples: [[], [], []],
  }),
  'none.pcap': captureFigures({ groups: Array(4).fill(emptyGroup()), examples: [[], [], []] }),
  'gone.pcap': undefined,
};

interface Asked extends SummarizeOptions {
  readonly capture: string;
}

interface Told {
  readonly code: number;
  readonly text: string;
  readonly asked: readonly Asked[];
}

/** What a command line comes to; its text goes to a file. */
async function told(...args: string[]): Promise<Told> {
  const request = parseArguments(args, '1.2.3');
  assert.ok(request.kind === 'check' || request.kind === 'diff');
  const file = join(temporaryFolder(), 'told.txt');
  const asked: Asked[] = [];
  const ask: Summarize = async (capture, options) => {
    asked.push({ ...options, capture });
    const name = Object.keys(FIGURES).find((ending) => capture.endsWith(ending)) ?? assert.fail(capture);
    if (FIGURES[name] === undefined) options.say(`tcploom: ${capture}: no such file\n`);
    return FIGURES[name];
  };
  const execute = request.kind === 'check' ? executeCheck : executeDiff;
  const output = [...(request.options.output ?? []), `text=${file}`];
  const code = await execute(request.files, { ...request.options, output }, PROGRAM, ask);
  return { code, text: existsSync(file) ? readFileSync(file, 'utf8') : '', asked };
}

/** What a command line is refused with. */
const refusal = (...args: string[]): Promise<string> =>
  told(...args).then(
    () => assert.fail(`${args.join(' ')} was accepted`),
    (error) => String(error.message),
  );

/** What a command line says. */
function requestOf(...args: string[]): { readonly files: readonly string[]; readonly options: ParsedOptions } {
  const request = parseArguments(args, '');
  return 'files' in request ? request : assert.fail(args.join(' '));
}

/** A folder with a file of expectations and empty captures. */
function folderWith(config: string, ...captures: string[]): string {
  const folder = temporaryFolder();
  for (const capture of captures) {
    mkdirSync(join(folder, capture, '..'), { recursive: true });
    writeFileSync(join(folder, capture), '');
  }
  writeFileSync(join(folder, 'tcploom.yml'), config);
  return folder;
}

/** Options for all outputs but text, into a folder, and what is in them. */
function reader(folder: string): { readonly options: readonly string[]; readonly text: (name: string) => string } {
  const options = ['junit', 'tap', 'sarif', 'github'].flatMap((name) => ['-o', `${name}=${join(folder, name)}`]);
  return { options, text: (name) => readFileSync(join(folder, name), 'utf8') };
}

const FEW = ['--expect', 'retransmissions <= 1%'];

describe('tcploom check', () => {
  it('ends with 0 where all holds, and says so in a line', async () => {
    const { code, text } = await told('check', ...FEW, '--expect', 'sessions > 0', 'good.pcap', 'x/good.pcap');
    assert.equal(code, 0);
    assert.equal(text, 'tcploom: 4 expectations met in 2 captures\n');
  });

  it('ends with 3 where something does not hold, and tells what', async () => {
    const { code, text } = await told('check', ...FEW, 'good.pcap', 'lossy.pcap');
    assert.equal(code, 3);
    assert.match(text, /^lossy\.pcap: not met: retransmissions <= 1%\n {2}found {5}3 % \(30 of 1000 segments\)\n/);
    assert.match(text, /\n {6}tcploom extract --sessions 7 -w session-7\.pcap lossy\.pcap\n/);
    assert.doesNotMatch(text, /good\.pcap/);
  });

  it('ends with 3 where something is not known, unless that is allowed', async () => {
    const { code, text } = await told('check', '--expect', 'handshake.p99 < 50ms', 'good.pcap');
    assert.equal(code, 3);
    assert.match(text, /^good\.pcap: not known: handshake\.p99 < 50ms\n/);
    assert.equal((await told('check', '--expect', 'handshake.p99 < 50ms or unknown', 'good.pcap')).code, 0);
  });

  it('ends with 1 where a capture is damaged, unless that is allowed', async () => {
    const { code, text } = await told('check', '--expect', 'sessions > 0', 'cut.pcap');
    assert.equal(code, 1);
    assert.match(text, /^cut\.pcap: damaged in 1 place\n {2}at byte 24: cut\n/);
    assert.equal((await told('check', '--allow-damaged', '--expect', 'sessions > 0', 'cut.pcap')).code, 0);
    assert.equal((await told('check', '--expect', 'damaged <= 1', 'cut.pcap')).code, 0);
    assert.equal((await told('check', '--expect', 'damaged == 0', 'cut.pcap')).code, 3);
  });

  it('ends with 2 where nothing can be read, with 1 where something can', async () => {
    const { code, text } = await told('check', ...FEW, 'gone.pcap');
    assert.equal(code, 2);
    assert.match(text, /^gone\.pcap: nothing could be read\n {2}no such file\n/);
    assert.equal((await told('check', ...FEW, 'gone.pcap', 'good.pcap')).code, 1);
    assert.equal((await told('check', ...FEW, 'gone.pcap', 'lossy.pcap')).code, 3);
  });

  it('takes captures and expectations from a file', async () => {
    const folder = folderWith(
      `version: 1
captures: ['*.pcap', 'x/*.pcap']
filter: tcp port 443
tcpeek: ['web:RX@%:80']
reading: { session_timeout: 60, checksum: 2, vlan_key: true, local: [10.0.0.0/8] }
expectations:
  - name: hardly anything is sent again
    expect: retransmissions <= 1%
    reason: the line must not lose anything
  - expect: sessions > 100
    captures: [x/*]
`,
      'good.pcap',
      'lossy.pcap',
      'x/good.pcap',
    );
    const config = join(folder, 'tcploom.yml');
    const { code, text, asked } = await told('check', '--config', config);
    assert.equal(code, 3);
    assert.deepEqual(
      asked.map(({ capture }) => capture),
      ['good.pcap', 'lossy.pcap', 'x/good.pcap'].map((name) => join(folder, name)),
    );
    const [{ given, filter }] = asked;
    assert.equal(filter?.text, 'tcp port 443');
    assert.deepEqual(given.sessionFilter, ['web:RX@%:80']);
    assert.deepEqual(
      [given.sessionTimeout, given.checksum, given.vlanKey, given.local],
      [60, '2', true, ['10.0.0.0/8']],
    );
    assert.match(text, /lossy\.pcap: not met: hardly anything is sent again\n {2}expected {2}retransmissions <= 1%\n/);
    assert.match(text, /\n {2}reason {4}the line must not lose anything\n {2}stated {4}.*tcploom\.yml:8:13\n/);
    // With a filter sessions have other numbers: they go by their ends.
    assert.match(text, /tcploom extract --tuple 10\.0\.0\.1:40000-10\.0\.0\.2:443 --vlan-key -w session-7\.pcap /);
    assert.equal(text.match(/not met: sessions > 100/g)?.length, 1);
    assert.match(text, /2 of 4 expectations not met/);
    const one = await told('check', '--config', config, '--session-timeout', '5', join(folder, 'good.pcap'));
    assert.equal(one.code, 0);
    assert.equal(one.asked[0].given.sessionTimeout, 5);
  });

  it('finds faults of a file, each with its place', async () => {
    const folder = folderWith('version: 1\ncaptures: [none*]\nexpectations:\n  - expect: rst == 0\n', 'good.pcap');
    const config = join(folder, 'tcploom.yml');
    assert.equal(await refusal('check', '--config', config), `tcploom: ${config}:2:12: no file is none*\n`);
    writeFileSync(
      config,
      'version: 1\ncaptures: [good.pcap]\nexpectations:\n  - expect: rst == 0\n    captures: [b*]\n',
    );
    assert.equal(
      await refusal('check', '--config', config),
      `tcploom: ${config}:4:13: this is about none of the captures: b*\n`,
    );
    writeFileSync(config, 'version: 1\ncaptures: [good.pcap]\nexpectations:\n  - expect: rst = 0\n');
    assert.equal(
      await refusal('check', '--config', config),
      `tcploom: ${config}:4:17: equal is ==\n  rst = 0\n      ^\n`,
    );
  });

  it('refuses a capture that nothing is expected of', async () => {
    const folder = folderWith(
      "version: 1\ncaptures: ['*.pcap']\nexpectations:\n  - expect: rst == 0\n    captures: [good*, x/*]\n",
      'good.pcap',
      'lossy.pcap',
      'x/good.pcap',
    );
    const config = join(folder, 'tcploom.yml');
    const [good, lossy] = ['good.pcap', 'lossy.pcap'].map((name) => join(folder, name));
    const message = `tcploom: ${config}:4:3: nothing is expected of ${lossy}: the expectations are about good*, x/*\n`;
    assert.equal(await refusal('check', '--config', config), message);
    assert.equal(await refusal('check', '--config', config, good, lossy), message);
    assert.equal((await told('check', '--config', config, ...FEW, good, lossy)).code, 3);
    assert.equal((await told('check', '--config', config, '--update', good, lossy)).code, 0);
  });

  it('finds faults of filters in a file, with their places', async () => {
    const config = join(
      folderWith('version: 1\ncaptures: [good.pcap]\nfilter: port (\nsnapshot: true\n', 'good.pcap'),
      'tcploom.yml',
    );
    const message = await refusal('check', '--config', config);
    assert.ok(message.startsWith(`${config}:3:9: the filter: `), message);
    writeFileSync(config, "version: 1\ncaptures: [good.pcap]\ntcpeek: ['a:RX@%:80', 'web']\nsnapshot: true\n");
    assert.match(
      await refusal('check', '--config', config),
      /^tcploom: .*tcploom\.yml:3:23: filter "?'?web'?"? parse error: /,
    );
  });

  it('finds addresses in a file that are none, with their places', async () => {
    const config = join(folderWith('', 'good.pcap'), 'tcploom.yml');
    const head = 'version: 1\ncaptures: [good.pcap]\nsnapshot: true\n';
    writeFileSync(config, `${head}reading: { local: [10.0.0.1, 10.0.0.0/40] }\n`);
    const message = `tcploom: ${config}:4:30: prefix length '40' out of range: expected 0 to 32\n`;
    assert.equal(await refusal('check', '--config', config), message);
  });

  it('refuses conditions that no session can fulfil, with a mark', async () => {
    const message = await refusal('check', '--expect', 'sessions{dst_port=99999}.rst == 0', 'good.pcap');
    assert.equal(
      message,
      `tcploom: --expect: dst_port is at most 65535, not '99999'
  sessions{dst_port=99999}.rst == 0
                    ^^^^^
`,
    );
  });

  it('refuses what means nothing', async () => {
    assert.match(
      await refusal('check', '--snapshot', '--tolerance', '1e400%', 'good.pcap'),
      /^--tolerance '1e400%': numbers are written out/,
    );
    assert.match(
      await refusal('check', '--snapshot', '--tolerance', `${'9'.repeat(400)}%`, 'good.pcap'),
      /: this number is too large$/,
    );
    const config = join(folderWith('version: 1\n'), 'tcploom.yml');
    assert.match(await refusal('check', 'good.pcap'), /^check needs expectations/);
    assert.match(await refusal('check', '--config', config), /has no "captures"$/);
    assert.match(await refusal('check', '--config', config, 'good.pcap'), /expects nothing/);
    assert.match(await refusal('check', '--config', '/nothing/here', 'good.pcap'), /no such file$/);
    assert.match(
      await refusal('check', ...FEW, '-o', 'xml', 'good.pcap'),
      /there is no format 'xml': expected text, junit/,
    );
    assert.match(
      await refusal('check', ...FEW, '-o', 'tap', '-o', 'github', 'good.pcap'),
      /^tap and github cannot both go/,
    );
    assert.match(await refusal('check', ...FEW, '--snapshots', '/tmp', 'good.pcap'), /^--snapshots says where/);
    assert.match(await refusal('check', ...FEW, '--tolerance', '5%', 'good.pcap'), /^--tolerance is about snapshots/);
    assert.match(await refusal('check', '--snapshot', '--tolerance', '5ms', 'good.pcap'), /expected a share, as 5%$/);
    assert.match(await refusal('check', '--update', '-'), /^standard input has no snapshot/);
    assert.match(
      await refusal('check', '--update', '--snapshots', '/x', 'a/good.pcap', 'b/good.pcap'),
      /would have one snapshot/,
    );
    assert.match(await refusal('check', ...FEW, '--filter', 'nonsense(', 'good.pcap'), /^the filter: /);
  });

  it('writes several outputs at once', async () => {
    const folder = temporaryFolder();
    const outputs = ['junit', 'tap', 'sarif', 'github'].flatMap((name) => ['-o', `${name}=${join(folder, name)}`]);
    const { code, text } = await told('check', ...FEW, ...outputs, 'lossy.pcap');
    assert.equal(code, 3);
    assert.match(text, /not met/);
    assert.match(readFileSync(join(folder, 'junit'), 'utf8'), /<testsuites>/);
    assert.match(readFileSync(join(folder, 'tap'), 'utf8'), /^TAP version 14\n/);
    assert.deepEqual(sarifFaults(readFileSync(join(folder, 'sarif'), 'utf8')), []);
    assert.match(readFileSync(join(folder, 'github'), 'utf8'), /^::error /);
  });

  it('finds outputs that cannot be written before any capture is read', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'snapshots/lossy.pcap.tcploom.json'), { recursive: true });
    const cases: [RegExp, string[]][] = [
      [/^writing .*none\/x: no such file$/, ['check', ...FEW, '-o', `tap=${folder}/none/x`]],
      [/^writing .*file\/x: a part of the path is not a directory$/, ['check', ...FEW, '-o', `junit=${folder}/file/x`]],
      [/^writing .*: is a directory$/, ['check', ...FEW, '-o', `sarif=${folder}`]],
      [/^writing .*none\/x: no such file$/, ['diff', '-o', `html=${folder}/none/x`]],
      [/^writing .*good.*json: /, ['check', '--update', '--snapshots', `${folder}/file`]],
      [/^writing .*lossy.*json: is a directory$/, ['check', '--update', '--snapshots', `${folder}/snapshots`]],
    ];
    for (const [message, args] of cases) {
      const { options, files } = requestOf(...args, '-o', `text=${folder}/text`, 'good.pcap', 'lossy.pcap');
      const ask: Summarize = async (name) => assert.fail(`${name} was read`);
      const execute = args[0] === 'check' ? executeCheck : executeDiff;
      await assert.rejects(execute(files, options, PROGRAM, ask), (error: Error) => {
        assert.match(error.message, message);
        return error instanceof OutputFailure;
      });
    }
    assert.deepEqual(readdirSync(folder).sort(), ['file', 'snapshots']);
    assert.deepEqual(readdirSync(join(folder, 'snapshots')), ['lossy.pcap.tcploom.json']);
  });

  it('does not end by what cannot be written until the rest is', async () => {
    const folder = temporaryFolder();
    const junit = join(folder, 'junit');
    const { options, files } = requestOf('check', ...FEW, '-o', `tap=${folder}/x/tap`, '-o', `junit=${junit}`, 'a');
    mkdirSync(join(folder, 'x'));
    const ask: Summarize = async () => {
      rmSync(join(folder, 'x'), { recursive: true });
      return FIGURES['good.pcap'];
    };
    const text = join(folder, 'text');
    const told = { ...options, output: [...(options.output ?? []), `text=${text}`] };
    await assert.rejects(executeCheck(files, told, PROGRAM, ask), /: writing .*x\/tap: no such file$/);
    assert.ok(existsSync(junit) && existsSync(text));
  });

  it('replaces files as a whole, behind links too, and writes to what is none as it is', async () => {
    const folder = temporaryFolder();
    const [junit, link] = ['junit', 'link'].map((name) => join(folder, name));
    writeFileSync(junit, 'of before');
    symlinkSync('junit', link);
    const { code } = await told('check', ...FEW, '-o', `junit=${link}`, '-o', 'tap=/dev/null', 'good.pcap');
    assert.equal(code, 0);
    assert.match(readFileSync(junit, 'utf8'), /^<\?xml/);
    assert.equal(readlinkSync(link), 'junit');
    assert.deepEqual(readdirSync(folder).sort(), ['junit', 'link']);
  });

  it('tells of a list that names no capture in every output', async () => {
    const folder = temporaryFolder();
    const [list, read] = [join(folder, 'list'), reader(folder)];
    const none = await told('check', ...FEW, '--files-from', list, ...read.options);
    assert.equal(none.code, 2);
    assert.equal(
      none.text,
      `${list}: no capture is known from it\n  no such file\n\ntcploom: 1 list of captures not readable (0 captures checked)\n`,
    );
    const check = (isAll: boolean): void => {
      assert.match(read.text('junit'), /name="it names captures">\n +<error type="no capture" message="no such file">/);
      assert.match(read.text('tap'), /^not ok 1 - .*list: it names captures\n {2}---\n {2}outcome: "no capture is/m);
      assert.match(read.text('github'), /^::error title=no capture::.*list: no capture is known from it%0A {2}no such/);
      assert.deepEqual(sarifFaults(read.text('sarif')), []);
      const [{ invocations }] = JSON.parse(read.text('sarif')).runs;
      const [{ executionSuccessful, toolExecutionNotifications: notes }] = invocations;
      assert.equal(executionSuccessful, !isAll);
      assert.deepEqual(
        notes.map(({ level, message }: { level: string; message: { text: string } }) => [level, message.text]),
        [['error', `${list}; no capture is known from it; no such file`]],
      );
    };
    check(true);
    const some = await told('check', ...FEW, '--files-from', list, ...read.options, 'good.pcap');
    assert.equal(some.code, 1);
    assert.match(some.text, /\ntcploom: 1 list of captures not readable \(1 capture checked\)\n$/);
    check(false);
  });

  it('tells of a pattern that no file has in every output', async () => {
    const folder = folderWith('version: 1\ncaptures: [none*]\nexpectations:\n  - expect: rst == 0\n');
    const [config, read] = [join(folder, 'tcploom.yml'), reader(folder)];
    const message = await refusal('check', '--config', config, ...read.options);
    assert.equal(message, `tcploom: ${config}:2:12: no file is none*\n`);
    assert.match(
      read.text('junit'),
      /tests="1" failures="0" errors="1">[\s\S]*<error type="no capture" message="no file/,
    );
    assert.match(read.text('tap'), /^1\.\.1\nnot ok 1 - none\*: it names captures\n/m);
    assert.match(read.text('github'), /^::error file=.*tcploom\.yml,line=2,col=12,title=no capture::none\*: no/);
    assert.deepEqual(sarifFaults(read.text('sarif')), []);
    const [{ exitCode, toolExecutionNotifications: notes }] = JSON.parse(read.text('sarif')).runs[0].invocations;
    assert.equal(exitCode, 2);
    assert.deepEqual(notes[0].locations[0].physicalLocation.region, { startLine: 2, startColumn: 12 });
    const text = join(folder, 'text');
    writeFileSync(text, 'of before');
    assert.equal(await refusal('check', '--config', config, '-o', `text=${text}`), message);
    assert.equal(
      readFileSync(text, 'utf8'),
      `none*: no capture is known from it\n  no file is none*\n  stated    ${config}:2:12\n\ntcploom: 1 list of captures not readable (0 captures checked)\n`,
    );
  });

  it('checks the captures that there are, though a pattern names none', async () => {
    const expectations = 'expectations:\n  - expect: rst == 0\n  - { expect: sessions > 0, captures: [none*] }\n';
    const folder = folderWith(`version: 1\ncaptures: [none*, good.pcap]\n${expectations}`, 'good.pcap', 'lossy.pcap');
    const [config, read] = [join(folder, 'tcploom.yml'), reader(folder)];
    const { code, text } = await told('check', '--config', config, ...read.options);
    assert.equal(code, 1);
    assert.match(text, /^none\*: no capture is known from it\n {2}no file is none\*\n {2}stated {4}.*:2:12\n/);
    assert.match(text, /\ntcploom: 1 list of captures not readable \(1 capture checked\)\n$/);
    assert.match(read.text('junit'), /<testsuite name="none\*"[\s\S]*<testsuite name="[^"]*good\.pcap" tests="2"/);
    assert.match(read.text('tap'), /^1\.\.3\nnot ok 1 - none\*: it names captures\n/m);
    assert.match(read.text('github'), /^::error file=.*tcploom\.yml,line=2,col=12,title=no capture::none\*: no/);
    assert.equal(JSON.parse(read.text('sarif')).runs[0].invocations[0].exitCode, 1);
    writeFileSync(
      config,
      `version: 1\ncaptures: [none*, lossy.pcap]\nexpectations: [{ expect: retransmissions == 0 }]\n`,
    );
    assert.equal((await told('check', '--config', config)).code, 3);
  });

  it('tells in every output of conditions that chose no session, where something holds', async () => {
    const folder = temporaryFolder();
    const read = reader(folder);
    const expectations = ['sessions{dst_port=444}.rst == 0', 'sessions{dst_port=444}.rst_packets == 0'];
    const given = [...expectations, 'sessions{dst_port=445} == 0'].flatMap((text) => ['--expect', text]);
    const { code, text } = await told('check', ...given, ...read.options, 'none.pcap');
    const note = 'sessions{dst_port=444} chose no session';
    assert.equal(code, 0);
    assert.equal(text, `none.pcap: ${note}\n\ntcploom: 3 expectations met in 1 capture\n`);
    assert.equal(read.text('junit').match(/<system-out>sessions\{dst_port=444\} chose no session</g)?.length, 2);
    assert.equal(read.text('tap').match(/^ {2}note: "sessions\{/gm)?.length, 2);
    assert.match(read.text('tap'), /^ok 1 - .*\n {2}---\n/m);
    assert.ok(read.text('github').startsWith(`::notice title=no session::none.pcap: ${note}\ntcploom: 3 `));
    const [{ results, invocations }] = JSON.parse(read.text('sarif')).runs;
    assert.deepEqual(results, []);
    assert.equal(invocations[0].executionSuccessful, true);
    const [{ level, message }, ...others] = invocations[0].toolExecutionNotifications;
    assert.deepEqual([level, message.text, others.length], ['note', note, 0]);
    // What does not hold, or is not known, says so by itself.
    const failed = await told('check', '--expect', 'sessions{dst_port=444}.segments > 0', 'none.pcap');
    assert.ok(failed.text.includes(`\n  found     0\n  note      ${note}\n\ntcploom: 1 of 1`), failed.text);
    const unknown = await told('check', '--expect', 'sessions{dst_port=444}.rtt.p99 < 1s', 'none.pcap');
    assert.ok(unknown.text.includes(` is not known: ${note}\n\ntcploom: 1 of 1`), unknown.text);
  });

  it('loses nothing that was found before a failure', async () => {
    const folder = temporaryFolder();
    const read = reader(folder);
    const { options, files } = requestOf(
      ...['check', ...FEW, ...read.options, '-o', `text=${folder}/text`],
      ...['lossy.pcap', 'good.pcap', 'cut.pcap'],
    );
    const failure = new ThreadFailure('tracker 0 failed: out of memory');
    const ask: Summarize = async (name) => (name === 'lossy.pcap' ? FIGURES[name] : Promise.reject(failure));
    await assert.rejects(executeCheck(files, options, PROGRAM, ask), (error) => error === failure);
    assert.match(read.text('text'), /^lossy\.pcap: not met: /);
    assert.ok(
      read.text('text').endsWith(`
good.pcap: not checked: ended by a failure
  tracker 0 failed: out of memory

cut.pcap: not checked: ended by a failure

tcploom: 1 of 1 expectation not met, 2 captures not checked (1 capture checked)
`),
      read.text('text'),
    );
    assert.match(read.text('junit'), /<error type="not checked" message="tracker 0 failed: out of memory">/);
    const [{ exitCode, executionSuccessful }] = JSON.parse(read.text('sarif')).runs[0].invocations;
    assert.deepEqual([exitCode, executionSuccessful], [2, false]);
    // Of wrong usage nothing is to be told but that.
    const usage: Summarize = async () => Promise.reject(new UsageError('--workers must be from 1'));
    rmSync(join(folder, 'text'));
    await assert.rejects(executeCheck(files, options, PROGRAM, usage), UsageError);
    assert.ok(!existsSync(join(folder, 'text')));
  });

  it('shows no progress where CI is set', async () => {
    const before = process.env.CI;
    const progressOf = async (...args: string[]): Promise<string | undefined> =>
      (await told('check', ...FEW, ...args, 'good.pcap')).asked[0].given.progress;
    try {
      process.env.CI = 'true';
      assert.equal(await progressOf(), 'none');
      assert.equal(await progressOf('--progress', 'plain'), 'plain');
      process.env.CI = 'false';
      assert.equal(await progressOf(), undefined);
    } finally {
      if (before === undefined) delete process.env.CI;
      else process.env.CI = before;
    }
  });

  it('tells what was found before a signal, and what was not checked', async () => {
    const folder = temporaryFolder();
    const outputs = ['text', 'junit', 'tap', 'sarif', 'github'].flatMap((name) => [
      '-o',
      `${name}=${join(folder, name)}`,
    ]);
    const { options, files } = requestOf('check', ...FEW, ...outputs, 'lossy.pcap', 'good.pcap', 'cut.pcap');
    const ask: Summarize = (name, { stop }) =>
      name === 'lossy.pcap'
        ? Promise.resolve(FIGURES['lossy.pcap'])
        : new Promise((_resolve, reject) => {
            stop.addEventListener('abort', () => reject(stop.reason));
            process.emit('SIGINT', 'SIGINT');
          });
    await assert.rejects(executeCheck(files, options, PROGRAM, ask), (error) => error instanceof Interrupted);
    assert.equal(process.listenerCount('SIGINT'), 0);
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    assert.match(read('text'), /^lossy\.pcap: not met: /);
    assert.ok(
      read('text').endsWith(`
good.pcap: not checked: ended by SIGINT

cut.pcap: not checked: ended by SIGINT

tcploom: 1 of 1 expectation not met, 2 captures not checked (1 capture checked)
`),
      read('text'),
    );
    assert.equal(read('junit').match(/<error type="not checked" message="not checked: ended by SIGINT">/g)?.length, 2);
    assert.match(
      read('tap'),
      /^not ok 3 - good\.pcap: the capture is whole\n {2}---\n {2}outcome: "not checked: ended/m,
    );
    assert.match(read('github'), /^::error title=capture not checked::cut\.pcap: not checked: ended by SIGINT$/m);
    const [{ exitCode, executionSuccessful, toolExecutionNotifications: notes }] = JSON.parse(read('sarif')).runs[0]
      .invocations;
    assert.deepEqual([exitCode, executionSuccessful, notes.length], [130, false, 2]);
  });

  it('tells of a signal that comes before any capture is read', async () => {
    const folder = temporaryFolder();
    const junit = join(folder, 'junit');
    const { options, files } = requestOf('check', ...FEW, '-o', `junit=${junit}`, '-o', 'tap=/dev/null', 'good.pcap');
    const output = [...(options.output ?? []), `text=${join(folder, 'text')}`];
    const ask: Summarize = async (name) => assert.fail(`${name} was read`);
    const before = process.listenerCount('SIGINT');
    const run = executeCheck(files, { ...options, output }, PROGRAM, ask);
    const end = assert.rejects(run, (error) => error instanceof Interrupted);
    let isOver = false;
    void end
      .finally(() => {
        isOver = true;
      })
      .catch(() => {});
    // While it looks whether outputs can be written.
    while (!isOver && process.listenerCount('SIGINT') === before) await nextTurn();
    if (!isOver) process.emit('SIGINT', 'SIGINT');
    await end;
    assert.match(readFileSync(junit, 'utf8'), /message="not checked: ended by SIGINT"/);
    assert.equal(process.listenerCount('SIGINT'), before);
  });

  it('tells of sessions as extract has to be told of them', () => {
    const { options } = requestOf(
      ...['check', '--from', '+1.5', '--to', '1700000000', '--max-packets', '9', '--outer', '--resync'],
      ...['--user-dlt', '3=EN10MB', '--checksum', '2', '--session-timeout', '60', 'a'],
    );
    const { decoding, numbering, byEnds } = numberingOf(options, undefined);
    const words = [...decoding, ...numbering];
    assert.deepEqual(words, [
      ...[
        '--outer',
        '--resync',
        '--user-dlt',
        '3=1',
        '--from',
        '+1.500000000',
        '--to',
        '1700000000',
        '--max-packets',
        '9',
      ],
      ...['--session-timeout', '60', '--checksum', '2'],
    ]);
    assert.equal(byEnds, false);
    // It reads them as they were meant.
    const extract = requestOf('extract', '--sessions', '7', ...words, '-w', 'x', 'a');
    for (const name of [
      'from',
      'to',
      'maxPackets',
      'outer',
      'resync',
      'userDlt',
      'checksum',
      'sessionTimeout',
    ] as const) {
      assert.deepEqual(extract.options[name], options[name], name);
    }
  });
});

describe('snapshots', () => {
  it('are written beside captures, and compared with', async () => {
    const folder = folderWith('', 'good.pcap', 'lossy.pcap');
    const [good, lossy] = ['good.pcap', 'lossy.pcap'].map((name) => join(folder, name));
    const missing = await told('check', '--snapshot', good);
    assert.equal(missing.code, 3);
    assert.match(missing.text, /there is no snapshot: --update writes it/);
    assert.equal((await told('check', '--update', good)).code, 0);
    const text = readFileSync(`${good}.tcploom.json`, 'utf8');
    assert.equal((await told('check', '--snapshot', good)).code, 0);
    const again = await told('check', '--update', good);
    assert.deepEqual([again.code, again.text], [0, 'tcploom: 1 snapshot is as before\n']);
    const both = await told('check', '--update', ...FEW, good, lossy);
    assert.equal(
      both.text.split('\n').at(-2),
      'tcploom: 1 of 2 expectations not met (2 captures checked); 1 snapshot written, 1 snapshot is as before',
    );
    assert.match(await refusal('check', '--update', '--snapshot', good), /not both at once$/);
    assert.equal(readFileSync(`${good}.tcploom.json`, 'utf8'), text);
    // The same capture, with other figures.
    writeFileSync(`${lossy}.tcploom.json`, text);
    const changed = await told('check', '--snapshot', lossy);
    assert.equal(changed.code, 3);
    assert.match(changed.text, /figures? changed: .*retransmissions was 0, is 30/);
    assert.equal((await told('check', '--snapshot', '--tolerance', '5%', good)).code, 0);
  });

  it('that cannot be written do not keep anything else from being told', async () => {
    const folder = folderWith('', 'good.pcap', 'lossy.pcap');
    const captures = ['good.pcap', 'lossy.pcap'].map((name) => join(folder, name));
    const read = reader(folder);
    const { options, files } = requestOf(
      ...['check', '--update', ...FEW, ...read.options, '-o', `text=${folder}/text`, ...captures],
    );
    const ask: Summarize = async (name) => {
      if (name === captures[0]) mkdirSync(`${name}.tcploom.json`);
      return FIGURES[basename(name)];
    };
    await assert.rejects(executeCheck(files, options, PROGRAM, ask), OutputFailure);
    const text = read.text('text');
    assert.match(
      text,
      /good\.pcap: not met: its snapshot is written\n.*\n {2}found {5}writing .*json: is a directory\n/,
    );
    assert.match(text, /lossy\.pcap: not met: retransmissions/);
    assert.match(text, /\ntcploom: 2 of 3 expectations not met \(2 captures checked\); 1 snapshot written\n$/);
    assert.match(read.text('junit'), /name="its snapshot is written">\n +<failure /);
    const [{ exitCode, executionSuccessful }] = JSON.parse(read.text('sarif')).runs[0].invocations;
    assert.deepEqual([exitCode, executionSuccessful], [2, false]);
    assert.ok(!readdirSync(folder).some((name) => /\.(new|tmp)$/.test(name)));
  });

  it('may be in a folder of their own, as tcploom.yml says', async () => {
    const folder = folderWith('version: 1\ncaptures: [good.pcap]\nsnapshot: { folder: snaps }\n', 'good.pcap');
    const config = join(folder, 'tcploom.yml');
    assert.equal((await told('check', '--config', config, '--update')).code, 0);
    assert.ok(existsSync(join(folder, 'snaps', 'good.pcap.tcploom.json')));
    assert.equal((await told('check', '--config', config)).code, 0);
  });

  it('have their folder made, with those above it, before other outputs are looked at', async () => {
    const folder = temporaryFolder();
    for (const name of ['snaps/of/all', 'new/../again/.']) {
      const [snapshots, junit] = [`${folder}/${name}`, `${folder}/${name}/junit`];
      const args = ['check', '--update', ...FEW, '--snapshots', snapshots, '-o', `junit=${junit}`, 'good.pcap'];
      assert.equal((await told(...args)).code, 0);
      assert.deepEqual(readdirSync(snapshots).sort(), ['good.pcap.tcploom.json', 'junit']);
    }
  });

  it('are refused where the system makes no folder', { skip: !existsSync('/proc/self') }, async () => {
    // In a process of its own: it would not end.
    const { code, stderr } = await tcploom(['check', '--update', '--snapshots', '/proc/none/x', 'datasets/lossy.pcap']);
    assert.match(stderr, /^tcploom: writing \/proc\/none\/x\/lossy\.pcap\.tcploom\.json: /);
    assert.equal(code, 2);
  });

  it('that are damaged are told', async () => {
    const folder = folderWith('', 'good.pcap', 'good.pcap.tcploom.json');
    assert.match(await refusal('check', '--snapshot', join(folder, 'good.pcap')), /^the snapshot .*: it is no JSON$/);
  });

  it('that are damaged are told before any capture is read', async () => {
    const folder = folderWith('', 'good.pcap', 'lossy.pcap', 'lossy.pcap.tcploom.json');
    const { options, files } = requestOf('check', '--snapshot', join(folder, 'good.pcap'), join(folder, 'lossy.pcap'));
    const ask: Summarize = async (name) => assert.fail(`${name} was read`);
    await assert.rejects(executeCheck(files, options, PROGRAM, ask), /^Error: the snapshot .*: it is no JSON$/);
  });

  it('are no places of other outputs', async () => {
    const folder = folderWith('', 'good.pcap');
    const good = join(folder, 'good.pcap');
    for (const way of ['--update', '--snapshot']) {
      for (const path of [`${good}.tcploom.json`, join(folder, '.', 'x', '..', 'good.pcap.tcploom.json')]) {
        assert.match(
          await refusal('check', way, '-o', `junit=${path}`, good),
          /is a snapshot: it would be overwritten$/,
        );
      }
    }
    for (const name of ['snaps', 'x/../snaps', 'snaps/']) {
      const args = ['check', '--update', '--snapshots', `${folder}/snaps`, '-o', `junit=${folder}/${name}`, good];
      assert.match(await refusal(...args), /snaps.* is the folder of snapshots: an output is a file$/);
      assert.ok(!existsSync(`${folder}/snaps`));
    }
    assert.ok(!existsSync(`${good}.tcploom.json`));
    await told('check', '--update', good);
    const text = readFileSync(`${good}.tcploom.json`, 'utf8');
    symlinkSync(`${good}.tcploom.json`, join(folder, 'link'));
    assert.match(await refusal('check', '--snapshot', '-o', `tap=${join(folder, 'link')}`, good), /is a snapshot/);
    assert.equal(readFileSync(`${good}.tcploom.json`, 'utf8'), text);
  });
});

describe('tcploom diff', () => {
  it('compares captures and snapshots alike', async () => {
    const folder = folderWith('', 'good.pcap');
    const good = join(folder, 'good.pcap');
    await told('check', '--update', good);
    const { code, text } = await told('diff', `${good}.tcploom.json`, 'lossy.pcap');
    assert.equal(code, 0);
    assert.match(text, /what got worse:\n {2}retransmissions {2}0 % {2}-> {2}3 % {2,}of segments\n/);
    const both = await told('diff', 'good.pcap', 'lossy.pcap');
    assert.deepEqual(text.split('\n').slice(1), both.text.split('\n').slice(1));
  });

  it('tells as JSON and as a page, and of damage by its exit code', async () => {
    const folder = temporaryFolder();
    const outputs = ['json', 'html'].flatMap((name) => ['-o', `${name}=${join(folder, name)}`]);
    const { code, text } = await told('diff', ...outputs, 'good.pcap', 'cut.pcap');
    assert.equal(code, 1);
    assert.match(text, /^from good\.pcap to cut\.pcap\ndamaged after: cut\.pcap, in 1 place\n {2}at byte 24: cut\n\n/);
    const { before, damage } = JSON.parse(readFileSync(join(folder, 'json'), 'utf8'));
    assert.equal(before, 'good.pcap');
    assert.deepEqual(damage, {
      before: { places: 0, problems: [] },
      after: { places: 1, problems: ['at byte 24: cut'] },
    });
    const page = readFileSync(join(folder, 'html'), 'utf8');
    assert.match(page, /^<!DOCTYPE html>/);
    assert.match(page, /<strong>damaged after: cut\.pcap, in 1 place<\/strong><br>at byte 24: cut</);
    // A snapshot knows of its capture's damage too.
    const cut = join(folder, 'cut.pcap');
    await told('check', '--update', cut);
    const other = await told('diff', `${cut}.tcploom.json`, 'good.pcap');
    assert.equal(other.code, 1);
    assert.match(other.text, /\ndamaged before: .*cut\.pcap\.tcploom\.json, in 1 place\n\n/);
    assert.equal((await told('diff', 'good.pcap', 'gone.pcap')).code, 2);
  });

  it('refuses what it cannot compare', async () => {
    assert.match(await refusal('diff', '-', '-'), /cannot be both/);
    assert.match(await refusal('diff', 'good.pcap', 'nothing.tcploom.json'), /no such file$/);
  });
});

describe('a process', () => {
  it('is refused with a mark where an expectation is wrong', async () => {
    const { code, stdout, stderr } = await tcploom([
      'check',
      '--expect',
      'handshake.p99 < 50',
      '--expect',
      'rts == 0',
      'datasets/web.pcap',
    ]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      `tcploom: --expect: handshake.p99 needs a unit behind the number: s, ms, us, ns
  handshake.p99 < 50
                  ^^
tcploom: --expect: there is no metric rts; is rst meant?
  rts == 0
  ^^^
`,
    );
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`tells what it found when it is ended by ${signal}`, async () => {
      const silent = join(temporaryFolder(), 'silent.pcap');
      execFileSync('mkfifo', [silent]);
      const run = async (...args: string[]): Promise<Ended> => {
        const child = spawn(process.execPath, [LAUNCHER, ...args, 'datasets/web.pcap', silent]);
        // Without a reader, whoever opens it to write waits: one that is gone must not be waited for.
        child.on('exit', () => closeSync(openSync(silent, constants.O_RDONLY | constants.O_NONBLOCK)));
        const end = ended(child);
        const writer = await open(silent, 'w');
        child.kill(signal);
        return end.finally(() => writer.close());
      };
      const check = await run('check', '--expect', 'sessions == 0');
      assert.equal(check.code, code);
      assert.match(check.stdout, /^datasets\/web\.pcap: not met: sessions == 0\n/);
      assert.match(check.stdout, /\n.*silent\.pcap: not checked: ended by SIG[A-Z]+\n\ntcploom: 1 of 1 /);
      const diff = await run('diff');
      assert.equal(diff.code, code);
      assertMessages(diff.stderr, [`tcploom: ended by ${signal}: nothing is compared, not read to the end: ${silent}`]);
    });
  }

  it('writes all of an output or nothing, whenever a signal comes', async () => {
    const folder = temporaryFolder();
    const junit = join(folder, 'junit');
    for (const delayMs of [0, 40, 80, 120, 160, 200, 240, 300]) {
      writeFileSync(junit, 'of before');
      const args = ['check', '--expect', 'sessions > 0', '-o', `junit=${junit}`, 'datasets/web.pcap'];
      const child = spawn(process.execPath, [LAUNCHER, ...args]);
      const end = ended(child);
      await sleep(delayMs);
      child.kill('SIGINT');
      const { code } = await end;
      const text = readFileSync(junit, 'utf8');
      const told = `after ${delayMs} ms, with ${code}: ${text}`;
      // Who has told all may still be ended by it.
      if (code === 0) assert.match(text, /<testcase [^>]*name="the capture is whole"\/>/, told);
      else assert.equal(code, 130, told);
      assert.ok(text === 'of before' || (text.startsWith('<?xml') && text.endsWith('</testsuites>\n')), told);
    }
  });

  it('is told of usage in one line', async () => {
    const { code, stderr } = await tcploom(['check', '-o', 'xml', '--expect', 'rst == 0', 'datasets/web.pcap']);
    assert.equal(code, 2);
    assertMessages(stderr, [/^tcploom: --output 'xml': there is no format 'xml'.* \(see 'tcploom check --help'\)$/]);
  });
});
