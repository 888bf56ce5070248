/**
 * Every result of a run with other addresses in place of those of packets: which stands for which is taken from the sessions of a run with the addresses
 * as they are, and then has to be all that differs, in every format, and to keep networks together. Usually a sample of captures; all of the
 * corpus with TCPLOOM_ALL_CAPTURES=1. test/corpus/anonymize.test.ts has further forms of sessions and handshakes.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { parseDotted, parseIp6 } from '../../src/filter/address-text.js';
import { corpusFiles, corpusMissing } from '../support/corpus.js';
import { LIMIT_MS, steady, tcploom, temporaryFolder } from '../support/launch.js';
import { missing } from '../support/programs.js';
import { addressesOfPackets } from '../support/tshark-addresses.js';

const skip = corpusMissing || missing('tshark');
const WHOLE = process.env.TCPLOOM_ALL_CAPTURES === '1';
/** IPv4 and IPv6, tags, PPPoE, tunnels, fragments, HTTP with addresses for names of hosts, what is quoted in ICMP. */
const SAMPLE = [
  ...['wikipedia.pcap', 'four_ipv6_http_streams.pcap', 'pppoe-over-qinq.pcap', '6in4tunnel.pcap', 'gre-sample.pcap'],
  ...['socks5-http-302-frag.pcap', 'ipv6-http-atomic-frag.pcap', 'mixed-vlan-mpls.pcap', 'nanosecs_big_endian.pcap'],
];
/** Captures that one process goes through. */
const AT_ONCE = 12;

const FORMATS = ['ndjson', 'csv', 'parquet', 'conn', 'conn-json', 'packets', 'packets-tsv', 'miruo', 'tcpeek'] as const;
const OPTIONS = ['--http', '--analysis', '--all', '--unfinished', '--icmp'];
const KEY = '0ddba11'.repeat(9).concat('1');
const OTHER_KEY = 'b0a7'.repeat(16);

/** Any address. */
const ADDRESS = /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4}:[\da-f:]*:[\da-f.]{0,15})(?![\w.:])/g;
/** What an address has beside it in lines of sessions. */
const PORT = /(?<=(?<![\w.:])\d{1,3}(?:\.\d{1,3}){3}):(?=\d)/g;
/** Community IDs, and uids of connections: hashes of endpoints. */
const HASH = /\b1:[A-Za-z\d+/]{27}=|\bC[A-Za-z\d]{17}\b/g;

/** Of sessions, the last column but one. */
const HOST_OF_JSON = /("http_host":)"(?:[^"\\]|\\.)*"/g;
const HOST_OF_CSV = /(,[A-Z]{1,20},)(?:"(?:[^"]|"")*"|[^,\r\n]*),(\d*\r)$/gm;

type Results = ReadonlyMap<string, Buffer>;
type Row = Readonly<Record<string, unknown>>;

const FOLDER = temporaryFolder();
let runs = 0;

/** Of captures without a segment of TCP there is no file of handshakes. */
const contentOf = (path: string): Buffer => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0));

/** What a run with all formats puts into files, and what it says. */
async function resultsOf(paths: readonly string[], ...options: readonly string[]): Promise<Results> {
  const folder = join(FOLDER, String(runs++));
  mkdirSync(folder);
  const outputs = FORMATS.flatMap((format) => ['-o', `${format}=${join(folder, format)}`]);
  const run = await tcploom([...OPTIONS, ...options, ...outputs, ...paths], { timeout: LIMIT_MS });
  const results = new Map<string, Buffer>(FORMATS.map((format) => [format, contentOf(join(folder, format))]));
  results.set('what is said', Buffer.from(steady(run.stdout + run.stderr)));
  return results;
}

/** Bits of an address, as a text of digits. */
function bitsOf(address: string): string {
  const words = parseIp6(address) ?? [parseDotted(address)!.value];
  return words.map((word) => (word >>> 0).toString(2).padStart(32, '0')).join('');
}

function sharedBits(a: string, b: string): number {
  let bits = 0;
  while (bits < a.length && a[bits] === b[bits]) bits++;
  return bits;
}

const rowsOf = (ndjson: Buffer): Row[] =>
  ndjson
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Which address stands for which: each for one, and as near to each other as those. */
function imagesOf(plain: readonly Row[], mapped: readonly Row[]): Map<string, string> {
  assert.equal(plain.length, mapped.length);
  const images = new Map<string, string>();
  plain.forEach((row, index) => {
    for (const name of ['src', 'dst']) {
      const [address, image] = [row[name] as string, mapped[index][name] as string];
      assert.equal(images.get(address) ?? image, image, `${address} has two`);
      images.set(address, image);
    }
  });
  assert.equal(new Set(images.values()).size, images.size, 'one stands for two');
  const pairs = [...images].map(([address, image]) => [bitsOf(address), bitsOf(image)]).toSorted();
  // In order, what is shared with the next one decides what is shared with any.
  for (let i = 1; i < pairs.length; i++) {
    const [[address, image], [before, imageBefore]] = [pairs[i], pairs[i - 1]];
    assert.equal(image.length, address.length);
    if (before.length === address.length) assert.equal(sharedBits(image, imageBefore), sharedBits(address, before));
  }
  return images;
}

