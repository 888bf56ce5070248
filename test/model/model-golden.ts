/**
 * Script: runs the model over the golden rows it can read (classic pcap, link types it knows) and
 * prints which differ, each with its first differing line. `TZ=UTC node model-golden.js [part of a name]`,
 * from the root of the repository.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import { isPcap, readPcap } from '../support/pcap-naive.js';
import { miruoModel } from './miruo-model.js';

const SHARED = join('..', 'shared');
const GOLDEN = join(SHARED, 'golden', 'miruo');
const LINK_TYPES = [0, 1, 12, 14, 101, 108, 113, 228, 229];

const OPTION_SETS: Record<string, Partial<MiruoOptions>> = {
  all: { all: true },
  default: {},
  deep: { retransmitMs: 1, longConnectMs: 100, longDelayMs: 50, contextSegments: 2, resets: 2 },
  live: { live: true, all: true, retransmitMs: 1 },
  limits: { all: true, synRetransmits: false, fragments: false, quiet: 2, sessionLimit: 8, segmentLimit: 64 },
  http: {
    colour: true,
    all: true,
    retransmitMs: 1,
    http: { request: ['User-Agent', 'Referer'], response: ['Server', 'Content-Type'] },
  },
  quiet: { colour: true, quiet: 1, all: true, retransmitMs: 1 },
};

function table(path: string): string[][] {
  const rows = readFileSync(path, 'utf8').split('\n').slice(1);
  return rows.filter((row) => row !== '').map((row) => row.split('\t'));
}

function main(): void {
  const wanted = process.argv[2] ?? '';
  const except = new Set(table(join(GOLDEN, 'not-reproduced.tsv')).map((row) => `${row[0]} ${row[1]}`));
  const skipped = new Map<string, number>();
  let same = 0;
  let differ = 0;
  const skip = (why: string): void => {
    skipped.set(why, (skipped.get(why) ?? 0) + 1);
  };

  for (const [capture, set, code, , , sessions, resets, errors] of table(join(GOLDEN, 'index.tsv'))) {
    if (!(set in OPTION_SETS) || !capture.includes(wanted)) continue;
    const goldenFile = join(GOLDEN, `${capture.replaceAll('/', '_')}.${set}.txt`);
    if (code !== '0') skip(`return code ${code}`);
    else if (except.has(`${capture} ${set}`)) skip('listed as not reproduced');
    else if (!existsSync(join(SHARED, 'captures', capture))) skip('no such capture');
    else if (!existsSync(goldenFile)) skip('no golden text');
    else {
      const file = readFileSync(join(SHARED, 'captures', capture));
      if (!isPcap(file)) {
        skip('not a classic pcap');
        continue;
      }
      const { packets } = readPcap(file);
      if (packets.some((packet) => !LINK_TYPES.includes(packet.linkType))) {
        skip('another link type');
        continue;
      }
      const result = miruoModel(packets, { ...MIRUO_DEFAULTS, classic: true, ...OPTION_SETS[set] });
      const found = difference(result.stdout, readFileSync(goldenFile, 'utf8'));
      const counts = [result.stats.sessions, result.stats.rst, result.stats.error].join(' ');
      const problems = found === '' ? [] : [found];
      if (counts !== `${sessions} ${resets} ${errors}`) {
        problems.push(`  sessions, resets, errors: model ${counts}, golden ${sessions} ${resets} ${errors}`);
      }
      if (problems.length === 0) same++;
      else {
        differ++;
        console.log(`${capture} ${set}\n${problems.join('\n')}`);
      }
    }
  }
  console.log(`same ${same}, differ ${differ}; skipped: ${[...skipped].map(([why, n]) => `${why} ${n}`).join(', ')}`);
  if (differ > 0) process.exitCode = 1;
}

function difference(model: string, golden: string): string {
  if (model === golden) return '';
  const ours = model.split('\n');
  const theirs = golden.split('\n');
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  const line = at < 0 ? ours.length : at;
  return `  line ${line + 1}\n    model  ${JSON.stringify(ours[line])}\n    golden ${JSON.stringify(theirs[line])}`;
}

main();
