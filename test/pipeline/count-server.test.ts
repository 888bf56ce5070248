/**
 * The socket that answers with counts, as its clients see it: those of other programs, many at once, slow ones, and those that
 * misbehave. `socket-file.test.ts` has the file of the socket.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type ClientLimits, CountServer, type CurrentCounts } from '../../src/pipeline/count-server.js';
import { renderCounts, renderRefresh } from '../../src/tcpeek/answers.js';
import {
  ANSWER,
  ask,
  askThrough,
  assertAnswer,
  COUNTS,
  connected,
  MANY_COUNTS,
  readAll,
  soon,
} from '../support/count-clients.js';
import { ended, temporaryFolder } from '../support/launch.js';
import { missing } from '../support/programs.js';
import { until } from '../support/prompt.js';

const FOLDER = temporaryFolder();
/** Where a test waits for something else, time must not run out. */
const PATIENT: Partial<ClientLimits> = { silentMs: 60_000, requestMs: 60_000, answerMs: 60_000, lingerMs: 60_000 };
let paths = 0;

/** A server that is closed with the test, and its path. */
async function serve(
  t: TestContext,
  limits: Partial<ClientLimits> = {},
  counts: () => CurrentCounts = () => COUNTS,
): Promise<{ server: CountServer; path: string }> {
  const path = join(FOLDER, `${++paths}.sock`);
  const server = await CountServer.open(path, counts, limits);
  t.after(() => server.close());
  return { server, path };
}

describe('a request', () => {
  for (const request of ['GET\r\n', 'GET\n', 'get\r\n', '\r\n', '\n', 'REFRESHED\r\n', ' REFRESH\r\n', 'refresh\r\n']) {
    it(`${JSON.stringify(request)} gets all counts`, async (t) => {
      const { path } = await serve(t, PATIENT);
      assertAnswer(await ask(path, request));
    });
  }

  for (const request of ['REFRESH\r\n', 'REFRESH\n', 'REFRESH\r\nGET\r\n']) {
    it(`${JSON.stringify(request)} gets what was counted since the last one`, async (t) => {
      const counts = [1, 2, 3, 4, 5, 6, 7];
      const { path } = await serve(t, PATIENT, () => ({ ...COUNTS, filters: [{ name: 'RX', counts }] }));
      const since = (...figures: number[]): string => renderRefresh([{ name: 'RX', counts: figures }], []);
      assert.equal(await ask(path, request), since(1, 2, 3, 4, 5, 6, 7));
      assert.equal(await ask(path, request), since(0, 0, 0, 0, 0, 0, 0));
      for (let place = 0; place < counts.length; place++) counts[place] += 10 * place;
      // Whoever asks for everything changes nothing for those who ask for what is new.
      assert.equal(await ask(path, 'GET\r\n'), renderCounts([{ name: 'RX', counts }], COUNTS.packets));
      assert.equal(await ask(path, request), since(0, 10, 20, 30, 40, 50, 60));
    });
  }

  for (const [request, answer] of [
    ['', ANSWER],
    ['GET', ANSWER],
    ['REFRESH', renderRefresh(COUNTS.filters, [])],
    ['REFRESH\r', renderRefresh(COUNTS.filters, [])],
  ]) {
    it(`${JSON.stringify(request)} and the end of what is sent is answered`, async (t) => {
      const { path } = await serve(t, PATIENT);
      const socket = await connected(path);
      socket.end(request);
      assert.equal(await readAll(socket), answer);
    });

    it(`${JSON.stringify(request)} and silence is answered`, async (t) => {
      const { path } = await serve(t, { ...PATIENT, silentMs: 20 });
      assert.equal(await ask(path, request), answer);
    });
  }

  it('that comes byte by byte is one', async (t) => {
    const { path } = await serve(t, PATIENT);
    const socket = await connected(path);
    const answer = readAll(socket);
    for (const byte of 'REFRESH\r\n') {
      await new Promise((resolve) => socket.write(byte, resolve));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(await answer, renderRefresh(COUNTS.filters, []));
  });

  it('that never ends is answered in time', async (t) => {
    const { path } = await serve(t, { ...PATIENT, requestMs: 50 });
    const socket = await connected(path);
    const drip = setInterval(() => socket.write(' '), 1);
    t.after(() => clearInterval(drip));
    assertAnswer(await readAll(socket));
  });

  it('of a line as long as a line may be waits for its end, a longer one does not', async (t) => {
    const { server, path } = await serve(t, PATIENT);
    const socket = await connected(path);
    socket.write('x'.repeat(127));
    // Another client's whole round leaves time enough for an answer that would be wrong.
    assertAnswer(await ask(path, 'GET\r\n'));
    await until('the other to be gone', () => server.clients === 1);
    assert.equal(socket.bytesRead, 0);
    socket.write('x');
    assertAnswer(await readAll(socket));
  });

  it('of megabytes is read to its end and answered', async (t) => {
    const { server, path } = await serve(t, PATIENT);
    for (const end of ['', '\r\n']) {
      const socket = await connected(path);
      const line = 'REFRESH'.repeat(1_500_000) + end;
      const sent = new Promise<void>((resolve, reject) => {
        socket.write(line, (error) => (error ? reject(error) : resolve()));
      });
      await soon(sent, 'to send it');
      assertAnswer(await readAll(socket));
    }
    await until('the clients to be gone', () => server.clients === 0);
  });

  it('of any bytes is answered', async (t) => {
    const { path } = await serve(t, PATIENT);
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const socket = await connected(path);
      socket.end(bytes);
      assertAnswer(await readAll(socket));
    });
    const seed = Number(process.env.FC_SEED ?? randomInt(2 ** 31));
    t.diagnostic(`seed ${seed}`);
    await fc.assert(property, { seed, numRuns: 100 });
  });
});

