/**
 * What the mixed capture is made of: the captures of `datasets/`, as they are and in VLANs and tunnels, and those of the corpus, when it lies beside the
 * checkout. Owns the choice, which is a rule: whatever tcploom reads without complaint and is of Ethernet alone.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Source, type SourcePacket, sourceOf, wrapped } from '../../datasets/mix.js';

const TCPLOOM = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const OWN = fileURLToPath(new URL('../../../datasets', import.meta.url));
const CORPUS = join(process.cwd(), '..', 'shared', 'captures');
const ETHERNET = 'EN10MB';
/** In the header of a pcap with times in nanoseconds. */
const NANOSECONDS = 0xa1b23c4d;
const MOST_BYTES = 1e9;
/** Packets of a capture that are taken, from its first on: one has half of all that the corpus has. */
const MOST_PACKETS = 10_000;

/** A capture that is to be mixed in. */
export interface ChosenCapture {
  readonly path: string;
  /** It is neither pcapng nor compressed. */
  readonly isPcap: boolean;
  readonly isOwn: boolean;
}

export function chooseSources(corpus: string = CORPUS): ChosenCapture[] {
  const own = capturesIn(OWN);
  return [...own.map((capture) => ({ ...capture, isOwn: true })), ...capturesIn(corpus)];
}

/** Says which captures these are: their bytes, in their order. */
export function digestOf(chosen: readonly ChosenCapture[]): string {
  const hash = createHash('sha256');
  for (const { path } of chosen) hash.update(readFileSync(path));
  return hash.digest('hex');
}

/** Reads them. */
export function readSources(chosen: readonly ChosenCapture[]): Source[] {
  return chosen.flatMap(({ path, isPcap, isOwn }) => {
    const packets = packetsOf(isPcap ? readFileSync(path) : convert(path));
    if (packets.length === 0) return [];
    return isOwn ? [sourceOf(packets), ...wrapped(packets)] : [sourceOf(packets)];
  });
}

function capturesIn(folder: string): ChosenCapture[] {
  const files = filesBelow(folder).sort();
  if (files.length === 0) return [];
  // 1: some of them are damaged, or are no captures.
  const [head, ...rows] = runTcploom(['info', '--tsv', ...files], [0, 1])
    .toString()
    .split('\n')
    // The last cell of a row is empty where nothing is damaged.
    .filter((row) => row !== '');
  const names = head.split('\t');
  const cell = (row: readonly string[], name: string): string => row[names.indexOf(name)];
  return rows
    .map((row) => row.split('\t'))
    .filter((row) => cell(row, 'link types') === ETHERNET && cell(row, 'damage') === '' && cell(row, 'packets') !== '0')
    .map((row) => ({
      path: cell(row, 'file'),
      isPcap: cell(row, 'format').startsWith('pcap ') && cell(row, 'compression') === '',
      isOwn: false,
    }));
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !/\.(?:ts|py|sh|md|svg|tsv)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

/** The capture as pcap. */
const convert = (path: string): Buffer => runTcploom(['filter', '', path, '--pcap', '-w', '-'], [0]);

/** Runs it to its end; returns what it writes to standard output. */
function runTcploom(args: string[], codes: readonly number[]): Buffer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [TCPLOOM, ...args], { maxBuffer: MOST_BYTES });
  if (status === null || !codes.includes(status)) throw new Error(`tcploom ${args[0]} ended with ${status}: ${stderr}`);
  return stdout;
}

/** The first packets of a little- or big-endian pcap that is whole. */
export function packetsOf(bytes: Buffer): SourcePacket[] {
  const isLittle = bytes[0] === 0xd4 || bytes[0] === 0x4d;
  const word = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const perUsec = word(0) === NANOSECONDS ? 1000 : 1;
  const packets: SourcePacket[] = [];
  for (let at = 24; at < bytes.length && packets.length < MOST_PACKETS; ) {
    const end = at + 16 + word(at + 8);
    const usec = word(at) * 1e6 + word(at + 4) / perUsec;
    packets.push({ usec, frame: bytes.subarray(at + 16, end), wireBytes: word(at + 12) });
    at = end;
  }
  return packets;
}