/** Version 1 of the specification, seed 0, apart from the product's. */
function communityId(row: Row): string {
  const end = (name: string): Buffer => {
    const bytes = bitsOf(row[name] as string)
      .match(/.{8}/g)!
      .map((bits) => Number.parseInt(bits, 2));
    const port = row[`${name}_port`] as number;
    return Buffer.from([...bytes, port >>> 8, port & 0xff]);
  };
  const [low, high] = [end('src'), end('dst')].toSorted(Buffer.compare);
  const ofAddress = (side: Buffer): Buffer => side.subarray(0, -2);
  const parts = [
    Buffer.alloc(2),
    ofAddress(low),
    ofAddress(high),
    Buffer.from([6, 0]),
    low.subarray(-2),
    high.subarray(-2),
  ];
  return `1:${createHash('sha1').update(Buffer.concat(parts)).digest('base64')}`;
}

/** Without what the command line names. */
const withoutNames = (text: string, paths: readonly string[]): string =>
  paths
    .reduce((left, path) => left.replaceAll(path, 'FILE'), text)
    .replaceAll(new RegExp(`${FOLDER}\\S*`, 'g'), 'PLACE');

/** Columns are as wide as addresses are; hosts are left out. */
const comparable = (text: string): string =>
  text
    .replaceAll(HASH, 'HASH')
    .replaceAll(HOST_OF_JSON, '$1null')
    .replaceAll(HOST_OF_CSV, '$1,$2')
    .replaceAll(/ +/g, '');

describe('all results with --anonymize', { skip }, () => {
  const paths = (skip ? [] : corpusFiles())
    .map(({ path }) => path)
    .filter((path) => WHOLE || SAMPLE.includes(basename(path)));

  let hosts = 0;
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const chosen = paths.slice(from, from + AT_ONCE);
    it(`of ${chosen.length} captures from ${basename(chosen[0])} on`, async (t) => {
      const [plain, mapped] = await Promise.all([
        resultsOf(chosen, '--workers', '1'),
        resultsOf(chosen, '--workers', '2', '--anonymize', KEY),
      ]);
      const [again, other] = await Promise.all([
        resultsOf(chosen, '--workers', '1', '--anonymize', KEY),
        resultsOf(chosen, '--workers', '2', '--anonymize', OTHER_KEY),
      ]);
      const rows = rowsOf(mapped.get('ndjson')!);
      const images = imagesOf(rowsOf(plain.get('ndjson')!), rows);
      hosts += rowsOf(plain.get('ndjson')!).filter((row) =>
        String(row.http_host).replaceAll(PORT, ' ').match(ADDRESS),
      ).length;
      for (const row of rows) assert.deepEqual([row.community_id, row.http_host], [communityId(row), null]);

      const hashes = new Set([...plain.values()].flatMap((bytes) => bytes.toString('latin1').match(HASH) ?? []));
      const originals = new Set([...images.keys(), ...chosen.flatMap((path) => [...addressesOfPackets(path)])]);
      const standing = new Set(images.values());
      for (const [what, bytes] of mapped) {
        const where = `${what} of ${chosen[0]} and so on`;
        if (what !== 'what is said') assert.ok(bytes.equals(again.get(what)!), `${where}: not the same again`);
        const text = withoutNames(bytes.toString('latin1'), chosen);
        for (const [hash] of text.matchAll(HASH))
          assert.ok(!hashes.has(hash), `${where}: ${hash} is that of originals`);
        // An address that stands for another may be one that is in the capture as well.
        for (const [address] of text.replaceAll(PORT, ' ').matchAll(ADDRESS)) {
          assert.ok(standing.has(address) || !originals.has(address), `${where}: ${address}`);
        }
        if (what === 'parquet') continue;
        const before = withoutNames(plain.get(what)!.toString('latin1'), chosen).replaceAll(PORT, ' ');
        const expected = before.replaceAll(ADDRESS, (address) => images.get(address) ?? address);
        const [ours, theirs] = [text.replaceAll(PORT, ' '), expected].map((each) => comparable(each).split('\n'));
        const at = theirs.findIndex((line, index) => line !== ours[index]);
        assert.deepEqual([ours.length, ours[at]], [theirs.length, theirs[at]], where);
      }
      for (const format of FORMATS) {
        const differs = !mapped.get(format)!.equals(other.get(format)!);
        assert.ok(
          differs || !plain.get(format)!.toString('latin1').match(ADDRESS),
          `${format}: the same with another key`,
        );
      }
      const { buffer, byteOffset, byteLength } = mapped.get('parquet')!;
      const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
      const read = (await parquetReadObjects({ file })) as Row[];
      const told = ['session', 'community_id', 'src', 'dst', 'http_host', 'http_method'] as const;
      const ofTold = (row: Row): unknown[] => told.map((name) => (name === 'session' ? Number(row[name]) : row[name]));
      assert.deepEqual(read.map(ofTold), rows.map(ofTold));
      for (const value of read.flatMap((row) => Object.entries(row)).filter(([name]) => !name.endsWith('file'))) {
        for (const [address] of String(value[1]).matchAll(ADDRESS)) {
          assert.ok(standing.has(address) || !originals.has(address), `${value[0]} has ${address}`);
        }
      }
      t.diagnostic(`${images.size} addresses in sessions, ${originals.size} in packets, ${rows.length} sessions`);
    });
  }

  it('is of hosts with an address for a name, too', () => assert.ok(hosts > 0));
});
