/**
 * The feeder thread's work: takes requests one after the other, writes the bytes they ask for into the ring, and tells
 * what each came to.
 */
import type { MessagePort } from 'node:worker_threads';
import { bytesToTell, COMPRESSION_BYTES, type Compression, compressionOf } from '../capture/compression.js';
import type {
  FeedMessage,
  FeedNews,
  FeedOutcome,
  FeedRequest,
  FeedStart,
  InputRequest,
  LiveRequest,
} from '../capture/feed-messages.js';
import { type ByteRingMemory, ByteWriter } from '../ring/byte-ring.js';
import { type ByteStream, StreamDamage } from './byte-stream.js';
import { CountedStream } from './counted-stream.js';
import { GunzipStream } from './gunzip-stream.js';
import { LayerStream, PrefixedStream } from './layer-stream.js';
import { LiveCapture } from './live-capture.js';
import { type OpenedInput, openInput, problemOf } from './open-input.js';
import { ToolStream } from './tool-stream.js';
import { hasZstd, ZstdStream } from './zstd-stream.js';

/** Compressed data within compressed data is followed this far. */
const MOST_LAYERS = 3;

/** What the main thread hands to the feeder. */
export interface FeederMemory {
  readonly ring: ByteRingMemory;
  /** The end of the channel whose other end the reader has. */
  readonly port: MessagePort;
}

/** Serves the reader's requests until it says that no more will come, or is gone. */
export function serveFeeds({ ring, port }: FeederMemory): Promise<void> {
  const writer = new ByteWriter(ring);
  const finisher = new Finisher(writer);
  return new Promise((resolve, reject) => {
    port.on('close', resolve);
    // Listening keeps the event loop alive, which waiting for room in the ring does not. One request comes after the other.
    port.on('message', (message: FeedMessage) => {
      if (message.kind === 'quit') {
        port.close();
        return;
      }
      const tell = (news: FeedNews): void => port.postMessage(news);
      serve(message, writer, finisher, tell).then((outcome) => {
        // Before the end: the reader looks for it as soon as it sees that.
        tell(outcome);
        writer.end();
      }, reject);
    });
  });
}

/** What is to be done when the end is asked for: one wait for all requests, as a wait that is never over is never freed. */
class Finisher {
  /** Set by the request being served. */
  onFinish = (): void => {};

  constructor(writer: ByteWriter) {
    writer.whenToFinish().then(() => this.onFinish());
  }
}

/** `tell` is told what is known before the first byte. */
async function serve(
  request: FeedRequest,
  writer: ByteWriter,
  finisher: Finisher,
  tell: (start: FeedStart) => void,
): Promise<FeedOutcome> {
  if (writer.isToFinish) return { compressions: [], inputBytes: 0, isFinished: true };
  try {
    return request.kind === 'live'
      ? await serveLive(request, writer, finisher)
      : await serveInput(request, writer, finisher, tell);
  } finally {
    finisher.onFinish = () => {};
  }
}

async function serveLive(request: LiveRequest, writer: ByteWriter, finisher: Finisher): Promise<FeedOutcome> {
  const capture = new LiveCapture(request, writer);
  writer.whenClosed().then(() => capture.close());
  finisher.onFinish = () => capture.finish();
  const stream = new CountedStream(capture, (bytes) => {
    writer.inputBytes = bytes;
  });
  const outcome = await outcomeOf(writer, () => pump(stream, writer));
  const { counts } = capture;
  return {
    ...outcome,
    inputBytes: stream.bytes,
    compressions: [],
    ...(counts === undefined ? {} : { capture: counts }),
  };
}

async function serveInput(
  request: InputRequest,
  writer: ByteWriter,
  finisher: Finisher,
  tell: (start: FeedStart) => void,
): Promise<FeedOutcome> {
  const layers: Layers = { compressions: [], inputBytes: 0, isWhole: false };
  const outcome = await outcomeOf(writer, () => pumpInput(request, writer, finisher, layers, tell));
  const { compressions, inputBytes, isWhole } = layers;
  return { ...outcome, isFinished: outcome.isFinished && !isWhole, compressions, inputBytes };
}

/** What went wrong in `work`, if anything did. */
async function outcomeOf(
  writer: ByteWriter,
  work: () => Promise<void>,
): Promise<Pick<FeedOutcome, 'problem' | 'isFinished'>> {
  try {
    await work();
  } catch (error) {
    const problem = problemOf(error);
    // What was ended early looks cut, and is not.
    if (!writer.isToFinish && !writer.isClosed) return { problem, isFinished: false };
  }
  return { isFinished: writer.isToFinish };
}

/** What is found out of an input on the way. */
interface Layers {
  readonly compressions: Compression[];
  inputBytes: number;
  /** All of it was taken before it could be asked to end. */
  isWhole: boolean;
}

async function pumpInput(
  { name, first }: InputRequest,
  writer: ByteWriter,
  finisher: Finisher,
  layers: Layers,
  tell: (start: FeedStart) => void,
): Promise<void> {
  const opened = openInput(name);
  const stored = first === undefined ? opened.stream : new PrefixedStream(first, opened.stream);
  const input = new CountedStream(stored, (bytes) => {
    layers.inputBytes = bytes;
    writer.inputBytes = bytes;
  });
  let top = input;
  writer.whenClosed().then(() => top.close());
  finisher.onFinish = () => input.close();
  try {
    for (let kind = await kindOf(top); kind !== undefined; kind = await kindOf(top)) {
      const outer = layers.compressions.at(-1);
      if (layers.compressions.length === MOST_LAYERS) {
        const found = `${[...layers.compressions, kind].reverse().join(' data within ')} data`;
        throw new StreamDamage({ found, expected: `at most ${MOST_LAYERS} layers of compression` });
      }
      layers.compressions.push(kind);
      const again = outer === undefined ? opened.again : undefined;
      top = new CountedStream(new LayerStream(decompress(writer, kind, top, again), outer));
    }
    tell({ compressions: layers.compressions });
    await pump(top, writer);
  } finally {
    layers.isWhole = input.isOver;
    top.close();
  }
}

async function pump(stream: ByteStream, writer: ByteWriter): Promise<void> {
  for (;;) {
    const chunk = await stream.next();
    if (chunk === undefined || !(await writer.write(chunk))) return;
  }
}

async function kindOf(stream: CountedStream): Promise<Compression | undefined> {
  const first = await stream.peek(COMPRESSION_BYTES);
  return compressionOf(await stream.peek(bytesToTell(first)));
}

function decompress(
  writer: ByteWriter,
  compression: Compression,
  input: ByteStream,
  again: OpenedInput['again'],
): ByteStream {
  if (compression === 'gzip') return new GunzipStream(input, again);
  if (compression === 'zstd' && hasZstd) return new ZstdStream(input);
  return new ToolStream(writer, compression, input);
}
