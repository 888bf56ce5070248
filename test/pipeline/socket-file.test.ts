/**
 * The file of the socket: what may be at its path already, who gets it, and what becomes of it.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { CountServer } from '../../src/pipeline/count-server.js';
import { SocketError } from '../../src/pipeline/socket-error.js';
import { ask, assertAnswer, COUNTS, soon } from '../support/count-clients.js';
import { built, ended, temporaryFolder } from '../support/launch.js';

const FOLDER = temporaryFolder();
const MOST_PATH_BYTES = process.platform === 'linux' ? 107 : 103;
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** A path in a folder of its own, so that everything that is left behind shows. */
const newPath = (): string => join(mkdtempSync(join(FOLDER, 'f')), 'a.sock');
const besides = (path: string): string[] => readdirSync(join(path, '..')).sort();
const open = (path: string): Promise<CountServer> => CountServer.open(path, () => COUNTS);

/** Opens a server that is closed with the test. */
async function serve(t: TestContext, path: string): Promise<CountServer> {
  const server = await open(path);
  t.after(() => server.close());
  return server;
}

function assertRefused(path: string, message: string): Promise<void> {
  return assert.rejects(open(path), (error: Error) => {
    assert.ok(error instanceof SocketError, error.stack);
    assert.equal(error.message, message);
    return true;
  });
}

/** A process that answers at `path`, when it has said how that went. It is killed with the test. */
async function serving(t: TestContext, path: string, options: SpawnOptions = {}): Promise<[ChildProcess, string]> {
  const args = [built('test/support/serve-counts.ts'), path];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  t.after(() => child.kill('SIGKILL'));
  const said = await soon(
    new Promise<string>((resolve) => child.stdout!.once('data', (text) => resolve(`${text}`))),
    path,
  );
  return [child, said.trimEnd()];
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await soon(exit, 'a killed process to be gone');
}

