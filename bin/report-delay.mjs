/** `npm run report-delay [-- OPTIONS]`: makes ready, then measures how soon a report comes when it is asked for. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/bench/report-delay.js', process.argv.slice(2));
