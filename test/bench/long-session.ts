/**
 * Makes captures of one session that goes on and on: a server's full segments, each answered by a request, past sequence number
 * wrap after wrap. What is told apart is which of them come again.
 *
 *   node dist/test/bench/long-session.js KIND PACKETS OUT
 */
import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ACK, CLIENT, MAX_PAYLOAD_BYTES, PSH, RecordWriter, SERVER, SYN } from '../../datasets/frames.js';
import { Random } from '../../datasets/random.js';

/** plain: none; repeats: one in ten, the first, any or a new one in turn. */
export type LongSessionKind = 'plain' | 'repeats';

const REPEAT_EVERY: Readonly<Record<LongSessionKind, number>> = { plain: Number.POSITIVE_INFINITY, repeats: 10 };
const ADDRESSES = [0x0a010203, 0x0a010204];
const PORTS = [(40_000 << 16) | 80, (80 << 16) | 40_000];
const FIRST_SEQ = [1000, 5000];
const REQUEST_BYTES = 2;
const GAP_USEC = 1000;
const SNAPLEN_BYTES = 96;
/** How far back the new ones are that come again: more than a second. */
const NEW_BACK = 2000;

class LongSession {
  readonly #records: RecordWriter;
  #exchanges = 0;

  constructor(records: RecordWriter) {
    this.#records = records;
  }

  open(): void {
    this.#send(CLIENT, SYN, FIRST_SEQ[CLIENT] - 1, 0, 0);
    this.#send(SERVER, SYN | ACK, FIRST_SEQ[SERVER] - 1, FIRST_SEQ[CLIENT], 0);
    this.#send(CLIENT, ACK, FIRST_SEQ[CLIENT], FIRST_SEQ[SERVER], 0);
  }

  /** The next segment of the server and the request that answers it. */
  exchange(): void {
    this.repeat(this.#exchanges++);
    const seq = FIRST_SEQ[CLIENT] + REQUEST_BYTES * (this.#exchanges - 1);
    this.#send(CLIENT, PSH | ACK, seq, FIRST_SEQ[SERVER] + MAX_PAYLOAD_BYTES * this.#exchanges, REQUEST_BYTES);
  }

  /** The server's segment of exchange `number`. */
  repeat(number: number): void {
    const seq = FIRST_SEQ[SERVER] + MAX_PAYLOAD_BYTES * number;
    this.#send(SERVER, ACK, seq, FIRST_SEQ[CLIENT] + REQUEST_BYTES * number, MAX_PAYLOAD_BYTES);
  }

  /** Which one comes again as repeat number `count`. */
  choose(count: number, random: Random): number {
    if (count % 3 === 0) return 0;
    return count % 3 === 1 ? random.below(this.#exchanges) : Math.max(0, this.#exchanges - NEW_BACK);
  }

  #send(sender: number, flags: number, seq: number, ack: number, payloadBytes: number): void {
    const records = this.#records;
    const ticks = records.packets;
    const from = ADDRESSES[sender];
    const to = ADDRESSES[1 - sender];
    records.segment(sender, flags, from, to, PORTS[sender], seq | 0, ack | 0, ticks, ticks - 1, payloadBytes);
    records.elapsedUsec += GAP_USEC;
  }
}

/** Writes such a capture of at least `packets` packets; the session stays open. */
export function makeLongSession(kind: LongSessionKind, packets: number, path: string): void {
  const fd = openSync(path, 'w');
  const records = new RecordWriter((chunk) => {
    for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
  }, SNAPLEN_BYTES);
  const session = new LongSession(records);
  const random = new Random(1);
  session.open();
  for (let repeats = 0; records.packets < packets; ) {
    session.exchange();
    if (records.packets < (repeats + 1) * REPEAT_EVERY[kind]) continue;
    session.repeat(session.choose(repeats++, random));
  }
  records.flush();
  closeSync(fd);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [kind, packets, path] = process.argv.slice(2);
  makeLongSession(kind as LongSessionKind, Number(packets), path);
}
