/**
 * Rows as the one parameter that `jsonb_to_recordset` reads, for statements that write any number of rows with one text. Halves of
 * characters, which JSON in PostgreSQL does not hold, become U+FFFD, as in parameters that are text.
 */
export const jsonRows = (rows: readonly object[]): string =>
  JSON.stringify(rows, (_key, value: unknown) => (typeof value === "string" ? value.toWellFormed() : value));
