/**
 * A renderer thread: makes text, or Parquet, of records.
 */
import type { RendererStart } from '../src/pipeline/messages.js';
import { serveRecords } from '../src/pipeline/serve-records.js';
import { announceStart } from '../src/pipeline/start-count.js';

/** Runs until the last record was rendered. */
export async function render(start: RendererStart): Promise<void> {
  announceStart(start.starts, start.thread);
  await serveRecords(start);
}
