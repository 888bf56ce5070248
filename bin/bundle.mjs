/**
 * Puts modules together, after the compiler has found nothing wrong with them. The program: each thread's role in one file, the command line in one and a
 * few more for what not every run needs. That takes hundreds of files less to load, and constants of other modules become numbers in the loops that
 * use them, which V8 cannot see through an import. And the script and the style that go into a report's page, with the licence of what is in them of
 * other authors.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { constants } from './constants.mjs';
import { BUILT, root } from './prepare.mjs';

const DIST = join(root, 'dist');
const CLIENT = join(root, 'src', 'page', 'client');
const LAUNCHER = join(root, 'bin', 'tcploom.ts');

const types = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', CLIENT], {
  stdio: ['ignore', 2, 'inherit'],
});
if (types.status !== 0) process.exit(types.status ?? 2);
// Not before the packages are there.
const { build } = await import('esbuild');

async function bundleProgram() {
  const options = {
    plugins: [await constants(root, ['src', 'workers'], DIST)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // Constants in place of their names.
    minifySyntax: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    outdir: DIST,
    allowOverwrite: true,
  };
  const roles = readdirSync(join(root, 'workers')).map((name) => ({
    in: join(root, 'workers', name),
    out: join('workers', basename(name, '.ts')),
  }));
  // What is measured is put together as what is run.
  const measured = ['loops', 'scaling-run', 'timed-reader', 'heavy-tracker'].map((name) => ({
    in: join(root, 'test', 'bench', `${name}.ts`),
    out: join('test', 'bench', name),
  }));
  await build({ ...options, entryPoints: [...roles, ...measured] });
  // Its second line, which sh reads, would be left out.
  const banner = { js: readFileSync(LAUNCHER, 'utf8').split('\n')[1] };
  rmSync(join(DIST, 'bin', 'program'), { recursive: true, force: true });
  await build({
    ...options,
    entryPoints: [{ in: LAUNCHER, out: join('bin', 'tcploom') }],
    splitting: true,
    chunkNames: 'bin/program/[name]-[hash]',
    banner,
  });
}

async function bundlePage() {
  const licence = readFileSync(join(root, 'node_modules', 'uplot', 'LICENSE'), 'utf8').trim();
  const banner = `/*! With uPlot:\n${licence}\n*/`;
  const out = join(DIST, 'page');
  const { outputFiles } = await build({
    entryPoints: [join(CLIENT, 'report.ts'), join(CLIENT, 'report.css')],
    outdir: out,
    bundle: true,
    minify: true,
    charset: 'ascii',
    format: 'iife',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    legalComments: 'none',
    banner: { js: banner, css: banner },
    logLevel: 'warning',
    write: false,
  });
  mkdirSync(out, { recursive: true });
  for (const { path, text } of outputFiles) writeFileSync(path, text);
}

await bundleProgram();
await bundlePage();
// npx makes it executable once only, when it first sees it.
chmodSync(join(DIST, 'bin', 'tcploom.js'), 0o755);
writeFileSync(BUILT, '');
