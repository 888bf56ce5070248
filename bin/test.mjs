/** `npm test [-- FILE...]`: makes ready, then runs the tests with node's own runner; what failed is told again at the end. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from './prepare.mjs';

prepare();
const given = process.argv.slice(2);
const folder = join(root, 'dist', 'test');
const all = readdirSync(folder, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const files = given.length > 0 ? all.filter((file) => given.some((text) => file.includes(text))) : all;
if (files.length === 0) {
  console.error('tcploom: no test matches');
  process.exit(2);
}
// Expected texts hold local times, so the zone is fixed.
const env = { ...process.env, TZ: 'UTC' };
const notes = mkdtempSync(join(tmpdir(), 'tcploom-failed-'));
const failed = join(notes, 'failed.txt');
const reporters = [
  ...['--test-reporter', process.stdout.isTTY ? 'spec' : 'tap', '--test-reporter-destination', 'stdout'],
  ...['--test-reporter', pathToFileURL(join(root, 'bin', 'failed-tests.mjs')).href],
  ...['--test-reporter-destination', failed],
];
const result = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...reporters, ...files], {
  stdio: 'inherit',
  cwd: root,
  env,
});
// On a terminal the report ends with them already.
if (!process.stdout.isTTY) process.stdout.write(readFileSync(failed));
rmSync(notes, { recursive: true });
process.exit(result.status ?? 2);
