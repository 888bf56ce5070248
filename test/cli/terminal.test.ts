/**
 * What a person sees: the program on a terminal of 80 columns and 24 lines, looked at many times a second. One
 * progress line at most, always the last; and once it is over, nothing on the screen or above it but results
 * and statistics.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateFile } from '../../datasets/generate.js';
import { LAUNCHER, LIMIT_MS, tcploom, temporaryFolder } from '../support/launch.js';
import { toldReports } from '../support/report-text.js';

const FOLDER = temporaryFolder();
const CAPTURE = join(FOLDER, 'traffic.pcap');
const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0;
const LOOK_EVERY_MS = 40;
/** A piece of input follows after so many looks that showed no progress line. */
const PATIENCE_LOOKS = 100;

/** As many with one width of the terminal. */
const LOOKS_A_WIDTH = 12;

/** A spinner's frame, and after it what the meter says; its first frame has no text yet. */
const PROGRESS = /^[|/\\-] .*B\/s/;
/** Before the first block: nothing to compute with. */
const FIRST_FRAME = / 0 B\/s/;
const AMOUNTS = String.raw`^[|/\\-] \d+\.\d% {1,2}\d+(\.\d+)? [KMG]?B {1,2}\d+(\.\d+)? [KMG]?B\/s {1,2}`;
/** With its end, which is not announced at once, and no more when all is read. */
const PERCENT_PROGRESS = new RegExp(String.raw`${AMOUNTS}ETA (\d+ m )?\d+ s {1,2}ETF \d\d:\d\d:\d\d`);
const PERCENT_ONLY = new RegExp(String.raw`${AMOUNTS}(finishing {1,2})?\d+(\.\d+)? [KM]?pkt\/s`);

/** One screen of tmux with a server of its own. */
class Screen {
  static #screens = 0;
  readonly #socket: string;
  readonly #name: string;

