/**
 * The part of `npm run limits` that is about records: a scan of ten million addresses in an hour, a record of each in a Parquet file. Owns the bounds.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { scanFigures } from './scan-stream.js';
import { runOnStream } from './stream-run.js';

const STREAM = fileURLToPath(new URL('./scan-stream.js', import.meta.url));
const MOST_MB = 400;

/** All of them are there, and memory is that of the sessions alive. */
export async function records(): Promise<boolean> {
  const results: boolean[] = [];
  for (const count of [1_000_000, 10_000_000]) {
    const folder = mkdtempSync(join(tmpdir(), 'tcploom-records-'));
    const file = join(folder, 'sessions.parquet');
    try {
      const measured = await runOnStream([STREAM, String(count)], ['-o', `parquet=${file}`]);
      const rows = Number((await parquetMetadataAsync(await asyncBufferFromFile(file))).num_rows);
      // A segment of no conversation of the scan's comes last.
      const isWhole = measured.code === 0 && rows === count + 1;
      const { packets } = scanFigures(count, 60);
      console.log(`records of a scan of ${count} addresses: ${packets} packets in ${measured.seconds.toFixed(1)} s`);
      console.log(
        `  ${rows} records in ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB: ${isWhole ? 'all' : 'NOT all'}`,
      );
      console.log(`  peak ${measured.peakMb.toFixed(0)} MB, bound ${MOST_MB} MB`);
      results.push(isWhole, measured.peakMb <= MOST_MB);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return results.every(Boolean);
}
