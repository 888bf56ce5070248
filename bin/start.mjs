/** `npm start [-- ARGUMENTS]`: makes ready, then runs tcploom; without arguments on a capture of this project. */
import { join } from 'node:path';
import { prepare, root, runTcploom } from './prepare.mjs';

prepare();
const args = process.argv.slice(2);
runTcploom(args.length > 0 ? args : [join(root, 'datasets', 'lossy.pcap')]);
