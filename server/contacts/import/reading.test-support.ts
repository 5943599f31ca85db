/** Reads files in tests as imports do, without a database. */
import type { ColumnField, Columns } from "./file-columns.ts";
import type { FileRow, RowKind } from "./file-row.ts";
import { contactColumns } from "./import-mapping.ts";
import { openImportFile } from "./open-import-file.ts";

export interface ReadFile {
  /** `column field` of the mapped columns. */
  fields: string[];
  names: string[];
  headerRow: number | null;
  /** Row number and cells of each row of data. */
  rows: [number, ...string[]][];
  faults: string[];
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  columns: Columns;
  all: (FileRow & { kind: RowKind })[];
}

export async function readFile(
  content: string | Buffer,
  options: { country?: string; mapping?: Record<string, ColumnField>; pieces?: number } = {},
): Promise<ReadFile> {
  const { country = "NO", mapping = null } = options;
  const bytes = Buffer.from(content);
  const size = Math.max(1, Math.ceil(bytes.length / (options.pieces ?? 1)));
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const file = await openImportFile(chunks(), { columns: contactColumns(mapping, country), cardCountry: country });
  try {
    const all: ReadFile["all"] = [];
    await file.read(
      (row, kind) => all.push({ ...row, kind }),
      async () => {},
    );
    const data = all.filter(({ kind }) => kind === "data");
    const { names, fields } = file.columns;
    return {
      fields: names.flatMap((name, at) => (fields[at] === "ignore" ? [] : [`${name} ${fields[at]}`])),
      names,
      headerRow: file.headerRow,
      rows: data.filter(({ fault }) => fault === null).map(({ row, cells }) => [row, ...cells]),
      faults: data.flatMap(({ row, fault }) => (fault === null ? [] : [`${row} ${fault}`])),
      encoding: file.encoding,
      delimiter: file.delimiter,
      sheet: file.sheet,
      columns: file.columns,
      all,
    };
  } finally {
    await file.close();
  }
}
