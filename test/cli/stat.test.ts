/**
 * `tcploom stat` as its users run it. Where signals are sent it is in a PID namespace, so that no other program of this machine gets any: there
 * stand-ins with the program's name note what they get.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseArguments } from '../../src/cli/parse.js';
import { expandSignals, signalCalled } from '../../src/cli/signal-names.js';
import { makeStatPlan } from '../../src/cli/stat-plan.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { built, type Ended, ended, LAUNCHER, tcploom, temporaryFolder } from '../support/launch.js';
import { untilAsleep } from '../support/processes.js';
import { missing } from '../support/programs.js';

const FOLDER = temporaryFolder();
const LOG = join(FOLDER, 'log');
const SUDO_LOG = join(FOLDER, 'sudo-log');
const stat = (...args: string[]): Promise<Ended> => tcploom(['stat', ...args]);

const NAMESPACE = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const skipProc = process.platform !== 'linux' && 'there is no /proc';
const skip = spawnSync('unshare', [...NAMESPACE, 'true']).status !== 0 && 'no PID namespace can be made here';

const NEXT_ID = '/proc/sys/kernel/ns_last_pid';
const skipNext = !canWrite(NEXT_ID) && 'which id the next process gets cannot be said here';

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Listens for signals and notes them as NAME SIGNAL: after so many milliseconds, or with -1 never. SIGINT ends it. */
const STAND_IN = `
import { appendFileSync } from 'node:fs';
import { renderTitle } from ${JSON.stringify(`file://${built('src/monitor/process-title.ts')}`)};
const [name, delayMs = 0, percent] = process.argv.slice(2);
const note = (text) => appendFileSync(${JSON.stringify(LOG)}, name + ' ' + text + '\\n');
if (percent !== undefined) process.title = renderTitle(Number(percent), process.argv.slice(2));
if (delayMs >= 0) setTimeout(() => {
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGTERM']) process.on(signal, () => note(signal));
  process.on('SIGINT', () => { note('SIGINT'); process.exit(); });
  note('listens');
}, Number(delayMs));
note('begun');
setInterval(() => {}, 1000);
`;
const SCRIPT = join(FOLDER, 'one', 'bin', 'tcploom.js');
mkdirSync(dirname(SCRIPT), { recursive: true });
writeFileSync(join(FOLDER, 'one', 'package.json'), '{"type":"module"}');
writeFileSync(SCRIPT, STAND_IN);

/** A folder with a sudo that notes its arguments, then does `what`. */
function standInSudo(name: string, what: string): string {
  const folder = join(FOLDER, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'sudo'), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${SUDO_LOG}'\n${what}\n`, { mode: 0o755 });
  return folder;
}

/** Runs lines of bash in a namespace of their own. What they started ends with them. */
function inNamespace(lines: string): Promise<Ended> {
  rmSync(LOG, { force: true });
  rmSync(SUDO_LOG, { force: true });
  const prelude = `
    start() { node '${SCRIPT}' "$@" & seen "$1 begun"; }
    seen() { until grep -qs "$1" '${LOG}'; do sleep 0.02; done; }
    times() { until [ "$(grep -cs "$1" '${LOG}')" -ge "$2" ]; do sleep 0.02; done; }
    STAT="node ${LAUNCHER} stat"`;
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
  const args = [...NAMESPACE, 'bash', '-c', `${prelude}\n${lines}`];
  return ended(spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'], env }));
}

/** What the stand-ins noted: of each how often it got which signal. */
function noted(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of readFileSync(LOG, 'utf8').trimEnd().split('\n')) {
    if (/ SIG/.test(line)) counts[line] = (counts[line] ?? 0) + 1;
  }
  return counts;
}

/** A run that reads from a FIFO that stays silent, until the test ends. */
async function waitingRun(t: TestContext, ...args: string[]): Promise<{ pid: number; end: Promise<Ended> }> {
  const fifo = join(FOLDER, `fifo-${args.length}-${Date.now()}`);
  execFileSync('mkfifo', [fifo]);
  // Opened for both directions it is not waited for, and never ends.
  const held = openSync(fifo, 'r+');
  const child = spawn(process.execPath, [LAUNCHER, ...args, fifo], { stdio: 'ignore' });
  const end = ended(child);
  t.after(async () => {
    child.kill('SIGKILL');
    closeSync(held);
    await end;
  });
  await untilAsleep(child.pid!);
  return { pid: child.pid!, end };
}

