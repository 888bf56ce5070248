/**
 * Answers other processes that ask for the counts of a run, through a UNIX socket. Owns the request, the patience with a client,
 * and how many there are at once; knows nothing of how the counts come about. Whatever a client does, the run goes on.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { renderCounts, renderRefresh } from '../tcpeek/answers.js';
import type { FilterCounts, PacketCounts } from '../tcpeek/counts.js';
import type { SocketError } from './socket-error.js';
import { SocketFile } from './socket-file.js';

/** Where the counts of a run are now. */
export interface CurrentCounts {
  readonly filters: readonly FilterCounts[];
  readonly packets: PacketCounts;
}

/** How long a client is waited for, and how many are. */
export interface ClientLimits {
  /** One that sends nothing for so long is answered as if its line ended there. */
  readonly silentMs: number;
  /** So is one that sends, but comes to no end of its line. */
  readonly requestMs: number;
  /** One that has not read its answer by then is dropped. */
  readonly answerMs: number;
  /** One that has it and does not close is too. */
  readonly lingerMs: number;
  /** Beyond these the oldest is dropped. */
  readonly mostClients: number;
}

/** More clients than wait to be accepted at once (511): those who come together do not push each other out. */
const LIMITS: ClientLimits = {
  silentMs: 1000,
  requestMs: 5000,
  answerMs: 5000,
  lingerMs: 1000,
  mostClients: 512,
};
/** Of a request, without its end; a longer one is no REFRESH. */
const MOST_LINE_BYTES = 127;
const LINE_FEED = 0x0a;

/** A socket that answers. It keeps no process alive. */
export class CountServer {
  readonly #server: Server;
  readonly #counts: () => CurrentCounts;
  readonly #limits: ClientLimits;
  /** The oldest first. */
  readonly #clients = new Set<Client>();
  #file: SocketFile | undefined;
  /** Figures of each filter at the last REFRESH. */
  #refreshed: readonly (readonly number[])[] = [];

  private constructor(counts: () => CurrentCounts, limits: ClientLimits) {
    this.#counts = counts;
    this.#limits = limits;
    // A client may close its direction first and still wait for the answer.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket));
  }

  /**
   * Listens at `path`; `counts` is asked once for each answer. Rejects with a SocketError when the path cannot be had; a file that
   * a process left there that is gone is replaced.
   */
  static async open(
    path: string,
    counts: () => CurrentCounts,
    limits: Partial<ClientLimits> = {},
  ): Promise<CountServer> {
    const opened = new CountServer(counts, { ...LIMITS, ...limits });
    opened.#file = await SocketFile.claim(opened.#server, path);
    // A client that could not be accepted, for want of descriptors, say, is that client's loss.
    opened.#server.on('error', () => {});
    opened.#server.unref();
    return opened;
  }

  /** How many are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /**
   * Answers no more, drops who is still there, and removes the file if it is still this one's. Returns what kept the file from
   * being removed, if something did. Does nothing the second time.
   */
  close(): SocketError | undefined {
    const problem = this.#file?.release();
    this.#file = undefined;
    this.#server.close();
    for (const client of this.#clients) client.drop();
    return problem;
  }

  #take(socket: Socket): void {
    if (this.#clients.size >= this.#limits.mostClients) {
      const [oldest] = this.#clients;
      oldest.drop();
    }
    const client = new Client(
      socket,
      this.#limits,
      (line) => this.#answer(line),
      () => this.#clients.delete(client),
    );
    this.#clients.add(client);
  }

  #answer(line: string): string {
    const { filters, packets } = this.#counts();
    if (line !== 'REFRESH') return renderCounts(filters, packets);
    const answer = renderRefresh(filters, this.#refreshed);
    this.#refreshed = filters.map(({ counts }) => Array.from(counts));
    return answer;
  }
}

/** One connection: a line comes, the answer goes, and it is closed. */
class Client {
  readonly #socket: Socket;
  readonly #limits: ClientLimits;
  readonly #answerTo: (line: string) => string;
  readonly #onGone: () => void;
  /** What came of the line. */
  #line = '';
  #isAnswered = false;
  /** Of the line as a whole, then of the answer, then of the client's own end. */
  #patience: NodeJS.Timeout;
  #silence: NodeJS.Timeout;

  constructor(socket: Socket, limits: ClientLimits, answerTo: (line: string) => string, onGone: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#answerTo = answerTo;
    this.#onGone = onGone;
    this.#silence = setTimeout(() => this.#answer(), limits.silentMs).unref();
    this.#patience = setTimeout(() => this.#answer(), limits.requestMs).unref();
    socket.unref();
    // It is gone then, with or without its answer, and that is all there is to say.
    socket.on('error', () => {});
    socket.on('close', () => this.drop());
    socket.on('end', () => this.#answer());
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** Closes the connection, whatever is still on its way. */
  drop(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#patience);
    this.#socket.destroy();
    this.#onGone();
  }

  #take(bytes: Buffer): void {
    // What comes behind the line is read all the same: closed with something unread, the client would see an error in place of
    // the end of its answer.
    if (this.#isAnswered) return;
    const end = bytes.indexOf(LINE_FEED);
    this.#line += bytes.toString('latin1', 0, Math.min(end < 0 ? bytes.length : end, MOST_LINE_BYTES + 1));
    if (end >= 0 || this.#line.length > MOST_LINE_BYTES) this.#answer();
    else this.#silence.refresh();
  }

  #answer(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    clearTimeout(this.#silence);
    this.#waitFor(this.#limits.answerMs);
    this.#socket.on('finish', () => this.#waitFor(this.#limits.lingerMs));
    this.#socket.end(this.#answerTo(this.#line.replace(/\r$/, '')));
  }

  #waitFor(ms: number): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.drop(), ms).unref();
  }
}
