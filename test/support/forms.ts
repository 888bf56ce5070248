/**
 * Numbers of trackers and sizes of blocks that must not matter. Owns which of them a capture is tried with.
 */
import type { SingleThreadForm } from './single-thread.js';

const TRACKERS = [1, 2, 3, 8];
const BLOCKS: readonly Omit<SingleThreadForm, 'trackers'>[] = [
  { blockBytes: 512 * 1024, oneRecordBlocks: true },
  { blockBytes: 64 * 1024 },
  { blockBytes: 64 * 1024, firstCounter: 2 ** 31 - 8 },
  { blockBytes: 16 << 20 },
];

export const ALL_FORMS: readonly SingleThreadForm[] = TRACKERS.flatMap((trackers) =>
  BLOCKS.map((block) => ({ trackers, ...block })),
);

/**
 * The forms for capture `index` of many: two numbers of trackers and two kinds of block, others for the next capture; all of them in turn.
 * All of them with TCPLOOM_ALL_CAPTURES=1.
 */
export function formsOf(index: number): readonly SingleThreadForm[] {
  if (process.env.TCPLOOM_ALL_CAPTURES === '1') return ALL_FORMS;
  const shift = index >> 1;
  return [index % 2, (index % 2) + 2].map((i) => ({ trackers: TRACKERS[i], ...BLOCKS[(i + shift) % BLOCKS.length] }));
}
