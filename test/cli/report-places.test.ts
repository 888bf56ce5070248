/**
 * Where reports go, in which form, and which options of them make no sense.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertMessages, bash, tcploom, temporaryFolder } from '../support/launch.js';
import { untilOpened } from '../support/processes.js';
import { until } from '../support/prompt.js';
import { type MachineRow, machineLines, machineRows, toldReports } from '../support/report-text.js';
import { ReportingRun } from '../support/reporting-run.js';

const FOLDER = temporaryFolder();
const CAPTURE = 'datasets/lossy.pcap';
const MACHINE = ['--report-format', 'machine'];
/** A report for each second of packet time. */
const SECONDS = ['--report-time', 'pcap'];

let files = 0;
const newPath = (suffix = ''): string => join(FOLDER, `${++files}${suffix}`);
const textOf = (path: string): string => readFileSync(path, 'latin1');
const rowsOf = (path: string): MachineRow[] => machineRows(textOf(path));

describe('reports', () => {
  it('go to standard error, and no line of results does', async () => {
    const usual = await tcploom(['-o', 'miruo', CAPTURE]);
    for (const args of [[], ['-o', 'miruo', '-o', 'tcpeek=/dev/null', '-o', 'report'], ['-o', 'miruo', ...SECONDS]]) {
      const run = await tcploom([...args, CAPTURE]);
      assert.deepEqual([run.code, run.stdout], [0, usual.stdout]);
      const { starts, reports, ends } = toldReports(run.stderr);
      assert.deepEqual([starts.length, ends.length], [1, 1]);
      assert.equal(reports.length > 0, args.includes('pcap'));
    }
    const machine = await tcploom([...MACHINE, ...SECONDS, CAPTURE]);
    assert.equal(machine.stdout, usual.stdout);
    assert.deepEqual(toldReports(machineLines(machine.stderr).rest).starts, []);
    assert.ok(machineRows(machineLines(machine.stderr).rows).length > 2);
  });

  it('tell of the latest time of all inputs, also where the last one is not the latest', async () => {
    const lineOf = (text: string, name: string): string | undefined =>
      new RegExp(`^${name} *: .*$`, 'm').exec(text)?.[0];
    const told = ['Dump start', 'Dump stop', 'Total dump duration', 'PCAP time', 'PCAP duration', 'Capture Time'];
    const results = ['-o', `miruo=${newPath()}`, '-o', 'report'];
    // The second one is all within the time of the first.
    const [alone, both] = [[CAPTURE], [CAPTURE, 'datasets/web.pcap']].map((files) => tcploom([...results, ...files]));
    for (const name of told) {
      const expected = lineOf((await alone).stderr, name);
      assert.ok(expected !== undefined, name);
      assert.equal(lineOf((await both).stderr, name), expected);
    }
  });

  it('go to the log where they are for people', async () => {
    const log = newPath();
    const run = await tcploom(['--log', log, ...SECONDS, '-o', 'miruo', '-o', 'report', CAPTURE]);
    assert.deepEqual([run.code, run.stderr], [0, '']);
    const { starts, reports, ends } = toldReports(textOf(log));
    assert.deepEqual([starts.length, ends.length], [1, 1]);
    assert.ok(reports.length > 2);
    const machine = await tcploom(['--log', log, ...SECONDS, ...MACHINE, '-o', 'miruo', CAPTURE]);
    assert.ok(machineRows(machine.stderr).length > 2);
    assert.equal(machineLines(textOf(log)).rows, '');
    assert.match(textOf(log), /Session Statistics/);
  });

  it('go to a file, whatever else is said, and to several', async () => {
    const [a, b, log] = [newPath(), newPath(), newPath()];
    const run = await tcploom(['-o', `report=${a}`, '--log', log, CAPTURE]);
    assert.deepEqual([run.code, run.stdout, run.stderr, textOf(log)], [0, '', '', '']);
    assert.equal(toldReports(textOf(a)).ends.length, 1);
    const all = ['-o', 'report', '-o', 'report=-', '-o', `report=${a}`, '-o', `report=${b}`];
    for (const form of [MACHINE, []]) {
      const several = await tcploom([...form, ...SECONDS, ...all, CAPTURE]);
      assert.equal(several.code, 0);
      assert.ok(several.stdout.length > 0);
      assert.deepEqual([several.stderr, textOf(a), textOf(b)], Array(3).fill(several.stdout));
    }
  });

  it('go to standard output, with results elsewhere', async () => {
    const [miruo, usual] = [newPath(), newPath()];
    const run = await tcploom([...SECONDS, ...MACHINE, '-o', 'report=-', '-o', `miruo=${miruo}`, CAPTURE]);
    assert.equal(run.code, 0);
    assert.ok(machineRows(run.stdout).length > 2);
    assert.deepEqual(machineLines(run.stderr).rows, '');
    await tcploom(['-o', `miruo=${usual}`, CAPTURE]);
    assert.equal(textOf(miruo), textOf(usual));
  });

  it('come whole where all goes to one place', async () => {
    const plain = await bash(`$TCPLOOM -o miruo ${CAPTURE} 2>&1`);
    const lineOf = (text: string): string => text.replace(/^(CPU|VSZ|RSS) .*\n/gm, '');
    for (const options of ['--report-time pcap', '--report-time pcap --report-interval 0.05 --report-diff']) {
      const human = await bash(`$TCPLOOM -o miruo ${options} ${CAPTURE} 2>&1`);
      assert.equal(lineOf(toldReports(human.stdout).rest), lineOf(plain.stdout));
      const machine = await bash(`$TCPLOOM -o miruo ${options} --report-format machine ${CAPTURE} 2>&1`);
      assert.ok(machineRows(machineLines(machine.stdout).rows).length > 2);
      assert.equal(lineOf(machineLines(machine.stdout).rest), lineOf(plain.stdout));
    }
  });

  it('that cannot be written are told once, and end the run', async () => {
    const before = newPath();
    for (const options of [
      [],
      MACHINE,
      [...MACHINE, ...SECONDS],
      ['-o', 'miruo=/dev/null'],
      ['-o', `miruo=${before}`],
    ]) {
      const run = await tcploom([...options, '-o', 'report=/dev/full', CAPTURE]);
      assert.equal(run.code, 2);
      assertMessages(run.stderr, ['tcploom: writing /dev/full: no space left on the device']);
    }
    const absent = await tcploom(['-o', `report=${join(FOLDER, 'no', 'such')}`, CAPTURE]);
    assert.equal(absent.code, 2);
    assertMessages(absent.stderr, [/^tcploom: writing .*no such/]);
    // Whoever reads them may go: that is no failure.
    const gone = await bash(`$TCPLOOM ${[...MACHINE, ...SECONDS].join(' ')} -o report=- ${CAPTURE} | head -1`);
    assert.match(gone.stdout, /^%repTyp\t.*\n$/);
    assert.equal(gone.stderr, '');
  });

  it('have a header once, first, also where the first row comes late', async () => {
    const [fifo, path] = [newPath('.fifo'), newPath()];
    execFileSync('mkfifo', [fifo]);
    const held = openSync(fifo, 'r+');
    const run = new ReportingRun([...MACHINE, '-o', `report=${path}`, '--report-interval', '0.02', fifo]);
    await untilOpened(run.pid, fifo);
    await until('the header', () => existsSync(path) && textOf(path).endsWith('\n'));
    assert.deepEqual(rowsOf(path), []);
    run.child.kill('SIGUSR1');
    await until('a row', () => rowsOf(path).length === 1);
    run.child.kill('SIGUSR2');
    await until('rows', () => rowsOf(path).length > 4);
    run.child.kill('SIGTERM');
    assert.equal((await run.end).code, 143);
    closeSync(held);
    assert.equal(textOf(path).split('%repTyp').length, 2);
    assert.ok(rowsOf(path).every(({ type, figures }) => type === 'USR1MR_A' && figures.get('numPkts') === 0));
  });
});

