/**
 * Which packets and which files are read: bounds of time and number, lists, folders, order. The same as editcap gives,
 * or as giving the files by name in that order.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { writePcapng } from '../support/capture-forms.js';
import { assertMessages, type Ended, ended, LAUNCHER, tcploom, temporaryFolder } from '../support/launch.js';
import { assertSame, packetColumns, tsvRows } from '../support/outcomes.js';
import { readPcap, writePcap } from '../support/pcap-naive.js';
import { missing, output } from '../support/programs.js';
import { connectionFile, RAW_LINK_TYPE, SHOW_ALL } from '../support/small-capture.js';

const FOLDER = temporaryFolder();
const ORIGINAL = 'datasets/refused-and-unanswered.pcap';
const { packets } = readPcap(readFileSync(ORIGINAL));
const [FIRST] = packets;

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

const resultsOf = (run: Ended): string => run.stdout.slice(run.stdout.indexOf('\n') + 1);

async function columnsOf(args: readonly string[]): Promise<Record<string, string>> {
  const run = await tcploom(['info', '--tsv', ...args]);
  assert.equal(run.stderr, '');
  assert.equal(run.code, 0);
  const rows = tsvRows(run.stdout);
  assert.equal(rows.length, 1);
  return packetColumns(rows[0]);
}

/** As tcploom and editcap both understand it, in UTC; `us` since the first packet. */
function isoAfter(us: number): string {
  const sum = FIRST.nsec / 1000 + us;
  const sec = FIRST.sec + Math.floor(sum / 1e6);
  const text = new Date(sec * 1000).toISOString().slice(0, 19);
  return `${text}.${String(sum % 1e6).padStart(6, '0')}`;
}

const secondsAfter = (us: number): string => `+${(us / 1e6).toFixed(6)}`;
function epochAfter(us: number): string {
  const sum = FIRST.nsec / 1000 + us;
  return `${FIRST.sec + Math.floor(sum / 1e6)}.${String(sum % 1e6).padStart(6, '0')}`;
}

describe('bounds of time', { skip: missing('editcap') }, () => {
  /** Just behind and at packets, so that whether a bound is inside counts. */
  const us = (index: number): number =>
    (packets[index].sec - FIRST.sec) * 1e6 + (packets[index].nsec - FIRST.nsec) / 1000;
  const cases: readonly (readonly [what: string, from: number | undefined, to: number | undefined])[] = [
    ['from a packet on', us(40), undefined],
    ['from right behind a packet', us(40) + 1, undefined],
    // editcap's end is outside: it is given the next microsecond.
    ['up to a packet', undefined, us(70)],
    ['up to right before a packet', undefined, us(70) - 1],
    ['a stretch', us(20), us(90)],
  ];
  for (const [what, from, to] of cases) {
    it(`${what}, in every form of writing a time`, async () => {
      const args = [
        ...(from === undefined ? [] : ['-A', isoAfter(from)]),
        ...(to === undefined ? [] : ['-B', isoAfter(to + 1)]),
      ];
      const cut = join(FOLDER, 'cut.pcap');
      output('env', ['TZ=UTC', 'editcap', '-F', 'pcap', ...args, ORIGINAL, cut]);
      const expected = await columnsOf([cut]);
      assert.notEqual(Number(expected.packets), packets.length);
      for (const form of [isoAfter, secondsAfter, epochAfter]) {
        const options = [
          ...(from === undefined ? [] : ['--from', form(from)]),
          ...(to === undefined ? [] : ['--to', form(to)]),
        ];
        const own = await columnsOf([...options, ORIGINAL]);
        assert.deepEqual(own, expected, options.join(' '));
      }
    });
  }

  it('give sessions, statistics and all the same whatever the blocks are', async () => {
    const cut = join(FOLDER, 'cut-too.pcap');
    const [from, to] = [us(20), us(90)];
    output('env', ['TZ=UTC', 'editcap', '-F', 'pcap', '-A', isoAfter(from), '-B', isoAfter(to + 1), ORIGINAL, cut]);
    const expected = await tcploom([...SHOW_ALL, cut]);
    const options = ['--from', isoAfter(from), '--to', isoAfter(to)];
    const big = writePcapng(packets, { orders: ['BE'], packetsPerSection: 20, resolutions: [9, 6] });
    for (const path of [ORIGINAL, file('selected.gz', gzipSync(big))]) {
      for (const size of ['64K', '1M']) {
        assertSame(await tcploom([...SHOW_ALL, ...options, '--block-size', size, path]), expected, `${path} ${size}`);
      }
    }
  });
});

