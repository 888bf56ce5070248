#!/bin/sh
':' /*; trap '' USR1 USR2; exec node --inspect-port=255.255.255.255:0 --inspect-publish-uid=http "$0" "$@" # */;
// The line above is read by sh, which becomes node with the same process id, and again by node, for which it is a string and a comment. What
// asks for reports is ignored until node takes it over. Until JavaScript listens, node takes SIGUSR1 for a wish to debug: an address that nobody
// can connect to, and no word of it, make that harmless, and report-signals.ts makes a report of it.
import { takeReportSignals } from '../src/cli/report-signals.js';

takeReportSignals();
const { main } = await import('../src/cli/main.js');
process.exit(await main(process.argv.slice(2)));
