/**
 * Damage in the middle of a capture as users see it: where reading stopped and why, or, with --resync, what was skipped;
 * and what it comes to with any number of workers and size of blocks.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { swapped, writePcapng } from '../support/capture-forms.js';
import { assertMessages, tcploom, temporaryFolder } from '../support/launch.js';
import { outcomeOf, tsvRows } from '../support/outcomes.js';
import { readPcap } from '../support/pcap-naive.js';

const FOLDER = temporaryFolder();
const ORIGINAL = readFileSync('datasets/web.pcap');
const { packets } = readPcap(ORIGINAL);
/** A packet in the middle, not near the end of a block of any size. */
const DAMAGED = 100;
const AT = 24 + packets.slice(0, DAMAGED).reduce((bytes, { captured }) => bytes + 16 + captured.length, 0);
const NEXT = AT + 16 + packets[DAMAGED].captured.length;
const NG = writePcapng(packets, { orders: ['LE'], packetsPerSection: packets.length, resolutions: [6] });
const NG_BYTES = packets.map(({ captured }) => 32 + ((captured.length + 3) & ~3));
const NG_AT = NG.length - NG_BYTES.slice(DAMAGED).reduce((sum, bytes) => sum + bytes, 0);
const NG_NEXT = NG_AT + NG_BYTES[DAMAGED];

function file(name: string, bytes: Uint8Array): string {
  const path = join(FOLDER, name);
  writeFileSync(path, bytes);
  return path;
}

function changed(bytes: Uint8Array, at: number, by: readonly number[] | Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(by, at);
  return copy;
}

const ABSURD = changed(ORIGINAL, AT + 8, [0xff, 0xff, 0xff, 0x7f]);

interface Case {
  readonly bytes: Uint8Array;
  readonly stopped: string;
  readonly skipped: string;
}

const CASES: Readonly<Record<string, Case>> = {
  'an absurd captured length': {
    bytes: ABSURD,
    stopped: `at byte ${AT}: a captured length of 2147483647 bytes, expected at most 262144`,
    skipped: `${NEXT - AT} bytes were skipped, up to byte ${NEXT}`,
  },
  'the same in the other byte order': {
    bytes: swapped(ORIGINAL).map((byte, at) => (at >= AT + 8 && at < AT + 12 ? 0x7f : byte)),
    stopped: `at byte ${AT}: a captured length of 2139062143 bytes, expected at most 262144`,
    skipped: `${NEXT - AT} bytes were skipped, up to byte ${NEXT}`,
  },
  'a pcapng block whose end says another length': {
    bytes: changed(NG, NG_NEXT - 4, [1, 2, 0, 0]),
    stopped: `at byte ${NG_AT}: a length of 513 bytes at the end of a block, expected ${NG_NEXT - NG_AT}, as at its start`,
    skipped: `${NG_NEXT - NG_AT} bytes were skipped, up to byte ${NG_NEXT}`,
  },
  'a pcapng block without a length': {
    bytes: changed(NG, NG_AT + 4, [0, 0, 0, 0]),
    stopped: `at byte ${NG_AT}: a block of type 0x6 with a length of 0 bytes, expected at least 32`,
    skipped: `${NG_NEXT - NG_AT} bytes were skipped, up to byte ${NG_NEXT}`,
  },
};

for (const [what, { bytes, stopped, skipped }] of Object.entries(CASES)) {
  describe(what, () => {
    const path = file(what.replaceAll(' ', '-'), bytes);

    it('ends the reading there without --resync: exit code 1, and the packets before', async () => {
      const run = await tcploom(['info', '--tsv', path]);
      assertMessages(run.stderr, [`tcploom: ${path} ${stopped}`]);
      assert.equal(run.code, 1);
      const [row] = tsvRows(run.stdout);
      assert.equal(row.get('packets'), `${DAMAGED}`);
      assert.equal(row.get('damage'), stopped);
    });

    it('is read past with --resync: exit code 1, all other packets, and the bytes that were skipped', async () => {
      const run = await tcploom(['info', '--tsv', '--resync', path]);
      assertMessages(run.stderr, [`tcploom: ${path} ${stopped}; ${skipped}`]);
      assert.equal(run.code, 1);
      assert.equal(tsvRows(run.stdout)[0].get('packets'), `${packets.length - 1}`);
    });
  });
}

