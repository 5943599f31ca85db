/** Which column of a file becomes which field of a contact. */
import { ImportMapping } from "../../../contract/contacts.ts";
import { countAddedColumns } from "../../../rules/rejected-rows.ts";
import { withoutGuards } from "../../kit/csv.ts";
import { invalid } from "../../kit/errors.ts";
import { ImportFailure } from "./file-row.ts";
import { findHeader, guessFields } from "./guess-columns.ts";

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

/** The caller's mapping: column → field. 422 names what is not JSON, or no field. */
export function parseMapping(json: string | undefined): Record<string, ColumnField> | null {
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
  // One by one: parsing the whole object, the schema would drop a column called __proto__.
  for (const [column, field] of Object.entries(given)) {
    if (!ImportMapping.valueType.safeParse(field).success) {
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
  const guessed = guessFields(names, own.slice(header + 1), country);
  const fields = mapping ? applyMapping(names, mapping, guessed) : guessed;
  return { header, added, names, fields };
}

/** A row without the columns that rejected.csv added, its cells as they were before they were escaped for spreadsheets. */
export const ownCells = (cells: string[], { added }: Columns): string[] =>
  added > 0 ? cells.slice(added).map(withoutGuards) : cells;

/** Throws unless a column can identify the person of a row. */
export function requireNumberColumn(columns: Columns): void {
  if (identifiesPerson(columns)) return;
  const seen = listNames(columns.names);
  throw new ImportFailure(
    "no_number_column",
    `No column holds a mobile number, phone number or e-mail address. Columns of the file: ${seen}.`,
  );
}

/** Whether a column holds what a contact can be found again by. */
export const identifiesPerson = ({ fields }: Columns): boolean =>
  fields.some((field) => field === "mobile" || field === "phone" || field === "email");

const mostListed = 100;

/** A file may have a column for each octet. */
function listNames(names: readonly string[]): string {
  const first = names.slice(0, mostListed).map((name) => `“${name}”`);
  return names.length > mostListed ? `${first.join(", ")} and ${names.length - mostListed} more` : first.join(", ");
}

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

/**
 * Columns become what the caller mapped them to, the rest is ignored; but a column of people who do not want to be written to is
 * obeyed unless the caller maps it to something else.
 */
function applyMapping(
  names: string[],
  mapping: Record<string, ColumnField>,
  guessed: readonly ColumnField[],
): ColumnField[] {
  const fields: ColumnField[] = guessed.map((field) => (limitsConsent(field) ? field : "ignore"));
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
    if (field !== "ignore" && !limitsConsent(field) && mapped.has(field)) {
      throw invalid("field_mapped_twice", `Two columns are mapped to ${field}.`, "mapping", column);
    }
    mapped.add(field);
    fields[index] = field;
  }
  return fields;
}

/** Several columns may be mapped to these: one that forbids it is enough. */
const limitsConsent = (field: ColumnField) => field === "consent" || field === "opted_out";

function columnIndex(places: ReadonlyMap<string, number>, width: number, column: string): number {
  const wanted = column.trim().toLowerCase();
  const byName = places.get(wanted);
  if (byName !== undefined) return byName;
  const position = /^#(\d{1,4})$/.exec(wanted);
  return position && Number(position[1]) <= width ? Number(position[1]) - 1 : -1;
}
