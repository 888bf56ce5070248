/**
 * The whole page of a report as one file: its script and style, which are built from src/page/client, and its data. No text of a capture is in its
 * markup; the script in the page puts all of it in as text. Must not know how the data is made.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { builtFile } from '../text/built-file.js';
import type { PageData } from './page-data.js';

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 3h9l-3-2M15 8H6l3-2M1 13h9l-3-2' fill='none' stroke='%230062a3' stroke-width='2'/%3E%3C/svg%3E";

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

const builtText = (name: string): string => readFileSync(builtFile(`page/${name}`), 'utf8');

/**
 * HTML, in ASCII. It takes the time of a gzip of all its data: some tenths of a second for 200,000 sessions. Throws where the program was not built
 * whole.
 */
export function pageOf(data: PageData): string {
  const script = builtText('report.js');
  const style = builtText('report.css');
  // What is between the tags has to be the very text that was hashed, and must not end them.
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error('the page has a tag in its script');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const packed = gzipSync(JSON.stringify(data), { level: constants.Z_BEST_SPEED }).toString('base64');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>TCP report</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
<script>${script}</script>
</head>
<body>
<main>
<p class="loading">The report is being unpacked.</p>
<noscript><p>This report is drawn by a script within the file, which loads nothing from anywhere. Please allow scripts for it.</p></noscript>
</main>
<script type="application/octet-stream" id="data">${packed}</script>
</body>
</html>
`;
}
