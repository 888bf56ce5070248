/**
 * Reports that are asked for by signal, of real processes in all the states that a run may be in: each is whole, comes soon, and changes
 * nothing of the results.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateFile } from '../../datasets/generate.js';
import { type Ended, ended, LAUNCHER, tcploom, temporaryFolder } from '../support/launch.js';
import { untilAsleep, untilOpened } from '../support/processes.js';
import { assertPrompt, until } from '../support/prompt.js';
import { reportFigure, toldReports } from '../support/report-text.js';
import { type AskedReport, ReportingRun } from '../support/reporting-run.js';

const FOLDER = temporaryFolder();
const LARGE = join(FOLDER, 'large.pcap');
const PACKED = `${LARGE}.gz`;
/** Sessions that never close, all of which are printed when everything is read. */
const OPEN = join(FOLDER, 'open.pcap');
const MANY: readonly string[] = Array.from({ length: 12 }, () => LARGE);
/** The aim is 200 ms on a machine of one's own; half of them must come within this in one of several runs. */
const PROMPT_MS = 500;
const SIGNALS = 1000;

before(() => {
  generateFile({ bytes: 14_000_000, profile: 'small', sessions: 300, loss: 0.01 }, LARGE);
  execFileSync('gzip', ['-1', '-k', LARGE]);
  generateFile({ packets: 400_000, profile: 'small', sessions: 60_000, segments: 0, rate: 100_000 }, OPEN);
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/** What differs from run to run: the process's own figures. */
const steady = (text: string): string => text.replace(/^(CPU|VSZ|RSS) .*$/gm, '');

/** The results are those of the run that nobody asked anything, and so is all that was said but for reports. */
function assertUndisturbed(run: Ended, usual: Ended): void {
  assert.equal(run.code, 0, run.stderr.slice(-2000));
  assert.ok(run.stdout === usual.stdout, 'other lines');
  const [said, expected] = [toldReports(run.stderr), toldReports(usual.stderr)];
  assert.equal(steady(said.rest), steady(expected.rest));
  assert.deepEqual([said.starts.length, said.ends.length], [expected.starts.length, expected.ends.length]);
}

/** Packets, as they are told one after the other, and at the end. */
function assertGrowing(reports: readonly string[], ends: readonly string[]): void {
  const packets = [...reports, ...ends].map((report) => reportFigure(report, 'Number of processed packets'));
  assert.deepEqual(
    packets,
    packets.toSorted((a, b) => a - b),
  );
}

/** Asks a run again and again, after pauses of up to `mostMs`, until it is over. */
async function askedToTheEnd(run: ReportingRun, mostMs: number): Promise<AskedReport[]> {
  const asked: AskedReport[] = [];
  while (!run.isOver) {
    await sleep(Math.random() * mostMs);
    const report = await run.ask();
    if (report !== undefined) asked.push(report);
  }
  return asked;
}

describe('SIGUSR1 in a run', () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ['at full speed', MANY],
    ['of sessions alone', ['-o', 'miruo', ...MANY]],
    ['of many workers', ['--workers', '8', ...MANY]],
    ['on compressed files', MANY.map(() => PACKED)],
  ];
  for (const [what, args] of CASES) {
    it(`${what}: a whole report each time, soon, and the same results`, async () => {
      const usual = await tcploom(args);
      await assertPrompt(PROMPT_MS, async () => {
        const run = new ReportingRun(args);
        await untilOpened(run.pid, args.at(-1)!);
        const asked = await askedToTheEnd(run, 150);
        const end = await run.end;
        assertUndisturbed(end, usual);
        assert.ok(asked.length > 0, 'the run was too short');
        const { reports, ends } = toldReports(end.stderr);
        assert.ok(reports.length >= asked.length);
        assertGrowing(reports, ends);
        return median(asked.map(({ ms }) => ms));
      });
    });
  }

  it('while nobody reads standard output', async () => {
    const args = ['--all', '--view-data', '1000', LARGE];
    const usual = await tcploom(args);
    await assertPrompt(PROMPT_MS, async () => {
      const path = join(FOLDER, `${performance.now()}.fifo`);
      execFileSync('mkfifo', [path]);
      const held = openSync(path, 'r+');
      const run = new ReportingRun(args, held);
      await untilOpened(run.pid, LARGE);
      await untilAsleep(run.pid);
      const ms: number[] = [];
      for (let time = 0; time < 5; time++) ms.push((await run.ask())!.ms);
      const stdout = ended(spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] }));
      const end = await run.end;
      closeSync(held);
      assertUndisturbed({ ...end, stdout: (await stdout).stdout }, usual);
      return median(ms);
    });
  });

  it('when all is read and lines are still merged', async () => {
    const args = ['--unfinished', '--all', '-o', 'miruo', '-o', 'report', OPEN];
    const usual = await tcploom(args);
    await assertPrompt(PROMPT_MS, async () => {
      const run = new ReportingRun(args);
      await untilOpened(run.pid, OPEN);
      const asked = await askedToTheEnd(run, 20);
      const end = await run.end;
      assertUndisturbed(end, usual);
      const late = asked.filter(({ text }) => text.includes('Percentage completed: 99.90%'));
      assert.ok(late.length > 0, 'nobody asked at the end');
      return median(late.map(({ ms }) => ms));
    });
  });

  it('before the first packet, and before the end of a pipe', async () => {
    const part = join(FOLDER, 'part.pcap');
    writeFileSync(part, readFileSync(LARGE).subarray(0, 60_000));
    const usual = await tcploom(['--all', '--unfinished', part]);
    await assertPrompt(PROMPT_MS, async () => {
      const path = join(FOLDER, `${performance.now()}.fifo`);
      execFileSync('mkfifo', [path]);
      const held = openSync(path, 'r+');
      const run = new ReportingRun(['--all', '--unfinished', path]);
      await untilOpened(run.pid, path);
      const early = (await run.ask())!;
      assert.equal(reportFigure(early.text, 'Number of processed packets'), 0);
      assert.doesNotMatch(early.text, /NaN|PCAP|Infinity|undefined/);
      const ms = [early.ms, (await run.ask())!.ms, (await run.ask())!.ms];
      writeSync(held, readFileSync(part));
      await untilAsleep(run.pid);
      const later = (await run.ask())!;
      assert.ok(reportFigure(later.text, 'Number of processed packets') > 0, 'what came is not told');
      closeSync(held);
      const end = await run.end;
      assert.equal(toldReports(end.stderr).reports.length, 4);
      assert.equal(end.code, 1, 'the pipe ends within a packet');
      assert.deepEqual(end.stdout.split('\n').slice(1), usual.stdout.split('\n').slice(1));
      return median(ms);
    });
  });
});

