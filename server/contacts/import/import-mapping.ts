/** Which column of a file becomes which field of a contact: an ImportField, `property:<key>`, or `ignore`. */
import { ImportMapping } from "../../../contract/contacts.ts";
import { type ColumnField, type ColumnRules, type Columns, listNames, parseMapping } from "./file-columns.ts";
import { ImportFailure } from "./file-row.ts";
import { findHeader, guessFields } from "./guess-columns.ts";

/** The caller's mapping to fields of contacts; 422 names what is not JSON, or no field. */
export const parseContactMapping = (json: string | undefined): Record<string, ColumnField> | null =>
  parseMapping(json, (field) => ImportMapping.valueType.safeParse(field).success);

/**
 * How the columns of a file of contacts are understood; `country` is the workspace's. A column of people who do not want to be written to
 * is obeyed unless the caller maps it to something else.
 */
export const contactColumns = (mapping: Record<string, ColumnField> | null, country: string): ColumnRules => ({
  mapping,
  findHeader: (rows) => findHeader(rows),
  guess: (names, rows) => guessFields(names, rows, country),
  isLasting: limitsConsent,
  isMeant: identifiesPerson,
});

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
const identifiesPerson = ({ fields }: Columns): boolean =>
  fields.some((field) => field === "mobile" || field === "phone" || field === "email");

/** Several columns may be mapped to these: one that forbids it is enough. */
const limitsConsent = (field: ColumnField) => field === "consent" || field === "opted_out";
