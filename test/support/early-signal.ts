/**
 * A program that gets SIGUSR1 before it listens for signals: asks node for its debugger, waits until that listens, then takes the signals as
 * tcploom does. Prints what came of it as JSON once nothing listens any more, or, with `keep`, at once.
 */
import { url } from 'node:inspector';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerReportSignals, takeReportSignals } from '../../src/cli/report-signals.js';
import { answeringAddresses, listeningPorts } from './listening.js';

const [keep] = process.argv.slice(2);
if (keep === undefined) process.kill(process.pid, 'SIGUSR1');
while (url() === undefined) await sleep(1);
const ports = listeningPorts(process.pid);
const answering = (await Promise.all(ports.map(answeringAddresses))).flat();
takeReportSignals();
if (keep === undefined) while (url() !== undefined) await sleep(1);
else await sleep(300);
const asked: string[] = [];
answerReportSignals((signal) => asked.push(signal));
const isClosed = url() === undefined;
for (const signal of ['SIGUSR2', 'SIGUSR1'] as const) {
  process.kill(process.pid, signal);
  while (asked.at(-1) !== signal) await sleep(1);
}
process.stdout.write(`${JSON.stringify({ ports: ports.length, answering, isClosed, asked })}\n`);
process.exit();
