/**
 * Later fragments: they go where the first of their datagram went, however many shards there are, are counted, and
 * change no session.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { FragmentShards } from '../../src/capture/fragment-shards.js';
import { tcploom } from '../support/launch.js';
import { outcomeOf, tsvRows } from '../support/outcomes.js';
import { readBlocks } from '../support/read-blocks.js';

const PATH = 'datasets/fragments.pcap';
const FILE = Uint8Array.from(readFileSync(PATH));
/** datasets/README.md has these numbers from tcpdump. */
const LATER = 43;

describe('where fragments go', () => {
  it('is remembered by key', () => {
    const shards = new FragmentShards();
    assert.equal(shards.find(12345), -1);
    shards.note(12345, 0);
    shards.note(-7, 63);
    assert.deepEqual([shards.find(12345), shards.find(-7), shards.find(12346)], [0, 63, -1]);
    shards.note(12345, 3);
    assert.equal(shards.find(12345), 3);
  });

  it('is forgotten when a key of the same place comes, and never mistaken', () => {
    const shards = new FragmentShards();
    for (let key = 0; key < 100_000; key++) shards.note(Math.imul(key, 0x9e3779b1), key % 7);
    let found = 0;
    for (let key = 0; key < 100_000; key++) {
      const shard = shards.find(Math.imul(key, 0x9e3779b1));
      assert.ok(shard === -1 || shard === key % 7);
      if (shard >= 0) found++;
    }
    assert.ok(found > 5000, `${found} remembered`);
  });

  it('is the shard of the first, which has the same addresses and identification', () => {
    for (const trackers of [1, 2, 3, 8]) {
      const { entries, tally } = readBlocks(FILE, { trackers });
      const firsts = new Map<string, number>();
      // Identification and addresses of the IPv4 header behind Ethernet.
      const keyOf = (frame: Uint8Array): string => `${frame.subarray(18, 20)} ${frame.subarray(26, 34)}`;
      let later = 0;
      for (const { frame, shard, isLaterFragment } of entries) {
        if (!isLaterFragment) {
          firsts.set(keyOf(frame), shard);
          continue;
        }
        later++;
        assert.equal(shard, firsts.get(keyOf(frame)));
      }
      assert.equal(later + tally.strayFragments, LATER);
      // Three datagrams have their fragments in reverse order, one lacks a whole TCP header in its first.
      assert.ok(tally.strayFragments > 0 && later > tally.strayFragments);
    }
  });
});

describe('the program', () => {
  it('counts them apart from TCP packets', async () => {
    for (const workers of ['1', '2', '8']) {
      const run = await tcploom(['info', '--tsv', '--workers', workers, PATH]);
      const [row] = tsvRows(run.stdout);
      assert.deepEqual([row.get('TCP packets'), row.get('later fragments')], ['57', `${LATER}`]);
    }
  });

  it('shows the same whatever the number of workers', async () => {
    const options = ['--all', '--unfinished', '--view-data', '99'];
    const expected = outcomeOf(await tcploom([...options, '--workers', '1', PATH]));
    for (const workers of ['2', '5']) {
      assert.deepEqual(outcomeOf(await tcploom([...options, '--workers', workers, PATH])), expected);
    }
  });
});
