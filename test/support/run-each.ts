/**
 * Script: the program once for each file, in this one process: `node run-each.js [OPTION...] -- FILE...`. After each
 * run both streams get a line with the exit code. Only there so that hundreds of runs need not start node anew.
 */
import { writeSync } from 'node:fs';
import { main } from '../../src/cli/main.js';

// Each run adds a listener to it, of which the program, which runs once, has one.
process.stderr.setMaxListeners(0);
const args = process.argv.slice(2);
const split = args.indexOf('--');
for (const file of args.slice(split + 1)) {
  const code = await main([...args.slice(0, split), file]);
  for (const descriptor of [1, 2]) writeSync(descriptor, `#end ${code}\n`);
}
