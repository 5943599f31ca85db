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
  const seen = told(columns.names);
  throw new ImportFailure(
    "no_number_column",
    `No column holds a mobile number, phone number or e-mail address. Columns of the file: ${seen}.`,
  );
}

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
  const seen = Array.from({ length: width }, () => ({ filled: 0, emails: 0, numbers: 0 }));
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      const column = seen[index];
      if (!column || cell.trim() === "") continue;
      column.filled++;
      if (looksLikeEmail(cell)) column.emails++;
      if (looksLikeNumber(cell)) column.numbers++;
    }
  }
  const half = (n: number, filled: number) => filled > 0 && n * 2 >= filled;
  return once(
    seen.map(({ filled, emails, numbers }) =>
      half(emails, filled) ? "email" : half(numbers, filled) ? "mobile" : "ignore",
    ),
  );
}

function once(fields: ColumnField[]): ColumnField[] {
  const seen = new Set<ColumnField>();
  return fields.map((field) => {
    if (seen.has(field)) return "ignore";
    seen.add(field);
    return field;
  });
}
