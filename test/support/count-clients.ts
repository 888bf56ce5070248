/**
 * Clients of the socket that answers with counts, as other programs have them, and counts to be answered.
 */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import type { CurrentCounts } from '../../src/pipeline/count-server.js';
import { renderCounts } from '../../src/tcpeek/answers.js';

/** Whatever goes wrong, a wait ends within this. */
const LIMIT_MS = 20_000;

/** Every figure another one. */
export const COUNTS: CurrentCounts = {
  filters: [
    { name: 'RX', counts: [10, 1, 2, 13, 4, 5, 6] },
    { name: 'a "name" of 3 words, \u00e9', counts: [20, 21, 22, 23, 24, 25, 26] },
  ],
  packets: { received: 30, dropped: 31, droppedByInterface: 32 },
};
export const ANSWER = renderCounts(COUNTS.filters, COUNTS.packets);

/** So many counts that a socket's buffers do not hold them. */
export const MANY_COUNTS: CurrentCounts = {
  filters: Array.from({ length: 20_000 }, (_, index) => ({ name: `filter ${index}`, counts: [1, 2, 3, 4, 5, 6, 7] })),
  packets: COUNTS.packets,
};

/** Resolves with what `wait` does; rejects when that takes too long. */
export async function soon<T>(wait: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    return await Promise.race([wait, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A connected client that sends nothing yet. */
export function connected(path: string): Promise<Socket> {
  return soon(
    new Promise<Socket>((resolve, reject) => {
      const socket = connect({ path, allowHalfOpen: true }, () => {
        socket.off('error', reject);
        resolve(socket);
      });
      socket.once('error', reject);
    }),
    'to connect',
  );
}

/** Everything up to the end of the stream; the end must be a clean one. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  const whole = new Promise<string>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.once('error', reject);
  });
  try {
    return await soon(whole, 'to read an answer');
  } finally {
    socket.destroy();
  }
}

/** Sends bytes as they are, and reads the answer. */
export async function ask(path: string, request: string): Promise<string> {
  return askThrough(await connected(path), request);
}

/** The same through a connection that is there already. */
export function askThrough(socket: Socket, request: string): Promise<string> {
  socket.write(request);
  return readAll(socket);
}

/** The answer is that to GET, for COUNTS. */
export function assertAnswer(answer: string): void {
  assert.equal(answer, ANSWER);
}
