/**
 * Makes captures of any size: a seeded generator of valid TCP sessions, written as pcap to a file, a FIFO or stdout.
 * The same options give the same bytes, on every machine. Owns the options and the output; `traffic.ts` owns the
 * sessions, `frames.ts` the bytes. IP and TCP checksums are right, unless `--snaplen` cuts the bytes they cover.
 *
 *     node dist/datasets/generate.js --out big.pcap --bytes 10G --profile full --sessions 5000 --loss 0.01
 */

import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RecordWriter } from './frames.js';
import { type Profile, Traffic, type TrafficOptions } from './traffic.js';

export interface GenerateOptions extends TrafficOptions {
  /** Stop after so many packets; 0: `bytes` decides. */
  packets: number;
  /** Stop at the first record that makes the capture at least so long; 0: `packets` decides. */
  bytes: number;
  /** Lone SYNs to distinct addresses, spread evenly over the capture. */
  scan: number;
  /** Captured bytes kept of each frame. */
  snaplen: number;
}

export interface GenerateSummary {
  packets: number;
  /** Bytes of the capture, file header included. */
  bytes: number;
  /** Time from first to last packet. */
  spanUsec: number;
  opened: number;
  closed: number;
  scans: number;
  retransmissions: number;
}

export const GENERATE_DEFAULTS: Readonly<GenerateOptions> = {
  packets: 0,
  bytes: 0,
  profile: 'full',
  sessions: 1000,
  segments: 12,
  loss: 0,
  refused: 0,
  reset: 0.02,
  scan: 0,
  rate: 20_000,
  seed: 1,
  snaplen: 262_144,
};

const PROFILES: readonly string[] = ['full', 'small', 'mixed'];
const FRACTIONS: readonly (keyof GenerateOptions)[] = ['loss', 'refused', 'reset'];
const MAX_SESSIONS = 4_000_000;

const USAGE = `Usage: generate --packets N | --bytes N [OPTION...]
  --out FILE|-       where the capture goes (default: -, stdout)
  --packets N        stop after N packets
  --bytes N          stop when the capture has at least N bytes
  --profile NAME     full (1448-byte segments, about 575 bytes a record), small (about 108 bytes a record), mixed
  --sessions N       concurrent sessions (default: ${GENERATE_DEFAULTS.sessions})
  --segments N       mean data segments of a session (default: ${GENERATE_DEFAULTS.segments}; 0: sessions never close)
  --loss P           fraction of data segments seen again 0.2 to 2 s later, most after duplicate ACKs (default: 0)
  --refused P        fraction of sessions whose SYN is answered by a RST (default: 0)
  --reset P          fraction of closes that are a RST (default: ${GENERATE_DEFAULTS.reset})
  --scan N           lone SYNs to distinct addresses, spread evenly (default: 0)
  --rate PPS         packets per second of packet time (default: ${GENERATE_DEFAULTS.rate})
  --snaplen N        keep N bytes of each frame (default: all)
  --seed N           other sessions, same shape (default: ${GENERATE_DEFAULTS.seed})
Numbers may end in K, M or G (powers of 1000).`;

/**
 * Makes one capture, synchronously. Each chunk is a view of a block that is used again: `write` must be done with it,
 * or have copied it, when it returns. Throws RangeError for options that make no capture.
 */
export function generate(options: Partial<GenerateOptions>, write: (chunk: Uint8Array) => void): GenerateSummary {
  const full: GenerateOptions = { ...GENERATE_DEFAULTS, ...options };
  check(full);
  const records = new RecordWriter(write, full.snaplen);
  const traffic = new Traffic(full, records);
  const scanEvery = full.scan === 0 ? Infinity : 1 / full.scan;
  let nextScanAt = scanEvery / 2;
  for (;;) {
    const progress = full.packets > 0 ? records.packets / full.packets : records.bytes / full.bytes;
    if (progress >= 1) break;
    if (progress >= nextScanAt) {
      traffic.scan();
      nextScanAt = (traffic.scans + 0.5) * scanEvery;
    } else traffic.step();
  }
  records.flush();
  const { opened, closed, scans, retransmissions } = traffic;
  const spanUsec = Math.floor(records.elapsedUsec);
  return { packets: records.packets, bytes: records.bytes, spanUsec, opened, closed, scans, retransmissions };
}

