/**
 * The feeder in a thread of its own, without the pool.
 */
import { workerData } from 'node:worker_threads';
import { type FeederMemory, serveFeeds } from '../../src/feed/serve.js';

await serveFeeds(workerData as FeederMemory);
