/**
 * Records whose addresses stand for others: they are mapped before any format sees them, so that nothing is made of the original ones.
 */
import { RECORD_SESSION, type RecordKind } from '../analysis/events.js';
import { R_HOST_BYTES } from '../analysis/session-record.js';
import type { RecordTable } from './record-table.js';
import type { AddressMap, RecordRenderer } from './renderer.js';
import type { RunClosing } from './run-closing.js';

export class MappedAddresses implements RecordRenderer {
  readonly #table: RecordTable;
  readonly #map: AddressMap;
  readonly #to: RecordRenderer;
  readonly #fields: Float64Array;
  readonly #words = new Int32Array(4);

  constructor(table: RecordTable, map: AddressMap, to: RecordRenderer) {
    this.#table = table;
    this.#map = map;
    this.#to = to;
    this.#fields = new Float64Array(table.fields);
  }

  name(input: number, name: string): void {
    this.#to.name(input, name);
  }

  /** Records of other kinds than the table's hold no addresses. */
  add(original: Float64Array, text: Uint8Array, kind: RecordKind = this.#table.kind): void {
    if (kind !== this.#table.kind) {
      this.#to.add(original, text, kind);
      return;
    }
    const fields = this.#fields;
    fields.set(original);
    const { v6, src, dst } = this.#table.tuple;
    this.#mapOne(src, fields[v6] === 1);
    this.#mapOne(dst, fields[v6] === 1);
    // A host may be an address, or a name that leads to one. It is the last piece of the text.
    if (this.#table.kind === RECORD_SESSION) fields[R_HOST_BYTES] = 0;
    this.#to.add(fields, text, kind);
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#to.take();
  }

  reuse(buffer: ArrayBuffer): void {
    this.#to.reuse(buffer);
  }

  end(closing?: RunClosing): void {
    this.#to.end(closing);
  }

  #mapOne(at: number, isV6: boolean): void {
    const fields = this.#fields;
    if (!isV6) {
      fields[at] = this.#map.v4(fields[at] | 0) >>> 0;
      return;
    }
    for (let i = 0; i < 4; i++) this.#words[i] = fields[at + i];
    this.#map.v6(this.#words);
    for (let i = 0; i < 4; i++) fields[at + i] = this.#words[i] >>> 0;
  }
}
