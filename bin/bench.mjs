// `npm run bench`: builds what is missing or older than its sources, then runs the benchmark with the same arguments.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['src', 'workers', 'bin', 'test', 'datasets'];
const BENCH = join(ROOT, 'dist', 'test', 'bench', 'bench.js');

/** Time of the last change to any TypeScript file below a folder. */
function newestMs(dir) {
  if (!existsSync(dir)) return 0;
  const files = readdirSync(dir, { recursive: true }).filter((name) => name.endsWith('.ts'));
  return Math.max(0, ...files.map((name) => statSync(join(dir, name)).mtimeMs));
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}

function build() {
  const sourceMs = Math.max(...SOURCES.map((dir) => newestMs(join(ROOT, dir))));
  if (existsSync(BENCH) && statSync(BENCH).mtimeMs > sourceMs) return 0;
  return run('npx', ['tsc', '-p', '.']);
}

process.exitCode = build() || run(process.execPath, [BENCH, ...process.argv.slice(2)]);
