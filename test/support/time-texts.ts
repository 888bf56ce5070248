/**
 * Script: prints how the product writes each of the times given (in seconds, one after the other) in the zone of TZ.
 */
import { LineWriter } from '../../src/text/line-writer.js';

const out = new LineWriter((bytes, from, to) => process.stdout.write(bytes.slice(from, to)));
for (const sec of process.argv[2].split(',')) {
  out.time(Number(sec), 987_654);
  out.endLine();
}
out.flush();
