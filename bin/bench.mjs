/** `npm run bench [-- OPTIONS]`: makes ready, then times tcploom beside other tools. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/bench/bench.js', process.argv.slice(2));
