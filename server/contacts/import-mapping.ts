/** Which column of a file becomes which field of a contact. */
import { ImportMapping } from "../../contract/contacts.ts";
import { countAddedColumns } from "../../rules/rejected-rows.ts";
import { withoutGuards } from "../kit/csv.ts";
import { invalid } from "../kit/errors.ts";
import { findHeader, guessFields } from "./guess-columns.ts";
import { ImportFailure } from "./import-failure.ts";

/** An ImportField, `property:<key>`, or `ignore`. */
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

/** What a caller asked for: column → field. 422 names what is not JSON, or no field. */
export function parseMapping(json: string | undefined): Record<string, ColumnField> | null {
  if (json === undefined || json.trim() === "") return null;
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (cause) {
    throw invalid("invalid_mapping", `The mapping is not JSON: ${(cause as Error).message}.`, "mapping", json);
  }
  const parsed = ImportMapping.safeParse(given);
  if (parsed.success) return parsed.data;
  const column = parsed.error.issues[0]?.path[0];
  const field = column === undefined ? given : (given as Record<string, unknown>)[String(column)];
  throw invalid(
    "unknown_import_field",
    column === undefined
      ? "The mapping must be an object of column → field."
      : `The column "${String(column)}" cannot be mapped to ${JSON.stringify(field)}.`,
    "mapping",
    field,
  );
}

/** The columns of a file by its first rows and the caller's mapping, if any. 422 for a column that the file does not have. */
export function readColumns(
  rows: readonly string[][],
  mapping: Record<string, ColumnField> | null,
  country: string,
): Columns {
  const added = countAddedColumns(rows[0] ?? []);
  const own = added > 0 ? rows.map((row) => row.slice(added).map(withoutGuards)) : rows;
  const header = added > 0 ? 0 : findHeader(own);
  const headings = own[header];
  const names = nameColumns(headings ?? [], headings?.length ?? Math.max(...own.map((row) => row.length)));
  const fields = mapping ? applyMapping(names, mapping) : guessFields(names, own.slice(header + 1), country);
  return { header, added, names, fields };
}

/** A row without the columns that rejected.csv added, its cells as they were before they were made safe for spreadsheets. */
export const ownCells = (cells: string[], { added }: Columns): string[] =>
  added > 0 ? cells.slice(added).map(withoutGuards) : cells;

/** Throws unless one column can tell who a row is. */
export function requireNumberColumn(columns: Columns): void {
  if (tellsWho(columns)) return;
  const seen = told(columns.names);
  throw new ImportFailure(
    "no_number_column",
    `No column holds a mobile number, phone number or e-mail address. Columns of the file: ${seen}.`,
  );
}

/** Whether a column holds what a contact can be found again by. */
export const tellsWho = ({ fields }: Columns): boolean =>
  fields.some((field) => field === "mobile" || field === "phone" || field === "email");

const mostTold = 100;

/** A file may have a column for each octet. */
function told(names: readonly string[]): string {
  const first = names.slice(0, mostTold).map((name) => `“${name}”`);
  return names.length > mostTold ? `${first.join(", ")} and ${names.length - mostTold} more` : first.join(", ");
}

function nameColumns(header: string[], width: number): string[] {
  const used = new Set<string>();
  return Array.from({ length: width }, (_, index) => {
    const name = (header[index] ?? "").trim().slice(0, 200);
    if (name === "" || used.has(name.toLowerCase())) return `#${index + 1}`;
    used.add(name.toLowerCase());
    return name;
  });
}

function applyMapping(names: string[], mapping: Record<string, ColumnField>): ColumnField[] {
  const fields = names.map(() => "ignore");
  const places = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const key = name.toLowerCase();
    if (!places.has(key)) places.set(key, index);
  }
  const mapped = new Set<string>();
  for (const [column, field] of Object.entries(mapping)) {
    const index = columnIndex(places, names.length, column);
    if (index < 0) {
      throw invalid("unknown_column", `The file has no column "${column}". It has: ${told(names)}.`, "mapping", column);
    }
    if (field !== "ignore" && mapped.has(field)) {
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
