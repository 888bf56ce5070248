/**
 * Addresses that are not to be shown: what becomes a key, what is refused, and all that is shown beside the lines of packets.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { addressKey } from '../../src/cli/address-key.js';
import { anonymousInterface, refuseShownAddresses } from '../../src/cli/anonymous.js';
import { oneWayHint } from '../../src/cli/filter-hint.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { renderTitle } from '../../src/monitor/process-title.js';
import { parseSessionFilter } from '../../src/tcpeek/filter-text.js';
import type { TcpeekOptions } from '../../src/tcpeek/options.js';
import { assertMessages, tcploom, temporaryFolder } from '../support/launch.js';
import { BlockCrafter, concat } from '../support/pcapng-craft.js';

const FOLDER = temporaryFolder();
const DIGITS = '000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F';
const CAPTURE = 'datasets/refused-and-unanswered.pcap';

const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');

describe('the key of --anonymize', () => {
  it('is 64 hexadecimal digits', () => assert.equal(hex(addressKey(DIGITS)), DIGITS.toLowerCase()));

  it('comes from a passphrase, always the same', () => {
    // scrypt (RFC 7914) by another implementation: hashlib.scrypt(b'kopfsalat', salt=b'tcploom --anonymize 1', n=16384, r=8, p=1, dklen=32)
    assert.equal(hex(addressKey('kopfsalat')), '10d78944613afe29ba91ef183cf0fdf76b041a80a23f84d8cef004b9c1e250fb');
    assert.notEqual(hex(addressKey(DIGITS.slice(1))), DIGITS.toLowerCase().slice(1));
  });

  it('is in a file, with an end of line or without', () => {
    for (const text of [DIGITS, 'kopfsalat', ' with blanks ']) {
      for (const end of ['', '\n', '\r\n']) {
        const file = join(FOLDER, 'key');
        writeFileSync(file, text + end);
        assert.equal(hex(addressKey(`@${file}`)), hex(addressKey(text)));
      }
    }
  });

  for (const [given, content, message] of [
    ['', undefined, /needs a key/],
    ['@', undefined, /^the key file : no such file$/],
    ['@missing', undefined, /^the key file .*missing: no such file$/],
    ['@empty', '\n', /^the key file .* is empty$/],
    ['@lines', 'a\nb\n', /^the key file .* has several lines, expected one$/],
  ] as const) {
    it(`is not ${JSON.stringify(given)}`, () => {
      const file = join(FOLDER, given.slice(1));
      if (content !== undefined) writeFileSync(file, content);
      const value = given.length > 1 ? `@${file}` : given;
      assert.throws(
        () => addressKey(value),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('is in no title of a process, however the option is written', () => {
    for (const [args, shown] of [
      [['--anonymize', 'secret', 'a.pcap'], '--anonymize *** a.pcap'],
      [['--anonymize=secret', 'a.pcap'], '--anonymize=*** a.pcap'],
      [['miruo', '-anon', 'secret', '-f', 'a.pcap'], 'miruo -anon *** -f a.pcap'],
      [['miruo', '-anon=secret\nmore'], 'miruo -anon=***'],
      [['tcpeek', '--a', 'secret'], 'tcpeek --a ***'],
      [['--anonymize', '@key', 'a.pcap'], '--anonymize @key a.pcap'],
      [['--anonymize=@key', 'a.pcap'], '--anonymize=@key a.pcap'],
      [['-o', 'miruo', '--all', 'a.pcap'], '-o miruo --all a.pcap'],
      [['--andromeda', 'a.pcap'], '--andromeda a.pcap'],
    ] as const) {
      assert.equal(renderTitle(undefined, args), `tcploom - ${shown}`);
    }
  });
});

describe('--anonymize', () => {
  it('is refused where packets are written', async () => {
    for (const args of [
      ['filter', 'tcp', CAPTURE, '-c'],
      ['extract', '--sessions', '0', '-w', join(FOLDER, 'out.pcap'), CAPTURE],
    ]) {
      const run = await tcploom([...args, '--anonymize', 'key']);
      assert.deepEqual([run.code, run.stdout], [2, '']);
      assertMessages(run.stderr, [
        /^tcploom: (filter|extract) writes packets as they are, and they hold their addresses/,
      ]);
    }
  });

  it('goes without HTTP', async () => {
    for (const args of [
      ['--dpi-mode', 'http', CAPTURE],
      ['miruo', '-m', 'http:%', '-f', CAPTURE],
    ]) {
      const command =
        args[0] === 'miruo' ? ['miruo', '--anonymize', 'key', ...args.slice(1)] : ['--anonymize', 'key', ...args];
      const run = await tcploom(command);
      assert.deepEqual([run.code, run.stdout], [2, '']);
      assertMessages(run.stderr, [/^tcploom: --anonymize goes without HTTP/]);
    }
    refuseShownAddresses({ dpiMode: 'tcp' }, undefined);
  });

  it('goes without addresses as names of session filters', () => {
    const optionsOf = (name: string): TcpeekOptions =>
      ({ filters: [parseSessionFilter(`${name}:RX@10.1.2.3:80`)] }) as Partial<TcpeekOptions> as TcpeekOptions;
    for (const name of ['10.1.2.3', 'host-10.1.2.3', '00-11-22-aa-bb-cc']) {
      assert.throws(() => refuseShownAddresses({}, optionsOf(name)), UsageError, name);
    }
    for (const name of ['', 'web', 'v1.2.3', '10']) refuseShownAddresses({}, optionsOf(name));
  });

  it('tells a key that is none to info too', async () => {
    const run = await tcploom(['info', '--anonymize', `@${FOLDER}/nowhere`, CAPTURE]);
    assert.deepEqual([run.code, run.stdout], [2, '']);
  });

  it('shows filters on the original addresses their packets, and no hint with one', async () => {
    const filter = 'src host 10.66.0.1 and tcp';
    const plain = await tcploom(['--filter', filter, '--live', '-o', 'miruo', 'datasets/lossy.pcap']);
    const run = await tcploom([
      '--anonymize',
      DIGITS,
      '--filter',
      filter,
      '--live',
      '-o',
      'miruo',
      'datasets/lossy.pcap',
    ]);
    assert.equal(run.stdout.split('\n').length, plain.stdout.split('\n').length);
    assert.ok(plain.stdout.includes('10.66.0.1'));
    assertMessages(plain.stderr, [/: try 'host 10\.66\.0\.1 and tcp'$/]);
    assertMessages(run.stderr, [/: try one that selects both, as 'port 80'$/]);
    assert.doesNotMatch(run.stdout + run.stderr, /\b10\.66\.0\.[12]\b/);
    assert.doesNotMatch(oneWayHint(undefined), /\d+\.\d+\.\d+\.\d+/);
  });

  it('takes session filters and local addresses for the originals', async () => {
    const args = [
      'tcpeek',
      '--local',
      '10.66.0.2',
      '-r',
      'datasets/lossy.pcap',
      'web:RX@10.66.0.1:80',
      'none:RX@10.9.9.9:80',
    ];
    const [plain, run] = await Promise.all([tcploom(args), tcploom([...args, '--anonymize', DIGITS])]);
    assert.deepEqual([plain.code, run.code], [0, 0]);
    const summary = (text: string): string => text.slice(text.indexOf('==='));
    assert.match(summary(plain.stdout + plain.stderr), / web\n {3}Success: [1-9]/);
    assert.equal(summary(run.stderr), summary(plain.stderr));
    assert.doesNotMatch(run.stdout + run.stderr, /\b10\.66\.0\.[12]\b/);
  });
});

describe('an interface that is described', () => {
  const TEXT = new TextEncoder();
  const craft = new BlockCrafter('LE');

  function fileOf(name: string): string {
    const path = join(FOLDER, 'interface.pcapng');
    const options = [
      { code: 2, value: TEXT.encode(name) },
      { code: 11, value: Uint8Array.of(0, ...TEXT.encode('host 10.1.2.3')) },
    ];
    const head = concat(craft.u16(1, 0), craft.u32(65_535), craft.options(options));
    writeFileSync(path, concat(craft.section(), craft.block(1, head)));
    return path;
  }

  it('shows no address, in its name or its filter', async () => {
    for (const name of [
      'rpcap://10.1.2.3/eth0',
      'rpcap://[2001:db8::1]/eth0',
      'Bluetooth 00:11:22:33:44:55',
      'br-00-11-22-33-44-55',
    ]) {
      const run = await tcploom(['info', '--anonymize', 'key', fileOf(name)]);
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stdout, /^Interface +not shown with --anonymize, EN10MB/m);
      assert.match(run.stdout, /^ +filter: not shown with --anonymize$/m);
      assert.doesNotMatch(run.stdout, /10\.1\.2\.3|2001:db8|33.44/);
    }
  });

  it('keeps a name without one, and all of it without the option', async () => {
    assert.match((await tcploom(['info', '--anonymize', 'key', fileOf('eth0')])).stdout, /^Interface +eth0, EN10MB/m);
    assert.match((await tcploom(['info', fileOf('eth0')])).stdout, /^ +filter: host 10\.1\.2\.3$/m);
    const face = { linkType: 1, snaplen: 0, timeUnit: 'us', addresses: [], packets: 0 } as const;
    const counts = { received: undefined, droppedByInterface: undefined, droppedBySystem: undefined };
    assert.deepEqual(anonymousInterface({ ...face, ...counts }), {
      ...face,
      ...counts,
      name: undefined,
      filter: undefined,
    });
  });
});
