/** Which column of a file becomes which field of a contact. */
import { ImportMapping } from "../../contract/contacts.ts";
import { guessImportField } from "../../rules/csv-columns.ts";
import { invalid } from "../kit/errors.ts";
import { looksLikeEmail, looksLikeNumber } from "./csv-format.ts";
import { ImportFailure } from "./import-failure.ts";

/** An ImportField, `property:<key>`, or `ignore`. */
export type ColumnField = string;

export interface Columns {
  /** Whether the first row names the columns. */
  header: boolean;
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
export function readColumns(rows: string[][], mapping: Record<string, ColumnField> | null): Columns {
  const first = rows[0] ?? [];
  const named = first.some((cell) => guessImportField(cell) !== null);
  const header = named || !first.some((cell) => looksLikeEmail(cell) || looksLikeNumber(cell));
  const width = header ? first.length : Math.max(...rows.map((row) => row.length));
  const names = nameColumns(header ? first : [], width);
  const fields = mapping ? applyMapping(names, mapping) : header ? guessByHeader(names) : guessByContent(rows, width);
  return { header, names, fields };
}

/** Throws unless one column can tell who a row is. */
export function requireNumberColumn(columns: Columns): void {
  if (columns.fields.some((field) => field === "mobile" || field === "phone" || field === "email")) return;
  const seen = columns.names.map((name) => `“${name}”`).join(", ");
  throw new ImportFailure(
    "no_number_column",
    `No column holds a mobile number, phone number or e-mail address. Columns of the file: ${seen}.`,
  );
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
  for (const [column, field] of Object.entries(mapping)) {
    const index = columnIndex(names, column);
    if (index < 0) {
      throw invalid(
        "unknown_column",
        `The file has no column "${column}". It has: ${names.map((name) => `"${name}"`).join(", ")}.`,
        "mapping",
        column,
      );
    }
    if (field !== "ignore" && fields.includes(field)) {
      throw invalid("field_mapped_twice", `Two columns are mapped to ${field}.`, "mapping", column);
    }
    fields[index] = field;
  }
  return fields;
}

function columnIndex(names: string[], column: string): number {
  const wanted = column.trim().toLowerCase();
  const byName = names.findIndex((name) => name.toLowerCase() === wanted);
  if (byName >= 0) return byName;
  const position = /^#(\d{1,4})$/.exec(wanted);
  return position && Number(position[1]) <= names.length ? Number(position[1]) - 1 : -1;
}

/** A lone "Telefon" is mostly mobiles, so it becomes the mobile where no other column is. Each field once. */
function guessByHeader(names: string[]): ColumnField[] {
  const fields = once(names.map((name) => guessImportField(name) ?? "ignore"));
  const phone = fields.indexOf("phone");
  if (phone >= 0 && !fields.includes("mobile")) fields[phone] = "mobile";
  if (fields.includes("first_name") || fields.includes("last_name")) {
    return fields.map((field) => (field === "full_name" ? "ignore" : field));
  }
  return fields;
}

/** Without a header only numbers and addresses can be told apart. */
function guessByContent(rows: string[][], width: number): ColumnField[] {
  const holds = (index: number, test: (cell: string) => boolean) => {
    const filled = rows.map((row) => row[index] ?? "").filter((cell) => cell.trim() !== "");
    return filled.length > 0 && filled.filter(test).length * 2 >= filled.length;
  };
  return once(
    Array.from({ length: width }, (_, index) =>
      holds(index, looksLikeEmail) ? "email" : holds(index, looksLikeNumber) ? "mobile" : "ignore",
    ),
  );
}

const once = (fields: ColumnField[]) =>
  fields.map((field, index) => (fields.indexOf(field) === index ? field : "ignore"));
