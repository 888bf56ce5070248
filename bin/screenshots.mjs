/** `npm run screenshots`: makes the pictures of README from a report of datasets/lossy.pcap, in Debian's chromium. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { prepare, root } from './prepare.mjs';

prepare();
const folder = mkdtempSync(join(tmpdir(), 'tcploom-screenshots-'));
const page = join(folder, 'report.html');
const launcher = join(root, 'dist', 'bin', 'tcploom.js');
const made = spawnSync(process.execPath, [launcher, '--utc', '-o', `html=${page}`, 'datasets/lossy.pcap'], {
  cwd: root,
  stdio: 'inherit',
});
if (made.status !== 0) process.exit(made.status ?? 2);

const PICTURES = [
  { name: 'report-summary.png', at: '', colorScheme: 'light' },
  { name: 'report-session.png', at: '#session=1', colorScheme: 'dark' },
];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (const { name, at, colorScheme } of PICTURES) {
    const tab = await browser.newPage({ viewport: { width: 1200, height: 840 }, colorScheme });
    await tab.goto(`${pathToFileURL(page).href}${at}`);
    await tab.waitForFunction(() => document.querySelector('.loading') === null);
    await tab.waitForTimeout(500);
    await tab.screenshot({ path: join(root, 'docs', name) });
    await tab.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