describe('columns of protocols', () => {
  const namesOf = async (...options: string[]): Promise<string[]> => {
    const { stdout, stderr } = await tcploom(['-o', 'report=-', ...MACHINE, ...options, CAPTURE]);
    const [row] = machineRows(stdout);
    assert.equal(stderr, '');
    const names = [...row.figures.keys()];
    return names.slice(names.indexOf('globalWarn') + 1).map((name) => `${name} ${row.figures.get(name)}`);
  };

  it('are those asked for, in that order, by name or number', async () => {
    const list = ['--report-protocols', 'udp,TCP,0x0806,58,0x0800'];
    const values = [' 0', ' 0', ' 591', ' 60109', ' 2', ' 84', ' 2', ' 180', ' 591', ' 60109'];
    const named = ['UDP', 'TCP', '0x0806', 'ICMPv6', '0x0800'].flatMap((name) => [`${name}Pkts`, `${name}Bytes`]);
    assert.deepEqual(
      await namesOf(...list),
      named.map((name, index) => `${name}${values[index]}`),
    );
    const numbers = await namesOf(...list, '--report-protocol-numbers');
    assert.deepEqual(
      numbers.map((text) => text.replace(/.* /, ' ')),
      values,
    );
    assert.ok(
      numbers.every((text) => /^(0x)?[\da-f]+_?(Pkts|Bytes) /.test(text)),
      numbers.join(),
    );
    assert.equal((await namesOf()).length, 2 * 13);
  });

  it('are refused where the list is wrong, before anything is read', async () => {
    for (const list of ['', ',', 'TCP,', 'TCP,foo', 'TCP,6', '256', '-1', '0x10000', 'TCP UDP', '0x']) {
      const run = await tcploom([...MACHINE, '--report-protocols', list, join(FOLDER, 'absent')]);
      assert.deepEqual([run.code, run.stdout], [2, ''], list);
      assertMessages(run.stderr, [/^tcploom: .*--report-protocols/]);
    }
  });
});

