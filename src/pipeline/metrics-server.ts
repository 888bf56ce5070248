/**
 * Answers Prometheus over HTTP: GET /metrics, and nothing else. Owns the port, the patience with clients, and how many requests there may be; knows nothing of
 * how the text comes about. Whatever a client does, the run goes on.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { describeSystemError } from '../capture/problem.js';
import { EXPOSITION_TYPE } from '../metrics/exposition.js';
import { isLoopback, type MetricsAddress, MetricsPortError, placeText } from './metrics-address.js';

/** How long a client is waited for, and how many are. */
export interface MetricsLimits {
  /** From a connection, or a request's first byte, to its last. */
  readonly requestMs: number;
  /** Between requests: longer than most scrape intervals. */
  readonly idleMs: number;
  /** A client that takes nothing of its answer for so long is dropped. */
  readonly answerMs: number;
  /** Beyond these the oldest is dropped. */
  readonly mostClients: number;
  /** Answered a second, all clients together; others are told to come later, without the text being made. */
  readonly mostRequests: number;
  /** The text of so long ago is as good as a new one. */
  readonly freshMs: number;
}

const LIMITS: MetricsLimits = {
  requestMs: 5000,
  idleMs: 75_000,
  answerMs: 10_000,
  mostClients: 64,
  mostRequests: 100,
  freshMs: 100,
};
/** No scraper sends more. */
const MOST_HEADER_BYTES = 8192;
const SECOND_MS = 1000;
/** Who asks again and again before the first answer is taken is no scraper: it would take memory for all of them. */
const MOST_WAITING = 8;
const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** A port that answers. It keeps no process alive. */
export class MetricsServer {
  /** Where it answers, for people. */
  readonly url: string;
  readonly #server: Server;
  readonly #text: () => string;
  readonly #limits: MetricsLimits;
  readonly #isLoopback: boolean;
  /** The oldest first. */
  readonly #clients = new Set<Socket>();
  /** Answers that a client has not taken yet. */
  readonly #waiting = new WeakMap<Socket, number>();
  #body = Buffer.alloc(0);
  #bodyMs = -Infinity;
  /** When the second began whose requests are counted. */
  #countedMs = -Infinity;
  #requests = 0;

  private constructor(server: Server, host: string, text: () => string, limits: MetricsLimits) {
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    this.url = `http://${placeText({ host, port })}/metrics`;
    this.#server = server;
    this.#text = text;
    this.#limits = limits;
    this.#isLoopback = isLoopback(host);
    // A client that could not be accepted, for want of descriptors, say, is that client's loss.
    server.on('error', () => {});
    server.on('connection', (socket: Socket) => this.#take(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response));
    server.unref();
  }

  /** Listens; `text` is asked for the metrics. Rejects with a MetricsPortError when the port cannot be had. */
  static async open(
    { host, port }: MetricsAddress,
    text: () => string,
    limits: Partial<MetricsLimits> = {},
  ): Promise<MetricsServer> {
    const all = { ...LIMITS, ...limits };
    const server = createServer({
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: all.requestMs,
      requestTimeout: all.requestMs,
      keepAliveTimeout: all.idleMs,
      connectionsCheckingInterval: Math.min(SECOND_MS, all.requestMs),
    });
    server.setTimeout(all.answerMs);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(portError({ host, port }, error)));
      server.listen({ host, port, exclusive: true }, resolve);
    });
    return new MetricsServer(server, host, text, all);
  }

  /** How many are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Answers no more, and drops who is still there. Does nothing the second time. */
  close(): void {
    this.#server.close();
    for (const socket of this.#clients) socket.destroy();
  }

  #take(socket: Socket): void {
    if (this.#clients.size >= this.#limits.mostClients) {
      const [oldest] = this.#clients;
      oldest.destroy();
      this.#clients.delete(oldest);
    }
    this.#clients.add(socket);
    socket.once('close', () => this.#clients.delete(socket));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const waiting = (this.#waiting.get(socket) ?? 0) + 1;
    this.#waiting.set(socket, waiting);
    response.once('close', () => this.#waiting.set(socket, this.#waiting.get(socket)! - 1));
    if (waiting > MOST_WAITING) {
      socket.destroy();
      return;
    }
    // What a request has behind its headers is nobody's business; who sends any is not waited for.
    const hasBody =
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) !== 0;
    if (hasBody) response.setHeader('Connection', 'close');
    if (!this.#hasRoom()) {
      response.setHeader('Retry-After', '1');
      end(response, 503, 'too many requests\n', 'close');
    } else if (this.#isLoopback && !namesLoopback(request.headers.host)) {
      // A page in a browser may have a name of its own lead to this machine: what is for this machine only is not for that page.
      end(response, 403, 'this is answered on this machine only, by its address or as localhost\n');
    } else if (pathOf(request.url) !== '/metrics') {
      end(response, 404, 'there is only /metrics\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      end(response, 405, 'only GET and HEAD\n');
    } else {
      response.setHeader('Cache-Control', 'no-store');
      end(response, 200, this.#current(), undefined, EXPOSITION_TYPE);
    }
  }

  #hasRoom(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#countedMs >= SECOND_MS) {
      this.#countedMs = nowMs;
      this.#requests = 0;
    }
    return ++this.#requests <= this.#limits.mostRequests;
  }

  #current(): Buffer {
    const nowMs = performance.now();
    if (nowMs - this.#bodyMs >= this.#limits.freshMs) {
      this.#body = Buffer.from(this.#text());
      this.#bodyMs = nowMs;
    }
    return this.#body;
  }
}

/** HEAD gets the same without the text: node leaves it out. */
function end(
  response: ServerResponse,
  status: number,
  text: string | Buffer,
  connection?: 'close',
  type = PLAIN_TEXT,
): void {
  if (connection !== undefined) response.setHeader('Connection', connection);
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}

const pathOf = (url = ''): string => url.replace(/[?#].*$/s, '');

/** Whether a Host header has an address or localhost, and no name that may lead anywhere; HTTP/1.0 needs none. */
function namesLoopback(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(name) !== 0 || /^localhost$/i.test(name);
}

function portError(address: MetricsAddress, error: NodeJS.ErrnoException): MetricsPortError {
  const reason =
    error.code === 'EADDRINUSE' ? 'another process listens there already' : describeSystemError(error, 'listened at');
  return new MetricsPortError(`--metrics-listen ${placeText(address)}: ${reason}`);
}
