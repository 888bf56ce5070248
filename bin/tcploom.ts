#!/usr/bin/env node
import { takeReportSignals } from '../src/cli/report-signals.js';

takeReportSignals();
const { main } = await import('../src/cli/main.js');
process.exit(await main(process.argv.slice(2)));
