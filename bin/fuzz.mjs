/** `npm run fuzz [-- OPTIONS]`: makes ready, then fuzzes the readers of captures. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/fuzz/fuzz.js', process.argv.slice(2));