describe('storms of signals', () => {
  /** Sends so many signals within about a second, and then no more. */
  async function storm(
    run: { child: { kill(signal: NodeJS.Signals): boolean } },
    signal: NodeJS.Signals,
  ): Promise<void> {
    for (let sent = 0; sent < SIGNALS; sent++) {
      assert.ok(run.child.kill(signal), 'the run was too short');
      if (sent % 10 === 9) await sleep(9);
    }
  }

  it('a thousand of SIGUSR1: whole reports, the same results', async () => {
    const args = [...MANY, ...MANY];
    const usual = await tcploom(args);
    const run = new ReportingRun(args);
    await untilOpened(run.pid, LARGE);
    await storm(run, 'SIGUSR1');
    const end = await run.end;
    assertUndisturbed(end, usual);
    const { reports, ends } = toldReports(end.stderr);
    assert.ok(reports.length >= 1 && reports.length <= SIGNALS, `${reports.length} reports`);
    assertGrowing(reports, ends);
  });

  it('a thousand of SIGUSR1, all in one stream: no line is torn', async () => {
    const line = (args: readonly string[]): string => `exec ${[process.execPath, LAUNCHER, ...args].join(' ')} 2>&1`;
    const args = [...MANY, ...MANY];
    const usual = await ended(spawn('bash', ['-c', line(args)], { stdio: ['ignore', 'pipe', 'inherit'] }));
    const child = spawn('bash', ['-c', line(args)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = ended(child);
    await untilOpened(child.pid!, LARGE);
    await storm({ child }, 'SIGUSR1');
    const run = await end;
    const [told, expected] = [toldReports(run.stdout), toldReports(usual.stdout)];
    assert.equal(run.code, 0);
    assert.ok(told.reports.length >= 1 && told.reports.length <= SIGNALS);
    assert.ok(steady(told.rest) === steady(expected.rest), 'other lines');
  });

  it('a thousand of SIGUSR2: the same results', async () => {
    for (const format of ['human', 'machine']) {
      const args = ['--report-interval', '0.01', '--report-format', format, '-o', 'miruo', '-o', 'report'];
      const usual = await tcploom([...args, ...MANY, ...MANY]);
      const run = new ReportingRun([...args, ...MANY, ...MANY]);
      await untilOpened(run.pid, LARGE);
      await storm(run, 'SIGUSR2');
      const end = await run.end;
      assert.equal(end.code, 0);
      assert.ok(end.stdout === usual.stdout, 'other lines');
      if (format === 'human') toldReports(end.stderr);
      else assert.equal(end.stderr.match(/^%repTyp/gm)!.length, 1);
    }
  });
});

describe('a run of sessions alone, as miruo', () => {
  const TRAFFIC = /Number of (IPv4|A packets|TCP)|flows|bandwidth/;

  it('tells nothing by itself, and asked, how far it is, without counting the traffic', async () => {
    const quiet = await tcploom(['-o', 'miruo', LARGE]);
    const told = toldReports(quiet.stderr);
    assert.deepEqual([told.starts, told.reports, told.ends], [[], [], []]);
    const run = new ReportingRun(['-o', 'miruo', ...MANY]);
    await untilOpened(run.pid, LARGE);
    let report = '';
    // The first blocks may not be through yet.
    while (!/^PCAP time/m.test(report)) report = (await run.ask())!.text;
    assert.match(report, /^PCAP time: 17000\d+\.\d{6} sec /m);
    assert.match(report, /^PCAP duration: /m);
    assert.match(report, /^Percentage completed: \d+\.\d\d%$/m);
    assert.match(report, /^miruo: sessions: /m);
    assert.match(report, /^Memory usage: /m);
    assert.ok(reportFigure(report, 'Number of processed packets') > 0);
    assert.doesNotMatch(report, TRAFFIC);
    const end = toldReports((await run.end).stderr);
    assert.deepEqual([end.starts, end.ends], [[], []]);
  });

  it('tells and counts with any option of reports', async () => {
    for (const option of [
      ['--report-format', 'human'],
      ['--report-on-start'],
      ['--report-time', 'wall'],
      ['--report-diff'],
      ['--flow-timeout', '60'],
      ['-o', 'report'],
    ]) {
      const run = await tcploom(['-o', 'miruo', ...option, LARGE]);
      const { starts, ends } = toldReports(run.stderr);
      assert.deepEqual([starts.length, ends.length], [1, 1], option.join(' '));
      assert.match(starts[0], /^Active analyses: miruo, traffic$/m);
      assert.match(ends[0], TRAFFIC);
    }
  });
});

describe('the end report', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`comes once after ${signal}, behind all else`, async () => {
      for (const option of [[], ['--report-diff', '--report-on-start', '--report-interval', '0.05']]) {
        const run = new ReportingRun([...option, ...MANY, ...MANY]);
        await untilOpened(run.pid, LARGE);
        while (reportFigure((await run.ask())!.text, 'Total bytes processed so far') === 0) await sleep(10);
        run.child.kill(signal);
        const end = await run.end;
        assert.equal(end.code, code);
        const { starts, ends, rest } = toldReports(end.stderr);
        assert.deepEqual([starts.length, ends.length], [1, 1]);
        assert.ok(end.stderr.endsWith(`${ends[0]}\n${'='.repeat(80)}\n`));
        assert.match(rest, /TCPEEK SUMMARY[\s\S]*Session Statistics/);
      }
    });
  }
});

