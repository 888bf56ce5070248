/**
 * The reader's inner part without threads: a capture in memory, walked into blocks of any size for any number of
 * shards, and all that comes out of it in the order of the packets.
 */
import { BlockFiller } from '../../src/capture/block-filler.js';
import { D_FRAME, D_INDEX, D_SEQ, D_TCP, LATER_FRAGMENT_HERE, packetIndex } from '../../src/capture/descriptor.js';
import type { CaptureEnd } from '../../src/capture/fill-options.js';
import type { Problem } from '../../src/capture/format.js';
import { RECOGNISE_BYTES, recognise } from '../../src/capture/recognise.js';
import { PacketSelector, type Selection } from '../../src/capture/selection.js';
import type { CaptureTally } from '../../src/capture/tally.js';
import { allocateBlockRing, BlockConsumer, BlockProducer } from '../../src/ring/block-ring.js';
import {
  BLOCK_END,
  DESCRIPTOR_NEXT,
  DESCRIPTOR_WORDS,
  layoutBlockRing,
  SLOT_HEADS,
  SLOT_KIND,
} from '../../src/ring/layout.js';

export interface BlocksForm {
  readonly blockBytes?: number;
  readonly trackers?: number;
  readonly resync?: boolean;
  readonly selection?: Selection;
  readonly outer?: boolean;
}

/** What a shard was given. */
export interface ShardEntry {
  readonly shard: number;
  /** Number of the packet among all that were read. */
  readonly packet: number;
  readonly isLaterFragment: boolean;
  /** Sequence number, unsigned, of a segment. */
  readonly seq: number;
  /** The first bytes of the frame. */
  readonly frame: Uint8Array;
}

export interface Skip {
  readonly from: number;
  readonly to: number;
  readonly problem: Problem;
}

export interface BlocksRead {
  /** In the order of packets. */
  readonly entries: readonly ShardEntry[];
  readonly skips: readonly Skip[];
  readonly packets: number;
  readonly tally: CaptureTally;
  readonly end: CaptureEnd;
  readonly endOffset: number;
  readonly endProblem: Problem | undefined;
}

const SLOTS = 2;
const FRAME_BYTES_KEPT = 64;

export function readBlocks(file: Uint8Array, form: BlocksForm = {}): BlocksRead {
  const { blockBytes = 64 * 1024, trackers = 1, resync = false, selection = {}, outer = false } = form;
  const layout = layoutBlockRing(SLOTS, blockBytes, trackers);
  const ring = allocateBlockRing(layout);
  const words = new Int32Array(ring.buffer);
  const bytes = new Uint8Array(ring.buffer);
  const consumers = Array.from({ length: trackers }, (_, shard) => new BlockConsumer(ring, shard));
  const entries: ShardEntry[] = [];
  let packetsBefore = 0;

  const take = (consumer: BlockConsumer, shard: number): void => {
    const slot = consumer.take();
    if (words[(slot >> 2) + SLOT_KIND] !== BLOCK_END) {
      const first = (slot + layout.descriptorsOffset) >> 2;
      for (let next = words[(slot >> 2) + SLOT_HEADS + shard]; next !== 0; ) {
        const d = first + (next - 1) * DESCRIPTOR_WORDS;
        entries.push({
          shard,
          packet: packetsBefore + packetIndex(words[d + D_INDEX]),
          isLaterFragment: words[d + D_TCP] === LATER_FRAGMENT_HERE,
          seq: words[d + D_SEQ] >>> 0,
          frame: bytes.slice(words[d + D_FRAME], words[d + D_FRAME] + FRAME_BYTES_KEPT),
        });
        next = words[d + DESCRIPTOR_NEXT];
      }
    }
    consumer.release();
  };
  const onBlock = (): void => {
    consumers.forEach(take);
    packetsBefore = filler.packets;
  };
  const decode = { directOnly: false, outer, vlanKey: false, userDlts: new Map<number, number>() };
  const options = { decode, selector: new PacketSelector(selection), resync };
  const filler: BlockFiller = new BlockFiller(ring, new BlockProducer(ring), options, onBlock, () => true);
  bytes.set(file.subarray(0, RECOGNISE_BYTES), filler.blockAt - RECOGNISE_BYTES);
  const format = recognise(filler.view, filler.blockAt - RECOGNISE_BYTES);
  if (!('next' in format)) throw new Error(`not a capture: ${format.found}`);
  const source = {
    bytesRead: RECOGNISE_BYTES,
    read(into: Uint8Array, at: number, length: number): number {
      const chunk = file.subarray(this.bytesRead, this.bytesRead + length);
      into.set(chunk, at);
      this.bytesRead += chunk.length;
      return chunk.length;
    },
  };
  const skips: Skip[] = [];
  const end = filler.fill(source, format, 0, (from, problem, to) => skips.push({ from, to, problem }));
  filler.end();
  entries.sort((a, b) => a.packet - b.packet);
  const { packets, tally, endOffset, endProblem } = filler;
  return { entries, skips, packets, tally, end, endOffset, endProblem };
}
