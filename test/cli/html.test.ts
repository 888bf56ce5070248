/**
 * `-o html`: the same file for any number of workers, beside other results; and what is refused.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findingsOf } from '../../src/page/client/findings.js';
import { readSessions } from '../../src/page/client/sessions.js';
import type { CaptureFigures } from '../../src/summary/figures.js';
import { type Ended, ended, LAUNCHER, messagesOf, tcploom, temporaryFolder } from '../support/launch.js';
import { dataOfPage, unpacked } from '../support/report-pages.js';

const FOLDER = temporaryFolder();
const CAPTURE = 'datasets/lossy.pcap';

async function pageFile(name: string, args: readonly string[]): Promise<string> {
  const file = join(FOLDER, name);
  const run = await tcploom(['-o', `html=${file}`, ...args]);
  assert.equal(run.code, 0, run.stderr);
  return readFileSync(file, 'utf8');
}

/** A run over a cut file and what comes through a pipe that stays open, ended by a signal when the cut file and some of the rest were read. */
async function endedWhileItWaits(args: readonly string[]): Promise<Ended> {
  const cut = join(FOLDER, 'cut.pcap');
  const whole = readFileSync(CAPTURE);
  writeFileSync(cut, whole.subarray(0, 30_000));
  const command = [LAUNCHER, '--progress', 'json', '--report-interval', '1', ...args, cut, '-'];
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'ignore', 'pipe'] });
  const end = ended(child);
  let said = '';
  let isSent = false;
  child.stderr!.on('data', (bytes: Buffer) => {
    said += bytes.toString();
    if (isSent || !said.includes('cut.pcap at byte') || !/"packets":[1-9]/.test(said)) return;
    isSent = true;
    child.kill('SIGTERM');
  });
  child.stdin!.on('error', () => {});
  child.stdin!.write(whole);
  return end;
}

describe('-o html', () => {
  it('is the same for any number of workers, and beside records', async () => {
    const page = await pageFile('1.html', ['--utc', '--workers', '1', CAPTURE]);
    for (const workers of ['2', '3', '8']) {
      const others =
        workers === '3' ? ['-o', `ndjson=${join(FOLDER, 'records')}`, '-o', `csv=${join(FOLDER, 'sheet')}`] : [];
      assert.equal(await pageFile(`${workers}.html`, ['--utc', '--workers', workers, ...others, CAPTURE]), page);
    }
    const data = dataOfPage(page);
    const records = readFileSync(join(FOLDER, 'records'), 'utf8').trimEnd().split('\n');
    assert.equal(data.sessions.length, records.length);
    assert.deepEqual([data.zone, data.anonymized, data.figures.inputs], ['UTC', false, [CAPTURE]]);
    assert.equal(data.figures.packets, 595);
    const { session, src, addresses } = data.sessions as unknown as Record<string, never> & typeof data.sessions;
    for (const text of records) {
      const record = JSON.parse(text) as { session: number; src: string };
      const row = unpacked(session).indexOf(record.session);
      assert.equal(addresses[unpacked(src)[row]], record.src);
    }
  });

  it('has the counts of tcpeek and miruo where the run is asked for these too, as figures have them', async () => {
    const figuresFile = join(FOLDER, 'counts.json');
    const local = ['--local', '10.66.0.1', '--session-filter', 'web:TX@%:80', '--session-filter', 'web:TX@%:80'];
    const results = ['miruo', 'tcpeek'].flatMap((name) => ['-o', `${name}=${join(FOLDER, `counts.${name}`)}`]);
    const page = await pageFile('counts.html', [...results, '-o', `figures=${figuresFile}`, ...local, CAPTURE]);
    const { tcpeek, miruo } = JSON.parse(readFileSync(figuresFile, 'utf8')) as CaptureFigures;
    const { figures } = dataOfPage(page);
    assert.deepEqual([figures.tcpeek, figures.miruo], [tcpeek, miruo]);
    assert.deepEqual(Object.keys(tcpeek), ['RX', 'TX', 'web', 'web (2)']);
    assert.ok(tcpeek.web.success > 0 && miruo.Retransmit > 0, JSON.stringify([tcpeek, miruo]));
    const alone = dataOfPage(await pageFile('alone.html', [CAPTURE])).figures;
    assert.deepEqual([alone.tcpeek, alone.miruo], [{}, {}]);
  });

  it('shows other addresses with --anonymize', async () => {
    const data = dataOfPage(await pageFile('anonymous.html', ['--anonymize', 'key', CAPTURE]));
    assert.ok(data.anonymized);
    assert.equal(data.sessions.addresses.length, 2);
    assert.doesNotMatch(JSON.stringify(data), /10\.66\.0/);
  });

  it('tells of a damaged input', async () => {
    const file = join(FOLDER, 'damaged.html');
    const run = await tcploom(['-o', `html=${file}`, CAPTURE, 'README.md']);
    assert.equal(run.code, 1);
    const { figures } = dataOfPage(readFileSync(file, 'utf8'));
    assert.equal(figures.damaged, 1);
    assert.match(figures.problems.join(), /README\.md/);
  });

  it('says first of a run that a signal ended that it was, with what was read and what was damaged', async () => {
    const file = join(FOLDER, 'signal.html');
    const run = await endedWhileItWaits(['-o', `html=${file}`, '-o', 'miruo']);
    assert.equal(run.code, 143, run.stderr);
    const data = dataOfPage(readFileSync(file, 'utf8'));
    const { packets, bytes, damaged, problems } = data.figures;
    assert.ok(data.ended_early);
    assert.ok(packets > 0 && bytes > 0, `${packets} packets, ${bytes} bytes`);
    assert.ok(data.figures.miruo.Retransmit > 0, 'what was counted by then');
    assert.equal(damaged, 1);
    assert.match(problems.join(), /cut\.pcap at byte \d+: /);
    const findings = findingsOf(data, readSessions(data.sessions));
    assert.deepEqual(
      findings.slice(0, 2).map(({ title }) => title.replace(/:.*/, '')),
      ['The run was ended early', 'The input is damaged in 1 place'],
    );
  });

  it('says of figures that a run that a signal ended did not write them', async () => {
    const file = join(FOLDER, 'figures.json');
    writeFileSync(file, 'of before');
    const run = await endedWhileItWaits(['-o', `figures=${file}`]);
    assert.equal(run.code, 143, run.stderr);
    assert.equal(readFileSync(file, 'utf8'), 'of before');
    const told = `tcploom: ${file}: figures were not written: the run ended before its end`;
    assert.ok(messagesOf(run.stderr).includes(told), run.stderr);
  });

  it('refuses what cannot be', async () => {
    for (const [args, message] of [
      [['--html-max-mb', '5', CAPTURE], /--html-max-mb is about a page, which is not asked for: -o html=FILE/],
      [['-o', 'html=x', '--html-max-mb', '0', CAPTURE], /--html-max-mb must be from 1 to 500, not 0/],
    ] as const) {
      const run = await tcploom(args);
      assert.equal(run.code, 2);
      assert.match(run.stderr, message);
    }
  });
});
