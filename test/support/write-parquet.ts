/**
 * Writes a Parquet file of drawn session records to a descriptor, as the renderer thread would, for the test of its memory: arguments are the number of
 * records, the path, and the bytes of a group's fields where they are to be others than usual. Tells the sums of some columns, and the most memory that it had, as JSON.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { RECORD_SESSION } from '../../src/analysis/events.js';
import { ofSide, S_PACKETS, S_SYMPTOMS } from '../../src/analysis/session-record.js';
import { openParquet } from '../../src/pipeline/parquet-file.js';
import { tableOf } from '../../src/records/formats.js';
import { ParquetRenderer } from '../../src/records/parquet.js';
import { DRAWN_INPUTS, drawRecord, numbersFrom } from './draw-records.js';

const DIFFERENT = 2000;
const [count, path] = [Number(process.argv[2]), process.argv[3]];
const draw = numbersFrom(7);
const records = Array.from({ length: DIFFERENT }, (_, i) => drawRecord(tableOf(RECORD_SESSION), draw, i));
const groupBytes = process.argv[4] === undefined ? undefined : Number(process.argv[4]);
const renderer = new ParquetRenderer(tableOf(RECORD_SESSION), openParquet, groupBytes);
DRAWN_INPUTS.forEach((name, index) => {
  renderer.name(index + 1, name);
});
const file = openSync(path, 'w');
const sums = { packets: 0n, retransmissions: 0n, bytes: 0 };
const take = (): void => {
  const bytes = renderer.take();
  if (bytes.length > 0) sums.bytes += writeSync(file, bytes);
};
const whole = (value: number): bigint => (Number.isNaN(value) ? 0n : BigInt(value));
for (let i = 0; i < count; i++) {
  const { fields, text } = records[i % DIFFERENT];
  fields[0] = i;
  renderer.add(fields, text);
  sums.packets += whole(fields[ofSide(0, S_PACKETS)]);
  sums.retransmissions += whole(fields[ofSide(1, S_SYMPTOMS)]);
  if (i % 300 === 0) take();
}
renderer.end();
take();
closeSync(file);
const text = { packets: String(sums.packets), retransmissions: String(sums.retransmissions), bytes: sums.bytes };
console.log(JSON.stringify({ ...text, residentBytes: 1024 * process.resourceUsage().maxRSS }));
