/**
 * The comparison of two captures as a page of HTML: one file, without script, that asks for nothing; its policy says so.
 */
import { createHash } from 'node:crypto';
import { printable } from '../capture/problem.js';
import { damagedSides, dashNote, differenceRow, endpointRow } from './difference-text.js';
import type { Difference, Differences } from './differences.js';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code, td:first-child { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
`;

/** Nothing is loaded, nothing runs; only this style is taken. */
const policy = (): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** The whole page; `program`: what made it, with its version. */
export function differencePage(found: Differences, program: string): string {
  const { before, after, worse, better, same, unknown, endpoints } = found;
  const title = `${printable(before)} and ${printable(after)} compared`;
  const endpointRows = endpoints.map(endpointRow).map((cells) =>
    row(
      cells.map((cell) => cell.replace(/^(sessions|retransmissions) /, '')),
      [],
    ),
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${html(policy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>From <code>${html(printable(before))}</code> to <code>${html(printable(after))}</code></h1>
${damagedSides(found)
  .map(({ words, problems }) => `<p>${[`<strong>${html(words)}</strong>`, ...problems.map(html)].join('<br>')}</p>`)
  .join('\n')}
${section('What got worse', worse, 'Nothing got worse.')}
${section('What got better', better, 'Nothing got better.')}
${
  endpoints.length === 0
    ? ''
    : `<h2>Endpoints</h2>
<table><caption>Pairs of endpoints with more or fewer sessions or retransmissions${dashNote(found, ' (', ')')}</caption>
<thead><tr><th scope="col">client &gt; server:port</th><th scope="col">sessions</th><th scope="col">retransmissions</th></tr></thead>
<tbody>
${endpointRows.join('\n')}
</tbody></table>`
}
${unknown.length === 0 ? '' : `<p>Known of one of both only: ${html(unknown.join(', '))}.</p>`}
<p>${same} other figure${same === 1 ? ' is' : 's are'} the same within 2 %.</p>
</main>
<footer><p>Made by ${html(program)}.</p></footer>
</body>
</html>
`;
}

function section(title: string, list: readonly Difference[], none: string): string {
  if (list.length === 0) return `<h2>${html(title)}</h2>\n<p>${html(none)}</p>`;
  const rows = list.map((difference) => {
    const [key, was, , is, times, whole] = differenceRow(difference);
    return row([key, was, is, times, `${difference.meaning}${whole === '' ? '' : ` Shares ${whole}.`}`], [1, 2, 3]);
  });
  const heads = ['figure', 'before', 'after', 'times', 'what it is'].map(
    (head, column) => `<th scope="col"${column > 0 && column < 4 ? ' class="number"' : ''}>${head}</th>`,
  );
  return `<h2>${html(title)}</h2>
<table><caption>The most first</caption>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>`;
}

const row = (cells: readonly string[], numbers: readonly number[]): string =>
  `<tr>${cells.map((cell, column) => `<td${numbers.includes(column) ? ' class="number"' : ''}>${html(cell)}</td>`).join('')}</tr>`;

/** Text as it may stand in HTML, also within the quotes of an attribute. */
export const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