  /** Runs a script in it. `$TCPLOOM` is the program; the exit code of the last command is noted. */
  constructor(script: string, columns = 80, environment = '') {
    this.#name = `screen-${Screen.#screens++}`;
    this.#socket = join(FOLDER, `${this.#name}.sock`);
    const file = join(FOLDER, `${this.#name}.sh`);
    const ended = join(FOLDER, `${this.#name}.code`);
    const setup = `unset CI NO_COLOR FORCE_COLOR; export TCPLOOM="${process.execPath} ${LAUNCHER}" TZ=UTC ${environment}`;
    // Ctrl-C is for the program, not for the script around it; the screen is to be looked at afterwards.
    writeFileSync(file, `${setup}\ntrap : INT\n${script}\necho $? > ${ended}\nsleep 3600\n`);
    const settings = join(FOLDER, 'tmux.conf');
    writeFileSync(settings, 'set -g history-limit 100000\nset -g status off\n');
    const size = ['-x', String(columns), '-y', '24'];
    execFileSync('tmux', ['-S', this.#socket, '-f', settings, 'new-session', '-d', ...size, `bash ${file}`]);
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  }

  /** Lines that are not empty, as they stand on the screen. */
  lines(): string[] {
    return this.#tmux('capture-pane', '-p')
      .split('\n')
      .filter((line) => line !== '');
  }

  resize(columns: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', '24');
  }

  /** Bytes that the program writes to the terminal from now on go to this file. */
  record(file: string): void {
    this.#tmux('pipe-pane', '-O', `cat > ${file}`);
  }

  /** Everything that was ever written and stayed, with wrapped lines put together. */
  history(): string[] {
    const lines = this.#tmux('capture-pane', '-p', '-J', '-S', '-').split('\n');
    return withoutFigures(lines);
  }

  /** The same as it was written, colours included. */
  coloured(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-J', '-S', '-');
  }

  get isCursorVisible(): boolean {
    return this.#tmux('display', '-p', '#{cursor_flag}').trim() === '1';
  }

  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  /** Exit code of the script's last command, or undefined while it runs. */
  get code(): number | undefined {
    const file = join(FOLDER, `${this.#name}.code`);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text.endsWith('\n') ? Number(text) : undefined;
  }

  /** Looks at the screen until the script is done or `isEnough`; returns all that was seen. */
  async watch(
    isEnough: (seen: string[][]) => boolean = () => false,
    onLook = (_: string[]): void => {},
  ): Promise<string[][]> {
    const seen: string[][] = [];
    for (const start = Date.now(); this.code === undefined && !isEnough(seen); ) {
      assert.ok(Date.now() - start < LIMIT_MS, `no end; on the screen: ${JSON.stringify(seen.at(-1))}`);
      seen.push(this.lines());
      onLook(seen.at(-1)!);
      await sleep(LOOK_EVERY_MS);
    }
    return seen;
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
  }
}

/** Lines to compare: memory and processor time differ from run to run. Empty lines at the end do not count. */
function withoutFigures(lines: readonly string[]): string[] {
  const text = lines.map((line) => line.trimEnd().replace(/^(CPU|VSZ|RSS)( +: ).*/, '$1$2-')).join('\n');
  return text.trimEnd().split('\n');
}

/** What should be left on the terminal: standard output, where it goes there, then standard error. */
async function expected(args: readonly string[], hasResults: boolean): Promise<string[]> {
  const run = await tcploom(['-o', 'miruo', ...args]);
  return withoutFigures(`${hasResults ? run.stdout : ''}${run.stderr}`.split('\n'));
}

/** Thousands of lines make no message: the first that differs does. */
function assertSame(lines: readonly string[], wanted: readonly string[]): void {
  const at = wanted.findIndex((line, index) => line !== lines[index]);
  if (at >= 0) assert.equal(lines[at], wanted[at], `line ${at + 1} of ${wanted.length}`);
  assert.equal(lines.length, wanted.length);
}

const isProgress = (line: string): boolean => PROGRESS.test(line) || FIRST_FRAME.test(line);

/** Nowhere more than one progress line, and nothing below it. Returns those seen, without the first frame. */
function progressLines(seen: readonly string[][], columns = 80): string[] {
  const found: string[] = [];
  for (const lines of seen) {
    const progress = lines.filter(isProgress);
    assert.ok(progress.length <= 1, `several progress lines: ${JSON.stringify(lines)}`);
    if (progress.length === 0) continue;
    assert.equal(lines.at(-1), progress[0], `not the last line: ${JSON.stringify(lines)}`);
    assert.ok(progress[0].length < columns);
    if (PROGRESS.test(progress[0]) && !FIRST_FRAME.test(progress[0])) found.push(progress[0]);
  }
  return found;
}

describe('on a terminal', { skip: !HAS_TMUX && 'tmux is not installed' }, () => {
  const screens: Screen[] = [];
  const feeders: ChildProcess[] = [];
  function open(script: string, columns?: number, environment?: string): Screen {
    const screen = new Screen(script, columns, environment);
    screens.push(screen);
    return screen;
  }

  /** A FIFO that gets the capture in 31 pieces, one after each look at a progress line, and `go`, which is to be told of looks. */
  function slowFifo(name: string): { path: string; go: (lines: readonly string[]) => void } {
    const path = join(FOLDER, name);
    execFileSync('mkfifo', [path]);
    const piece = `dd if=${CAPTURE} bs=100000 skip=$i count=1 status=none; read -r`;
    const line = `for ((i = 0; i < 31; i++)); do ${piece}; done > ${path}`;
    const feeder = spawn('bash', ['-c', line], { stdio: ['pipe', 'ignore', 'ignore'] });
    feeders.push(feeder);
    // After the last piece it is gone.
    feeder.stdin.on('error', () => {});
    let looks = 0;
    const go = (lines: readonly string[]): void => {
      // Without a progress line it goes on all the same: the test says then what was missing.
      if (lines.some(isProgress) || ++looks % PATIENCE_LOOKS === 0) feeder.stdin.write('\n');
    };
    return { path, go };
  }

  before(() => generateFile({ bytes: 3_000_000, profile: 'small', sessions: 100, loss: 0.01 }, CAPTURE));
  after(() => {
    for (const screen of screens) screen.close();
    for (const feeder of feeders) feeder.kill('SIGKILL');
  });

  /** The capture so many times over takes seconds. */
  const LONG = Array.from({ length: 300 }, () => CAPTURE);
  const longArguments = `$(for ((i = 0; i < ${LONG.length}; i++)); do echo ${CAPTURE}; done)`;

  it('files: percent, bytes, rate, ETA and ETF; afterwards nothing but statistics', async () => {
    const screen = open(`$TCPLOOM -o miruo ${longArguments} > ${FOLDER}/results.txt`);
    const seen = await screen.watch();
    assert.equal(screen.code, 0);
    const lines = progressLines(seen);
    assert.ok(lines.length > 5, `${lines.length} looks at a progress line`);
    for (const line of lines) assert.ok(PERCENT_PROGRESS.test(line) || PERCENT_ONLY.test(line), line);
    assert.ok(lines.some((line) => PERCENT_PROGRESS.test(line)));
    const percents = lines.map((line) => Number(/[\d.]+(?=%)/.exec(line)));
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a - b),
      'the percentage never falls',
    );
    assert.ok(new Set(percents).size >= 3 && percents.at(-1)! <= 100, `${percents}`);
    for (const lines of seen) if (lines.some(isProgress)) assert.equal(lines.length, 1, JSON.stringify(lines));
    assertSame(screen.history(), await expected(LONG, false));
    assert.ok(screen.isCursorVisible);
  });

  it('a FIFO: bytes and rates without a percentage; results above the progress line are whole', async () => {
    const { path, go } = slowFifo('slow.fifo');
    const screen = open(`$TCPLOOM -o miruo --all --color 0 ${path}`);
    const seen = await screen.watch(undefined, go);
    assert.equal(screen.code, 0);
    const lines = progressLines(seen);
    assert.ok(lines.length > 10, `${lines.length} looks at a progress line`);
    for (const line of lines) assert.doesNotMatch(line, /%|ET[AF]/);
    const results = await expected(['--all', '--color', '0', CAPTURE], true);
    assertSame(screen.history(), [`reading from ${path}`, ...results.slice(1)]);
    assert.ok(screen.isCursorVisible);
  });

  it('statistics on the way stand above the progress line, after the results before them', async () => {
    const { path, go } = slowFifo('statistics.fifo');
    const screen = open(`$TCPLOOM -o miruo --all --color 0 --stat 1 ${path}`);
    const seen = await screen.watch(undefined, go);
    assert.equal(screen.code, 0);
    assert.ok(progressLines(seen).length > 5);
    const alone = await tcploom(['-o', 'miruo', '--all', '--color', '0', '--stat', '1', CAPTURE]);
    const history = screen.history();
    // Results and statistics are two streams: here they are in one, each in its own order.
    const isStatistics = (line: string): boolean => !/^(reading from|\d{4}[ :])/.test(line);
    const blocks = withoutFigures(alone.stderr.split('\n'));
    assert.ok(blocks.filter((line) => line.startsWith('=====') && line.includes('Session')).length > 1);
    assertSame(history.filter(isStatistics), ['', ...blocks].slice(blocks[0] === '' ? 1 : 0));
    const results = withoutFigures(alone.stdout.split('\n')).slice(1);
    assertSame(history.filter((line) => !isStatistics(line)).slice(1), results);
  });

  it('sessions, handshakes and reports together: every line of each is whole, each kind in its order', async () => {
    const { path, go } = slowFifo('both.fifo');
    const screen = open(`$TCPLOOM --all --color 0 ${path}`);
    const seen = await screen.watch(undefined, go);
    assert.equal(screen.code, 0);
    assert.ok(progressLines(seen).length > 5);
    const alone = await tcploom(['--all', '--color', '0', CAPTURE]);
    const [told, piped] = [screen.history().join('\n'), alone.stderr].map(toldReports);
    for (const { starts, reports, ends } of [told, piped]) {
      assert.deepEqual([starts.length, reports.length, ends.length], [1, 0, 1]);
    }
    const lines = told.rest.split('\n');
    const isOfSessions = (line: string): boolean => /^(reading from|\d{4}[ :])/.test(line);
    assertSame(lines.filter(isOfSessions).slice(1), withoutFigures(alone.stdout.split('\n')).slice(1));
    const others = withoutFigures(piped.rest.split('\n'));
    assert.ok(others.filter((line) => line.includes('     success     ')).length > 50);
    assertSame(withoutFigures(lines.filter((line) => !isOfSessions(line))), others);
  });

  it('colours without being asked, but not to a file at the same time', async () => {
    const screen = open(`$TCPLOOM -o miruo datasets/lossy.pcap`);
    await screen.watch();
    assert.match(screen.coloured(), /\[33m0001 /);
    const both = open(`$TCPLOOM -o miruo -o miruo=${FOLDER}/copy.txt datasets/lossy.pcap`);
    await both.watch();
    assert.ok(!both.coloured().includes('[33m'));
    assert.ok(!readFileSync(`${FOLDER}/copy.txt`, 'latin1').includes('[33m'));
  });

  it('a message about a file stands on a line of its own', async () => {
    const missing = join(FOLDER, 'missing.pcap');
    const screen = open(`$TCPLOOM -o miruo ${missing} ${longArguments} ${missing} > ${FOLDER}/results.txt`);
    const seen = await screen.watch();
    assert.equal(screen.code, 1);
    assert.ok(progressLines(seen).length > 0);
    assertSame(screen.history(), await expected([missing, ...LONG, missing], false));
  });

  it('40 columns: the line is cut to the width, never wrapped', async () => {
    const screen = open(`$TCPLOOM -o miruo ${longArguments} > ${FOLDER}/results.txt`, 40);
    const seen = await screen.watch();
    assert.ok(progressLines(seen, 40).length > 5);
    for (const lines of seen) if (lines.some(isProgress)) assert.equal(lines.length, 1, JSON.stringify(lines));
    assertSame(screen.history(), await expected(LONG, false));
  });

  it('another width in mid-run: the line fits it, and nothing of the old one stays', async () => {
    const { path, go } = slowFifo('resized.fifo');
    const bytes = statSync(CAPTURE).size;
    // When a line breaks, a terminal whose rows are all taken moves the first of them out of reach: that is another's here.
    const above = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const run = `$TCPLOOM -o miruo --all --color 0 --total-bytes ${bytes} ${path} > ${FOLDER}/results.txt`;
    const screen = open(`for i in {0..19}; do echo line $i; done; ${run}`);
    let looks = 0;
    const widths = [44, 100, 30, 12, 80, 25];
    const seen = await screen.watch(undefined, (lines) => {
      if (++looks % LOOKS_A_WIDTH === 0) screen.resize(widths[(looks / LOOKS_A_WIDTH) % widths.length]);
      // A piece at a look would be over before the terminal has had all its widths.
      if (looks % 3 === 0) go(lines);
    });
    assert.equal(screen.code, 0);
    assert.ok(looks > LOOKS_A_WIDTH * widths.length);
    // Between the change and the answer to it an old line may be there in pieces, but not until the next change.
    const drawn = seen.map((lines) => lines.filter((line) => !above.includes(line)));
    for (let from = 0; from + LOOKS_A_WIDTH <= drawn.length; from += LOOKS_A_WIDTH) {
      const looked = drawn.slice(from, from + LOOKS_A_WIDTH);
      assert.ok(
        looked.some((lines) => lines.length <= 1),
        `torn: ${JSON.stringify(looked.at(-1))}`,
      );
    }
    assert.ok(drawn.some(([line = '']) => isProgress(line) && line.length > 44));
    screen.resize(80);
    const statistics = await expected(['--all', '--color', '0', CAPTURE], false);
    assertSame(screen.history(), [...above, ...statistics]);
    assert.ok(screen.isCursorVisible);
  });

  it('is erased no more often than it is drawn, and drawn in one piece', async () => {
    const { path, go } = slowFifo('recorded.fifo');
    const raw = join(FOLDER, 'recorded.raw');
    const screen = open(`$TCPLOOM -o miruo --all --color 0 ${path}`);
    screen.record(raw);
    const seen = await screen.watch(undefined, go);
    assert.ok(progressLines(seen).length > 5);
    const text = readFileSync(raw, 'latin1');
    const count = (part: string): number => text.split(part).length - 1;
    const drawn = count('pkt/s');
    assert.ok(drawn > 5);
    // Each is erased once: by the next one, by what is written above it, or at the end.
    assert.ok(count('\x1b[0K') <= drawn + 2, `${drawn} lines, erased ${count('\x1b[0K')} times`);
    assert.ok(count('\x1b[?25l') <= 2, 'the cursor does not flicker');
    assert.equal(count('\x1b[?7l'), count('\x1b[?7h'));
  });

  it('--progress plain and none draw nothing', async () => {
    for (const form of ['plain', 'json', 'none']) {
      const raw = join(FOLDER, `${form}.raw`);
      const { path, go } = slowFifo(`${form}.fifo`);
      const screen = open(`$TCPLOOM -o miruo --progress ${form} --report-interval 0.2 ${path} > /dev/null`);
      screen.record(raw);
      let looks = 0;
      await screen.watch(undefined, () => {
        if (++looks % 2 === 0) go(['| 0 B/s']);
      });
      assert.equal(screen.code, 0);
      assert.ok(!readFileSync(raw, 'latin1').includes('\x1b'), form);
      const told = screen.history().filter((line) => /^(\{"event"|\d{4}-.*B\/s)/.test(line));
      if (form === 'none') assert.equal(told.length, 0);
      else assert.ok(told.length >= 2, `${told}`);
    }
  });

  for (const results of ['-o miruo', '-o miruo -o report']) {
    it(`Ctrl-C: the progress line goes, what was found is told, the cursor is back, exit code 130: ${results}`, async () => {
      const screen = open(`$TCPLOOM ${results} ${longArguments} ${longArguments} > ${FOLDER}/results.txt`);
      await screen.watch((seen) => seen.some((lines) => lines.some((line) => PROGRESS.test(line))));
      assert.equal(screen.code, undefined);
      screen.press('C-c');
      await screen.watch();
      assert.equal(screen.code, 130);
      const { starts, reports, ends, rest } = toldReports(screen.history().join('\n'));
      const times = results.includes('report') ? 1 : 0;
      assert.deepEqual([starts.length, reports.length, ends.length], [times, 0, times]);
      assert.doesNotMatch(rest, /B\/s/);
      assert.match(rest, /^===== Session Statistics =====$/m);
      assert.ok(screen.isCursorVisible);
    });
  }

  // Terminals and jobs that take no progress line must get nothing in its place.
  for (const environment of ['CI=true', 'TERM=dumb']) {
    it(`${environment}: nothing but results and statistics`, async () => {
      const screen = open(`$TCPLOOM -o miruo --all --color 0 ${CAPTURE} ${CAPTURE}`, 80, environment);
      await screen.watch();
      assert.equal(screen.code, 0);
      assertSame(screen.history(), await expected(['--all', '--color', '0', CAPTURE, CAPTURE], true));
    });
  }
});
