/**
 * A process that reads the inputs named by its arguments through a feeder thread and writes, for each, a line of
 * JSON: the kind, how many bytes there were, their SHA-1, and the problem. A name `end:MS` ends the process the way
 * the end of a run does, in the midst of the input named before.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { feedKind } from '../../src/capture/feed-kind.js';
import { FeedSource } from '../../src/capture/feed-source.js';
import { Feeding } from './feeding.js';

const feeding = new Feeding();
const names = process.argv.slice(2);
for (const [index, name] of names.entries()) {
  const next = names[index + 1];
  if (next?.startsWith('end:')) {
    new FeedSource(feeding.link, { kind: 'input', name });
    await sleep(Number(next.slice(4)));
    const beginMs = performance.now();
    await feeding.end();
    console.log(JSON.stringify({ endedMs: Math.round(performance.now() - beginMs) }));
    process.exit();
  }
  // Asked before, as the reader does: afterwards a descriptor may be closed.
  const kind = feedKind(name);
  const { bytes, outcome } = feeding.readInput(name);
  const sha1 = createHash('sha1').update(bytes).digest('hex');
  console.log(JSON.stringify({ kind, length: bytes.length, sha1, ...outcome }));
}
await feeding.end();
