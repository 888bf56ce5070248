/** `npm run loops -- CAPTURE [OPTIONS]`: makes ready, then measures the hot loops. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/bench/loops.js', process.argv.slice(2));
