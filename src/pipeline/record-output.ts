/**
 * Where the records of the analysis go: in batches to a thread that renders them, and what that makes of them to a place of lines. Owns what is under
 * way between the two, and what becomes of it when a run ends before its end.
 */
import { EventEmitter, once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { RecordKind } from '../analysis/events.js';
import { isZeek, tableOf } from '../records/formats.js';
import { inputFields } from '../records/record-table.js';
import type { RunClosing } from '../records/run-closing.js';
import { builtFile } from '../text/built-file.js';
import type { LineOutput } from './line-output.js';
import {
  kindsOf,
  RecordBatch,
  type RecordForm,
  type Rendered,
  type RendererMessage,
  type RendererWork,
  recordWords,
} from './serve-records.js';
import type { Threads } from './threads.js';

/** When what is under way is not waited for any more. */
export type Limits = Readonly<Record<'lines' | 'whole', Promise<unknown>>>;

/** As a place of lines, but for what is written there. */
export interface RecordOutput extends Omit<LineOutput, 'append' | 'begin' | 'complete' | 'isGone'> {
  /** How many threads it needs. */
  readonly threads: number;
  /** Starts them, of `threads`; before anything else. */
  start(threads: Threads): void;
  /** The input with this number, from 1, has this name; it may be told after records that are of it. */
  noteInput(name: string, number: number): void;
  /** Takes a record (copied before it returns). Throws the error of an earlier write. */
  add(kind: RecordKind, fields: Float64Array, text: Uint8Array): void;
  /** No record comes any more, and this is what else is known: resolves when what comes last is written too. Rejects with the error of a write. */
  finish(closing?: RunClosing): Promise<void>;
  /**
   * The run ends before its end, and no record comes any more: all that was added is written as by `finish`, as far as that is possible and the
   * limits allow; `closing` is what is known by then. It never rejects: `unwritten` tells what is missing then.
   */
  conclude(limits: Limits, closing?: RunClosing): Promise<void>;
}

/** Whether records in this format are of no use before the last is written. */
export const isWholeOnly = ({ format }: RecordForm): boolean => format === 'parquet' || format === 'html';

const BATCH_BYTES = 256 * 1024;
/** Batches that wait for a name, or are being rendered, beyond which no more should come. */
const BATCHES_MOST = 4;
const WORD_BYTES = 8;

const RENDERER_FILE = builtFile('workers/renderer.js');

/** A batch on its way, and the highest number of an input that it needs the name of. */
interface FilledBatch {
  readonly batch: RecordBatch;
  readonly input: number;
}

/** Records of one form, rendered in a thread of their own. */
export class RenderedRecords implements RecordOutput {
  readonly threads = 1;
  readonly failed: Promise<never>;
  readonly #kinds: readonly RecordKind[];
  readonly isWholeOnly: boolean;
  readonly #output: LineOutput;
  /** Fields with numbers of inputs whose names are rendered, of records of the form's first kind. */
  readonly #inputs: readonly number[];
  readonly #port: MessagePort;
  readonly #work: RendererWork;
  readonly #events = new EventEmitter();
  /** Buffers that came back. */
  readonly #spare: ArrayBuffer[] = [];
  readonly #used: ArrayBuffer[] = [];
  readonly #waiting: FilledBatch[] = [];
  /** Records of each batch that is being rendered. */
  readonly #rendering: number[] = [];
  /** Names of inputs, by number; those from 1 to `#named` are known. */
  readonly #names: string[] = [];
  #named = 0;
  #filling: RecordBatch | undefined;
  /** The highest number of an input in that. */
  #input = 0;
  #underWay = 0;
  #isPushed = false;
  /** Records that were added, and those that were handed on rendered. */
  #added = 0;
  #handedOn = 0;
  #hasEnded = false;
  #hasOutputFailed = false;
  #isComplete = false;
  #ending: Promise<void> | undefined;
  /** Resolves when the thread has ended, whatever of. */
  #running = Promise.resolve();
  #error: unknown;
  #fail: (error: unknown) => void = () => {};

  /** `addressKey`: what addresses are mapped by (src/text/crypto-pan.ts), where others are to stand for them. */
  constructor(form: RecordForm, output: LineOutput, addressKey?: Uint8Array) {
    const { kind, format } = form;
    this.#kinds = kindsOf(form);
    this.isWholeOnly = isWholeOnly(form);
    this.#output = output;
    this.#inputs = format !== 'html' && format !== 'summary' && isZeek(format) ? [] : inputFields(tableOf(kind));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#work = { form, port: port2, addressKey };
    port1.on('message', (rendered: Rendered) => this.#take(rendered));
    // What is under way keeps its thread, and so the process, alive.
    port1.unref();
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Nobody has to watch it: `add`, `ready` and `flush` throw the same error.
    this.failed.catch(() => {});
    output.failed.catch((error: unknown) => this.#endWithOutput(error));
  }

  /** Starts the thread, one of `threads`; whatever ends it before `finish` fails the run. `file`: a test's own. */
  start(threads: Threads, file: URL = RENDERER_FILE): void {
    // That a thread is through may be known before the last that it said: its end of the channel is closed behind that.
    const closed = once(this.#port, 'close');
    const run = threads.run('the renderer', file, 'render', this.#work, [this.#work.port]).then(() => closed);
    this.#running = run.then(
      () => {
        if (!this.#hasEnded) this.#end(new Error('the renderer came to an end before its records did'));
      },
      (error: unknown) => this.#end(error),
    );
  }

  /** The input with this number, from 1, has this name; it may be told after records that are of it. Numbers come in their order. */
  noteInput(name: string, number: number): void {
    this.#names[number] = name;
    while (this.#names[this.#named + 1] !== undefined) this.#named++;
    this.#post({ kind: 'input', number, name });
    this.#sendWaiting();
  }

  get isFull(): boolean {
    return this.#underWay >= BATCHES_MOST || this.#output.isFull;
  }

  /** Records of other kinds are passed over. */
  add(kind: RecordKind, fields: Float64Array, text: Uint8Array): void {
    this.throwIfFailed();
    if (!this.#kinds.includes(kind) || this.#output.isGone) return;
    this.#added++;
    const words = recordWords(fields.length, text.length);
    if (this.#filling?.hasRoom(words) === false) this.#send();
    this.#filling ??= new RecordBatch(this.#bufferFor(words));
    this.#filling.add(kind, fields, text);
    if (kind !== this.#kinds[0]) return;
    for (const at of this.#inputs) if (fields[at] > this.#input) this.#input = fields[at];
  }

  push(): void {
    // Small batches one after the other would cost more than they say.
    if (this.#underWay > 0) this.#isPushed = true;
    else if (this.#filling !== undefined) this.#send();
    else this.#output.push();
  }

  async ready(): Promise<void> {
    await this.#until(() => this.#underWay < BATCHES_MOST);
    await this.#output.ready();
  }

  /** What a renderer holds back until the end, as Parquet its last group of rows, is not written then. */
  async flush(): Promise<void> {
    this.#send();
    try {
      await this.#until(() => this.#underWay === 0);
    } finally {
      // Whatever became of the thread: what it made is there.
      await this.#output.flush();
    }
  }

  /** No record comes any more: writes what comes last. A file of which this was not called is not whole, and a Parquet file cannot be read. */
  async finish(closing?: RunClosing): Promise<void> {
    this.#send();
    if (this.#waiting.length > 0) throw new Error(`input ${this.#named + 1} has no name`);
    this.#ending ??= this.#endRecords(closing);
    await this.#ending;
  }

  async conclude({ lines, whole }: Limits, closing?: RunClosing): Promise<void> {
    const isOver = this.isWholeOnly ? whole : lines;
    // Names are told soon after what is of them.
    const named = this.#until(() => this.#waiting.length === 0);
    const concluded = named.then(() => this.finish(closing));
    // What went wrong has ended this output before, or does now: `unwritten` tells.
    await Promise.race([isOver, concluded.catch(() => {})]);
    this.#output.push();
  }

  /** Throws the error of an earlier write, or of the thread. */
  throwIfFailed(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /**
   * Records that were added and not handed to the place of lines, or, in a format that is of no use without its end, all of them until that is written. None
   * where the place has failed, or nobody reads it.
   */
  get unwritten(): number {
    if (this.#hasOutputFailed || this.#output.isGone) return 0;
    if (this.isWholeOnly) return this.#isComplete ? 0 : this.#added;
    return this.#added - this.#handedOn;
  }

  async #endRecords(closing: RunClosing | undefined): Promise<void> {
    this.#underWay++;
    this.#post({ kind: 'end', closing });
    await this.#until(() => this.#underWay === 0);
    this.#output.begin();
    await this.#output.complete();
    this.#isComplete = true;
    await this.#running;
  }

  #bufferFor(words: number): ArrayBuffer {
    const bytes = WORD_BYTES * words;
    if (bytes > BATCH_BYTES) return new ArrayBuffer(bytes);
    return this.#spare.pop() ?? new ArrayBuffer(BATCH_BYTES);
  }

  /** What is there goes on its way. */
  #send(): void {
    this.#isPushed = false;
    if (this.#filling === undefined) return;
    this.#waiting.push({ batch: this.#filling, input: this.#input });
    this.#filling = undefined;
    this.#input = 0;
    this.#underWay++;
    this.#sendWaiting();
  }

  /** Batches keep their order: one that waits for a name holds up those behind it. */
  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#waiting[0].input <= this.#named) {
      const { batch } = this.#waiting.shift()!;
      this.#rendering.push(batch.records);
      const used = this.#used.pop();
      const message: RendererMessage = { kind: 'batch', batch: batch.buffer, records: batch.records };
      if (used === undefined) this.#post(message, [batch.buffer]);
      else this.#post({ ...message, used }, [batch.buffer, used]);
      this.#events.emit('changed');
    }
  }

  #post(message: RendererMessage, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #take({ bytes, batch }: Rendered): void {
    if (this.#error !== undefined) return;
    this.#underWay--;
    if (batch === undefined) this.#endThread();
    else if (batch.byteLength === BATCH_BYTES) this.#spare.push(batch);
    try {
      if (bytes.length > 0) this.#output.append(bytes);
    } catch (error) {
      this.#endWithOutput(error);
      return;
    }
    if (batch !== undefined) this.#handedOn += this.#rendering.shift() ?? 0;
    this.#used.push(bytes.buffer);
    if (this.#isPushed) this.#send();
    if (this.#underWay === 0) this.#output.push();
    this.#events.emit('changed');
  }

  /** All was rendered. The thread ends when the port does, so it never does before what it said came here. */
  #endThread(): void {
    this.#hasEnded = true;
    this.#port.close();
  }

  #endWithOutput(error: unknown): void {
    this.#hasOutputFailed = true;
    this.#end(error);
  }

  /** Nothing more is rendered or written. */
  #end(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#port.close();
    this.#fail(error);
    this.#events.emit('changed');
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (this.#error === undefined && !isSo()) await once(this.#events, 'changed');
    if (this.#error !== undefined) throw this.#error;
  }
}

/** Records of several kinds, or in several formats, each to its own; one thread for each. */
export class SplitRecords implements RecordOutput {
  readonly failed: Promise<never>;
  readonly #places: readonly RenderedRecords[];

  constructor(places: readonly RenderedRecords[]) {
    this.#places = places;
    this.failed = Promise.race(places.map((place) => place.failed));
    this.failed.catch(() => {});
  }

  get threads(): number {
    return this.#places.length;
  }

  get isFull(): boolean {
    return this.#places.some((place) => place.isFull);
  }

  start(threads: Threads): void {
    for (const place of this.#places) place.start(threads);
  }

  noteInput(name: string, number: number): void {
    for (const place of this.#places) place.noteInput(name, number);
  }

  /** All of them get a record, or none does. */
  add(kind: RecordKind, fields: Float64Array, text: Uint8Array): void {
    for (const place of this.#places) place.throwIfFailed();
    for (const place of this.#places) place.add(kind, fields, text);
  }

  push(): void {
    for (const place of this.#places) place.push();
  }

  async ready(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.ready()));
  }

  async flush(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.flush()));
  }

  async finish(closing?: RunClosing): Promise<void> {
    await Promise.all(this.#places.map((place) => place.finish(closing)));
  }

  async conclude(limits: Limits, closing?: RunClosing): Promise<void> {
    const whole = this.#places.filter((place) => place.isWholeOnly);
    const finished = Promise.all(whole.map((place) => place.conclude(limits, closing)));
    // As long as the run waits for these there is time for lines too.
    const lines = Promise.all([limits.lines, finished]);
    const others = this.#places.filter((place) => !place.isWholeOnly);
    const rest = { lines, whole: limits.whole };
    await Promise.all([finished, ...others.map((place) => place.conclude(rest, closing))]);
  }
}
