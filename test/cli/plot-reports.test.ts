/**
 * From a capture to its picture: machine reports as a run writes them are what plots read, to the last column.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { generateFile } from '../../datasets/generate.js';
import { assertMessages, bash, tcploom, temporaryFolder } from '../support/launch.js';
import { parsed } from '../support/machine-reports.js';
import { missing, output } from '../support/programs.js';
import { machineRows } from '../support/report-text.js';
import { parseXml } from '../support/well-formed.js';

const FOLDER = temporaryFolder();
const CAPTURE = join(FOLDER, 'traffic.pcap');
const KINDS = [[], ['--report-diff']];
const pathOf = (kind: readonly string[]): string =>
  join(FOLDER, kind.length > 0 ? 'differences.tsv' : 'aggregates.tsv');
const REPORTS = 13;

describe('reports of a run, plotted', () => {
  before(async () => {
    // Twelve seconds and a piece.
    const options = { profile: 'mixed', sessions: 50, loss: 0.02, refused: 0.05 } as const;
    generateFile({ ...options, packets: 12_500, rate: 1000 }, CAPTURE);
    for (const kind of KINDS) {
      const places = [
        '-o',
        'miruo=/dev/null',
        '-o',
        `tcpeek=${join(FOLDER, 'handshakes')}`,
        '-o',
        `report=${pathOf(kind)}`,
      ];
      const run = await tcploom(['--report-format', 'machine', '--report-time', 'pcap', ...kind, ...places, CAPTURE]);
      assert.equal(run.code, 0, run.stderr);
    }
  });

  it('are read without a fault, all columns of them', async () => {
    for (const kind of KINDS) {
      const text = readFileSync(pathOf(kind), 'latin1');
      const rows = machineRows(text);
      assert.equal(rows.length, REPORTS);
      assert.deepEqual(parsed(text).damages, []);
      const listed = await tcploom(['plot', '-L', pathOf(kind)]);
      assert.deepEqual([listed.code, listed.stderr], [0, '']);
      const names = listed.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/)[0]);
      assert.deepEqual(
        names,
        [...rows[0].figures.keys()].filter((name) => name !== 'time'),
      );
      assert.ok(names.includes('tcpeekReject') && names.includes('miruoRetrans'));
    }
  });

  it('are drawn as they were counted', async () => {
    const [aggregates, differences] = KINDS.map((kind) => machineRows(readFileSync(pathOf(kind), 'latin1')));
    const packets = differences.map(({ figures }) => figures.get('numPkts')!);
    for (const [kind, values] of [
      [KINDS[1], packets],
      [KINDS[0], aggregates.map(({ figures }) => figures.get('numPkts')!)],
    ] as const) {
      const run = await tcploom(['plot', 'numPkts', 'rawBandwidth', pathOf(kind)]);
      assert.deepEqual([run.code, run.stderr], [0, '']);
      const elements = parseXml(Buffer.from(run.stdout, 'latin1').toString());
      const told = elements.find(({ name }) => name === 'desc')!.text;
      assert.match(told, new RegExp(`${REPORTS} reports`));
      const [, unit, least] = /numPkts, packets in ([^:]+): minimum ([\d.]+)( k)?/.exec(told)!;
      assert.match(unit, /^packets/);
      const scale = told.includes(`minimum ${least} k`) ? 1000 : 1;
      assert.ok(Math.abs(Number(least) * scale - Math.min(...values)) <= scale / 100, `${told}: ${values}`);
      assert.match(told, /rawBandwidth, [^:]*bit\/s[^:]*: minimum/);
      const texts = elements.filter(({ name }) => name === 'text').map(({ text }) => text);
      assert.ok(
        texts.some((text) => /^bit\/s/.test(text)) && texts.some((text) => /packets/.test(text)),
        texts.join('|'),
      );
    }
  });

  it('are drawn on a terminal, and from a run that still writes them', async () => {
    const terminal = `script -qec "env TERM=xterm LC_ALL=C.UTF-8 $TCPLOOM plot numPkts tcpeekReject ${pathOf(KINDS[1])}" /dev/null </dev/null`;
    if (missing('script') === false) {
      const run = await bash(terminal);
      assert.match(run.stdout, /numPkts \[packets per report\]/);
      assert.match(run.stdout, /tcpeekReject \[count per report\]/);
    }
    const line = '--report-format machine --report-time pcap --report-diff -o report=-';
    const piped = await bash(`$TCPLOOM ${line} ${CAPTURE} | $TCPLOOM plot numPkts -`);
    const direct = await tcploom(['plot', 'numPkts', pathOf(KINDS[1])]);
    assert.deepEqual([piped.code, piped.stderr], [0, '']);
    assert.equal(piped.stdout, direct.stdout);
  });

  it('go into a round-robin database', { skip: missing('rrdtool') }, async () => {
    const rrd = join(FOLDER, 'reports.rrd');
    const run = await tcploom(['plot', '--rrd', rrd, pathOf(KINDS[1])]);
    assert.equal(run.code, 0, run.stderr);
    const rows = machineRows(readFileSync(pathOf(KINDS[1]), 'latin1'));
    const last = Math.floor(rows.at(-1)!.figures.get('time')!);
    assert.equal(Number(output('rrdtool', ['last', rrd])), last);
    const picture = join(FOLDER, 'reports.png');
    const definition = [`DEF:p=${rrd}:numPkts:AVERAGE`, 'LINE1:p#cc0000:packets'];
    output('rrdtool', ['graph', picture, '--start', String(last - 20), '--end', String(last), ...definition]);
    assert.ok(existsSync(picture));
    assertMessages(run.stderr, []);
  });
});
