/**
 * Connections on loopback one after the other, and how long after the end of each its line comes from `tcploom -i lo`.
 *
 *   node dialogues.js LAUNCHER [OPTION...]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const CONNECTIONS = 30;
const SETTLE_MS = 1500;
const PATIENCE_MS = 5000;

const [launcher, ...options] = process.argv.slice(2);
const program = spawn(process.execPath, [launcher, '--all', '-i', 'lo', ...options], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
let onLine = (): void => {};
program.stdout.on('data', (chunk: Buffer) => {
  if (/^\d{4} /m.test(chunk.toString())) onLine();
});
await sleep(SETTLE_MS);

const server = createServer((socket) => socket.on('data', () => socket.end('.')).on('error', () => {}));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const delaysMs: number[] = [];
for (let number = 0; number < CONNECTIONS; number++) {
  const line = new Promise<number>((resolve) => {
    onLine = () => resolve(performance.now());
  });
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.resume().write('.');
  await once(socket, 'close');
  const closedMs = performance.now();
  const cameMs = await Promise.race([line, sleep(PATIENCE_MS, Number.NaN)]);
  delaysMs.push(cameMs - closedMs);
  // Anywhere in the period of whatever buffers.
  await sleep(100 + ((number * 37) % 300));
}
program.kill('SIGINT');
await once(program, 'close');
delaysMs.sort((a, b) => a - b);
const at = (part: number): string => `${delaysMs[Math.floor(part * (delaysMs.length - 1))].toFixed(0)} ms`;
console.log(`median ${at(0.5)}, most ${at(1)}, of ${CONNECTIONS}`);
process.exit();
