/**
 * Reports that runs over real captures have made, in a real browser: nothing goes wrong in them, they list the sessions of the records, and a session's
 * ladder has the rows that miruo prints.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { ask, cells, noBrowser, openPage, startBrowser } from '../support/browser.js';
import { capturePath, corpusMissing } from '../support/corpus.js';
import { tcploom, temporaryFolder } from '../support/launch.js';
import { miruoSessions } from '../support/miruo-sessions.js';

const FOLDER = temporaryFolder();
/** With few sessions and many, damaged ends, IPv6, resets. */
const CAPTURES = [
  'own/live1.pcap',
  'zeek+zeek/testing/btest/Traces/wikipedia.pcap',
  'ntop+nDPI/tests/cfgs/default/pcap/alexa-app.pcapng',
];
/** Rows of a ladder that are there without scrolling. */
const MOST_ROWS = 20;

interface SessionRecord {
  readonly session: number;
  readonly src: string;
  readonly src_port: number;
  readonly dst: string;
  readonly dst_port: number;
  readonly packets_src: number;
  readonly packets_dst: number;
  readonly retransmission_src: number;
  readonly retransmission_dst: number;
}

/** A time of day as text, in milliseconds. */
const msOf = (time: string): number => {
  const [h, m, s] = time.split(':').map(Number);
  return (h * 60 + m) * 60_000 + Math.floor(s * 1000 + 1e-6);
};

describe('reports of real captures', { skip: noBrowser || corpusMissing }, () => {
  let browser: Browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.close());

  for (const [index, name] of CAPTURES.entries()) {
    it(name, async (t) => {
      const [html, ndjson, lines] = ['html', 'ndjson', 'txt'].map((type) => join(FOLDER, `${index}.${type}`));
      const results = ['-o', `html=${html}`, '-o', `ndjson=${ndjson}`, '-o', `miruo=${lines}`];
      const shown = ['--all', '--unfinished', '--view-data', '1000000', '--retransmit', '1'];
      const { code, stderr } = await tcploom([...results, ...shown, '--utc', capturePath(name)]);
      assert.equal(code, 0, stderr);
      const records = readFileSync(ndjson, 'utf8').split('\n').slice(0, -1);
      const sessions = records.map((line) => JSON.parse(line) as SessionRecord);
      const { page, wrong } = await openPage(browser, html);
      const status = await page.locator('#sessions [role=status]').textContent();
      assert.match(status!, new RegExp(`^${sessions.length.toLocaleString('en-US')} sessions?`));
      const printed = miruoSessions(readFileSync(lines, 'utf8'));
      let compared = 0;
      for (const session of sessions) {
        const { src, src_port, dst, dst_port, packets_src, packets_dst, retransmission_src, retransmission_dst } =
          session;
        const packets = packets_src + packets_dst;
        // miruo leaves out what was sent again at once, and of several sessions of the same endpoints it is not known which is meant.
        if (retransmission_src + retransmission_dst > 0 || packets > MOST_ROWS || compared === 3) continue;
        const [expected, ...others] = printed.get(`${src}:${src_port} ${dst}:${dst_port}`) ?? [];
        if (expected === undefined || others.length > 0 || expected.length !== packets) continue;
        await ask(page, `location.hash = '#session=${session.session}'`);
        await page.locator('dialog[open]').waitFor();
        if ((await page.locator('dialog[open] table.ladder').count()) > 0) {
          const times = await cells(page, 'dialog[open] table.ladder', 2);
          const ways = await cells(page, 'dialog[open] table.ladder', 4);
          assert.deepEqual(
            times.map((time, row) => [msOf(time), ways[row].startsWith('client') ? 0 : 1]),
            expected.map(({ ms, side }) => [ms, side]),
            `session ${session.session}`,
          );
          compared++;
        }
        await page.keyboard.press('Escape');
        await page.locator('dialog[open]').waitFor({ state: 'detached' });
      }
      assert.ok(compared > 0, 'no ladder was compared');
      await ask(page, axe.source);
      const found = await ask<{ violations: { id: string; impact: string }[] }>(page, 'axe.run()');
      const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(grave, []);
      assert.deepEqual(wrong, []);
      t.diagnostic(`${sessions.length} sessions, ${compared} ladders`);
      await page.context().close();
    });
  }
});