describe('a number of packets', () => {
  for (const count of [0, 1, 57, packets.length, packets.length + 1]) {
    it(`${count}`, async () => {
      const expected = file('some.pcap', writePcap(packets.slice(0, count), { linkType: 1 }));
      assert.deepEqual(await columnsOf(['--max-packets', `${count}`, ORIGINAL]), await columnsOf([expected]));
    });
  }

  it('counts over all files, after the bounds of time', async () => {
    const run = await tcploom(['info', '--tsv', '--from', '+1', '--max-packets', '70', ORIGINAL, 'datasets/web.pcap']);
    const counts = tsvRows(run.stdout).map((row) => Number(row.get('packets')));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      70,
    );
    assert.equal(run.code, 0);
  });

  it('keeps damage behind them from mattering', async () => {
    const path = file('cut-behind.pcap', readFileSync(ORIGINAL).subarray(0, 15_000));
    assert.equal((await tcploom([path])).code, 1);
    const run = await tcploom(['--max-packets', '20', path]);
    assertMessages(run.stderr, []);
    assert.equal(run.code, 0);
  });
});

const [ONE, TWO, THREE] = [1, 2, 3].map((host) => file(`host-${host}.pcap`, connectionFile(host)));

describe('--sort-files', () => {
  it('reads in the order of first packets, whatever the names and forms', async () => {
    const expected = await tcploom([...SHOW_ALL, ONE, TWO, THREE]);
    const zipped = file('a.gz', gzipSync(connectionFile(3)));
    const { packets: second } = readPcap(connectionFile(2));
    const ng = file('z.pcapng', writePcapng(second, { orders: ['BE'], packetsPerSection: 2, resolutions: [9] }));
    for (const order of [
      [THREE, ONE, TWO],
      [zipped, ng, ONE],
    ]) {
      assertSame(await tcploom([...SHOW_ALL, '--sort-files', ...order]), expected, order.join(' '));
      assert.notEqual(resultsOf(await tcploom([...SHOW_ALL, ...order])), resultsOf(expected));
    }
  });

  it('reads what has no packet or is no capture last, each told once', async () => {
    const none = file('none.pcap', writePcap([], { linkType: RAW_LINK_TYPE }));
    const text = file('letter.txt', 'Dear reader, this is no capture.\n');
    const absent = join(FOLDER, 'absent.pcap');
    const run = await tcploom([...SHOW_ALL, '--sort-files', text, absent, none, TWO, ONE]);
    assert.equal(resultsOf(run), resultsOf(await tcploom([...SHOW_ALL, ONE, TWO])));
    assertMessages(run.stderr, [
      `tcploom: ${text} at byte 0: a text file, expected a pcap or pcapng capture`,
      `tcploom: ${absent}: no such file`,
    ]);
    assert.equal(run.code, 1);
  });
});

describe('--recursive', () => {
  const top = join(FOLDER, 'top');
  for (const folder of ['', 'b', 'b/c', 'empty', 'd']) mkdirSync(join(top, folder));
  writeFileSync(join(top, 'a.pcap'), connectionFile(1));
  writeFileSync(join(top, 'b', 'x.pcap.gz'), gzipSync(connectionFile(2)));
  writeFileSync(join(top, 'b', 'c', 'deep'), connectionFile(3));
  writeFileSync(join(top, 'b', 'empty.pcap'), '');
  writeFileSync(join(top, 'd', 'notes.txt'), 'Nothing to see here, move along.\n');
  symlinkSync(join(top, 'b', 'c', 'deep'), join(top, 'd', 'link.pcap'));
  symlinkSync(top, join(top, 'd', 'up'));
  symlinkSync(join(top, 'nowhere'), join(top, 'd', 'broken'));

  const trouble = [
    `tcploom: ${top}/b/empty.pcap at byte 0: the file is empty, expected a capture, whose header has 24 bytes`,
    `tcploom: ${top}/d/broken: no such file`,
    `tcploom: ${top}/d/notes.txt at byte 0: a text file, expected a pcap or pcapng capture`,
  ];

  it('reads all files below, links to files too, and names what cannot be read', async () => {
    const run = await tcploom(['info', '--tsv', '--recursive', top]);
    assert.deepEqual(
      tsvRows(run.stdout).map((row) => row.get('file')),
      ['a.pcap', 'b/c/deep', 'b/x.pcap.gz', 'd/link.pcap'].map((name) => join(top, name)),
    );
    assertMessages(run.stderr, trouble);
    assert.equal(run.code, 1);
  });

  it('takes files among folders as they come, and a link to a folder that is named', async () => {
    const run = await tcploom(['info', '--tsv', '--recursive', TWO, join(top, 'd', 'up', 'b', 'c'), ONE]);
    assert.deepEqual(
      tsvRows(run.stdout).map((row) => row.get('file')),
      [TWO, join(top, 'd', 'up', 'b', 'c', 'deep'), ONE],
    );
    assert.equal(run.code, 0);
  });

  it('says that a folder holds nothing', async () => {
    const empty = join(top, 'empty');
    const run = await tcploom(['info', '--recursive', empty]);
    assertMessages(run.stderr, [`tcploom: ${empty}: no file is in this folder or below`]);
    assert.equal(run.code, 2);
    assert.equal((await tcploom(['--recursive', empty, ONE])).code, 1);
  });

  it('is needed for folders', async () => {
    const run = await tcploom(['info', top]);
    assertMessages(run.stderr, [`tcploom: ${top}: is a directory`]);
    assert.equal(run.code, 2);
  });
});

