/**
 * Reports that come again and again: when they start and stop, and that what is new in each adds up to the whole.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateFile } from '../../datasets/generate.js';
import { tcploom, temporaryFolder } from '../support/launch.js';
import { untilOpened } from '../support/processes.js';
import { until } from '../support/prompt.js';
import { type MachineRow, machineRows, reportFigure, toldReports } from '../support/report-text.js';
import { ReportingRun } from '../support/reporting-run.js';

const FOLDER = temporaryFolder();
const CAPTURE = join(FOLDER, 'traffic.pcap');
const MANY: readonly string[] = Array.from({ length: 12 }, () => CAPTURE);
/** Without reports for so long: they have stopped. */
const QUIET_MS = 500;

before(() => {
  generateFile({ bytes: 10_000_000, profile: 'mixed', sessions: 300, loss: 0.01, refused: 0.02, rate: 2000 }, CAPTURE);
});

let fifos = 0;
/** A run that waits for its first packet. */
async function waiting(
  use: (run: ReportingRun, heard: () => number) => Promise<void>,
  ...args: string[]
): Promise<void> {
  const path = join(FOLDER, `${fifos++}.fifo`);
  execFileSync('mkfifo', [path]);
  const held = openSync(path, 'r+');
  const run = new ReportingRun([...args, path]);
  let text = '';
  run.child.stderr!.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  await untilOpened(run.pid, path);
  try {
    await use(run, () => (text.match(/^USR1/gm) ?? []).length);
  } finally {
    run.child.kill('SIGTERM');
    closeSync(held);
    assert.equal((await run.end).code, 143);
  }
}

describe('SIGUSR2', () => {
  for (const format of ['human', 'machine']) {
    it(`starts periodic reports and stops them: ${format}`, async () => {
      await waiting(
        async (run, heard) => {
          for (let time = 0; time < 2; time++) {
            const before = heard();
            run.child.kill('SIGUSR2');
            await until('periodic reports', () => heard() > before + 3);
            run.child.kill('SIGUSR2');
            let seen = -1;
            for (; seen !== heard(); await sleep(QUIET_MS)) seen = heard();
          }
        },
        ...['--report-interval', '0.05', '--report-format', format],
      );
    });
  }

  it('stops those of --report-on-start', async () => {
    await waiting(
      async (run, heard) => {
        await until('periodic reports', () => heard() > 3);
        run.child.kill('SIGUSR2');
        let seen = -1;
        for (; seen !== heard(); await sleep(QUIET_MS)) seen = heard();
      },
      ...['--report-interval', '.03', '--report-on-start'],
    );
  });

  it('stops those by packet time', async () => {
    const path = join(FOLDER, 'packets.fifo');
    execFileSync('mkfifo', [path]);
    const held = openSync(path, 'r+');
    const run = new ReportingRun(['--report-time', 'pcap', '--report-interval', '0.1', path]);
    await untilOpened(run.pid, path);
    await run.ask();
    run.child.kill('SIGUSR2');
    // Signals are answered in turn, unless both are there at once.
    await sleep(QUIET_MS);
    await run.ask();
    execFileSync('sh', ['-c', `cat ${CAPTURE} > ${path}`]);
    closeSync(held);
    const end = await run.end;
    assert.equal(end.code, 0);
    const { reports, ends } = toldReports(end.stderr);
    assert.deepEqual([reports.length, ends.length], [2, 1]);
    assert.ok(reportFigure(ends[0], 'Number of processed packets') > 1000);
  });

  it('comes no sooner than the interval', async () => {
    await waiting(
      async (run) => {
        const times: number[] = [];
        for (let index = 0; index < 2; index++) times.push(reportFigure((await run.ask())!.text, 'Elapsed time'));
        const end = toldReports(await stopped(run));
        const periodic = end.reports.map((report) => reportFigure(report, 'Elapsed time'));
        // By its own clock, one in each quarter of a second at most, beside the two that were asked for.
        assert.ok(periodic.length <= 2 + periodic.at(-1)! / 0.25, periodic.join(' '));
      },
      ...['--report-interval', '0.25', '--report-on-start'],
    );
  });
});

async function stopped(run: ReportingRun): Promise<string> {
  await sleep(1500);
  run.child.kill('SIGTERM');
  return (await run.end).stderr;
}

/** What stands for a moment, or is of a time, does not add up. */
const NO_SUM = new Set(['time', 'dur', 'rawBandwidth', 'globalWarn', 'memUsageKB']);

