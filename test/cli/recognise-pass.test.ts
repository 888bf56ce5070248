/**
 * Which command lines are passes of tcploom over packets, and which only have its name in them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ProcessFacts, recognisePass } from '../../src/cli/recognise-pass.js';
import { renderTitle } from '../../src/monitor/process-title.js';

const BUILT = '/opt/tcploom/dist/bin/tcploom.js';
const PATHS: Readonly<Record<string, string>> = {
  [BUILT]: BUILT,
  'tcploom.js': BUILT,
  '/usr/bin/tcploom': BUILT,
  '/usr/bin/loom': BUILT,
  '/home/tcploom': '/home/tcploom',
  '/home/tcploom.js': '/home/tcploom.js',
};
const SEEN: ProcessFacts = { program: () => '/usr/bin/node', realPath: (path) => PATHS[path] };
const UNSEEN: ProcessFacts = { program: () => undefined, realPath: () => undefined };

const line = (...args: string[]): string => args.map((arg) => `${arg}\0`).join('');
const LAUNCHED = ['node', '--inspect-port=255.255.255.255:0', '--inspect-publish-uid=http'];

describe('a pass', () => {
  for (const [words, args, facts] of [
    ['a.pcap', [...LAUNCHED, '/usr/bin/tcploom', 'a.pcap'], SEEN],
    ['a.pcap', [...LAUNCHED, '/usr/bin/tcploom', 'a.pcap'], UNSEEN],
    ['a.pcap', ['/usr/local/bin/node', BUILT, 'a.pcap'], SEEN],
    ['a.pcap', ['node20', BUILT, 'a.pcap'], UNSEEN],
    ['a.pcap', ['nodejs', 'tcploom.js', 'a.pcap'], SEEN],
    ['a.pcap', ['node', 'bin/tcploom.js', 'a.pcap'], UNSEEN],
    ['a.pcap', ['node', '/usr/bin/loom', 'a.pcap'], SEEN],
    ['a.pcap', ['node', '-r', '/x/bin/tcploom.js', '--no-warnings', BUILT, 'a.pcap'], SEEN],
    ['a.pcap', ['node', '--', BUILT, 'a.pcap'], SEEN],
    ['', ['node', BUILT], SEEN],
    ['run plot', ['node', BUILT, 'run', 'plot'], SEEN],
    ['filter  a\\x0ab.pcap -c ', ['node', BUILT, 'filter', '', 'a\nb.pcap', '-c', ''], SEEN],
    ['-- --help', ['node', BUILT, '--', '--help'], SEEN],
    ...['miruo', 'tcpeek', 'info'].map((command) => [command, ['node', BUILT, command], SEEN] as const),
  ] as const) {
    it(`${args.join(' ')}${facts === UNSEEN ? ', of another' : ''}`, () => {
      assert.deepEqual(recognisePass(line(...args), facts), { percent: undefined, words });
    });
  }

  it('with a title', () => {
    const title = `${renderTitle(42.4, ['-o', 'miruo', 'a.pcap'])}\0\0\0`;
    const pass = { percent: 42.4, words: '-o miruo a.pcap' };
    assert.deepEqual(recognisePass(title, SEEN), pass);
    assert.deepEqual(recognisePass(title, UNSEEN), pass);
    assert.deepEqual(recognisePass(title, { ...SEEN, program: () => '/opt/node (deleted)' }), pass);
  });

  it('with a title that ends within a character', () => {
    const bytes = Buffer.from(renderTitle(1, ['größe']));
    const text = Buffer.concat([bytes.subarray(0, bytes.length - 3), Buffer.alloc(9)]).toString();
    assert.deepEqual(recognisePass(text, SEEN), { percent: 1, words: 'gr\u00f6' });
  });
});

describe('no pass', () => {
  for (const args of [
    ['node', BUILT, 'plot', 'a.tsv'],
    ['node', BUILT, 'stat'],
    ['node', BUILT, 'peekstat'],
    ['node', BUILT, 'interfaces'],
    ['node', BUILT, 'help', 'run'],
    ['node', BUILT, '-h'],
    ['node', BUILT, 'info', '--help'],
    ['node', BUILT, '--version'],
    ['node', '-e', BUILT, BUILT],
    ['node', '--eval=1', BUILT],
    ['node', '/home/tcploom', 'a.pcap'],
    ['node', '/home/tcploom.js', 'a.pcap'],
    ['node', '/usr/bin/npx', 'tcploom', 'a.pcap'],
    ['node', 'bin/start.mjs', 'a.pcap'],
    ['node', '--test'],
    ['node', '--'],
    ['node', ''],
    ['sh', '/usr/bin/tcploom', 'a.pcap'],
    ['sudo', 'tcploom', 'a.pcap'],
    ['vim', BUILT],
    ['tcploom', 'a.pcap'],
    ['nodes', BUILT, 'a.pcap'],
  ]) {
    it(args.join(' '), () => assert.equal(recognisePass(line(...args), SEEN), undefined));
  }

  it('a title of another program', () => {
    for (const title of ['npm exec tcploom a.pcap', 'tcploom', 'vim tcploom']) {
      assert.equal(recognisePass(`${title}\0\0`, { ...SEEN, program: () => '/usr/bin/vim' }), undefined);
    }
    assert.equal(recognisePass('npm exec tcploom a.pcap\0\0', SEEN), undefined);
    assert.equal(recognisePass('', SEEN), undefined);
  });
});
