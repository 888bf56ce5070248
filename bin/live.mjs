/** `npm run live [-- OPTIONS]`: makes ready, then captures a flood of packets on a loopback interface of its own. */
import { prepare, runBuilt } from './prepare.mjs';

prepare();
runBuilt('test/bench/live.js', process.argv.slice(2));
