/** The columns of a file of rows, whatever the rows are about: what they are called, and what a caller's mapping makes of them. */
import { countAddedColumns } from "../../../rules/rejected-rows.ts";
import { withoutGuards } from "../../kit/csv.ts";
import { invalid } from "../../kit/errors.ts";

/** What a column becomes: a field of what the rows are about, or `ignore`. */
export type ColumnField = string;

export interface Columns {
  /** The position of the row that names the columns among those that were looked at; -1 where none does. */
  header: number;
  /** How many of the first columns are those that rejected.csv adds, which are no part of the file. */
  added: number;
  /** The header's words; `#1`, `#2` … where there are none or they were there before. */
  names: string[];
  fields: ColumnField[];
}

/** How the columns of a file are understood, by what its rows are about. */
export interface ColumnRules {
  /** The caller's; null: guessed. */
  mapping: Record<string, ColumnField> | null;
  /** The position of the row that names the columns, -1 where none does. */
  findHeader(rows: readonly string[][]): number;
  /** A field for each column. `rows` are those below the names. */
  guess(names: readonly string[], rows: readonly string[][]): ColumnField[];
  /** Whether several columns may be mapped to the field, and one that is guessed counts unless the mapping says something else of it. */
  isLasting(field: ColumnField): boolean;
  /** Whether these are the columns of such rows: a workbook may have other sheets. */
  isMeant(columns: Columns): boolean;
}

/** The caller's mapping: column → field. 422 names what is not JSON, or no field. */
export function parseMapping(
  json: string | undefined,
  isField: (field: unknown) => boolean,
): Record<string, ColumnField> | null {
  if (json === undefined || json.trim() === "") return null;
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (cause) {
    throw invalid("invalid_mapping", `The mapping is not JSON: ${(cause as Error).message}.`, "mapping", json);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalid("unknown_import_field", "The mapping must be an object of column → field.", "mapping", given);
  }
  // One by one: parsing the whole object, a schema would drop a column called __proto__.
  for (const [column, field] of Object.entries(given)) {
    if (!isField(field)) {
      throw invalid(
        "unknown_import_field",
        `The column "${column}" cannot be mapped to ${JSON.stringify(field)}.`,
        "mapping",
        field,
      );
    }
  }
  return given as Record<string, ColumnField>;
}

/** The columns of a file by its first rows. 422 for a mapping with a column that the file does not have. */
export function readColumns(rows: readonly string[][], rules: ColumnRules): Columns {
  const added = countAddedColumns(rows[0] ?? []);
  const own = added > 0 ? rows.map((row) => row.slice(added).map(withoutGuards)) : rows;
  const header = added > 0 ? 0 : rules.findHeader(own);
  const headings = own[header];
  const names = nameColumns(headings ?? [], headings?.length ?? Math.max(...own.map((row) => row.length)));
  const guessed = rules.guess(names, own.slice(header + 1));
  const fields = rules.mapping ? applyMapping(names, rules.mapping, guessed, rules.isLasting) : guessed;
  return { header, added, names, fields };
}

/** A row without the columns that rejected.csv added, its cells as they were before they were escaped for spreadsheets. */
export const ownCells = (cells: string[], { added }: Columns): string[] =>
  added > 0 ? cells.slice(added).map(withoutGuards) : cells;

const mostListed = 100;

/** The names for a message: a file may have a column for each octet. */
export function listNames(names: readonly string[]): string {
  const first = names.slice(0, mostListed).map((name) => `“${name}”`);
  return names.length > mostListed ? `${first.join(", ")} and ${names.length - mostListed} more` : first.join(", ");
}

/** Whether a column has no name but its position. */
export const isUnnamed = (name: string): boolean => /^#\d+$/.test(name);

/** Unique names: a heading such as `#2` always names the second column. */
function nameColumns(header: string[], width: number): string[] {
  const used = new Set<string>();
  return Array.from({ length: width }, (_, index) => {
    const name = (header[index] ?? "").trim().slice(0, 200);
    if (name === "" || /^#\d{1,4}$/.test(name) || used.has(name.toLowerCase())) return `#${index + 1}`;
    used.add(name.toLowerCase());
    return name;
  });
}

/** Columns become what the caller mapped them to, the rest is ignored but for what lasts. */
function applyMapping(
  names: string[],
  mapping: Record<string, ColumnField>,
  guessed: readonly ColumnField[],
  isLasting: ColumnRules["isLasting"],
): ColumnField[] {
  const fields: ColumnField[] = guessed.map((field) => (isLasting(field) ? field : "ignore"));
  const places = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const key = name.toLowerCase();
    if (!places.has(key)) places.set(key, index);
  }
  const mapped = new Set<string>();
  for (const [column, field] of Object.entries(mapping)) {
    const index = columnIndex(places, names.length, column);
    if (index < 0) {
      throw invalid(
        "unknown_column",
        `The file has no column "${column}". It has: ${listNames(names)}.`,
        "mapping",
        column,
      );
    }
    if (field !== "ignore" && !isLasting(field) && mapped.has(field)) {
      throw invalid("field_mapped_twice", `Two columns are mapped to ${field}.`, "mapping", column);
    }
    mapped.add(field);
    fields[index] = field;
  }
  return fields;
}

function columnIndex(places: ReadonlyMap<string, number>, width: number, column: string): number {
  const wanted = column.trim().toLowerCase();
  const byName = places.get(wanted);
  if (byName !== undefined) return byName;
  const position = /^#(\d{1,4})$/.exec(wanted);
  return position && Number(position[1]) <= width ? Number(position[1]) - 1 : -1;
}