/** As `generate`, into a file or FIFO; `-` is stdout. */
export function generateFile(options: Partial<GenerateOptions>, path: string): GenerateSummary {
  const fd = path === '-' ? 1 : openSync(path, 'w');
  try {
    return generate(options, (chunk) => writeAll(fd, chunk));
  } finally {
    if (fd !== 1) closeSync(fd);
  }
}

function check(options: GenerateOptions): void {
  const need = (holds: boolean, what: string): void => {
    if (!holds) throw new RangeError(what);
  };
  const { packets, bytes, sessions, segments, snaplen, rate, scan, seed } = options;
  need(packets > 0 !== bytes > 0, 'one of packets and bytes must be given');
  need(PROFILES.includes(options.profile), `profile must be one of ${PROFILES.join(', ')}`);
  for (const name of ['packets', 'bytes', 'sessions', 'scan', 'seed', 'snaplen'] as const) {
    need(Number.isSafeInteger(options[name]) && options[name] >= 0, `${name} must be a whole number`);
  }
  for (const name of FRACTIONS) {
    need(Number(options[name]) >= 0 && Number(options[name]) <= 1, `${name} must be between 0 and 1`);
  }
  need(sessions >= 1 && sessions <= MAX_SESSIONS, `sessions must be between 1 and ${MAX_SESSIONS}`);
  need(segments === 0 || (segments >= 1 && segments <= 1e9), 'segments must be 0 or between 1 and 1000000000');
  need(snaplen >= 1 && snaplen <= 0x7fffffff, 'snaplen must be at least 1');
  need(rate > 0 && rate <= 1e6, 'rate must be above 0 and at most 1000000');
  need(scan <= 0x7fffffff && seed <= 0xffffffff, 'scan and seed must fit 32 bits');
}

/** Writes the chunk: a pipe may take part of it, or, when its other end made it non-blocking, nothing for now. */
export function writeAll(fd: number, chunk: Uint8Array): void {
  let done = 0;
  while (done < chunk.length) {
    try {
      done += writeSync(fd, chunk, done, chunk.length - done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function parseNumber(name: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)([KMG]?)$/i.exec(text);
  if (match === null) throw new RangeError(`--${name} must be a number, not '${text}'`);
  const scale = { '': 1, K: 1e3, M: 1e6, G: 1e9 }[match[2].toUpperCase()] ?? 1;
  const value = Number(match[1]) * scale;
  // 2.3G is a whole number that doubles reach only nearly.
  return scale === 1 ? value : Math.round(value);
}

function parseOptions(args: string[]): { options: Partial<GenerateOptions>; out: string; help: boolean } {
  const names = Object.keys(GENERATE_DEFAULTS);
  const flags = Object.fromEntries([...names, 'out'].map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args, options: { ...flags, help: { type: 'boolean', short: 'h' } } });
  const options: Record<string, unknown> = {};
  for (const name of names) {
    const text = (values as Record<string, unknown>)[name];
    if (typeof text === 'string') options[name] = name === 'profile' ? (text as Profile) : parseNumber(name, text);
  }
  const { out = '-', help = false } = values as { out?: string; help?: boolean };
  return { options: options as Partial<GenerateOptions>, out, help };
}

function main(args: string[]): number {
  try {
    const { options, out, help } = parseOptions(args);
    if (help) {
      console.log(USAGE);
      return 0;
    }
    if (out === '-' && process.stdout.isTTY) throw new RangeError('a capture is not for the terminal: give --out FILE');
    const startMs = performance.now();
    const summary = generateFile(options, out);
    const seconds = (performance.now() - startMs) / 1000;
    console.error(JSON.stringify({ ...summary, seconds, gigabytesPerSec: summary.bytes / seconds / 1e9 }));
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // The reader of a pipe may stop when it has seen enough.
    if (code === 'EPIPE') return 0;
    console.error(`generate: ${message}`);
    return 2;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2));
}
