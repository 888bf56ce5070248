/**
 * Packets as they come, through the program that may capture them. Owns which program, its arguments, and what it says
 * at its end.
 *
 * tcpdump is asked first: in immediate mode it hands a packet on at once, where dumpcap takes up to a quarter of a
 * second (test/feed/live-capture.test.ts measures it). dumpcap takes over where it does better: several devices in
 * one capture, and long packets, of which tcpdump's buffer in that mode holds few, because each has the room of
 * the longest.
 */
import type { LiveCounts, LiveRequest } from '../capture/feed-messages.js';
import type { ByteWriter } from '../ring/byte-ring.js';
import { type ByteStream, StreamDamage } from './byte-stream.js';
import { Child, type ChildEnd, isMissingProgram } from './children.js';

/** Longest packets for which tcpdump comes first. */
const PROMPT_SNAPLEN = 4096;

/** A capturing program: its arguments for a request, and what its standard error means. */
interface Program {
  readonly name: string;
  arguments(request: LiveRequest): string[];
  /** The counts in what it said, or undefined where it did not say them. */
  counts(lines: readonly string[]): LiveCounts | undefined;
  /** Whether a line is what any capture says. */
  isUsual(line: string): boolean;
}

const TCPDUMP: Program = {
  name: 'tcpdump',
  arguments: ({ devices, snaplen, bufferMiB, isPromiscuous, filter, user }) => [
    '-i',
    devices[0],
    ...['-s', String(snaplen), '-B', String(bufferMiB * 1024), '-U', '--immediate-mode', '-n', '-w', '-'],
    ...(isPromiscuous ? [] : ['-p']),
    ...(user === undefined ? [] : ['-Z', user]),
    ...(filter === undefined ? [] : ['--', filter]),
  ],
  counts: (lines) => {
    const count = (what: string): number | undefined => sumOf(lines, new RegExp(`^(\\d+) packets? ${what}`));
    const captured = count('captured');
    if (captured === undefined) return undefined;
    // Packets "received by filter" are those of the loopback device counted twice: they tell nothing here.
    const dropped = count('dropped by kernel') ?? 0;
    return { received: captured, dropped, droppedByInterface: count('dropped by interface') ?? 0 };
  },
  isUsual: (line) => /^(tcpdump: )?(listening on|data link type|verbose output)|^\d+ packets? /.test(line),
};

const DUMPCAP: Program = {
  name: 'dumpcap',
  arguments: ({ devices, snaplen, bufferMiB, isPromiscuous, filter }) => {
    const settings = ['-s', String(snaplen), '-B', String(bufferMiB)];
    if (!isPromiscuous) settings.push('-p');
    if (filter !== undefined) settings.push('-f', filter);
    // Settings before the first device hold for all.
    return ['-q', ...settings, ...devices.flatMap((device) => ['-i', device]), '-w', '-'];
  },
  counts: (lines) => {
    const line =
      /^Packets received\/dropped on interface .*?: (\d+)\/(\d+) \(pcap:\d+\/dumpcap:\d+\/flushed:\d+\/ps_ifdrop:(\d+)\)/;
    const received = sumOf(lines, line);
    if (received === undefined) return undefined;
    return { received, dropped: sumOf(lines, line, 2)!, droppedByInterface: sumOf(lines, line, 3)! };
  },
  isUsual: (line) => /^(Capturing on|File:|Packets? (captured|received)|\(No packets)/.test(line),
};

/** Sum of group `group` over all lines that match, or undefined without any. */
function sumOf(lines: readonly string[], pattern: RegExp, group = 1): number | undefined {
  const numbers = lines.map((line) => pattern.exec(line)?.[group]).filter((text) => text !== undefined);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, text) => sum + Number(text), 0);
}

/** The programs for a request, the better one first. */
function programsFor({ devices, snaplen, user }: LiveRequest): Program[] {
  // dumpcap stays who it was, and could not be ended by another user.
  if (user !== undefined) return [TCPDUMP];
  if (devices.length > 1) return [DUMPCAP];
  return snaplen > 0 && snaplen <= PROMPT_SNAPLEN ? [TCPDUMP, DUMPCAP] : [DUMPCAP, TCPDUMP];
}

/** A capture at work. `finish` lets it end well: what was captured before is delivered. */
export class LiveCapture implements ByteStream {
  /** Set at the end, where the program said it. */
  counts: LiveCounts | undefined;
  readonly #writer: ByteWriter;
  readonly #request: LiveRequest;
  readonly #programs: Program[];
  #child: Child;
  #hasBytes = false;
  #isToFinish = false;

  constructor(request: LiveRequest, writer: ByteWriter) {
    this.#writer = writer;
    this.#request = request;
    this.#programs = programsFor(request);
    this.#child = this.#start();
  }

  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      try {
        const chunk = await this.#child.next();
        if (chunk !== undefined) this.#hasBytes = true;
        return chunk;
      } catch (error) {
        if (!isMissingProgram(error)) throw error;
        if (this.#isToFinish) return undefined;
        const missing = this.#programs.shift()!;
        if (this.#programs.length === 0) throw missingPrograms(this.#request, missing);
        this.#child = this.#start();
      }
    }
  }

  /** Asks the program to stop, as the keys of a terminal do. */
  finish(): void {
    this.#isToFinish = true;
    this.#child.signal('SIGINT');
  }

  close(): void {
    this.#child.close();
  }

  #start(): Child {
    const [program] = this.#programs;
    const options = { hasInput: false, isApart: false };
    return new Child(this.#writer, program.name, program.arguments(this.#request), options, (end) =>
      this.#onEnd(program, end),
    );
  }

  #onEnd(program: Program, end: ChildEnd): Error | undefined {
    this.counts = program.counts(end.lines);
    const said = reasonOf(program, end.lines);
    // Code 0 is what the keys of the terminal lead to, which reach it before anybody here is told of them. Stopped before
    // it was ready to be: nothing was captured, as asked.
    if (end.code === 0 || (this.#isToFinish && !this.#hasBytes)) return undefined;
    const how = said ?? `${program.name} ended with exit code ${end.code}`;
    const place = this.#hasBytes ? 'the capture broke off' : 'cannot be captured from';
    return new StreamDamage({ found: `${place}: ${how}`, ...(isForbidden(how) ? { expected: PERMISSION } : {}) });
  }
}

const PERMISSION =
  'the right to capture: run as root, or give it to the capturing program (setcap cap_net_raw,cap_net_admin+ep)';

const isForbidden = (text: string): boolean => /permi(ssion|tted)|not allowed/i.test(text);

function missingPrograms({ devices }: LiveRequest, { name }: Program): StreamDamage {
  if (devices.length > 1) {
    return new StreamDamage({
      found: `no program ${name} to capture from several devices`,
      expected: 'it in the PATH: install wireshark-common or wireshark-cli',
    });
  }
  return new StreamDamage({
    found: 'no program to capture with',
    expected: 'tcpdump or dumpcap in the PATH: install tcpdump, wireshark-common or wireshark-cli',
  });
}

/** Why a capture did not work, in the program's words without its name. */
function reasonOf(program: Program, lines: readonly string[]): string | undefined {
  const line = lines.find((candidate) => !program.isUsual(candidate));
  return line
    ?.replace(new RegExp(`^(?:\\S*/)?${program.name}: `), '')
    .replace(/\s+/g, ' ')
    .trim();
}
