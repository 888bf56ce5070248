/**
 * Makes of the script and the style of a report's page (src/page/client) what the program puts into a page: one text each, in dist/src/page.
 * What is in them of other authors comes with its licence.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const CLIENT = join(root, 'src', 'page', 'client');
const OUT = join(root, 'dist', 'src', 'page');

const types = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', CLIENT], {
  stdio: ['ignore', 2, 'inherit'],
});
if (types.status !== 0) process.exit(types.status ?? 2);
// Not before the packages are there.
const { buildSync } = await import('esbuild');
const licence = readFileSync(join(root, 'node_modules', 'uplot', 'LICENSE'), 'utf8').trim();
const banner = `/*! With uPlot:\n${licence}\n*/`;
const { outputFiles } = buildSync({
  entryPoints: [join(CLIENT, 'report.ts'), join(CLIENT, 'report.css')],
  outdir: OUT,
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
mkdirSync(OUT, { recursive: true });
for (const { path, text } of outputFiles) writeFileSync(path, text);
