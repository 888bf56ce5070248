/**
 * Owns both ends of every generated session: addresses, ports, sequence numbers and time stamps, and so the header of
 * whatever segment it is told to send. Knows nothing of when a session sends or ends; that is `traffic.ts`.
 */

import { ACK, CLIENT, FIN, PSH, type RecordWriter, SERVER, SYN } from './frames.js';
import type { Random } from './random.js';

const SERVER_PORTS = [80, 443, 8080, 9000, 80, 443, 5001, 7070];
const SCANNER_ADDRESS = 0xcb007142 | 0;
const CLIENT_NETWORK = 0x64400000;
const SERVER_NETWORK = 0xc6120000 | 0;
const SCANNED_NETWORK = 0x0a000000;

/** Parallel arrays over the session slots; an end is at `2 * slot + sender`. */
export class Endpoints {
  private readonly records: RecordWriter;
  private readonly random: Random;
  private readonly address: Int32Array;
  private readonly ports: Int32Array;
  private readonly nextSeq: Int32Array;
  private readonly tsOffset: Int32Array;
  private readonly tsSeen: Int32Array;

  constructor(slots: number, records: RecordWriter, random: Random) {
    this.records = records;
    this.random = random;
    this.address = new Int32Array(2 * slots);
    this.ports = new Int32Array(2 * slots);
    this.nextSeq = new Int32Array(2 * slots);
    this.tsOffset = new Int32Array(2 * slots);
    this.tsSeen = new Int32Array(2 * slots);
  }

  /** Makes the slot session number `id`; no two of the first 2^30 have the same 4-tuple. */
  assign(slot: number, id: number): void {
    const client = 2 * slot + CLIENT;
    const server = 2 * slot + SERVER;
    const host = Math.imul(id, 0x9e35) & 0xffff;
    const port = 49_152 + (((id >>> 16) + host * 7) & 0x3fff);
    const serverPort = SERVER_PORTS[this.random.below(SERVER_PORTS.length)];
    this.address[client] = CLIENT_NETWORK | host;
    this.address[server] = SERVER_NETWORK | (1 + this.random.below(250));
    this.ports[client] = (port << 16) | serverPort;
    this.ports[server] = (serverPort << 16) | port;
    this.nextSeq[client] = this.random.next();
    // A refusal carries sequence number 0 (RFC 9293 3.5.2), so the server gets its ISN when it accepts.
    this.nextSeq[server] = 0;
    this.tsOffset[client] = this.random.next();
    this.tsOffset[server] = this.random.next();
    this.tsSeen[server] = 0;
  }

  /** Sends SYN+ACK. */
  accept(slot: number): void {
    this.nextSeq[2 * slot + SERVER] = this.random.next();
    this.sendControl(slot, SERVER, SYN | ACK);
  }

  /** Sends a segment without payload. */
  sendControl(slot: number, sender: number, flags: number): void {
    const own = 2 * slot + sender;
    const ack = (flags & ACK) === 0 ? 0 : this.nextSeq[2 * slot + 1 - sender];
    this.emit(slot, sender, flags, this.nextSeq[own], ack, 0, true);
    if ((flags & (SYN | FIN)) !== 0) this.nextSeq[own]++;
  }

  /** Sends data that is new; returns its sequence number. `arrives`: the peer gets it in order. */
  sendData(slot: number, sender: number, push: boolean, bytes: number, arrives: boolean): number {
    const own = 2 * slot + sender;
    const seq = this.nextSeq[own];
    this.sendAgain(slot, sender, push, seq, bytes, arrives);
    this.nextSeq[own] = seq + bytes;
    return seq;
  }

  sendAgain(slot: number, sender: number, push: boolean, seq: number, bytes: number, arrives: boolean): void {
    this.emit(slot, sender, push ? PSH | ACK : ACK, seq, this.nextSeq[2 * slot + 1 - sender], bytes, arrives);
  }

  /** Acknowledges less than what the peer has sent, as long as `ack` is missing. */
  sendDuplicateAck(slot: number, sender: number, ack: number): void {
    this.emit(slot, sender, ACK, this.nextSeq[2 * slot + sender], ack, 0, true);
  }

  /** Sends a lone SYN from a host outside of all sessions; `index` tells the target, which is another for each. */
  sendScan(index: number): void {
    const target = SCANNED_NETWORK | (Math.imul(index, 0x6b43a9) & 0xffffff);
    const ports = ((40_000 + (index % 20_000)) << 16) | (22 + (index >>> 24));
    this.records.segment(CLIENT, SYN, SCANNER_ADDRESS, target, ports, this.random.next(), 0, this.elapsedMs(), 0, 0);
  }

  /** Only a segment that arrives in order changes the time stamp that the peer echoes (RFC 7323 4.3). */
  private emit(
    slot: number,
    sender: number,
    flags: number,
    seq: number,
    ack: number,
    bytes: number,
    arrives: boolean,
  ): void {
    const own = 2 * slot + sender;
    const peer = 2 * slot + 1 - sender;
    const tsval = (this.tsOffset[own] + this.elapsedMs()) | 0;
    const tsecr = this.tsSeen[peer];
    const { records, address } = this;
    records.segment(sender, flags, address[own], address[peer], this.ports[own], seq, ack, tsval, tsecr, bytes);
    if (arrives) this.tsSeen[own] = tsval;
  }

  private elapsedMs(): number {
    return Math.floor(this.records.elapsedUsec / 1000);
  }
}
