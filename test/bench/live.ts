/**
 * A live capture under load: a namespace of its own, an even flood of datagrams on its loopback interface, and `tcploom
 * info -i lo` watching. What was sent, what the capturing program dropped and what was reported must add up. Then the
 * way of a connection's end to its line, for short and for whole packets.
 *
 *   npm run live [-- --rate PACKETS --seconds N]        needs root, ip (iproute2), python3, tcpdump or dumpcap
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const LAUNCHER = fileURLToPath(new URL('../../bin/tcploom.js', import.meta.url));
const FLOOD = fileURLToPath(new URL('../../../datasets/flood.py', import.meta.url));
const DIALOGUES = fileURLToPath(new URL('./dialogues.js', import.meta.url));
const NAMESPACE = `tcploom-${process.pid}`;
const DEFAULT_RATE = 200_000;
const DEFAULT_SECONDS = 30;
/** For the capture to begin, and for the last packets to come through. */
const SETTLE_MS = 1500;

const inNamespace = (...command: string[]): string[] => ['netns', 'exec', NAMESPACE, ...command];
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr?.trim() ?? 'not installed'}`);
}

/** A program in the namespace. */
function start(...command: string[]): ChildProcess {
  return spawn('ip', inNamespace(...command), { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return text;
}

/** Whether nothing was lost without a word. */
async function flood(rate: number, seconds: number): Promise<boolean> {
  const program = start(process.execPath, LAUNCHER, 'info', '--tsv', '-i', 'lo');
  const reported = outputOf(program);
  await sleep(SETTLE_MS);
  const sent = Number(await outputOf(start('python3', FLOOD, `${rate}`, `${seconds}`)));
  await sleep(SETTLE_MS);
  program.kill('SIGINT');
  const cells = (await reported).split('\n')[1]?.split('\t') ?? [];
  const [captured, dropped] = [Number(cells[1]), Number(cells[15])];
  console.log(`flood: ${sent} sent in ${seconds} s (${Math.round(sent / seconds)} packets/s)`);
  console.log(`  ${captured} reported, ${dropped} dropped by the capturing program, ${sent - captured - dropped} lost`);
  return captured === sent && program.exitCode === 0;
}

async function latency(title: string, args: readonly string[]): Promise<void> {
  const text = await outputOf(start(process.execPath, DIALOGUES, LAUNCHER, ...args));
  console.log(`${title}: ${text.trim()}`);
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { rate: text, seconds: text } });
  ip('netns', 'add', NAMESPACE);
  try {
    ip(...inNamespace('ip', 'link', 'set', 'lo', 'up'));
    const isWhole = await flood(Number(values.rate ?? DEFAULT_RATE), Number(values.seconds ?? DEFAULT_SECONDS));
    await latency('from the end of a connection to its line, short packets', []);
    await latency('from the end of a connection to its line, whole packets', ['--snaplen', '65535']);
    process.exitCode = isWhole ? 0 : 1;
  } finally {
    ip('netns', 'del', NAMESPACE);
  }
}

main().catch((error: Error) => {
  console.error(`live: ${error.message}`);
  process.exitCode = 2;
});