describe('--files-from', () => {
  it('reads what is named, comments and empty lines aside, with any line ends', async () => {
    const list = file('list.txt', `\ufeff# captures of today\r\n${ONE}\r\n\r\n   \r\n${TWO}\n#${ONE}\n${THREE}`);
    assertSame(
      await tcploom([...SHOW_ALL, '--files-from', list]),
      await tcploom([...SHOW_ALL, ONE, TWO, THREE]),
      'the list',
    );
  });

  it('comes after the files that are given, several lists in order', async () => {
    const lists = [`${THREE}\n`, `${ONE}\n`].map((text, i) => file(`list-${i}`, text));
    const run = await tcploom([...SHOW_ALL, '--files-from', lists[0], TWO, '--files-from', lists[1]]);
    assertSame(run, await tcploom([...SHOW_ALL, TWO, THREE, ONE]), 'the lists');
  });

  it('takes - for standard input, in a list too', async () => {
    const expected = await tcploom([...SHOW_ALL, ONE, TWO]);
    const list = file('with-input', `-\n${TWO}\n`);
    for (const [args, input] of [
      [['--files-from', '-'], `${ONE}\n${TWO}\n`],
      [['--files-from', list], readFileSync(ONE)],
    ] as const) {
      const child = spawn(process.execPath, [LAUNCHER, ...SHOW_ALL, ...args]);
      child.stdin.end(input);
      assertSame(await ended(child), expected, args.join(' '));
    }
  });

  it('names a file that is missing, and a list, and reads the rest', async () => {
    const absent = join(FOLDER, 'absent.pcap');
    const list = file('partly', `${ONE}\n${absent}\n${TWO}\n`);
    const run = await tcploom([...SHOW_ALL, '--files-from', list, '--files-from', join(FOLDER, 'no-list')]);
    assertMessages(run.stderr, [`tcploom: ${FOLDER}/no-list: no such file`, `tcploom: ${absent}: no such file`]);
    assert.equal(resultsOf(run), resultsOf(await tcploom([...SHOW_ALL, ONE, TWO])));
    assert.equal(run.code, 1);
  });

  it('alone and missing or empty is exit code 2', async () => {
    const empty = file('empty-list', '# nothing yet\n');
    for (const [list, problem] of [
      [join(FOLDER, 'no-list'), 'no such file'],
      [FOLDER, 'is a directory'],
      [empty, 'names no file, expected one a line'],
    ]) {
      const run = await tcploom(['--files-from', list]);
      assertMessages(run.stderr, [`tcploom: ${list}: ${problem}`]);
      assert.equal(run.code, 2);
    }
  });

  it('goes with folders, order and bounds', async () => {
    const folder = join(FOLDER, 'all');
    mkdirSync(folder);
    for (const host of [1, 2, 3]) writeFileSync(join(folder, `${9 - host}.pcap`), connectionFile(host));
    const list = file('folders', `${folder}\n`);
    const options = ['--from', '+1', '--max-packets', '4'];
    const run = await tcploom([...SHOW_ALL, ...options, '--recursive', '--sort-files', '--files-from', list]);
    assertSame(run, await tcploom([...SHOW_ALL, ...options, ONE, TWO, THREE]), 'all together');
  });
});