describe('clients of other programs', () => {
  const PYTHON = {
    'a file of the socket, and all of it as JSON': `
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b'\\r\\n')
f = s.makefile('r', encoding='utf-8')
text = f.read()
s.close()`,
    'small buffers until nothing more comes': `
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.settimeout(15)
s.connect(sys.argv[1])
s.send(sys.argv[2].encode())
s.send(b'\\r\\n')
data = b''
while True:
    part = s.recv(16)
    if not part: break
    data += part
s.close()
text = data.decode('utf-8')`,
    'a closed direction': `
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b'\\r\\n')
s.shutdown(socket.SHUT_WR)
data = b''
for part in iter(lambda: s.recv(4096), b''): data += part
text = data.decode('utf-8')`,
  };
  const CASES = [
    ['GET', ANSWER],
    ['REFRESH', renderRefresh(COUNTS.filters, [])],
  ] as const;
  for (const [what, code] of Object.entries(PYTHON)) {
    for (const [request, answer] of CASES) {
      it(`python: ${what}: ${request}`, { skip: missing('python3') }, async (t) => {
        const { path } = await serve(t, PATIENT);
        const script = `import json, socket, sys\n${code}\nprint(json.dumps(json.loads(text)))`;
        const run = await ended(spawn('python3', ['-c', script, path, request]));
        assert.equal(run.stderr, '');
        assert.deepEqual(JSON.parse(run.stdout), JSON.parse(answer));
      });
    }
  }

  const hasNetcat = spawnSync('nc', ['-h'], { encoding: 'utf8' }).stderr?.includes('OpenBSD') === true;
  it('nc -U: the bytes', { skip: !hasNetcat && 'no nc of OpenBSD here' }, async (t) => {
    const { path } = await serve(t);
    for (const options of [['-U'], ['-N', '-U']]) {
      const child = spawn('nc', [...options, path]);
      child.stdin.end('GET\r\n');
      const run = await ended(child);
      assert.equal(Buffer.from(run.stdout, 'latin1').toString('utf8'), ANSWER);
    }
  });

  it('nc -U that keeps its input open is closed', { skip: !hasNetcat && 'no nc of OpenBSD here' }, async (t) => {
    const { path } = await serve(t);
    const child = spawn('nc', ['-U', path]);
    child.stdin.on('error', () => {});
    child.stdin.write('GET\r\n');
    const run = await ended(child);
    assert.equal(Buffer.from(run.stdout, 'latin1').toString('utf8'), ANSWER);
  });
});

