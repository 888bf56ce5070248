/**
 * `tcploom plot` as its users run it: what is drawn where, what is told, and what becomes of a file that grows.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleReports } from '../../datasets/reports.js';
import { assertMessages, bash, ended, LAUNCHER, tcploom, temporaryFolder } from '../support/launch.js';
import { headerLine, MORNING_SEC, type ReportRow, reportLine, reportText } from '../support/machine-reports.js';
import { missing, output } from '../support/programs.js';
import { until } from '../support/prompt.js';
import { parseXml } from '../support/well-formed.js';

const SAMPLE = 'datasets/reports.tsv';
const FOLDER = temporaryFolder();
let files = 0;
const newPath = (suffix: string): string => join(FOLDER, `${++files}${suffix}`);

function newFile(text: string): string {
  const path = newPath('.tsv');
  writeFileSync(path, text);
  return path;
}

const row = (atSec: number, value: number): ReportRow => ['D', MORNING_SEC + atSec, 10, value];
const small = (...values: number[]): string =>
  reportText(
    ['numPkts'],
    values.map((value, i) => row(10 * i, value)),
  );

/** What of a description says which values there are; '' while there is none. */
const lastOf = (svg: string): string =>
  existsSync(svg) ? (/last (.+?)\.</.exec(readFileSync(svg, 'utf8'))?.[1] ?? '') : '';

