/** `npm run endings [-- OPTIONS]`: makes ready, then measures how soon signals end a run. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/bench/endings.js', process.argv.slice(2));
