/**
 * Owns how one TCP segment looks as a pcap record: Ethernet, IPv4, TCP with options, both checksums, and the block that
 * records are collected in. Knows nothing of sessions: whoever calls says what each segment carries.
 *
 * A record is one `copyWithin` from a template that lies behind the block in the same buffer (a copy between two buffers
 * would allocate a view for every packet), followed by writes to the fields that differ:
 *
 *     | block of records, handed on when full        | template 0 | ... | template 5 |
 *     0                                              BLOCK_BYTES
 *
 * Payload bytes are the same prefix in every segment of a direction, so the checksum of a payload is a table look-up.
 */

/** TCP flags (RFC 9293 3.1). */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** Who sent a segment; also the index into everything kept per direction. */
export const CLIENT = 0;
export const SERVER = 1;

/** An MSS of 1460 less the 12 bytes that the timestamps option takes in every segment. */
export const MAX_PAYLOAD_BYTES = 1448;

const BLOCK_BYTES = 4 * 1024 * 1024;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const IP_OFFSET = RECORD_HEADER_BYTES + ETHERNET_BYTES;
const TCP_OFFSET = IP_OFFSET + IP_BYTES;
const MAX_TCP_HEADER_BYTES = 40;
const TEMPLATE_BYTES = TCP_OFFSET + MAX_TCP_HEADER_BYTES + MAX_PAYLOAD_BYTES;
const FIRST_RECORD_SEC = 1_700_000_000;
const SYN_WINDOW = 64240;
const SCALED_WINDOW = 502;

/** Option bytes of the three shapes; timestamps are patched in per record (RFC 7323 3.2). */
const NO_OPTIONS: readonly number[] = [];
const TIMESTAMPS: readonly number[] = [1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0];
// MSS 1460, SACK permitted, timestamps, no-op, window scale 7: the order in which Linux sends them.
const SYN_OPTIONS: readonly number[] = [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7];
const SHAPES = [NO_OPTIONS, TIMESTAMPS, SYN_OPTIONS];
const TSVAL_OFFSET = [0, TCP_OFFSET + 24, TCP_OFFSET + 28];
const MAC: readonly (readonly number[])[] = [
  [0x02, 0, 0, 0, 0, 0x0c],
  [0x02, 0, 0, 0, 0, 0x05],
];
const PAYLOAD_TEXT = [
  'GET /object HTTP/1.1\r\nHost: server.example\r\nUser-Agent: generator\r\nX-Filler: ',
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\n',
];

/** Collects records into blocks and hands each block to `write`, which must have used it up when it returns. */
export class RecordWriter {
  packets = 0;
  /** Bytes of the capture so far, file header included. */
  bytes = 0;
  /** Time of the next record, since the first one. */
  elapsedUsec = 0;

  private readonly write: (chunk: Uint8Array) => void;
  private readonly snaplenBytes: number;
  private readonly block = Buffer.alloc(BLOCK_BYTES + 2 * SHAPES.length * TEMPLATE_BYTES);
  private readonly view = new DataView(this.block.buffer, this.block.byteOffset, this.block.byteLength);
  private readonly payloadSums = [payloadSums(CLIENT), payloadSums(SERVER)];
  private readonly headerSums = new Int32Array(2 * SHAPES.length);
  private readonly tcpHeaderBytes = new Int32Array(SHAPES.map((options) => 20 + options.length));
  private used = 0;

  constructor(write: (chunk: Uint8Array) => void, snaplenBytes: number) {
    this.write = write;
    this.snaplenBytes = snaplenBytes;
    for (let index = 0; index < 2 * SHAPES.length; index++) this.fillTemplate(index);
    this.fileHeader();
  }

