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
      shareLists(writer);
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

/**
 * What the library keeps of each column of each group until the footer is written is most of what a long run has in memory: what the last group has in
 * common with the first one becomes one and the same, and what is kept for an index that there will not be is forgotten.
 */
function shareLists(writer: ParquetWriter): void {
  const last = writer.row_groups.at(-1)?.columns ?? [];
  for (const [index, { meta_data: meta }] of last.entries()) {
    const first = writer.row_groups[0].columns[index].meta_data;
    if (meta === undefined || first === undefined) continue;
    meta.path_in_schema = first.path_in_schema;
    if (meta.num_values === first.num_values) meta.num_values = first.num_values;
    if (meta.encodings.join() === first.encodings.join()) meta.encodings = first.encodings;
  }
  writer.pendingIndexes = writer.pendingIndexes.filter(
    ({ columnIndex, offsetIndex, bloomFilter }) => (columnIndex ?? offsetIndex ?? bloomFilter) !== undefined,
  );
}
