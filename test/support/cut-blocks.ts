/**
 * The cutting of packets without threads: captures in memory, read in pieces of any size into blocks, and the bytes that
 * are written of them.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BlockFiller } from '../../src/capture/block-filler.js';
import type { ChosenSessions } from '../../src/capture/chosen-sessions.js';
import type { CutPlan } from '../../src/capture/cut-shape.js';
import type { DecodeOptions } from '../../src/capture/decode.js';
import type { CaptureEnd } from '../../src/capture/fill-options.js';
import { LinkFilters } from '../../src/capture/link-filters.js';
import { RECOGNISE_BYTES, recognise } from '../../src/capture/recognise.js';
import { PacketSelector, type Selection } from '../../src/capture/selection.js';
import { SessionPackets } from '../../src/capture/session-packets.js';
import { NO_NAMES } from '../../src/filter/names.js';
import { BlockingOutput } from '../../src/pipeline/blocking-output.js';
import { CutWriter } from '../../src/pipeline/write-cuts.js';
import { allocateBlockRing, BlockConsumer, BlockProducer } from '../../src/ring/block-ring.js';
import { layoutBlockRing } from '../../src/ring/layout.js';
import { temporaryFolder } from './launch.js';

export interface CutForm {
  readonly filter?: string;
  /** Whose packets are wanted, in place of a filter. */
  readonly sessions?: ChosenSessions;
  readonly decode?: Partial<DecodeOptions>;
  readonly format?: CutPlan['format'];
  readonly selection?: Selection;
  readonly resync?: boolean;
  readonly blockBytes?: number;
  /** Most bytes that a read gives: each is a block. */
  readonly pieceBytes?: number;
}

export interface Cut {
  readonly bytes: Uint8Array;
  readonly packets: number;
  readonly misfits: number;
  readonly ends: readonly CaptureEnd[];
}

const FOLDER = temporaryFolder();

/** What is cut out of the captures, one after the other. */
export function cutBlocks(files: readonly Uint8Array[], form: CutForm = {}): Cut {
  const { filter, blockBytes = 64 * 1024, resync = false } = form;
  const layout = layoutBlockRing(2, blockBytes, 1);
  const ring = allocateBlockRing(layout);
  const path = join(FOLDER, 'cut');
  rmSync(path, { force: true });
  const output = new BlockingOutput({ path });
  const writer = new CutWriter(ring, output);
  const consumer = new BlockConsumer(ring, 0);
  const onBlock = (): void => {
    writer.write(consumer.take());
    consumer.release();
  };
  const decode = {
    directOnly: false,
    outer: false,
    vlanKey: false,
    userDlts: new Map<number, number>(),
    ...form.decode,
  };
  const options = {
    decode,
    selector: new PacketSelector(form.selection ?? {}),
    resync,
    filters: filter === undefined ? undefined : new LinkFilters({ text: filter, names: NO_NAMES }, decode.userDlts),
    sessions: form.sessions && new SessionPackets(form.sessions, decode, new DataView(ring.buffer)),
    cut: { format: form.format, isCountOnly: false, isSingle: files.length === 1 },
  };
  const filler = new BlockFiller(ring, new BlockProducer(ring), options, onBlock, () => true);
  let misfits = 0;
  const ends = files.map((file, index) => {
    filler.input = index + 1;
    const end = fill(filler, file, form.pieceBytes ?? Number.POSITIVE_INFINITY);
    misfits += filler.cutter!.misfits;
    return end;
  });
  filler.end();
  output.flush();
  output.close();
  return { bytes: Uint8Array.from(readFileSync(path)), packets: filler.packets, misfits, ends };
}

function fill(filler: BlockFiller, file: Uint8Array, pieceBytes: number): CaptureEnd {
  filler.bytes.set(file.subarray(0, RECOGNISE_BYTES), filler.blockAt - RECOGNISE_BYTES);
  const format = recognise(filler.view, filler.blockAt - RECOGNISE_BYTES);
  if (!('next' in format)) throw new Error(`not a capture: ${format.found}`);
  filler.judge?.beginCapture((found) => {
    throw new Error(found);
  }, filler.input);
  const source = {
    bytesRead: RECOGNISE_BYTES,
    read(into: Uint8Array, at: number, length: number): number {
      const chunk = file.subarray(this.bytesRead, this.bytesRead + Math.min(length, pieceBytes));
      into.set(chunk, at);
      this.bytesRead += chunk.length;
      return chunk.length;
    },
  };
  return filler.fill(source, format, 0, () => {});
}
