/**
 * The reference outputs of tcpeek that lie beside a checkout, and how they are compared.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelPacket } from '../model/model-packets.js';
import { PEEK_MODEL_DEFAULTS, type PeekModelOptions } from '../model/tcpeek-model.js';
import { capturePath } from './corpus.js';
import { contentOf } from './single-thread.js';
import { walkFile } from './walk-format.js';

export interface PeekRow {
  readonly capture: string;
  readonly set: string;
  readonly options: PeekModelOptions;
  readonly sha256: string;
}

const GOLDEN = join(process.cwd(), '..', 'shared', 'golden', 'tcpeek');
const ROWS_ARE = 'capture set local args code lines sha256';

const tableOf = (file: string): string[][] =>
  readFileSync(join(GOLDEN, file), 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));

/** Reference rows of the original that are to be reproduced. */
export function peekRows(): PeekRow[] {
  const excepted = new Set(tableOf('not-reproduced.tsv').map(([capture, set]) => `${capture} ${set}`));
  return tableOf('index.tsv')
    .filter(
      (row) => row.length === ROWS_ARE.split(' ').length && row[4] === '0' && !excepted.has(`${row[0]} ${row[1]}`),
    )
    .map(([capture, set, local, args, , , sha256]) => {
      return { capture, set, options: peekOptions(local, args), sha256 };
    });
}

/** A reference output's text. */
export const peekGolden = ({ capture, set }: Pick<PeekRow, 'capture' | 'set'>): string =>
  goldenFile(`${capture.replaceAll('/', '_')}.${set}.txt`);

/** A file beside the reference outputs. */
export const goldenFile = (name: string): string => readFileSync(join(GOLDEN, name), 'utf8');

/** The original's arguments, as far as the rows have them. */
export function peekOptions(local: string, args: string): PeekModelOptions {
  const words = args.split(' ');
  const argument = (option: string, fallback: string): string =>
    words.includes(option) ? words[words.indexOf(option) + 1] : fallback;
  return {
    ...PEEK_MODEL_DEFAULTS,
    ...{ classic: true, locals: [local], icmp: words.includes('--icmp') },
    filters: words.filter((word) => word.includes('@')),
    timeoutSec: Number(argument('-t', '60')),
    checksums: Number(argument('-c', '0')) as 0 | 1 | 2,
  };
}

/** A capture's packets; those without a time have that of the epoch. */
export function packetsOf(capture: string): ModelPacket[] {
  const file = contentOf(capturePath(capture));
  return walkFile(file).records.map(({ sec, era, nsec, capturedBytes, wireBytes, linkType, frameAt }) => ({
    ...{ sec: sec + era * 2 ** 32, nsec, linkType, wireLength: wireBytes },
    captured: file.subarray(frameAt, frameAt + capturedBytes),
  }));
}

/** As the reference outputs are: time-outs, whose order the original does not fix, sorted and last; from the summary on nothing is left out. */
export function normalised(text: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('========== TCPEEK'));
  const sessions = lines.slice(0, at).filter((line) => /^( TIME\(s\)|-----|\s*\d+\.\d{3} \|)/.test(line));
  const isTimeout = (line: string): boolean => line.includes('failure (timeout)');
  const timeouts = sessions.filter(isTimeout).sort();
  return [...sessions.filter((line) => !isTimeout(line)), ...timeouts, ...lines.slice(at)].join('\n');
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
