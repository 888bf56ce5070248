/** `npm test [-- FILE...]`: makes ready, then runs the tests with node's own runner. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
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
const result = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...files], {
  stdio: 'inherit',
  cwd: root,
  env,
});
process.exit(result.status ?? 2);