describe('plot', () => {
  it('draws the sample, which is what its generator makes', async () => {
    assert.equal(readFileSync(SAMPLE, 'utf8'), [...sampleReports()].join(''));
    const { code, stdout, stderr } = await tcploom(['plot', 'numPkts', 'numFlows', SAMPLE]);
    assert.deepEqual([code, stderr], [0, '']);
    // The picture that the README shows.
    assert.ok(stdout === readFileSync('datasets/reports.svg', 'latin1'), 'datasets/reports.svg is another picture');
    const elements = parseXml(Buffer.from(stdout, 'latin1').toString());
    assert.match(elements.find(({ name }) => name === 'desc')!.text, /07:30:30 to 09:40:00 .* 240 reports/);
  });

  it('writes the same to a file, whole, and nothing beside it', async () => {
    const folder = newPath('');
    mkdirSync(folder);
    const [path, link] = [join(folder, 'a.svg'), join(folder, 'link.svg')];
    const { stdout } = await tcploom(['plot', 'numPkts', SAMPLE]);
    writeFileSync(path, 'before', { mode: 0o640 });
    symlinkSync('a.svg', link);
    const { code, stdout: nothing } = await tcploom(['plot', 'numPkts', '-p', link, SAMPLE]);
    assert.deepEqual([code, nothing], [0, '']);
    assert.ok(readFileSync(path, 'latin1') === stdout);
    assert.deepEqual(readdirSync(folder), ['a.svg', 'link.svg']);
  });

  it('reads standard input', async () => {
    const { code, stdout } = await bash(`cat ${SAMPLE} | $TCPLOOM plot numPkts -`);
    assert.equal(code, 0);
    assert.ok(stdout === (await tcploom(['plot', 'numPkts', SAMPLE])).stdout);
  });

  it('is the same picture however the output is called, and ends well when nobody reads it', async () => {
    const { stdout } = await tcploom(['plot', 'numPkts', '-p', '-', SAMPLE]);
    assert.ok(stdout === (await tcploom(['plot', 'numPkts', SAMPLE])).stdout);
    const closed = await bash(`$TCPLOOM plot numPkts ${SAMPLE} | true; echo "\${PIPESTATUS[0]}"`);
    assert.deepEqual([closed.stdout, closed.stderr], ['0\n', '']);
  });

  it('says that a full disk is full', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
    const { code, stderr } = await bash(`$TCPLOOM plot ${SAMPLE} > /dev/full`);
    assert.equal(code, 2);
    assert.match(stderr, /ENOSPC|no space/);
  });

  it('lists fields: of a file those that it has, else all', async () => {
    const { code, stdout } = await tcploom(['plot', '-L', SAMPLE]);
    assert.equal(code, 0);
    assert.match(stdout, /^rawBandwidth +kbit\/s +bandwidth of whole packets$/m);
    assert.match(stdout, /^tcpeekSuccess +count +tcpeek: success$/m);
    assert.doesNotMatch(stdout, /GREPkts/);
    assert.match((await tcploom(['plot', '-L'])).stdout, /^ifDrp .*packets that the interface dropped$/m);
  });

  const MESSAGES: readonly (readonly [args: () => string[], message: RegExp])[] = [
    [() => ['plot'], /plot needs a file .*see 'tcploom plot --help'/],
    [() => ['plot', 'numPkts'], /numPkts: no such file: that is a field, and the file comes last/],
    [() => ['plot', 'gone.tsv'], /gone\.tsv: no such file$/],
    [() => ['plot', FOLDER], /: is a directory$/],
    [() => ['plot', newFile('')], /there are no machine reports in it/],
    [() => ['plot', newFile(headerLine('numPkts'))], /there are no machine reports in it/],
    [() => ['plot', '-L', newFile('')], /there are no machine reports in it/],
    [() => ['plot', 'numPkt', SAMPLE], /reports\.tsv: there is no field 'numPkt' in it \(near it: numPkts, /],
    [() => ['plot', 'globalWarn', SAMPLE], /globalWarn are bits/],
    [
      () => ['plot', '-s', '2027-01-01', SAMPLE],
      /no report is of the time that was asked for: they are from 2026-11-21 07:30:30/,
    ],
    [() => ['plot', '-x', 'ifDrp', SAMPLE], /no value of ifDrp is above 0/],
    [() => ['plot', '-p', 'no/such/folder/a.svg', SAMPLE], /writing no\/such\/folder\/a\.svg: no such file/],
    [() => ['plot', '--rrd', SAMPLE, SAMPLE], /is one of the files that are read/],
  ];
  for (const [args, message] of MESSAGES) {
    it(`says ${message}`, async () => {
      const { code, stdout, stderr } = await tcploom(args());
      assert.deepEqual([code, stdout], [2, '']);
      assertMessages(stderr, [message]);
    });
  }

  it('never writes over what it reads', async () => {
    const path = newPath('.svg');
    writeFileSync(path, small(1, 2));
    const { code, stderr } = await tcploom(['plot', 'numPkts', '-p', path, path]);
    assert.equal(code, 2);
    assertMessages(stderr, [/is one of the files that are read/]);
    assert.equal(readFileSync(path, 'utf8'), small(1, 2));
  });

  it('tells what it passed over, once each, and draws the rest', async () => {
    const file = newFile(`${small(1, 2)}x\u001b[2J\ny\n${small(3)}USR1MR_D\t1\nUSR1MR_D\t17`);
    const { code, stdout, stderr } = await tcploom(['plot', 'numPkts', file]);
    assert.equal(code, 1);
    assertMessages(stderr, [
      /line 4: found 'x\\x1b\[2J', expected a report .*: passed over \(and 1 more such line\)$/,
      /line 8: found 2 columns, expected 4 as in the header: passed over$/,
      /line 9: found a last line without an end, expected a whole line .*: passed over$/,
    ]);
    assert.match(stdout, / 3 reports /);
  });
});

