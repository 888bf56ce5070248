/**
 * The part of `npm run limits` that is about what sessions come to: a scan of ten million addresses in an hour, summed up as figures, as the page of a
 * report, and for a check. Owns the bounds.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaptureFigures } from '../../src/summary/figures.js';
import { dataOfPage } from '../support/report-pages.js';
import { scanFigures } from './scan-stream.js';
import { type Measured, runOnStream } from './stream-run.js';

const STREAM = fileURLToPath(new URL('./scan-stream.js', import.meta.url));
const MOST_MB = 400;
/** The rows that a page of 20 MiB may have, its text twice, and its gzip: at its end, whatever the number of sessions. */
const MOST_PAGE_MB = MOST_MB + 200;
/** The clock of a pass without options. */
const TIMEOUT_SEC = 60;

/** What was found: a fault of it, if there is one, and some words about it. */
interface Found {
  readonly fault: string | undefined;
  readonly words: string;
}

interface Form {
  readonly title: string;
  readonly mostMb: number;
  /** Of the program, for a scan of so many sessions; `file`: what it may write. */
  options(sessions: number, file: string): readonly string[];
  found(sessions: number, file: string, measured: Measured): Found;
}

const FORMS: readonly Form[] = [
  {
    title: 'figures',
    mostMb: MOST_MB,
    options: (_, file) => ['-o', `figures=${file}`],
    found: (sessions, file) => {
      const figures = JSON.parse(readFileSync(file, 'utf8')) as CaptureFigures;
      return { fault: faultOf(sessions, figures), words: `${figures.sessions.groups[0].sessions} sessions` };
    },
  },
  {
    title: 'a page',
    mostMb: MOST_PAGE_MB,
    options: (_, file) => ['-o', `html=${file}`],
    found: (sessions, file) => {
      const html = readFileSync(file, 'latin1');
      const { figures, ended_early: isEarly, sessions: rows, bounds } = dataOfPage(html);
      const words = `${rows.total} sessions, ${rows.length} of them with a row, in ${(html.length / 2 ** 20).toFixed(1)} MiB`;
      if (isEarly) return { fault: 'it says that the run was ended early', words };
      if (rows.total !== sessions) return { fault: 'it is not of all sessions', words };
      const saysSo = rows.left_out !== '' && bounds.includes(rows.left_out);
      if (rows.length < sessions && !saysSo) return { fault: 'it does not say what it leaves out', words };
      return { fault: faultOf(sessions, figures), words };
    },
  },
  {
    title: 'a check',
    mostMb: MOST_MB,
    options: (sessions) => [
      'check',
      ...['--expect', `sessions == ${sessions}`],
      ...['--expect', `sessions{dst_port=443}.refused == ${scanFigures(sessions - 1, TIMEOUT_SEC).rejects}`],
    ],
    found: (_, __, { code }) => ({
      fault: code === 0 ? undefined : `it ended with ${code}`,
      words: 'both expectations hold',
    }),
  },
];

/** What is not as the scan must come to; undefined where all is. */
function faultOf(sessions: number, { packets, sessions: { groups } }: CaptureFigures): string | undefined {
  const scan = scanFigures(sessions - 1, TIMEOUT_SEC);
  const [all] = groups;
  for (const [name, found, expected] of [
    ['packets', packets, scan.packets],
    ['sessions', all.sessions, sessions],
    ['refused', all.refused, scan.rejects],
    ['established', all.established, scan.success],
    ['unanswered', all.unanswered, sessions - 1 - scan.rejects - scan.success],
  ] as const) {
    if (found !== expected) return `${found} ${name}, not ${expected}`;
  }
  return undefined;
}

/** All of them are counted, and memory is that of the sessions alive, of the sums, and of what a page has room for. */
export async function summaries(): Promise<boolean> {
  const results: boolean[] = [];
  for (const form of FORMS) {
    for (const count of [1_000_000, 10_000_000]) results.push(await isWithinBounds(form, count));
  }
  return results.every(Boolean);
}

async function isWithinBounds({ title, mostMb, options, found }: Form, count: number): Promise<boolean> {
  // A segment of no conversation of the scan's comes last.
  const sessions = count + 1;
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-summaries-'));
  const file = join(folder, 'summary');
  try {
    const measured = await runOnStream([STREAM, String(count)], options(sessions, file));
    console.log(`${title} of a scan of ${count} addresses: ${measured.seconds.toFixed(1)} s`);
    const { fault, words } =
      measured.code === 0 || title === 'a check'
        ? found(sessions, file, measured)
        : { fault: `it ended with ${measured.code}: ${measured.statistics.slice(-500)}`, words: '' };
    console.log(fault === undefined ? `  ${words}: as it must be` : `  ${words}: NOT as it must be: ${fault}`);
    console.log(`  peak ${measured.peakMb.toFixed(0)} MB, bound ${mostMb} MB`);
    return fault === undefined && measured.peakMb <= mostMb;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
