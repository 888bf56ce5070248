/**
 * Worker: opens a FIFO and has it closed by a socket, as the feeder does, says which descriptor it was, and ends when it is told to.
 */
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { announceStart } from '../../src/pipeline/start-count.js';
import type { ThreadStart } from '../../src/pipeline/threads.js';

export interface OpenAndEnd {
  readonly path: string;
  readonly port: MessagePort;
}

export async function openAndEnd({ path, port, starts, thread }: OpenAndEnd & ThreadStart): Promise<void> {
  announceStart(starts, thread);
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: descriptor, readable: true, writable: false });
  socket.destroy();
  await once(socket, 'close');
  port.postMessage(descriptor);
  await once(port, 'message');
  port.close();
}