describe('the path of a socket', () => {
  for (const name of ['a', 'ab', 'a b', 'tcpeek.sock', '日本', '.hidden', '-x', 'a'.repeat(50)]) {
    it(`may be ${name}`, async (t) => {
      const path = join(newPath(), '..', name);
      const server = await serve(t, path);
      assert.ok(lstatSync(path).isSocket());
      assert.deepEqual(besides(path), [name], 'nothing but the socket');
      assertAnswer(await ask(path, 'GET\r\n'));
      assert.equal(server.close(), undefined);
      assert.deepEqual(besides(path), []);
    });
  }

  it('may be relative, and go through links', async (t) => {
    const path = newPath();
    symlinkSync(join(path, '..'), join(FOLDER, 'link'));
    mkdirSync(join(path, '..', 'below'));
    symlinkSync(join(path, '..', 'below'), join(FOLDER, 'link below'));
    for (const given of [join(FOLDER, 'link', 'a.sock'), `${FOLDER}/link below/../a.sock`]) {
      const server = await serve(t, given);
      assertAnswer(await ask(path, 'GET\r\n'));
      server.close();
      assert.deepEqual(besides(path), ['below']);
    }
    const [, said] = await serving(t, 'a.sock', { cwd: join(path, '..') });
    assert.equal(said, 'listening');
    assertAnswer(await ask(path, 'GET\r\n'));
  });

  it('may be as long as the system allows, whatever the length of the name', async (t) => {
    for (const nameBytes of [1, 2, 3, 20]) {
      const above = newPath().slice(0, -'a.sock'.length);
      const folder = `${above}${'d'.repeat(MOST_PATH_BYTES - above.length - nameBytes - 1)}`;
      mkdirSync(folder);
      const path = `${folder}/${'s'.repeat(nameBytes)}`;
      assert.equal(Buffer.byteLength(path), MOST_PATH_BYTES);
      const server = await serve(t, path);
      assertAnswer(await ask(path, 'GET\r\n'));
      await assertRefused(path, `${path} is in use: a live process listens there`);
      server.close();
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  for (const name of ['x', 'ü']) {
    it(`that is longer is refused: ${name}`, async () => {
      const folder = newPath().slice(0, -'a.sock'.length);
      const path = `${folder}${name.repeat(MOST_PATH_BYTES - folder.length + 1)}`;
      const bytes = Buffer.byteLength(path);
      const message = `${path}: the path of a socket has at most ${MOST_PATH_BYTES} bytes, this one has ${bytes}`;
      await assertRefused(path, message);
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  it('that names nothing is refused', async () => {
    await assertRefused('', 'a socket needs a path');
    await assertRefused(`${FOLDER}/`, `${FOLDER}/ names a folder, and no socket`);
  });

  it('in a folder that is none is refused', async () => {
    const missing = join(FOLDER, 'missing');
    await assertRefused(`${missing}/a.sock`, `${missing}/a.sock: ${missing}/: there is no such folder`);
    const file = join(FOLDER, 'file');
    writeFileSync(file, '');
    await assertRefused(`${file}/a.sock`, `${file}/a.sock: ${file}/: a part of the path is not a directory`);
  });

  it('in a folder of somebody else is refused', async (t) => {
    const path = newPath();
    chmodSync(FOLDER, 0o755);
    chmodSync(join(path, '..'), isRoot ? 0o755 : 0o555);
    const [, said] = await serving(t, path, isRoot ? { uid: NOBODY, gid: NOBODY } : {});
    assert.equal(said, `${path}: permission denied`);
    assert.deepEqual(besides(path), []);
  });

  it('at which there is something else is refused, and that is left alone', async () => {
    const path = newPath();
    writeFileSync(path, 'precious');
    await assertRefused(path, `${path} is there already, and no socket`);
    rmSync(path);
    mkdirSync(path);
    await assertRefused(path, `${path} is there already, and no socket`);
    rmSync(path, { recursive: true });
    symlinkSync('nowhere', path);
    await assertRefused(path, `${path} is there already, and no socket`);
    assert.deepEqual(besides(path), ['a.sock']);
  });
});

describe('a name of one letter', () => {
  it('is never its own rival', async (t) => {
    const folder = join(newPath(), '..');
    // There are only 36 names of that length to listen at first.
    for (let round = 0; round < 200; round++) {
      const server = await serve(t, join(folder, 'a'));
      assert.deepEqual(readdirSync(folder), ['a']);
      server.close();
    }
  });
});

describe('a socket that is there already', () => {
  it('of a live process is left alone', async (t) => {
    const path = newPath();
    const [child, said] = await serving(t, path);
    assert.equal(said, 'listening');
    await assertRefused(path, `${path} is in use: a live process listens there`);
    assertAnswer(await ask(path, 'GET\r\n'));
    assert.deepEqual(besides(path), ['a.sock']);
    const end = ended(child);
    child.stdin!.end();
    assert.equal((await end).code, 0);
    assert.deepEqual(besides(path), []);
  });

  it('of another program that lives is left alone', async (t) => {
    const path = newPath();
    const other = createServer();
    t.after(() => other.close());
    await new Promise<void>((resolve) => other.listen(path, resolve));
    await assertRefused(path, `${path} is in use: a live process listens there`);
    assert.ok(lstatSync(path).isSocket());
  });

  it('of a process that was killed is replaced', async (t) => {
    const path = newPath();
    for (let round = 0; round < 3; round++) {
      const [child, said] = await serving(t, path);
      assert.equal(said, 'listening');
      await killed(child);
      assert.ok(lstatSync(path).isSocket(), 'the file is still there');
    }
    const server = await serve(t, path);
    assertAnswer(await ask(path, 'GET\r\n'));
    server.close();
    assert.deepEqual(besides(path), []);
  });

  it('of a killed process goes to one of those that want it', async (t) => {
    for (let round = 0; round < 10; round++) {
      const path = newPath();
      if (round % 2 === 0) await killed((await serving(t, path))[0]);
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => open(path)));
      const [server, ...others] = outcomes.flatMap((outcome) =>
        outcome.status === 'fulfilled' ? [outcome.value] : [],
      );
      assert.deepEqual(others, []);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          assert.match(`${outcome.reason}`, /is in use: a live process listens there$/);
      }
      assertAnswer(await ask(path, 'GET\r\n'));
      assert.deepEqual(besides(path), ['a.sock']);
      server.close();
      assert.deepEqual(besides(path), []);
    }
  });

  it('of a killed process goes to one of several processes', async (t) => {
    const path = newPath();
    await killed((await serving(t, path))[0]);
    const all = await Promise.all(Array.from({ length: 4 }, () => serving(t, path)));
    const said = all.map(([, text]) => text).sort();
    const inUse = `${path} is in use: a live process listens there`;
    assert.deepEqual(said, [inUse, inUse, inUse, 'listening'].sort());
    assertAnswer(await ask(path, 'GET\r\n'));
    assert.deepEqual(besides(path), ['a.sock']);
  });

  it('of somebody else, in a folder for all, is left alone', { skip: !isRoot && 'needs root' }, async (t) => {
    const path = newPath();
    chmodSync(FOLDER, 0o755);
    chmodSync(join(path, '..'), 0o1777);
    const nobody = { uid: NOBODY, gid: NOBODY };
    const [owner] = await serving(t, path);
    chmodSync(path, 0o755);
    const denied = `${path} is there already, and whether it is in use cannot be told: permission denied`;
    assert.equal((await serving(t, path, nobody))[1], denied);
    await killed(owner);
    chmodSync(path, 0o777);
    const stays = `${path} is of a process that is gone, and stays: operation not permitted`;
    assert.equal((await serving(t, path, nobody))[1], stays);
    assert.deepEqual(besides(path), ['a.sock']);
  });
});

describe('a socket that is closed', () => {
  it('leaves the file that another process has put in its place', async (t) => {
    const path = newPath();
    const first = await serve(t, path);
    renameSync(path, `${path}.old`);
    const second = await serve(t, path);
    assert.equal(first.close(), undefined);
    assertAnswer(await ask(path, 'GET\r\n'));
    second.close();
    assert.deepEqual(besides(path), ['a.sock.old']);
  });

  it('does not mind that its file is gone', async (t) => {
    const path = newPath();
    const server = await serve(t, path);
    rmSync(join(path, '..'), { recursive: true });
    assert.equal(server.close(), undefined);
  });

  it('says that its file stays', async (t) => {
    const path = newPath();
    chmodSync(FOLDER, 0o755);
    const folder = join(path, '..');
    chmodSync(folder, isRoot ? 0o777 : 0o755);
    const [child, said] = await serving(t, path, isRoot ? { uid: NOBODY, gid: NOBODY } : {});
    assert.equal(said, 'listening');
    chmodSync(folder, isRoot ? 0o755 : 0o555);
    t.after(() => chmodSync(folder, 0o755));
    const end = ended(child);
    child.stdin!.end();
    const { code, stdout } = await end;
    assert.equal(stdout, `${path} is left behind: permission denied\n`);
    assert.equal(code, 0);
    assert.ok(existsSync(path));
  });

  it('kept no process alive', async () => {
    const path = newPath();
    const args = [built('test/support/serve-counts.ts'), path, 'leave'];
    const run = await ended(spawn(process.execPath, args));
    assert.deepEqual(run, { code: 0, stdout: 'listening\n', stderr: '' });
  });
});