describe('what runs', { skip: skipProc }, () => {
  it('is listed, by PID and with running time and arguments', async (t) => {
    const pids = [
      (await waitingRun(t, '-o', 'miruo', '--filter', 'tcp port 80\n')).pid,
      (await waitingRun(t, 'info')).pid,
      (await waitingRun(t, 'filter', '', '-c')).pid,
    ];
    const listed = await stat('-p');
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^(\d+\n)+$/);
    const all = listed.stdout.trimEnd().split('\n').map(Number);
    assert.deepEqual(
      all,
      all.toSorted((a, b) => a - b),
    );
    for (const pid of pids) assert.ok(all.includes(pid), `${pid} is not among ${all}`);
    const table = await stat('-l');
    const [head, ...rows] = table.stdout.trimEnd().split('\n');
    assert.match(head, /^ *PID +TIME +PERCENT {2}COMMAND$/);
    const rowOf = (pid: number): string => rows.find((row) => row.trimStart().startsWith(`${pid} `)) ?? '';
    assert.match(rowOf(pids[0]), / \d+( m \d\d)? s +- {2}tcploom -o miruo --filter tcp port 80\\x0a \/.*\/fifo-/);
    assert.match(rowOf(pids[1]), / {2}tcploom info \//);
    assert.match(rowOf(pids[2]), / {2}tcploom filter {2}-c \//);
  });

  it('is told as long as it runs', async (t) => {
    const { pid, end } = await waitingRun(t, 'info');
    assert.match((await stat('-p')).stdout, new RegExp(`^${pid}$`, 'm'));
    process.kill(pid, 'SIGKILL');
    await end;
    assert.doesNotMatch((await stat('-p')).stdout, new RegExp(`^${pid}$`, 'm'));
  });
});

describe('a signal', { skip }, () => {
  it('reaches every pass, and no other program', async () => {
    const run = await inNamespace(`
      start a; first=$!; start b; second=$!; start plot
      ln -s '${SCRIPT}' '${FOLDER}/tcploom'; node '${FOLDER}/tcploom' linked & third=$!; seen 'linked listens'
      seen 'a listens'; seen 'b listens'; seen 'plot listens'
      bash -c 'sleep 100; : ${SCRIPT} tcploom' & other=$!
      $STAT || echo failed; $STAT -USR2; $STAT -SIGTERM; $STAT --signal 15
      times 'SIGTERM' 3; $STAT -2; seen 'a SIGINT'; seen 'b SIGINT'; seen 'linked SIGINT'
      kill -0 $other && echo there; wait $first $second $third; $STAT; echo $?`);
    const each = (name: string): Record<string, number> =>
      Object.fromEntries(['SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGINT'].map((signal) => [`${name} ${signal}`, 1]));
    const counts = noted();
    // Two that come at once may be one.
    for (const name of ['a', 'b', 'linked']) counts[`${name} SIGTERM`] = 1;
    assert.deepEqual(counts, { ...each('a'), ...each('b'), ...each('linked') });
    assert.equal(run.stdout, 'there\n1\n');
    assert.equal(run.stderr, 'No running instance of tcploom found\n');
  });

  it('reaches those that are named', async () => {
    const run = await inNamespace(`
      for name in a b c; do start $name; seen "$name listens"; pids="$pids $!"; done
      set -- $pids; $STAT --pid $3 -USR2 --pid $1 --pid 1; seen 'a SIGUSR2'; seen 'c SIGUSR2'
      $STAT 0.05 --pid $2 & stat=$!; times 'b SIGUSR1' 3; kill -INT $2; wait $stat; echo $?
      [ "$($STAT -p --pid $3 --pid $1)" = "$1
$3" ] && echo both; $STAT -l --pid $3 | sed '1d; s/.*  tcploom/tcploom/'
      for what in -p -l -TERM; do $STAT $what --pid 1 --pid $2; echo $?; done`);
    assert.equal(run.stdout, '0\nboth\ntcploom c\n1\n1\n1\n');
    assert.equal(run.stderr, 'No running instance of tcploom found\n'.repeat(3));
    const { 'b SIGUSR1': ofB, ...others } = noted();
    assert.ok(ofB >= 3);
    assert.deepEqual(others, { 'a SIGUSR2': 1, 'c SIGUSR2': 1, 'b SIGINT': 1 });
  });

  it('reaches no later pass that has the id of one that was named', { skip: skipNext }, async () => {
    const run = await inNamespace(`
      start a; pid=$!; seen 'a listens'; $STAT 0.05 --pid $pid & stat=$!; seen 'a SIGUSR1'; kill -STOP $stat
      kill -INT $pid; wait $pid
      until [ "$next" = $pid ]; do echo $((pid - 1)) > ${NEXT_ID}; start later; next=$!; done
      seen 'later listens'; kill -CONT $stat
      while kill -0 $stat && ! grep -q 'later SIG' '${LOG}'; do sleep 0.02; done 2> /dev/null
      kill -INT $stat 2> /dev/null; wait $stat; echo $?`);
    assert.deepEqual(run, { code: 0, stdout: '0\n', stderr: '' });
    assert.equal(noted()['later SIGUSR1'], undefined);
  });

  it('that asks for reports waits until the pass listens', async () => {
    const run = await inNamespace(
      "start late 700; $STAT -USR2; echo $?; seen 'late SIGUSR2'; $STAT; seen 'late SIGUSR1'",
    );
    assert.deepEqual(run, { code: 0, stdout: '0\n', stderr: '' });
    assert.deepEqual(noted(), { 'late SIGUSR2': 1, 'late SIGUSR1': 1 });
  });

  it('that asks for reports is not sent to what does not listen', async () => {
    const run = await inNamespace('start deaf -1; echo $!; $STAT -USR2; echo $?; kill -0 $! && echo there');
    const [pid, ...rest] = run.stdout.trimEnd().split('\n');
    assert.deepEqual(rest, ['2', 'there']);
    assert.equal(run.stderr, `tcploom: process ${pid}: does not listen for SIGUSR2: not sent\n`);
  });

  it('comes every INTERVAL seconds until none is left', async () => {
    const run = await inNamespace(`
      start a; start b; seen 'b listens'; seen 'a listens'
      $STAT 0.05 & stat=$!
      times 'a SIGUSR1' 5; kill -INT %1; times 'b SIGUSR1' 8; kill -INT %2; wait $stat; echo $?`);
    assert.deepEqual(run, { code: 0, stdout: '0\n', stderr: '' });
  });

  it('comes every INTERVAL seconds until Ctrl-C, or another end', async () => {
    const run = await inNamespace(`
      start a; seen 'a listens'
      for end in INT TERM; do $STAT .05 -USR2 & stat=$!; times 'a SIGUSR2' 3; kill -$end $stat; wait $stat; echo $?; done`);
    assert.deepEqual(run, { code: 0, stdout: '0\n143\n', stderr: '' });
  });

  it('comes once for now with an INTERVAL longer than timers can be', async () => {
    const run = await inNamespace(`
      start a; seen 'a listens'; $STAT 2147484 & stat=$!
      seen 'a SIGUSR1'; sleep 0.5; kill -INT $stat; wait $stat; echo $?`);
    // What a timer does with too much is also said on standard error.
    assert.deepEqual(run, { code: 0, stdout: '0\n', stderr: '' });
    assert.deepEqual(noted(), { 'a SIGUSR1': 1 });
  });

  it('goes to those that are agreed to on the terminal', { skip: missing('script') }, async () => {
    const run = await inNamespace(`
      start a; start b; start c; seen 'a listens'; seen 'b listens'; seen 'c listens'
      printf 'perhaps\\nn\\nYES\\n' > '${FOLDER}/answers'; mkfifo '${FOLDER}/typed'
      { cat '${FOLDER}/answers'; sleep 1; printf '\\004'; sleep 100; } > '${FOLDER}/typed' &
      script -qec "$STAT -i -TERM; echo code \\$?" /dev/null < '${FOLDER}/typed'; seen 'b SIGTERM'`);
    assert.deepEqual(noted(), { 'b SIGTERM': 1 });
    const asked = [...run.stdout.matchAll(/send SIGTERM to process \d+, tcploom (\w)\? \[y\/n\] /g)].map(
      ([, name]) => name,
    );
    assert.deepEqual(asked, ['a', 'a', 'b', 'c']);
    assert.match(run.stdout, /code 0/);
  });

  it('goes through sudo, which may refuse', async () => {
    const good = standInSudo('sudo', 'shift; "$@"');
    const bad = standInSudo('no-sudo', 'echo "sudo: a password is required" >&2; exit 1');
    const empty = join(FOLDER, 'empty');
    mkdirSync(empty);
    symlinkSync(process.execPath, join(empty, 'node'));
    const run = await inNamespace(`
      start a; echo $!; start b; echo $!; seen 'a listens'; seen 'b listens'
      PATH='${good}':$PATH $STAT -s; echo $?; seen 'a SIGUSR1'; seen 'b SIGUSR1'
      PATH='${bad}':$PATH $STAT -s; echo $?
      PATH='${empty}' $STAT -s; echo $?`);
    const [a, b, ...codes] = run.stdout.trimEnd().split('\n');
    assert.deepEqual(codes, ['0', '2', '2']);
    const sent = (pid: string): string => `-n kill -s USR1 ${pid}\n`;
    assert.equal(readFileSync(SUDO_LOG, 'utf8'), `${sent(a) + sent(b) + sent(a)}-v\n`);
    assert.deepEqual(run.stderr.trimEnd().split('\n'), [
      `tcploom: process ${a}: sudo failed: sudo: a password is required`,
      'tcploom: sudo is not installed, or not in PATH: nothing was sent',
    ]);
    assert.deepEqual(noted(), { 'a SIGUSR1': 1, 'b SIGUSR1': 1 });
  });

  it('goes through sudo when the password was typed', async () => {
    const ticket = join(FOLDER, 'ticket');
    const asking = standInSudo(
      'asking-sudo',
      `[ "$1" = -v ] && exec touch '${ticket}'; [ -e '${ticket}' ] && shift && "$@"`,
    );
    const run = await inNamespace(`
      start a; echo $!; seen 'a listens'; PATH='${asking}':$PATH $STAT -s; echo $?; seen 'a SIGUSR1'`);
    const [pid, code] = run.stdout.trimEnd().split('\n');
    assert.deepEqual([code, run.stderr], ['0', '']);
    const kill = `-n kill -s USR1 ${pid}\n`;
    assert.equal(readFileSync(SUDO_LOG, 'utf8'), `${kill}-v\n${kill}`);
  });

  it('does not reach another process that has the id once the password was typed', { skip: skipNext }, async () => {
    const ticket = join(FOLDER, 'late-ticket');
    const successor = join(FOLDER, 'successor');
    // What has the id then is no pass, and ends by a signal that it gets.
    const slow = standInSudo(
      'slow-sudo',
      `[ -e '${ticket}' ] && shift && exec "$@"
      [ "$1" = -v ] || exit 1
      touch '${ticket}'; : > '${FOLDER}/go'; until [ -s '${successor}' ]; do sleep 0.02; done`,
    );
    const run = await inNamespace(`
      start a; pid=$!; seen 'a listens'; PATH='${slow}':$PATH $STAT -s & stat=$!
      until [ -e '${FOLDER}/go' ]; do sleep 0.02; done
      kill -INT $pid; wait $pid
      until [ "$next" = $pid ]; do echo $((pid - 1)) > ${NEXT_ID}; sleep 1000 & next=$!; done
      echo $next > '${successor}'; wait $stat; echo $?; kill -0 $pid && echo there`);
    assert.deepEqual(run, { code: 0, stdout: '0\nthere\n', stderr: '' });
  });

  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const canRead = spawnSync('setpriv', [...nobody, process.execPath, LAUNCHER, '--version']).status === 0;
  it('that is not permitted is told for each', { skip: !canRead && 'nobody cannot run the program here' }, async () => {
    const run = await inNamespace(`
      start a; echo $!; start b; echo $!; seen 'a listens'; seen 'b listens'
      setpriv ${nobody.join(' ')} $STAT -l | sed 1d | wc -l; setpriv ${nobody.join(' ')} $STAT 0.05; echo $?`);
    const [a, b, ...rest] = run.stdout.trimEnd().split('\n');
    assert.deepEqual(rest, ['2', '2']);
    const told = (pid: string): string => `tcploom: process ${pid}: not permitted (-s sends through sudo)\n`;
    assert.equal(run.stderr, told(a) + told(b));
    assert.deepEqual(noted(), {});
  });
});

describe('a title', { skip }, () => {
  it('says how far a pass is', async () => {
    const run = await inNamespace(
      "start 'big file.pcap' 0 42.44; echo $!; seen listens; $STAT -l; $STAT -p; $STAT; seen SIGUSR1",
    );
    const [pid, head, row, ...rest] = run.stdout.trimEnd().split('\n');
    assert.equal(head.length - 'COMMAND'.length, row.indexOf('tcploom'));
    assert.match(row, new RegExp(`^ *${pid} +\\d+ s +42\\.4% {2}tcploom big file\\.pcap 0 42\\.44$`));
    assert.deepEqual(rest, [pid]);
    assert.equal(run.stderr, '');
  });
});

describe('the command line', () => {
  for (const [args, message] of [
    [['-p', '-l'], '-p and -l are two outputs: one at a time'],
    [['-pl'], '-p and -l are two outputs: one at a time'],
    [['-p', '5'], '-p sends nothing: it goes with no interval, signal, -i or -s'],
    [['-l', '-USR1'], '-l sends nothing: it goes with no interval, signal, -i or -s'],
    [['-ls'], '-l sends nothing: it goes with no interval, signal, -i or -s'],
    [['-i'], '-i asks on the terminal, and standard input is none'],
    [['-FOO'], "there is no signal 'FOO'"],
    [['-0'], "there is no signal '0'"],
    [['-999'], "there is no signal '999'"],
    [['--signal', ''], "there is no signal ''"],
    [['-USR1', '-USR2'], /It can be given once\.$/],
    [['-x'], "unknown option '-x'"],
    [['--pid', '0'], /It must be a process id: a whole number from 1\.$/],
    [['--pid', 'tcploom'], /It must be a process id/],
    [['--pid', '1,2'], /It must be a process id/],
    [['--pid', '5000000000'], /It must be a process id/],
    [['--pid', '5', '--pid', ''], /It must be a process id/],
    [['-p', '--pid'], /argument missing$/],
    [['soon'], /It must be a number of seconds from 0\.01 to \d+\.$/],
    [['0'], /It must be a number of seconds/],
    [['1', '2'], /too many arguments/],
  ] as const) {
    it(`${args.join(' ')} is refused`, async () => {
      const run = await stat(...args);
      const hint = " (see 'tcploom stat --help')\n";
      assert.ok(run.stderr.startsWith('tcploom: ') && run.stderr.endsWith(hint), run.stderr);
      const said = run.stderr.slice('tcploom: '.length, -hint.length);
      if (typeof message === 'string') assert.equal(said, message);
      else assert.match(said, message);
      assert.equal(run.code, 2);
    });
  }

  it('names signals in many ways', () => {
    for (const text of ['USR1', 'SIGUSR1', 'usr1', 'sigusr1', '10']) {
      assert.deepEqual(signalCalled(text), { name: 'SIGUSR1', number: 10 });
      const request = parseArguments(['stat', `-${text}`, '2.5'], '0');
      assert.ok(request.kind === 'stat');
      assert.deepEqual(makeStatPlan(request.intervalSec, request.options, false), {
        kind: 'send',
        named: undefined,
        signal: { name: 'SIGUSR1', number: 10 },
        intervalSec: 2.5,
        isAsking: false,
        hasSudo: false,
      });
    }
    for (const text of ['', 'SIG', 'SIGSIGUSR1', '0', '10x', 'toString']) assert.equal(signalCalled(text), undefined);
    const args = ['-pi', '-9', '-INT', '1.5', '--', '-9'];
    assert.deepEqual(expandSignals(args, 'plishV'), ['-pi', '--signal=9', '--signal=INT', '1.5', '--', '-9']);
  });

  it('asks on a terminal only', () => {
    assert.equal(makeStatPlan(undefined, { ask: true }, true).kind, 'send');
    assert.throws(() => makeStatPlan(undefined, { ask: true }, false), UsageError);
  });
});
