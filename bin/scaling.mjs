/** `npm run scaling [-- OPTIONS]`: makes ready, then measures what each thread takes and reckons what more cores would give. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/bench/scaling.js', process.argv.slice(2));
