/**
 * Makes a checkout ready to run: installs packages and builds what is missing or older than its source.
 * Needs nothing but node and npm, so it can be the first thing anybody runs. Silent when there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = ['src', 'workers', 'bin', 'test', 'datasets'];
/** npm writes it at the end of every installation. */
const INSTALLED = join(root, 'node_modules', '.package-lock.json');
const LAUNCHER = join(root, 'dist', 'bin', 'tcploom.js');
/** Written when all is built. */
export const BUILT = join(root, 'dist', 'built');

/** Installs and builds as far as needed; ends the process with 2 when that fails. */
export function prepare() {
  if (ageOf(INSTALLED) < ageOf(join(root, 'package-lock.json'))) {
    console.error('tcploom: installing packages');
    // npm's own chatter goes to standard error: standard output is the program's.
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    utimesSync(INSTALLED, new Date(), new Date());
  }
  if (
    ageOf(BUILT) < Math.max(...SOURCES.map((folder) => newest(join(root, folder))), ageOf(join(root, 'tsconfig.json')))
  ) {
    console.error('tcploom: building');
    // What has no source any more must not be found.
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
    run(process.execPath, [join(root, 'bin', 'bundle.mjs')]);
  }
}

/** Runs a built program with this process's streams and ends as it did. */
export function runBuilt(file, args, env = process.env) {
  endAs(spawnSync(process.execPath, [join(root, 'dist', file), ...args], { stdio: 'inherit', env }));
}

/** Runs tcploom as it is installed: by sh, which its first lines are for, and this node. Signals that are for it do nothing here. */
export function runTcploom(args) {
  for (const signal of ['SIGUSR1', 'SIGUSR2']) process.on(signal, () => {});
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const launcher = process.platform === 'win32' ? process.execPath : 'sh';
  endAs(spawnSync(launcher, [LAUNCHER, ...args], { stdio: 'inherit', env: { ...process.env, PATH } }));
}

function endAs(result) {
  if (result.signal) process.kill(process.pid, result.signal);
  process.exit(result.status ?? 2);
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 'inherit'] });
  if (result.error || result.status !== 0) {
    console.error(`tcploom: '${command} ${args.join(' ')}' failed`);
    process.exit(2);
  }
}

function ageOf(file) {
  return existsSync(file) ? statSync(file).mtimeMs : -1;
}

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && /\.(ts|css|mjs)$/.test(entry.name))
      time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return time;
}
