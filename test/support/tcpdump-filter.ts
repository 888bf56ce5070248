/**
 * Asks the installed tcpdump about a filter expression: which packets it selects, and the program it makes of it. Owns how
 * tcpdump is run and what its messages mean.
 */
import { spawn } from 'node:child_process';

/** A packet of a test; `bytes` are those captured. */
export interface FilterPacket {
  readonly bytes: Uint8Array;
  readonly wireBytes: number;
}

/** The numbers of the packets selected, in order, or why there is no answer. */
export type Selection = { readonly selected: readonly number[] } | { readonly error: string };

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** Longest packet of the files written here. */
const SNAPLEN = 262144;
/** Some of its programs loop for ever over some packets. */
const LONGEST_MS = 120_000;
/** tcpdump says this only when it optimises: no packet at all can be selected. */
const REJECTS_ALL = 'expression rejects all packets';

/** Whether the error is of the optimiser, which found that nothing can be selected. */
export function rejectsAll(error: string): boolean {
  return error.includes(REJECTS_ALL);
}

/** A pcap file whose time stamps are the numbers of the packets, so that a selection of them tells which they are. */
export function numberedFile(linkType: number, packets: readonly FilterPacket[]): Uint8Array {
  const bytes = packets.reduce((sum, packet) => sum + RECORD_HEADER_BYTES + packet.bytes.length, FILE_HEADER_BYTES);
  const file = new Uint8Array(bytes);
  const data = new DataView(file.buffer);
  data.setUint32(0, 0xa1b2c3d4, true);
  data.setUint16(4, 2, true);
  data.setUint16(6, 4, true);
  data.setUint32(16, SNAPLEN, true);
  data.setUint32(20, linkType, true);
  let at = FILE_HEADER_BYTES;
  packets.forEach((packet, number) => {
    data.setUint32(at, number, true);
    data.setUint32(at + 8, packet.bytes.length, true);
    data.setUint32(at + 12, packet.wireBytes, true);
    file.set(packet.bytes, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + packet.bytes.length;
  });
  return file;
}

/** Which packets of a `numberedFile` tcpdump selects. */
export async function selectWithTcpdump(text: string, file: Uint8Array, optimise = true): Promise<Selection> {
  const { status, stdout, stderr } = await tcpdump([...(optimise ? [] : ['-O']), '-w', '-'], text, file);
  return status === 0 ? { selected: numbersIn(stdout) } : { error: messageOf(stderr) };
}

/** The program as decimal numbers (`-ddd`), or why there is none. */
export async function programOf(
  text: string,
  linkType: number,
  optimise = true,
): Promise<{ readonly program: string } | { readonly error: string }> {
  const options = [...(optimise ? [] : ['-O']), '-ddd'];
  const { status, stdout, stderr } = await tcpdump(options, text, numberedFile(linkType, []));
  return status === 0 ? { program: stdout.toString() } : { error: messageOf(stderr) };
}

interface Outcome {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Reads the file from its standard input; `--` since an expression may begin with a minus. */
function tcpdump(options: readonly string[], text: string, file: Uint8Array): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('tcpdump', ['-n', '-r', '-', ...options, '--', text], { timeout: LONGEST_MS });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
    child.on('error', reject);
    // It ends without reading its input when it takes exception to the expression.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    child.on('close', (status, signal) => {
      if (status === null) reject(new Error(`tcpdump ended by ${signal}: ${text}`));
      else resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
    child.stdin.end(file);
  });
}

/** What it writes is in this machine's byte order. */
function numbersIn(file: Buffer): number[] {
  const little = file.readUInt32LE(0) === 0xa1b2c3d4;
  const word = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const numbers: number[] = [];
  for (let at = FILE_HEADER_BYTES; at < file.length; at += RECORD_HEADER_BYTES + word(at + 8)) numbers.push(word(at));
  return numbers;
}

function messageOf(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.startsWith('tcpdump: ') && !text.includes('reading from'));
  return line ?? stderr.trim();
}