describe('info and filter', () => {
  for (const command of [['info'], ['filter', '-c', 'tcp']]) {
    it(`${command[0]}: SIGUSR1 asks how far it is, SIGUSR2 periodically`, async () => {
      const path = join(FOLDER, `${command[0]}.fifo`);
      execFileSync('mkfifo', [path]);
      const held = openSync(path, 'r+');
      const run = new ReportingRun([...command, '--report-interval', '0.02', LARGE, path]);
      await untilOpened(run.pid, path);
      let report = '';
      // It counts what it has read block by block.
      while (!/\(2 of 2\)/.test(report) || reportFigure(report, 'Number of processed packets') < 1000) {
        report = (await run.ask())!.text;
      }
      assert.match(report, new RegExp(`^Processing file: ${path} \\(2 of 2\\)$`, 'm'));
      assert.match(report, /^Total bytes processed so far: 140\d+ \(14\.00 M\)$/m);
      let seen = '';
      run.child.stderr!.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1');
      });
      run.child.kill('SIGUSR2');
      await until('periodic reports', () => seen.split('USR1 A type').length > 3);
      run.child.kill('SIGUSR2');
      writeSync(held, readFileSync(LARGE).subarray(0, 24));
      closeSync(held);
      const end = await run.end;
      assert.equal(end.code, 0, end.stderr.slice(-500));
      const { starts, ends } = toldReports(end.stderr);
      assert.deepEqual([starts, ends], [[], []]);
      assert.equal(end.stdout, (await tcploom([...command, LARGE, headOnly()])).stdout.replaceAll(headOnly(), path));
    });
  }
});

/** A capture without packets. */
function headOnly(): string {
  const path = join(FOLDER, 'head.pcap');
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, readFileSync(LARGE).subarray(0, 24));
  closeSync(descriptor);
  return path;
}
