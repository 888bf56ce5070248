/**
 * Clients of the socket that answers with the counts of a run, all at once: some that ask again and again, some that send their line
 * byte by byte, some that say nothing. Ends when so many answers came, and prints how long they took, as JSON.
 *
 *   node dist/test/bench/socket-clients.js PATH ANSWERS
 */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const AT_ONCE = 20;
const SLOW = 5;
const SILENT = 5;
const BYTE_MS = 150;
const RETRY_MS = 20;
/** One request in so many is a REFRESH. */
const REFRESH_EVERY = 10;

const [path, wanted] = process.argv.slice(2);
let left = Number(wanted);
let failed = 0;
const delaysMs: number[] = [];

/** One answer's bytes; `bytes` of the request are sent one by one if `isSlow`. */
function ask(request: string, isSlow = false): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    const socket = connect(path, async () => {
      if (!isSlow) return socket.write(request);
      for (const byte of request) {
        if (socket.destroyed) return undefined;
        socket.write(byte);
        await sleep(BYTE_MS);
      }
      return undefined;
    });
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(bytes));
  });
}

async function asker(): Promise<void> {
  while (left > 0) {
    const number = left--;
    const begunMs = performance.now();
    if ((await ask(number % REFRESH_EVERY === 0 ? 'REFRESH\r\n' : 'GET\r\n')) === 0) failed++;
    delaysMs.push(performance.now() - begunMs);
  }
}

async function nuisance(request: string): Promise<never> {
  for (;;) {
    await ask(request, true);
    await sleep(RETRY_MS);
  }
}

while ((await ask('GET\r\n')) === 0) await sleep(RETRY_MS);
for (let number = 0; number < SLOW; number++) void nuisance('GET\r\n');
for (let number = 0; number < SILENT; number++) void nuisance('');
await Promise.all(Array.from({ length: AT_ONCE }, asker));
delaysMs.sort((a, b) => a - b);
const at = (part: number): number => delaysMs[Math.floor(part * (delaysMs.length - 1))];
console.log(JSON.stringify({ answers: delaysMs.length - failed, failed, medianMs: at(0.5), mostMs: at(1) }));
process.exit();
