/**
 * Parquet files as hyparquet-writer makes them, piece by piece in memory: what was written is handed on, and forgotten, after each group of rows.
 */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ParquetColumn, ParquetElement, ParquetFile, ParquetValue } from '../records/parquet.js';

/** A column whose values are made when the library comes to it, and are garbage when it is through. */
class LateColumn {
  readonly name: string;
  readonly encoding?: 'RLE_DICTIONARY';
  readonly statistics: boolean;
  readonly #values: () => ParquetValue[];

  constructor({ element, isDictionary, hasBounds, values }: ParquetColumn) {
    this.name = element.name;
    if (isDictionary) this.encoding = 'RLE_DICTIONARY';
    this.statistics = hasBounds;
    this.#values = values;
  }

  get data(): ParquetValue[] {
    return this.#values();
  }
}

/** Begins a file with these columns. */
export function openParquet(schema: readonly ParquetElement[]): ParquetFile {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'records', num_children: schema.length }, ...schema],
    createdBy: 'tcploom',
  });
  return {
    write(columns: readonly ParquetColumn[], rows: number): void {
      void writer.write({ columnData: columns.map((column) => new LateColumn(column)), rowGroupSize: rows });
    },
    finish(): void {
      void writer.finish();
    },
    take(): Uint8Array<ArrayBuffer> {
      const taken = bytes.getBytes().slice();
      bytes.index = 0;
      return taken;
    },
  };
}
