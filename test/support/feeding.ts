/**
 * A feeder thread beside the test, which plays the reader: it blocks while it reads, as that does.
 */
import assert from 'node:assert/strict';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { NOTHING_YET, SOURCE_ENDED } from '../../src/capture/byte-source.js';
import type { FeedOutcome, FeedRequest } from '../../src/capture/feed-messages.js';
import { endFeeder, type FeedLink, FeedSource } from '../../src/capture/feed-source.js';
import { endChildren } from '../../src/feed/children.js';
import { allocateByteRing } from '../../src/ring/byte-ring.js';
import { LIMIT_MS } from './launch.js';

export const RING_BYTES = 8 << 20;

/** What came of a request. */
export interface Fed {
  readonly bytes: Buffer;
  readonly outcome: FeedOutcome;
}

export class Feeding {
  readonly link: FeedLink;
  readonly worker: Worker;

  constructor(ringBytes = RING_BYTES, firstCounter = 0) {
    const { port1, port2 } = new MessageChannel();
    this.link = { ring: allocateByteRing(ringBytes, firstCounter), port: port1 };
    this.worker = new Worker(new URL('./feeder-thread.js', import.meta.url), {
      workerData: { ring: this.link.ring, port: port2 },
      transferList: [port2 as MessagePort],
    });
    // Otherwise the test's own thread would be kept from ending by a feeder that it has forgotten.
    this.worker.unref();
    port1.unref();
  }

  /** Reads a request to its end. Fails when that does not come in time. */
  read(request: FeedRequest, limitMs = LIMIT_MS): Fed {
    const source = new FeedSource(this.link, request);
    const bytes = readAll(source, limitMs);
    source.close();
    return { bytes, outcome: source.outcome! };
  }

  readInput(name: string): Fed {
    return this.read({ kind: 'input', name });
  }

  /** Ends the thread as the end of a run does. */
  async end(): Promise<void> {
    endFeeder(this.link);
    await this.worker.terminate();
    endChildren(this.link.ring);
    this.link.port.close();
  }
}

/** All that a source still gives. */
export function readAll(source: FeedSource, limitMs = LIMIT_MS): Buffer {
  const chunks: Buffer[] = [];
  const endMs = performance.now() + limitMs;
  for (;;) {
    const chunk = Buffer.allocUnsafe(1 << 20);
    const bytes = source.read(chunk, 0, chunk.length);
    if (bytes === SOURCE_ENDED) return Buffer.concat(chunks);
    if (bytes !== NOTHING_YET) chunks.push(chunk.subarray(0, bytes));
    assert.ok(performance.now() < endMs, `no end of the input within ${limitMs} ms`);
  }
}
