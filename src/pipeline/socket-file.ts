/**
 * The file of a UNIX socket: how a server comes to a path that others may want too, and how it leaves it. Owns what is done with
 * a file that is there already; knows nothing of what is said through the socket.
 *
 *     listen at a name nobody knows ──► link it to the path ──► done, the first name goes
 *                                            │    ▲
 *                                    taken   ▼    │ free now
 *                              by whom? ── nobody: move it aside, be sure it was that one, remove it
 *                                  └────── a live process, or no socket: an error
 *
 * The path leads to a server that answers from its first moment on, and a link never takes the place of another's file.
 */
import { randomInt } from 'node:crypto';
import { linkSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { describeSystemError } from '../capture/problem.js';
import { checkSocketPath, SocketError } from './socket-error.js';

/** A file that is told from one that took its place: an inode's number is given again, but not its time with it. */
interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly modifiedNs: bigint;
}

/** Names are tried, and paths asked for, this often: somebody else is always faster only when something is very wrong. */
const MOST_TRIES = 100;
const MOST_RANDOM_CHARACTERS = 8;

/** The file of a socket that listens. */
export class SocketFile {
  readonly #path: string;
  readonly #identity: FileIdentity;

  private constructor(path: string, identity: FileIdentity) {
    this.#path = path;
    this.#identity = identity;
  }

  /** Makes `server` listen at `path`. Rejects with a SocketError, and then the server does not listen. */
  static async claim(server: Server, path: string): Promise<SocketFile> {
    checkSocketPath(path);
    checkFolder(path);
    // The server removes the file of its own name when it is closed, whoever's that is by then: so it gets a name that
    // is gone soon.
    const firstName = await listenBeside(server, path);
    try {
      const identity = identityOf(firstName)!;
      await takePath(firstName, path);
      return new SocketFile(path, identity);
    } catch (error) {
      server.close();
      throw error;
    } finally {
      rmSync(firstName, { force: true });
    }
  }

  /**
   * Removes the file, unless another process has put its own there. To be called while the server still listens. Returns what
   * kept the file from being removed, as when the rights to the folder were given up.
   */
  release(): SocketError | undefined {
    try {
      const found = identityOf(this.#path);
      if (found !== undefined && isSame(found, this.#identity)) rmSync(this.#path, { force: true });
      return undefined;
    } catch (error) {
      return new SocketError(`${this.#path} is left behind: ${describeSystemError(error, 'removed')}`);
    }
  }
}

/** Nothing is taken out of it: with links, `a/..` need not be where it seems. */
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1) || '.';
const beside = (path: string, name: string): string => path.slice(0, path.lastIndexOf('/') + 1) + name;

function checkFolder(path: string): void {
  const folder = folderOf(path);
  try {
    if (statSync(folder).isDirectory()) return;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = isMissing ? 'there is no such folder' : describeSystemError(error);
    throw new SocketError(`${path}: ${folder}: ${what}`);
  }
  throw new SocketError(`${path}: ${folder} is no folder`);
}

/** Listens in the folder of `path`, at a name that is not longer than it, and says at which. */
async function listenBeside(server: Server, path: string): Promise<string> {
  const most = Math.min(Buffer.byteLength(path.slice(path.lastIndexOf('/') + 1)), MOST_RANDOM_CHARACTERS + 1);
  for (let tries = 0; ; tries++) {
    const name = beside(path, most === 1 ? randomText(1) : `.${randomText(most - 1)}`);
    // At the path itself it would find that it is in use: by itself.
    if (name === path) continue;
    try {
      await listen(server, name);
      return name;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || tries >= MOST_TRIES) throw new SocketError(`${path}: ${describeSystemError(error, 'created')}`);
    }
  }
}

const randomText = (characters: number): string =>
  randomInt(36 ** characters)
    .toString(36)
    .padStart(characters, '0');

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Gives the file `firstName` the name `path` too, in place of a file that nobody listens at. */
async function takePath(firstName: string, path: string): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (tryLink(firstName, path)) return;
    const found = socketAt(path);
    if (found !== undefined && (await isStale(path))) moveAway(path, found);
  }
  throw new SocketError(`${path}: other processes come and go at this path`);
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new SocketError(`${to}: ${describeSystemError(error, 'created')}`);
  }
}

/** The socket at a path, if there is still something. */
function socketAt(path: string): FileIdentity | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isSocket()) throw new SocketError(`${path} is there already, and no socket`);
  return identityOf(path);
}

/** Whether nobody listens at a socket; not when it is gone by now. Rejects with a SocketError when somebody does. */
async function isStale(path: string): Promise<boolean> {
  const code = await connectError(path);
  switch (code) {
    case 'ECONNREFUSED':
      return true;
    case 'ENOENT':
      return false;
    case undefined:
    // Alive, and more want to connect to it than it has room for.
    case 'EAGAIN':
      throw new SocketError(`${path} is in use: a live process listens there`);
    case 'EPROTOTYPE':
      throw new SocketError(`${path} is there already, and a socket of another kind`);
    case 'EACCES':
    case 'EPERM':
      throw new SocketError(`${path} is there already, and whether it is in use cannot be told: permission denied`);
    default:
      throw new SocketError(`${path} is there already, and whether it is in use cannot be told (${code})`);
  }
}

/** The system's name of what keeps one from connecting, if anything does. */
function connectError(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => resolve(undefined));
    socket.on('connect', () => socket.destroy());
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

/**
 * Removes the file at `path` that was found stale. Of several that found it so one is the first, and its own socket may be at the
 * path by now: so it is looked at again at once before it is moved, and once more when nobody else can reach it.
 */
function moveAway(path: string, stale: FileIdentity): void {
  const aside = beside(path, `.${randomText(MOST_RANDOM_CHARACTERS)}.old`);
  try {
    const found = identityOf(path);
    if (found === undefined || !isSame(found, stale)) return;
    renameSync(path, aside);
    const moved = identityOf(aside);
    if (moved !== undefined && !isSame(moved, stale)) tryLink(aside, path);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    if (error instanceof SocketError) throw error;
    throw new SocketError(`${path} is of a process that is gone, and stays: ${describeSystemError(error, 'replaced')}`);
  }
}

function identityOf(path: string): FileIdentity | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && { device: found.dev, inode: found.ino, modifiedNs: found.mtimeNs };
}

const isSame = (one: FileIdentity, other: FileIdentity): boolean =>
  one.device === other.device && one.inode === other.inode && one.modifiedNs === other.modifiedNs;
