/**
 * What can be wrong with the UNIX socket of a run, on either side of it.
 */

/** A whole message of one line: it names the path, as it was given. */
export class SocketError extends Error {}

/** Room for a path in sockaddr_un: 108 bytes on Linux, 104 elsewhere, of which the last is a NUL (unix(7)). */
const MOST_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** Throws when no socket can have this path. A longer one would be cut without a word. */
export function checkSocketPath(path: string): void {
  if (path === '') throw new SocketError('a socket needs a path');
  if (path.endsWith('/')) throw new SocketError(`${path} names a folder, and no socket`);
  const bytes = Buffer.byteLength(path);
  if (bytes > MOST_PATH_BYTES) {
    throw new SocketError(`${path}: the path of a socket has at most ${MOST_PATH_BYTES} bytes, this one has ${bytes}`);
  }
}