describe('many clients', () => {
  it('200 at once are all answered', async (t) => {
    const { server, path } = await serve(t, PATIENT);
    const sockets = await Promise.all(Array.from({ length: 200 }, () => connected(path)));
    await until('all to be accepted', () => server.clients === 200);
    const answers = await Promise.all(sockets.map((socket) => askThrough(socket, 'GET\r\n')));
    for (const answer of answers) assertAnswer(answer);
    await until('all to be gone', () => server.clients === 0);
  });

  it('10,000 one after the other leave nothing behind', async (t) => {
    const { server, path } = await serve(t, PATIENT);
    let wrong = 0;
    for (let round = 0; round < 100; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask(path, 'GET\r\n')));
      wrong += answers.filter((answer) => answer !== ANSWER).length;
    }
    assert.equal(wrong, 0);
    await until('all to be gone', () => server.clients === 0);
  });

  it('who ask together for what is new get each count once', async (t) => {
    const counts = [7, 0, 0, 0, 0, 0, 0];
    const { path } = await serve(t, PATIENT, () => ({ ...COUNTS, filters: [{ name: 'RX', counts }] }));
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(path, 'REFRESH\r\n')));
    const totals = answers.map((answer) => (JSON.parse(answer) as { RX: { success: { total: number } } }[])[0].RX);
    assert.equal(
      totals.reduce((sum, { success }) => sum + success.total, 0),
      7,
    );
  });

  it('beyond the limit the oldest goes', async (t) => {
    const { server, path } = await serve(t, { ...PATIENT, mostClients: 4 });
    const idle = [];
    for (let client = 0; client < 4; client++) idle.push(await connected(path));
    await until('four clients', () => server.clients === 4);
    const first = readAll(idle[0]);
    assertAnswer(await ask(path, 'GET\r\n'));
    assert.equal(await first, '');
    for (const socket of idle.slice(1)) assertAnswer(await askThrough(socket, 'GET\r\n'));
  });
});

describe('a client that', () => {
  it('never reads gets no more than the system holds for it, and is dropped', async (t) => {
    const { server, path } = await serve(t, { ...PATIENT, answerMs: 50 }, () => MANY_COUNTS);
    const socket = await connected(path);
    socket.pause();
    socket.write('GET\r\n');
    await until('it to be accepted', () => server.clients === 1);
    await until('it to be dropped', () => server.clients === 0);
    socket.destroy();
  });

  it('reads slowly gets everything', async (t) => {
    const { path } = await serve(t, PATIENT, () => MANY_COUNTS);
    const socket = await connected(path);
    socket.write('GET\r\n');
    socket.on('data', () => {
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    assert.equal(await readAll(socket), renderCounts(MANY_COUNTS.filters, MANY_COUNTS.packets));
  });

  it('has its answer and does not close is dropped', async (t) => {
    const { server, path } = await serve(t, { ...PATIENT, lingerMs: 20 });
    const socket = await connected(path);
    t.after(() => socket.destroy());
    socket.write('GET\r\n');
    socket.resume();
    await until('it to be dropped', () => socket.readableEnded && server.clients === 0);
  });

  it('is gone before its answer harms nobody', async (t) => {
    const { server, path } = await serve(t, PATIENT, () => MANY_COUNTS);
    for (let round = 0; round < 50; round++) {
      const socket = connect(path);
      if (round % 3 > 0) socket.write(round % 3 === 1 ? 'GET' : 'GET\r\n');
      if (round % 2 === 0) await soon(new Promise((resolve) => socket.once('connect', resolve)), 'to connect');
      socket.destroy();
    }
    await until('all to be gone', () => server.clients === 0);
    assert.ok((await ask(path, 'GET\r\n')).endsWith(']'));
  });
});

describe('a server', () => {
  it('that is closed drops who is there and answers nobody', async (t) => {
    const { server, path } = await serve(t, PATIENT);
    const waiting = await connected(path);
    await until('it to be accepted', () => server.clients === 1);
    const answer = readAll(waiting);
    assert.equal(server.close(), undefined);
    assert.equal(await answer, '');
    assert.equal(server.clients, 0);
    await assert.rejects(connected(path), { code: 'ENOENT' });
    assert.equal(server.close(), undefined);
  });
});
