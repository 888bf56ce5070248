/**
 * Times in UTC: every byte is what it is where the time zone is UTC, wherever the program runs.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Ended, steady, tcploom } from '../support/launch.js';

const CAPTURE = 'datasets/lossy.pcap';

/** Three quarters of an hour off the hours, and no summer time. */
const FAR = 'Asia/Kathmandu';

const run = (zone: string, args: readonly string[]): Promise<Ended> =>
  tcploom(args, { env: { ...process.env, TZ: zone } });

describe('--utc', () => {
  for (const args of [
    ['--all', '--unfinished', '--live', CAPTURE],
    ['-o', 'miruo', '--from', '2026-11-21T11:16:38', '--to', '2026-11-21 11:16:40', CAPTURE],
    ['miruo', '-f', CAPTURE],
    ['tcpeek', '-r', CAPTURE],
    ['info', CAPTURE],
    ['filter', 'tcp', CAPTURE, '-c', '--from', '2026-11-21T11:16:38'],
    ['plot', '-p', '-', '--start', '2026-11-21T04:38:00', 'datasets/reports.tsv'],
  ]) {
    it(args.join(' '), async () => {
      const [utc, far, local] = await Promise.all([run('UTC', args), run(FAR, [...args, '--utc']), run(FAR, args)]);
      assert.deepEqual([far.code, utc.code], [0, 0], far.stderr);
      assert.equal(far.stdout, utc.stdout);
      assert.equal(steady(far.stderr), steady(utc.stderr));
      assert.notEqual(steady(local.stderr) + local.stdout, steady(utc.stderr) + utc.stdout, 'no time was shown at all');
    });
  }

  it('is for reports by the clock too', async () => {
    const { code, stdout, stderr } = await run(FAR, ['-o', 'report=-', CAPTURE, '--utc']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Time: .* UTC\)$/m);
  });
});
