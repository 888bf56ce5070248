/**
 * The port that answers Prometheus, as its clients see it: those that behave, and those that do not.
 */
import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { parseMetricsAddress } from '../../src/pipeline/metrics-address.js';
import { type MetricsLimits, MetricsServer } from '../../src/pipeline/metrics-server.js';
import { soon } from '../support/count-clients.js';
import { until } from '../support/prompt.js';

const TEXT = '# HELP a é\n# TYPE a gauge\na 1\n';
/** Where a test waits for something else, time must not run out. */
const PATIENT: Partial<MetricsLimits> = { requestMs: 60_000, answerMs: 60_000, mostRequests: 100_000 };

interface Served {
  readonly server: MetricsServer;
  readonly port: number;
}

/** A server that is closed with the test. */
async function serve(t: TestContext, limits: Partial<MetricsLimits> = PATIENT, text = () => TEXT): Promise<Served> {
  const server = await MetricsServer.open({ host: '127.0.0.1', port: 0 }, text, limits);
  t.after(() => server.close());
  return { server, port: Number(new URL(server.url).port) };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly agent?: Agent;
  readonly body?: string;
}

function ask(port: number, path = '/metrics', { method = 'GET', host, agent, body }: Asked = {}): Promise<Answer> {
  const answered = new Promise<Answer>((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: agent ?? false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    asked.once('error', reject);
    asked.end(body);
  });
  return soon(answered, `${method} ${path}`);
}

/** A connection that sends nothing yet. Its end is no error, whichever it is. */
function connected(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return soon(new Promise((resolve) => socket.once('connect', () => resolve(socket))), 'to connect');
}

const closed = (socket: Socket): Promise<void> =>
  soon(
    new Promise((resolve) => {
      if (socket.closed) resolve();
      socket.resume();
      socket.once('close', () => resolve());
    }),
    'to be dropped',
  );

