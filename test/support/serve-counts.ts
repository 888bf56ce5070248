/**
 * A process that answers with counts: `serve-counts.js PATH [leave]`. Says `listening` or what kept it from that, and lives until its
 * standard input ends; with `leave`, as long as the server itself keeps it alive.
 */
import { CountServer } from '../../src/pipeline/count-server.js';
import { SocketError } from '../../src/pipeline/socket-error.js';
import { COUNTS } from './count-clients.js';

const [path, mode] = process.argv.slice(2);
try {
  const server = await CountServer.open(path, () => COUNTS);
  process.stdout.write('listening\n');
  if (mode !== 'leave') {
    process.stdin.resume().on('end', () => {
      const problem = server.close();
      if (problem !== undefined) process.stdout.write(`${problem.message}\n`);
    });
  }
} catch (error) {
  if (!(error instanceof SocketError)) throw error;
  process.stdout.write(`${error.message}\n`);
}
