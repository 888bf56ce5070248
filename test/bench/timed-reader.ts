/** The reader thread as in a run, with its processor time told at the end. */
import type { ReadSummary } from '../../src/capture/news.js';
import type { ReaderStart } from '../../src/pipeline/messages.js';
import { read as readAsUsual } from '../../workers/reader.js';
import { tellCost, threadCpuNsec } from './thread-clock.js';

export function read(start: ReaderStart): ReadSummary {
  const begunNsec = threadCpuNsec();
  const summary = readAsUsual(start);
  tellCost({ role: 'reader', shard: 0, cpuNsec: threadCpuNsec() - begunNsec, blocks: 0 });
  return summary;
}