describe('options of reports', () => {
  it('are refused where they make no sense', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--flow-timeout', '0'], /--flow-timeout must be from 1 to 10000000/],
      [['--flow-timeout', '10000001'], /--flow-timeout must be from 1 to 10000000/],
      [['--flow-timeout', '1.5'], /flow-timeout/],
      [['--report-interval', '0'], /report-interval/],
      [['--report-interval', '-1'], /report-interval/],
      [['--report-interval', '0.009'], /report-interval/],
      [['--report-interval', 'soon'], /report-interval/],
      [['--report-format', 'xml'], /report-format/],
      [['--report-time', 'cpu'], /report-time/],
      [['--report-protocols', 'TCP'], /--report-protocols is about columns .*--report-format machine/],
      [['--report-protocol-numbers'], /--report-protocol-numbers is about columns/],
      [['--report-format', 'human', '--report-protocols', 'TCP'], /is about columns/],
      [['-o', 'report='], /-o report= needs a path/],
      [['-o', 'report=-', '-o', 'miruo'], /two results cannot go to standard output/],
      [['-o', `report=${newPath()}`, '--log', join(FOLDER, String(files))], /is where results go/],
      [['-o', `report=${CAPTURE}`], /one of the files that are read/],
    ];
    for (const [args, message] of cases) {
      const run = await tcploom([...args, CAPTURE]);
      assert.deepEqual([run.code, run.stdout], [2, ''], args.join(' '));
      assertMessages(run.stderr, [message]);
    }
    for (const command of [['info'], ['filter', '-c', '']]) {
      const run = await tcploom([...command, '--report-diff', CAPTURE]);
      assert.deepEqual([run.code, run.stdout], [2, '']);
      assertMessages(run.stderr, [/unknown option '--report-diff'/]);
    }
  });

  it('are taken up to their bounds', async () => {
    for (const args of [
      ['--flow-timeout', '1'],
      ['--flow-timeout', '10000000'],
      ['--report-interval', '0.01', '--report-on-start'],
      ['--report-on-start', ...SECONDS],
    ]) {
      assert.equal((await tcploom([...args, CAPTURE])).code, 0, args.join(' '));
    }
    // As long as can be said, which is longer than a timer lasts.
    const rare = await tcploom(['--report-interval', '2147483647', '--report-on-start', CAPTURE]);
    assert.deepEqual(toldReports(rare.stderr).reports, []);
  });
});
