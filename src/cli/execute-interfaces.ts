/**
 * Lists the interfaces that can be captured from, a line each.
 */
import { printable } from '../capture/problem.js';
import { listInterfaces, NoInterfaces } from '../feed/interfaces.js';
import { EXIT_DONE, EXIT_FAILED } from './exit-codes.js';

/** Prints the list, or why there is none. */
export async function executeInterfaces(): Promise<number> {
  try {
    const interfaces = await listInterfaces();
    const width = Math.max(0, ...interfaces.map(({ name }) => name.length));
    const lines = interfaces.map(({ name, description = '' }) => `${name.padEnd(width)}  ${description}`.trimEnd());
    process.stdout.on('error', () => {});
    process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
    return EXIT_DONE;
  } catch (error) {
    if (!(error instanceof NoInterfaces)) throw error;
    process.stderr.write(`tcploom: ${printable(error.message)}\n`);
    return EXIT_FAILED;
  }
}
