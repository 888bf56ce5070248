/**
 * Asks a run for its counts, through its UNIX socket. Owns the patience with it, and what is said when no answer comes.
 */
import { connect } from 'node:net';
import { describeSystemError } from '../capture/problem.js';
import { checkSocketPath, SocketError } from './socket-error.js';

const ANSWER_MS = 5000;
/** A thousand filters make 100 KB: more than this comes from something else. */
const MOST_ANSWER_BYTES = 64 * 1024 * 1024;

/** The whole answer to `request`, as it came. Rejects with a SocketError, also when it took longer than `limitMs`. */
export function askForCounts(path: string, request: 'GET' | 'REFRESH', limitMs = ANSWER_MS): Promise<string> {
  checkSocketPath(path);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = connect(path, () => socket.write(`${request}\r\n`));
    const fail = (what: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new SocketError(`${path}: ${what}`));
    };
    const timer = setTimeout(() => fail(bytes === 0 ? inTime(limitMs) : `${inTime(limitMs)} to its end`), limitMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_ANSWER_BYTES) fail(`the answer is longer than ${MOST_ANSWER_BYTES} bytes`);
    });
    socket.on('error', (error) => fail(failureText(error, bytes)));
    socket.on('end', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

const inTime = (limitMs: number): string => `no answer came within ${limitMs / 1000} s`;

function failureText(error: NodeJS.ErrnoException, bytes: number): string {
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such socket: is the run under way, and with this path?';
    case 'ECONNREFUSED':
      return 'nobody listens there: the run is gone, or this is no socket';
    case 'EPIPE':
    case 'ECONNRESET':
      return bytes === 0 ? 'the run closed without an answer' : `the answer is cut short after ${bytes} bytes`;
    default:
      return describeSystemError(error, 'reached');
  }
}
