/**
 * Names with bytes that speak to a terminal: none of them reaches one, wherever a name is printed.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { parseDumpcapList } from '../../src/feed/interfaces.js';
import { tcploom, temporaryFolder } from '../support/launch.js';
import { connectionFile, SHOW_ALL } from '../support/small-capture.js';

/** Clears a screen, rings, goes to a new line, erases; U+009B is one byte's escape in an 8-bit terminal. */
const NASTY = 'a\x1b[2J\x07\r\nb\x7f\x1fc\u009b';
const SHOWN = 'a\\x1b[2J\\x07\\x0d\\x0ab\\x7f\\x1fc\\x9b';
const FOLDER = temporaryFolder();
const WHOLE = join(FOLDER, `${NASTY}.pcap`);
const CUT = join(FOLDER, `cut ${NASTY}.pcap`);
const PROGRAMS = join(FOLDER, 'bin');

before(() => {
  const file = connectionFile();
  writeFileSync(WHOLE, file);
  writeFileSync(CUT, file.subarray(0, file.length - 3));
  writeFileSync(join(FOLDER, `empty ${NASTY}`), '');
  mkdirSync(join(FOLDER, `folder ${NASTY}`));
  mkdirSync(PROGRAMS);
  // As the capturing programs do, it quotes the device.
  writeFileSync(join(PROGRAMS, 'tcpdump'), `#!/bin/sh\nprintf 'tcpdump: %s: No such device\\n' "$2" >&2\nexit 1\n`, {
    mode: 0o755,
  });
  const list = `1. ${NASTY.replace(/\s/g, '')}\\t\\t\\033]0;title\\007\\t0\\t\\tnetwork\\n`;
  writeFileSync(join(PROGRAMS, 'dumpcap'), `#!/bin/sh\nprintf '${list}'\n`, { mode: 0o755 });
});

const CASES: readonly [what: string, args: () => string[], isShown?: boolean][] = [
  ['a capture', () => [...SHOW_ALL, WHOLE]],
  ['a capture in colour', () => ['--color', '1', ...SHOW_ALL, WHOLE]],
  ['several', () => [...SHOW_ALL, WHOLE, WHOLE]],
  ['a cut capture', () => [...SHOW_ALL, CUT]],
  ['a missing one', () => [join(FOLDER, `missing ${NASTY}`)]],
  ['an empty one', () => [join(FOLDER, `empty ${NASTY}`)]],
  ['a folder', () => [join(FOLDER, `folder ${NASTY}`)]],
  ['a folder without files', () => ['--recursive', join(FOLDER, `folder ${NASTY}`)]],
  ['a list', () => ['--files-from', join(FOLDER, `missing ${NASTY}`)]],
  ['a device', () => ['--interface', NASTY]],
  ['info', () => ['info', WHOLE, CUT]],
  ['info as columns', () => ['info', '--tsv', WHOLE, CUT]],
  ['filter: its output', () => ['filter', '', WHOLE, '-w', join(FOLDER, `folder ${NASTY}`)]],
  ['filter: its own output', () => ['filter', '', WHOLE, '-w', WHOLE]],
  ['miruo', () => ['miruo', '-C0', '--all', '-f', CUT]],
  ['a filter', () => ['--filter', `host ${NASTY}`, WHOLE], false],
  ['a filter file', () => ['--filter-file', NASTY, WHOLE]],
  ['an option', () => [`--${NASTY}`, WHOLE]],
  ['an abbreviated option', () => ['miruo', `--${NASTY}`, '-f', WHOLE]],
  ['a number', () => ['--view-data', NASTY, WHOLE]],
  ['a choice', () => ['--syn', NASTY, WHOLE]],
  ['a moment', () => ['--from', NASTY, WHOLE]],
  ['a link type', () => ['--user-dlt', `0=${NASTY}`, WHOLE]],
  ['a command', () => ['help', NASTY]],
  ['interfaces', () => ['interfaces'], false],
];

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[3[1-69]m`, 'g');

/** Control characters of a text, but for those `expected`. */
function controlsIn(text: string, expected: string): string[] {
  const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);
  return [...text].filter((char) => isControl(char.codePointAt(0)!) && !expected.includes(char));
}

describe('bytes that speak to a terminal', () => {
  for (const [what, args, isShown = true] of CASES) {
    it(`are escaped: ${what}`, async () => {
      const env = { ...process.env, PATH: `${PROGRAMS}:${process.env.PATH}` };
      const { stdout, stderr } = await tcploom(args(), { env });
      const text = Buffer.from(stdout + stderr, 'latin1').toString('utf8');
      const plain = what.endsWith('in colour') ? text.replaceAll(COLOUR, '') : text;
      assert.deepEqual(controlsIn(plain, what === 'info as columns' ? '\n\t' : '\n'), []);
      // A new line would be one of the name's own.
      assert.doesNotMatch(plain, /^b/m);
      assert.ok(text.length > 0);
      if (isShown) assert.match(text, /a\\x1b\[2J\\x07/);
    });
  }

  it('are those of the whole name', async () => {
    const { stdout } = await tcploom([...SHOW_ALL, WHOLE]);
    assert.equal(Buffer.from(stdout, 'latin1').toString('utf8').split('\n')[0], `reading from ${FOLDER}/${SHOWN}.pcap`);
  });

  it('may be in the name of a device, of which the list is made', () => {
    assert.equal(parseDumpcapList('1. a\x1bb\t\t\t0\t\tnetwork\n')[0].name, 'a\x1bb');
  });
});
