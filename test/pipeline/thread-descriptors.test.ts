/**
 * A thread that ends leaves the files of others alone: descriptors are numbers, and one that it had may be another's by then.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Threads } from '../../src/pipeline/threads.js';
import { temporaryFolder } from '../support/launch.js';

it('a descriptor that a socket of a thread closed may be used again before the thread ends', async () => {
  const folder = temporaryFolder();
  const [fifo, file] = [join(folder, 'fifo'), join(folder, 'file')];
  execFileSync('mkfifo', [fifo]);
  const threads = new Threads(0, 1);
  const { port1, port2 } = new MessageChannel();
  const worker = new URL('../support/open-and-end.js', import.meta.url);
  const done = threads.run('opener', worker, 'openAndEnd', { path: fifo, port: port2 }, [port2]);
  const [closed] = (await once(port1, 'message')) as [number];
  const descriptors: number[] = [];
  // What lies below it is free too, perhaps.
  do descriptors.push(openSync(file, 'a'));
  while (descriptors.at(-1)! < closed);
  assert.equal(descriptors.at(-1), closed);
  port1.postMessage('end');
  await done;
  await threads.end();
  for (const descriptor of descriptors) {
    writeSync(descriptor, 'x');
    closeSync(descriptor);
  }
  assert.equal(readFileSync(file, 'utf8'), 'x'.repeat(descriptors.length));
});
