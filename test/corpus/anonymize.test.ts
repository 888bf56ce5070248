/**
 * Results with other addresses in place of those of packets: no original one is left in anything that is said, and all else is as it
 * was. Usually a sample of captures; all of the corpus with TCPLOOM_ALL_CAPTURES=1.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseDotted, parseIp6 } from '../../src/filter/address-text.js';
import { AddressMapper } from '../../src/text/crypto-pan.js';
import { ipv4Text, ipv6Text } from '../../src/wire/address.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { type Ended, LIMIT_MS, steady } from '../support/launch.js';
import { runEach } from '../support/outcomes.js';
import { missing } from '../support/programs.js';
import { addressesOfPackets } from '../support/tshark-addresses.js';

const KEY = '5ca1ab1e'.repeat(8);
const OTHER_KEY = 'c0ffee11'.repeat(8);
/** Every kind of line: sessions as they end, segments as they come, handshakes and notes about packets, short lines with ids of nothing. */
const FORMS: readonly (readonly string[])[] = [
  ['--all', '--unfinished', '--view-data', '2', '--icmp', '--checksum', '2'],
  ['--live', '--unfinished', '--icmp'],
];

/** `address:port` as lines have it. */
const ENDPOINT = /(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?=:\d)/g;
/** Any address, in what is said and in what others say. */
const ADDRESS = /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}:[\da-f:]*:[\da-f]{0,4})(?![\w.:])/g;

const isAll = process.env.TCPLOOM_ALL_CAPTURES === '1';
/** One in so many captures. */
const SAMPLE = 32;
/** Captures that one process goes through. */
const AT_ONCE = 12;

const mapper = new AddressMapper(Uint8Array.from(Buffer.from(KEY, 'hex')));

function imageOf(address: string): string {
  if (!address.startsWith('[')) return ipv4Text(mapper.v4(parseDotted(address)!.value | 0));
  const words = [...parseIp6(address.slice(1, -1))!];
  mapper.v6(words);
  return `[${ipv6Text(words)}]`;
}

/** What is printed and said, without the name of the input and the process's own figures. */
const textOf = ({ stdout, stderr }: Ended, path: string): string =>
  `${stdout}${steady(stderr)}`.replaceAll(path, 'FILE');

/** Columns are as wide as addresses are. */
const withoutBlanks = (text: string): string => text.replace(/ +/g, '');

/** The first difference is told, not thousands of lines. */
function assertSameLines(shown: string, expected: string, what: string): void {
  const [ours, theirs] = [shown, expected].map((text) => withoutBlanks(text).split('\n'));
  const at = theirs.findIndex((line, index) => line !== ours[index]);
  if (at >= 0) assert.equal(ours[at], theirs[at], `${what}: line ${at + 1}`);
  assert.equal(ours.length, theirs.length, what);
}

const addressesOf = (text: string): Set<string> =>
  new Set((text.match(ADDRESS) ?? []).filter((word) => parseDotted(word) ?? parseIp6(word)));

describe('with --anonymize', () => {
  async function check(paths: readonly string[], inputs: ReadonlyMap<string, ReadonlySet<string>>): Promise<number> {
    let addresses = 0;
    for (const form of FORMS) {
      const [plain, mapped] = await Promise.all([
        runEach([...form, '--workers', '1'], paths, LIMIT_MS),
        runEach([...form, '--workers', '2', '--anonymize', KEY], paths, LIMIT_MS),
      ]);
      paths.forEach((path, index) => {
        const text = textOf(plain[index], path);
        const shown = textOf(mapped[index], path);
        const images = new Set<string>();
        const expected = text.replace(ENDPOINT, (address) => {
          const image = imageOf(address);
          images.add(image.replace(/[[\]]/g, ''));
          return image;
        });
        assertSameLines(shown, expected, `${path} ${form.join(' ')}`);
        const originals = new Set([...addressesOf(text), ...(inputs.get(path) ?? [])]);
        for (const address of addressesOf(shown)) {
          assert.ok(images.has(address) || !originals.has(address), `${path} ${form.join(' ')}: ${address} is shown`);
        }
        addresses += images.size;
      });
    }
    return addresses;
  }

  test("this project's captures", async () => {
    const paths = ['ipv6-nano.pcap', 'lossy.pcap', 'refused-and-unanswered.pcap'].map((name) => join('datasets', name));
    assert.ok((await check(paths, new Map())) > 5);
  });

  const skip = corpusMissing || missing('tshark');
  const chosen = skip ? [] : corpusFiles().filter((_, index) => isAll || index % SAMPLE === 0);
  for (let from = 0; from < chosen.length; from += AT_ONCE) {
    const paths = chosen.slice(from, from + AT_ONCE).map(({ path }) => path);
    test(`the corpus: ${paths.length} captures from ${chosen[from].name} on`, async (t) => {
      const found = await check(paths, new Map(paths.map((path) => [path, addressesOfPackets(path)])));
      t.diagnostic(`${found} addresses shown`);
    });
  }

  test('the corpus was looked at', { skip }, () => assert.ok(chosen.length > 4));

  test('another key shows other addresses, and reports and info none', async () => {
    const path = join('datasets', 'lossy.pcap');
    const run = async (...options: string[]): Promise<string> => textOf((await runEach(options, [path]))[0], path);
    const [plain, mapped, other] = await Promise.all([
      run('--all'),
      run('--all', '--anonymize', KEY),
      run('--all', '--anonymize', OTHER_KEY),
    ]);
    const shownIn = (text: string): Set<string> => new Set(text.match(ENDPOINT));
    const all = [plain, mapped, other].flatMap((text) => [...shownIn(text)]);
    assert.ok(all.length > 3 && new Set(all).size === all.length, all.join(' '));
    const told = await Promise.all([
      run('-o', 'report=-', '--report-format', 'machine', '--report-time', 'pcap', '--anonymize', KEY),
      run('info', '--anonymize', KEY),
      run('info', '--tsv', '--anonymize', KEY),
    ]);
    for (const text of told) assert.deepEqual([...addressesOf(text)], []);
  });
});
