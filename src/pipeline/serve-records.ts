/**
 * The work of a renderer thread: takes batches of records, renders each, and gives back the bytes. Owns how records lie in a batch.
 */
import type { MessagePort } from 'node:worker_threads';
import { RECORD_SEGMENTS, type RECORD_SESSION, type RecordKind } from '../analysis/events.js';
import type { PageOptions } from '../page/page-options.js';
import { fieldsOf, type RecordFormat, rendererOf, tableOf } from '../records/formats.js';
import { MappedAddresses } from '../records/mapped-addresses.js';
import type { OpenParquet } from '../records/parquet.js';
import type { AddressMap, RecordRenderer } from '../records/renderer.js';
import type { RunClosing } from '../records/run-closing.js';
import { FiguresRenderer } from '../summary/figures-renderer.js';
import type { SummaryPlan } from '../summary/selector.js';
import { AddressMapper } from '../text/crypto-pan.js';

/** What is to become of records. */
export type RecordForm =
  /** Those of one kind, in a format of lines or columns. */
  | { readonly kind: RecordKind; readonly format: RecordFormat }
  /** Those of sessions, and segments of some of them, as a page. */
  | { readonly kind: typeof RECORD_SESSION; readonly format: 'html'; readonly page: PageOptions }
  /** Those of sessions, only summed up. */
  | { readonly kind: typeof RECORD_SESSION; readonly format: 'summary'; readonly summary: SummaryPlan };

/** The kinds that belong to a form. */
export const kindsOf = ({ kind, format }: RecordForm): readonly RecordKind[] =>
  format === 'html' ? [kind, RECORD_SEGMENTS] : [kind];

/** What a renderer is told. */
export type RendererMessage =
  | { readonly kind: 'input'; readonly number: number; readonly name: string }
  /** `records` records; `used` was rendered to and is not needed any more. */
  | { readonly kind: 'batch'; readonly batch: ArrayBuffer; readonly records: number; readonly used?: ArrayBuffer }
  /** No record comes any more. */
  | { readonly kind: 'end'; readonly closing?: RunClosing | undefined };

/** What was rendered of each batch, which comes back, and at the end. */
export interface Rendered {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly batch?: ArrayBuffer;
}

/** What the main thread hands to a renderer. */
export interface RendererWork {
  readonly form: RecordForm;
  readonly port: MessagePort;
  /** What addresses are mapped by (src/text/crypto-pan.ts), where others are to stand for them. */
  readonly addressKey?: Uint8Array | undefined;
}

const WORD_BYTES = 8;
/** Words of a record before its fields: how many bytes of text it has, and its kind. */
const HEADER_WORDS = 2;

/** Whole words of a record of so many fields and bytes of text. */
export const recordWords = (fields: number, textBytes: number): number =>
  HEADER_WORDS + fields + Math.ceil(textBytes / WORD_BYTES);

/**
 * Records in a buffer, one after the other:
 *
 *     bytes of text | kind | fields ... | text, up to a whole word | bytes of text | ...
 */
export class RecordBatch {
  readonly buffer: ArrayBuffer;
  records = 0;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  #word = 0;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.#doubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Whether there is room for so many words more. */
  hasRoom(words: number): boolean {
    return this.#word + words <= this.#doubles.length;
  }

  add(kind: RecordKind, fields: Float64Array, text: Uint8Array): void {
    this.#doubles[this.#word] = text.length;
    this.#doubles[this.#word + 1] = kind;
    this.#doubles.set(fields, this.#word + HEADER_WORDS);
    this.#bytes.set(text, WORD_BYTES * (this.#word + HEADER_WORDS + fields.length));
    this.#word += recordWords(fields.length, text.length);
    this.records++;
  }

  /** The kind of the next record. */
  get kind(): RecordKind {
    return this.#doubles[this.#word + 1] as RecordKind;
  }

  /** Copies the next record to `fields`, which has its length, and what it returns is its text, until the next is read. */
  next(fields: Float64Array): Uint8Array {
    const from = this.#word + HEADER_WORDS;
    const textBytes = this.#doubles[this.#word];
    for (let i = 0; i < fields.length; i++) fields[i] = this.#doubles[from + i];
    this.#word += recordWords(fields.length, textBytes);
    if (textBytes === 0) return NO_TEXT;
    const textAt = WORD_BYTES * (from + fields.length);
    return this.#bytes.subarray(textAt, textAt + textBytes);
  }
}

const NO_TEXT = new Uint8Array();

/** Serves the main thread until it closes the port, or is gone. */
export async function serveRecords({ form, port, addressKey }: RendererWork): Promise<void> {
  const renderer = await rendererFor(form, addressKey && new AddressMapper(addressKey));
  const fields: Float64Array[] = [];
  for (const kind of kindsOf(form)) fields[kind] = new Float64Array(fieldsOf(kind));
  return new Promise((resolve, reject) => {
    port.on('close', resolve);
    port.on('message', (message: RendererMessage) => {
      try {
        serve(message, renderer, fields, port);
      } catch (error) {
        reject(error);
        port.close();
      }
    });
  });
}

/** Some take their time to load. */
async function rendererFor(form: RecordForm, addressOf: AddressMap | undefined): Promise<RecordRenderer> {
  const { kind, format } = form;
  if (format !== 'html' && format !== 'summary') return rendererOf(kind, format, await parquetFor(format), addressOf);
  const renderer = format === 'html' ? await pageRenderer(form.page) : new FiguresRenderer(form.summary);
  return addressOf === undefined ? renderer : new MappedAddresses(tableOf(kind), addressOf, renderer);
}

async function pageRenderer(options: PageOptions): Promise<RecordRenderer> {
  const { PageRenderer } = await import('../page/page-renderer.js');
  return new PageRenderer(options);
}

async function parquetFor(format: RecordFormat): Promise<OpenParquet> {
  if (format === 'parquet') return (await import('./parquet-file.js')).openParquet;
  return () => {
    throw new Error(`a Parquet file was asked for by ${format}`);
  };
}

/** `fields`: room for those of a record, by its kind. */
function serve(
  message: RendererMessage,
  renderer: RecordRenderer,
  fields: readonly Float64Array[],
  port: MessagePort,
): void {
  switch (message.kind) {
    case 'input':
      renderer.name(message.number, message.name);
      break;
    case 'batch': {
      const batch = new RecordBatch(message.batch);
      for (let i = 0; i < message.records; i++) {
        const { kind } = batch;
        const text = batch.next(fields[kind]);
        renderer.add(fields[kind], text, kind);
      }
      if (message.used !== undefined) renderer.reuse(message.used);
      tell(port, { bytes: renderer.take(), batch: message.batch });
      break;
    }
    case 'end':
      renderer.end(message.closing);
      tell(port, { bytes: renderer.take() });
  }
}

function tell(port: MessagePort, rendered: Rendered): void {
  const transfer = rendered.batch === undefined ? [] : [rendered.batch];
  port.postMessage(rendered, [...transfer, rendered.bytes.buffer]);
}
