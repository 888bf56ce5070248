/**
 * The reader alone, of files that it opens itself, with the traffic counted: what it says at the end, read from its last block.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecodeOptions } from '../../src/capture/decode.js';
import { SHARED_FIGURES } from '../../src/capture/figures-so-far.js';
import { InputOpener } from '../../src/capture/open-input.js';
import { readCaptures, STOP_WORDS } from '../../src/capture/read-captures.js';
import type { CountedProtocol } from '../../src/capture/traffic-meter.js';
import { allocateBlockRing, BlockConsumer } from '../../src/ring/block-ring.js';
import { BLOCK_END, layoutBlockRing, SLOT_FIGURES, SLOT_KIND } from '../../src/ring/layout.js';

export interface ReadForm {
  readonly protocols?: readonly CountedProtocol[];
  readonly decode?: Partial<DecodeOptions>;
  readonly resync?: boolean;
}

/** As many as the files of a test have blocks: nobody empties the ring while the reader fills it. */
const SLOTS = 16;

/** The reader's figures (src/capture/traffic-figures.ts) of captures of a few packets; undefined stands for a file that is not there. */
export function readTraffic(files: readonly (Uint8Array | undefined)[], form: ReadForm = {}): Float64Array {
  const folder = mkdtempSync(join(tmpdir(), 'tcploom-traffic-'));
  try {
    const inputs = files.map((file, i) => {
      const path = join(folder, `${i}.pcap`);
      if (file !== undefined) writeFileSync(path, file);
      return path;
    });
    const layout = layoutBlockRing(SLOTS, 64 * 1024, 1);
    const ring = allocateBlockRing(layout);
    const opener = new InputOpener(() => {
      throw new Error('nothing here is fed');
    });
    const links = {
      progress: new Float64Array(SHARED_FIGURES),
      stop: new Int32Array(STOP_WORDS),
      tell: (): void => {},
    };
    const decode = {
      directOnly: false,
      outer: false,
      vlanKey: false,
      userDlts: new Map<number, number>(),
      ...form.decode,
    };
    const plan = {
      ...{ inputs, decode, selection: {}, resync: form.resync ?? false, sortByTime: false, followTimeoutMs: undefined },
      ...{ perCapture: false, traffic: { protocols: form.protocols ?? [] } },
    };
    readCaptures(plan, ring, links, opener);
    const consumer = new BlockConsumer(ring, 0);
    const words = new Int32Array(ring.buffer);
    for (;;) {
      const slot = consumer.take();
      if (words[(slot >> 2) + SLOT_KIND] === BLOCK_END) {
        return new Float64Array(ring.buffer, slot + layout.figuresOffset, SLOT_FIGURES).slice();
      }
      consumer.release();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