function sums(rows: readonly MachineRow[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const { figures } of rows) {
    for (const [name, value] of figures) if (!NO_SUM.has(name)) total.set(name, (total.get(name) ?? 0) + value);
  }
  return total;
}

describe('differential reports', () => {
  const options = ['-o', 'miruo=/dev/null', '-o', `tcpeek=${join(FOLDER, 'handshakes')}`, '--report-format', 'machine'];

  it('of the wall clock and by signal add up to the aggregate one', async () => {
    const path = join(FOLDER, 'rows');
    const whole = await tcploom([...options, '-o', 'report=-', ...MANY]);
    const [aggregate] = machineRows(whole.stdout);
    const periodic = ['--report-diff', '--report-on-start', '--report-interval', '0.05'];
    const run = new ReportingRun([...options, ...periodic, '-o', `report=${path}`, ...MANY]);
    await untilOpened(run.pid, CAPTURE);
    while (!run.isOver) {
      run.child.kill('SIGUSR1');
      await sleep(70 * Math.random());
    }
    assert.equal((await run.end).code, 0);
    const rows = machineRows(readFileSync(path, 'latin1'));
    assert.ok(rows.length > 3, `${rows.length} rows`);
    assert.ok(rows.every(({ type }) => type === 'USR1MR_D'));
    assert.deepEqual(sums(rows), sums([aggregate]));
    assert.equal(rows.at(-1)!.figures.get('globalWarn'), aggregate.figures.get('globalWarn'));
    // Durations are the times between the rows; what may have been a stop, on a busy machine, counts a row later.
    const [{ figures: first }] = rows;
    let passedSec = 0;
    for (const { figures } of rows.slice(1)) {
      passedSec += figures.get('dur')!;
      const betweenSec = figures.get('time')! - first.get('time')!;
      assert.ok(passedSec < betweenSec + 0.05, `${betweenSec} s, told as ${passedSec}`);
    }
    const allSec = rows.at(-1)!.figures.get('time')! - first.get('time')!;
    assert.ok(passedSec > allSec / 2, `${allSec} s, told as ${passedSec}`);
  });

  it('by packet time add up, and the first one is what the first aggregate one is', async () => {
    const byPackets = [...options, '--report-time', 'pcap', '--report-interval', '0.5', '-o', 'report=-', CAPTURE];
    const aggregates = machineRows((await tcploom(byPackets)).stdout);
    const differences = machineRows((await tcploom(['--report-diff', ...byPackets])).stdout);
    assert.ok(aggregates.length > 5);
    assert.equal(aggregates.length, differences.length);
    assert.deepEqual(differences[0].figures, aggregates[0].figures);
    for (const [index, aggregate] of aggregates.entries()) {
      assert.deepEqual(sums(differences.slice(0, index + 1)), sums([aggregate]));
      assert.equal(differences[index].figures.get('time'), aggregate.figures.get('time'));
      const dur = differences.slice(0, index + 1).reduce((sum, { figures }) => sum + figures.get('dur')!, 0);
      assert.equal(Math.round(1e6 * dur), Math.round(1e6 * aggregate.figures.get('dur')!));
    }
  });

  it('for people add up too', async () => {
    const labels = ['packets', 'bytes', 'raw bytes', 'IPv4 packets', 'A packets', 'B packets'];
    const names = ['packets', 'bytes', 'raw bytes', 'A bytes', 'B bytes'].map((name) => `Number of processed ${name}`);
    const wanted = labels.map((label) => `Number of ${label}`).concat(names, 'miruo: sessions', 'tcpeek: success');
    const byPackets = ['--report-time', 'pcap', '-o', 'report=-', CAPTURE];
    const whole = toldReports((await tcploom(byPackets)).stdout);
    const parts = toldReports((await tcploom(['--report-diff', ...byPackets])).stdout);
    const all = [...parts.reports, ...parts.ends];
    assert.ok(all.length > 5 && all.every((report) => /^(USR1 )?D type/.test(report)));
    let compared = 0;
    for (const label of wanted) {
      if (!whole.ends[0].includes(`\n${label}: `)) continue;
      compared++;
      const sum = all.reduce((total, report) => total + reportFigure(report, label), 0);
      assert.equal(sum, reportFigure(whole.ends[0], label), label);
    }
    assert.ok(compared > 5);
  });
});