describe('an answer', () => {
  it('is the text, with its format', async (t) => {
    const { port } = await serve(t);
    const { status, headers, body } = await ask(port);
    assert.deepEqual([status, body], [200, TEXT]);
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(headers['content-length'], String(Buffer.byteLength(TEXT)));
  });

  it('to HEAD is the same without the text', async (t) => {
    const { port } = await serve(t);
    const { status, headers, body } = await ask(port, '/metrics', { method: 'HEAD' });
    assert.deepEqual([status, body, headers['content-length']], [200, '', String(Buffer.byteLength(TEXT))]);
  });

  for (const [method, path, status] of [
    ['GET', '/metrics?a=b', 200],
    ['GET', '/', 404],
    ['GET', '/metrics/', 404],
    ['GET', '//metrics', 404],
    ['GET', '/%6detrics', 404],
    ['HEAD', '/nowhere', 404],
    ['POST', '/metrics', 405],
    ['DELETE', '/metrics', 405],
    ['OPTIONS', '/metrics', 405],
  ] as const) {
    it(`to ${method} ${path} is ${status}`, async (t) => {
      const { port } = await serve(t);
      const answer = await ask(port, path, { method });
      assert.equal(answer.status, status);
      assert.equal(answer.headers.allow, status === 405 ? 'GET, HEAD' : undefined);
      assert.doesNotMatch(answer.body, /nowhere|%6d/, 'nothing of the request comes back');
    });
  }

  for (const [host, status] of [
    ['127.0.0.1', 200],
    ['localhost:9100', 200],
    ['LOCALHOST', 200],
    ['[::1]:9100', 200],
    ['10.0.0.1:80', 200],
    ['evil.example', 403],
    ['localhost.evil.example:9100', 403],
    ['127.0.0.1.evil.example', 403],
  ] as const) {
    it(`for the host ${host} is ${status}`, async (t) => {
      const { port } = await serve(t);
      assert.equal((await ask(port, '/metrics', { host })).status, status);
    });
  }

  it('comes through one connection again and again', async (t) => {
    const { server, port } = await serve(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    for (let i = 0; i < 3; i++) assert.equal((await ask(port, '/metrics', { agent })).body, TEXT);
    assert.equal(server.clients, 1);
  });

  it('is made anew when it is no longer fresh, and not before', async (t) => {
    let made = 0;
    const text = (): string => `a ${++made}\n`;
    const kept = await serve(t, { ...PATIENT, freshMs: 3_600_000 }, text);
    assert.equal((await ask(kept.port)).body, 'a 1\n');
    assert.equal((await ask(kept.port)).body, 'a 1\n');
    const anew = await serve(t, { ...PATIENT, freshMs: 0 }, text);
    assert.equal((await ask(anew.port)).body, 'a 2\n');
    assert.equal((await ask(anew.port)).body, 'a 3\n');
  });

  it('to HTTP/1.0, which has no host, is the text', async (t) => {
    const { port } = await serve(t);
    const socket = await connected(t, port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write('GET /metrics HTTP/1.0\r\n\r\n');
    await closed(socket);
    assert.ok(text.startsWith('HTTP/1.1 200 OK\r\n') && text.endsWith(`\r\n\r\n${TEXT}`), text);
  });
});

describe('a client that', () => {
  it('sends nothing is dropped', async (t) => {
    const { port } = await serve(t, { requestMs: 50 });
    await closed(await connected(t, port));
  });

  it('comes to no end of its headers is dropped', async (t) => {
    const { server, port } = await serve(t, { requestMs: 50 });
    const socket = await connected(t, port);
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n');
    const timer = setInterval(() => socket.write('X: y\r\n'), 10);
    t.after(() => clearInterval(timer));
    await closed(socket);
    clearInterval(timer);
    await until('it is forgotten', () => server.clients === 0);
  });

  it('sends a body without end is answered, and dropped', async (t) => {
    const { port } = await serve(t);
    const socket = await connected(t, port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n');
    const timer = setInterval(() => socket.write('1\r\na\r\n'), 5);
    t.after(() => clearInterval(timer));
    await closed(socket);
    clearInterval(timer);
    assert.match(text, /^HTTP\/1.1 200 OK\r\n/);
  });

  it('sends headers without end is refused', async (t) => {
    const { port } = await serve(t);
    const socket = await connected(t, port);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write(`GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}`);
    await closed(socket);
    assert.match(text, /^HTTP\/1.1 431 /);
  });

  it('speaks no HTTP is refused', async (t) => {
    const { port } = await serve(t);
    const socket = await connected(t, port);
    socket.write('\x16\x03\x01\0\0'.repeat(10));
    await closed(socket);
  });

  it('asks without reading is dropped, and takes no memory for its answers', async (t) => {
    let made = 0;
    const large = (): string => {
      made++;
      return 'a'.repeat(1 << 20);
    };
    const { server, port } = await serve(t, { ...PATIENT, freshMs: 0 }, large);
    const socket = await connected(t, port);
    const asked = 1000;
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(asked));
    await until('it is dropped', () => server.clients === 0 && made > 0);
    assert.ok(made < 20, `${made} answers were made`);
  });

  it('takes nothing of its answer is dropped', async (t) => {
    // More than the buffers of a connection hold.
    const { server, port } = await serve(t, { ...PATIENT, answerMs: 50 }, () => 'a'.repeat(1 << 26));
    const socket = await connected(t, port);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until('it is there', () => server.clients === 1);
    await until('it is dropped', () => server.clients === 0);
  });

  it('comes after too many others has the oldest dropped', async (t) => {
    const { server, port } = await serve(t, { ...PATIENT, mostClients: 2 });
    const oldest = await connected(t, port);
    await until('the first is there', () => server.clients === 1);
    await connected(t, port);
    await until('the second is there', () => server.clients === 2);
    assert.equal((await ask(port)).body, TEXT);
    await closed(oldest);
  });

  it('asks too often is told so', async (t) => {
    let made = 0;
    const { port } = await serve(t, { ...PATIENT, mostRequests: 3, freshMs: 0 }, () => `a ${++made}\n`);
    const answers: Answer[] = [];
    // More than three within a second, however slow the machine is at times.
    while (!answers.some(({ status }) => status === 503))
      answers.push(...(await Promise.all([1, 2, 3, 4].map(() => ask(port)))));
    const refused = answers.find(({ status }) => status === 503)!;
    assert.deepEqual([refused.headers['retry-after'], refused.headers.connection], ['1', 'close']);
    assert.equal(made, answers.filter(({ status }) => status === 200).length);
  });
});

describe('the port', () => {
  it('is taken once', async (t) => {
    const { port } = await serve(t);
    await assert.rejects(
      MetricsServer.open({ host: '127.0.0.1', port }, () => TEXT),
      {
        message: `--metrics-listen 127.0.0.1:${port}: another process listens there already`,
      },
    );
  });

  it('is free again when it is closed, and nobody is connected any more', async (t) => {
    const { server, port } = await serve(t);
    const socket = await connected(t, port);
    await until('the client is there', () => server.clients === 1);
    server.close();
    server.close();
    await closed(socket);
    const next = await MetricsServer.open({ host: '127.0.0.1', port }, () => TEXT);
    next.close();
  });

  it('of an address that this machine has not is refused', async () => {
    await assert.rejects(
      MetricsServer.open({ host: '192.0.2.1', port: 0 }, () => TEXT),
      {
        message: '--metrics-listen 192.0.2.1:0: cannot be listened at (EADDRNOTAVAIL)',
      },
    );
  });

  for (const [text, host, port] of [
    [':9100', '127.0.0.1', 9100],
    ['localhost:9100', '127.0.0.1', 9100],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]:65535', '::1', 65535],
    ['[0:0:0:0:0:0:0:1]:1', '::1', 1],
    ['[::]:1', '::', 1],
  ] as const) {
    it(`${text} is understood`, () => assert.deepEqual(parseMetricsAddress(text), { host, port }));
  }

  for (const text of [
    '',
    '9100',
    ':',
    'localhost',
    '::1:9100',
    '[::1]',
    '[::1',
    '[127.0.0.1]:1',
    ':65536',
    ':-1',
    ':1x',
  ]) {
    it(`'${text}' is not`, () => assert.equal(parseMetricsAddress(text), undefined));
  }

  for (const text of ['example.org:80', '*:80', '256.0.0.1:80', '127.1:80', 'http://127.0.0.1:80', ' 127.0.0.1:80']) {
    it(`'${text}' is not either: it is no address`, () => assert.equal(parseMetricsAddress(text), undefined));
  }
});