describe('other damage', () => {
  it('that makes a length reach behind the end is found out by the records in it', async () => {
    const path = file('behind-the-end', changed(ORIGINAL, AT + 8, [0x40, 0x0d, 0x03, 0]));
    const left = ORIGINAL.length - AT - 16;
    const usual = await tcploom(['info', '--tsv', path]);
    const cut = `${left} bytes of a packet, expected 200000`;
    assertMessages(usual.stderr, [`tcploom: ${path} at byte ${AT}: the file is cut: ${cut}`]);
    assert.equal(tsvRows(usual.stdout)[0].get('packets'), `${DAMAGED}`);
    const run = await tcploom(['info', '--tsv', '--resync', path]);
    const skipped = `${NEXT - AT} bytes were skipped, up to byte ${NEXT}`;
    assertMessages(run.stderr, [`tcploom: ${path} at byte ${AT}: a length that cannot be right: ${cut}; ${skipped}`]);
    assert.equal(tsvRows(run.stdout)[0].get('packets'), `${packets.length - 1}`);
    assert.equal(run.code, 1);
  });

  it('is told with its place in what was compressed', async () => {
    const path = file('absurd.gz', gzipSync(ABSURD));
    const place = `at byte ${AT} of what was compressed`;
    const { stopped, skipped } = CASES['an absurd captured length'];
    const what = stopped.slice(stopped.indexOf(':'));
    const run = await tcploom(['--resync', path]);
    assertMessages(run.stderr, [`tcploom: ${path} ${place}${what}; ${skipped}`]);
    const info = await tcploom(['info', '--tsv', path]);
    assertMessages(info.stderr, [`tcploom: ${path} ${place}${what}`]);
    assert.equal(tsvRows(info.stdout)[0].get('compression'), 'gzip');
  });

  it('at several places is told place by place', async () => {
    // Each of them takes more than what is left of a packet.
    const twice = changed(changed(ABSURD, AT + 20_000, new Uint8Array(1600)), 2000, new Uint8Array(1600));
    const run = await tcploom(['--resync', file('twice', twice)]);
    const places = [...run.stderr.matchAll(/ at byte (\d+): .* bytes were skipped, up to byte (\d+)/g)];
    assert.equal(places.length, 3, run.stderr);
    const numbers = places.flatMap(([, from, to]) => [Number(from), Number(to)]);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    assert.equal(run.code, 1);
  });

  it('to the end leaves what was before it', async () => {
    const path = file('no-end', changed(ORIGINAL, AT, new Uint8Array(ORIGINAL.length - AT).fill(0xff)));
    const run = await tcploom(['info', '--tsv', '--resync', path]);
    assertMessages(run.stderr, [
      `tcploom: ${path} at byte ${AT}: a captured length of 4294967295 bytes, expected at most 262144`,
    ]);
    assert.equal(tsvRows(run.stdout)[0].get('packets'), `${DAMAGED}`);
    assert.equal(run.code, 1);
  });
});

describe('--resync', () => {
  const options = ['--all', '--unfinished', '--resync'];

  it('gives the same with any number of workers and size of blocks', async () => {
    const noisy = changed(ABSURD, NEXT + 5000, new Uint8Array(333));
    const path = file('noisy', noisy);
    const expected = outcomeOf(await tcploom([...options, path]));
    assert.equal(expected.code, 1);
    for (const form of [
      ['--workers', '1', '--block-size', '64K'],
      ['--workers', '3', '--block-size', '77777'],
      ['--workers', '8', '--block-size', '16M'],
    ]) {
      assert.deepEqual(outcomeOf(await tcploom([...options, ...form, path])), expected, form.join(' '));
    }
  });

  it('changes nothing where nothing is damaged', async () => {
    for (const path of ['datasets/lossy.pcap', 'datasets/ipv6-nano.pcap', file('whole.pcapng', NG)]) {
      const usual = await tcploom([...options.slice(0, 2), path]);
      assert.deepEqual(outcomeOf(await tcploom([...options, path])), outcomeOf(usual), path);
    }
  });
});