describe('plot -U into a file', () => {
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  const start = (...args: string[]): ChildProcess => {
    const child = spawn(process.execPath, [LAUNCHER, 'plot', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  };

  it('draws what was added, until Ctrl-C', async () => {
    const [file, svg] = [newFile(small(1, 2)), newPath('.svg')];
    const child = start('numPkts', '-U', '1', '-p', svg, file);
    const end = ended(child);
    await until('the first picture', () => lastOf(svg) === '2');
    // The second half of a line comes later: meanwhile it is no damage.
    const line = reportLine(row(20, 7654));
    appendFileSync(file, line.slice(0, 12));
    appendFileSync(file, line.slice(12) + reportLine(row(30, 3)).slice(0, 20));
    await until('the next picture', () => lastOf(svg) === '7.654 k');
    appendFileSync(file, reportLine(row(30, 3)).slice(20));
    await until('the line that was written in two parts', () => lastOf(svg) === '3');
    // Cut and written anew, then another file in its place.
    writeFileSync(file, small(11));
    await until('a file that began anew', () => lastOf(svg) === '11');
    const other = newFile(small(21, 22));
    renameSync(other, file);
    await until('another file', () => lastOf(svg) === '22');
    parseXml(readFileSync(svg, 'utf8'));
    child.kill('SIGINT');
    assert.deepEqual(await end, { code: 0, stdout: '', stderr: '' });
    assert.ok(!readdirSync(FOLDER).some((name) => name.endsWith('.tmp')));
  });

  it('waits for the first report; damage is told at the end, SIGTERM is 143', async () => {
    const [file, svg] = [newFile(''), newPath('.svg')];
    const child = start('numPkts', '-U', '1', '-p', svg, file);
    const end = ended(child);
    await sleep(300);
    assert.ok(!existsSync(svg));
    appendFileSync(file, `nothing\n${small(5)}`);
    await until('the first picture', () => lastOf(svg) === '5');
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    assert.equal(code, 143);
    assertMessages(stderr, [/line 1: found 'nothing'/]);
  });

  it('ends when a field is not there, or standard input is over', async () => {
    const svg = newPath('.svg');
    const wrong = await ended(start('numPkt', '-U', '1', '-p', svg, newFile(small(1))));
    assert.equal(wrong.code, 2);
    assertMessages(wrong.stderr, [/no field 'numPkt'/]);
    const piped = await bash(
      `(cat ${newFile(small(1, 2))}; sleep 0.3; echo bad) | $TCPLOOM plot numPkts -U 60 -p ${svg} -`,
    );
    assert.equal(piped.code, 1);
    assertMessages(piped.stderr, [/line 4: found 'bad'/]);
    assert.equal(lastOf(svg), '2');
    const empty = await bash(`$TCPLOOM plot numPkts -U 60 -p ${svg} - < /dev/null`);
    assert.equal(empty.code, 2);
    assertMessages(empty.stderr, [/there were no reports to draw/]);
  });
});

/** A terminal of 70 columns and 20 lines, as in `terminal.test.ts`. */
class Terminal {
  static #count = 0;
  readonly #socket = join(FOLDER, `terminal-${++Terminal.#count}.sock`);

  constructor(command: string, environment = 'LC_ALL=C.UTF-8') {
    const script = newPath('.sh');
    const program = `${process.execPath} ${LAUNCHER}`;
    writeFileSync(
      script,
      `export TZ=UTC ${environment}\ntrap : INT\necho before\n${program} ${command}\necho "code $?"\nsleep 60\n`,
    );
    const settings = newPath('.conf');
    writeFileSync(settings, 'set -g history-limit 100000\nset -g status off\n');
    this.#tmux('-f', settings, 'new-session', '-d', '-x', '70', '-y', '20', `bash ${script}`);
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.#socket, ...args], { encoding: 'utf8' });
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** With everything that was scrolled away. */
  history(): string[] {
    return this.#tmux('capture-pane', '-p', '-S', '-').trimEnd().split('\n');
  }

  get isCursorVisible(): boolean {
    return this.#tmux('display', '-p', '#{cursor_flag}').trim() === '1';
  }

  get isAlternate(): boolean {
    return this.#tmux('display', '-p', '#{alternate_on}').trim() === '1';
  }

  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  async shows(pattern: RegExp): Promise<void> {
    await until(String(pattern), () => pattern.test(this.screen()));
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
  }
}

const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0;

describe('plot on a terminal', { skip: !HAS_TMUX && 'tmux is not installed' }, () => {
  const terminals: Terminal[] = [];
  after(() => {
    for (const terminal of terminals) terminal.close();
  });
  const open = (command: string, environment?: string): Terminal => {
    const terminal = new Terminal(command, environment);
    terminals.push(terminal);
    return terminal;
  };

  it('fills it, and stays above what comes after', async () => {
    const terminal = open(`plot numPkts ${SAMPLE}`);
    await terminal.shows(/code 0/);
    const lines = terminal.history();
    assert.equal(lines[0], 'before');
    assert.match(lines[1], /^numPkts .* avg 24\.54 k /);
    assert.equal(lines.length, 1 + 19 + 1);
    assert.ok(lines.every((line) => line.length <= 70));
    assert.match(lines.join(''), /[\u2801-\u28ff]{5}/);
  });

  it('is ASCII without a UTF-8 locale', async () => {
    const terminal = open(`plot numPkts ${SAMPLE}`, 'LC_ALL=C');
    await terminal.shows(/code 0/);
    assert.match(terminal.history().join(''), /^[\x20-\x7e]+$/);
  });

  it('-U draws in place; at the end the last picture is all that is left', async () => {
    const file = newFile(headerLine('numPkts'));
    const terminal = open(`plot numPkts -U 1 ${file}`);
    await terminal.shows(/waiting for more/);
    for (const [at, value] of [4321, 17, 905].entries()) {
      appendFileSync(file, reportLine(row(10 * at, value)));
      await terminal.shows(new RegExp(`last ${value === 4321 ? '4\\.321 k' : value}\\b`));
      assert.equal(terminal.screen().match(/numPkts/g)!.length, 1);
      assert.ok(terminal.isAlternate && !terminal.isCursorVisible);
    }
    // Less of the head fits.
    terminal.resize(55, 15);
    await until('the new size', () => /^numPkts {2}min .* last 905$/m.test(terminal.screen()));
    terminal.press('C-c');
    await terminal.shows(/code 0/);
    assert.ok(!terminal.isAlternate && terminal.isCursorVisible);
    const lines = terminal.history();
    assert.equal(lines.filter((line) => line.startsWith('numPkts')).length, 1, lines.join('\n'));
    assert.doesNotMatch(lines.join('\n'), /waiting/);
    assert.equal(lines[0], 'before');
    assert.match(lines[1], /last 905$/);
  });

  it('-U needs a cursor that moves', async () => {
    const terminal = open(`plot numPkts -U 1 ${SAMPLE}`, 'TERM=dumb');
    await terminal.shows(/cannot be drawn on again[\s\S]*code 2/);
  });
});

describe('plot --rrd', () => {
  const skip = missing('rrdtool');

  it('without rrdtool says so', async () => {
    const env = { ...process.env, PATH: FOLDER };
    const { code, stderr } = await tcploom(['plot', '--rrd', newPath('.rrd'), SAMPLE], { env });
    assert.equal(code, 2);
    assertMessages(stderr, [/rrdtool is not installed, or not in PATH: nothing was fed/]);
  });

  it('makes a database whose averages are those of the reports', { skip }, async () => {
    const rrd = newPath('.rrd');
    const values = [5, 10, 0, 40, 25, 20];
    const file = newFile(small(...values));
    const { code, stdout, stderr } = await tcploom(['plot', '--rrd', rrd, file]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, `${rrd}: created, step 10 s, 2 data sources; 6 reports fed\n`);
    const [start, end] = [MORNING_SEC - 10, MORNING_SEC + 40].map(String);
    const text = output('rrdtool', ['fetch', rrd, 'AVERAGE', '-s', start, '-e', end]).toString();
    const found = [...text.matchAll(/^(\d+): (\S+) (\S+)$/gm)].map(([, at, , value]) => [
      Number(at) - MORNING_SEC,
      Number(value),
    ]);
    assert.deepEqual(
      found,
      values.map((value, i) => [10 * i, value]),
    );
    // What rrdtool itself would draw.
    const graph = ['graph', newPath('.png'), '-s', start, '-e', String(MORNING_SEC + 50)];
    const said = output('rrdtool', [
      ...graph,
      `DEF:a=${rrd}:numPkts:AVERAGE`,
      'VDEF:m=a,MAXIMUM',
      'PRINT:m:%lf',
    ]).toString();
    assert.match(said, /^40\.0+$/m);
  });

  it('feeds what is new only, and tells of the rest', { skip }, async () => {
    const [rrd, file] = [newPath('.rrd'), newFile(small(1, 2, 3))];
    await tcploom(['plot', '--rrd', rrd, file]);
    appendFileSync(file, reportText(['numPkts', 'numFlows'], [['D', MORNING_SEC + 30, 10, 4, 1]]));
    const again = await tcploom(['plot', '--rrd', rrd, file]);
    assert.equal(again.code, 0);
    assert.equal(again.stdout, `${rrd}: 1 report fed\n`);
    assertMessages(again.stderr, [
      /no data source for numFlows, which is left out/,
      /3 reports not later than its last update/,
    ]);
    assert.match(output('rrdtool', ['lastupdate', rrd]).toString(), new RegExp(`${MORNING_SEC + 30}: 10 4`));
  });

  it('takes the whole sample, with the columns of both runs', { skip }, async () => {
    const rrd = newPath('.rrd');
    const { code, stdout } = await tcploom(['plot', '--rrd', rrd, SAMPLE]);
    assert.equal(code, 0);
    assert.match(stdout, /step 30 s, 33 data sources; 240 reports fed/);
    const info = output('rrdtool', ['info', rrd]).toString();
    assert.match(info, /^ds\[tcpeekReject\]\.type = "GAUGE"$/m);
    assert.match(info, /^ds\[numPkts\]\.minimal_heartbeat = 90$/m);
  });

  it('goes on with -U while the file grows', { skip }, async () => {
    const [rrd, file] = [newPath('.rrd'), newFile(small(1))];
    const child = spawn(process.execPath, [LAUNCHER, 'plot', '--rrd', rrd, '-U', '1', file]);
    const end = ended(child);
    const last = (): string => spawnSync('rrdtool', ['lastupdate', rrd], { encoding: 'utf8' }).stdout;
    await until('the first report', () => existsSync(rrd) && last().includes(`${MORNING_SEC}: `));
    appendFileSync(file, reportLine(row(60, 9)));
    await until('the next one', () => last().includes(`${MORNING_SEC + 60}: 10 9`));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await end;
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /created, step 60 s, 2 data sources; 2 reports fed/);
  });

  it('waits while another program has locked the database', { skip }, async () => {
    const [rrd, folder, said] = [newPath('.rrd'), newPath(''), newPath('.txt')];
    mkdirSync(folder);
    // As rrdtool does when something draws from the database at that moment; the third time it is free.
    const program = output('sh', ['-c', 'command -v rrdtool']).toString().trim();
    const script = [
      '#!/bin/sh',
      `[ "$1" = --version ] && exec ${program} "$@"`,
      `echo "$1" >> ${said}`,
      `if [ "$(grep -c "^$1$" ${said})" -lt 3 ]; then echo 'ERROR: could not lock RRD' >&2; exit 1; fi`,
      `exec ${program} "$@"`,
    ];
    writeFileSync(join(folder, 'rrdtool'), script.join('\n'), { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const { code, stdout, stderr } = await tcploom(['plot', '--rrd', rrd, newFile(small(1, 2))], { env });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /2 reports fed/);
    const commands = readFileSync(said, 'utf8').trim().split('\n');
    assert.deepEqual(commands.join(' '), 'create create create info info info update update update');
    assert.match(output('rrdtool', ['lastupdate', rrd]).toString(), new RegExp(`${MORNING_SEC + 10}: 10 2`));
  });

  it('says what rrdtool does not take', { skip }, async () => {
    const rrd = newPath('.rrd');
    const content = 'something else\n'.repeat(1000);
    writeFileSync(rrd, content);
    const { code, stderr } = await tcploom(['plot', '--rrd', rrd, SAMPLE]);
    assert.equal(code, 2);
    assertMessages(stderr, [/rrdtool info: .*is not an RRD file/]);
    assert.equal(readFileSync(rrd, 'utf8'), content);
    const none = await tcploom(['plot', '--rrd', newPath('.rrd'), newFile(headerLine('numPkts'))]);
    assert.equal(none.code, 2);
    assertMessages(none.stderr, [/no machine reports/]);
  });
});
