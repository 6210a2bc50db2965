import type { Table } from "./encoder.js";
import type { ParquetType } from "./parquet-types.js";

/** Writes a table as a Parquet file, in row groups of some megabytes. */
export const writeParquet = async (
  path: string,
  { names, rows }: Table,
  typeOf: (name: string) => ParquetType,
): Promise<void> => {
  const { fileWriter, ParquetWriter } = await import("hyparquet-writer");
  const columns = names.map((name) => ({ name, type: typeOf(name), data: [] as unknown[] }));
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [
      { name: "root", num_children: names.length },
      ...columns.map(({ name, type }) => ({ ...type.element, name })),
    ],
    // They would be made of values that stand in the file as it holds them, not as they are meant.
    statistics: false,
    createdBy: "multiwoven-aws-bedrock-model",
  });
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const rowGroupSize = columns[0]?.data.length ?? 0;
    if (rowGroupSize === 0) return;
    await writer.write({ columnData: columns.map(({ name, data }) => ({ name, data })), rowGroupSize });
    for (const column of columns) column.data = [];
    bytes = 0;
  };
  for await (const row of rows) {
    for (const { name, type, data } of columns) {
      const value = Object.hasOwn(row, name) ? row[name] : null;
      const raw = value === null || value === undefined ? null : type.write(value);
      if (raw === undefined)
        throw new Error(`column ${JSON.stringify(name)} holds what its type does not take`);
      data.push(raw);
      bytes += raw instanceof Uint8Array ? raw.length + 8 : 8;
    }
    if (bytes > groupBytes) await flush();
  }
  await flush();
  await writer.finish();
};

const groupBytes = 8_000_000;
