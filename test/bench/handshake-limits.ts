/**
 * The part of `npm run limits` that is about handshakes: a scan of ten million addresses in an hour, and the clock by which handshakes
 * time out. Owns the bounds.
 */
import { fileURLToPath } from 'node:url';
import { jumpNsec, tickNsec } from './handshake-clock.js';
import { SCANNER, type ScanFigures, scanFigures } from './scan-stream.js';
import { figure, type Measured, runOnStream } from './stream-run.js';

const STREAM = fileURLToPath(new URL('./scan-stream.js', import.meta.url));
const TIMEOUT_SEC = 60;
/** Ten times as many addresses may take so much more memory: chance of when rings are full and garbage is collected. */
const MOST_MORE_MB = 40;
/** A tick with a million open handshakes against one with a thousand, none of them due. */
const MOST_SLOWER_TICK = 3;
/** With one that is due, and the wheel turning: each open handshake is met once in 1024 s. */
const MOST_TURN_NSEC = 500;
/** A SYN by one of two clocks that are 900 s apart, against one clock. */
const MOST_SLOWER_JUMP = 3;
/** Of what is measured in this process the fastest of so many rounds counts. */
const ROUNDS = 7;

/** Memory must be that of the last minute's handshakes, and each of them must be counted, and have its line where lines are wanted. */
export async function scan(): Promise<boolean> {
  const results: boolean[] = [];
  for (const hasLines of [false, true]) {
    const usual = await scanOf(1_000_000, hasLines);
    const large = await scanOf(10_000_000, hasLines);
    const boundMb = usual.peakMb + MOST_MORE_MB;
    const peaks = `${large.peakMb.toFixed(0)} MB after ${usual.peakMb.toFixed(0)} MB`;
    console.log(`  ten times as many${hasLines ? ', with lines' : ''}: ${peaks}, bound ${boundMb.toFixed(0)} MB`);
    results.push(usual.isRight, large.isRight, large.peakMb <= boundMb);
  }
  return results.every(Boolean);
}

async function scanOf(count: number, hasLines: boolean): Promise<{ peakMb: number; isRight: boolean }> {
  const options = hasLines
    ? ['run', '-o', 'tcpeek=-', '--handshake-timeout', String(TIMEOUT_SEC), '--local', SCANNER]
    : ['tcpeek', '-q', '-t', String(TIMEOUT_SEC), '--local', SCANNER, '-r'];
  const measured = await runOnStream([STREAM, String(count)], options);
  const expected = scanFigures(count, TIMEOUT_SEC);
  const ended = count - expected.open;
  const isRight = isAsExpected(measured, expected) && measured.lines === (hasLines ? ended + HEAD_LINES : 0);
  const { seconds, peakMb, lines } = measured;
  console.log(`a scan of ${count} addresses: ${measured.packets} packets in ${seconds.toFixed(1)} s, ${lines} lines`);
  console.log(`  ${ended} ended, ${expected.open} open at the end: ${isRight ? 'all counted' : 'NOT as expected'}`);
  console.log(`  peak ${peakMb.toFixed(0)} MB`);
  if (!isRight) console.log(measured.statistics.slice(-2000));
  return { peakMb, isRight };
}

const HEAD_LINES = 2;

/** The figures of TX are the scan's, those of RX 0. */
function isAsExpected({ code, statistics, packets }: Measured, expected: ScanFigures): boolean {
  const { success, repeatedSyns, timeouts, rejects } = expected;
  const [rx, tx] = [' RX', ' TX'].map((name) => statistics.slice(statistics.indexOf(`\n${name}\n`)));
  const has = (text: string, name: string, value: number): boolean => figure(text, name) === value;
  return (
    code === 0 &&
    packets === expected.packets &&
    has(rx, 'Success', 0) &&
    has(rx, 'Failure', 0) &&
    has(tx, 'Success', success) &&
    has(tx, 'SYN Segment Duplicate', repeatedSyns) &&
    has(tx, 'Failure', timeouts + rejects) &&
    has(tx, 'Connection Timed Out', timeouts) &&
    has(tx, 'Connection Rejected', rejects)
  );
}

/** Ticks cost nothing for handshakes that are not due, nor do clocks that jump. */
export async function ticks(): Promise<boolean> {
  const least = (once: () => number): number => Math.min(...Array.from({ length: ROUNDS }, once));
  // In turn, so that whatever else the machine does meets both; the first round is compilation's.
  tickNsec(1000, true);
  const thousand = least(() => tickNsec(1000, false));
  const million = least(() => tickNsec(1_000_000, false));
  const turning = least(() => tickNsec(1_000_000, true));
  const turnNsec = ((turning - thousand) * 3599) / 1_000_000;
  console.log('a tick in each packet, one a second for an hour');
  console.log(
    `  ${million.toFixed(0)} ns with a million open, ${thousand.toFixed(0)} ns with a thousand, bound ${MOST_SLOWER_TICK} times`,
  );
  console.log(
    `  with one due early: ${turnNsec.toFixed(0)} ns for each of a million in the whole hour, bound ${MOST_TURN_NSEC} ns`,
  );
  const monotone = least(() => jumpNsec(200_000, 0));
  const jumping = least(() => jumpNsec(200_000, 900));
  console.log('200,000 SYNs by two clocks 900 s apart');
  console.log(`  ${jumping.toFixed(0)} ns each, ${monotone.toFixed(0)} by one clock, bound ${MOST_SLOWER_JUMP} times`);
  const isQuick = million <= MOST_SLOWER_TICK * thousand && turnNsec <= MOST_TURN_NSEC;
  return isQuick && jumping <= MOST_SLOWER_JUMP * monotone;
}
