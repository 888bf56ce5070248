/**
 * The mixed capture of the benchmark: the same bytes from the same captures, whole for whoever reads it, with what is rare in each of them.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type MixSummary, mix, type Source } from '../../datasets/mix.js';
import { isInstalled } from '../bench/measure.js';
import { chooseSources, readSources } from '../bench/mixed-sources.js';

const TCPLOOM = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const BYTES = 3_000_000;

function mixed(sources: readonly Source[], seed: number): { bytes: Buffer; summary: MixSummary } {
  const chunks: Buffer[] = [];
  const summary = mix(sources, { bytes: BYTES, seed }, (chunk) => chunks.push(Buffer.from(chunk)));
  return { bytes: Buffer.concat(chunks), summary };
}

function tcploom(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TCPLOOM, ...args], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

describe('a mixed capture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-mix-'));
  const path = join(folder, 'mixed.pcap');
  let sources: Source[] = [];
  let made: ReturnType<typeof mixed>;
  before(() => {
    // Of the project's own captures alone: what lies beside the checkout is not the same everywhere.
    sources = readSources(chooseSources(join(folder, 'no-such-folder')));
    made = mixed(sources, 1);
    writeFileSync(path, made.bytes);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is the same for the same seed, and another for another', () => {
    // The captures are not changed by being copied.
    assert.ok(mixed(sources, 1).bytes.equals(made.bytes));
    assert.ok(!mixed(sources, 2).bytes.equals(made.bytes));
  });

  it('has the length that was asked for, and tells it', () => {
    assert.equal(made.bytes.length, made.summary.bytes);
    assert.ok(made.summary.bytes >= BYTES && made.summary.bytes < BYTES + 70_000, String(made.summary.bytes));
    assert.ok(made.summary.copies > sources.length);
  });

  it('is read to its end, in the order of time', () => {
    const [head, row] = tcploom('info', '--tsv', path).split('\n');
    const names = head.split('\t');
    const cell = (name: string): string => row.split('\t')[names.indexOf(name)];
    assert.equal(cell('packets'), String(made.summary.packets));
    assert.equal(cell('out-of-order packets'), '0');
    assert.equal(cell('damage'), '');
  });

  it('has as many packets for capinfos', { skip: !isInstalled('capinfos') && 'capinfos is not installed' }, () => {
    const { status, stdout, stderr } = spawnSync('capinfos', ['-c', '-M', '-T', '-r', path], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trimEnd().split('\t').at(-1), String(made.summary.packets));
  });

  for (const [what, expression] of [
    ['IPv6', 'ip6'],
    ['VLANs', 'vlan'],
    ['VLANs in VLANs', 'vlan and vlan'],
    ['VXLAN', 'udp port 4789'],
    ['GRE', 'ip proto 47'],
    ['IP in IP', 'ip proto 4'],
    ['IPv6 in IP', 'ip proto 41'],
    ['later fragments', 'ip[6:2] & 0x1fff != 0'],
    ['ARP', 'arp'],
  ]) {
    it(`has ${what}`, () => assert.ok(Number(tcploom('filter', expression, path, '-c')) > 0));
  }
});
