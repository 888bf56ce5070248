/** `npm run limits [-- OPTIONS]`: makes ready, then measures memory on generated extremes. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/bench/limits.js', process.argv.slice(2));
