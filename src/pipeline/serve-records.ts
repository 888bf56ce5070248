/**
 * The work of a renderer thread: takes batches of records, renders each, and gives back the bytes. Owns how records lie in a batch.
 */
import type { MessagePort } from 'node:worker_threads';
import type { RecordKind } from '../analysis/events.js';
import { type RecordFormat, rendererOf, tableOf } from '../records/formats.js';
import { MappedAddresses } from '../records/mapped-addresses.js';
import type { OpenParquet } from '../records/parquet.js';
import type { AddressMap, RecordRenderer } from '../records/renderer.js';
import { FiguresRenderer } from '../summary/figures-renderer.js';
import type { SummaryPlan } from '../summary/selector.js';
import { AddressMapper } from '../text/crypto-pan.js';

/** What a renderer is told. */
export type RendererMessage =
  | { readonly kind: 'input'; readonly number: number; readonly name: string }
  /** `records` records; `used` was rendered to and is not needed any more. */
  | { readonly kind: 'batch'; readonly batch: ArrayBuffer; readonly records: number; readonly used?: ArrayBuffer }
  /** No record comes any more. */
  | { readonly kind: 'end' };

/** What was rendered of each batch, which comes back, and at the end. */
export interface Rendered {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly batch?: ArrayBuffer;
}

/** Records of sessions that are only summed up. */
export interface SummaryFormat {
  readonly summary: SummaryPlan;
}

/** What the main thread hands to a renderer. */
export interface RendererWork {
  readonly kind: RecordKind;
  readonly format: RecordFormat | SummaryFormat;
  readonly port: MessagePort;
  /** What addresses are mapped by (src/text/crypto-pan.ts), where others are to stand for them. */
  readonly addressKey?: Uint8Array | undefined;
}

const WORD_BYTES = 8;
/** Words of a record before its fields: how many bytes of text it has. */
const HEADER_WORDS = 1;

/** Whole words of a record of so many fields and bytes of text. */
export const recordWords = (fields: number, textBytes: number): number =>
  HEADER_WORDS + fields + Math.ceil(textBytes / WORD_BYTES);

/**
 * Records in a buffer, one after the other:
 *
 *     bytes of text | fields ... | text, up to a whole word | bytes of text | ...
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

  add(fields: Float64Array, text: Uint8Array): void {
    this.#doubles[this.#word] = text.length;
    this.#doubles.set(fields, this.#word + HEADER_WORDS);
    this.#bytes.set(text, WORD_BYTES * (this.#word + HEADER_WORDS + fields.length));
    this.#word += recordWords(fields.length, text.length);
    this.records++;
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
export async function serveRecords({ kind, format, port, addressKey }: RendererWork): Promise<void> {
  const addressOf = addressKey && new AddressMapper(addressKey);
  const renderer =
    typeof format === 'string'
      ? rendererOf(kind, format, await parquetFor(format), addressOf)
      : summingUp(kind, format, addressOf);
  const fields = new Float64Array(tableOf(kind).fields);
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

function summingUp(kind: RecordKind, { summary }: SummaryFormat, addressOf: AddressMap | undefined): RecordRenderer {
  const renderer = new FiguresRenderer(summary);
  return addressOf === undefined ? renderer : new MappedAddresses(tableOf(kind), addressOf, renderer);
}

/** The library takes its time to load. */
async function parquetFor(format: RecordFormat): Promise<OpenParquet> {
  if (format === 'parquet') return (await import('./parquet-file.js')).openParquet;
  return () => {
    throw new Error(`a Parquet file was asked for by ${format}`);
  };
}

function serve(message: RendererMessage, renderer: RecordRenderer, fields: Float64Array, port: MessagePort): void {
  switch (message.kind) {
    case 'input':
      renderer.name(message.number, message.name);
      break;
    case 'batch': {
      const batch = new RecordBatch(message.batch);
      for (let i = 0; i < message.records; i++) {
        const text = batch.next(fields);
        renderer.add(fields, text);
      }
      if (message.used !== undefined) renderer.reuse(message.used);
      tell(port, { bytes: renderer.take(), batch: message.batch });
      break;
    }
    case 'end':
      renderer.end();
      tell(port, { bytes: renderer.take() });
  }
}

function tell(port: MessagePort, rendered: Rendered): void {
  const transfer = rendered.batch === undefined ? [] : [rendered.batch];
  port.postMessage(rendered, [...transfer, rendered.bytes.buffer]);
}