  /** Appends one segment. Addresses and numbers are unsigned 32-bit values in an int32; sender is CLIENT or SERVER. */
  segment(
    sender: number,
    flags: number,
    sourceAddress: number,
    targetAddress: number,
    ports: number,
    seq: number,
    ack: number,
    tsval: number,
    tsecr: number,
    payloadBytes: number,
  ): void {
    if (this.used > BLOCK_BYTES - TEMPLATE_BYTES) this.flush();
    const shape = (flags & SYN) !== 0 ? 2 : (flags & RST) !== 0 ? 0 : 1;
    const template = 2 * shape + sender;
    const tcpBytes = this.tcpHeaderBytes[shape] + payloadBytes;
    const recordBytes = TCP_OFFSET + tcpBytes;
    const at = this.used;
    const view = this.view;
    const start = BLOCK_BYTES + template * TEMPLATE_BYTES;
    this.block.copyWithin(at, start, start + recordBytes);

    const addressSum = halves(sourceAddress) + halves(targetAddress);
    const id = this.packets & 0xffff;
    view.setUint16(at + IP_OFFSET + 2, IP_BYTES + tcpBytes);
    view.setUint16(at + IP_OFFSET + 4, id);
    // 0x4500, 0x4000 (do not fragment) and 0x4006 (TTL 64, TCP) are the words that never change.
    view.setUint16(at + IP_OFFSET + 10, checksum(0x4500 + 0x4000 + 0x4006 + IP_BYTES + tcpBytes + id + addressSum));
    view.setInt32(at + IP_OFFSET + 12, sourceAddress);
    view.setInt32(at + IP_OFFSET + 16, targetAddress);

    view.setInt32(at + TCP_OFFSET, ports);
    view.setInt32(at + TCP_OFFSET + 4, seq);
    view.setInt32(at + TCP_OFFSET + 8, ack);
    view.setUint8(at + TCP_OFFSET + 13, flags);
    let sum = this.headerSums[template] + addressSum + 6 + tcpBytes + halves(ports) + halves(seq) + halves(ack) + flags;
    if (shape !== 0) {
      view.setInt32(at + TSVAL_OFFSET[shape], tsval);
      view.setInt32(at + TSVAL_OFFSET[shape] + 4, tsecr);
      sum += halves(tsval) + halves(tsecr);
    }
    view.setUint16(at + TCP_OFFSET + 16, checksum(sum + this.payloadSums[sender][payloadBytes]));
    this.finishRecord(at, recordBytes - RECORD_HEADER_BYTES);
  }

  /** Hands on what is still in the block; call once at the end. */
  flush(): void {
    if (this.used > 0) this.write(this.block.subarray(0, this.used));
    this.used = 0;
  }

  private finishRecord(at: number, frameBytes: number): void {
    const capturedBytes = Math.min(frameBytes, this.snaplenBytes);
    const sec = Math.floor(this.elapsedUsec / 1_000_000);
    this.view.setUint32(at, FIRST_RECORD_SEC + sec, true);
    this.view.setUint32(at + 4, Math.floor(this.elapsedUsec) - sec * 1_000_000, true);
    this.view.setUint32(at + 8, capturedBytes, true);
    this.view.setUint32(at + 12, frameBytes, true);
    this.used = at + RECORD_HEADER_BYTES + capturedBytes;
    this.bytes += RECORD_HEADER_BYTES + capturedBytes;
    this.packets++;
  }

  private fillTemplate(index: number): void {
    const sender = index & 1;
    const options = SHAPES[index >> 1];
    const at = BLOCK_BYTES + index * TEMPLATE_BYTES;
    this.block.set([...MAC[1 - sender], ...MAC[sender], 8, 0], at + RECORD_HEADER_BYTES);
    this.block.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6], at + IP_OFFSET);
    this.block[at + TCP_OFFSET + 12] = (5 + options.length / 4) << 4;
    this.view.setUint16(at + TCP_OFFSET + 14, options === SYN_OPTIONS ? SYN_WINDOW : SCALED_WINDOW);
    this.block.set(options, at + TCP_OFFSET + 20);
    let sum = 0;
    for (let word = 0; word < 20 + options.length; word += 2) sum += this.view.getUint16(at + TCP_OFFSET + word);
    this.headerSums[index] = sum;
    this.block.set(payload(sender), at + TCP_OFFSET + 20 + options.length);
  }

  /** pcap, microseconds, little-endian, version 2.4, Ethernet. */
  private fileHeader(): void {
    this.view.setUint32(0, 0xa1b2c3d4, true);
    this.view.setUint16(4, 2, true);
    this.view.setUint16(6, 4, true);
    this.view.setUint32(16, this.snaplenBytes, true);
    this.view.setUint32(20, 1, true);
    this.used = 24;
    this.bytes = 24;
  }
}

function payload(sender: number): Buffer {
  const text = PAYLOAD_TEXT[sender];
  return Buffer.from(text + 'abcdefghijklmnopqrstuvwxyz '.repeat(60)).subarray(0, MAX_PAYLOAD_BYTES);
}

/** Sum of the 16-bit words of the first n payload bytes for every n, an odd last byte padded (RFC 9293 3.1). */
function payloadSums(sender: number): Int32Array {
  const bytes = payload(sender);
  const sums = new Int32Array(MAX_PAYLOAD_BYTES + 1);
  for (let n = 1; n <= MAX_PAYLOAD_BYTES; n++)
    sums[n] = sums[n - 1] + ((n & 1) === 1 ? bytes[n - 1] << 8 : bytes[n - 1]);
  return sums;
}

function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

function checksum(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}
