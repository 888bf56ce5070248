/**
 * Makes captures of a scan: one host's SYNs to address after address, of which it is known exactly what becomes. Owns the fate of each.
 *
 *   node dist/test/bench/scan-stream.js COUNT OUT
 */
import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ACK, CLIENT, RecordWriter, RST, SERVER, SYN } from '../../datasets/frames.js';

/** The scanner, as `--local` has it. */
export const SCANNER = '10.0.0.1';
/** Each SYN 360 us after the one before: 10,000,000 in an hour. */
const GAP_USEC = 360;
const USEC = 1_000_000;
/** SYNs between one and its answer (36 ms), and its repeat (a second). */
const ANSWER_AFTER = 100;
const REPEAT_AFTER = 2778;

const SCANNER_ADDRESS = 0x0a000001;
const FIRST_TARGET = 0x20000000;
const SCAN_PORT = 443;
const FIRST_PORT = 32_768;
const PORTS = 28_000;
const SEQ = 1000;
const ANSWER_SEQ = 5000;
const SNAPLEN_BYTES = 96;

/** What becomes of a SYN: nothing, a RST comes, or its handshake is done, perhaps only after a repeat. */
type Fate = 'silent' | 'rejected' | 'answered' | 'answered late';

function fateOf(number: number): Fate {
  if (number % 20 === 3) return 'rejected';
  if (number % 500 !== 7) return 'silent';
  return number % 1000 === 7 ? 'answered' : 'answered late';
}

/** What a scan must come to. */
export interface ScanFigures {
  readonly packets: number;
  readonly success: number;
  readonly repeatedSyns: number;
  readonly timeouts: number;
  readonly rejects: number;
  /** Those of the last minute. */
  readonly open: number;
}

/** The figures of a scan of `count` addresses when handshakes time out after `timeoutSec`. */
export function scanFigures(count: number, timeoutSec: number): ScanFigures {
  let [success, repeatedSyns, timeouts, rejects, open] = [0, 0, 0, 0, 0];
  const lastSec = Math.floor(((count - 1 + REPEAT_AFTER + ANSWER_AFTER) * GAP_USEC) / USEC);
  for (let number = 0; number < count; number++) {
    const fate = fateOf(number);
    if (fate === 'rejected') rejects++;
    else if (fate === 'silent') Math.ceil((number * GAP_USEC) / USEC) + timeoutSec <= lastSec ? timeouts++ : open++;
    else success++;
    if (fate === 'answered late') repeatedSyns++;
  }
  const packets = count + rejects + 2 * success + repeatedSyns + 1;
  return { packets, success, repeatedSyns, timeouts, rejects, open };
}

/** A scan of `count` addresses, and a segment of no conversation behind it. What is answered, is so right before a SYN's time. */
function scan(records: RecordWriter, count: number): void {
  const isOf = (number: number, fate: Fate): boolean => number >= 0 && number < count && fateOf(number) === fate;
  for (let step = 0; step < count + REPEAT_AFTER + ANSWER_AFTER; step++) {
    records.elapsedUsec = step * GAP_USEC;
    const number = step - ANSWER_AFTER;
    if (isOf(number, 'rejected')) reject(records, number);
    if (isOf(number, 'answered')) answer(records, number);
    if (isOf(number - REPEAT_AFTER, 'answered late')) answer(records, number - REPEAT_AFTER);
    if (isOf(step - REPEAT_AFTER, 'answered late')) syn(records, step - REPEAT_AFTER);
    if (step < count) syn(records, step);
  }
  segment(records, CLIENT, ACK, count, SEQ + 1, ANSWER_SEQ + 1);
}

const syn = (records: RecordWriter, number: number): void => segment(records, CLIENT, SYN, number, SEQ, 0);

const reject = (records: RecordWriter, number: number): void => segment(records, SERVER, RST | ACK, number, 0, SEQ + 1);

function answer(records: RecordWriter, number: number): void {
  segment(records, SERVER, SYN | ACK, number, ANSWER_SEQ, SEQ + 1);
  segment(records, CLIENT, ACK, number, SEQ + 1, ANSWER_SEQ + 1);
}

function segment(records: RecordWriter, sender: number, flags: number, number: number, seq: number, ack: number): void {
  const port = FIRST_PORT + (number % PORTS);
  const target = FIRST_TARGET + number;
  const [from, to] = sender === CLIENT ? [SCANNER_ADDRESS, target] : [target, SCANNER_ADDRESS];
  const ports = sender === CLIENT ? (port << 16) | SCAN_PORT : (SCAN_PORT << 16) | port;
  records.segment(sender, flags, from, to, ports, seq, ack, 0, 0, 0);
}

/** Writes such a capture. */
export function makeScan(count: number, path: string): void {
  const fd = openSync(path, 'w');
  const records = new RecordWriter((chunk) => {
    for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
  }, SNAPLEN_BYTES);
  scan(records, count);
  records.flush();
  closeSync(fd);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [count, path] = process.argv.slice(2);
  makeScan(Number(count), path);
}
